package finch

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestReplayTellsOfEveryPastJobOnce(t *testing.T) {
	t.Parallel()
	s, b := receiving(t, Options{History: 30})
	if err := s.Replay(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := b.arrived(s)
	p, tokens := serve(t, s), s.Tokens()
	jobs, types := map[string]int{}, map[string]int{}
	for _, e := range got {
		if want, _ := Sign([]string{vectorSecret}, e.id, e.timestamp, []byte(e.raw)); e.signature != want {
			t.Fatalf("the signature of %s is %s", e.raw, e.signature)
		}
		id, _ := e.Data["job_id"].(string)
		jobs[id]++
		types[e.Type]++
		path := "/jobs/automated/"
		if strings.HasPrefix(e.Type, "job.benefit_") {
			path = "/jobs/manual/"
		}
		if answer := p.as(tokens[e.ConnectionID]).get(path + id); answer.status != 200 || answer.at("status") == pending {
			t.Errorf("%s: %d %s", e.raw, answer.status, answer.raw)
		}
	}
	past := s.world.past()
	if len(past) < 1000 || len(jobs) != len(past) || len(got) != len(past) {
		t.Errorf("%d events of %d jobs, want one for each of %d", len(got), len(jobs), len(past))
	}
	for _, kind := range []string{"data_sync_all", "benefit_create", "benefit_enroll", "benefit_update", "benefit_unenroll"} {
		if types["job."+kind+".completed"] == 0 {
			t.Errorf("no event of %s among %v", kind, types)
		}
	}
}

func TestReplayNamesTheEntityOfDeductionsWhereThereAreSeveral(t *testing.T) {
	t.Parallel()
	s, b := receiving(t, Options{History: 1, Connections: 300})
	if err := s.Replay(t.Context()); err != nil {
		t.Fatal(err)
	}
	named := 0
	for _, e := range b.arrived(s) {
		c, _ := s.Connection(e.ConnectionID)
		want := len(c.Entities) > 1 && strings.HasPrefix(e.Type, "job.benefit_")
		if (e.EntityID != nil) != want {
			t.Errorf("of a connection with %d entities: %s", len(c.Entities), e.raw)
		}
		if want {
			named++
		}
	}
	if named == 0 {
		t.Error("no deductions of a connection with several entities")
	}
}

func TestReplayIsOldestFirst(t *testing.T) {
	t.Parallel()
	s, _ := receiving(t, Options{History: 30})
	last := time.Time{}
	for _, p := range s.world.past() {
		if p.at.Before(last) {
			t.Fatalf("%s ended at %v and comes after %v", p.id, p.at, last)
		}
		last = p.at
	}
	if last.IsZero() || last.After(saturday) {
		t.Errorf("the last past job ended at %v", last)
	}
}

func TestReplayTellsOfWhatEndedSinceAndLeavesOutWhoLeft(t *testing.T) {
	t.Parallel()
	s, b := receiving(t, Options{History: 2, Webhook: Webhook{Paused: true}})
	if err := s.Replay(t.Context()); err == nil {
		t.Error("a replay went through a webhook that is paused")
	}
	id, _, err := s.Sync(Due{ConnectionID: harborConnection})
	if err != nil {
		t.Fatal(err)
	}
	gone := plain(t, s).ID
	if err := s.SetStatus(gone, disconnected, ""); err != nil {
		t.Fatal(err)
	}
	s.post.empty()
	to := s.post.config
	to.Paused = false
	s.SetWebhook(to)
	if err := s.Replay(t.Context()); err != nil {
		t.Fatal(err)
	}
	told := false
	for _, e := range b.arrived(s) {
		told = told || e.Data["job_id"] == id
		if e.ConnectionID == gone {
			t.Errorf("of a connection that has ended: %s", e.raw)
		}
	}
	if !told {
		t.Errorf("no event of job %s", id)
	}
}

func TestReplayTriesAgainAndCountsWhatIsLost(t *testing.T) {
	t.Parallel()
	s, b := receiving(t, Options{History: 2, Connections: 1})
	b.answer = []int{503, 503}
	if err := s.Replay(t.Context()); err != nil {
		t.Errorf("two refusals are too many: %v", err)
	}
	b.answer = []int{500, 500, 500, 500, 500, 500}
	err := s.Replay(t.Context())
	if err == nil || !strings.Contains(err.Error(), "2 of 2 events were not delivered") || !strings.Contains(err.Error(), "500") {
		t.Errorf("when all is refused: %v", err)
	}
	if deliveries := s.Deliveries(); len(deliveries) != 4 || !deliveries[0].Delivered || deliveries[3].Attempts != replayTries || deliveries[3].Delivered {
		t.Errorf("deliveries %+v", deliveries)
	}
	if err := local(t, Options{History: 2}).Replay(t.Context()); err == nil {
		t.Error("a replay to nowhere went well")
	}
}

func TestReplaySendsAFewAtATimeAndStopsWhenTold(t *testing.T) {
	t.Parallel()
	for name, stop := range map[string]func(s *Server, cancel func()){
		"the caller gives up": func(_ *Server, cancel func()) { cancel() },
		"the server closes":   func(s *Server, _ func()) { s.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var arrived atomic.Int64
			full := make(chan struct{})
			web := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body) // only then does the server see a client go
				if arrived.Add(1) == replayAtOnce {
					close(full)
				}
				<-r.Context().Done()
			}))
			t.Cleanup(web.Close)
			s := local(t, Options{History: 30, Webhook: Webhook{URL: web.URL}})
			ctx, cancel := context.WithCancel(t.Context())
			result := make(chan error)
			go func() { result <- s.Replay(ctx) }()
			<-full
			stop(s, cancel)
			if err := <-result; err == nil {
				t.Error("a replay that was stopped went well")
			}
			cancel()
			if n := arrived.Load(); n != replayAtOnce {
				t.Errorf("%d events were under way at once, want %d", n, replayAtOnce)
			}
		})
	}
}

func TestControlReplays(t *testing.T) {
	t.Parallel()
	s, b := receiving(t, Options{History: 2, Connections: 1})
	door := steering(t, s)
	if got := door.post("/replay", nil); got.at("ok") != true || len(b.arrived(s)) != 2 {
		t.Errorf("replay: %s, %d events", got.raw, len(b.arrived(s)))
	}
	b.answer = []int{500, 500, 500, 500, 500, 500}
	if got := door.post("/replay", nil); got.status != 400 || got.at("ok") != false || !strings.Contains(got.text("error"), "2 of 2") {
		t.Errorf("in vain: %d %s", got.status, got.raw)
	}
}
