package commands

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"perch/internal/connect"
	"perch/internal/finch"
)

// register is a store of these tests: Connect sessions in memory, newest first.
type register struct {
	mu       sync.Mutex
	readings []connect.Reading
	events   map[string][]connect.Event
	watched  map[string]bool
	same     [2]int
	// link is what is made; noLink what is said instead.
	link    connect.Link
	noLink  error
	ordered []connect.LinkOrder
	done    []string
	// slow holds a link back until it is closed.
	slow    chan struct{}
	asked   []connect.ListQuery
	counted []connect.FunnelQuery
	funnel  connect.Funnel
	broken  error
}

// sources are a ledger's and the register's.
func (g *register) sources(l *ledger) Sources {
	s := l.sources()
	s.Sessions, s.Finder, s.SessionLister, s.Funnels, s.Links, s.Watches = g, g, g, g, g, g
	s.Lister = withStaged{s.Lister, g}
	return s
}

// withStaged is a list of connections that counts the links of a register too.
type withStaged struct {
	Lister
	links *register
}

func (w withStaged) Counts(ctx context.Context, words string) (finch.Counts, error) {
	counts, err := w.Lister.Counts(ctx, words)
	if err != nil {
		return counts, err
	}
	page, err := w.links.Sessions(ctx, connect.ListQuery{Scope: connect.Staged, Words: words, Limit: 1})
	counts.Staged = page.Total
	return counts, err
}

func (g *register) Session(_ context.Context, id string) (connect.Reading, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, r := range g.readings {
		if r.Session.ID == id {
			return r, g.broken
		}
	}
	return connect.Reading{}, connect.ErrUnknown
}

func (g *register) SessionEvents(_ context.Context, id string) ([]connect.Event, error) {
	return g.events[id], nil
}

func (g *register) SameError(context.Context, string, time.Time) (sessions, customers int, err error) {
	return g.same[0], g.same[1], nil
}

func (g *register) where(is func(connect.Session) bool, n int) []connect.Reading {
	g.mu.Lock()
	defer g.mu.Unlock()
	found := slices.DeleteFunc(slices.Clone(g.readings), func(r connect.Reading) bool { return !is(r.Session) })
	return found[:min(n, len(found))]
}

func (g *register) CustomerSessions(_ context.Context, id string, n int) ([]connect.Reading, error) {
	return g.where(func(s connect.Session) bool { return s.CustomerID == id }, n), nil
}

func (g *register) ConnectionSessions(_ context.Context, id string, n int) ([]connect.Reading, error) {
	return g.where(func(s connect.Session) bool { return s.ConnectionID == id }, n), nil
}

// FindSessions finds the newest of each customer.
func (g *register) FindSessions(ctx context.Context, words string, limit int) ([]connect.Brief, error) {
	if r, err := g.Session(ctx, words); !errors.Is(err, connect.ErrUnknown) {
		return []connect.Brief{briefOf(r)}, err
	}
	seen := map[string]bool{}
	var found []connect.Brief
	for _, r := range g.where(func(s connect.Session) bool {
		return s.CustomerID == words || strings.Contains(strings.ToLower(s.CustomerName), strings.ToLower(words))
	}, 1000) {
		if !seen[r.Session.CustomerID] {
			seen[r.Session.CustomerID] = true
			found = append(found, briefOf(r))
		}
	}
	return found[:min(limit, len(found))], g.broken
}

func (g *register) NearestSessions(ctx context.Context, _ string, limit int) ([]connect.Brief, error) {
	return g.FindSessions(ctx, "", limit)
}

func briefOf(r connect.Reading) connect.Brief {
	p := r.Progress
	return connect.Brief{
		Session: r.Session, Outcome: p.Outcome, Provisional: p.Provisional, Stage: p.Stage, Opened: p.Opened, Last: p.Last, Over: p.Over,
		Errors: p.ErrorCount, Attempts: 1,
	}
}

// Sessions pages by the number of the session to begin with.
func (g *register) Sessions(_ context.Context, q connect.ListQuery) (connect.ListPage, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asked = append(g.asked, q)
	from := 0
	if q.After != "" {
		if _, err := fmt.Sscan(q.After, &from); err != nil {
			return connect.ListPage{}, fmt.Errorf("read the cursor: %w", err)
		}
	}
	var all []connect.Brief
	for _, r := range g.readings {
		if q.Scope != connect.Staged || r.Progress.Outcome != connect.Connected {
			all = append(all, briefOf(r))
		}
	}
	to := min(from+q.Limit, len(all))
	page := connect.ListPage{Briefs: all[from:to], Total: len(all)}
	if to < len(all) {
		page.Next = fmt.Sprint(to)
	}
	return page, g.broken
}

func (g *register) Funnel(_ context.Context, q connect.FunnelQuery) (connect.Funnel, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.counted = append(g.counted, q)
	return g.funnel, g.broken
}

