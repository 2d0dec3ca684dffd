-- name: AddSubscription :one
INSERT INTO subscriptions (channel, wish, maker, maker_name, made, changer, changed, paused, paused_by, paused_at, pause_reason, shared_by, deleted)
VALUES (sqlc.arg(channel), sqlc.arg(wish), sqlc.arg(maker), sqlc.arg(maker_name), sqlc.arg(made), '', 0, 0, '', 0, '', sqlc.arg(shared_by), 0)
RETURNING id;

-- name: SubscriptionByID :one
SELECT * FROM subscriptions WHERE id = sqlc.arg(id) AND deleted = 0;

-- Changes nothing; see Hold.
-- name: HoldSubscription :exec
UPDATE subscriptions SET deleted = deleted WHERE id = sqlc.arg(id);

-- name: Subscriptions :many
SELECT * FROM subscriptions WHERE deleted = 0 ORDER BY id;

-- name: SubscriptionsOf :many
SELECT * FROM subscriptions WHERE channel = sqlc.arg(channel) AND deleted = 0 ORDER BY id;

-- name: SaveSubscription :exec
UPDATE subscriptions SET wish = sqlc.arg(wish), changer = sqlc.arg(changer), changed = sqlc.arg(changed), paused = sqlc.arg(paused),
    paused_by = sqlc.arg(paused_by), paused_at = sqlc.arg(paused_at), pause_reason = sqlc.arg(pause_reason),
    shared_by = sqlc.arg(shared_by), deleted = sqlc.arg(deleted)
WHERE id = sqlc.arg(id);
