package commands

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"perch/internal/alert"
	"perch/internal/connect"
	"perch/internal/finch"
)

// ledger is a store of these tests: problems and subscriptions in memory.
type ledger struct {
	mu       sync.Mutex
	problems []alert.Problem
	events   []alert.Event
	past     []alert.Problem
	since    time.Time
	subs     []alert.Subscription
	card     alert.Card
	asked    []alert.ProblemQuery
	made     connect.Link
	noLink   error
	state    Status
	broken   error
}

// sources are an archive's and the ledger's.
func (l *ledger) sources() Sources {
	s := harborArchive().sources()
	s.Problems, s.Past, s.Actor, s.Cards, s.Subscriptions, s.Subscriber, s.Pauser, s.Linker, s.Status = l, l, l, l, l, l, l, l, l
	return s
}

func (l *ledger) Problem(_ context.Context, id int64) (alert.Problem, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.problems {
		if p.ID == id {
			return p, nil
		}
	}
	return alert.Problem{}, alert.ErrUnknownProblem
}

// Problems pages by the number of the problem to begin with.
func (l *ledger) Problems(_ context.Context, q alert.ProblemQuery) (alert.ProblemPage, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked = append(l.asked, q)
	var found []alert.Problem
	for _, p := range l.problems {
		if (q.State == "" || p.State == q.State) && (q.ParentID == 0 || p.ParentID == q.ParentID) {
			found = append(found, p)
		}
	}
	from := 0
	if q.After != "" {
		if _, err := fmt.Sscan(q.After, &from); err != nil {
			return alert.ProblemPage{}, fmt.Errorf("read the cursor: %w", err)
		}
	}
	to := min(from+q.Limit, len(found))
	page := alert.ProblemPage{Problems: found[from:to], Total: len(found)}
	if to < len(found) {
		page.Next = fmt.Sprint(to)
	}
	return page, l.broken
}

// ProblemEvents returns them newest first, as the store does.
func (l *ledger) ProblemEvents(context.Context, int64, int) ([]alert.Event, error) {
	newest := slices.Clone(l.events)
	slices.Reverse(newest)
	return newest, nil
}

func (l *ledger) PastProblems(context.Context, time.Time) ([]alert.Problem, error) {
	return l.past, l.broken
}

func (l *ledger) KnownSince(context.Context) (time.Time, error) { return l.since, nil }

func (l *ledger) Act(_ context.Context, id int64, act func(alert.Problem) (alert.Step, error)) (alert.Problem, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.IndexFunc(l.problems, func(p alert.Problem) bool { return p.ID == id })
	if i < 0 {
		return alert.Problem{}, alert.ErrUnknownProblem
	}
	step, err := act(l.problems[i])
	if err != nil {
		return alert.Problem{}, fmt.Errorf("act: %w", err)
	}
	l.problems[i] = step.Problem
	l.events = append(l.events, step.Event)
	return step.Problem, nil
}

func (l *ledger) Shown(ctx context.Context, id, subscription int64) (alert.Shown, error) {
	p, err := l.Problem(ctx, id)
	s := alert.Shown{Problem: p}
	if subscription != 0 && err == nil {
		s.Subscription, err = l.Subscription(ctx, subscription)
	}
	return s, err
}

func (l *ledger) CardAt(_ context.Context, place, ts string) (alert.Card, bool, error) {
	return l.card, l.card.Place == place && l.card.TS == ts, nil
}

func (l *ledger) OnCard(_ context.Context, c alert.Card) ([]alert.Problem, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.ProblemID == 0 && c.Kind != l.card.Kind {
		return nil, alert.ErrUnknownProblem
	}
	return slices.DeleteFunc(slices.Clone(l.problems), func(p alert.Problem) bool { return c.ProblemID != 0 && p.ParentID != c.ProblemID }), nil
}

func (l *ledger) Matching(_ context.Context, w alert.Wish) (int, error) {
	n := 0
	for _, p := range l.problems {
		if ok, _ := w.Matches(p); ok && p.State == alert.Open {
			n++
		}
	}
	return n, nil
}

