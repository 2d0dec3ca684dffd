package store

import (
	"context"
	"fmt"
	"time"

	"perch/internal/alert"
	"perch/store/internal/db"
)

// The pace of edits in the workspace: one in two seconds, eight at once at most,
// so never more than 38 a minute. Slack: chat.update allows some 50.
const (
	editPace  = 2 * time.Second
	editBurst = 7 * editPace // how far ahead of the pace one may be
)

// TakeEdit claims the card that needs an edit most, if the workspace's pace
// allows one: those first that somebody has yet to hear of, then the longest
// untrue. Its Soiled says which state is to be shown at least.
func (s *Store) TakeEdit(ctx context.Context, lease time.Duration) (edit alert.Edit, ok bool, err error) {
	err = s.change(ctx, func(q *db.Queries) error {
		edit, ok = alert.Edit{}, false // it may be run again
		now := s.now()
		row, err := q.DirtiestCard(ctx, stamp(now))
		if missing(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("select a card: %w", err)
		}
		card := cardFrom(row)
		allowed, err := s.paceEdit(ctx, q, now, card)
		if err != nil || !allowed {
			return err
		}
		until := now.Add(lease)
		n, err := q.ClaimCard(ctx, db.ClaimCardParams{LeaseUntil: stamp(until), ID: card.ID, Now: stamp(now)})
		if err != nil {
			return fmt.Errorf("claim a card: %w", err)
		}
		edit, ok = alert.Edit{Card: card, Until: millis(until)}, n > 0
		return nil
	})
	if err != nil {
		return alert.Edit{}, false, fmt.Errorf("take an edit: %w", err)
	}
	return edit, ok, nil
}

// paceEdit uses up the workspace's pace for an edit, and for one more if a list
// in the thread is to be edited with it.
func (s *Store) paceEdit(ctx context.Context, q *db.Queries, now time.Time, c alert.Card) (bool, error) {
	cost := editPace
	if c.ThreadTS != "" {
		cost += editPace
	}
	pace := db.PaceEditsParams{Now: stamp(now), Cost: cost.Milliseconds(), Pace: stamp(now.Add(editBurst))}
	n, err := q.PaceEdits(ctx, pace)
	if err != nil || n > 0 {
		return n > 0, err
	}
	if err := q.BeginPace(ctx); err != nil {
		return false, fmt.Errorf("begin the pace of edits: %w", err)
	}
	n, err = q.PaceEdits(ctx, pace)
	return n > 0, err
}

// NoteEdit records what became of an edit and gives the card back. If a later
// claim has overtaken it, nothing is recorded, and that is no error: the later
// one shows a newer state.
func (s *Store) NoteEdit(ctx context.Context, e alert.Edit, r alert.EditResult) error {
	err := s.change(ctx, func(q *db.Queries) error {
		switch r.End {
		case alert.EditDone:
			return s.noteEdited(ctx, q, e)
		case alert.EditLost:
			return s.forgetCard(ctx, q, e.Card)
		case alert.EditListLost:
			return s.forgetList(ctx, q, e)
		case alert.EditSlowDown:
			// The pace ends so much later that not one edit goes before then.
			if err := q.PutOffEdits(ctx, stamp(r.Until.Add(editBurst))); err != nil {
				return fmt.Errorf("put off all edits: %w", err)
			}
		default:
			if err := q.PutOffCards(ctx, db.PutOffCardsParams{Channel: e.Card.Channel, At: stamp(r.Until)}); err != nil {
				return fmt.Errorf("put off a channel's edits: %w", err)
			}
		}
		return q.UnclaimCard(ctx, db.UnclaimCardParams{ID: e.Card.ID, Leased: stamp(e.Until)})
	})
	if err != nil {
		return fmt.Errorf("note what became of an edit: %w", err)
	}
	return nil
}

