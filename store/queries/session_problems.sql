-- name: OpenProblemOfKey :one
SELECT * FROM problems WHERE key = sqlc.arg(key) AND state = 'open';

-- name: LivingOf :many
SELECT c.id, c.first_seen FROM connections c
WHERE c.customer_folded = sqlc.arg(customer_folded) AND c.customer_id = sqlc.arg(customer_id) AND c.ended = 0
    AND EXISTS (SELECT 1 FROM tokens t WHERE t.connection_id = c.id);

-- name: WatchesOf :many
SELECT user_id, told, told_at FROM session_watches WHERE customer_id = sqlc.arg(customer_id) ORDER BY user_id;

-- name: NoteWatch :exec
UPDATE session_watches SET told = sqlc.arg(told), told_at = sqlc.arg(told_at)
WHERE customer_id = sqlc.arg(customer_id) AND user_id = sqlc.arg(user_id);

-- The drop-offs at a stage, or at a provider, that are part of no surge yet. Empty
-- is any.
-- name: SurgeMembers :many
SELECT * FROM problems pr
WHERE pr.kind = 'dropped_off' AND pr.state = 'open' AND pr.parent_id = 0 AND pr.latest >= sqlc.arg(since)
    AND (CAST(sqlc.arg(class) AS TEXT) = '' OR pr.class = sqlc.arg(class))
    AND (CAST(sqlc.arg(provider_id) AS TEXT) = '' OR pr.provider_id = sqlc.arg(provider_id))
ORDER BY pr.latest DESC, pr.id DESC LIMIT sqlc.arg(count);

-- Of the sessions of the last while, how many came to a stage, or opened their
-- link, and how many stopped there; of both, those that were made before a time.
-- The pattern finds the stage in what they add to the funnel.
-- name: LatelyCounted :one
SELECT COUNT(*) AS reached,
    CAST(COALESCE(SUM(CASE WHEN s.dropped = 1 AND (CAST(sqlc.arg(stage) AS TEXT) = '' OR s.dropped_at = sqlc.arg(stage)) THEN 1 ELSE 0 END), 0) AS BIGINT) AS dropped,
    CAST(COALESCE(SUM(CASE WHEN s.created < sqlc.arg(until) THEN 1 ELSE 0 END), 0) AS BIGINT) AS old_reached,
    CAST(COALESCE(SUM(CASE WHEN s.created < sqlc.arg(until) AND s.dropped = 1 AND (sqlc.arg(stage) = '' OR s.dropped_at = sqlc.arg(stage)) THEN 1 ELSE 0 END), 0) AS BIGINT) AS old_dropped
FROM sessions s
WHERE s.last_at > 0 AND s.last_at >= sqlc.arg(since) AND s.counted <> '' AND (s.opened > 0 OR s.outcome = 'connected')
    AND (CAST(sqlc.arg(provider_id) AS TEXT) = '' OR s.provider_id = sqlc.arg(provider_id))
    AND (sqlc.arg(stage) = '' OR s.counted LIKE CAST(sqlc.arg(pattern) AS TEXT) ESCAPE '\');

-- How many came by in the funnel's days, and stopped: at a stage, or, where it is
-- empty, of those who opened their link at all.
-- name: UsuallyCounted :one
SELECT CAST(COALESCE(SUM(CASE WHEN f.stage = '' THEN f.opened ELSE f.sessions END), 0) AS BIGINT) AS reached, CAST(COALESCE(SUM(f.dropped), 0) AS BIGINT) AS dropped
FROM funnel_days f
WHERE f.day >= sqlc.arg(since) AND f.day < sqlc.arg(until) AND f.stage = sqlc.arg(stage)
    AND (CAST(sqlc.arg(provider_id) AS TEXT) = '' OR f.provider_id = sqlc.arg(provider_id));
