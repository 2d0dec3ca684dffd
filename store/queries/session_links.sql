-- name: SaveSessionLink :exec
INSERT INTO session_links (session, hash, key_id, sealed)
SELECT s.num, sqlc.arg(hash), sqlc.arg(key_id), sqlc.arg(sealed) FROM sessions s WHERE s.id = sqlc.arg(id)
ON CONFLICT (session) DO UPDATE SET hash = excluded.hash, key_id = excluded.key_id, sealed = excluded.sealed;

-- name: SessionLinkByHash :one
SELECT l.*, s.id FROM session_links l JOIN sessions s ON s.num = l.session WHERE l.hash = sqlc.arg(hash) AND l.hash <> '';

-- name: SessionLinkOf :one
SELECT l.*, s.id FROM session_links l JOIN sessions s ON s.num = l.session WHERE s.id = sqlc.arg(id);

-- name: RevokeSession :execrows
UPDATE sessions SET revoked = CASE WHEN revoked = 0 THEN sqlc.arg(at) ELSE revoked END, due = sqlc.arg(now), fence = fence + 1
WHERE id = sqlc.arg(id);

-- name: WatchCustomer :exec
INSERT INTO session_watches (customer_id, user_id, made, told, told_at)
VALUES (sqlc.arg(customer_id), sqlc.arg(user_id), sqlc.arg(made), sqlc.arg(told), 0)
ON CONFLICT (customer_id, user_id) DO NOTHING;

-- name: UnwatchCustomer :exec
DELETE FROM session_watches WHERE customer_id = sqlc.arg(customer_id) AND user_id = sqlc.arg(user_id);

-- name: CountWatches :one
SELECT COUNT(*) FROM session_watches WHERE customer_id = sqlc.arg(customer_id) AND user_id = sqlc.arg(user_id);

-- name: LinkKeyIDs :many
SELECT DISTINCT key_id FROM session_links ORDER BY key_id;
