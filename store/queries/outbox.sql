-- name: Owe :exec
INSERT INTO outbox (key, channel, kind, subscription_id, problem_id, card_id, body, state, attempts, owed, first_tried, tried, noticed, done, ts, error)
VALUES (sqlc.arg(key), sqlc.arg(channel), sqlc.arg(kind), sqlc.arg(subscription_id), sqlc.arg(problem_id), sqlc.arg(card_id), sqlc.arg(body),
    0, 0, sqlc.arg(owed), 0, 0, 0, 0, '', '')
ON CONFLICT (key) DO NOTHING;

-- What was sent off may stand in Slack by now: that is told to its end.
-- name: Unowe :execrows
UPDATE outbox SET state = 4, noticed = 1, done = sqlc.arg(now), error = sqlc.arg(reason)
WHERE problem_id = sqlc.arg(problem_id) AND subscription_id = sqlc.arg(subscription_id) AND state = 0;

-- name: UnoweAll :execrows
UPDATE outbox SET state = 4, noticed = 1, done = sqlc.arg(now), error = sqlc.arg(reason)
WHERE subscription_id = sqlc.arg(subscription_id) AND state = 0 AND kind NOT IN ('summary', 'list', 'notice');
