package store

import (
	"context"
	"encoding/json"
	"fmt"

	"perch/internal/alert"
	"perch/store/internal/db"
)

// foldBatch is how many new problems go onto a summary in one transaction.
const foldBatch = 500

// turn reads what the holder of a lane has to know to decide.
func (s *Store) turn(ctx context.Context, q *db.Queries, lane alert.Lane) (alert.Turn, error) {
	t := alert.Turn{Lane: lane, Now: s.now()}
	row, err := q.SentOff(ctx, lane.Channel)
	if missing(err) {
		row, err = q.OldestOwed(ctx, lane.Channel)
	}
	if missing(err) {
		return t, nil
	}
	if err != nil {
		return t, fmt.Errorf("select what is owed: %w", err)
	}
	head, err := deliveryOf(row)
	if err != nil {
		return t, err
	}
	t.Head = &head
	if err := s.readFold(ctx, q, &t); err != nil {
		return t, err
	}
	if t.Card, err = s.cardOf(ctx, q, head); err != nil {
		return t, err
	}
	if head.Kind == alert.ManyMessage && t.Card != nil && t.Card.ProblemID == 0 {
		empty, err := q.IsCardEmpty(ctx, t.Card.ID)
		if err != nil {
			return t, fmt.Errorf("look what a summary holds: %w", err)
		}
		t.Empty = empty != 0
	}
	return t, nil
}

// readFold reads what decides whether cards are put together.
func (s *Store) readFold(ctx context.Context, q *db.Queries, t *alert.Turn) error {
	if t.Head.Kind == alert.CardMessage {
		problem, err := q.ProblemByID(ctx, t.Head.ProblemID)
		if err != nil && !missing(err) {
			return fmt.Errorf("select the problem: %w", err)
		}
		t.Outage = problem.Kind == string(alert.Outage)
	}
	if !t.Head.Tried.IsZero() {
		return nil
	}
	fresh, err := q.FoldableProblems(ctx, t.Lane.Channel)
	if err != nil {
		return fmt.Errorf("count new problems: %w", err)
	}
	t.Fresh = len(fresh)
	if t.Fresh == 0 && !t.Outage {
		return nil
	}
	cards, err := q.CardsSince(ctx, db.CardsSinceParams{Channel: t.Lane.Channel, Since: stamp(t.Now.Add(-alert.BurstWithin))})
	if err != nil {
		return fmt.Errorf("count new cards: %w", err)
	}
	t.Burst = cards >= alert.BurstCards
	if t.Summary, err = found(q.NewestSummary(ctx, t.Lane.Channel)); err != nil {
		return fmt.Errorf("select the summary: %w", err)
	}
	if !t.Outage || t.Summary == nil {
		return nil
	}
	others, err := q.OthersOnCard(ctx, db.OthersOnCardParams{CardID: t.Summary.ID, OutageID: t.Head.ProblemID})
	if err != nil {
		return fmt.Errorf("look what a summary holds: %w", err)
	}
	t.OfOutage = others == 0
	return nil
}

// cardOf is the card that a delivery makes, goes to, or need not make because it
// stands; nil if there is none.
func (s *Store) cardOf(ctx context.Context, q *db.Queries, d alert.Delivery) (*alert.Card, error) {
	var (
		c   *alert.Card
		err error
	)
	switch {
	case d.CardID != 0:
		c, err = found(q.Card(ctx, d.CardID))
	case d.Kind == alert.CardMessage:
		c, err = found(q.StandingCard(ctx, db.StandingCardParams{ProblemID: d.ProblemID, Channel: d.Channel}))
	case d.Kind.Line():
		c, err = found(q.CardOfTelling(ctx, db.CardOfTellingParams{ProblemID: d.ProblemID, SubscriptionID: d.SubscriptionID}))
	}
	if err != nil {
		return nil, fmt.Errorf("select the card: %w", err)
	}
	if d.Kind == alert.CardMessage && d.Tried.IsZero() && c != nil && c.TS == "" {
		return nil, nil // its own, which was not posted after all
	}
	return c, nil
}

