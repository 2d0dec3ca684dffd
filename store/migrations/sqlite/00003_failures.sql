-- How many of a connection's last scheduled syncs failed in a row, so that the
-- list can put first what is not well although its status is. What is known at
-- first are the failures since the last success that Finch told; each sync that
-- ends from here on counts anew.

-- +goose Up
ALTER TABLE connections ADD COLUMN failures SMALLINT NOT NULL DEFAULT 0;
UPDATE connections SET failures = (
    SELECT COUNT(*) FROM (
        SELECT 1 FROM jobs j
        WHERE j.connection_id = connections.id AND j.at > connections.newest_sync AND j.scheduled > 0
            AND j.type = 'data_sync_all' AND j.status IN ('error', 'reauth_error', 'permissions_error')
        LIMIT 14
    ) failed
);
UPDATE connections SET calm = 0 WHERE failures >= 3 AND ended = 0;
