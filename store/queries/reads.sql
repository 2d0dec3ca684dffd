-- The condition stands twice for the reason given at ClaimDue.
-- name: ClaimJobs :many
UPDATE jobs SET next_read = sqlc.arg(lease_until), read_fence = read_fence + 1
WHERE seq IN (
    SELECT due.seq FROM jobs due WHERE due.next_read > 0 AND due.next_read <= sqlc.arg(now)
    ORDER BY due.next_read LIMIT sqlc.arg(count)
) AND next_read > 0 AND next_read <= sqlc.arg(now)
RETURNING id, connection_id, kind, read_fence;

-- A job that has left the queue meanwhile (its token went) does not come back.
-- name: PostponeJob :exec
UPDATE jobs SET next_read = sqlc.arg(next_read) WHERE id = sqlc.arg(id) AND read_fence = sqlc.arg(fence) AND next_read > 0;

-- The fence moves on, so that a read under way, which may have been too early,
-- does not put it off again.
-- name: ReadSoon :exec
UPDATE jobs SET next_read = sqlc.arg(now), read_fence = read_fence + 1
WHERE id = sqlc.arg(id) AND gone = 0 AND status NOT IN ('complete', 'error', 'reauth_error', 'permissions_error')
    AND EXISTS (SELECT 1 FROM tokens t WHERE t.connection_id = jobs.connection_id);

-- What is due before it begins was heard of otherwise, and is left alone.
-- name: ReadWhenOver :exec
UPDATE jobs SET next_read = sqlc.arg(at), read_fence = read_fence + 1 WHERE id = sqlc.arg(id) AND scheduled > 0 AND next_read >= scheduled;

-- name: ResumeReads :exec
UPDATE jobs SET next_read = sqlc.arg(at)
WHERE connection_id = sqlc.arg(connection_id) AND next_read = 0 AND gone = 0
    AND status NOT IN ('complete', 'error', 'reauth_error', 'permissions_error');

-- name: EndReads :exec
UPDATE jobs SET next_read = 0, read_fence = read_fence + 1 WHERE connection_id = sqlc.arg(connection_id) AND next_read > 0;

-- A claim cannot be told from a reading that is to come as soon.
-- name: FreeReads :exec
UPDATE jobs SET next_read = sqlc.arg(now) WHERE next_read > 0 AND next_read > sqlc.arg(now) AND next_read <= sqlc.arg(until);