// sendOff marks the head as sent off. A card to be is there from now on, so that
// what changes while it is on its way makes it dirty.
func (s *Store) sendOff(ctx context.Context, q *db.Queries, t alert.Turn) (alert.Turn, error) {
	d := *t.Head
	kind, makes := d.Kind.Makes()
	if makes && d.CardID == 0 {
		id, err := q.AddCard(ctx, db.AddCardParams{
			Kind: int16(kind), SubscriptionID: d.SubscriptionID, ProblemID: d.ProblemID, Channel: d.Channel, Now: stamp(t.Now),
		})
		if err != nil {
			return t, fmt.Errorf("add a card: %w", err)
		}
		d.CardID = id
	}
	if t.Card != nil {
		d.CardID = t.Card.ID
	}
	if err := q.SendOff(ctx, db.SendOffParams{ID: d.ID, CardID: d.CardID, Now: stamp(t.Now)}); err != nil {
		return t, fmt.Errorf("mark a message as sent off: %w", err)
	}
	d.Tried, d.Attempts = t.Now, d.Attempts+1
	if d.FirstTried.IsZero() {
		d.FirstTried = t.Now
	}
	t.Head = &d
	if d.CardID == 0 {
		return t, nil
	}
	var err error
	if t.Card, err = found(q.Card(ctx, d.CardID)); err != nil {
		return t, fmt.Errorf("select the card: %w", err)
	}
	return t, nil
}

// doQuietly does what needs no word to Slack.
func (s *Store) doQuietly(ctx context.Context, q *db.Queries, t alert.Turn, plan alert.Plan) error {
	switch plan.Act {
	case alert.DoFold:
		return s.foldCards(ctx, q, t)
	case alert.DoJoin:
		return s.join(ctx, q, t, t.Card.ID)
	case alert.DoBecome:
		return s.become(ctx, q, t)
	case alert.DoGather:
		return s.gather(ctx, q, t)
	default:
		if err := s.finish(ctx, q, t, ending{state: stateGivenUp, reason: plan.Reason}); err != nil {
			return err
		}
		return s.withdraw(ctx, q, *t.Head, plan.Reason)
	}
}

// foldCards puts what is new onto the channel's summary, or a new one. It counts
// as told when the message that shows it stands.
func (s *Store) foldCards(ctx context.Context, q *db.Queries, t alert.Turn) error {
	rows, err := q.Foldable(ctx, db.FoldableParams{Channel: t.Lane.Channel, Count: foldBatch})
	if err != nil {
		return fmt.Errorf("select new problems: %w", err)
	}
	if len(rows) == 0 {
		return nil
	}
	summary, err := s.growSummary(ctx, q, t, rows[0].SubscriptionID)
	if err != nil {
		return err
	}
	for _, r := range rows {
		err := q.FoldInto(ctx, db.FoldIntoParams{CardID: summary, Now: stamp(t.Now), ID: r.ID})
		if err == nil {
			err = q.PutOnCard(ctx, db.PutOnCardParams{CardID: summary, ProblemID: r.ProblemID, SubscriptionID: r.SubscriptionID})
		}
		if err != nil {
			return fmt.Errorf("put a problem onto a summary: %w", err)
		}
	}
	return nil
}

// growSummary is the summary that takes problems in now: the one that stands, or
// one to be posted.
func (s *Store) growSummary(ctx context.Context, q *db.Queries, t alert.Turn, subscriptionID int64) (int64, error) {
	if t.Growing() {
		if err := q.GrowCard(ctx, db.GrowCardParams{ID: t.Summary.ID, Now: stamp(t.Now)}); err != nil {
			return 0, fmt.Errorf("note that a summary grew: %w", err)
		}
		return t.Summary.ID, nil
	}
	id, err := q.AddCard(ctx, db.AddCardParams{
		Kind: int16(alert.SummaryCard), SubscriptionID: subscriptionID, Channel: t.Lane.Channel, Now: stamp(t.Now),
	})
	if err != nil {
		return 0, fmt.Errorf("add a summary: %w", err)
	}
	return id, s.oweQuietly(ctx, q, alert.Delivery{
		Channel: t.Lane.Channel, Kind: alert.ManyMessage, SubscriptionID: subscriptionID, CardID: id, Owed: t.Head.Owed,
	})
}

