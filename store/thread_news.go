package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"perch/internal/alert"
	"perch/internal/connect"
	"perch/internal/finch"
	"perch/internal/thread"
	"perch/store/internal/db"
)

// bulletin is what one transaction adds to threads: at most one line to each. What
// comes first is said, so problems are written down before jobs and these before
// sessions.
type bulletin struct {
	store *Store
	q     *db.Queries
	now   time.Time
	said  map[int64]bool // threads that have their line
	ended []string       // jobs whose end it records
	owed  bool           // something came of it
}

func (s *Store) newBulletin(q *db.Queries) *bulletin {
	return &bulletin{store: s, q: q, now: millis(s.now()), said: map[int64]bool{}}
}

const (
	// mostTold is how many threads on the same are told something, the newest. All of
	// them have their replies edited where a connection looks otherwise.
	mostTold = 100
	// mostNamed is how many replies are edited because another thread on the same came
	// or went: they name the newest three, and would all be edited for each.
	mostNamed = 10
)

// problems tells the threads that talk of problems what happened to them, what is
// wrong before what is right again; their replies are not true any more, whatever it
// was.
func (b *bulletin) problems(ctx context.Context, steps []alert.Step) error {
	for _, wrong := range []bool{true, false} {
		for _, step := range steps {
			if (step.Problem.State == alert.Open) != wrong {
				continue
			}
			if err := b.problem(ctx, step); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *bulletin) problem(ctx context.Context, step alert.Step) error {
	rows, err := concerned(ctx, b.q, step.Problem, mostTold)
	if err != nil || len(rows) == 0 {
		return err
	}
	words := thread.ProblemLine(step, b.now)
	for _, of := range byThread(rows) {
		said := words
		if step.Event.What == alert.HasResolved && step.Problem.Key.Kind == alert.Stuck && slices.ContainsFunc(of, b.endsIn) {
			said = "" // that it moved on: how it ended is said at once
		}
		if err := b.news(ctx, of[0].Thread, said, ""); err != nil {
			return err
		}
	}
	return nil
}

// endsIn reports whether a bond is a job whose end the transaction records.
func (b *bulletin) endsIn(r db.BondsNearRow) bool {
	return r.ThreadBond.Kind == string(thread.Job) && slices.Contains(b.ended, r.ThreadBond.ID)
}

// byThread are the bonds of each thread together; they come in the threads' order.
func byThread(rows []db.BondsNearRow) [][]db.BondsNearRow {
	var all [][]db.BondsNearRow
	for i, r := range rows {
		if i > 0 && rows[i-1].Thread.ID == r.Thread.ID {
			all[len(all)-1] = append(all[len(all)-1], r)
		} else {
			all = append(all, []db.BondsNearRow{r})
		}
	}
	return all
}

// soil notes that the replies of the newest threads that talk of a problem, but for
// one, are not true any more.
func (b *bulletin) soil(ctx context.Context, p alert.Problem, but int64) error {
	rows, err := concerned(ctx, b.q, p, mostNamed)
	if err != nil {
		return err
	}
	for _, of := range byThread(rows) {
		if of[0].Thread.ID == but {
			continue
		}
		if err := b.news(ctx, of[0].Thread, "", ""); err != nil {
			return err
		}
	}
	return nil
}

// job tells the threads in which a job is quoted how it ended.
func (b *bulletin) job(ctx context.Context, jobID string) error {
	rows, err := b.q.BondsOfID(ctx, db.BondsOfIDParams{ID: clean(jobID), Kind: string(thread.Job), Count: mostTold})
	if err != nil {
		return fmt.Errorf("select who talks of the job: %w", err)
	}
	if len(rows) == 0 {
		return nil
	}
	line, err := jobLine(ctx, b.q, jobID)
	if err != nil {
		return err
	}
	words := thread.JobLine(line, b.now)
	for _, r := range rows {
		if err := b.news(ctx, r.Thread, words, line.ID); err != nil {
			return err
		}
	}
	return nil
}

// sessions tells the threads in which a session is quoted, or a customer whose last
// one it is, where it stands now if that is elsewhere than they were told. next is
// when a thread is to be told of what moved too soon after the last line; zero for
// never.
func (b *bulletin) sessions(ctx context.Context, customerID string, readings []connect.Reading) (next time.Time, err error) {
	for i, r := range readings {
		again, err := b.session(ctx, db.BondsOfIDParams{ID: r.Session.ID, Kind: string(thread.Session), Count: mostTold}, r)
		if err == nil && i == 0 && customerID != "" {
			next = sooner(next, again)
			again, err = b.session(ctx, db.BondsOfIDParams{ID: customerID, Kind: string(thread.Customer), Count: mostTold}, r)
		}
		if err != nil {
			return time.Time{}, err
		}
		next = sooner(next, again)
	}
	return next, nil
}

// sooner is the earlier of two times; the zero time is never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func (b *bulletin) session(ctx context.Context, of db.BondsOfIDParams, r connect.Reading) (next time.Time, err error) {
	rows, err := b.q.BondsOfID(ctx, of)
	if err != nil {
		return time.Time{}, fmt.Errorf("select who talks of the session: %w", err)
	}
	p := r.Progress
	stands, through := whereabouts(p.Outcome, p.Stage), p.Outcome == connect.Connected && !p.Provisional
	for _, row := range rows {
		again := timeOf(row.ThreadBond.ToldAt).Add(betweenNotices)
		switch {
		case row.ThreadBond.Told == stands:
			continue
		case row.ThreadBond.ToldAt > 0 && !through && b.now.Before(again):
			next = sooner(next, again)
			continue
		}
		if err := b.news(ctx, row.Thread, thread.SessionLine(r, b.now), ""); err != nil {
			return time.Time{}, err
		}
		told := db.NoteBondParams{ThreadID: row.Thread.ID, Kind: of.Kind, ID: of.ID, Told: stands, ToldAt: stamp(b.now)}
		if err := b.q.NoteBond(ctx, told); err != nil {
			return time.Time{}, fmt.Errorf("note what a thread was told: %w", err)
		}
	}
	return next, nil
}

// news has a thread's reply edited, and owes the thread a line where there are words
// for one, and it has none yet and goes on; and whoever watches the thread.
func (b *bulletin) news(ctx context.Context, t db.Thread, words, jobID string) error {
	if err := b.q.SoilCard(ctx, db.SoilCardParams{ID: t.CardID, At: stamp(b.now)}); err != nil {
		return fmt.Errorf("note that a reply is out of date: %w", err)
	}
	b.owed = true
	if words == "" || b.said[t.ID] || t.StoppedBy != "" {
		return nil
	}
	b.said[t.ID] = true
	err := b.store.owe(ctx, b.q, alert.Delivery{
		Channel: t.Channel, Kind: alert.NewsMessage, CardID: t.CardID, Owed: b.now, Body: alert.Body{Words: words, JobID: jobID},
	})
	if err != nil {
		return err
	}
	return b.tellWatchers(ctx, t, words, jobID)
}

func (b *bulletin) tellWatchers(ctx context.Context, t db.Thread, words, jobID string) error {
	watchers, err := b.q.ThreadWatchers(ctx, t.ID)
	if err != nil {
		return fmt.Errorf("select who watches the thread: %w", err)
	}
	if t.Permalink != "" {
		words += " <" + t.Permalink + "|In the thread>"
	}
	for _, who := range watchers {
		err := b.store.owe(ctx, b.q, alert.Delivery{
			Channel: who, Kind: alert.NoticeMessage, CardID: t.CardID, Owed: b.now, Body: alert.Body{Who: who, Words: words, JobID: jobID},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// soilBound notes that the replies which show a connection are not true any more.
func (s *Store) soilBound(ctx context.Context, q *db.Queries, connectionID string) (soiled bool, err error) {
	if connectionID == "" {
		return false, nil
	}
	n, err := q.SoilBoundTo(ctx, db.SoilBoundToParams{ConnectionID: clean(connectionID), At: stamp(s.now())})
	if err != nil {
		return false, fmt.Errorf("note that replies are out of date: %w", err)
	}
	return n > 0, nil
}

// otherwise reports whether a connection looks otherwise than it did to whoever
// quoted it.
func otherwise(was, is finch.Connection) bool {
	return was.Worst() != is.Worst() || was.Report.Status != is.Report.Status || was.HasToken != is.HasToken ||
		!was.StatusSince.Equal(is.StatusSince) || !was.LastSync().Equal(is.LastSync()) || !was.NextScheduled.Equal(is.NextScheduled) ||
		!was.DisconnectedAt.Equal(is.DisconnectedAt) || was.CustomerName != is.CustomerName || was.ProviderID != is.ProviderID ||
		was.CustomerID != is.CustomerID || was.CompanyID != is.CompanyID
}
