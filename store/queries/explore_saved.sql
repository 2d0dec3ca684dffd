-- name: SaveQuery :one
INSERT INTO saved_queries (place, name, name_folded, connection_id, method, path, params, maker, made)
VALUES (
    sqlc.arg(place), sqlc.arg(name), sqlc.arg(name_folded), sqlc.arg(connection_id), sqlc.arg(method), sqlc.arg(path),
    sqlc.arg(params), sqlc.arg(maker), sqlc.arg(made)
)
ON CONFLICT (place, name_folded) DO UPDATE SET
    name = excluded.name, connection_id = excluded.connection_id, method = excluded.method, path = excluded.path,
    params = excluded.params, maker = excluded.maker, made = excluded.made
RETURNING id;

-- name: CountOtherQueries :one
SELECT COUNT(*) FROM saved_queries WHERE place = sqlc.arg(place) AND name_folded <> sqlc.arg(name_folded);

-- name: SavedQueries :many
SELECT * FROM saved_queries WHERE place = sqlc.arg(place) ORDER BY name_folded;

-- name: SavedQuery :one
SELECT * FROM saved_queries WHERE id = sqlc.arg(id);

-- name: DropQuery :exec
DELETE FROM saved_queries WHERE id = sqlc.arg(id);