// join ends the head as told by a card that shows its problem already.
func (s *Store) join(ctx context.Context, q *db.Queries, t alert.Turn, cardID int64) error {
	err := q.PutOnCard(ctx, db.PutOnCardParams{CardID: cardID, ProblemID: t.Head.ProblemID, SubscriptionID: t.Head.SubscriptionID})
	if err == nil {
		err = q.HastenCard(ctx, db.HastenCardParams{ID: cardID, Now: stamp(t.Now)})
	}
	if err == nil {
		err = s.finish(ctx, q, t, ending{state: stateFolded, card: cardID})
	}
	if err != nil {
		return fmt.Errorf("join a card that stands: %w", err)
	}
	return nil
}

// become makes the summary the outage's card.
func (s *Store) become(ctx context.Context, q *db.Queries, t alert.Turn) error {
	err := q.BecomeOutage(ctx, db.BecomeOutageParams{ProblemID: t.Head.ProblemID, SubscriptionID: t.Head.SubscriptionID, ID: t.Summary.ID})
	if err != nil {
		return fmt.Errorf("make a summary an outage's card: %w", err)
	}
	return s.join(ctx, q, t, t.Summary.ID)
}

// gatherBatch bounds how many lines become one message.
const gatherBatch = 1000

// gather has the head speak for the lines of its kind that go to the same thread.
func (s *Store) gather(ctx context.Context, q *db.Queries, t alert.Turn) error {
	rows, err := q.Gatherable(ctx, db.GatherableParams{
		Channel: t.Lane.Channel, Kind: string(t.Head.Kind), After: t.Head.ID, CardID: t.Card.ID, Count: gatherBatch,
	})
	if err != nil {
		return fmt.Errorf("select lines for one thread: %w", err)
	}
	body := t.Head.Body
	body.Problems = []int64{t.Head.ProblemID}
	for _, r := range rows {
		if err := q.FoldInto(ctx, db.FoldIntoParams{CardID: t.Card.ID, Now: stamp(t.Now), ID: r.ID}); err != nil {
			return fmt.Errorf("gather lines: %w", err)
		}
		body.Problems = append(body.Problems, r.ProblemID)
	}
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("write what a line says: %w", err)
	}
	if err := q.SaveBody(ctx, db.SaveBodyParams{Body: clean(string(text)), ID: t.Head.ID}); err != nil {
		return fmt.Errorf("save what a line says: %w", err)
	}
	return nil
}

// found is a card that may not be there.
func found(row db.Card, err error) (*alert.Card, error) {
	if missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	c := cardFrom(row)
	return &c, nil
}

func cardFrom(r db.Card) alert.Card {
	return alert.Card{
		ID: r.ID, Kind: alert.CardKind(r.Kind), SubscriptionID: r.SubscriptionID, ProblemID: r.ProblemID,
		Channel: r.Channel, Place: r.Place, TS: r.Ts, ThreadTS: r.ThreadTs,
		Posted: timeOf(r.Posted), Grown: timeOf(r.Grown), Lines: int(r.Lines), Dirty: timeOf(r.Dirty), Soiled: r.Soiled, Root: r.Root,
	}
}

func deliveryOf(r db.Outbox) (alert.Delivery, error) {
	d := alert.Delivery{
		ID: r.ID, Key: r.Key, Channel: r.Channel, Kind: alert.MessageKind(r.Kind),
		SubscriptionID: r.SubscriptionID, ProblemID: r.ProblemID, CardID: r.CardID,
		Owed: timeOf(r.Owed), FirstTried: timeOf(r.FirstTried), Attempts: int(r.Attempts),
	}
	if r.State == stateSentOff {
		d.Tried = timeOf(r.Tried)
	}
	if err := json.Unmarshal([]byte(r.Body), &d.Body); err != nil {
		return d, fmt.Errorf("%w: a message is not JSON: %w", ErrDamaged, err)
	}
	return d, nil
}
