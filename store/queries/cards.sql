-- name: SoilCards :exec
UPDATE cards SET dirty = CASE WHEN dirty = 0 THEN sqlc.arg(at) ELSE dirty END, soiled = soiled + 1
WHERE problem_id = sqlc.arg(problem_id) AND problem_id > 0;

-- Summaries and digests, or the outage a summary became.
-- name: SoilLists :exec
UPDATE cards SET dirty = CASE WHEN dirty = 0 THEN sqlc.arg(at) ELSE dirty END, soiled = soiled + 1
WHERE id IN (SELECT t.card_id FROM tellings t WHERE t.problem_id = sqlc.arg(problem_id) AND t.card_id > 0)
    AND problem_id <> sqlc.arg(problem_id);

-- name: SoilCard :exec
UPDATE cards SET dirty = CASE WHEN dirty = 0 THEN sqlc.arg(at) ELSE dirty END, soiled = soiled + 1 WHERE id = sqlc.arg(id);

-- name: AddCard :one
INSERT INTO cards (kind, subscription_id, problem_id, channel, place, ts, thread_ts, posted, grown, lines, dirty, haste, soiled, leased, edited, root)
VALUES (sqlc.arg(kind), sqlc.arg(subscription_id), sqlc.arg(problem_id), sqlc.arg(channel), '', '', '', 0, sqlc.arg(now), 0, 0, 0, 0, 0, 0, sqlc.arg(root))
RETURNING id;

-- name: Card :one
SELECT * FROM cards WHERE id = sqlc.arg(id);

-- name: CardAt :one
SELECT * FROM cards WHERE place = sqlc.arg(place) AND ts = sqlc.arg(ts) ORDER BY id DESC LIMIT 1;

-- name: NewestSummary :one
SELECT * FROM cards WHERE channel = sqlc.arg(channel) AND kind = 1 ORDER BY grown DESC LIMIT 1;

-- How many problems got cards of their own in a channel since a time.
-- name: CardsSince :one
SELECT COUNT(*) FROM cards WHERE channel = sqlc.arg(channel) AND kind = 0 AND grown > sqlc.arg(since);

-- name: StandingCard :one
SELECT c.* FROM cards c WHERE c.problem_id = sqlc.arg(problem_id) AND c.problem_id > 0 AND c.channel = sqlc.arg(channel) AND c.ts <> '' ORDER BY c.id DESC LIMIT 1;

-- The card, of its own or shared, on which a subscription was told of a problem.
-- name: CardOfTelling :one
SELECT c.* FROM tellings t JOIN cards c ON c.id = t.card_id WHERE t.problem_id = sqlc.arg(problem_id) AND t.subscription_id = sqlc.arg(subscription_id);

-- Whether a summary holds nothing open but an outage's own.
-- name: OthersOnCard :one
SELECT CAST(CASE WHEN EXISTS (
    SELECT 1 FROM tellings t JOIN problems p ON p.id = t.problem_id
    WHERE t.card_id = sqlc.arg(card_id) AND t.card_id > 0 AND p.state = 'open' AND p.parent_id <> sqlc.arg(outage_id)
) THEN 1 ELSE 0 END AS BIGINT) AS others;

-- name: IsCardEmpty :one
SELECT CAST(CASE WHEN EXISTS (
    SELECT 1 FROM tellings t WHERE t.card_id = sqlc.arg(card_id) AND t.card_id > 0 AND t.state <= 2
) THEN 0 ELSE 1 END AS BIGINT) AS empty;

-- name: BecomeOutage :exec
UPDATE cards SET kind = 0, problem_id = sqlc.arg(problem_id), subscription_id = sqlc.arg(subscription_id) WHERE id = sqlc.arg(id);

-- name: GrowCard :exec
UPDATE cards SET grown = sqlc.arg(now), haste = 1, soiled = soiled + 1, dirty = CASE WHEN dirty = 0 THEN sqlc.arg(now) ELSE dirty END
WHERE id = sqlc.arg(id);

-- name: HastenCard :exec
UPDATE cards SET haste = 1, soiled = soiled + 1, dirty = CASE WHEN dirty = 0 THEN sqlc.arg(now) ELSE dirty END WHERE id = sqlc.arg(id);

-- What changed while the message was on its way is edited in.
-- name: PlaceCard :exec
UPDATE cards SET place = sqlc.arg(place), ts = sqlc.arg(ts), posted = sqlc.arg(now),
    dirty = CASE WHEN soiled = sqlc.arg(soiled) THEN 0 WHEN dirty = 0 THEN sqlc.arg(now) ELSE dirty END,
    haste = CASE WHEN soiled = sqlc.arg(soiled) THEN 0 ELSE haste END
