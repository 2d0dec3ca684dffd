package watch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"perch/internal/explore"
	"perch/internal/finch"
)

const (
	// choicesFor is how long a set of choices is kept, in memory only.
	choicesFor = 10 * time.Minute
	// choicesKept is how many sets are, and choicesInAll how many choices in all of
	// them, some 60 MB of memory; the oldest go.
	choicesKept  = 32
	choicesInAll = 100_000
	// choicesWithin bounds the asking for one: one call of at most 20 s, and the records.
	choicesWithin = 25 * time.Second
	// wholeDirectory is more people than Finch lists of most employers.
	wholeDirectory = "10000"
)

// errNoChoices means that what is to be chosen is not asked of Finch.
var errNoChoices = errors.New("there is nothing to choose from at Finch")

// Choices are what an id can be chosen from, as Finch lists it at most 10 minutes
// ago. People who choose from the same at the same time share one call, which the
// audit log names once; a cancelled ctx ends the waiting only. It fails with an
// error that finch.Sentence explains, or with explore.ErrUnaccounted.
func (w *Watcher) Choices(ctx context.Context, o explore.ChoicesOrder) (*explore.Choices, error) {
	key := strings.Join([]string{string(o.Pick), o.ConnectionID, o.EntityID}, "\n")
	if kept, ok := w.choices.find(key); ok {
		return kept, nil
	}
	flight := w.flights.DoChan("choices "+key, func() (any, error) { return w.chooseOnce(o, key) })
	select {
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for what can be chosen: %w", ctx.Err())
	case r := <-flight:
		set, _ := r.Val.(*explore.Choices)
		return set, r.Err
	}
}

// chooseOnce asks on the watcher's own time.
func (w *Watcher) chooseOnce(o explore.ChoicesOrder, key string) (set *explore.Choices, err error) {
	if !w.work.enter() {
		return nil, fmt.Errorf("ask what can be chosen: %w", finch.ErrStopping)
	}
	defer w.work.leave()
	ctx, cancel := context.WithTimeout(w.life, choicesWithin)
	defer cancel()
	err = w.survive(func() error {
		var err error
		set, err = w.choose(ctx, o)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ask what can be chosen: %w", err)
	}
	w.choices.keep(key, set)
	return set, nil
}

// choose asks Finch, and accounts for it as for any other read.
func (w *Watcher) choose(ctx context.Context, o explore.ChoicesOrder) (*explore.Choices, error) {
	query, err := listing(o, w.now())
	if err != nil {
		return nil, err
	}
	c, err := w.fillIn(ctx, explore.Order{Who: o.Who, Query: query})
	if err != nil {
		return nil, err
	}
	c.purpose = "to choose from"
	answer, refusal := w.call(ctx, c)
	if err := w.account(ctx, c, ending(answer.Status, answer.RequestID)); err != nil {
		return nil, err
	}
	if refusal != nil {
		return nil, refusal
	}
	return explore.ReadChoices(o.Pick, answer.Body)
}

// listing is the question for what can be chosen: all people, or the payments of the
// last twelve months.
func listing(o explore.ChoicesOrder, now time.Time) (explore.Query, error) {
	method, path, ok := explore.ChoicesFrom(o.Pick)
	if !ok {
		return explore.Query{}, errNoChoices
	}
	endpoint, _, ok := finch.FindEndpoint(method, path)
	if !ok {
		return explore.Query{}, errNoChoices
	}
	values := map[string][]string{}
	switch o.Pick {
	case finch.PickPerson:
		values["limit"] = []string{wholeDirectory}
	case finch.PickPayment:
		values["start_date"] = []string{now.UTC().AddDate(-1, 0, 0).Format(time.DateOnly)}
		values["end_date"] = []string{now.UTC().Format(time.DateOnly)}
	}
	if _, narrows := endpoint.Param("entity_ids"); narrows && o.EntityID != "" {
		values["entity_ids"] = []string{o.EntityID}
	}
	return explore.Query{Endpoint: endpoint, ConnectionID: o.ConnectionID, Values: values}, nil
}

// choiceShelf keeps the sets that were asked for last, oldest first.
type choiceShelf struct {
	mu   sync.Mutex
	sets []choiceSet
}

type choiceSet struct {
	key     string
	choices *explore.Choices
	until   time.Time
}

func (s *choiceShelf) find(key string) (*explore.Choices, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, kept := range s.sets {
		if kept.key == key {
			return kept.choices, true
		}
	}
	return nil, false
}

func (s *choiceShelf) keep(key string, choices *explore.Choices) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sets = append(s.sets, choiceSet{key, choices, time.Now().Add(choicesFor)})
	for s.tooMany() {
		s.sets = slices.Delete(s.sets, 0, 1)
	}
	// Whether or not somebody comes again. The timer holds no set, since that may have
	// to go before.
	time.AfterFunc(choicesFor, s.tidy)
}

// tooMany tells whether the oldest set must go. The last one stays in any case.
func (s *choiceShelf) tooMany() bool {
	all := 0
	for _, kept := range s.sets {
		all += kept.choices.Len()
	}
	return len(s.sets) > 1 && (len(s.sets) > choicesKept || all > choicesInAll)
}

// tidy drops what was kept long enough.
func (s *choiceShelf) tidy() {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.sets = slices.DeleteFunc(s.sets, func(kept choiceSet) bool { return !now.Before(kept.until) })
}
