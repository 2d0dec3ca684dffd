-- name: AddThread :one
INSERT INTO threads (channel, root, permalink, made, card_id, stopped_by, stopped_at, shared_by, look_at)
VALUES (sqlc.arg(channel), sqlc.arg(root), sqlc.arg(permalink), sqlc.arg(made), sqlc.arg(card_id), '', 0, sqlc.arg(shared_by), sqlc.arg(look_at))
ON CONFLICT (channel, root) DO NOTHING
RETURNING id;

-- Nobody else changes it until the transaction ends; see Hold.
-- name: HoldThreadAt :one
UPDATE threads SET made = made WHERE channel = sqlc.arg(channel) AND root = sqlc.arg(root) RETURNING *;

-- name: HoldThread :one
UPDATE threads SET made = made WHERE id = sqlc.arg(id) RETURNING *;

-- name: ThreadByID :one
SELECT * FROM threads WHERE id = sqlc.arg(id);

-- name: ThreadByRoot :one
SELECT * FROM threads WHERE channel = sqlc.arg(channel) AND root = sqlc.arg(root);

-- name: ThreadByCard :one
SELECT * FROM threads WHERE card_id = sqlc.arg(card_id);

-- name: CountThreads :one
SELECT COUNT(*) FROM threads WHERE channel = sqlc.arg(channel);

-- How threads fare: all rows are counted, of which there is one for each thread of the
-- last month and one for each channel.
-- name: ThreadPulse :one
SELECT CAST((SELECT COUNT(*) FROM thread_channels c WHERE c.listens = 1) AS BIGINT) AS channels,
    CAST((SELECT COUNT(*) FROM threads t) AS BIGINT) AS threads,
    CAST((SELECT COUNT(*) FROM outbox w WHERE w.state <= 1 AND w.kind = 'reply') AS BIGINT) AS replies,
    CAST((SELECT COALESCE(MIN(o.owed), 0) FROM outbox o WHERE o.state <= 1 AND o.kind = 'reply') AS BIGINT) AS oldest;

-- name: SaveThread :exec
UPDATE threads SET permalink = sqlc.arg(permalink), stopped_by = sqlc.arg(stopped_by), stopped_at = sqlc.arg(stopped_at),
    shared_by = sqlc.arg(shared_by), look_at = sqlc.arg(look_at)
WHERE id = sqlc.arg(id);

-- name: QuietThreads :many
SELECT * FROM threads WHERE look_at <= sqlc.arg(before) ORDER BY look_at LIMIT sqlc.arg(count);

-- Who was slow to see that somebody writes there does not shorten what came meanwhile.
-- name: KeepThread :exec
UPDATE threads SET look_at = sqlc.arg(until) WHERE id = sqlc.arg(id) AND look_at < sqlc.arg(until);

-- name: DropThread :exec
DELETE FROM threads WHERE id = sqlc.arg(id);

-- name: DropBonds :exec
DELETE FROM thread_bonds WHERE thread_id = sqlc.arg(thread_id);

-- name: DropThreadWatches :exec
DELETE FROM thread_watches WHERE thread_id = sqlc.arg(thread_id);

-- What was sent off may stand in Slack by now.
-- name: UnoweInThread :exec
UPDATE outbox SET state = 4, noticed = 1, done = sqlc.arg(now), error = sqlc.arg(reason)
WHERE channel = sqlc.arg(channel) AND state <= 1 AND state = 0 AND card_id = sqlc.arg(card_id) AND kind IN ('news', sqlc.arg(kind));

-- name: AddBond :exec
INSERT INTO thread_bonds (thread_id, kind, id, connection_id, company_id, customer_id, at, place, told, told_at)
VALUES (sqlc.arg(thread_id), sqlc.arg(kind), sqlc.arg(id), sqlc.arg(connection_id), sqlc.arg(company_id), sqlc.arg(customer_id),
    sqlc.arg(at), sqlc.arg(place), sqlc.arg(told), 0)
ON CONFLICT (thread_id, kind, id) DO NOTHING;

-- name: Bonds :many
SELECT * FROM thread_bonds WHERE thread_id = sqlc.arg(thread_id) ORDER BY place;

-- The newest threads that may have to do with a problem, with all they are bound to.
-- name: BondsNear :many
SELECT sqlc.embed(b), sqlc.embed(t), CAST(COALESCE(c.shared_by, '') AS TEXT) AS channel_shared_by
FROM thread_bonds b
JOIN threads t ON t.id = b.thread_id
LEFT JOIN thread_channels c ON c.channel = t.channel
WHERE b.thread_id IN (
    SELECT x.thread_id FROM thread_bonds x WHERE x.connection_id = sqlc.arg(connection_id) AND x.connection_id <> ''
    UNION SELECT x.thread_id FROM thread_bonds x WHERE x.company_id = sqlc.arg(company_id) AND x.company_id <> ''
    UNION SELECT x.thread_id FROM thread_bonds x WHERE x.customer_id = sqlc.arg(customer_id) AND x.customer_id <> ''
    ORDER BY 1 DESC LIMIT sqlc.arg(count)
);

