-- name: SaveProvider :exec
INSERT INTO providers (id, display_name, products, folded, learned)
VALUES (sqlc.arg(id), sqlc.arg(display_name), sqlc.arg(products), sqlc.arg(folded), sqlc.arg(learned))
ON CONFLICT (id) DO UPDATE SET display_name = excluded.display_name, products = excluded.products,
    folded = excluded.folded, learned = excluded.learned;

-- name: ProvidersLearned :one
SELECT CAST(COALESCE(MAX(learned), 0) AS BIGINT) AS learned FROM providers;

-- name: ProviderName :one
SELECT display_name FROM providers WHERE id = sqlc.arg(id);
