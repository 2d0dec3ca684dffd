-- name: OpenProblemOfKey :one
SELECT * FROM problems WHERE key = sqlc.arg(key) AND state = 'open';

-- Since when the newest living connection of a customer is known; 0 without one.
-- name: LinkedSince :one
SELECT CAST(COALESCE(MAX(c.first_seen), 0) AS BIGINT) FROM connections c
WHERE c.customer_folded = sqlc.arg(customer_folded) AND c.customer_id = sqlc.arg(customer_id) AND c.ended = 0
    AND EXISTS (SELECT 1 FROM tokens t WHERE t.connection_id = c.id);

-- name: WatchesOf :many
SELECT user_id, told, told_at FROM session_watches WHERE customer_id = sqlc.arg(customer_id) ORDER BY user_id;

-- name: NoteWatch :exec
UPDATE session_watches SET told = sqlc.arg(told), told_at = sqlc.arg(told_at)
WHERE customer_id = sqlc.arg(customer_id) AND user_id = sqlc.arg(user_id);
