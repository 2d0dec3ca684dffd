-- name: SoilCards :exec
UPDATE cards SET dirty = CASE WHEN dirty = 0 OR dirty > sqlc.arg(at) THEN sqlc.arg(at) ELSE dirty END, soiled = soiled + 1
WHERE problem_id = sqlc.arg(problem_id) AND problem_id > 0;

-- Summaries and digests, or the outage a summary became.
-- name: SoilLists :exec
UPDATE cards SET dirty = CASE WHEN dirty = 0 OR dirty > sqlc.arg(at) THEN sqlc.arg(at) ELSE dirty END, soiled = soiled + 1
WHERE id IN (SELECT t.card_id FROM tellings t WHERE t.problem_id = sqlc.arg(problem_id) AND t.card_id > 0)
    AND problem_id <> sqlc.arg(problem_id);