WHERE id = sqlc.arg(id);

-- name: AddLine :exec
UPDATE cards SET lines = lines + 1 WHERE id = sqlc.arg(id);

-- name: PlaceList :exec
UPDATE cards SET lines = lines + 1, thread_ts = sqlc.arg(ts) WHERE id = sqlc.arg(id);

-- name: RemoveCard :execrows
DELETE FROM cards WHERE id = sqlc.arg(id);

-- name: DirtiestCard :one
SELECT * FROM cards WHERE dirty > 0 AND dirty <= sqlc.arg(now) AND leased <= sqlc.arg(now) AND ts <> ''
ORDER BY haste DESC, dirty LIMIT 1;

-- name: ClaimCard :execrows
UPDATE cards SET leased = sqlc.arg(lease_until) WHERE id = sqlc.arg(id) AND dirty > 0 AND dirty <= sqlc.arg(now) AND leased <= sqlc.arg(now);

-- name: CleanCard :execrows
UPDATE cards SET leased = 0, edited = sqlc.arg(now),
    dirty = CASE WHEN soiled = sqlc.arg(soiled) THEN 0 ELSE dirty END,
    haste = CASE WHEN soiled = sqlc.arg(soiled) THEN 0 ELSE haste END
WHERE id = sqlc.arg(id) AND leased = sqlc.arg(leased);

-- name: UnclaimCard :exec
UPDATE cards SET leased = 0 WHERE id = sqlc.arg(id) AND leased = sqlc.arg(leased);

-- name: PutOffCards :exec
UPDATE cards SET dirty = sqlc.arg(at) WHERE channel = sqlc.arg(channel) AND dirty > 0 AND dirty < sqlc.arg(at);

-- The list that was looked for, not one that has taken its place since.
-- name: ForgetList :execrows
UPDATE cards SET thread_ts = '', lines = lines - 1 WHERE id = sqlc.arg(id) AND thread_ts = sqlc.arg(ts) AND thread_ts <> '';

-- name: PutOnCard :exec
UPDATE tellings SET card_id = sqlc.arg(card_id) WHERE problem_id = sqlc.arg(problem_id) AND subscription_id = sqlc.arg(subscription_id);

-- What has a card already is reminded of by a digest, and stays there.
-- name: PutOnDigest :exec
UPDATE tellings SET card_id = sqlc.arg(card_id)
WHERE problem_id = sqlc.arg(problem_id) AND subscription_id = sqlc.arg(subscription_id) AND (state < 2 OR card_id = 0);

-- name: DigestOfCard :one
SELECT body FROM outbox WHERE card_id = sqlc.arg(card_id) AND kind = 'digest' ORDER BY id LIMIT 1;

-- name: MoveToCard :exec
UPDATE tellings SET card_id = sqlc.arg(card_id) WHERE card_id = sqlc.arg(was) AND card_id > 0;

-- name: HearersOnCard :many
SELECT DISTINCT s.* FROM tellings t JOIN subscriptions s ON s.id = t.subscription_id
WHERE t.card_id = sqlc.arg(card_id) AND t.card_id > 0 AND t.state < 2;

-- name: UntoldOnCard :many
SELECT t.id AS telling_id, sqlc.embed(p) FROM tellings t JOIN problems p ON p.id = t.problem_id
WHERE t.card_id = sqlc.arg(card_id) AND t.card_id > 0 AND t.state < 2 AND t.subscription_id = sqlc.arg(subscription_id);

-- name: TellOnCard :exec
UPDATE tellings SET state = 2, due = 0 WHERE card_id = sqlc.arg(card_id) AND card_id > 0 AND state < 2;

-- name: RemindAt :exec
UPDATE tellings SET due = sqlc.arg(due) WHERE id = sqlc.arg(id);

-- name: Untell :exec
UPDATE tellings SET state = 3, reason = sqlc.arg(reason), due = 0
WHERE problem_id = sqlc.arg(problem_id) AND subscription_id = sqlc.arg(subscription_id) AND state < 2;

-- name: UntellOnCard :exec
UPDATE tellings SET state = 3, reason = sqlc.arg(reason), due = 0 WHERE card_id = sqlc.arg(card_id) AND card_id > 0 AND state < 2;

-- name: ProblemsOnCard :many
SELECT p.* FROM problems p
WHERE p.id IN (SELECT t.problem_id FROM tellings t WHERE t.card_id = sqlc.arg(card_id) AND t.card_id > 0 AND t.state <= 2)
ORDER BY p.id;

-- name: AnySubscription :one
SELECT * FROM subscriptions WHERE id = sqlc.arg(id);
