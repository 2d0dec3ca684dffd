-- name: SessionsEvery :many
SELECT * FROM session_lines s
WHERE (s.created, s.num) < (CAST(sqlc.arg(before_at) AS BIGINT), CAST(sqlc.arg(before_num) AS BIGINT))
    AND (CAST(sqlc.arg(within) AS TEXT) = '' OR s.name_folded LIKE sqlc.arg(within) ESCAPE '\' OR s.ids_folded LIKE sqlc.arg(within) ESCAPE '\')
ORDER BY s.created DESC, s.num DESC LIMIT sqlc.arg(count);

-- name: SessionsStaged :many
SELECT * FROM session_lines s
WHERE s.newest = 1 AND s.open = 1 AND s.reconnect = 0
    AND (s.created, s.num) < (CAST(sqlc.arg(before_at) AS BIGINT), CAST(sqlc.arg(before_num) AS BIGINT))
    AND (CAST(sqlc.arg(within) AS TEXT) = '' OR s.name_folded LIKE sqlc.arg(within) ESCAPE '\' OR s.ids_folded LIKE sqlc.arg(within) ESCAPE '\')
ORDER BY s.created DESC, s.num DESC LIMIT sqlc.arg(count);

-- name: SessionsUnderway :many
SELECT * FROM session_lines s
WHERE s.tells = 1 AND s.open = 1 AND s.opened > 0 AND s.last_at >= sqlc.arg(since)
    AND (s.last_at, s.num) > (CAST(sqlc.arg(after_at) AS BIGINT), CAST(sqlc.arg(after_num) AS BIGINT))
    AND (CAST(sqlc.arg(within) AS TEXT) = '' OR s.name_folded LIKE sqlc.arg(within) ESCAPE '\' OR s.ids_folded LIKE sqlc.arg(within) ESCAPE '\')
ORDER BY s.last_at, s.num LIMIT sqlc.arg(count);

-- name: CountSessions :one
SELECT COUNT(*) FROM sessions s
WHERE CAST(sqlc.arg(within) AS TEXT) = '' OR s.name_folded LIKE sqlc.arg(within) ESCAPE '\' OR s.ids_folded LIKE sqlc.arg(within) ESCAPE '\';

-- Counts the entries of an index without reading any.
-- name: CountAllSessions :one
SELECT COUNT(*) FROM sessions;

-- name: CountStaged :one
SELECT COUNT(*) FROM sessions s
WHERE s.newest = 1 AND s.open = 1 AND s.reconnect = 0
    AND (CAST(sqlc.arg(within) AS TEXT) = '' OR s.name_folded LIKE sqlc.arg(within) ESCAPE '\' OR s.ids_folded LIKE sqlc.arg(within) ESCAPE '\');

-- name: CountUnderway :one
SELECT COUNT(*) FROM sessions s
WHERE s.tells = 1 AND s.open = 1 AND s.opened > 0 AND s.last_at >= sqlc.arg(since)
    AND (CAST(sqlc.arg(within) AS TEXT) = '' OR s.name_folded LIKE sqlc.arg(within) ESCAPE '\' OR s.ids_folded LIKE sqlc.arg(within) ESCAPE '\');

-- name: SessionsExactly :many
SELECT * FROM session_lines s WHERE s.id_folded = sqlc.arg(word) ORDER BY s.created DESC, s.num DESC LIMIT sqlc.arg(count);

-- name: CustomersExactly :many
SELECT * FROM session_lines s WHERE s.customer_folded = sqlc.arg(word) AND s.newest = 1 ORDER BY s.created DESC, s.num DESC LIMIT sqlc.arg(count);

-- The name itself first, then names that begin with the words, then the others,
-- the newest first. What is searched is read from an index alone.
-- name: SessionMatches :many
SELECT * FROM session_lines l
WHERE l.num IN (
    SELECT hit.num FROM sessions hit
    WHERE hit.newest = 1 AND (hit.name_folded LIKE CAST(sqlc.arg(within) AS TEXT) ESCAPE '\' OR hit.ids_folded LIKE CAST(sqlc.arg(id_prefix) AS TEXT) ESCAPE '\')
    ORDER BY CASE WHEN hit.name_folded = sqlc.arg(word) THEN 0 WHEN hit.name_folded LIKE CAST(sqlc.arg(prefix) AS TEXT) ESCAPE '\' THEN 1 ELSE 2 END,
        hit.created DESC, hit.num DESC
    LIMIT sqlc.arg(count)
)
ORDER BY CASE WHEN l.name_folded = sqlc.arg(word) THEN 0 WHEN l.name_folded LIKE CAST(sqlc.arg(prefix) AS TEXT) ESCAPE '\' THEN 1 ELSE 2 END,
    l.created DESC, l.num DESC;

-- name: SessionNames :many
SELECT num, name_folded FROM sessions WHERE newest = 1 AND name_folded <> '' ORDER BY created DESC, num DESC LIMIT sqlc.arg(count);

-- name: SessionByNum :one
SELECT * FROM session_lines WHERE num = sqlc.arg(num);
