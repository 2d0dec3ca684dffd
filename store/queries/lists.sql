-- name: ExactMatches :many
SELECT c.id, c.customer_id, c.customer_name, c.provider_id, CAST(COALESCE(p.display_name, '') AS TEXT) AS provider_name,
    c.environment, c.status, c.worst, c.worst_since, c.newest_sync, c.learned, c.first_seen, c.failures
FROM connections c LEFT JOIN providers p ON p.id = c.provider_id
WHERE c.id_folded = sqlc.arg(word) OR c.customer_folded = sqlc.arg(word) OR c.company_folded = sqlc.arg(word)
ORDER BY c.sort_key, c.id LIMIT sqlc.arg(count);

-- The name itself first, then names that begin with the words, then the others.
-- What is searched is read from an index alone; only the hits' rows are fetched.
-- name: Matches :many
SELECT c.id, c.customer_id, c.customer_name, c.provider_id, CAST(COALESCE(p.display_name, '') AS TEXT) AS provider_name,
    c.environment, c.status, c.worst, c.worst_since, c.newest_sync, c.learned, c.first_seen, c.failures
FROM connections c LEFT JOIN providers p ON p.id = c.provider_id
WHERE c.id IN (
    SELECT hit.id FROM connections hit
    WHERE hit.name_folded LIKE CAST(sqlc.arg(within) AS TEXT) ESCAPE '\' OR hit.ids_folded LIKE CAST(sqlc.arg(id_prefix) AS TEXT) ESCAPE '\'
    ORDER BY CASE WHEN hit.name_folded = sqlc.arg(word) THEN 0 WHEN hit.name_folded LIKE CAST(sqlc.arg(prefix) AS TEXT) ESCAPE '\' THEN 1 ELSE 2 END,
        hit.sort_key, hit.id
    LIMIT sqlc.arg(count)
)
ORDER BY CASE WHEN c.name_folded = sqlc.arg(word) THEN 0 WHEN c.name_folded LIKE CAST(sqlc.arg(prefix) AS TEXT) ESCAPE '\' THEN 1 ELSE 2 END,
    c.sort_key, c.id;

-- name: Names :many
SELECT id, name_folded FROM connections WHERE name_folded <> '';

-- name: Brief :one
SELECT c.id, c.customer_id, c.customer_name, c.provider_id, CAST(COALESCE(p.display_name, '') AS TEXT) AS provider_name,
    c.environment, c.status, c.worst, c.worst_since, c.newest_sync, c.learned, c.first_seen, c.failures
FROM connections c LEFT JOIN providers p ON p.id = c.provider_id
WHERE c.id = sqlc.arg(id);

-- name: Page :many
SELECT c.id, c.customer_id, c.customer_name, c.provider_id, CAST(COALESCE(p.display_name, '') AS TEXT) AS provider_name,
    c.environment, c.status, c.worst, c.worst_since, c.newest_sync, c.learned, c.first_seen, c.failures, c.calm, c.sort_key
FROM connections c LEFT JOIN providers p ON p.id = c.provider_id
WHERE c.ended = sqlc.arg(ended)
    AND (c.calm, c.sort_key, c.id) > (CAST(sqlc.arg(after_calm) AS SMALLINT), CAST(sqlc.arg(after_key) AS TEXT), CAST(sqlc.arg(after_id) AS TEXT))
    AND c.calm >= sqlc.arg(calm_from) AND c.calm <= sqlc.arg(calm_to)
    AND (CAST(sqlc.arg(within) AS TEXT) = '' OR c.name_folded LIKE sqlc.arg(within) ESCAPE '\' OR c.ids_folded LIKE sqlc.arg(within) ESCAPE '\'
        OR c.provider_id IN (SELECT named.id FROM providers named WHERE named.folded LIKE sqlc.arg(within) ESCAPE '\'))
ORDER BY c.calm, c.sort_key, c.id
LIMIT sqlc.arg(count);

-- name: Tally :many
SELECT c.ended, c.calm, COUNT(*) AS count FROM connections c
WHERE (CAST(sqlc.arg(within) AS TEXT) = '' OR c.name_folded LIKE sqlc.arg(within) ESCAPE '\' OR c.ids_folded LIKE sqlc.arg(within) ESCAPE '\'
        OR c.provider_id IN (SELECT named.id FROM providers named WHERE named.folded LIKE sqlc.arg(within) ESCAPE '\'))
GROUP BY c.ended, c.calm;
