-- Times are milliseconds since 1970 UTC and 0 where unknown; lists of words
-- are JSON. The two dialects differ in key, bytes and collation types, and in one index.

-- +goose Up
CREATE TABLE connections (
    id              TEXT COLLATE "C" PRIMARY KEY,
    -- For lists and searches; folded as fold.go does.
    ended           SMALLINT NOT NULL, -- 1: in the tab of the disconnected
    calm            SMALLINT NOT NULL, -- 0: needs attention, sorts first
    sort_key        TEXT COLLATE "C" NOT NULL,
    name_folded     TEXT     NOT NULL,
    id_folded       TEXT     NOT NULL,
    customer_folded TEXT     NOT NULL,
    company_folded  TEXT     NOT NULL,
    ids_folded      TEXT     NOT NULL, -- all three, a line each

    -- What Finch said.
    customer_id     TEXT     NOT NULL,
    customer_name   TEXT     NOT NULL,
    company_id      TEXT     NOT NULL,
    provider_id     TEXT     NOT NULL,
    environment     TEXT     NOT NULL,
    finch_sandbox   SMALLINT NOT NULL,
    assisted        SMALLINT NOT NULL,
    status          TEXT     NOT NULL,
    status_message  TEXT     NOT NULL,
    last_sync       BIGINT   NOT NULL,
    last_sync_raw   TEXT     NOT NULL,
    products        TEXT     NOT NULL,
    learned         BIGINT   NOT NULL,
    created         BIGINT   NOT NULL,
    created_exact   SMALLINT NOT NULL,
    next_scheduled  BIGINT   NOT NULL,
    jobs_learned    BIGINT   NOT NULL,
    first_seen      BIGINT   NOT NULL,
    disconnected_at BIGINT   NOT NULL,

    -- Read off the facts above and the tables below whenever they change.
    worst           TEXT     NOT NULL, -- the worst status of connection, methods, entities
    worst_since     BIGINT   NOT NULL,
    newest_sync     BIGINT   NOT NULL, -- of the connection or any method

    -- The queue of looks: 0 is never; the fence counts claims.
    next_look       BIGINT   NOT NULL,
    look_fence      BIGINT   NOT NULL
);
CREATE INDEX connections_by_list ON connections (ended, calm, sort_key, id);
CREATE INDEX connections_by_id ON connections (id_folded);
CREATE INDEX connections_by_customer ON connections (customer_folded);
CREATE INDEX connections_by_company ON connections (company_folded);
CREATE INDEX connections_by_look ON connections (next_look) WHERE next_look > 0;

-- The ways in which Finch reaches the provider, with the products of each.
CREATE TABLE methods (
    connection_id  TEXT COLLATE "C" NOT NULL REFERENCES connections (id),
    position       SMALLINT NOT NULL,
    type           TEXT     NOT NULL,
    status         TEXT     NOT NULL,
    status_message TEXT     NOT NULL,
    last_sync      BIGINT   NOT NULL,
    last_sync_raw  TEXT     NOT NULL,
    products       TEXT     NOT NULL,
    learned        BIGINT   NOT NULL,
    PRIMARY KEY (connection_id, position)
);

CREATE TABLE entities (
    connection_id TEXT COLLATE "C" NOT NULL REFERENCES connections (id),
    position      SMALLINT NOT NULL,
    id            TEXT     NOT NULL,
    name          TEXT     NOT NULL,
    source_id     TEXT     NOT NULL,
    status        TEXT     NOT NULL,
    learned       BIGINT   NOT NULL,
    PRIMARY KEY (connection_id, position)
);

CREATE TABLE providers (
    id           TEXT COLLATE "C" PRIMARY KEY,
    display_name TEXT   NOT NULL,
    products     TEXT   NOT NULL,
    folded       TEXT   NOT NULL,
    learned      BIGINT NOT NULL
);

-- The vault: the one current access token of a connection, sealed.
CREATE TABLE tokens (
    connection_id TEXT COLLATE "C" PRIMARY KEY REFERENCES connections (id),
    token_id      TEXT   NOT NULL,
    key_id        TEXT   NOT NULL,
    sealed        BYTEA  NOT NULL,
    granted       BIGINT NOT NULL
);

-- The tokens there were, by Finch's id of each, which is no secret.
CREATE TABLE token_history (
    connection_id TEXT COLLATE "C" NOT NULL REFERENCES connections (id),
    token_id      TEXT COLLATE "C" NOT NULL,
    first_seen    BIGINT NOT NULL,
    last_seen     BIGINT NOT NULL,
    replaced      BIGINT NOT NULL,
    PRIMARY KEY (connection_id, token_id)
);

-- What was brought to a door, once each; kept a while to know it again.
CREATE TABLE inbox (
    id       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source   TEXT COLLATE "C" NOT NULL,
    event_id TEXT COLLATE "C" NOT NULL,
    payload  BYTEA    NOT NULL,
    received BIGINT   NOT NULL,
    state    SMALLINT NOT NULL, -- 0 waiting, 1 done
    attempts BIGINT   NOT NULL,
    next_try BIGINT   NOT NULL,
    UNIQUE (source, event_id)
);
CREATE INDEX inbox_waiting ON inbox (next_try) WHERE state = 0;
CREATE INDEX inbox_by_age ON inbox (received);
