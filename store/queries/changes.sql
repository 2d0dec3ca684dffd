-- name: Changes :many
SELECT * FROM changes WHERE connection_id = sqlc.arg(connection_id) ORDER BY at DESC, seq DESC LIMIT sqlc.arg(count);

-- What webhooks said since a time.
-- name: ChangesSaid :many
SELECT * FROM changes
WHERE connection_id = sqlc.arg(connection_id) AND at > sqlc.arg(since) AND source = 'webhook'
ORDER BY at DESC, seq DESC LIMIT sqlc.arg(count);

-- What was the last step of a part not after a time. An entity is one part,
-- whatever method was named with it; without an entity each method is one.
-- name: ChangeBefore :one
SELECT * FROM changes
WHERE connection_id = sqlc.arg(connection_id) AND entity_id = sqlc.arg(entity_id) AND (entity_id <> '' OR method = sqlc.arg(method))
    AND at <= sqlc.arg(at)
ORDER BY at DESC, seq DESC LIMIT 1;

-- name: ChangeAfter :one
SELECT * FROM changes
WHERE connection_id = sqlc.arg(connection_id) AND entity_id = sqlc.arg(entity_id) AND (entity_id <> '' OR method = sqlc.arg(method))
    AND at > sqlc.arg(at)
ORDER BY at, seq LIMIT 1;

-- name: AddChange :exec
INSERT INTO changes (connection_id, entity_id, method, was, became, at, source)
VALUES (sqlc.arg(connection_id), sqlc.arg(entity_id), sqlc.arg(method), sqlc.arg(was), sqlc.arg(became), sqlc.arg(at), sqlc.arg(source));

-- name: CorrectChange :exec
UPDATE changes SET was = sqlc.arg(was) WHERE seq = sqlc.arg(seq);

-- name: PruneChanges :execrows
DELETE FROM changes WHERE seq IN (SELECT old.seq FROM changes old WHERE old.at < sqlc.arg(before) ORDER BY old.at LIMIT sqlc.arg(count));