func (s *Store) noteEdited(ctx context.Context, q *db.Queries, e alert.Edit) error {
	n, err := q.CleanCard(ctx, db.CleanCardParams{ID: e.Card.ID, Soiled: e.Card.Soiled, Leased: stamp(e.Until), Now: stamp(s.now())})
	if err != nil {
		return fmt.Errorf("note that a card is true: %w", err)
	}
	if n == 0 {
		return nil
	}
	return s.tellOnCard(ctx, q, e.Card.ID)
}

// forgetCard forgets a message that is gone from Slack and owes what it said
// afresh, to all who were told by it. A digest has had its day, and a thread whose
// reply somebody deleted is let go.
func (s *Store) forgetCard(ctx context.Context, q *db.Queries, c alert.Card) error {
	if c.Kind == alert.ThreadCard {
		return s.letGoOf(ctx, q, c.ID, "the reply is gone")
	}
	n, err := q.RemoveCard(ctx, c.ID)
	if err != nil || n == 0 || c.Kind == alert.DigestCard {
		return err
	}
	if err := s.renewCard(ctx, q, c); err != nil {
		return fmt.Errorf("owe afresh what a lost card said: %w", err)
	}
	return nil
}

func (s *Store) renewCard(ctx context.Context, q *db.Queries, c alert.Card) error {
	id, err := q.AddCard(ctx, db.AddCardParams{
		Kind: int16(c.Kind), SubscriptionID: c.SubscriptionID, ProblemID: c.ProblemID, Channel: c.Channel, Now: stamp(s.now()),
	})
	if err != nil {
		return err
	}
	if err := q.MoveToCard(ctx, db.MoveToCardParams{CardID: id, Was: c.ID}); err != nil {
		return err
	}
	kind := alert.CardMessage
	if c.Kind == alert.SummaryCard {
		kind = alert.ManyMessage
	}
	return s.owe(ctx, q, alert.Delivery{Channel: c.Channel, Kind: kind, SubscriptionID: c.SubscriptionID, ProblemID: c.ProblemID, CardID: id})
}

// forgetList forgets the list in a card's thread and owes another, once.
func (s *Store) forgetList(ctx context.Context, q *db.Queries, e alert.Edit) error {
	n, err := q.ForgetList(ctx, db.ForgetListParams{ID: e.Card.ID, Ts: e.Card.ThreadTS})
	if err != nil {
		return fmt.Errorf("forget a list: %w", err)
	}
	if err := s.noteEdited(ctx, q, e); err != nil || n == 0 {
		return err
	}
	return s.owe(ctx, q, listOf(e.Card))
}

// listOf is the list owed to the thread of a card that shows several problems.
func listOf(c alert.Card) alert.Delivery {
	return alert.Delivery{Channel: c.Channel, Kind: alert.ListMessage, SubscriptionID: c.SubscriptionID, CardID: c.ID}
}

// place notes where a message stands with the card it is, or is said under.
func (s *Store) place(ctx context.Context, q *db.Queries, t alert.Turn, r alert.Result) error {
	if t.Card == nil {
		return nil
	}
	if t.Head.Kind == alert.ListMessage {
		return q.PlaceList(ctx, db.PlaceListParams{ID: t.Card.ID, Ts: clean(r.TS)})
	}
	if t.Head.Kind == alert.NoticeMessage { // it stands elsewhere
		return nil
	}
	if _, makes := t.Head.Kind.Makes(); !makes {
		return q.AddLine(ctx, t.Card.ID)
	}
	soiled := t.Card.Soiled
	if t.Head.Tried.Before(t.Now) {
		soiled = -1 // it was looked for, and says what was true when it was sent
	}
	err := q.PlaceCard(ctx, db.PlaceCardParams{
		ID: t.Card.ID, Place: clean(r.Place), Ts: clean(r.TS), Now: stamp(s.now()), Soiled: soiled,
	})
	if err != nil {
		return fmt.Errorf("note where a card stands: %w", err)
	}
	if t.Head.ProblemID != 0 {
		put := db.PutOnCardParams{CardID: t.Card.ID, ProblemID: t.Head.ProblemID, SubscriptionID: t.Head.SubscriptionID}
		if err := q.PutOnCard(ctx, put); err != nil {
			return fmt.Errorf("note on which card a problem is told: %w", err)
		}
	}
	for _, id := range t.Head.Body.Problems {
		if err := q.PutOnDigest(ctx, db.PutOnDigestParams{CardID: t.Card.ID, ProblemID: id, SubscriptionID: t.Head.SubscriptionID}); err != nil {
			return fmt.Errorf("note on which digest a problem is told: %w", err)
		}
	}
	if err := s.tellOnCard(ctx, q, t.Card.ID); err != nil || !t.Listed() {
		return err
	}
	return s.oweQuietly(ctx, q, listOf(*t.Card))
}

