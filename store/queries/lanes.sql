-- name: WakeLane :exec
INSERT INTO lanes (channel, due, next_at, lease_until, fence, fails)
VALUES (sqlc.arg(channel), sqlc.arg(at), 0, 0, 0, 0)
ON CONFLICT (channel) DO UPDATE SET due = excluded.due, next_at = 0, fails = 0 WHERE lanes.lease_until <= excluded.due;
