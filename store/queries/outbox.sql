-- name: Owe :exec
INSERT INTO outbox (key, channel, kind, subscription_id, problem_id, card_id, body, state, attempts, owed, first_tried, tried, noticed, done, ts, error)
VALUES (sqlc.arg(key), sqlc.arg(channel), sqlc.arg(kind), sqlc.arg(subscription_id), sqlc.arg(problem_id), sqlc.arg(card_id), sqlc.arg(body),
    0, 0, sqlc.arg(owed), 0, 0, sqlc.arg(noticed), 0, '', '')
ON CONFLICT (key) DO NOTHING;

-- What was sent off may stand in Slack by now: that is told to its end.
-- name: Unowe :execrows
UPDATE outbox SET state = 4, noticed = 1, done = sqlc.arg(now), error = sqlc.arg(reason)
WHERE problem_id = sqlc.arg(problem_id) AND subscription_id = sqlc.arg(subscription_id) AND state <= 1 AND state = 0;

-- name: UnoweAll :execrows
UPDATE outbox SET state = 4, noticed = 1, done = sqlc.arg(now), error = sqlc.arg(reason)
WHERE subscription_id = sqlc.arg(subscription_id) AND state = 0 AND kind NOT IN ('summary', 'list', 'notice');

-- The condition stands twice for the reason given at ClaimDue.
-- name: NoticeOwed :many
UPDATE outbox SET noticed = 1
WHERE id IN (SELECT new.id FROM outbox new WHERE new.noticed = 0 ORDER BY new.id LIMIT sqlc.arg(count)) AND noticed = 0
RETURNING channel;

-- name: SentOff :one
SELECT * FROM outbox WHERE channel = sqlc.arg(channel) AND state = 1 ORDER BY id LIMIT 1;

-- Nothing goes to a subscription that is paused or gone, but a word to a person
-- about it; what is said in threads, or offered, is for no subscription. A summary may hold what another subscription of the channel waits for.
-- name: OldestOwed :one
SELECT o.* FROM outbox o
WHERE o.channel = sqlc.arg(channel) AND o.state = 0 AND o.noticed = 1 AND (o.kind IN ('notice', 'reply', 'news', 'offer') OR EXISTS (
    SELECT 1 FROM subscriptions s WHERE s.paused = 0 AND s.deleted = 0
        AND (s.id = o.subscription_id OR o.kind IN ('summary', 'list') AND s.channel = o.channel)))
ORDER BY o.id LIMIT 1;

-- New problems that can share a card; two of them suffice to know.
-- name: FoldableProblems :many
SELECT DISTINCT o.problem_id FROM outbox o JOIN problems p ON p.id = o.problem_id AND p.kind <> 'outage'
WHERE o.channel = sqlc.arg(channel) AND o.state = 0 AND o.noticed = 1 AND o.kind = 'card' AND o.first_tried = 0
    AND NOT EXISTS (SELECT 1 FROM cards c WHERE c.problem_id = o.problem_id AND c.channel = o.channel AND c.ts <> '')
    AND EXISTS (SELECT 1 FROM subscriptions s WHERE s.id = o.subscription_id AND s.paused = 0 AND s.deleted = 0)
LIMIT 2;

-- name: Foldable :many
SELECT o.id, o.problem_id, o.subscription_id FROM outbox o JOIN problems p ON p.id = o.problem_id AND p.kind <> 'outage'
WHERE o.channel = sqlc.arg(channel) AND o.state = 0 AND o.noticed = 1 AND o.kind = 'card' AND o.first_tried = 0
    AND NOT EXISTS (SELECT 1 FROM cards c WHERE c.problem_id = o.problem_id AND c.channel = o.channel AND c.ts <> '')
    AND EXISTS (SELECT 1 FROM subscriptions s WHERE s.id = o.subscription_id AND s.paused = 0 AND s.deleted = 0)
ORDER BY o.id LIMIT sqlc.arg(count);

-- name: FoldInto :exec
UPDATE outbox SET state = 3, card_id = sqlc.arg(card_id), done = sqlc.arg(now) WHERE id = sqlc.arg(id) AND state = 0;

-- Lines for the same thread that can be one message.
-- name: Gatherable :many
SELECT o.id, o.problem_id FROM outbox o JOIN tellings t ON t.problem_id = o.problem_id AND t.subscription_id = o.subscription_id
WHERE o.channel = sqlc.arg(channel) AND o.state = 0 AND o.noticed = 1 AND o.kind = sqlc.arg(kind) AND o.id > sqlc.arg(after)
    AND o.first_tried = 0 AND t.card_id = sqlc.arg(card_id)
ORDER BY o.id LIMIT sqlc.arg(count);

-- name: SaveBody :exec
UPDATE outbox SET body = sqlc.arg(body) WHERE id = sqlc.arg(id);

-- Nobody takes it back any more; see Hold.
-- name: HoldOwed :execrows
UPDATE outbox SET noticed = noticed WHERE id = sqlc.arg(id) AND state = 0;

-- name: SendOff :exec
UPDATE outbox SET state = 1, card_id = sqlc.arg(card_id), tried = sqlc.arg(now), attempts = attempts + 1,
    first_tried = CASE WHEN first_tried = 0 THEN sqlc.arg(now) ELSE first_tried END
WHERE id = sqlc.arg(id) AND state = 0;

-- Slack did not take it, for certain: this try does not count for the search.
-- name: TakeBack :exec
UPDATE outbox SET state = 0, first_tried = CASE WHEN first_tried = tried THEN 0 ELSE first_tried END, tried = 0
WHERE id = sqlc.arg(id) AND state = 1;

-- It was not found in Slack, and may turn up yet: the search goes back to the first try.
-- name: MissDelivery :exec
UPDATE outbox SET state = 0, tried = 0 WHERE id = sqlc.arg(id) AND state = 1;

-- name: FinishDelivery :exec
UPDATE outbox SET state = sqlc.arg(state), done = sqlc.arg(now), ts = sqlc.arg(ts), error = sqlc.arg(error), card_id = sqlc.arg(card_id)
WHERE id = sqlc.arg(id) AND state <= 1;

-- name: DeliveryEnd :one
SELECT state, ts FROM outbox WHERE id = sqlc.arg(id);

-- name: IsOwed :one
SELECT CAST(CASE WHEN EXISTS (SELECT 1 FROM outbox o WHERE o.channel = sqlc.arg(channel) AND o.state <= 1 AND o.noticed = 1) THEN 1 ELSE 0 END AS BIGINT) AS owed;

-- name: Backlog :one
SELECT CAST(COUNT(*) AS BIGINT) AS owed, CAST(COALESCE(MIN(o.owed), 0) AS BIGINT) AS oldest FROM outbox o
WHERE o.state <= 1 AND (o.kind IN ('notice', 'reply', 'news', 'offer') OR EXISTS (SELECT 1 FROM subscriptions s WHERE s.id = o.subscription_id AND s.paused = 0 AND s.deleted = 0));

-- name: PruneTold :execrows
DELETE FROM outbox WHERE id IN (SELECT old.id FROM outbox old WHERE old.state > 1 AND old.done < sqlc.arg(before) ORDER BY old.done LIMIT sqlc.arg(count));

-- name: PruneOwed :execrows
DELETE FROM outbox WHERE id IN (SELECT old.id FROM outbox old WHERE old.state <= 1 AND old.owed < sqlc.arg(before) ORDER BY old.owed LIMIT sqlc.arg(count));