// tellOnCard notes as told what a card shows, and when those who wish it are
// reminded.
func (s *Store) tellOnCard(ctx context.Context, q *db.Queries, cardID int64) error {
	hearers, err := q.HearersOnCard(ctx, cardID)
	if err != nil {
		return fmt.Errorf("select who hears of a card: %w", err)
	}
	reminders := map[int64]time.Time{}
	for _, row := range hearers {
		if err := s.remind(ctx, q, cardID, row, reminders); err != nil {
			return err
		}
	}
	if err := q.TellOnCard(ctx, cardID); err != nil {
		return fmt.Errorf("note what is told: %w", err)
	}
	for id, due := range reminders {
		if err := q.RemindAt(ctx, db.RemindAtParams{ID: id, Due: stamp(due)}); err != nil {
			return fmt.Errorf("note when to remind: %w", err)
		}
	}
	return nil
}

// remind finds when one subscription is reminded first of what it is told now.
func (s *Store) remind(ctx context.Context, q *db.Queries, cardID int64, row db.Subscription, at map[int64]time.Time) error {
	sub, err := subscriptionOf(row)
	if err != nil || sub.Wish.Reminder <= 0 {
		return err
	}
	untold, err := q.UntoldOnCard(ctx, db.UntoldOnCardParams{CardID: cardID, SubscriptionID: sub.ID})
	if err != nil {
		return fmt.Errorf("select what is told: %w", err)
	}
	now := s.now()
	for _, u := range untold {
		p, err := problemOf(u.Problem)
		if err != nil {
			return err
		}
		if due := sub.Wish.NextReminder(p, now, now); !due.IsZero() {
			at[u.TellingID] = due
		}
	}
	return nil
}

// withdraw forgets a card that never came to stand, and drops what it would
// have told.
func (s *Store) withdraw(ctx context.Context, q *db.Queries, d alert.Delivery, reason string) error {
	if _, makes := d.Kind.Makes(); !makes {
		return nil
	}
	if d.Kind == alert.ReplyMessage {
		return s.withdrawReply(ctx, q, d.CardID, reason)
	}
	if d.CardID != 0 {
		if err := q.UntellOnCard(ctx, db.UntellOnCardParams{CardID: d.CardID, Reason: clean(reason)}); err != nil {
			return fmt.Errorf("drop what a card would have told: %w", err)
		}
		if _, err := q.RemoveCard(ctx, d.CardID); err != nil {
			return fmt.Errorf("forget a card: %w", err)
		}
	}
	for _, id := range append([]int64{d.ProblemID}, d.Body.Problems...) {
		if err := q.Untell(ctx, db.UntellParams{ProblemID: id, SubscriptionID: d.SubscriptionID, Reason: clean(reason)}); err != nil {
			return fmt.Errorf("drop what would have been told: %w", err)
		}
	}
	return nil
}

// withdrawReply lets the thread go that gets no reply, unless its reply stands.
func (s *Store) withdrawReply(ctx context.Context, q *db.Queries, cardID int64, reason string) error {
	c, err := found(q.Card(ctx, cardID))
	if err != nil {
		return fmt.Errorf("select the card: %w", err)
	}
	if c != nil && c.TS != "" {
		return nil
	}
	return s.letGoOf(ctx, q, cardID, reason)
}