func (g *register) FunnelNames(_ context.Context, _ connect.FunnelQuery, stage connect.Stage, limit int) ([]connect.Brief, error) {
	var names []connect.Brief
	for _, r := range g.where(func(connect.Session) bool { return true }, limit) {
		if r.Progress.Stage == stage {
			names = append(names, briefOf(r))
		}
	}
	return names, nil
}

func (g *register) MakeLink(ctx context.Context, o connect.LinkOrder) (connect.Link, error) {
	if g.slow != nil {
		select {
		case <-g.slow:
		case <-ctx.Done():
			return connect.Link{}, ctx.Err()
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ordered = append(g.ordered, o)
	return g.link, g.noLink
}

func (g *register) RenewLink(_ context.Context, id, maker string) (connect.Link, error) {
	return g.do("renew", id, maker)
}

func (g *register) LinkAgain(_ context.Context, id, who string) (connect.Link, error) {
	return g.do("again", id, who)
}

func (g *register) RevokeLink(_ context.Context, id, who string) error {
	_, err := g.do("revoke", id, who)
	return err
}

func (g *register) do(what, id, who string) (connect.Link, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.done = append(g.done, what+" "+id+" "+who)
	return g.link, g.noLink
}

func (g *register) WatchCustomer(_ context.Context, customerID, userID string) error {
	return g.watching(customerID, userID, true)
}

func (g *register) UnwatchCustomer(_ context.Context, customerID, userID string) error {
	return g.watching(customerID, userID, false)
}

func (g *register) watching(customerID, userID string, on bool) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.watched == nil {
		g.watched = map[string]bool{}
	}
	g.watched[customerID+" "+userID] = on
	return nil
}

func (g *register) Watching(_ context.Context, customerID, userID string) (bool, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.watched[customerID+" "+userID], nil
}

// did is what was done to links, in order.
func (g *register) did() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.done)
}

// orders are the links that were asked for.
func (g *register) orders() []connect.LinkOrder {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.ordered)
}

// blueFern is the session of the sketch: an employer who reads the terms for long.
func blueFern() connect.Session {
	return connect.Session{
		ID: "5e55105e-0000-4000-8000-00000000b1ce", CustomerID: "cust_2001", CustomerName: "Blue Fern Dental", ProviderID: "gusto", ProviderName: "Gusto",
		Source: connect.FromPerch, Maker: "UANN", Created: now.Add(-24 * time.Hour), Expires: now.Add(89*24*time.Hour + time.Hour),
	}
}

// steps are the stages of Finch Connect in order, the first as they went.
func steps(gone ...connect.StageProgress) []connect.StageProgress {
	all := slices.Clone(gone)
	for _, s := range connect.Stages()[len(gone):] {
		all = append(all, connect.StageProgress{Stage: s})
	}
	return all
}

// passed is a stage that took so long and is done.
func passed(s connect.Stage, took time.Duration) connect.StageProgress {
	return connect.StageProgress{Stage: s, Visits: 1, Spent: took, Done: true, First: now.Add(-time.Hour), Last: now.Add(-time.Hour)}
}

// hostAndBrowser told of stages, opening and closing.
func hostAndBrowser() map[connect.Source][]connect.Type {
	return map[connect.Source][]connect.Type{
		connect.FromHost:    {connect.StageEntered, connect.StageExited},
		connect.FromBrowser: {connect.Opened, connect.Closed},
	}
}

// atTheTerms stopped at the first stage after six visits.
func atTheTerms() connect.Reading {
	return connect.Reading{
		Session: blueFern(),
		Progress: connect.Progress{
			Outcome: connect.DroppedOff, Stage: connect.TermsOfService, Opened: now.Add(-3 * time.Hour), Last: now.Add(-32 * time.Minute),
			ClosedAt: now.Add(-32 * time.Minute), Spent: 14 * time.Minute, Visits: 6, DropsOff: now.Add(-2 * time.Minute),
			Stages:  steps(connect.StageProgress{Stage: connect.TermsOfService, Visits: 6, Exits: 6, Spent: 14 * time.Minute, Here: true}),
			Sources: hostAndBrowser(),
		},
		Remarks: []string{"Left the Terms of Service 6 times without going on. They may have a question about the terms."},
	}
}

// comings are the events of a session like that.
func comings(n int) []connect.Event {
	events := []connect.Event{{ID: "e0", At: now.Add(-3 * time.Hour), Type: connect.Opened, Source: connect.FromBrowser}}
	for i := range n {
		at := now.Add(-3*time.Hour + time.Duration(i+1)*time.Minute)
		kind := connect.StageEntered
		if i%2 == 1 {
			kind = connect.StageExited
		}
		events = append(events, connect.Event{ID: fmt.Sprint("e", i+1), At: at, Type: kind, Stage: connect.TermsOfService, Source: connect.FromHost})
	}
	return append(events, connect.Event{ID: "end", At: now.Add(-32 * time.Minute), Type: connect.Closed, Source: connect.FromBrowser})
}
