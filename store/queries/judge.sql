-- name: JudgedConnection :one
SELECT removed FROM connections WHERE id = sqlc.arg(id);

-- name: MarkRemoved :exec
UPDATE connections SET removed = sqlc.arg(removed) WHERE id = sqlc.arg(id) AND removed <> sqlc.arg(removed);

-- name: JudgedJobs :many
SELECT * FROM jobs WHERE connection_id = sqlc.arg(connection_id) ORDER BY at DESC, seq DESC LIMIT sqlc.arg(count);

-- Older jobs that did not go well.
-- name: OlderTroubles :many
SELECT * FROM jobs
WHERE connection_id = sqlc.arg(connection_id) AND status <> 'complete'
    AND (at, seq) < (CAST(sqlc.arg(before_at) AS BIGINT), CAST(sqlc.arg(before_seq) AS BIGINT))
ORDER BY at DESC, seq DESC LIMIT sqlc.arg(count);

-- The last success of one type since a time, and the last of one entity: where a
-- connection has a single entity, Finch names it or does not.
-- name: LastSuccesses :many
SELECT * FROM jobs WHERE seq IN (
    (SELECT any_entity.seq FROM jobs any_entity
     WHERE any_entity.connection_id = sqlc.arg(connection_id) AND any_entity.type = sqlc.arg(type) AND any_entity.status = 'complete'
         AND any_entity.at >= sqlc.arg(since) AND (any_entity.at, any_entity.seq) < (CAST(sqlc.arg(before_at) AS BIGINT), CAST(sqlc.arg(before_seq) AS BIGINT))
     ORDER BY any_entity.at DESC, any_entity.seq DESC LIMIT 1),
    (SELECT one.seq FROM jobs one
     WHERE one.connection_id = sqlc.arg(connection_id) AND one.type = sqlc.arg(type) AND one.entity_id = sqlc.arg(entity_id) AND one.status = 'complete'
         AND one.at >= sqlc.arg(since) AND (one.at, one.seq) < (CAST(sqlc.arg(before_at) AS BIGINT), CAST(sqlc.arg(before_seq) AS BIGINT))
     ORDER BY one.at DESC, one.seq DESC LIMIT 1)
);

-- When a connection is judged though nothing is heard of it.
-- name: SetJudgement :exec
INSERT INTO judgements (connection_id, due, fence) VALUES (sqlc.arg(connection_id), sqlc.arg(due), 0)
ON CONFLICT (connection_id) DO UPDATE SET due = excluded.due, fence = judgements.fence + 1 WHERE judgements.due <> excluded.due;

-- Whoever judges Perch itself waits for others who do.
-- name: HoldJudgement :exec
INSERT INTO judgements (connection_id, due, fence) VALUES (sqlc.arg(connection_id), 0, 0)
ON CONFLICT (connection_id) DO UPDATE SET fence = judgements.fence + 1;

-- The condition stands twice for the reason given at ClaimDue.
-- name: ClaimJudgements :many
UPDATE judgements SET due = sqlc.arg(lease_until), fence = fence + 1
WHERE connection_id IN (
    SELECT waiting.connection_id FROM judgements waiting WHERE waiting.due > 0 AND waiting.due <= sqlc.arg(now)
    ORDER BY waiting.due LIMIT sqlc.arg(count)
) AND due > 0 AND due <= sqlc.arg(now)
RETURNING connection_id;

-- name: Senses :many
SELECT * FROM senses ORDER BY name;

-- name: SaveSense :exec
INSERT INTO senses (name, good, bad, since, count, detail)
VALUES (sqlc.arg(name), sqlc.arg(good), sqlc.arg(bad), sqlc.arg(since), sqlc.arg(count), sqlc.arg(detail))
ON CONFLICT (name) DO UPDATE SET good = excluded.good, bad = excluded.bad, since = excluded.since, count = excluded.count, detail = excluded.detail;
