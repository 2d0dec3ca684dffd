-- Whoever changes what is counted of a crowd waits for others who do.
-- name: HoldCrowd :one
INSERT INTO crowds (provider_id, class, opened, look_at, looked, parent_id, last_id) VALUES (sqlc.arg(provider_id), sqlc.arg(class), 0, 0, 0, 0, 0)
ON CONFLICT (provider_id, class) DO UPDATE SET opened = crowds.opened
RETURNING *;

-- name: SaveCrowd :exec
UPDATE crowds SET opened = sqlc.arg(opened), look_at = sqlc.arg(look_at), looked = sqlc.arg(looked), parent_id = sqlc.arg(parent_id),
    last_id = sqlc.arg(last_id)
WHERE provider_id = sqlc.arg(provider_id) AND class = sqlc.arg(class);

-- How many connections of a provider have a problem of one class since then.
-- name: CrowdSize :one
SELECT COUNT(DISTINCT pr.connection_id) FROM problems pr
WHERE pr.provider_id = sqlc.arg(provider_id) AND pr.class = sqlc.arg(class) AND pr.noted >= sqlc.arg(since)
    AND pr.state = 'open' AND pr.parent_id = 0 AND pr.connection_id <> '';

-- name: CrowdMembers :many
SELECT * FROM problems pr
WHERE pr.provider_id = sqlc.arg(provider_id) AND pr.class = sqlc.arg(class) AND pr.noted >= sqlc.arg(since)
    AND pr.state = 'open' AND pr.parent_id = 0 AND pr.connection_id <> ''
ORDER BY pr.noted, pr.id;

-- name: ActiveConnections :one
SELECT COUNT(*) FROM connections WHERE provider_id = sqlc.arg(provider_id) AND ended = 0;
