-- Makes a row of the funnel where there is none, and holds it: its histogram is
-- read, changed and written.
-- name: HoldFunnelDay :one
INSERT INTO funnel_days (day, provider_id, stage, sessions, opened, staged, passed, dropped, spent)
VALUES (sqlc.arg(day), sqlc.arg(provider_id), sqlc.arg(stage), 0, 0, 0, 0, 0, '')
ON CONFLICT (day, provider_id, stage) DO UPDATE SET sessions = funnel_days.sessions
RETURNING spent;

-- name: AddToFunnelDay :exec
UPDATE funnel_days SET sessions = sessions + sqlc.arg(sessions), opened = opened + sqlc.arg(opened), staged = staged + sqlc.arg(staged),
    passed = passed + sqlc.arg(passed), dropped = dropped + sqlc.arg(dropped), spent = sqlc.arg(spent)
WHERE day = sqlc.arg(day) AND provider_id = sqlc.arg(provider_id) AND stage = sqlc.arg(stage);

-- name: FunnelDays :many
SELECT * FROM funnel_days
WHERE day >= sqlc.arg(since) AND day < sqlc.arg(until) AND (CAST(sqlc.arg(provider_id) AS TEXT) = '' OR provider_id = sqlc.arg(provider_id));

-- name: FunnelNames :many
SELECT * FROM session_lines
WHERE dropped = 1 AND dropped_at = sqlc.arg(stage) AND created >= sqlc.arg(since) AND created < sqlc.arg(until)
    AND (CAST(sqlc.arg(provider_id) AS TEXT) = '' OR provider_id = sqlc.arg(provider_id))
ORDER BY created DESC, num DESC LIMIT sqlc.arg(count);
