package commands

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"perch/internal/audit"
	"perch/internal/explore"
)

// oracle is a Finch of these tests, with the masking of the real thing in front,
// and what keeps saved questions and the audit log.
type oracle struct {
	t *testing.T
	// people is how many the directory has; refuse is what Finch says instead, fails
	// why it is not asked at all.
	people int
	refuse *explore.Refusal
	fails  error
	// noting is what the audit log says to an entry.
	noting error

	mu     sync.Mutex
	asked  []explore.Order
	saved  []explore.Saved
	noted  []audit.Entry
	later  time.Duration // how much later than now it is
	letGo  chan struct{} // Finch answers once it is closed; nil for at once
	answer string        // what it answers instead of the directory
}

func (o *oracle) sources() Sources {
	s := harborArchive().sources()
	s.Explorer, s.SavedQueries, s.Audits, s.ExploreWrites, s.FinchURL = o, o, o, true, "https://api.tryfinch.com"
	s.Linker = nil
	s.Now = func() time.Time {
		o.mu.Lock()
		defer o.mu.Unlock()
		return now.Add(o.later)
	}
	return s
}

func (o *oracle) Explore(ctx context.Context, order explore.Order) (explore.Result, error) {
	o.mu.Lock()
	o.asked = append(o.asked, order)
	letGo := o.letGo
	o.mu.Unlock()
	if letGo != nil {
		select {
		case <-letGo:
		case <-ctx.Done():
			return explore.Result{}, ctx.Err()
		}
	}
	if o.fails != nil {
		return explore.Result{}, o.fails
	}
	r := explore.Result{Query: order.Query, Status: 200, Took: 412 * time.Millisecond, At: now, RequestID: "5f3c2a10-1111-4222-8333-444455556666", Left: 17}
	if o.refuse != nil {
		r.Status, r.Refused = o.refuse.Status, o.refuse
		return r, nil
	}
	body := o.answer
	if body == "" {
		body = o.directory()
	}
	m, err := explore.Mask(order.Query.Endpoint, []byte(body), explore.Seen{Reveal: order.Reveal, From: order.From, Count: order.Count})
	if err != nil {
		o.t.Errorf("mask: %v", err)
	}
	r.Body, r.Revealed = m, order.Reveal
	return r, nil
}

// directory is what nobody may see as it is: each last name is Geheim.
func (o *oracle) directory() string {
	var all []string
	for i := range o.people {
		all = append(all, fmt.Sprintf(`{"id":"11111111-0000-4000-8000-%012d","first_name":"Ana","middle_name":null,"last_name":"Geheim%d","department":{"name":"Roastery"},"is_active":true}`, i, i))
	}
	return fmt.Sprintf(`{"paging":{"offset":0,"count":%d},"individuals":[%s]}`, o.people, strings.Join(all, ","))
}

func (*oracle) Choices(context.Context, explore.ChoicesOrder) (*explore.Choices, error) {
	return nil, errors.New("nothing to choose from")
}

// orders are those that were asked so far.
func (o *oracle) orders() []explore.Order {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.asked)
}

func (o *oracle) pass(d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.later += d
}

func (o *oracle) SaveQuery(_ context.Context, q explore.Saved) (explore.Saved, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	others := 0
	for _, had := range o.saved {
		if had.Place == q.Place && !strings.EqualFold(had.Name, q.Name) {
			others++
		}
	}
	if others >= 100 {
		return q, explore.ErrTooManyQueries
	}
	o.saved = append(o.saved, q)
	return q, nil
}

func (o *oracle) SavedQueries(_ context.Context, places ...string) ([]explore.Saved, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(o.saved), func(q explore.Saved) bool { return !slices.Contains(places, q.Place) }), nil
}

func (*oracle) SavedQuery(context.Context, int64) (explore.Saved, error) {
	return explore.Saved{}, explore.ErrUnknownQuery
}

func (*oracle) DropQuery(context.Context, int64) error { return nil }

func (o *oracle) NoteAudit(_ context.Context, e audit.Entry) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.noted = append(o.noted, e)
	return o.noting
}

// notes are the details of what was noted under one word.
func (o *oracle) notes(what string) []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	var details []string
	for _, e := range o.noted {
		if e.What == what {
			details = append(details, e.Who+" "+e.About+" "+e.Detail)
		}
	}
	return details
}

func (*oracle) Audits(context.Context, audit.Query) (audit.Page, error) { return audit.Page{}, nil }
