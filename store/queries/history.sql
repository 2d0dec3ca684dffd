-- name: JobsNamed :many
SELECT * FROM job_lines WHERE id >= CAST(sqlc.arg(from_id) AS TEXT) AND id < CAST(sqlc.arg(to_id) AS TEXT) ORDER BY id LIMIT 2;

-- Where the history stands so many jobs before a place.
-- name: PlaceBack :one
SELECT at FROM jobs
WHERE at >= sqlc.arg(since) AND (at, seq) < (CAST(sqlc.arg(before_at) AS BIGINT), CAST(sqlc.arg(before_seq) AS BIGINT))
ORDER BY at DESC, seq DESC LIMIT 1 OFFSET sqlc.arg(count);

-- Lists of words are given as ",one,two,"; empty for any.
-- name: JobsOfAll :many
SELECT * FROM job_lines
WHERE at >= sqlc.arg(since) AND (at, seq) < (CAST(sqlc.arg(before_at) AS BIGINT), CAST(sqlc.arg(before_seq) AS BIGINT))
    AND (CAST(sqlc.arg(statuses) AS TEXT) = '' OR sqlc.arg(statuses) LIKE '%,' || status || ',%')
    AND (CAST(sqlc.arg(types) AS TEXT) = '' OR sqlc.arg(types) LIKE '%,' || type || ',%')
    AND (CAST(sqlc.arg(providers) AS TEXT) = '' OR sqlc.arg(providers) LIKE '%,' || provider_id || ',%')
ORDER BY at DESC, seq DESC LIMIT sqlc.arg(count);

-- name: JobsOfConnection :many
SELECT * FROM job_lines
WHERE connection_id = sqlc.arg(connection_id)
    AND at >= sqlc.arg(since) AND (at, seq) < (CAST(sqlc.arg(before_at) AS BIGINT), CAST(sqlc.arg(before_seq) AS BIGINT))
    AND (CAST(sqlc.arg(statuses) AS TEXT) = '' OR sqlc.arg(statuses) LIKE '%,' || status || ',%')
    AND (CAST(sqlc.arg(types) AS TEXT) = '' OR sqlc.arg(types) LIKE '%,' || type || ',%')
    AND (CAST(sqlc.arg(entity_id) AS TEXT) = '' OR entity_id = sqlc.arg(entity_id))
    AND (CAST(sqlc.arg(providers) AS TEXT) = '' OR sqlc.arg(providers) LIKE '%,' || provider_id || ',%')
ORDER BY at DESC, seq DESC LIMIT sqlc.arg(count);

-- name: JobsOfEntity :many
SELECT * FROM job_lines
WHERE entity_id = sqlc.arg(entity_id) AND entity_id <> ''
    AND at >= sqlc.arg(since) AND (at, seq) < (CAST(sqlc.arg(before_at) AS BIGINT), CAST(sqlc.arg(before_seq) AS BIGINT))
    AND (CAST(sqlc.arg(statuses) AS TEXT) = '' OR sqlc.arg(statuses) LIKE '%,' || status || ',%')
    AND (CAST(sqlc.arg(types) AS TEXT) = '' OR sqlc.arg(types) LIKE '%,' || type || ',%')
    AND (CAST(sqlc.arg(providers) AS TEXT) = '' OR sqlc.arg(providers) LIKE '%,' || provider_id || ',%')
ORDER BY at DESC, seq DESC LIMIT sqlc.arg(count);

-- name: PlacesOfSort :many
SELECT at FROM jobs
WHERE type = sqlc.arg(type) AND status = sqlc.arg(status)
    AND at >= sqlc.arg(since) AND (at, seq) < (CAST(sqlc.arg(before_at) AS BIGINT), CAST(sqlc.arg(before_seq) AS BIGINT))
ORDER BY at DESC, seq DESC LIMIT sqlc.arg(count);

