-- What Finch does not keep: its jobs one by one, and each step of a status.
-- Times and lists are kept as in the migration before. The two dialects differ
-- in key and collation types.

-- +goose Up
CREATE TABLE jobs (
    seq           INTEGER PRIMARY KEY,
    id            TEXT NOT NULL,
    connection_id TEXT NOT NULL, -- may come before its connection is granted
    provider_id   TEXT NOT NULL, -- the connection's, for filters
    entity_id     TEXT NOT NULL,
    kind          TEXT NOT NULL,
    type          TEXT NOT NULL,
    status        TEXT NOT NULL,
    at            BIGINT NOT NULL, -- its place in the history
    created       BIGINT NOT NULL,
    scheduled     BIGINT NOT NULL,
    started       BIGINT NOT NULL,
    completed     BIGINT NOT NULL,
    first_seen    BIGINT NOT NULL,
    learned       BIGINT NOT NULL,
    gone          SMALLINT NOT NULL, -- 1: Finch knows it no more
    request_ids   TEXT NOT NULL,
    results       TEXT NOT NULL, -- JSON, empty if there are none

    -- The queue of reads: 0 is never; the fence counts claims. Only a job whose
    -- connection has a token stands in it.
    next_read     BIGINT NOT NULL,
    read_fence    BIGINT NOT NULL
);
CREATE UNIQUE INDEX jobs_by_id ON jobs (id);
CREATE INDEX jobs_by_age ON jobs (at, seq);
CREATE INDEX jobs_by_connection ON jobs (connection_id, at, seq);
CREATE INDEX jobs_by_entity ON jobs (entity_id, at, seq) WHERE entity_id <> '';
CREATE INDEX jobs_by_sort ON jobs (type, status, at, seq);
CREATE INDEX jobs_by_provider ON jobs (provider_id, type, status, at, seq);
CREATE INDEX jobs_by_read ON jobs (next_read) WHERE next_read > 0;

-- Which providers, types and statuses occur together: a page filtered by any of
-- them is read as one short range of an index for each of these. Each type and
-- status stands here without a provider too, for any. None is ever removed; a
-- range that has become empty costs next to nothing.
CREATE TABLE job_sorts (
    provider_id TEXT NOT NULL,
    type        TEXT NOT NULL,
    status      TEXT NOT NULL,
    PRIMARY KEY (provider_id, type, status)
);

CREATE VIEW job_lines AS
SELECT j.*, COALESCE(c.customer_id, '') AS customer_id, COALESCE(c.customer_name, '') AS customer_name,
    COALESCE(c.company_id, '') AS company_id, COALESCE(p.display_name, '') AS provider_name
FROM jobs j
LEFT JOIN connections c ON c.id = j.connection_id
LEFT JOIN providers p ON p.id = j.provider_id;

-- The steps of the statuses of connections, their methods and entities.
CREATE TABLE changes (
    seq           INTEGER PRIMARY KEY,
    connection_id TEXT NOT NULL,
    entity_id     TEXT NOT NULL,
    method        TEXT NOT NULL,
    was           TEXT NOT NULL, -- empty where it was not known
    became        TEXT NOT NULL,
    at            BIGINT NOT NULL,
    source        TEXT NOT NULL
);
CREATE INDEX changes_by_connection ON changes (connection_id, at, seq);
CREATE INDEX changes_by_part ON changes (connection_id, entity_id, at, seq);
CREATE INDEX changes_by_age ON changes (at);

-- Each source of events has its own queue now.
DROP INDEX inbox_waiting;
CREATE INDEX inbox_waiting ON inbox (source, next_try) WHERE state = 0;
