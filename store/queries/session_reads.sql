-- name: CountSessionsDue :one
SELECT COUNT(*) FROM sessions WHERE due > 0 AND due <= sqlc.arg(now);

-- How Connect sessions come in: how many wait to be read and since when, when an
-- employer was last heard of, and how many are on their way. Each is a range of an
-- index, or its end.
-- name: SessionPulse :one
SELECT CAST((SELECT COUNT(*) FROM sessions w WHERE w.due > 0 AND w.due <= sqlc.arg(now)) AS BIGINT) AS waiting,
    CAST((SELECT COALESCE(MIN(o.due), 0) FROM sessions o WHERE o.due > 0 AND o.due <= sqlc.arg(now)) AS BIGINT) AS oldest,
    CAST((SELECT COALESCE(MAX(l.last_at), 0) FROM sessions l WHERE l.last_at > 0) AS BIGINT) AS heard,
    CAST((SELECT COUNT(*) FROM sessions u WHERE u.tells = 1 AND u.open = 1 AND u.opened > 0 AND u.last_at >= sqlc.arg(since)) AS BIGINT) AS underway;

-- name: DueSessions :many
SELECT id FROM sessions WHERE due > 0 AND due <= sqlc.arg(now) ORDER BY due LIMIT sqlc.arg(count);

-- Whoever was quicker has moved when it is due.
-- name: ClaimSession :one
UPDATE sessions SET due = sqlc.arg(lease_until), fence = fence + 1
WHERE id = sqlc.arg(id) AND due > 0 AND due <= sqlc.arg(now)
RETURNING id, customer_id, fence;

-- What was read off a session. Something new since the claim leaves it due.
-- name: SaveReading :exec
UPDATE sessions SET outcome = sqlc.arg(outcome), open = sqlc.arg(open), provisional = sqlc.arg(provisional), stage = sqlc.arg(stage),
    opened = sqlc.arg(opened), last_at = sqlc.arg(last_at), over = sqlc.arg(over), errors = sqlc.arg(errors),
    dropped = sqlc.arg(dropped), dropped_at = sqlc.arg(dropped_at), counted = sqlc.arg(counted)
WHERE num = sqlc.arg(num);

-- name: PostponeSession :exec
UPDATE sessions SET due = sqlc.arg(due) WHERE id = sqlc.arg(id) AND fence = sqlc.arg(fence);

-- Brings a session's next reading forward.
-- name: ReadSessionBy :exec
UPDATE sessions SET due = sqlc.arg(due) WHERE id = sqlc.arg(id) AND (due = 0 OR due > sqlc.arg(due));

-- A claim cannot be told from a reading that is to come as soon.
-- name: FreeSessions :exec
UPDATE sessions SET due = sqlc.arg(now) WHERE due > 0 AND due > sqlc.arg(now) AND due <= sqlc.arg(until);

-- name: SessionErrors :many
SELECT hash, last_at FROM session_errors WHERE session = sqlc.arg(session);

-- name: SaveSessionError :exec
INSERT INTO session_errors (session, hash, customer_id, last_at)
VALUES (sqlc.arg(session), sqlc.arg(hash), sqlc.arg(customer_id), sqlc.arg(last_at))
ON CONFLICT (session, hash) DO UPDATE SET customer_id = excluded.customer_id, last_at = excluded.last_at;

-- name: DropSessionError :exec
DELETE FROM session_errors WHERE session = sqlc.arg(session) AND hash = sqlc.arg(hash);

-- name: SameError :one
SELECT COUNT(*) AS sessions, COUNT(DISTINCT customer_id) AS customers FROM session_errors
WHERE hash = sqlc.arg(hash) AND last_at >= sqlc.arg(since);
