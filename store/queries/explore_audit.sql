-- name: NoteAudit :exec
INSERT INTO audit (at, who, what, about, detail) VALUES (sqlc.arg(at), sqlc.arg(who), sqlc.arg(what), sqlc.arg(about), sqlc.arg(detail));

-- A page below a place, newest first: of one person, about one thing, or of all.
-- what is done begins in a way that lies from what to what_end.
-- name: AuditsBy :many
SELECT * FROM audit a
WHERE a.who = sqlc.arg(who)
    AND a.seq < sqlc.arg(below)
    AND a.what >= sqlc.arg(what) AND a.what < sqlc.arg(what_end)
    AND a.at >= sqlc.arg(since) AND a.at < sqlc.arg(until)
ORDER BY a.seq DESC LIMIT sqlc.arg(count);

-- name: AuditsAbout :many
SELECT * FROM audit a
WHERE a.about = sqlc.arg(about) AND (CAST(sqlc.arg(who) AS TEXT) = '' OR a.who = sqlc.arg(who))
    AND a.seq < sqlc.arg(below)
    AND a.what >= sqlc.arg(what) AND a.what < sqlc.arg(what_end)
    AND a.at >= sqlc.arg(since) AND a.at < sqlc.arg(until)
ORDER BY a.seq DESC LIMIT sqlc.arg(count);

-- The signs keep it to the order of the log: an index of times would have to be sorted.
-- name: AuditsOfAll :many
SELECT * FROM audit a
WHERE a.seq < sqlc.arg(below)
    AND a.what >= sqlc.arg(what) AND a.what < sqlc.arg(what_end)
    AND +a.at >= sqlc.arg(since) AND +a.at < sqlc.arg(until)
ORDER BY a.seq DESC LIMIT sqlc.arg(count);

-- name: CountAuditsBy :one
SELECT COUNT(*) FROM audit a
WHERE a.who = sqlc.arg(who)
    AND a.what >= sqlc.arg(what) AND a.what < sqlc.arg(what_end)
    AND a.at >= sqlc.arg(since) AND a.at < sqlc.arg(until);

-- name: CountAuditsAbout :one
SELECT COUNT(*) FROM audit a
WHERE a.about = sqlc.arg(about) AND (CAST(sqlc.arg(who) AS TEXT) = '' OR a.who = sqlc.arg(who))
    AND a.what >= sqlc.arg(what) AND a.what < sqlc.arg(what_end)
    AND a.at >= sqlc.arg(since) AND a.at < sqlc.arg(until);

-- name: CountAuditsOfAll :one
SELECT COUNT(*) FROM audit a
WHERE a.what >= sqlc.arg(what) AND a.what < sqlc.arg(what_end)
    AND a.at >= sqlc.arg(since) AND a.at < sqlc.arg(until);
