-- name: SaveToken :exec
INSERT INTO tokens (connection_id, token_id, key_id, sealed, granted)
VALUES (sqlc.arg(connection_id), sqlc.arg(token_id), sqlc.arg(key_id), sqlc.arg(sealed), sqlc.arg(granted))
ON CONFLICT (connection_id) DO UPDATE SET
    token_id = excluded.token_id, key_id = excluded.key_id, sealed = excluded.sealed, granted = excluded.granted;

-- name: Token :one
SELECT * FROM tokens WHERE connection_id = sqlc.arg(connection_id);

-- name: DropToken :exec
DELETE FROM tokens WHERE connection_id = sqlc.arg(connection_id);

-- name: KeyIDs :many
SELECT DISTINCT key_id FROM tokens ORDER BY key_id;

-- name: OpenTokenSpan :exec
INSERT INTO token_history (connection_id, token_id, first_seen, last_seen, replaced)
VALUES (sqlc.arg(connection_id), sqlc.arg(token_id), sqlc.arg(at), sqlc.arg(at), 0)
ON CONFLICT (connection_id, token_id) DO UPDATE SET replaced = 0,
    last_seen = CASE WHEN excluded.last_seen > token_history.last_seen THEN excluded.last_seen ELSE token_history.last_seen END;

-- name: ReplaceOtherTokens :exec
UPDATE token_history SET replaced = sqlc.arg(at)
WHERE connection_id = sqlc.arg(connection_id) AND token_id <> sqlc.arg(token_id) AND replaced = 0;

-- name: SeeToken :exec
UPDATE token_history SET last_seen = sqlc.arg(at)
WHERE connection_id = sqlc.arg(connection_id) AND token_id = sqlc.arg(token_id) AND last_seen < sqlc.arg(at);

-- name: TokenHistory :many
SELECT token_id, first_seen, last_seen, replaced FROM token_history
WHERE connection_id = sqlc.arg(connection_id)
ORDER BY CASE WHEN replaced = 0 THEN 0 ELSE 1 END, first_seen DESC, last_seen DESC, token_id
LIMIT 5;
