-- name: AskJob :exec
INSERT INTO job_asks (job_id, user_id, about, made) VALUES (sqlc.arg(job_id), sqlc.arg(user_id), sqlc.arg(about), sqlc.arg(made))
ON CONFLICT (job_id, user_id) DO NOTHING;

-- Whoever takes the asks of a job tells them: no two do.
-- name: TakeAsks :many
DELETE FROM job_asks WHERE job_id = sqlc.arg(job_id) RETURNING *;

-- name: JobLineByID :one
SELECT * FROM job_lines WHERE id = sqlc.arg(id);

-- name: PruneAsks :execrows
DELETE FROM job_asks WHERE (job_id, user_id) IN (
    SELECT old.job_id, old.user_id FROM job_asks old WHERE old.made < sqlc.arg(before) ORDER BY old.made LIMIT sqlc.arg(count)
);
