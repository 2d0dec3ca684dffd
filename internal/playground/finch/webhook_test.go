package finch

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// The secret and event of a vector that any HMAC tool confirms.
const (
	vectorSecret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
	vectorBody   = `{"company_id":"c","account_id":"a","connection_id":"n","entity_id":null,"event_type":"account.updated","data":{"status":"reauth","authentication_method":"credential"}}`
	vectorResult = "v1,AEOCOQdvuoafJzm+hEpVpcx4yWLiD7t8mLA4vveutiA="
)

func TestSignIsFinchs(t *testing.T) {
	t.Parallel()
	got, err := Sign([]string{vectorSecret}, "msg_test_0001", "1790000000", []byte(vectorBody))
	if err != nil || got != vectorResult {
		t.Errorf("%q, %v; want %q", got, err, vectorResult)
	}
	both, err := Sign([]string{"AAAA", vectorSecret}, "msg_test_0001", "1790000000", []byte(vectorBody))
	if err != nil || both[len(both)-len(vectorResult)-1:] != " "+vectorResult {
		t.Errorf("in a rotation: %q, %v", both, err)
	}
	if _, err := Sign([]string{"not base64!"}, "", "", nil); err == nil {
		t.Error("a secret that is not base64 was taken")
	}
}

// inbox is a receiver of webhooks.
type inbox struct {
	mu     sync.Mutex
	got    []event
	answer []int // statuses to answer with, in turn; then 200
}

type event struct {
	id, timestamp, signature, raw string

	ConnectionID string         `json:"connection_id"`
	EntityID     *string        `json:"entity_id"`
	Type         string         `json:"event_type"`
	Data         map[string]any `json:"data"`
}

func (b *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	e := event{
		id: r.Header.Get("Finch-Event-Id"), timestamp: r.Header.Get("Finch-Timestamp"),
		signature: r.Header.Get("Finch-Signature"), raw: string(raw),
	}
	_ = json.Unmarshal(raw, &e)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.got = append(b.got, e)
	if len(b.answer) > 0 {
		w.WriteHeader(b.answer[0])
		b.answer = b.answer[1:]
	}
}

// arrived are the events so far, once all that is due was tried.
func (b *inbox) arrived(s *Server) []event {
	s.Flush()
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]event(nil), b.got...)
}

func (b *inbox) types(s *Server) []string {
	var types []string
	for _, e := range b.arrived(s) {
		types = append(types, e.Type)
	}
	return types
}

func receiving(t *testing.T, o Options) (*Server, *inbox) {
	t.Helper()
	b := &inbox{}
	web := httptest.NewServer(b)
	t.Cleanup(web.Close)
	o.Webhook.URL = web.URL
	if o.Webhook.Secrets == nil {
		o.Webhook.Secrets = []string{vectorSecret}
	}
	return local(t, o), b
}

func TestStatusChangesAreToldPerEntity(t *testing.T) {
	t.Parallel()
	s, b := receiving(t, Options{})
	c := plain(t, s)
	_ = s.SetStatus(c.ID, reauth, "")
	_ = s.SetStatus(c.ID, reauth, "") // no change, no event
	_ = s.SetStatus(harborConnection, noPermissions, "")
	got := b.arrived(s)
	if len(got) != 3 {
		t.Fatalf("%d events, want 3", len(got))
	}
	if e := got[0]; e.Type != "account.updated" || e.ConnectionID != c.ID || e.EntityID != nil || e.Data["status"] != reauth || e.Data["authentication_method"] != "oauth" {
		t.Errorf("one entity: %s", e.raw)
	}
	if got[1].EntityID == nil || got[2].EntityID == nil || *got[1].EntityID == *got[2].EntityID {
		t.Errorf("two entities: %s %s", got[1].raw, got[2].raw)
	}
	for _, e := range got {
		if want, _ := Sign([]string{vectorSecret}, e.id, e.timestamp, []byte(e.raw)); e.signature != want || e.id == "" {
			t.Errorf("signature %q of %q, want %q", e.signature, e.id, want)
		}
	}
}

