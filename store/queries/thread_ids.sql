-- What an id is the id of, in the order of thread.Kind.
-- name: KnownID :many
SELECT CAST('job' AS TEXT) AS kind, j.id AS id, j.connection_id AS connection_id FROM jobs j WHERE j.id = sqlc.arg(id)
UNION ALL SELECT 'connection', c.id, c.id FROM connections c WHERE c.id = sqlc.arg(id)
UNION ALL SELECT 'session', s.id, s.connection_id FROM sessions s WHERE s.id = sqlc.arg(id)
UNION ALL SELECT f.kind, f.id, f.connection_id FROM (
    SELECT 'company' AS kind, c.company_id AS id, '' AS connection_id FROM connections c
    WHERE c.company_folded = sqlc.arg(folded) AND c.company_id = sqlc.arg(id) LIMIT 1) f
UNION ALL SELECT g.kind, g.id, g.connection_id FROM (
    SELECT 'customer' AS kind, c.customer_id AS id, '' AS connection_id FROM connections c
    WHERE c.customer_folded = sqlc.arg(folded) AND c.customer_id = sqlc.arg(id) LIMIT 1) g
UNION ALL SELECT h.kind, h.id, h.connection_id FROM (
    SELECT 'customer' AS kind, s.customer_id AS id, '' AS connection_id FROM sessions s WHERE s.customer_id = sqlc.arg(id) LIMIT 1) h;

-- Whose a connection is.
-- name: ConnectionOwner :one
SELECT customer_id, company_id FROM connections WHERE id = sqlc.arg(id);

-- name: ConnectionsOfCustomer :many
SELECT id, customer_id, company_id FROM connections c
WHERE c.customer_folded = sqlc.arg(folded) AND c.customer_id = sqlc.arg(id) ORDER BY c.ended, c.calm, c.sort_key, c.id LIMIT sqlc.arg(count);

-- name: ConnectionsOfCompany :many
SELECT id, customer_id, company_id FROM connections c
WHERE c.company_folded = sqlc.arg(folded) AND c.company_id = sqlc.arg(id) ORDER BY c.ended, c.calm, c.sort_key, c.id LIMIT sqlc.arg(count);

-- name: CountOfCustomer :one
SELECT COUNT(*) FROM connections c WHERE c.customer_folded = sqlc.arg(folded) AND c.customer_id = sqlc.arg(id);

-- name: CountOfCompany :one
SELECT COUNT(*) FROM connections c WHERE c.company_folded = sqlc.arg(folded) AND c.company_id = sqlc.arg(id);

-- The first success of a connection after a time.
-- name: HealedAfter :one
SELECT * FROM job_lines
WHERE connection_id = sqlc.arg(connection_id) AND at > sqlc.arg(after) AND type = sqlc.arg(type) AND status = 'complete'
ORDER BY at, seq LIMIT 1;
