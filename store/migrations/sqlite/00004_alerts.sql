-- Problems, who wishes to hear of them, and what is owed to channels. Times and
-- lists are kept as in the migrations before. The two dialects differ in key and
-- collation types.

-- +goose Up
CREATE TABLE problems (
    id            INTEGER PRIMARY KEY,
    key           TEXT NOT NULL,
    kind          TEXT NOT NULL,
    class         TEXT NOT NULL,
    connection_id TEXT NOT NULL, -- empty for Perch itself and for outages
    provider_id   TEXT NOT NULL,
    state         TEXT NOT NULL, -- open, resolved, closed
    opened        BIGINT NOT NULL,
    noted         BIGINT NOT NULL, -- when Perch opened it
    over          BIGINT NOT NULL,
    parent_id     BIGINT NOT NULL, -- the outage, 0 for none
    wake          BIGINT NOT NULL, -- when time alone changes it, 0 for never
    version       BIGINT NOT NULL,
    facts         TEXT NOT NULL -- all of it, as JSON
);
CREATE UNIQUE INDEX problems_open ON problems (key) WHERE state = 'open';
CREATE INDEX problems_by_key ON problems (key, id);
CREATE INDEX problems_by_connection ON problems (connection_id, id);
CREATE INDEX problems_by_state ON problems (state, opened, id);
CREATE INDEX problems_by_class ON problems (class, provider_id, noted);
CREATE INDEX problems_by_note ON problems (noted, id);
CREATE INDEX problems_by_parent ON problems (parent_id, state) WHERE parent_id > 0;
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
    id              INTEGER PRIMARY KEY,
    kind            SMALLINT NOT NULL, -- 0 one problem, 1 a summary, 2 a digest
    subscription_id BIGINT NOT NULL,
    problem_id      BIGINT NOT NULL, -- 0 for a summary or digest
    channel         TEXT NOT NULL,
    place           TEXT NOT NULL, -- where it came to stand
    ts              TEXT NOT NULL,
    thread_ts       TEXT NOT NULL, -- the list in its thread
    posted          BIGINT NOT NULL,
    grown           BIGINT NOT NULL, -- when something was last added to a summary
    dirty           BIGINT NOT NULL, -- since when it is not true any more, 0 if it is
    edited          BIGINT NOT NULL
);
CREATE INDEX cards_by_problem ON cards (problem_id) WHERE problem_id > 0;
CREATE INDEX cards_by_dirt ON cards (dirty) WHERE dirty > 0;
CREATE INDEX cards_by_channel ON cards (channel, kind, grown);

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
    tried           BIGINT NOT NULL,
    next_try        BIGINT NOT NULL,
    done            BIGINT NOT NULL,
    ts              TEXT NOT NULL,
    error           TEXT NOT NULL
);
CREATE UNIQUE INDEX outbox_by_key ON outbox (key);
CREATE INDEX outbox_by_channel ON outbox (channel, id) WHERE state <= 1;
CREATE INDEX outbox_by_problem ON outbox (problem_id) WHERE state <= 1;
CREATE INDEX outbox_by_end ON outbox (done) WHERE state > 1;

-- One row a channel: whoever holds its lease sends to it. The lane '~edits' has
-- the workspace's pace of edits.
CREATE TABLE lanes (
    channel     TEXT PRIMARY KEY,
    next_at     BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    owner       TEXT NOT NULL,
    fence       BIGINT NOT NULL
);
