-- What stands in an index after seq is not for order: filters are tried on it,
-- and the rows themselves, which lie far apart, are read only where they pass.
-- (Only the last index is PostgreSQL's too: it bounds the length of an entry and
-- reads its rows fast enough.)

-- +goose Up
DROP INDEX jobs_by_connection;
CREATE INDEX jobs_by_connection ON jobs (connection_id, at, seq, type, status, provider_id, entity_id);
DROP INDEX jobs_by_entity;
CREATE INDEX jobs_by_entity ON jobs (entity_id, at, seq, type, status, provider_id) WHERE entity_id <> '';
-- For a provider's jobs of any sort, which without it are a range for each.
CREATE INDEX jobs_by_provider_age ON jobs (provider_id, at, seq);
