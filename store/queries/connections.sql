-- name: Connection :one
SELECT sqlc.embed(c), CAST(COALESCE(p.display_name, '') AS TEXT) AS provider_name,
    CAST(CASE WHEN t.connection_id IS NULL THEN 0 ELSE 1 END AS SMALLINT) AS has_token
FROM connections c
LEFT JOIN providers p ON p.id = c.provider_id
LEFT JOIN tokens t ON t.connection_id = c.id
WHERE c.id = sqlc.arg(id);

-- Changes nothing: whoever else wants to change the connection waits until this
-- transaction ends. SQLite, where one writes at a time, has no SELECT FOR UPDATE.
-- name: Hold :exec
UPDATE connections SET look_fence = look_fence WHERE id = sqlc.arg(id);

-- name: SaveConnection :exec
INSERT INTO connections (
    id, customer_id, customer_name, company_id, provider_id, environment, finch_sandbox, assisted,
    status, status_message, last_sync, last_sync_raw, products, learned,
    created, created_exact, next_scheduled, jobs_learned, first_seen, disconnected_at,
    worst, worst_since, newest_sync,
    ended, calm, sort_key, name_folded, id_folded, customer_folded, company_folded, ids_folded,
    next_look, look_fence
) VALUES (
    sqlc.arg(id), sqlc.arg(customer_id), sqlc.arg(customer_name), sqlc.arg(company_id), sqlc.arg(provider_id),
    sqlc.arg(environment), sqlc.arg(finch_sandbox), sqlc.arg(assisted),
    sqlc.arg(status), sqlc.arg(status_message), sqlc.arg(last_sync), sqlc.arg(last_sync_raw), sqlc.arg(products), sqlc.arg(learned),
    sqlc.arg(created), sqlc.arg(created_exact), sqlc.arg(next_scheduled), sqlc.arg(jobs_learned), sqlc.arg(first_seen), sqlc.arg(disconnected_at),
    sqlc.arg(worst), sqlc.arg(worst_since), sqlc.arg(newest_sync),
    sqlc.arg(ended), sqlc.arg(calm), sqlc.arg(sort_key), sqlc.arg(name_folded), sqlc.arg(id_folded),
    sqlc.arg(customer_folded), sqlc.arg(company_folded), sqlc.arg(ids_folded),
    0, 0
)
ON CONFLICT (id) DO UPDATE SET
    customer_id = excluded.customer_id, customer_name = excluded.customer_name, company_id = excluded.company_id,
    provider_id = excluded.provider_id, environment = excluded.environment,
    finch_sandbox = excluded.finch_sandbox, assisted = excluded.assisted,
    status = excluded.status, status_message = excluded.status_message,
    last_sync = excluded.last_sync, last_sync_raw = excluded.last_sync_raw,
    products = excluded.products, learned = excluded.learned,
    created = excluded.created, created_exact = excluded.created_exact,
    next_scheduled = excluded.next_scheduled, jobs_learned = excluded.jobs_learned,
    first_seen = excluded.first_seen, disconnected_at = excluded.disconnected_at,
    worst = excluded.worst, worst_since = excluded.worst_since, newest_sync = excluded.newest_sync,
    ended = excluded.ended, sort_key = excluded.sort_key,
    name_folded = excluded.name_folded, id_folded = excluded.id_folded,
    customer_folded = excluded.customer_folded, company_folded = excluded.company_folded, ids_folded = excluded.ids_folded,
    -- The failures in a row are counted elsewhere, and outweigh a good status.
    calm = CASE WHEN connections.failures >= sqlc.arg(too_many_failures) AND excluded.ended = 0 THEN 0 ELSE excluded.calm END
-- One that nobody could hold, since it was not there, may have come meanwhile, with more.
WHERE excluded.learned >= connections.learned;

-- name: Methods :many
SELECT * FROM methods WHERE connection_id = sqlc.arg(connection_id) ORDER BY position;

-- name: AddMethod :exec
INSERT INTO methods (connection_id, position, type, status, status_message, last_sync, last_sync_raw, products, learned)
VALUES (sqlc.arg(connection_id), sqlc.arg(position), sqlc.arg(type), sqlc.arg(status), sqlc.arg(status_message),
    sqlc.arg(last_sync), sqlc.arg(last_sync_raw), sqlc.arg(products), sqlc.arg(learned));

-- name: ClearMethods :exec
DELETE FROM methods WHERE connection_id = sqlc.arg(connection_id);

-- name: Entities :many
SELECT * FROM entities WHERE connection_id = sqlc.arg(connection_id) ORDER BY position;

-- name: AddEntity :exec
INSERT INTO entities (connection_id, position, id, name, source_id, status, learned)
VALUES (sqlc.arg(connection_id), sqlc.arg(position), sqlc.arg(id), sqlc.arg(name), sqlc.arg(source_id), sqlc.arg(status), sqlc.arg(learned));

-- name: ClearEntities :exec
DELETE FROM entities WHERE connection_id = sqlc.arg(connection_id);
