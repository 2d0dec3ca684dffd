package playground_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"perch/internal/chromium"
	"perch/internal/playground"
	"perch/internal/playground/finch"
)

func newHost(t *testing.T) (*playground.Host, *finch.Server, *perchDoors) {
	t.Helper()
	d := newDoors()
	host, payroll := hostOf(t, d, playground.HostOptions{
		ConnectJS: "http://127.0.0.1:7001/connect.js", PerchJS: "http://127.0.0.1:7002/perch.js",
	})
	return host, payroll, d
}

// hostOf is a host application between a local Finch and these doors.
func hostOf(t *testing.T, d *perchDoors, o playground.HostOptions) (*playground.Host, *finch.Server) {
	t.Helper()
	var host *playground.Host
	payroll := finch.New(finch.Options{Seed: 1, Walked: func(w finch.Walk) { host.Walked(w) }})
	t.Cleanup(payroll.Close)
	o.Finch, o.Tell, o.Adopt, o.Seed = payroll, d.tell, d.adopt, 1
	o.Failed = func(what string, err error) { t.Errorf("%s: %v", what, err) }
	host = playground.NewHost(o)
	return host, payroll
}

func TestPastIsPlausibleAndTheSameForTheSameSeed(t *testing.T) {
	t.Parallel()
	now := time.Now().Truncate(time.Millisecond)
	recalled := func() *perchDoors {
		host, _, d := newHost(t)
		if err := host.Recall(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		return d
	}
	d := recalled()
	opened, through, stages := 0, 0, map[string]bool{}
	oldest, newest := written(now.AddDate(0, 0, -31)), written(now)
	for id, events := range d.events {
		story := strings.Join(d.story(id), ", ")
		if strings.Contains(story, "opened") {
			opened++
		}
		if strings.Contains(story, "token_exchanged") {
			through++
		}
		for _, e := range events {
			stages[e.Stage] = true
			if e.At < oldest || e.At > newest || e.bearer != "" {
				t.Errorf("%s of %s at %s by %q", e.Type, id, e.At, e.bearer)
			}
		}
	}
	if len(d.sessions) < 150 || len(d.sessions) > 160 || opened < len(d.sessions)*85/100 {
		t.Errorf("%d sessions, %d opened", len(d.sessions), opened)
	}
	if share := 100 * through / opened; share < 55 || share > 85 {
		t.Errorf("%d of %d came through", through, opened)
	}
	if len(stages) != 8 { // seven, and none
		t.Errorf("stages %v", stages)
	}
	again := recalled()
	for id := range d.sessions {
		if !slices.Equal(d.events[id], again.events[id]) {
			t.Fatalf("session %s differs the second time:\n%v\n%v", id, d.story(id), again.story(id))
		}
	}
}

func written(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }

func TestStoriesUnderWay(t *testing.T) {
	t.Parallel()
	host, payroll, d := newHost(t)
	now := time.Now()
	if err := host.Cast(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	visit := []string{"opened *", "stage_entered terms_of_service", "stage_exited terms_of_service", "closed *"}
	for name, want := range map[string][]string{
		"Blue Fern Dental":  slices.Repeat(visit, 6),
		"Lantern House Inn": nil,
		"Nimbus Kayaks":     {"opened *", "closed *"},
		"Open Door Books":   nil,
	} {
		ids := d.of(name)
		if len(ids) != 1 {
			t.Fatalf("%s has the sessions %v", name, ids)
		}
		got := d.story(ids[0])
		slices.Sort(got) // of one moment, either may be told first
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
		if _, ok := payroll.Session(ids[0]); !ok {
			t.Errorf("the link of %s does not exist at the local Finch", name)
		}
	}
	count := func(name, what string) (n int) {
		for _, line := range d.story(d.of(name)[0]) {
			if line == what {
				n++
			}
		}
		return n
	}
	if n := count("Ferris Wheel Bakehouse", "error authentication"); n != 4 {
		t.Errorf("%d wrong passwords, want 4", n)
	}
	if at := d.sessions[d.of("Ferris Wheel Bakehouse")[0]]["provider_id"]; at != "paylocity" {
		t.Errorf("the wrong passwords were entered at %q", at)
	}
	if n := count("Kestrel Outdoor", "error mfa"); n != 3 {
		t.Errorf("%d wrong codes, want 3", n)
	}
	if n := count("Juniper Street Books", "stage_exited terms_of_service"); n != 6 {
		t.Errorf("left the terms %d times, want 6", n)
	}
	if expires := d.sessions[d.of("Driftwood Charter School")[0]]["expires_at"]; expires >= written(now) {
		t.Errorf("the expired link expires at %s", expires)
	}
	fern := d.sessions[d.of("Blue Fern Dental")[0]]
	last := d.events[d.of("Blue Fern Dental")[0]]
	if fern["connection_id"] == "" || last[len(last)-1].At != written(now.Add(-32*time.Minute)) {
		t.Errorf("the reconnect %v was seen last at %s", fern, last[len(last)-1].At)
	}
	if copper := d.sessions[d.of("Copper Kettle Brewing")[0]]; copper["connection_id"] == "" || count("Copper Kettle Brewing", "token_exchanged") != 1 {
		t.Errorf("the assisted set-up %v", copper)
	}
}

func TestEmployersComeWhileOneWatches(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		host, payroll, d := newHost(t)
		ctx, stop := context.WithCancel(t.Context())
		go host.Run(ctx)
		go host.KeepBusy(ctx)
		time.Sleep(15 * time.Minute)
		stop()
		synctest.Wait()
		d.mu.Lock()
		order := slices.Clone(d.order)
		d.mu.Unlock()
		if len(order) < 20 || len(order) > 45 {
			t.Errorf("%d employers came in 15 minutes", len(order))
		}
		first := d.story(order[0])
		if !slices.Contains(first, "closed *") || !slices.Contains(first, "token_exchanged") || d.sessions[order[0]]["provider_id"] != "gusto" {
			t.Errorf("the first one: %v", first)
		}
		left, back := "", ""
		for _, e := range d.events[order[0]] {
			switch {
			case e.Type == "closed":
				left = e.At
			case e.Type == "opened" && left != "" && back == "":
				back = e.At
			}
		}
		if gap := at(t, back).Sub(at(t, left)); gap < 2*time.Minute {
			t.Errorf("the first one was away for %s", gap)
		}
		made, _ := payroll.Session(order[1])
		assisted := *made.ConnectionID
		if c, ok := payroll.Connection(assisted); !ok || !c.Assisted || c.Status != "connected" || d.tokens[assisted] == "" {
			t.Errorf("the assisted set-up is %+v", c)
		}
		if len(d.tokens) < 8 {
			t.Errorf("only %d came through", len(d.tokens))
		}
	})
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	moment, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return moment
}

