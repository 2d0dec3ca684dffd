-- Changes nothing; see Hold.
-- name: HoldToAddEvents :one
UPDATE sessions SET fence = fence WHERE id = sqlc.arg(id) RETURNING num, events, browser_events;

-- name: AddSessionEvent :execrows
INSERT INTO session_events (session, id, at, received, type, stage, message, error_type, source)
VALUES (sqlc.arg(session), sqlc.arg(id), sqlc.arg(at), sqlc.arg(received), sqlc.arg(type), sqlc.arg(stage), sqlc.arg(message), sqlc.arg(error_type), sqlc.arg(source))
ON CONFLICT (session, id) DO NOTHING;

-- What a server says takes the place of what a browser said under the same id.
-- name: CorrectSessionEvent :execrows
UPDATE session_events SET at = sqlc.arg(at), received = sqlc.arg(received), type = sqlc.arg(type), stage = sqlc.arg(stage),
    message = sqlc.arg(message), error_type = sqlc.arg(error_type), source = sqlc.arg(source)
WHERE session = sqlc.arg(session) AND id = sqlc.arg(id) AND source = 'browser';

-- name: SessionEventSource :one
SELECT source FROM session_events WHERE session = sqlc.arg(session) AND id = sqlc.arg(id);

-- The session is to be read again, whatever reading is under way.
-- name: CountSessionEvents :exec
UPDATE sessions SET events = events + sqlc.arg(added), browser_events = browser_events + sqlc.arg(browser), due = sqlc.arg(due), fence = fence + 1
WHERE num = sqlc.arg(num);

-- name: EventsOfSession :many
SELECT * FROM session_events WHERE session = sqlc.arg(session);

-- The steps of a connection's own status in a stretch of time, oldest first.
-- name: StatusSteps :many
SELECT * FROM changes
WHERE connection_id = sqlc.arg(connection_id) AND entity_id = '' AND method = '' AND at >= sqlc.arg(since) AND at <= sqlc.arg(until)
ORDER BY at, seq LIMIT sqlc.arg(count);

-- The first sync that succeeded in a stretch of time.
-- name: FirstSync :one
SELECT * FROM jobs
WHERE connection_id = sqlc.arg(connection_id) AND at >= sqlc.arg(since) AND at <= sqlc.arg(until) AND type = sqlc.arg(type) AND status = 'complete'
ORDER BY at, seq LIMIT 1;

-- name: FirstTokenSeen :one
SELECT first_seen FROM token_history WHERE connection_id = sqlc.arg(connection_id) AND token_id = sqlc.arg(token_id);

-- name: ConnectionStatus :one
SELECT status FROM connections WHERE id = sqlc.arg(id);

-- A token of a customer's, or of a connection, that came at a time or later.
-- name: FreshToken :one
SELECT h.connection_id, h.token_id, h.first_seen FROM token_history h JOIN connections c ON c.id = h.connection_id
WHERE h.first_seen >= sqlc.arg(since) AND h.replaced = 0 AND c.customer_folded = sqlc.arg(customer_folded) AND c.customer_id = sqlc.arg(customer_id)
    AND (CAST(sqlc.arg(connection_id) AS TEXT) = '' OR c.id = sqlc.arg(connection_id))
ORDER BY h.first_seen LIMIT 1;
