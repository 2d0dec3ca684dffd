-- What the subscriptions that stand hear of a problem, with the kind of card it
-- is told on; -1 for none.
-- name: TellingsOf :many
SELECT t.id, t.subscription_id, t.problem_id, t.state, t.reason, t.due, t.card_id, s.channel,
    CAST(COALESCE(c.kind, -1) AS SMALLINT) AS card_kind
FROM tellings t
JOIN subscriptions s ON s.id = t.subscription_id AND s.deleted = 0
LEFT JOIN cards c ON c.id = t.card_id
WHERE t.problem_id = sqlc.arg(problem_id) ORDER BY t.subscription_id;

-- name: SaveTelling :exec
INSERT INTO tellings (subscription_id, problem_id, state, reason, due, card_id)
VALUES (sqlc.arg(subscription_id), sqlc.arg(problem_id), sqlc.arg(state), sqlc.arg(reason), sqlc.arg(due), 0)
ON CONFLICT (problem_id, subscription_id) DO UPDATE SET state = excluded.state, reason = excluded.reason, due = excluded.due;

-- name: SetTellingDue :exec
UPDATE tellings SET due = sqlc.arg(due) WHERE id = sqlc.arg(id) AND due <> sqlc.arg(due);

-- What one subscription is still to hear: held or owed.
-- name: UntoldOf :many
SELECT * FROM tellings WHERE subscription_id = sqlc.arg(subscription_id) AND state <= 1 ORDER BY problem_id;

-- What one subscription hears of problems that are open, whatever became of it.
-- name: TellingsOfOpen :many
SELECT t.* FROM tellings t JOIN problems pr ON pr.id = t.problem_id
WHERE t.subscription_id = sqlc.arg(subscription_id) AND pr.state = 'open' ORDER BY t.problem_id;

-- name: EndTellings :exec
UPDATE tellings SET state = CASE WHEN state <= 1 THEN 3 ELSE state END, reason = CASE WHEN state <= 1 THEN sqlc.arg(reason) ELSE reason END, due = 0
WHERE subscription_id = sqlc.arg(subscription_id) AND (state <= 1 OR due > 0);

-- The channel whose turn it is.
-- name: DueChannel :one
SELECT s.channel FROM tellings t JOIN subscriptions s ON s.id = t.subscription_id
WHERE t.due > 0 AND t.due <= sqlc.arg(now) ORDER BY t.due LIMIT 1;

-- All of one channel that is due, so that it goes into one message. The
-- condition stands twice for the reason given at ClaimDue.
-- name: ClaimTellings :many
UPDATE tellings SET due = sqlc.arg(lease_until)
WHERE id IN (
    SELECT t.id FROM tellings t JOIN subscriptions s ON s.id = t.subscription_id
    WHERE s.channel = sqlc.arg(channel) AND t.due > 0 AND t.due <= sqlc.arg(now) ORDER BY t.due, t.id LIMIT sqlc.arg(count)
) AND due > 0 AND due <= sqlc.arg(now)
RETURNING *;

-- name: DueTellings :many
SELECT t.id, t.due FROM tellings t JOIN subscriptions s ON s.id = t.subscription_id
WHERE s.channel = sqlc.arg(channel) AND t.due > 0 AND t.due <= sqlc.arg(now) ORDER BY t.due, t.id LIMIT sqlc.arg(count);

-- name: TellingByID :one
SELECT * FROM tellings WHERE id = sqlc.arg(id);

-- What waits for its time.
-- name: CountHeld :one
SELECT COUNT(*) FROM tellings t JOIN subscriptions s ON s.id = t.subscription_id AND s.deleted = 0 AND s.paused = 0
WHERE t.due > 0 AND t.state = 0;