func TestHostAppIsAnEmployersWay(t *testing.T) {
	t.Parallel()
	host, payroll, d := newHost(t)
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	go host.Run(ctx)
	o := options()
	o.Host = host
	h := playground.New(o)
	post := func(path, body string) (status int, answer struct {
		OK       bool
		Employer playground.Employer
	},
	) {
		r := request("POST", path, nil)
		r.Body = http.NoBody
		if body != "" {
			r.Body = io.NopCloser(strings.NewReader(body))
		}
		w := serve(h, r)
		_ = json.Unmarshal(w.Body.Bytes(), &answer)
		return w.Code, answer
	}
	status, made := post("/_host/employers", `{"does":""}`)
	session := made.Employer.SessionID
	if status != 200 || session == "" || made.Employer.Simulated || !made.Employer.Open {
		t.Fatalf("%d %+v", status, made)
	}
	page := serve(h, request("GET", "/_host/app/"+session, nil))
	policy := page.Header().Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "script-src 'self' http://127.0.0.1:7001 http://127.0.0.1:7002", "frame-src http://127.0.0.1:7001;", "connect-src 'self' http://127.0.0.1:7002;"} {
		if !strings.Contains(policy, part) || strings.Contains(policy, "unsafe") {
			t.Errorf("the policy lacks %q: %s", part, policy)
		}
	}
	if body := page.Body.String(); page.Code != 200 || !strings.Contains(body, made.Employer.CustomerName) || !strings.Contains(body, "Finch itself does not") {
		t.Errorf("page: %d %s", page.Code, body)
	}
	if unknown := serve(h, request("GET", "/_host/app/nobody", nil)); unknown.Code != 404 {
		t.Errorf("a session of nobody's: %d", unknown.Code)
	}

	payroll.Step(finch.Step{SessionID: session, Act: finch.Open})
	payroll.Step(finch.Step{SessionID: session, Act: finch.Next})
	payroll.Step(finch.Step{SessionID: session, Act: finch.Next, Provider: "gusto"})
	seen := payroll.Step(finch.Step{SessionID: session, Act: finch.Next})
	if status, _ := post("/_host/app/"+session+"/code", `{"code":"stranger"}`); status != 502 {
		t.Errorf("a stranger's code: %d", status)
	}
	if status, _ := post("/_host/app/"+session+"/code", `{"code":"`+seen.Code+`"}`); status != 200 {
		t.Errorf("the code: %d", status)
	}
	want := []string{
		"stage_entered authentication", "stage_entered provider_selection", "stage_entered success", "stage_entered terms_of_service", "token_exchanged",
	}
	chromium.Until(t, "the story is told", func() bool {
		story := d.story(session)
		slices.Sort(story)
		return slices.Equal(story, want)
	})
	now, _ := payroll.Session(session)
	if c := d.sessions[session]; c["provider_id"] != "gusto" || d.tokens[*now.ConnectionID] == "" {
		t.Errorf("Perch knows %v", c)
	}
	list := serve(h, request("GET", "/_host/employers", nil)).Body.String()
	if !strings.Contains(list, session) || strings.Contains(list, "pe1_") {
		t.Errorf("employers: %s", list)
	}
	for _, body := range []string{`{"does":"dance"}`, `nothing`} {
		if status, _ := post("/_host/employers", body); status != 400 {
			t.Errorf("%s: %d", body, status)
		}
	}
	foreign := request("POST", "/_host/employers", map[string]string{"Origin": "https://evil.example"})
	if w := serve(h, foreign); w.Code != 403 {
		t.Errorf("another site sends an employer: %d", w.Code)
	}
}

