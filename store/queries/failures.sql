-- name: Standing :one
SELECT worst, ended, failures FROM connections WHERE id = sqlc.arg(id);

-- name: SaveFailures :exec
UPDATE connections SET failures = sqlc.arg(failures), calm = sqlc.arg(calm) WHERE id = sqlc.arg(id);
