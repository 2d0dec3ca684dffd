-- +goose Up
-- For a provider's jobs of any sort, which without it are a range for each.
CREATE INDEX jobs_by_provider_age ON jobs (provider_id, at, seq);
