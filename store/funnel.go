package store

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"perch/internal/connect"
	"perch/store/internal/db"
)

const (
	// usualDays is of how many days the baseline is; usualFor is how long it is taken
	// for true.
	usualDays = 90
	usualFor  = time.Minute
	// mostFunnelProviders is how many providers a funnel names.
	mostFunnelProviders = 20
)

// Funnel is how far the sessions came that were made on the days of a query: a
// day counts that begins in it, in UTC.
func (s *Store) Funnel(ctx context.Context, query connect.FunnelQuery) (connect.Funnel, error) {
	sum, err := s.sumOf(ctx, query)
	if err != nil {
		return connect.Funnel{}, fmt.Errorf("read the funnel: %w", err)
	}
	f := connect.Funnel{Sessions: sum.whole.reached, Opened: sum.opened, Staged: sum.staged, Connected: sum.whole.passed}
	for _, stage := range sum.inOrder() {
		part := sum.stages[stage]
		line := connect.FunnelStage{Stage: stage, Reached: part.reached, Passed: part.passed, Dropped: part.dropped}
		if part.spent.Total() >= connect.EnoughSessions {
			line.Median, line.Ninth = part.spent.Quantile(0.5), part.spent.Quantile(0.9)
		}
		f.Stages = append(f.Stages, line)
	}
	if f.Providers, err = s.worstProviders(ctx, sum); err != nil {
		return connect.Funnel{}, fmt.Errorf("read the funnel: %w", err)
	}
	return f, nil
}

// worstProviders are those with the most drop-offs first, by their names.
func (s *Store) worstProviders(ctx context.Context, sum *funnelSum) ([]connect.FunnelProvider, error) {
	var worst []connect.FunnelProvider
	for _, p := range sum.providers {
		worst = append(worst, *p)
	}
	slices.SortFunc(worst, func(a, b connect.FunnelProvider) int {
		return cmp.Or(cmp.Compare(b.Dropped, a.Dropped), cmp.Compare(b.Opened, a.Opened), cmp.Compare(a.ProviderID, b.ProviderID))
	})
	worst = worst[:min(len(worst), mostFunnelProviders)]
	for i := range worst {
		name, err := s.reads.ProviderName(ctx, worst[i].ProviderID)
		if err != nil && !missing(err) {
			return nil, fmt.Errorf("select a provider's name: %w", damage(err))
		}
		worst[i].ProviderName = cmp.Or(name, worst[i].ProviderID)
	}
	return worst, nil
}

// FunnelNames are the sessions that dropped off at a stage, of those a funnel
// counts, the newest first.
func (s *Store) FunnelNames(ctx context.Context, query connect.FunnelQuery, stage connect.Stage, limit int) ([]connect.Brief, error) {
	from, to := daysOf(query)
	rows, err := s.reads.FunnelNames(ctx, db.FunnelNamesParams{
		Stage: word(string(stage)), Since: stamp(dayAt(from)), Until: stamp(dayAt(to)), ProviderID: word(query.Provider), Count: count(limit),
	})
	if err != nil {
		return nil, fmt.Errorf("read who dropped off: %w", damage(err))
	}
	return sessionBriefs(rows), nil
}

// Baseline is how the sessions of the last 90 days went, as of a minute ago at most.
func (s *Store) Baseline(ctx context.Context) (connect.Baseline, error) {
	s.usual.mu.Lock()
	defer s.usual.mu.Unlock()
	now := s.now()
	if now.Before(s.usual.until) {
		return s.usual.baseline, nil
	}
	sum, err := s.sumOf(ctx, connect.FunnelQuery{Since: now.Add(-usualDays * dayLength), Until: now.Add(dayLength)})
	if err != nil {
		return connect.Baseline{}, fmt.Errorf("read how sessions usually go: %w", err)
	}
	s.usual.baseline, s.usual.until = sum.baseline(), now.Add(usualFor)
	return s.usual.baseline, nil
}

// usual is the baseline as it was read last.
type usual struct {
	mu       sync.Mutex // held while it is read: whoever comes meanwhile waits for the same
	until    time.Time
	baseline connect.Baseline
}

// funnelSum is days of the funnel put together.
type funnelSum struct {
	whole          funnelPart
	opened, staged int
	stages         map[connect.Stage]*funnelPart
	providers      map[string]*connect.FunnelProvider
}

type funnelPart struct {
	reached, passed, dropped int
	spent                    connect.Histogram
}

func (s *Store) sumOf(ctx context.Context, query connect.FunnelQuery) (*funnelSum, error) {
	from, to := daysOf(query)
	rows, err := s.reads.FunnelDays(ctx, db.FunnelDaysParams{Since: from, Until: to, ProviderID: word(query.Provider)})
	if err != nil {
		return nil, fmt.Errorf("select its days: %w", damage(err))
	}
	sum := &funnelSum{stages: map[connect.Stage]*funnelPart{}, providers: map[string]*connect.FunnelProvider{}}
	for _, r := range rows {
		if r.Stage == "" {
			sum.addWhole(r)
		} else if err := sum.addStage(r); err != nil {
			return nil, err
		}
	}
	return sum, nil
}

// daysOf are the days of a query: those that begin in it, and the one in which it
// begins.
func daysOf(query connect.FunnelQuery) (from, to int64) {
	from, to = dayOf(query.Since), dayOf(query.Until)
	if query.Until.After(dayAt(to)) {
		to++
	}
	return from, to
}

func (f *funnelSum) addWhole(r db.FunnelDay) {
	f.whole.reached += int(r.Sessions)
	f.whole.passed += int(r.Passed)
	f.whole.dropped += int(r.Dropped)
	f.opened += int(r.Opened)
	f.staged += int(r.Staged)
	p := f.providers[r.ProviderID]
	if p == nil {
		p = &connect.FunnelProvider{ProviderID: r.ProviderID}
		f.providers[r.ProviderID] = p
	}
	p.Opened += int(r.Opened)
	p.Connected += int(r.Passed)
	p.Dropped += int(r.Dropped)
}

func (f *funnelSum) addStage(r db.FunnelDay) error {
	stage := connect.Stage(r.Stage)
	part := f.stages[stage]
	if part == nil {
		part = &funnelPart{}
		f.stages[stage] = part
	}
	part.reached += int(r.Sessions)
	part.passed += int(r.Passed)
	part.dropped += int(r.Dropped)
	h, err := histogramOf(r.Spent)
	if err != nil {
		return err
	}
	part.spent.Merge(h)
	return nil
}

// inOrder are the stages that somebody reached, the known ones first.
func (f *funnelSum) inOrder() []connect.Stage {
	order := append(connect.Stages(), connect.AssistedStages()...)
	place := func(s connect.Stage) int {
		if i := slices.Index(order, s); i >= 0 {
			return i
		}
		return len(order)
	}
	stages := slices.SortedFunc(maps.Keys(f.stages), func(a, b connect.Stage) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b))
	})
	return slices.DeleteFunc(stages, func(s connect.Stage) bool { return f.stages[s].reached == 0 })
}

func (f *funnelSum) baseline() connect.Baseline {
	b := connect.Baseline{Sessions: f.staged, Stages: map[connect.Stage]connect.StageBaseline{}}
	for stage, part := range f.stages {
		b.Stages[stage] = connect.StageBaseline{
			Sessions: part.spent.Total(), Median: part.spent.Quantile(0.5), Ninth: part.spent.Quantile(0.9),
		}
	}
	return b
}
