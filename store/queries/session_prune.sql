-- name: OldSessions :many
SELECT num, customer_id, newest FROM sessions old
WHERE old.created < sqlc.arg(before) AND old.last_at < sqlc.arg(before) AND old.over < sqlc.arg(before) AND old.open = 0
ORDER BY old.created, old.num LIMIT sqlc.arg(count);

-- name: DropEventsOfSession :execrows
DELETE FROM session_events WHERE session_events.session = sqlc.arg(session) AND session_events.id IN (
    SELECT old.id FROM session_events old WHERE old.session = sqlc.arg(session) ORDER BY old.id LIMIT sqlc.arg(count)
);

-- name: DropErrorsOfSession :exec
DELETE FROM session_errors WHERE session = sqlc.arg(session);

-- name: DropLinkOfSession :exec
DELETE FROM session_links WHERE session = sqlc.arg(session);

-- name: DropSession :exec
DELETE FROM sessions WHERE num = sqlc.arg(num);

-- name: DropWatchesOf :exec
DELETE FROM session_watches WHERE customer_id = sqlc.arg(customer_id);

-- name: PruneFunnel :execrows
DELETE FROM funnel_days WHERE day IN (SELECT MIN(old.day) FROM funnel_days old WHERE old.day < sqlc.arg(before));

-- name: PruneAudit :execrows
DELETE FROM audit WHERE seq IN (SELECT old.seq FROM audit old WHERE old.at < sqlc.arg(before) ORDER BY old.at, old.seq LIMIT sqlc.arg(count));
