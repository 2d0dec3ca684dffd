-- Problems, who wishes to hear of them, and what is owed to channels. Times and
-- lists are kept as in the migrations before. The two dialects differ in key and
-- collation types.

-- +goose Up
CREATE TABLE problems (
    id            INTEGER PRIMARY KEY AUTOINCREMENT, -- no number is given twice: old messages name it
    key           TEXT NOT NULL,
    kind          TEXT NOT NULL,
    class         TEXT NOT NULL,
    connection_id TEXT NOT NULL, -- empty for Perch itself and for outages
    provider_id   TEXT NOT NULL,
    state         TEXT NOT NULL, -- open, resolved, closed
    opened        BIGINT NOT NULL,
    noted         BIGINT NOT NULL, -- when Perch opened it first
    latest        BIGINT NOT NULL, -- and when last
    over          BIGINT NOT NULL,
    parent_id     BIGINT NOT NULL, -- the outage, 0 for none
    claimed_by    TEXT NOT NULL,
    healed        SMALLINT NOT NULL, -- 1: it resolved by itself within a day
    wake          BIGINT NOT NULL, -- when time alone changes it, 0 for never
    version       BIGINT NOT NULL,
    facts         TEXT NOT NULL -- all of it, as JSON
);
CREATE UNIQUE INDEX problems_open ON problems (key) WHERE state = 'open';
CREATE INDEX problems_by_key ON problems (key, id);
CREATE INDEX problems_by_connection ON problems (connection_id, id);
CREATE INDEX problems_at_work ON problems (connection_id, id) WHERE state = 'open';
CREATE INDEX problems_by_state ON problems (state, opened, id);
CREATE INDEX problems_by_crowd ON problems (provider_id, class, latest, connection_id) WHERE state = 'open' AND parent_id = 0;
CREATE INDEX problems_by_class ON problems (class, provider_id, over, healed) WHERE over > 0 AND parent_id = 0;
CREATE INDEX problems_by_kin ON problems (class, over, healed) WHERE over > 0 AND parent_id = 0;
CREATE INDEX problems_by_note ON problems (noted, id);
CREATE INDEX problems_by_parent ON problems (parent_id, state, opened, id) WHERE parent_id > 0;
CREATE INDEX problems_by_wake ON problems (wake) WHERE wake > 0;
CREATE INDEX problems_by_end ON problems (over) WHERE over > 0;

-- Who did what to a problem, and when.
CREATE TABLE problem_events (
    seq        INTEGER PRIMARY KEY,
    problem_id BIGINT NOT NULL REFERENCES problems (id),
    at         BIGINT NOT NULL,
    who        TEXT NOT NULL, -- a Slack user, empty for Perch itself
    what       TEXT NOT NULL,
    detail     TEXT NOT NULL
);
CREATE INDEX problem_events_by_problem ON problem_events (problem_id, at, seq);

-- Where many connections of one provider may fail alike. Whoever changes what is
-- counted here holds the row.
CREATE TABLE crowds (
    provider_id TEXT NOT NULL,
    class       TEXT NOT NULL,
    opened      BIGINT NOT NULL, -- how many problems ever did
    look_at     BIGINT NOT NULL, -- from how many on they could be an outage
    looked      BIGINT NOT NULL,
    parent_id   BIGINT NOT NULL, -- the open outage, 0 for none
    last_id     BIGINT NOT NULL, -- the last there was, open or over
    PRIMARY KEY (provider_id, class)
);

-- The queue of judgements: when a connection's problems are judged anew though
-- nothing was heard of it. An empty id is Perch itself.
CREATE TABLE judgements (
    connection_id TEXT PRIMARY KEY,
    due           BIGINT NOT NULL, -- 0 is never
    fence         BIGINT NOT NULL
);
CREATE INDEX judgements_by_due ON judgements (due) WHERE due > 0;

-- How well Perch sees: when each of its senses last worked and last failed.
CREATE TABLE senses (
    name   TEXT PRIMARY KEY,
    good   BIGINT NOT NULL,
    bad    BIGINT NOT NULL,
    since  BIGINT NOT NULL, -- since when it fails, 0 if it does not
    count  BIGINT NOT NULL, -- failures since then
    detail TEXT NOT NULL
);

-- When something began, such as the watch for problems.
CREATE TABLE beginnings (
    name TEXT PRIMARY KEY,
    at   BIGINT NOT NULL
);

CREATE TABLE subscriptions (
    id           INTEGER PRIMARY KEY,
    channel      TEXT NOT NULL,
    wish         TEXT NOT NULL, -- JSON
    maker        TEXT NOT NULL,
    maker_name   TEXT NOT NULL, -- as shown: a mention would ping them
    made         BIGINT NOT NULL,
    changer      TEXT NOT NULL,
    changed      BIGINT NOT NULL,
    paused       SMALLINT NOT NULL,
    paused_by    TEXT NOT NULL,
    paused_at    BIGINT NOT NULL,
    pause_reason TEXT NOT NULL,
    shared_by    TEXT NOT NULL,
    deleted      BIGINT NOT NULL -- 0 while it stands
);
CREATE INDEX subscriptions_by_channel ON subscriptions (channel, id) WHERE deleted = 0;

