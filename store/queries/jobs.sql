-- name: JobOwner :one
SELECT c.provider_id, CAST(CASE WHEN t.connection_id IS NULL THEN 0 ELSE 1 END AS SMALLINT) AS has_token
FROM connections c LEFT JOIN tokens t ON t.connection_id = c.id
WHERE c.id = sqlc.arg(id);

-- name: AddJob :execrows
INSERT INTO jobs (
    id, connection_id, provider_id, entity_id, kind, type, status, at,
    created, scheduled, started, completed, first_seen, learned, gone, request_ids, results, next_read, read_fence
) VALUES (
    sqlc.arg(id), sqlc.arg(connection_id), sqlc.arg(provider_id), sqlc.arg(entity_id), sqlc.arg(kind), sqlc.arg(type), sqlc.arg(status), sqlc.arg(at),
    sqlc.arg(created), sqlc.arg(scheduled), sqlc.arg(started), sqlc.arg(completed), sqlc.arg(first_seen), sqlc.arg(learned),
    sqlc.arg(gone), sqlc.arg(request_ids), sqlc.arg(results), sqlc.arg(next_read), 0
)
ON CONFLICT (id) DO NOTHING;

-- name: JobByID :one
SELECT * FROM jobs WHERE id = sqlc.arg(id);

-- Changes nothing; see Hold.
-- name: HoldJob :exec
UPDATE jobs SET read_fence = read_fence WHERE id = sqlc.arg(id);

-- name: SaveJob :exec
INSERT INTO jobs (
    id, connection_id, provider_id, entity_id, kind, type, status, at,
    created, scheduled, started, completed, first_seen, learned, gone, request_ids, results, next_read, read_fence
) VALUES (
    sqlc.arg(id), sqlc.arg(connection_id), sqlc.arg(provider_id), sqlc.arg(entity_id), sqlc.arg(kind), sqlc.arg(type), sqlc.arg(status), sqlc.arg(at),
    sqlc.arg(created), sqlc.arg(scheduled), sqlc.arg(started), sqlc.arg(completed), sqlc.arg(first_seen), sqlc.arg(learned),
    sqlc.arg(gone), sqlc.arg(request_ids), sqlc.arg(results), sqlc.arg(next_read), 0
)
ON CONFLICT (id) DO UPDATE SET
    connection_id = excluded.connection_id, provider_id = excluded.provider_id, entity_id = excluded.entity_id,
    kind = excluded.kind, type = excluded.type, status = excluded.status, at = excluded.at,
    created = excluded.created, scheduled = excluded.scheduled, started = excluded.started, completed = excluded.completed,
    first_seen = excluded.first_seen, learned = excluded.learned, gone = excluded.gone,
    request_ids = excluded.request_ids, results = excluded.results, next_read = excluded.next_read;

-- name: AddJobSort :exec
INSERT INTO job_sorts (provider_id, type, status)
VALUES (sqlc.arg(provider_id), sqlc.arg(type), sqlc.arg(status)), ('', sqlc.arg(type), sqlc.arg(status))
ON CONFLICT (provider_id, type, status) DO NOTHING;

-- name: MoveJobs :exec
UPDATE jobs SET provider_id = sqlc.arg(provider_id) WHERE connection_id = sqlc.arg(connection_id) AND provider_id <> sqlc.arg(provider_id);

-- name: AddJobSortsOf :exec
INSERT INTO job_sorts (provider_id, type, status)
SELECT DISTINCT j.provider_id, j.type, j.status FROM jobs j WHERE j.connection_id = sqlc.arg(connection_id)
ON CONFLICT (provider_id, type, status) DO NOTHING;

-- name: PruneJobs :execrows
DELETE FROM jobs WHERE seq IN (
    SELECT old.seq FROM jobs old WHERE old.at < sqlc.arg(before) AND old.next_read = 0 ORDER BY old.at LIMIT sqlc.arg(count)
);
