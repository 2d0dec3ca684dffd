-- name: TakeIn :execrows
INSERT INTO inbox (source, event_id, payload, received, state, attempts, next_try)
VALUES (sqlc.arg(source), sqlc.arg(event_id), sqlc.arg(payload), sqlc.arg(received), 0, 0, sqlc.arg(received))
ON CONFLICT (source, event_id) DO NOTHING;

-- The condition stands twice for the reason given at ClaimDue.
-- name: ClaimInbox :many
UPDATE inbox SET next_try = sqlc.arg(lease_until), attempts = attempts + 1
WHERE id IN (
    SELECT waiting.id FROM inbox waiting WHERE waiting.source = sqlc.arg(source) AND waiting.state = 0 AND waiting.next_try <= sqlc.arg(now)
    ORDER BY waiting.next_try, waiting.id LIMIT sqlc.arg(count)
) AND source = sqlc.arg(source) AND state = 0 AND next_try <= sqlc.arg(now)
RETURNING id, source, event_id, payload, received, attempts;

-- The payload goes as soon as it has served; the id stays to be known again.
-- name: FinishInbox :exec
UPDATE inbox SET state = 1, payload = sqlc.arg(empty) WHERE source = sqlc.arg(source) AND event_id = sqlc.arg(event_id);

-- name: PruneInbox :execrows
DELETE FROM inbox WHERE id IN (SELECT old.id FROM inbox old WHERE old.received < sqlc.arg(before) ORDER BY old.received LIMIT sqlc.arg(count));

-- name: FreeInbox :exec
UPDATE inbox SET next_try = sqlc.arg(now) WHERE state = 0 AND next_try > sqlc.arg(now);