func (l *ledger) Subscription(_ context.Context, id int64) (alert.Subscription, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.subs {
		if s.ID == id {
			return s, nil
		}
	}
	return alert.Subscription{}, alert.ErrUnknownSubscription
}

func (l *ledger) Subscriptions(_ context.Context, channel string) ([]alert.Subscription, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(l.subs), func(s alert.Subscription) bool { return channel != "" && s.Channel != channel }), l.broken
}

func (l *ledger) Subscribe(_ context.Context, s alert.Subscription) (alert.Subscription, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s.ID = int64(len(l.subs) + 1)
	l.subs = append(l.subs, s)
	return s, nil
}

func (l *ledger) ChangeWish(_ context.Context, id int64, w alert.Wish, who string, at time.Time) (alert.Subscription, error) {
	return l.change(id, func(s *alert.Subscription) { s.Wish, s.Changer, s.Changed = w, who, at })
}

func (l *ledger) DeleteSubscription(_ context.Context, id int64, _ string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.subs = slices.DeleteFunc(l.subs, func(s alert.Subscription) bool { return s.ID == id })
	return nil
}

func (l *ledger) PauseSubscription(_ context.Context, id int64, who, _ string) error {
	_, err := l.change(id, func(s *alert.Subscription) { s.Paused, s.PausedBy, s.PausedAt = true, who, now })
	return err
}

func (l *ledger) ResumeSubscription(_ context.Context, id int64, _ string) error {
	_, err := l.change(id, func(s *alert.Subscription) { s.Paused, s.PausedBy = false, "" })
	return err
}

func (l *ledger) ShareSubscription(_ context.Context, id int64, who string) error {
	_, err := l.change(id, func(s *alert.Subscription) { s.SharedBy = who })
	return err
}

func (l *ledger) change(id int64, by func(*alert.Subscription)) (alert.Subscription, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.subs {
		if l.subs[i].ID == id {
			by(&l.subs[i])
			return l.subs[i], nil
		}
	}
	return alert.Subscription{}, alert.ErrUnknownSubscription
}

func (l *ledger) ReconnectLink(context.Context, string, string) (connect.Link, error) {
	return l.made, l.noLink
}

func (l *ledger) Status(context.Context) (Status, error) { return l.state, l.broken }

// all are the subscriptions that stand.
func (l *ledger) all() []alert.Subscription {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.subs)
}

// signedOut is a problem of the employer's: they must sign in again.
func signedOut(id int64) alert.Problem {
	return alert.Problem{
		ID: id, Key: alert.Key{Kind: alert.Reauth, ConnectionID: harbor().ID, Part: "credential"}, Class: "reauth",
		Subject: alert.Subject{CustomerID: "cust_1042", CustomerName: "Harbor Coffee Roasters", CompanyID: harbor().CompanyID, ProviderID: "gusto", ProviderName: "Gusto", Environment: "production"},
		State:   alert.Open, Move: alert.Employers, Count: 1,
		Opened: now.Add(-3 * time.Hour), Noted: now.Add(-3 * time.Hour), LastSeen: now.Add(-time.Hour),
	}
}

// failing is a sync that failed.
func failing(id int64) alert.Problem {
	p := signedOut(id)
	p.Key = alert.Key{Kind: alert.JobFailed, ConnectionID: harbor().ID, Part: finch.DataSync}
	p.Move, p.Jobs = alert.Nobodys, []string{"453bd7d7-5355-4d6d-a38e-d9e7eb218c3f"}
	p.Facts.Job = finch.KnownJob{ID: p.Jobs[0], Type: finch.DataSync}
	return p
}

// overSince is a problem that recovered some time ago.
func overSince(p alert.Problem, d time.Duration) alert.Problem {
	p.State, p.Over = alert.Resolved, now.Add(-d)
	return p
}

func byAnn(id int64, channel string) alert.Subscription {
	return alert.Subscription{ID: id, Channel: channel, Wish: alert.DefaultWish(), Maker: "UANN", MakerName: "Ann", Made: now.Add(-72 * time.Hour)}
}
