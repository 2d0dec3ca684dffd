-- name: AddSession :execrows
INSERT INTO sessions (
    id, customer_id, customer_name, connection_id, provider_id, method, reconnect, sandbox, source, maker,
    created, expires, revoked, noted, name_folded, id_folded, customer_folded, ids_folded, newest, tells, events, browser_events,
    outcome, open, provisional, stage, opened, last_at, over, errors, dropped, dropped_at, counted, due, fence
) VALUES (
    sqlc.arg(id), sqlc.arg(customer_id), sqlc.arg(customer_name), sqlc.arg(connection_id), sqlc.arg(provider_id), sqlc.arg(method),
    sqlc.arg(reconnect), sqlc.arg(sandbox), sqlc.arg(source), sqlc.arg(maker),
    sqlc.arg(created), sqlc.arg(expires), sqlc.arg(revoked), sqlc.arg(noted),
    sqlc.arg(name_folded), sqlc.arg(id_folded), sqlc.arg(customer_folded), sqlc.arg(ids_folded), 0, 0, 0, 0,
    'unopened', 1, 0, '', 0, 0, 0, 0, 0, '', '', sqlc.arg(due), 0
)
ON CONFLICT (id) DO NOTHING;

-- What somebody says of a session, as it is merged with what was known. It is to
-- be read again, whatever reading is under way.
-- name: SaveSession :exec
UPDATE sessions SET customer_id = sqlc.arg(customer_id), customer_name = sqlc.arg(customer_name), connection_id = sqlc.arg(connection_id),
    provider_id = sqlc.arg(provider_id), method = sqlc.arg(method), reconnect = sqlc.arg(reconnect), sandbox = sqlc.arg(sandbox),
    source = sqlc.arg(source), maker = sqlc.arg(maker), created = sqlc.arg(created), expires = sqlc.arg(expires), revoked = sqlc.arg(revoked),
    name_folded = sqlc.arg(name_folded), customer_folded = sqlc.arg(customer_folded), ids_folded = sqlc.arg(ids_folded),
    due = sqlc.arg(due), fence = fence + 1
WHERE num = sqlc.arg(num);

-- name: SessionByID :one
SELECT * FROM session_lines WHERE id = sqlc.arg(id);

-- Changes nothing; see Hold.
-- name: HoldSession :exec
UPDATE sessions SET fence = fence WHERE id = sqlc.arg(id);

-- name: SessionsOfCustomer :many
SELECT * FROM session_lines WHERE customer_id = sqlc.arg(customer_id) ORDER BY created DESC, num DESC LIMIT sqlc.arg(count);

-- name: SessionsOfConnection :many
SELECT * FROM session_lines WHERE connection_id = sqlc.arg(connection_id) AND connection_id <> '' ORDER BY created DESC, num DESC LIMIT sqlc.arg(count);

-- name: NewestSession :one
SELECT num FROM sessions WHERE customer_id = sqlc.arg(customer_id) ORDER BY created DESC, num DESC LIMIT 1;

-- name: MarkNewest :exec
UPDATE sessions SET newest = CASE WHEN num = sqlc.arg(num) THEN 1 ELSE 0 END
WHERE customer_id = sqlc.arg(customer_id) AND newest <> CASE WHEN num = sqlc.arg(num) THEN 1 ELSE 0 END;

-- name: MarkTelling :exec
UPDATE sessions SET tells = CASE WHEN num = sqlc.arg(num) THEN 1 ELSE 0 END
WHERE customer_id = sqlc.arg(customer_id) AND tells <> CASE WHEN num = sqlc.arg(num) THEN 1 ELSE 0 END;

-- Of customers whose id nobody told, each session is the last.
-- name: MarkAlone :exec
UPDATE sessions SET newest = 1, tells = 1 WHERE id = sqlc.arg(id);

-- The sessions that a grant may end: those that are open, or of which only a
-- browser says that they are over; and those that are over a short while and have
-- not learned of their connection.
-- name: OpenSessionsOf :many
SELECT * FROM session_lines
WHERE customer_id = sqlc.arg(customer_id)
    AND (open = 1 OR provisional = 1 OR connection_id = '' AND outcome = 'connected' AND over >= sqlc.arg(since))
    AND (connection_id = '' OR connection_id = sqlc.arg(connection_id))
ORDER BY id;

-- name: OpenSessionsAt :many
SELECT * FROM session_lines
WHERE connection_id = sqlc.arg(connection_id) AND connection_id <> '' AND customer_id <> sqlc.arg(customer_id) AND (open = 1 OR provisional = 1)
ORDER BY id;

-- Sessions of a connection whose status changed.
-- name: ReadSessionsOfConnection :exec
UPDATE sessions SET due = sqlc.arg(now), fence = fence + 1
WHERE connection_id = sqlc.arg(connection_id) AND connection_id <> '' AND (over = 0 OR over > sqlc.arg(since));
