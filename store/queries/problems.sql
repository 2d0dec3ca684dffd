-- name: AddProblem :one
INSERT INTO problems (key, kind, class, connection_id, provider_id, state, opened, noted, latest, over, parent_id, claimed_by, healed, wake, version, facts)
VALUES (sqlc.arg(key), sqlc.arg(kind), sqlc.arg(class), sqlc.arg(connection_id), sqlc.arg(provider_id), sqlc.arg(state),
    sqlc.arg(opened), sqlc.arg(noted), sqlc.arg(latest), sqlc.arg(over), 0, sqlc.arg(claimed_by), sqlc.arg(healed), sqlc.arg(wake), 1, sqlc.arg(facts))
RETURNING id;

-- Which outage it belongs to is set by SetParent alone.
-- name: SaveProblem :one
UPDATE problems SET key = sqlc.arg(key), class = sqlc.arg(class), provider_id = sqlc.arg(provider_id), state = sqlc.arg(state), opened = sqlc.arg(opened),
    noted = sqlc.arg(noted), latest = sqlc.arg(latest), over = sqlc.arg(over), claimed_by = sqlc.arg(claimed_by), healed = sqlc.arg(healed), wake = sqlc.arg(wake),
    version = version + 1, facts = sqlc.arg(facts)
WHERE id = sqlc.arg(id)
RETURNING parent_id, version;

-- name: SetParent :execrows
UPDATE problems SET parent_id = sqlc.arg(parent_id), version = version + 1 WHERE id = sqlc.arg(id) AND state = 'open' AND parent_id <> sqlc.arg(parent_id);

-- Changes nothing; see Hold.
-- name: HoldProblem :exec
UPDATE problems SET version = version WHERE id = sqlc.arg(id);

-- name: ProblemByID :one
SELECT * FROM problems WHERE id = sqlc.arg(id);

-- name: OpenProblemsOf :many
SELECT * FROM problems WHERE connection_id = sqlc.arg(connection_id) AND state = 'open' ORDER BY id;

-- name: LastProblemOfKey :one
SELECT * FROM problems WHERE key = sqlc.arg(key) AND state <> 'open' ORDER BY id DESC LIMIT 1;

-- name: ClaimWakes :many
UPDATE problems SET wake = sqlc.arg(lease_until)
WHERE id IN (
    SELECT asleep.id FROM problems asleep WHERE asleep.wake > 0 AND asleep.wake <= sqlc.arg(now) ORDER BY asleep.wake LIMIT sqlc.arg(count)
) AND wake > 0 AND wake <= sqlc.arg(now)
RETURNING id, connection_id, kind;

-- name: SetWake :exec
UPDATE problems SET wake = sqlc.arg(wake) WHERE id = sqlc.arg(id);

