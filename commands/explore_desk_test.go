package commands

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"testing"
	"time"

	"perch/bot/socket"
	"perch/internal/audit"
	"perch/internal/explore"
	"perch/internal/finch"
)

// questions is a Finch and a store of these tests: it notes what is asked, and keeps
// saved questions and the account.
type questions struct {
	*archive
	asked chan explore.Query
	mu    sync.Mutex
	saved []explore.Saved
	noted []audit.Entry
	// people answer for ids; slow holds them back until it is closed.
	people string
	slow   chan struct{}
	looks  int
	broken error
}

func (q *questions) sources() Sources {
	s := q.archive.sources()
	s.Explorer, s.SavedQueries, s.Audits = q, q, q
	s.Now = func() time.Time { return now }
	return s
}

func (q *questions) Explore(_ context.Context, o explore.Order) (explore.Result, error) {
	q.asked <- o.Query
	return explore.Result{Query: o.Query, Status: 200, At: now}, nil
}

func (q *questions) Choices(ctx context.Context, o explore.ChoicesOrder) (*explore.Choices, error) {
	q.mu.Lock()
	q.looks++
	q.mu.Unlock()
	if q.slow != nil {
		select {
		case <-q.slow:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if q.broken != nil {
		return nil, q.broken
	}
	return explore.ReadChoices(o.Pick, []byte(q.people))
}

func (q *questions) SaveQuery(_ context.Context, s explore.Saved) (explore.Saved, error) {
	return s, nil
}

func (q *questions) SavedQueries(_ context.Context, places ...string) ([]explore.Saved, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	var found []explore.Saved
	for _, s := range q.saved {
		if slices.Contains(places, s.Place) {
			found = append(found, s)
		}
	}
	return found, nil
}

func (q *questions) SavedQuery(_ context.Context, id int64) (explore.Saved, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, s := range q.saved {
		if s.ID == id {
			return s, nil
		}
	}
	return explore.Saved{}, explore.ErrUnknownQuery
}

func (q *questions) DropQuery(_ context.Context, id int64) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.saved = slices.DeleteFunc(q.saved, func(s explore.Saved) bool { return s.ID == id })
	return nil
}

func (q *questions) NoteAudit(_ context.Context, e audit.Entry) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.noted = append(q.noted, e)
	return q.broken
}

func (q *questions) Audits(context.Context, audit.Query) (audit.Page, error) {
	return audit.Page{}, nil
}

// refusals are what the account says of those who were refused.
func (q *questions) refusals() []string {
	q.mu.Lock()
	defer q.mu.Unlock()
	var lines []string
	for _, e := range q.noted {
		if e.What == "explorer refused" {
			lines = append(lines, e.Who+" "+e.About+" "+e.Detail)
		}
	}
	return lines
}

// wasAsked waits for a question that reached Finch.
func (q *questions) wasAsked(t *testing.T, want string) {
	t.Helper()
	select {
	case asked := <-q.asked:
		if got := asked.Text(asked.ConnectionID); got != want {
			t.Errorf("asked %s, want %s", got, want)
		}
	case <-time.After(patient):
		t.Fatalf("nobody asked %s", want)
	}
}

func (q *questions) nothingAsked(t *testing.T) {
	t.Helper()
	if len(q.asked) > 0 {
		t.Errorf("asked %+v", <-q.asked)
	}
}

const (
	sara = "5a5a5a5a-0000-4000-8000-000000000001"
	omar = "5a5a5a5a-0000-4000-8000-000000000002"
)

// bench is a desk of an admin at a Finch with two connections, one of them with one
// entity.
func bench(t *testing.T, admins ...string) (*desk, *questions) {
	t.Helper()
	q := &questions{
		archive: &archive{connections: []finch.Connection{harbor(), oneEntity()}},
		asked:   make(chan explore.Query, 20),
		people: `{"individuals":[{"id":"` + sara + `","first_name":"Sara","last_name":"Lind","department":{"name":"Kitchen"},"is_active":true},
			{"id":"` + omar + `","first_name":"Omar","last_name":"Diaz","department":{"name":"Bakery"},"is_active":true}]}`,
	}
	for day := range 3 {
		q.jobs = append(q.jobs, line(endedAs(finch.JobComplete, day)))
	}
	d := newDesk(t, q.sources(), admins...)
	d.asker = `{"is_admin":true}`
	return d, q
}

// keptQuestions are one of the person's own, one of the channel's and one that only
// named admins may ask.
func keptQuestions(t *testing.T) []explore.Saved {
	return []explore.Saved{
		{ID: 1, Place: "U1", Name: "First five", Query: question(t, "GET /employer/directory", "c-one", says{"limit": "5"}), Maker: "U1"},
		{ID: 2, Place: "C1", Name: "November", Query: question(t, "GET /employer/payment", harbor().ID, says{"start_date": "2026-11-01"}), Maker: "UBO"},
		{ID: 3, Place: "C1", Name: "Sync", Query: question(t, "POST /jobs/automated", harbor().ID, nil), Maker: "UBO"},
		{ID: 4, Place: "C2", Name: "Elsewhere", Query: question(t, "GET /introspect", harbor().ID, nil), Maker: "UBO"},
	}
}

// suggest asks for the choices of a field, as Slack does while somebody types.
func (d *desk) suggest(v shown, action, block, typed string) string {
	d.t.Helper()
	raw, err := json.Marshal(map[string]any{
		"type": "block_suggestion", "team": map[string]any{"id": "T1"}, "api_app_id": "A1", "user": map[string]any{"id": "U1", "team_id": "T1"},
		"view": d.view(v, nil), "action_id": action, "block_id": block, "value": typed,
	})
	if err != nil {
		d.t.Fatal(err)
	}
	answer, err := d.Answer(d.t.Context(), socket.Envelope{ID: "e", Kind: socket.Choices, Type: "interactive", Payload: raw, Received: time.Now()})
	if err != nil {
		d.t.Fatal(err)
	}
	d.valid(shown{raw: string(answer)}, "")
	return string(answer)
}
