-- Support threads: which threads of Slack are about what, where Perch reads along,
-- and how problems were resolved. Of what people write in them nothing is kept but
-- ids, times and links; a resolution's text is kept since somebody saved it. Times
-- are kept as in the migrations before. The two dialects differ in key and collation
-- types.

-- +goose Up
CREATE TABLE threads (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- no number is given twice: buttons name it
    channel    TEXT COLLATE "C" NOT NULL,
    root       TEXT COLLATE "C" NOT NULL, -- the ts of the first message
    permalink  TEXT NOT NULL,
    made       BIGINT NOT NULL,
    card_id    BIGINT NOT NULL, -- its one reply
    stopped_by TEXT COLLATE "C" NOT NULL, -- a Slack user, empty while it goes on
    stopped_at BIGINT NOT NULL,
    shared_by  TEXT COLLATE "C" NOT NULL, -- who lets people of other companies read the reply
    look_at    BIGINT NOT NULL -- when to see whether anybody still writes there
);
CREATE UNIQUE INDEX threads_by_root ON threads (channel, root);
CREATE UNIQUE INDEX threads_by_card ON threads (card_id);
CREATE INDEX threads_by_look ON threads (look_at);

-- What was quoted in a thread. The other ids are those it belongs to, empty where
-- there is not exactly one.
CREATE TABLE thread_bonds (
    thread_id     BIGINT NOT NULL REFERENCES threads (id),
    kind          TEXT COLLATE "C" NOT NULL,
    id            TEXT COLLATE "C" NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL,
    company_id    TEXT COLLATE "C" NOT NULL,
    customer_id   TEXT COLLATE "C" NOT NULL,
    at            BIGINT NOT NULL,
    place         BIGINT NOT NULL, -- in the order in which they were quoted
    told          TEXT COLLATE "C" NOT NULL, -- of a session what was told last: outcome and stage
    told_at       BIGINT NOT NULL, -- when, 0 for never
    PRIMARY KEY (thread_id, kind, id)
);
CREATE INDEX thread_bonds_by_id ON thread_bonds (id, kind);
CREATE INDEX thread_bonds_by_connection ON thread_bonds (connection_id) WHERE connection_id <> '';
CREATE INDEX thread_bonds_by_company ON thread_bonds (company_id) WHERE company_id <> '';
CREATE INDEX thread_bonds_by_customer ON thread_bonds (customer_id) WHERE customer_id <> '';

-- Which messages were heard, so that each is heard once. Slack may give one text
-- two ts, but not two client ids.
CREATE TABLE thread_messages (
    channel   TEXT COLLATE "C" NOT NULL,
    ts        TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (channel, ts)
);
CREATE UNIQUE INDEX thread_messages_by_client ON thread_messages (channel, client_id) WHERE client_id <> '';
CREATE INDEX thread_messages_by_age ON thread_messages (at);

-- Who hears in direct messages what is added to a thread.
CREATE TABLE thread_watches (
    thread_id BIGINT NOT NULL REFERENCES threads (id),
    user_id   TEXT COLLATE "C" NOT NULL,
    made      BIGINT NOT NULL,
    PRIMARY KEY (thread_id, user_id)
);

-- Where Perch reads along.
CREATE TABLE thread_channels (
    channel   TEXT COLLATE "C" PRIMARY KEY,
    listens   SMALLINT NOT NULL,
    switcher  TEXT COLLATE "C" NOT NULL, -- a Slack user, empty if nobody ever switched it
    switched  BIGINT NOT NULL,
    shared_by TEXT COLLATE "C" NOT NULL,
    offered   BIGINT NOT NULL -- 0 if never
);

-- How problems were resolved, in people's words.
CREATE TABLE resolutions (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- likewise
    problem_id  BIGINT NOT NULL, -- which may be forgotten before it
    class       TEXT COLLATE "C" NOT NULL,
    customer_id TEXT COLLATE "C" NOT NULL,
    provider_id TEXT COLLATE "C" NOT NULL,
    text        TEXT NOT NULL,
    saver       TEXT COLLATE "C" NOT NULL, -- a Slack user
    saved       BIGINT NOT NULL,
    permalink   TEXT COLLATE "C" NOT NULL -- of the message, empty where there is none
);
CREATE UNIQUE INDEX resolutions_by_message ON resolutions (problem_id, permalink) WHERE permalink <> '';
CREATE INDEX resolutions_by_problem ON resolutions (problem_id, saved, id);
CREATE INDEX resolutions_by_customer ON resolutions (class, customer_id, saved, id);
CREATE INDEX resolutions_by_provider ON resolutions (class, provider_id, saved, id);
CREATE INDEX resolutions_by_age ON resolutions (saved);

-- The thread that a reply stands in.
ALTER TABLE cards ADD COLUMN root TEXT COLLATE "C" NOT NULL DEFAULT '';
