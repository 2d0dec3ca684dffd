package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"perch/internal/connect"
	"perch/store/internal/db"
)

const (
	// readLease is when what was claimed to be read and was not, because the process
	// died, is claimed again; readAgain is when what failed is tried again.
	readLease = time.Minute
	readAgain = 5 * time.Minute
	// readOfCustomer is how many of a customer's sessions are read together.
	readOfCustomer = 10
)

// Moved receives a value after a session became due to be read. It has one
// receiver; a replica's news comes only to that replica.
func (s *Store) Moved() <-chan struct{} { return s.moved }

// rouse wakes whoever reads sessions, unless somebody did already.
func (s *Store) rouse() {
	select {
	case s.moved <- struct{}{}:
	default:
	}
}

// ReadSessions reads up to n sessions that are due: those of which something new
// is known, and those that time alone changes. Whatever was read off a session is
// saved with all that follows from it, in one transaction for each customer. It
// reports whether more waits. What fails is put off, and does not hold up the
// others; the error names all of it.
func (s *Store) ReadSessions(ctx context.Context, n int) (more bool, err error) {
	n = min(max(n, 1), 1000)
	claimed, more, err := s.claimSessions(ctx, n)
	if err != nil {
		return false, fmt.Errorf("claim Connect sessions to read: %w", err)
	}
	var errs []error
	for _, group := range byCustomer(claimed) {
		err := s.changeAndJudge(ctx, func(q *db.Queries) (bool, error) { return s.readCustomer(ctx, q, group) })
		if err != nil && ctx.Err() == nil {
			errs = append(errs, fmt.Errorf("session %q: %w", group[0].ID, err), s.readLater(ctx, group))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return more, fmt.Errorf("read Connect sessions: %w", err)
	}
	return more, nil
}

// SessionsDue is how many sessions wait to be read.
func (s *Store) SessionsDue(ctx context.Context) (int, error) {
	n, err := s.reads.CountSessionsDue(ctx, stamp(s.now()))
	if err != nil {
		return 0, fmt.Errorf("count the Connect sessions to read: %w", damage(err))
	}
	return int(n), nil
}

// SessionPulse is how Connect sessions come in.
type SessionPulse struct {
	// Waiting are the sessions that are due to be read, the oldest since Oldest.
	Waiting int
	Oldest  time.Time
	// Heard is when an employer was last heard of, zero for never.
	Heard time.Time
	// Underway are the employers in Finch Connect who were heard of lately.
	Underway int
}

// SessionPulse returns how Connect sessions come in; lately is since a time.
func (s *Store) SessionPulse(ctx context.Context, lately time.Time) (SessionPulse, error) {
	row, err := s.reads.SessionPulse(ctx, db.SessionPulseParams{Now: stamp(s.now()), Since: stamp(lately)})
	if err != nil {
		return SessionPulse{}, fmt.Errorf("see how Connect sessions come in: %w", damage(err))
	}
	return SessionPulse{Waiting: int(row.Waiting), Oldest: timeOf(row.Oldest), Heard: timeOf(row.Heard), Underway: int(row.Underway)}, nil
}

// claimSessions looks first what there is to claim, since it is asked often, and a
// look keeps no writer waiting. It reports whether there was more.
func (s *Store) claimSessions(ctx context.Context, n int) (claimed []db.ClaimSessionRow, more bool, err error) {
	now := s.now()
	ids, err := s.reads.DueSessions(ctx, db.DueSessionsParams{Now: stamp(now), Count: count(n)})
	if err != nil || len(ids) == 0 {
		return nil, false, damage(err)
	}
	slices.Sort(ids)
	err = s.change(ctx, func(q *db.Queries) (err error) {
		claimed, err = claimInOrder(ctx, q, ids, now)
		return err
	})
	return claimed, len(ids) == n, err
}

// claimInOrder claims those of the sessions that are still due, in the order in
// which sessions are held everywhere: whoever stores events of some of them waits
// then, or is waited for, but not both.
func claimInOrder(ctx context.Context, q *db.Queries, ids []string, now time.Time) (claimed []db.ClaimSessionRow, err error) {
	for _, id := range ids {
		row, err := q.ClaimSession(ctx, db.ClaimSessionParams{ID: id, LeaseUntil: stamp(now.Add(readLease)), Now: stamp(now)})
		if missing(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		claimed = append(claimed, row)
	}
	return claimed, nil
}

// byCustomer are the sessions of each customer together. Those of customers whose
// id nobody told have nothing to do with each other.
func byCustomer(claimed []db.ClaimSessionRow) [][]db.ClaimSessionRow {
	slices.SortFunc(claimed, func(a, b db.ClaimSessionRow) int {
		return cmp.Or(cmp.Compare(a.CustomerID, b.CustomerID), cmp.Compare(a.ID, b.ID))
	})
	var groups [][]db.ClaimSessionRow
	for i, c := range claimed {
		if i > 0 && c.CustomerID != "" && c.CustomerID == claimed[i-1].CustomerID {
			groups[len(groups)-1] = append(groups[len(groups)-1], c)
		} else {
			groups = append(groups, []db.ClaimSessionRow{c})
		}
	}
	return groups
}

func (s *Store) readLater(ctx context.Context, group []db.ClaimSessionRow) error {
	var errs []error
	for _, c := range group {
		errs = append(errs, s.writes.PostponeSession(ctx, db.PostponeSessionParams{ID: c.ID, Fence: c.Fence, Due: stamp(s.now().Add(readAgain))}))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("put a reading off: %w", err)
	}
	return nil
}

// readCustomer reads the sessions of a customer that are due, and the newest
// besides, since problems are judged by those.
func (s *Store) readCustomer(ctx context.Context, q *db.Queries, group []db.ClaimSessionRow) (news bool, err error) {
	customerID, now := group[0].CustomerID, millis(s.now())
	rows, err := holdSessions(ctx, q, group)
	if err != nil {
		return false, err
	}
	readings, err := s.readRows(ctx, q, rows, now)
	if err != nil {
		return false, err
	}
	if err := postpone(ctx, q, group, readings, now); err != nil {
		return false, err
	}
	if len(readings) == 0 {
		return false, nil
	}
	var next time.Time
	if customerID == "" { // each stands for itself
		next, err = s.newBulletin(q).sessions(ctx, "", readings)
	} else if err = markPlaces(ctx, q, customerID, rows, readings); err == nil {
		news, next, err = s.afterReading(ctx, q, customerID, readings)
	}
	if err != nil || next.IsZero() {
		return news, err
	}
	if err := q.ReadSessionBy(ctx, db.ReadSessionByParams{ID: readings[0].Session.ID, Due: stamp(notBefore(next, now.Add(soonest)))}); err != nil {
		return false, fmt.Errorf("note when to judge again: %w", err)
	}
	return news, nil
}

// readRows reads all that is known of sessions, and saves what can be read off it.
func (s *Store) readRows(ctx context.Context, q *db.Queries, rows []db.SessionLine, now time.Time) ([]connect.Reading, error) {
	var readings []connect.Reading
	moves := shifts{}
	for _, row := range rows {
		r, err := s.reading(ctx, q, row, now)
		if err == nil {
			err = s.soilSession(ctx, q, row, r)
		}
		if err == nil {
			err = saveReading(ctx, q, row, r, moves)
		}
		if err != nil {
			return nil, fmt.Errorf("read session %q: %w", row.ID, err)
		}
		readings = append(readings, r)
	}
	return readings, moves.save(ctx, q)
}

// postpone notes when time alone changes the sessions that were due.
func postpone(ctx context.Context, q *db.Queries, group []db.ClaimSessionRow, readings []connect.Reading, now time.Time) error {
	for _, c := range group {
		i := slices.IndexFunc(readings, func(r connect.Reading) bool { return r.Session.ID == c.ID })
		if i < 0 { // it went meanwhile
			continue
		}
		due := db.PostponeSessionParams{ID: c.ID, Fence: c.Fence, Due: stamp(nextReading(readings[i], now))}
		if err := q.PostponeSession(ctx, due); err != nil {
			return fmt.Errorf("note when to read again: %w", err)
		}
	}
	return nil
}

// markPlaces notes which of the customer's sessions is the last, since two that
// came at once on PostgreSQL both think they are, and which says how the customer
// stands.
func markPlaces(ctx context.Context, q *db.Queries, customerID string, rows []db.SessionLine, readings []connect.Reading) error {
	if err := markNewest(ctx, q, customerID, ""); err != nil {
		return err
	}
	tells, _, _ := connect.Journey(readings)
	i := slices.IndexFunc(rows, func(r db.SessionLine) bool { return r.ID == tells.Session.ID })
	if err := q.MarkTelling(ctx, db.MarkTellingParams{CustomerID: customerID, Num: rows[i].Num}); err != nil {
		return fmt.Errorf("note which session tells how the customer stands: %w", err)
	}
	return nil
}

// notBefore keeps a judgement that names the present from turning in circles.
func notBefore(at, soonest time.Time) time.Time {
	if at.Before(soonest) {
		return soonest
	}
	return at
}

// holdSessions are the newest sessions of a customer and those that are due,
// newest first, which nobody else changes until the transaction ends. Whoever
// reads sessions of a customer holds the newest, so only one does at a time.
func holdSessions(ctx context.Context, q *db.Queries, group []db.ClaimSessionRow) ([]db.SessionLine, error) {
	rows, err := customerSessions(ctx, q, group[0].CustomerID, readOfCustomer)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	for _, c := range group {
		ids = append(ids, c.ID)
	}
	slices.Sort(ids)
	rows = rows[:0]
	for _, id := range slices.Compact(ids) {
		row, err := sessionToChange(ctx, q, id)
		if errors.Is(err, ErrUnknownSession) { // it was pruned
			continue
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b db.SessionLine) int {
		return cmp.Or(cmp.Compare(b.Created, a.Created), cmp.Compare(b.Num, a.Num))
	})
	return rows, nil
}

func customerSessions(ctx context.Context, q *db.Queries, customerID string, n int) ([]db.SessionLine, error) {
	if customerID == "" {
		return nil, nil
	}
	rows, err := q.SessionsOfCustomer(ctx, db.SessionsOfCustomerParams{CustomerID: customerID, Count: count(n)})
	if err != nil {
		return nil, fmt.Errorf("select the customer's sessions: %w", err)
	}
	return rows, nil
}

// reading is what can be read off a session now, without remarks.
func (s *Store) reading(ctx context.Context, q *db.Queries, row db.SessionLine, now time.Time) (connect.Reading, error) {
	events, err := timeline(ctx, q, row)
	if err != nil {
		return connect.Reading{}, err
	}
	session := sessionOf(row)
	return connect.Reading{Session: session, Progress: connect.Read(session, events, s.limits, now)}, nil
}

// nextReading is when time alone changes a session; the zero time is never.
func nextReading(r connect.Reading, now time.Time) time.Time {
	if r.Progress.Outcome.Over() {
		return time.Time{}
	}
	var next time.Time
	for _, at := range []time.Time{r.Progress.DropsOff, r.Session.Expires} {
		if at.After(now) && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next
}

// afterReading is called for a customer once the sessions that were due are read
// and saved, with the newest of the customer's sessions, the last one first: it
// judges what is wrong and owes the notices, to people and in threads. news:
// something is owed. next is when time alone changes that, zero for never; the last
// session is due again then.
func (s *Store) afterReading(ctx context.Context, q *db.Queries, customerID string, readings []connect.Reading) (news bool, next time.Time, err error) {
	steps, next, err := s.assessSessions(ctx, q, customerID, readings)
	if err != nil {
		return false, time.Time{}, fmt.Errorf("judge customer %q: %w", customerID, err)
	}
	b := s.newBulletin(q)
	if _, err := s.happenIn(ctx, q, b, steps); err != nil {
		return false, time.Time{}, err
	}
	owed, again, err := s.noticeWatchers(ctx, q, customerID, readings[0])
	if err != nil {
		return false, time.Time{}, err
	}
	later, err := b.sessions(ctx, customerID, readings)
	return owed || b.owed || len(steps) > 0, sooner(next, sooner(again, later)), err
}
