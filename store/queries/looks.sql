-- The fence moves on, so that a look with an older token does not put it off.
-- name: ScheduleLook :exec
UPDATE connections SET next_look = sqlc.arg(at), look_fence = look_fence + 1 WHERE id = sqlc.arg(id);

-- The fence moves on, so that a look under way does not schedule another.
-- name: EndLooks :exec
UPDATE connections SET next_look = 0, look_fence = look_fence + 1 WHERE id = sqlc.arg(id);

-- The condition stands twice: on PostgreSQL two sessions can pick the same rows
-- inside, and the one that comes second must look again.
-- name: ClaimDue :many
UPDATE connections SET next_look = sqlc.arg(lease_until), look_fence = look_fence + 1
WHERE id IN (
    SELECT due.id FROM connections due WHERE due.next_look > 0 AND due.next_look <= sqlc.arg(now)
    ORDER BY due.next_look LIMIT sqlc.arg(count)
) AND next_look > 0 AND next_look <= sqlc.arg(now)
RETURNING id, look_fence;

-- name: Postpone :exec
UPDATE connections SET next_look = sqlc.arg(next_look) WHERE id = sqlc.arg(id) AND look_fence = sqlc.arg(fence);

-- Only a look that stands in the queue comes sooner. The fence moves on, so
-- that one under way, which may have been too early, does not put it off again.
-- name: LookSoon :exec
UPDATE connections SET next_look = sqlc.arg(now), look_fence = look_fence + 1 WHERE id = sqlc.arg(id) AND next_look > sqlc.arg(now);

-- A claim cannot be told from a look that is to come as soon.
-- name: FreeLooks :exec
UPDATE connections SET next_look = sqlc.arg(now) WHERE next_look > 0 AND next_look > sqlc.arg(now) AND next_look <= sqlc.arg(until);