-- Lists of kinds are given as ",one,two,"; empty for any. Who is sought by words
-- is found as in the list of connections; of Connect sessions by what the key
-- says behind "|||customer:".
-- name: ProblemsOldest :many
SELECT * FROM problems pr
WHERE pr.state = sqlc.arg(state) AND (pr.opened, pr.id) > (CAST(sqlc.arg(after_opened) AS BIGINT), CAST(sqlc.arg(after_id) AS BIGINT))
    AND (CAST(sqlc.arg(kinds) AS TEXT) = '' OR sqlc.arg(kinds) LIKE '%,' || pr.kind || ',%')
    AND (CAST(sqlc.arg(connection_id) AS TEXT) = '' OR pr.connection_id = sqlc.arg(connection_id))
    AND (CAST(sqlc.arg(claimed_by) AS TEXT) = '' OR pr.claimed_by = sqlc.arg(claimed_by))
    AND (CAST(sqlc.arg(claimed) AS SMALLINT) = 0 OR CASE WHEN pr.claimed_by = '' THEN 1 ELSE 2 END = sqlc.arg(claimed))
    AND (CAST(sqlc.arg(parent_id) AS BIGINT) = 0 OR pr.parent_id = sqlc.arg(parent_id))
    AND (CAST(sqlc.arg(provider) AS TEXT) = '' OR pr.provider_id LIKE sqlc.arg(provider) ESCAPE '\'
        OR pr.provider_id IN (SELECT pv.id FROM providers pv WHERE pv.folded LIKE sqlc.arg(provider) ESCAPE '\'))
    AND (CAST(sqlc.arg(within) AS TEXT) = ''
        OR pr.connection_id IN (SELECT c.id FROM connections c WHERE c.name_folded LIKE sqlc.arg(within) ESCAPE '\' OR c.ids_folded LIKE sqlc.arg(within) ESCAPE '\')
        OR pr.provider_id IN (SELECT pw.id FROM providers pw WHERE pw.folded LIKE sqlc.arg(within) ESCAPE '\')
        OR pr.connection_id = '' AND EXISTS (SELECT 1 FROM sessions s WHERE s.customer_id = SUBSTR(pr.key, LENGTH(pr.kind) + 13) AND pr.key LIKE '%|||customer:%'
            AND (s.name_folded LIKE sqlc.arg(within) ESCAPE '\' OR s.ids_folded LIKE sqlc.arg(within) ESCAPE '\')))
ORDER BY pr.opened, pr.id LIMIT sqlc.arg(count);

-- name: ProblemsNewest :many
SELECT * FROM problems pr
WHERE pr.state = sqlc.arg(state) AND (pr.opened, pr.id) < (CAST(sqlc.arg(after_opened) AS BIGINT), CAST(sqlc.arg(after_id) AS BIGINT))
    AND (CAST(sqlc.arg(kinds) AS TEXT) = '' OR sqlc.arg(kinds) LIKE '%,' || pr.kind || ',%')
    AND (CAST(sqlc.arg(connection_id) AS TEXT) = '' OR pr.connection_id = sqlc.arg(connection_id))
    AND (CAST(sqlc.arg(claimed_by) AS TEXT) = '' OR pr.claimed_by = sqlc.arg(claimed_by))
    AND (CAST(sqlc.arg(claimed) AS SMALLINT) = 0 OR CASE WHEN pr.claimed_by = '' THEN 1 ELSE 2 END = sqlc.arg(claimed))
    AND (CAST(sqlc.arg(parent_id) AS BIGINT) = 0 OR pr.parent_id = sqlc.arg(parent_id))
    AND (CAST(sqlc.arg(provider) AS TEXT) = '' OR pr.provider_id LIKE sqlc.arg(provider) ESCAPE '\'
        OR pr.provider_id IN (SELECT pv.id FROM providers pv WHERE pv.folded LIKE sqlc.arg(provider) ESCAPE '\'))
    AND (CAST(sqlc.arg(within) AS TEXT) = ''
        OR pr.connection_id IN (SELECT c.id FROM connections c WHERE c.name_folded LIKE sqlc.arg(within) ESCAPE '\' OR c.ids_folded LIKE sqlc.arg(within) ESCAPE '\')
        OR pr.provider_id IN (SELECT pw.id FROM providers pw WHERE pw.folded LIKE sqlc.arg(within) ESCAPE '\')
        OR pr.connection_id = '' AND EXISTS (SELECT 1 FROM sessions s WHERE s.customer_id = SUBSTR(pr.key, LENGTH(pr.kind) + 13) AND pr.key LIKE '%|||customer:%'
            AND (s.name_folded LIKE sqlc.arg(within) ESCAPE '\' OR s.ids_folded LIKE sqlc.arg(within) ESCAPE '\')))
ORDER BY pr.opened DESC, pr.id DESC LIMIT sqlc.arg(count);

-- name: CountProblems :one
SELECT COUNT(*) FROM problems pr
WHERE pr.state = sqlc.arg(state)
    AND (CAST(sqlc.arg(kinds) AS TEXT) = '' OR sqlc.arg(kinds) LIKE '%,' || pr.kind || ',%')
    AND (CAST(sqlc.arg(connection_id) AS TEXT) = '' OR pr.connection_id = sqlc.arg(connection_id))
    AND (CAST(sqlc.arg(claimed_by) AS TEXT) = '' OR pr.claimed_by = sqlc.arg(claimed_by))
    AND (CAST(sqlc.arg(claimed) AS SMALLINT) = 0 OR CASE WHEN pr.claimed_by = '' THEN 1 ELSE 2 END = sqlc.arg(claimed))
    AND (CAST(sqlc.arg(parent_id) AS BIGINT) = 0 OR pr.parent_id = sqlc.arg(parent_id))
    AND (CAST(sqlc.arg(provider) AS TEXT) = '' OR pr.provider_id LIKE sqlc.arg(provider) ESCAPE '\'
        OR pr.provider_id IN (SELECT pv.id FROM providers pv WHERE pv.folded LIKE sqlc.arg(provider) ESCAPE '\'))
    AND (CAST(sqlc.arg(within) AS TEXT) = ''
        OR pr.connection_id IN (SELECT c.id FROM connections c WHERE c.name_folded LIKE sqlc.arg(within) ESCAPE '\' OR c.ids_folded LIKE sqlc.arg(within) ESCAPE '\')
        OR pr.provider_id IN (SELECT pw.id FROM providers pw WHERE pw.folded LIKE sqlc.arg(within) ESCAPE '\')
        OR pr.connection_id = '' AND EXISTS (SELECT 1 FROM sessions s WHERE s.customer_id = SUBSTR(pr.key, LENGTH(pr.kind) + 13) AND pr.key LIKE '%|||customer:%'
            AND (s.name_folded LIKE sqlc.arg(within) ESCAPE '\' OR s.ids_folded LIKE sqlc.arg(within) ESCAPE '\')));

-- name: OpenProblems :many
SELECT * FROM problems WHERE state = 'open' ORDER BY opened, id;

-- name: ProblemsSince :many
SELECT * FROM problems WHERE noted >= sqlc.arg(since) ORDER BY noted DESC, id DESC LIMIT sqlc.arg(count);

-- What was not over then, though it began before.
-- name: ProblemsOverSince :many
SELECT * FROM problems WHERE over >= sqlc.arg(since) AND over > 0 AND noted < sqlc.arg(since) ORDER BY over DESC LIMIT sqlc.arg(count);

-- name: OpenProblemsBefore :many
SELECT * FROM problems WHERE state = 'open' AND noted < sqlc.arg(since) ORDER BY opened, id;

-- name: Begin :exec
INSERT INTO beginnings (name, at) VALUES (sqlc.arg(name), sqlc.arg(at)) ON CONFLICT (name) DO NOTHING;

-- name: Began :one
SELECT at FROM beginnings WHERE name = sqlc.arg(name);

-- name: OldestJob :one
SELECT at FROM jobs ORDER BY at, seq LIMIT 1;

-- name: ProblemPlace :one
SELECT state, parent_id FROM problems WHERE id = sqlc.arg(id);

-- What an outage has of one connection.
-- name: ChildrenOfConnection :many
SELECT id, state FROM problems WHERE connection_id = sqlc.arg(connection_id) AND parent_id = sqlc.arg(parent_id);

-- name: AnOpenChild :many
SELECT * FROM problems WHERE parent_id = sqlc.arg(parent_id) AND parent_id > 0 AND state = 'open' LIMIT 1;

-- name: ChildrenOf :many
SELECT * FROM problems WHERE parent_id = sqlc.arg(parent_id) AND parent_id > 0 ORDER BY state, opened, id;

-- name: AddProblemEvent :exec
INSERT INTO problem_events (problem_id, at, who, what, detail)
VALUES (sqlc.arg(problem_id), sqlc.arg(at), sqlc.arg(who), sqlc.arg(what), sqlc.arg(detail));

-- name: ProblemEvents :many
SELECT * FROM problem_events WHERE problem_id = sqlc.arg(problem_id) ORDER BY at DESC, seq DESC LIMIT sqlc.arg(count);

-- Of the last problems like it that are over, outages' children aside, how many
-- there are and how many of them went away by themselves.
-- name: OddsAtProvider :one
SELECT COUNT(*) AS number, CAST(COALESCE(SUM(kin.healed), 0) AS BIGINT) AS healed FROM (
    SELECT pr.healed FROM problems pr
    WHERE pr.class = sqlc.arg(class) AND pr.provider_id = sqlc.arg(provider_id) AND pr.over > 0 AND pr.parent_id = 0
    ORDER BY pr.over DESC LIMIT sqlc.arg(count)
) kin;

-- name: OddsOfAll :one
SELECT COUNT(*) AS number, CAST(COALESCE(SUM(kin.healed), 0) AS BIGINT) AS healed FROM (
    SELECT pr.healed FROM problems pr
    WHERE pr.class = sqlc.arg(class) AND pr.over > 0 AND pr.parent_id = 0
    ORDER BY pr.over DESC LIMIT sqlc.arg(count)
) kin;

-- An outage that somebody closed stays as long as a problem of it does.
-- name: PrunedProblems :many
SELECT id FROM problems old WHERE old.over > 0 AND old.over < sqlc.arg(before)
    AND NOT EXISTS (SELECT 1 FROM problems child WHERE child.parent_id = old.id AND child.parent_id > 0
        AND (child.over = 0 OR child.over >= sqlc.arg(before)))
ORDER BY old.over LIMIT sqlc.arg(count);

-- name: DropProblem :exec
DELETE FROM problems WHERE id = sqlc.arg(id);

-- name: DropProblemEvents :exec
DELETE FROM problem_events WHERE problem_id = sqlc.arg(problem_id);

-- name: DropTellings :exec
DELETE FROM tellings WHERE problem_id = sqlc.arg(problem_id);

-- name: DropProblemCards :exec
DELETE FROM cards WHERE problem_id = sqlc.arg(problem_id) AND problem_id > 0;

-- What told of nothing that is still known goes too, but for replies: they go with
-- their threads.
-- name: PruneCards :execrows
DELETE FROM cards WHERE id IN (
    SELECT old.id FROM cards old
    WHERE old.grown < sqlc.arg(before) AND old.problem_id = 0 AND old.kind <> 3 AND NOT EXISTS (SELECT 1 FROM tellings t WHERE t.card_id = old.id)
    ORDER BY old.id LIMIT sqlc.arg(count)
);