func TestPageSendsAnEmployer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		host, _, d := newHost(t)
		ctx, stop := context.WithCancel(t.Context())
		go host.Run(ctx)
		o := options()
		o.Host = host
		r := request("POST", "/_host/employers", nil)
		r.Body = io.NopCloser(strings.NewReader(`{"does":"terms"}`))
		if w := serve(playground.New(o), r); w.Code != 200 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		story := d.story(d.order[0])
		if n := strings.Count(strings.Join(story, ","), "stage_exited terms_of_service"); n != 3 {
			t.Errorf("left the terms %d times: %v", n, story)
		}
		time.Sleep(10 * time.Minute)
		stop()
		synctest.Wait()
		if story = d.story(d.order[0]); !slices.Contains(story, "token_exchanged") {
			t.Errorf("did not go on: %v", story)
		}
	})
}

func TestPerchThatRefusesEndsThePast(t *testing.T) {
	t.Parallel()
	host, _, d := newHost(t)
	d.refuses = errors.New("503: PERCH_API_KEY is not set")
	if err := host.Recall(t.Context(), time.Now()); !errors.Is(err, d.refuses) {
		t.Errorf("recall: %v", err)
	}
	if err := host.Cast(t.Context(), time.Now()); !errors.Is(err, d.refuses) {
		t.Errorf("cast: %v", err)
	}
}
