-- Whoever changes what is counted of a crowd waits for others who do.
-- name: HoldCrowd :one
INSERT INTO crowds (provider_id, class, opened, look_at, looked, parent_id, last_id) VALUES (sqlc.arg(provider_id), sqlc.arg(class), 0, 0, 0, 0, 0)
ON CONFLICT (provider_id, class) DO UPDATE SET opened = crowds.opened
RETURNING *;

-- name: SaveCrowd :exec
UPDATE crowds SET opened = sqlc.arg(opened), look_at = sqlc.arg(look_at), looked = sqlc.arg(looked), parent_id = sqlc.arg(parent_id),
    last_id = sqlc.arg(last_id)
WHERE provider_id = sqlc.arg(provider_id) AND class = sqlc.arg(class);

-- How many connections of a provider have a problem of one class since then.
-- name: CrowdSize :one
SELECT COUNT(DISTINCT pr.connection_id) FROM problems pr
WHERE pr.provider_id = sqlc.arg(provider_id) AND pr.class = sqlc.arg(class) AND pr.latest >= sqlc.arg(since)
    AND pr.state = 'open' AND pr.parent_id = 0 AND pr.connection_id <> '';

-- name: CrowdMembers :many
SELECT * FROM problems pr
WHERE pr.provider_id = sqlc.arg(provider_id) AND pr.class = sqlc.arg(class) AND pr.latest >= sqlc.arg(since)
    AND pr.state = 'open' AND pr.parent_id = 0 AND pr.connection_id <> ''
ORDER BY pr.latest, pr.id;

-- name: ActiveConnections :one
SELECT COUNT(*) FROM connections WHERE provider_id = sqlc.arg(provider_id) AND ended = 0;

-- What follows is about all of a crowd that opened since a time and belongs to no
-- outage yet, however many they are; JoinCrowd comes last.

-- name: CrowdHearers :many
SELECT DISTINCT t.subscription_id FROM tellings t WHERE t.problem_id IN (
    SELECT pr.id FROM problems pr
    WHERE pr.provider_id = sqlc.arg(provider_id) AND pr.class = sqlc.arg(class) AND pr.latest >= sqlc.arg(since)
        AND pr.state = 'open' AND pr.parent_id = 0 AND pr.connection_id <> '');

-- What was sent off may stand in Slack by now: that is told to its end.
-- name: UnoweCrowd :exec
UPDATE outbox SET state = 4, noticed = 1, done = sqlc.arg(now), error = sqlc.arg(reason)
WHERE state <= 1 AND state = 0 AND problem_id IN (
    SELECT pr.id FROM problems pr
    WHERE pr.provider_id = sqlc.arg(provider_id) AND pr.class = sqlc.arg(class) AND pr.latest >= sqlc.arg(since)
        AND pr.state = 'open' AND pr.parent_id = 0 AND pr.connection_id <> '');

-- What is on a summary, or on its way, is told all the same.
-- name: SilenceCrowd :exec
UPDATE tellings SET state = CASE WHEN state = 2 THEN 2 ELSE 3 END, reason = CASE WHEN state = 2 THEN reason ELSE sqlc.arg(reason) END, due = 0
WHERE (state = 0 OR state = 2 AND due > 0 OR state = 1 AND card_id = 0 AND NOT EXISTS (
        SELECT 1 FROM outbox o WHERE o.problem_id = tellings.problem_id AND o.subscription_id = tellings.subscription_id AND o.state <= 1))
    AND problem_id IN (
    SELECT pr.id FROM problems pr
    WHERE pr.provider_id = sqlc.arg(provider_id) AND pr.class = sqlc.arg(class) AND pr.latest >= sqlc.arg(since)
        AND pr.state = 'open' AND pr.parent_id = 0 AND pr.connection_id <> '');

-- name: SoilCrowd :exec
UPDATE cards SET dirty = CASE WHEN dirty = 0 THEN sqlc.arg(at) ELSE dirty END, soiled = soiled + 1
WHERE id IN (SELECT t.card_id FROM tellings t WHERE t.card_id > 0 AND t.problem_id IN (
    SELECT pr.id FROM problems pr
    WHERE pr.provider_id = sqlc.arg(provider_id) AND pr.class = sqlc.arg(class) AND pr.latest >= sqlc.arg(since)
        AND pr.state = 'open' AND pr.parent_id = 0 AND pr.connection_id <> ''));

-- name: NoteCrowd :exec
INSERT INTO problem_events (problem_id, at, who, what, detail)
SELECT pr.id, CAST(sqlc.arg(at) AS BIGINT), '', 'joined', CAST(sqlc.arg(detail) AS TEXT) FROM problems pr
WHERE pr.provider_id = sqlc.arg(provider_id) AND pr.class = sqlc.arg(class) AND pr.latest >= sqlc.arg(since)
    AND pr.state = 'open' AND pr.parent_id = 0 AND pr.connection_id <> '';

-- name: JoinCrowd :exec
UPDATE problems SET parent_id = sqlc.arg(parent_id), version = version + 1
WHERE provider_id = sqlc.arg(provider_id) AND class = sqlc.arg(class) AND latest >= sqlc.arg(since)
    AND state = 'open' AND parent_id = 0 AND connection_id <> '';