func TestSyncsAreTold(t *testing.T) {
	t.Parallel()
	s, b := receiving(t, Options{})
	c := plain(t, s)
	id, _, _ := s.Sync(Due{ConnectionID: c.ID, Outcome: reauthError})
	got := b.arrived(s)
	if len(got) != 2 || got[0].Type != "job.data_sync_all.completed" || got[0].Data["job_id"] != id || got[1].Type != "account.updated" {
		t.Fatalf("a failed sync: %v", got)
	}
	fresh := named(t, s, "Juniper Street Books")
	_, _, _ = s.Sync(Due{ConnectionID: fresh.ID})
	types := b.types(s)[2:]
	want := []string{
		"job.data_sync_all.completed", "job.initial_data_sync_org.succeeded", "job.initial_data_sync_payroll.succeeded", "account.updated",
	}
	if len(types) != len(want) {
		t.Fatalf("a first sync: %v", types)
	}
	for i := range want {
		if types[i] != want[i] {
			t.Errorf("a first sync: %v, want %v", types, want)
			break
		}
	}
}

func TestFailedDeliveriesAreTriedAgainWithTheSameID(t *testing.T) {
	t.Parallel()
	s, b := receiving(t, Options{})
	b.answer = []int{500, 500, 503}
	_ = s.SetStatus(plain(t, s).ID, reauth, "")
	if got := b.arrived(s); len(got) != 2 { // at once, and at once again
		t.Fatalf("%d attempts at first, want 2", len(got))
	}
	s.Advance(5 * time.Second)
	if got := b.arrived(s); len(got) != 3 {
		t.Fatalf("%d attempts after 5 s, want 3", len(got))
	}
	s.Advance(5 * time.Minute)
	got := b.arrived(s)
	if len(got) != 4 || got[0].id != got[3].id {
		t.Fatalf("after 5 min: %v", got)
	}
	if d := s.Deliveries(); len(d) != 1 || !d[0].Delivered || d[0].Attempts != 4 {
		t.Errorf("deliveries %+v", d)
	}
}

func TestDeliveriesStopAfterTheLastRetry(t *testing.T) {
	t.Parallel()
	s, b := receiving(t, Options{Webhook: Webhook{Retries: []time.Duration{time.Second}}})
	b.answer = []int{500, 500, 500, 500}
	c := plain(t, s)
	_ = s.SetStatus(c.ID, reauth, "")
	s.Flush()
	s.Advance(time.Hour)
	s.Flush()
	for _, d := range s.Deliveries() {
		if d.ConnectionID == c.ID && d.EventType == "account.updated" && (d.Attempts != 2 || d.Delivered) {
			t.Errorf("%+v, want 2 attempts in vain", d)
		}
	}
}

func TestDeliverySwitches(t *testing.T) {
	t.Parallel()
	s, b := receiving(t, Options{Webhook: Webhook{
		Duplicate: true, Reorder: true, MethodAsObject: true, Secrets: []string{"AAAA", vectorSecret},
	}})
	c := plain(t, s)
	_ = s.SetStatus(c.ID, reauth, "")
	_ = s.SetStatus(c.ID, connected, "")
	got := b.arrived(s)
	if len(got) != 4 || got[0].Data["status"] != connected || got[2].Data["status"] != reauth || got[0].id != got[1].id {
		t.Fatalf("twice and swapped: %v", got)
	}
	if method, _ := got[0].Data["authentication_method"].(map[string]any); method["type"] != "oauth" {
		t.Errorf("the method as an object: %s", got[0].raw)
	}
	if want, _ := Sign([]string{"AAAA", vectorSecret}, got[0].id, got[0].timestamp, []byte(got[0].raw)); got[0].signature != want {
		t.Errorf("two signatures: %q", got[0].signature)
	}
	_ = s.SetStatus(c.ID, pending, "")
	s.Advance(3 * time.Second) // no other event came to swap with
	if got := b.arrived(s); len(got) != 5 || got[4].Data["status"] != pending {
		t.Errorf("a lone event: %v", got)
	}
}

func TestEventsWaitWhilePaused(t *testing.T) {
	t.Parallel()
	s, b := receiving(t, Options{Webhook: Webhook{Paused: true}})
	id, err := s.Event(plain(t, s).ID, "", "test", json.RawMessage(`{"hello":"there"}`))
	if err != nil || id == "" || len(b.arrived(s)) != 0 {
		t.Fatalf("event %q, %v, %d arrived", id, err, len(b.arrived(s)))
	}
	s.mu.Lock()
	to := s.post.config
	s.mu.Unlock()
	to.Paused = false
	s.SetWebhook(to)
	if got := b.arrived(s); len(got) != 1 || got[0].id != id || got[0].Data["hello"] != "there" {
		t.Errorf("after the pause: %v", got)
	}
}
