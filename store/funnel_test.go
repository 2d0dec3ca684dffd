package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"perch/internal/connect"
	"perch/internal/finch"
	"perch/store"
)

// walked registers a session that is made after start and goes through stages, a
// minute in each, and connects if it comes to Success.
func walked(t testing.TB, s *store.Store, c connect.Session, stages ...connect.Stage) {
	t.Helper()
	register(t, s, c)
	var events []connect.Event
	for i, stage := range stages {
		what := connect.StageEntered
		if stage == connect.Success {
			what = connect.Succeeded
		}
		events = append(events, told(c.Created.Sub(start)+time.Duration(i)*time.Minute, what, stage))
	}
	tell(t, s, c.ID, events...)
}

func TestFunnel(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		if err := s.SaveProviders(t.Context(), []finch.Provider{{ID: "gusto", DisplayName: "Gusto"}}, start); err != nil {
			t.Fatal(err)
		}
		p.clock.advance(72 * time.Hour)
		made := func(i int, provider string) connect.Session {
			c := of(fmt.Sprint("s", i), fmt.Sprint("cust-", i), "Acme")
			c.ProviderID, c.Created = provider, start.Add(time.Duration(i)*time.Minute)
			return c
		}
		for i := range 25 {
			walked(t, s, made(i, "gusto"), connect.TermsOfService, connect.Authentication, connect.Success)
		}
		walked(t, s, made(30, "gusto"), connect.TermsOfService)
		walked(t, s, made(31, "adp_run"), connect.TermsOfService, connect.MFA)
		walked(t, s, made(32, "adp_run"))
		sandbox, later := made(33, "gusto"), made(34, "gusto")
		sandbox.Sandbox, later.Created = true, start.Add(48*time.Hour)
		walked(t, s, sandbox, connect.TermsOfService)
		walked(t, s, later, connect.TermsOfService)
		readDue(t, s)
		day := connect.FunnelQuery{Since: start.Add(-time.Hour), Until: start.Add(time.Hour)}
		f, err := s.Funnel(t.Context(), day)
		if err != nil || f.Sessions != 28 || f.Opened != 27 || f.Staged != 27 || f.Connected != 25 {
			t.Errorf("%+v, %v", f, err)
		}
		want := []connect.FunnelStage{
			{Stage: connect.TermsOfService, Reached: 27, Passed: 26, Dropped: 1},
			{Stage: connect.Authentication, Reached: 25, Passed: 25},
			{Stage: connect.MFA, Reached: 1, Dropped: 1},
			{Stage: connect.Success, Reached: 25},
		}
		for i := range f.Stages {
			line := &f.Stages[i]
			if line.Passed >= 20 && line.Stage != connect.Success && (line.Median < 50*time.Second || line.Ninth > 70*time.Second) {
				t.Errorf("%s took %s, %s at most", line.Stage, line.Median, line.Ninth)
			}
			line.Median, line.Ninth = 0, 0
			if line.Stage == connect.Success {
				line.Passed = 0
			}
		}
		if !slices.Equal(f.Stages, want) {
			t.Errorf("got  %+v\nwant %+v", f.Stages, want)
		}
		providers := []connect.FunnelProvider{
			{ProviderID: "gusto", ProviderName: "Gusto", Opened: 26, Connected: 25, Dropped: 1},
			{ProviderID: "adp_run", ProviderName: "adp_run", Opened: 1, Dropped: 1},
		}
		if !slices.Equal(f.Providers, providers) {
			t.Errorf("got  %+v\nwant %+v", f.Providers, providers)
		}
		day.Provider = "adp_run"
		if f, err := s.Funnel(t.Context(), day); err != nil || f.Sessions != 2 || len(f.Stages) != 2 {
			t.Errorf("at a provider: %+v, %v", f, err)
		}
		for provider, want := range map[string][]string{"": {"s30"}, "gusto": {"s30"}, "adp_run": nil} {
			day.Provider = provider
			names, err := s.FunnelNames(t.Context(), day, connect.TermsOfService, 10)
			var ids []string
			for _, b := range names {
				ids = append(ids, b.Session.ID)
			}
			if err != nil || !slices.Equal(ids, want) {
				t.Errorf("who stopped at %q: %v, %v", provider, ids, err)
			}
		}
	})
}

// TestAFunnelFollowsItsSessions has sessions change what they were counted as.
func TestAFunnelFollowsItsSessions(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		p.clock.advance(time.Hour)
		walked(t, s, fern("s1"), connect.TermsOfService)
		readDue(t, s)
		stand := func() (sum [6]int) {
			f, err := s.Funnel(t.Context(), connect.FunnelQuery{Since: start.Add(-24 * time.Hour), Until: start.Add(24 * time.Hour)})
			if err != nil {
				t.Fatal(err)
			}
			sum = [6]int{f.Sessions, f.Opened, f.Staged, f.Connected}
			for _, line := range f.Stages {
				sum[4] += line.Reached
				sum[5] += line.Dropped
			}
			return sum
		}
		if got := stand(); got != [6]int{1, 1, 1, 0, 1, 1} {
			t.Errorf("dropped off: %v", got)
		}
		tell(t, s, "s1", told(time.Hour, connect.StageEntered, connect.MFA))
		readDue(t, s)
		if got := stand(); got != [6]int{1, 1, 1, 0, 2, 0} {
			t.Errorf("went on: %v", got)
		}
		grant(t, s, from(time.Hour, named("conn-1", "cust-fern", "Blue Fern Dental"))) // of another provider
		readDue(t, s)
		if got := stand(); got[0] != 1 || got[3] != 1 || got[5] != 0 {
			t.Errorf("connected: %v", got)
		}
	})
}

func TestBaseline(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		p.clock.advance(24 * time.Hour)
		if b, err := s.Baseline(t.Context()); err != nil || b.Sessions != 0 {
			t.Errorf("%+v, %v", b, err)
		}
		for i := range 21 {
			walked(t, s, of(fmt.Sprint("s", i), fmt.Sprint("cust-", i), "Acme"), connect.TermsOfService, connect.Authentication, connect.Success)
		}
		readDue(t, s)
		if b, err := s.Baseline(t.Context()); err != nil || b.Sessions != 0 {
			t.Errorf("within a minute: %+v, %v", b, err)
		}
		p.clock.advance(time.Minute)
		b, err := s.Baseline(t.Context())
		if terms := b.Stages[connect.TermsOfService]; err != nil || b.Sessions != 21 || terms.Sessions != 21 || terms.Median < 50*time.Second || terms.Ninth > 70*time.Second {
			t.Errorf("%+v, %v", b, err)
		}
		p.clock.advance(91 * 24 * time.Hour)
		if b, err := s.Baseline(t.Context()); err != nil || b.Sessions != 0 {
			t.Errorf("long after: %+v, %v", b, err)
		}
	})
}
