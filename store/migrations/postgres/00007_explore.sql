-- The explorer: questions kept under names, and who waits for the end of a job.
-- The audit log is read by who and about what. Times are kept as in the migrations
-- before. The two dialects differ in key and collation types.

-- +goose Up
-- Questions only: no answer is ever kept.
CREATE TABLE saved_queries (
    id            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    place         TEXT COLLATE "C" NOT NULL, -- a Slack user or channel
    name          TEXT NOT NULL,
    name_folded   TEXT COLLATE "C" NOT NULL, -- as fold.go does
    connection_id TEXT COLLATE "C" NOT NULL, -- empty where the application asks for itself
    method        TEXT COLLATE "C" NOT NULL,
    path          TEXT COLLATE "C" NOT NULL, -- a template: "/jobs/automated/{job_id}"
    params        TEXT NOT NULL, -- JSON: name -> values
    maker         TEXT COLLATE "C" NOT NULL, -- a Slack user
    made          BIGINT NOT NULL
);
CREATE UNIQUE INDEX saved_queries_by_place ON saved_queries (place, name_folded);

-- Who began a job and wants to hear how it ended.
CREATE TABLE job_asks (
    job_id  TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    about   TEXT NOT NULL, -- what the job is to do, in words of ours
    made    BIGINT NOT NULL,
    PRIMARY KEY (job_id, user_id)
);
CREATE INDEX job_asks_by_age ON job_asks (made);

CREATE INDEX audit_by_who ON audit (who, seq);
CREATE INDEX audit_by_about ON audit (about, seq);