-- name: BondsOfID :many
SELECT sqlc.embed(b), sqlc.embed(t) FROM thread_bonds b JOIN threads t ON t.id = b.thread_id
WHERE b.id = sqlc.arg(id) AND b.kind = sqlc.arg(kind) ORDER BY b.thread_id DESC LIMIT sqlc.arg(count);

-- name: NoteBond :exec
UPDATE thread_bonds SET told = sqlc.arg(told), told_at = sqlc.arg(told_at)
WHERE thread_id = sqlc.arg(thread_id) AND kind = sqlc.arg(kind) AND id = sqlc.arg(id);

-- The replies that show a connection.
-- name: SoilBoundTo :execrows
UPDATE cards SET dirty = CASE WHEN dirty = 0 THEN sqlc.arg(at) ELSE dirty END, soiled = soiled + 1
WHERE id IN (SELECT t.card_id FROM threads t WHERE t.id IN (
    SELECT x.thread_id FROM thread_bonds x WHERE x.connection_id = sqlc.arg(connection_id) AND x.connection_id <> ''
    UNION SELECT x.thread_id FROM thread_bonds x JOIN connections c ON x.company_id = c.company_id AND x.company_id <> '' WHERE c.id = sqlc.arg(connection_id)
    UNION SELECT x.thread_id FROM thread_bonds x JOIN connections c ON x.customer_id = c.customer_id AND x.customer_id <> '' WHERE c.id = sqlc.arg(connection_id)
));

-- The replies that show a Connect session.
-- name: SoilBoundToSession :exec
UPDATE cards SET dirty = CASE WHEN dirty = 0 THEN sqlc.arg(at) ELSE dirty END, soiled = soiled + 1
WHERE id IN (SELECT t.card_id FROM threads t WHERE t.id IN (
    SELECT x.thread_id FROM thread_bonds x WHERE x.id = sqlc.arg(session_id) AND x.kind = 'session'
    UNION SELECT x.thread_id FROM thread_bonds x WHERE x.id = sqlc.arg(customer_id) AND x.kind = 'customer'
));

-- name: AddHeard :execrows
INSERT INTO thread_messages (channel, ts, client_id, at) VALUES (sqlc.arg(channel), sqlc.arg(ts), sqlc.arg(client_id), sqlc.arg(at))
ON CONFLICT DO NOTHING;

-- name: PruneHeard :execrows
DELETE FROM thread_messages WHERE (channel, ts) IN (
    SELECT old.channel, old.ts FROM thread_messages old WHERE old.at < sqlc.arg(before) ORDER BY old.at LIMIT sqlc.arg(count)
);

-- name: WatchThread :exec
INSERT INTO thread_watches (thread_id, user_id, made) VALUES (sqlc.arg(thread_id), sqlc.arg(user_id), sqlc.arg(made))
ON CONFLICT (thread_id, user_id) DO NOTHING;

-- name: UnwatchThread :exec
DELETE FROM thread_watches WHERE thread_id = sqlc.arg(thread_id) AND user_id = sqlc.arg(user_id);

-- name: ThreadWatchers :many
SELECT user_id FROM thread_watches WHERE thread_id = sqlc.arg(thread_id) ORDER BY user_id;

-- name: ThreadChannel :one
SELECT * FROM thread_channels WHERE channel = sqlc.arg(channel);

-- name: SwitchThreads :exec
INSERT INTO thread_channels (channel, listens, switcher, switched, shared_by, offered)
VALUES (sqlc.arg(channel), sqlc.arg(listens), sqlc.arg(switcher), sqlc.arg(switched), sqlc.arg(shared_by), 0)
ON CONFLICT (channel) DO UPDATE SET listens = excluded.listens, switcher = excluded.switcher, switched = excluded.switched, shared_by = excluded.shared_by;

-- name: OfferThreads :execrows
INSERT INTO thread_channels (channel, listens, switcher, switched, shared_by, offered)
VALUES (sqlc.arg(channel), 0, '', 0, '', sqlc.arg(now))
ON CONFLICT (channel) DO NOTHING;

-- name: Heard :one
SELECT CAST(CASE
    WHEN EXISTS (SELECT 1 FROM thread_messages m WHERE m.channel = sqlc.arg(channel) AND m.ts = sqlc.arg(ts)) THEN 1
    WHEN EXISTS (SELECT 1 FROM thread_messages n WHERE n.channel = sqlc.arg(channel) AND n.client_id = sqlc.arg(client_id) AND n.client_id <> '') THEN 1
    ELSE 0 END AS BIGINT) AS heard;