-- What each subscription hears of each problem.
CREATE TABLE tellings (
    id              INTEGER PRIMARY KEY,
    subscription_id BIGINT NOT NULL REFERENCES subscriptions (id),
    problem_id      BIGINT NOT NULL REFERENCES problems (id),
    state           SMALLINT NOT NULL, -- 0 held, 1 owed, 2 told, 3 dropped
    reason          TEXT NOT NULL,
    due             BIGINT NOT NULL, -- of one held, or of the next reminder; 0 is never
    card_id         BIGINT NOT NULL, -- the card it is told on, 0 for none
    UNIQUE (problem_id, subscription_id)
);
CREATE INDEX tellings_by_subscription ON tellings (subscription_id, state);
CREATE INDEX tellings_by_due ON tellings (due) WHERE due > 0;
CREATE INDEX tellings_by_card ON tellings (card_id) WHERE card_id > 0;

-- Messages that stand in channels and are kept true.
CREATE TABLE cards (
    id              INTEGER PRIMARY KEY AUTOINCREMENT, -- likewise: tellings name it
    kind            SMALLINT NOT NULL, -- 0 one problem, 1 a summary, 2 a digest
    subscription_id BIGINT NOT NULL,
    problem_id      BIGINT NOT NULL, -- 0 for a summary or digest
    channel         TEXT NOT NULL,
    place           TEXT NOT NULL, -- where it came to stand
    ts              TEXT NOT NULL,
    thread_ts       TEXT NOT NULL, -- the list in its thread
    posted          BIGINT NOT NULL, -- 0 while it is on its way
    grown           BIGINT NOT NULL, -- when it was made, or something was last added
    lines           BIGINT NOT NULL, -- messages in its thread
    dirty           BIGINT NOT NULL, -- since when it is not true any more, or when it is tried again; 0 if it is true
    haste           SMALLINT NOT NULL, -- 1 while a problem that was told nowhere yet waits for the edit
    soiled          BIGINT NOT NULL, -- how often it became untrue
    leased          BIGINT NOT NULL, -- until when somebody edits it
    edited          BIGINT NOT NULL
);
CREATE INDEX cards_by_problem ON cards (problem_id) WHERE problem_id > 0;
CREATE INDEX cards_by_dirt ON cards (haste DESC, dirty) WHERE dirty > 0;
CREATE INDEX cards_by_channel ON cards (channel, kind, grown);
CREATE INDEX cards_by_place ON cards (place, ts);
CREATE INDEX cards_by_post ON cards (posted);

-- Messages owed to channels, each told once.
CREATE TABLE outbox (
    id              INTEGER PRIMARY KEY,
    key             TEXT NOT NULL,
    channel         TEXT NOT NULL,
    kind            TEXT NOT NULL,
    subscription_id BIGINT NOT NULL, -- 0 for a notice to a person
    problem_id      BIGINT NOT NULL,
    card_id         BIGINT NOT NULL, -- the card it makes, or in whose thread it goes
    body            TEXT NOT NULL,
    state           SMALLINT NOT NULL, -- 0 owed, 1 sent off, 2 told, 3 folded into a summary, 4 given up
    attempts        BIGINT NOT NULL,
    owed            BIGINT NOT NULL,
    first_tried     BIGINT NOT NULL, -- when it was first sent off without a clear answer
    tried           BIGINT NOT NULL, -- and when last
    noticed         SMALLINT NOT NULL, -- 1 once its lane knows of it
    done            BIGINT NOT NULL,
    ts              TEXT NOT NULL,
    error           TEXT NOT NULL
);
CREATE UNIQUE INDEX outbox_by_key ON outbox (key);
CREATE INDEX outbox_new ON outbox (id) WHERE noticed = 0;
CREATE INDEX outbox_by_channel ON outbox (channel, state, id) WHERE state <= 1;
CREATE INDEX outbox_by_digest ON outbox (card_id) WHERE kind = 'digest';
CREATE INDEX outbox_by_age ON outbox (owed) WHERE state <= 1;
CREATE INDEX outbox_by_problem ON outbox (problem_id) WHERE state <= 1;
CREATE INDEX outbox_by_end ON outbox (done) WHERE state > 1;

-- One row a channel: whoever holds its lease sends to it. Of the lane '~edits'
-- next_at alone counts: it keeps the workspace's pace of edits.
CREATE TABLE lanes (
    channel     TEXT PRIMARY KEY,
    due         BIGINT NOT NULL, -- when there is something to do, 0 for never
    next_at     BIGINT NOT NULL, -- not before, for Slack's sake
    lease_until BIGINT NOT NULL,
    fence       BIGINT NOT NULL,
    fails       BIGINT NOT NULL -- in a row, of unknown outcome
);
CREATE INDEX lanes_by_due ON lanes (due) WHERE due > 0;

-- What a judgement reads besides: a connection's jobs that did not go well, and
-- how many connections of a provider are active.
CREATE INDEX jobs_by_trouble ON jobs (connection_id, at, seq) WHERE status <> 'complete';
CREATE INDEX connections_by_provider ON connections (provider_id) WHERE ended = 0;

-- Somebody here asked for the end of a connection: nobody need hear of it. What
-- ended before this version is no news either. The others are judged soon.
ALTER TABLE connections ADD COLUMN removed SMALLINT NOT NULL DEFAULT 0;
UPDATE connections SET removed = 1 WHERE ended = 1;
INSERT INTO judgements (connection_id, due, fence) SELECT id, 1, 0 FROM connections WHERE ended = 0;