-- name: JobsOfSort :many
SELECT * FROM job_lines
WHERE type = sqlc.arg(type) AND status = sqlc.arg(status)
    AND at >= sqlc.arg(since) AND (at, seq) < (CAST(sqlc.arg(before_at) AS BIGINT), CAST(sqlc.arg(before_seq) AS BIGINT))
ORDER BY at DESC, seq DESC LIMIT sqlc.arg(count);

-- name: PlacesOfProvider :many
SELECT at FROM jobs
WHERE provider_id = sqlc.arg(provider_id)
    AND at >= sqlc.arg(since) AND (at, seq) < (CAST(sqlc.arg(before_at) AS BIGINT), CAST(sqlc.arg(before_seq) AS BIGINT))
ORDER BY at DESC, seq DESC LIMIT sqlc.arg(count);

-- name: JobsOfProvider :many
SELECT * FROM job_lines
WHERE provider_id = sqlc.arg(provider_id)
    AND at >= sqlc.arg(since) AND (at, seq) < (CAST(sqlc.arg(before_at) AS BIGINT), CAST(sqlc.arg(before_seq) AS BIGINT))
ORDER BY at DESC, seq DESC LIMIT sqlc.arg(count);

-- name: PlacesOfProviderSort :many
SELECT at FROM jobs
WHERE provider_id = sqlc.arg(provider_id) AND type = sqlc.arg(type) AND status = sqlc.arg(status)
    AND at >= sqlc.arg(since) AND (at, seq) < (CAST(sqlc.arg(before_at) AS BIGINT), CAST(sqlc.arg(before_seq) AS BIGINT))
ORDER BY at DESC, seq DESC LIMIT sqlc.arg(count);

-- name: JobsOfProviderSort :many
SELECT * FROM job_lines
WHERE provider_id = sqlc.arg(provider_id) AND type = sqlc.arg(type) AND status = sqlc.arg(status)
    AND at >= sqlc.arg(since) AND (at, seq) < (CAST(sqlc.arg(before_at) AS BIGINT), CAST(sqlc.arg(before_seq) AS BIGINT))
ORDER BY at DESC, seq DESC LIMIT sqlc.arg(count);

-- name: JobSorts :many
SELECT * FROM job_sorts WHERE provider_id = '' ORDER BY type, status;

-- name: JobSortsOfProvider :many
SELECT * FROM job_sorts WHERE provider_id = sqlc.arg(provider_id) AND provider_id <> '' ORDER BY type, status;

-- name: JobProviders :many
SELECT DISTINCT s.provider_id FROM job_sorts s LEFT JOIN providers p ON p.id = s.provider_id
WHERE s.provider_id <> '' AND (s.provider_id LIKE CAST(sqlc.arg(within) AS TEXT) ESCAPE '\' OR p.folded LIKE sqlc.arg(within) ESCAPE '\')
ORDER BY s.provider_id;

-- name: JobSortsOfProviders :many
SELECT s.* FROM job_sorts s LEFT JOIN providers p ON p.id = s.provider_id
WHERE s.provider_id <> '' AND (s.provider_id LIKE CAST(sqlc.arg(within) AS TEXT) ESCAPE '\' OR p.folded LIKE sqlc.arg(within) ESCAPE '\')
ORDER BY s.provider_id, s.type, s.status;

-- name: JobsBefore :many
SELECT * FROM jobs
WHERE connection_id = sqlc.arg(connection_id) AND type = sqlc.arg(type) AND kind = sqlc.arg(kind)
    AND (at, seq) < (CAST(sqlc.arg(before_at) AS BIGINT), CAST(sqlc.arg(before_seq) AS BIGINT))
ORDER BY at DESC, seq DESC LIMIT sqlc.arg(count);

-- name: LastSyncs :many
SELECT * FROM jobs
WHERE connection_id = sqlc.arg(connection_id) AND type = sqlc.arg(type) AND scheduled > 0 AND at <= sqlc.arg(now)
ORDER BY at DESC, seq DESC LIMIT sqlc.arg(count);
