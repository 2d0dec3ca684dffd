-- name: AddResolution :one
INSERT INTO resolutions (problem_id, class, customer_id, provider_id, text, saver, saved, permalink)
VALUES (sqlc.arg(problem_id), sqlc.arg(class), sqlc.arg(customer_id), sqlc.arg(provider_id), sqlc.arg(text), sqlc.arg(saver), sqlc.arg(saved), sqlc.arg(permalink))
ON CONFLICT (problem_id, permalink) WHERE permalink <> '' DO UPDATE SET
    class = excluded.class, customer_id = excluded.customer_id, provider_id = excluded.provider_id,
    text = excluded.text, saver = excluded.saver, saved = excluded.saved
RETURNING id;

-- name: DropResolution :many
DELETE FROM resolutions WHERE id = sqlc.arg(id) RETURNING *;

-- The open ones whose cards may show how a problem was resolved, newest first: those
-- of its class, and of its customer or provider.
-- name: OpenAlike :many
SELECT pr.id FROM problems pr
WHERE pr.state = 'open' AND pr.class = sqlc.arg(class) AND pr.id <> sqlc.arg(problem_id) AND (
    pr.provider_id = sqlc.arg(provider_id) AND pr.provider_id <> ''
    OR pr.key = (SELECT g.key FROM problems g WHERE g.id = sqlc.arg(problem_id))
    OR EXISTS (SELECT 1 FROM connections c WHERE c.id = pr.connection_id AND c.customer_id = sqlc.arg(customer_id) AND c.customer_id <> '')
)
ORDER BY pr.opened DESC, pr.id DESC LIMIT sqlc.arg(count);

-- name: ResolutionsOf :many
SELECT * FROM resolutions WHERE problem_id = sqlc.arg(problem_id) ORDER BY saved DESC, id DESC;

-- What was said of others of its class, or of itself before it opened again.
-- name: LastOfCustomer :one
SELECT * FROM resolutions r
WHERE r.class = sqlc.arg(class) AND r.customer_id = sqlc.arg(customer_id) AND (+r.problem_id <> sqlc.arg(problem_id) OR r.saved < sqlc.arg(opened))
ORDER BY r.saved DESC, r.id DESC LIMIT 1;

-- name: LastAtProvider :one
SELECT * FROM resolutions r
WHERE r.class = sqlc.arg(class) AND r.provider_id = sqlc.arg(provider_id) AND (+r.problem_id <> sqlc.arg(problem_id) OR r.saved < sqlc.arg(opened))
ORDER BY r.saved DESC, r.id DESC LIMIT 1;

-- name: PruneResolutions :execrows
DELETE FROM resolutions WHERE id IN (SELECT old.id FROM resolutions old WHERE old.saved < sqlc.arg(before) ORDER BY old.saved LIMIT sqlc.arg(count));
