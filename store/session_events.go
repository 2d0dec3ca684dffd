package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"perch/internal/connect"
	"perch/store/internal/db"
)

// How many events are kept of a session: a browser may say anything, and often.
const (
	mostBrowserEvents = 2_000
	mostOtherEvents   = 20_000
	// mostShownEvents is how many are handed out.
	mostShownEvents = 5_000
)

// AddSessionEvents stores events of a session, all of them or none. Those that
// were told before, by their ids, are there once; of two that differ a server's
// counts. Those without an id get one by what they say and when, those without a
// time are now. It returns how many are new; the session is then due to be read.
// Errors: connect.ErrUnknown, connect.ErrFull.
func (s *Store) AddSessionEvents(ctx context.Context, sessionID string, events []connect.Event) (added int, err error) {
	b := &batch{sessionID: clean(sessionID), events: s.tidyEvents(events), due: stamp(s.now())}
	err = s.admit(ctx, &arrival{key: "session\x00" + b.sessionID, rows: len(events), store: b.store})
	if err == nil {
		err = b.refused
	}
	if err != nil {
		return 0, fmt.Errorf("add events to a Connect session: %w", err)
	}
	if b.added > 0 {
		s.rouse()
	}
	return b.added, nil
}

// batch are events of one session on their way in.
type batch struct {
	sessionID string
	events    []db.AddSessionEventParams
	// due is when the session is to be read because of them.
	due int64
	// What became of them; to be read once they are stored.
	added   int
	refused error
}

// store writes the events, or says in refused why it wrote none.
func (b *batch) store(ctx context.Context, q *db.Queries) error {
	b.added, b.refused = 0, nil
	row, err := q.HoldToAddEvents(ctx, b.sessionID)
	if missing(err) {
		b.refused = fmt.Errorf("%w: %q", ErrUnknownSession, cut(b.sessionID, wordsLength))
		return nil
	}
	if err != nil {
		return fmt.Errorf("hold the session: %w", err)
	}
	if fits, err := b.fits(ctx, q, row); err != nil || !fits {
		b.refused = connect.ErrFull
		return err
	}
	return b.add(ctx, q, row.Num)
}

// fits reports whether the session has room for what is new of the events. They
// are looked up only where it could be short of it.
func (b *batch) fits(ctx context.Context, q *db.Queries, row db.HoldToAddEventsRow) (bool, error) {
	room := func(browser, other int64) bool {
		return row.BrowserEvents+browser <= mostBrowserEvents && row.Events-row.BrowserEvents+other <= mostOtherEvents
	}
	var browser int64
	for _, e := range b.events {
		browser += int64(flag(fromBrowser(e.Source)))
	}
	if room(browser, int64(len(b.events))-browser) {
		return true, nil
	}
	fresh := map[string]string{}
	for _, e := range b.events {
		_, err := q.SessionEventSource(ctx, db.SessionEventSourceParams{Session: row.Num, ID: e.ID})
		if missing(err) {
			fresh[e.ID] = cmp.Or(fresh[e.ID], e.Source)
		} else if err != nil {
			return false, fmt.Errorf("look for an event: %w", err)
		}
	}
	browser = 0
	for _, source := range fresh {
		browser += int64(flag(fromBrowser(source)))
	}
	return len(fresh) == 0 || room(browser, int64(len(fresh))-browser), nil
}

func fromBrowser(source string) bool { return source == string(connect.FromBrowser) }

func (b *batch) add(ctx context.Context, q *db.Queries, session int64) error {
	counts := db.CountSessionEventsParams{Num: session, Due: b.due}
	for _, e := range b.events {
		e.Session = session
		news, corrected, err := addEvent(ctx, q, e)
		if err != nil {
			return err
		}
		switch {
		case corrected: // it was a browser's
			counts.Browser--
		case news && fromBrowser(e.Source):
			counts.Browser++
		}
		if news {
			b.added++
		}
		if news && !corrected {
			counts.Added++
		}
	}
	if b.added == 0 {
		return nil
	}
	if err := q.CountSessionEvents(ctx, counts); err != nil {
		return fmt.Errorf("count the events: %w", err)
	}
	return nil
}

// addEvent stores an event. corrected: it took the place of a browser's.
func addEvent(ctx context.Context, q *db.Queries, e db.AddSessionEventParams) (news, corrected bool, err error) {
	n, err := q.AddSessionEvent(ctx, e)
	if err == nil && n == 0 && !fromBrowser(e.Source) {
		n, err = q.CorrectSessionEvent(ctx, db.CorrectSessionEventParams{
			Session: e.Session, ID: e.ID, At: e.At, Received: e.Received, Type: e.Type, Stage: e.Stage,
			Message: e.Message, ErrorType: e.ErrorType, Source: e.Source,
		})
		corrected = n > 0
	}
	if err != nil {
		return false, false, fmt.Errorf("add an event: %w", err)
	}
	return n > 0, corrected, nil
}

// tidyEvents brings what is said of events to the form in which it is stored.
func (s *Store) tidyEvents(events []connect.Event) []db.AddSessionEventParams {
	now := millis(s.now())
	rows := make([]db.AddSessionEventParams, len(events))
	for i, e := range events {
		if e.At.IsZero() {
			e.At = now
			e.ID = cmp.Or(e.ID, rand.Text())
		}
		e.ID = cmp.Or(e.ID, idOf(e))
		rows[i] = db.AddSessionEventParams{
			ID: word(e.ID), At: stamp(e.At), Received: stamp(now), Type: word(string(e.Type)), Stage: word(string(e.Stage)),
			Message: clean(e.Message), ErrorType: word(e.ErrorType), Source: word(string(e.Source)),
		}
	}
	return rows
}

// idOf is the id of an event that has none: of two that say the same of the same
// moment it is the same.
func idOf(e connect.Event) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d\x00%q\x00%q\x00%q\x00%q", stamp(e.At), e.Type, e.Stage, e.Message, e.ErrorType))
	return hex.EncodeToString(sum[:12])
}

// SessionEvents returns the events of a session in their order, with what Finch
// says of its connection among them: the newest 5,000. Error: connect.ErrUnknown.
func (s *Store) SessionEvents(ctx context.Context, id string) ([]connect.Event, error) {
	var events []connect.Event
	err := s.view(ctx, func(q *db.Queries) error {
		row, err := sessionRow(ctx, q, id)
		if err != nil {
			return err
		}
		events, err = timeline(ctx, q, row)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the events of a Connect session: %w", err)
	}
	return events[max(0, len(events)-mostShownEvents):], nil
}

// timeline is all that is known to have happened in a session, in its order.
func timeline(ctx context.Context, q *db.Queries, row db.SessionLine) ([]connect.Event, error) {
	rows, err := q.EventsOfSession(ctx, row.Num)
	if err != nil {
		return nil, fmt.Errorf("select the events: %w", err)
	}
	events := make([]connect.Event, 0, len(rows)+8)
	for _, r := range rows {
		events = append(events, eventOf(r))
	}
	facts, err := factsOf(ctx, q, row, events)
	if err != nil {
		return nil, err
	}
	events = append(events, facts...)
	slices.SortFunc(events, func(a, b connect.Event) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return events, nil
}

func eventOf(r db.SessionEvent) connect.Event {
	return connect.Event{
		ID: r.ID, At: timeOf(r.At), Received: timeOf(r.Received), Type: connect.Type(r.Type), Stage: connect.Stage(r.Stage),
		Message: r.Message, ErrorType: r.ErrorType, Source: connect.Source(r.Source),
	}
}
