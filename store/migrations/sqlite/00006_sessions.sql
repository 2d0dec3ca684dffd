-- Connect sessions: what is known of each, what happened in it, links that Perch
-- hosts, and who watches. Times are kept as in the migrations before. The two
-- dialects differ in key, bytes and collation types, in what indexes hold besides
-- their order, and in how the events of one session are kept together.

-- +goose Up
CREATE TABLE sessions (
    num             INTEGER PRIMARY KEY,
    id              TEXT NOT NULL UNIQUE,
    customer_id     TEXT NOT NULL,
    customer_name   TEXT NOT NULL,
    connection_id   TEXT NOT NULL, -- empty until there is one
    provider_id     TEXT NOT NULL,
    method          TEXT NOT NULL,
    reconnect       SMALLINT NOT NULL,
    sandbox         SMALLINT NOT NULL,
    source          TEXT NOT NULL, -- host, perch, import
    maker           TEXT NOT NULL, -- a Slack user
    created         BIGINT NOT NULL,
    expires         BIGINT NOT NULL,
    revoked         BIGINT NOT NULL,
    noted           BIGINT NOT NULL, -- when Perch first heard of it

    -- For lists and searches; folded as fold.go does.
    name_folded     TEXT NOT NULL,
    id_folded       TEXT NOT NULL,
    customer_folded TEXT NOT NULL,
    ids_folded      TEXT NOT NULL, -- session, customer, connection, a line each
    newest          SMALLINT NOT NULL, -- 1: the customer's last
    tells           SMALLINT NOT NULL, -- 1: how the customer stands, as connect.Journey says

    events          BIGINT NOT NULL, -- how many are kept
    browser_events  BIGINT NOT NULL, -- of those, how many a browser told

    -- What was read off the events last.
    outcome         TEXT NOT NULL,
    open            SMALLINT NOT NULL, -- 0: nothing more is to be expected
    provisional     SMALLINT NOT NULL,
    stage           TEXT NOT NULL,
    opened          BIGINT NOT NULL,
    last_at         BIGINT NOT NULL, -- the employer's last sign
    over            BIGINT NOT NULL,
    errors          BIGINT NOT NULL,
    dropped         SMALLINT NOT NULL, -- 1: the funnel counts it as dropped off
    dropped_at      TEXT NOT NULL, -- in which stage
    counted         TEXT NOT NULL, -- JSON: what it adds to the funnel

    -- The queue of readings: 0 is never; the fence counts claims and news.
    due             BIGINT NOT NULL,
    fence           BIGINT NOT NULL
);
-- What stands in an index after num is for counting and searching without the rows.
CREATE INDEX sessions_by_customer ON sessions (customer_id, created, num);
CREATE INDEX sessions_by_connection ON sessions (connection_id, created, num) WHERE connection_id <> '';
CREATE INDEX sessions_by_due ON sessions (due) WHERE due > 0;
CREATE INDEX sessions_by_creation ON sessions (created, num, name_folded, ids_folded);
CREATE INDEX sessions_by_id_folded ON sessions (id_folded);
CREATE INDEX sessions_by_customer_folded ON sessions (customer_folded, created, num);
CREATE INDEX sessions_newest ON sessions (created, num, name_folded, ids_folded, newest) WHERE newest = 1;
CREATE INDEX sessions_staged ON sessions (created, num, name_folded, ids_folded, newest, open, reconnect) WHERE newest = 1 AND open = 1 AND reconnect = 0;
CREATE INDEX sessions_underway ON sessions (last_at, num, name_folded, ids_folded, tells, open, opened) WHERE tells = 1 AND open = 1 AND opened > 0;
CREATE INDEX sessions_dropped ON sessions (dropped_at, created, num, provider_id) WHERE dropped = 1;
CREATE INDEX sessions_by_sign ON sessions (last_at) WHERE last_at > 0;

CREATE VIEW session_lines AS
SELECT s.*, COALESCE(p.display_name, '') AS provider_name,
    CAST(CASE WHEN s.customer_id = '' THEN 1 ELSE (SELECT COUNT(*) FROM sessions a WHERE a.customer_id = s.customer_id) END AS BIGINT) AS attempts
FROM sessions s
LEFT JOIN providers p ON p.id = s.provider_id;

-- The events of a session lie together: a timeline is one stretch of the table.
CREATE TABLE session_events (
    session     BIGINT NOT NULL REFERENCES sessions (num),
    id          TEXT NOT NULL,
    at          BIGINT NOT NULL,
    received    BIGINT NOT NULL,
    type        TEXT NOT NULL,
    stage       TEXT NOT NULL,
    message     TEXT NOT NULL,
    error_type  TEXT NOT NULL,
    source      TEXT NOT NULL,
    PRIMARY KEY (session, id)
) WITHOUT ROWID;

-- Links of sessions that Perch made. What is sealed is Finch's address and the
-- secret of the hosted link; the hash finds the session without opening any.
CREATE TABLE session_links (
    session     INTEGER PRIMARY KEY REFERENCES sessions (num),
    hash        TEXT NOT NULL, -- of the hosted link's secret, empty without one
    key_id      TEXT NOT NULL,
    sealed      BLOB NOT NULL
);
CREATE UNIQUE INDEX session_links_by_hash ON session_links (hash) WHERE hash <> '';

-- Which sessions showed which error, by a hash of its exact text.
CREATE TABLE session_errors (
    session     BIGINT NOT NULL REFERENCES sessions (num),
    hash        TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    last_at     BIGINT NOT NULL,
    PRIMARY KEY (session, hash)
) WITHOUT ROWID;
CREATE INDEX session_errors_by_text ON session_errors (hash, last_at, customer_id);

-- Who wants to hear when a customer's session moves.
CREATE TABLE session_watches (
    customer_id TEXT NOT NULL,
    user_id     TEXT NOT NULL,
    made        BIGINT NOT NULL,
    told        TEXT NOT NULL, -- what was told last: outcome and stage
    told_at     BIGINT NOT NULL, -- when, 0 for never
    PRIMARY KEY (customer_id, user_id)
);

-- How far the sessions of one day came, at one provider, in one stage ('' for the
-- sessions as such). Times are kept as histograms.
CREATE TABLE funnel_days (
    day         BIGINT NOT NULL, -- days since 1970, UTC
    provider_id TEXT NOT NULL,
    stage       TEXT NOT NULL,
    sessions    BIGINT NOT NULL, -- made, or reached the stage
    opened      BIGINT NOT NULL,
    staged      BIGINT NOT NULL,
    passed      BIGINT NOT NULL, -- connected, or went on from the stage
    dropped     BIGINT NOT NULL,
    spent       TEXT NOT NULL, -- JSON: bucket -> how many
    PRIMARY KEY (day, provider_id, stage)
) WITHOUT ROWID;

-- What somebody did that must be accounted for.
CREATE TABLE audit (
    seq     INTEGER PRIMARY KEY,
    at      BIGINT NOT NULL,
    who     TEXT NOT NULL, -- a Slack user, or a door
    what    TEXT NOT NULL,
    about   TEXT NOT NULL, -- an id
    detail  TEXT NOT NULL -- words of ours and ids; never a token, a code, or personal data
);
CREATE INDEX audit_by_age ON audit (at, seq);
