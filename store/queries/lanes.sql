-- name: WakeLane :exec
INSERT INTO lanes (channel, due, next_at, lease_until, fence, fails)
VALUES (sqlc.arg(channel), sqlc.arg(at), 0, 0, 0, 0)
ON CONFLICT (channel) DO UPDATE SET due = excluded.due, next_at = 0, fails = 0 WHERE lanes.lease_until <= excluded.due;

-- A lane is due when it has something new, but not before its time.
-- name: CallLane :exec
INSERT INTO lanes (channel, due, next_at, lease_until, fence, fails)
VALUES (sqlc.arg(channel), sqlc.arg(now), 0, 0, 0, 0)
ON CONFLICT (channel) DO UPDATE SET due = CASE
    WHEN lanes.next_at > excluded.due THEN lanes.next_at
    WHEN lanes.due = 0 OR lanes.due > excluded.due THEN excluded.due
    ELSE lanes.due END;

-- The condition stands twice for the reason given at ClaimDue.
-- name: ClaimLane :one
UPDATE lanes SET lease_until = sqlc.arg(lease_until), fence = fence + 1
WHERE channel IN (
    SELECT l.channel FROM lanes l
    WHERE l.due > 0 AND l.due <= sqlc.arg(now) AND l.lease_until <= sqlc.arg(now) AND l.fails <= sqlc.arg(most_fails)
    ORDER BY l.due LIMIT 1
) AND due > 0 AND due <= sqlc.arg(now) AND lease_until <= sqlc.arg(now)
RETURNING channel, fence, fails;

-- name: ReleaseLane :execrows
UPDATE lanes SET lease_until = 0, due = sqlc.arg(due), next_at = sqlc.arg(next_at), fails = sqlc.arg(fails)
WHERE channel = sqlc.arg(channel) AND fence = sqlc.arg(fence);

-- Holds the lane against all others until the transaction ends.
-- name: HoldLane :execrows
UPDATE lanes SET lease_until = lease_until WHERE channel = sqlc.arg(channel) AND fence = sqlc.arg(fence);

-- name: FreeLanes :exec
UPDATE lanes SET lease_until = 0 WHERE lease_until > 0;

-- name: FreeCards :exec
UPDATE cards SET leased = 0 WHERE leased > 0;

-- Those that wait because nobody knew whether Slack heard them.
-- name: HastenLanes :exec
UPDATE lanes SET due = sqlc.arg(now), next_at = sqlc.arg(now) WHERE fails > 0 AND due > sqlc.arg(now) AND lease_until <= sqlc.arg(now);

-- name: Pending :one
SELECT CAST(CASE
    WHEN EXISTS (SELECT 1 FROM outbox o WHERE o.noticed = 0) THEN 1
    WHEN EXISTS (SELECT 1 FROM lanes l WHERE l.due > 0 AND l.due <= sqlc.arg(now) AND l.lease_until <= sqlc.arg(now)) THEN 1
    WHEN EXISTS (SELECT 1 FROM lanes e WHERE e.channel = '~edits' AND e.next_at > sqlc.arg(pace)) THEN 0
    WHEN EXISTS (SELECT 1 FROM cards c WHERE c.dirty > 0 AND c.dirty <= sqlc.arg(now) AND c.leased <= sqlc.arg(now) AND c.ts <> '') THEN 1
    ELSE 0 END AS BIGINT) AS pending;

-- name: BeginPace :exec
INSERT INTO lanes (channel, due, next_at, lease_until, fence, fails) VALUES ('~edits', 0, 0, 0, 0, 0) ON CONFLICT (channel) DO NOTHING;

-- name: PaceEdits :execrows
UPDATE lanes SET next_at = CASE WHEN next_at > sqlc.arg(now) THEN next_at ELSE sqlc.arg(now) END + sqlc.arg(cost)
WHERE channel = '~edits' AND next_at <= sqlc.arg(pace);

-- name: PutOffEdits :exec
UPDATE lanes SET next_at = sqlc.arg(next_at) WHERE channel = '~edits' AND next_at < sqlc.arg(next_at);
