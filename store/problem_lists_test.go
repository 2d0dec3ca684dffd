package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"perch/internal/alert"
	"perch/internal/finch"
	"perch/store"
)

func TestProblemLists(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 3)
		known(t, s, "adp_run", 3)
		if err := s.SaveProviders(t.Context(), []finch.Provider{{ID: "adp_run", DisplayName: "RÚN Powered by ADP"}}, start); err != nil {
			t.Fatal(err)
		}
		for _, provider := range []string{"gusto", "adp_run"} {
			for i := range 3 {
				p.clock.advance(time.Minute)
				p.fails(t, s, fmt.Sprintf("%s-%d", provider, i+1))
			}
		}
		p.clock.advance(time.Minute)
		p.heals(t, s, "gusto-2")
		ids := func(ps []alert.Problem) string {
			var said []string
			for _, one := range ps {
				said = append(said, fmt.Sprint(one.ID))
			}
			return strings.Join(said, " ")
		}
		for _, c := range []struct {
			name  string
			query alert.ProblemQuery
			want  string
		}{
			{"all, newest first", alert.ProblemQuery{}, "6 5 4 3 2 1"},
			{"open, oldest first", alert.ProblemQuery{State: alert.Open, Oldest: true}, "1 3 4 5 6"},
			{"resolved", alert.ProblemQuery{State: alert.Resolved}, "2"},
			{"of kinds", alert.ProblemQuery{Kinds: []alert.Kind{alert.JobFailed, alert.Stale}}, "6 5 4 3 2 1"},
			{"of another kind", alert.ProblemQuery{Kinds: []alert.Kind{alert.Stale}}, ""},
			{"of a connection", alert.ProblemQuery{ConnectionID: "gusto-3"}, "3"},
			{"by a customer's name", alert.ProblemQuery{Words: "ADP_RUN customer 2"}, "5"},
			{"by a customer's id", alert.ProblemQuery{Words: "cust-3"}, "6 3"},
			{"by a provider's name", alert.ProblemQuery{Words: "powered by"}, "6 5 4"},
			{"of a provider by name", alert.ProblemQuery{Provider: "run powered"}, "6 5 4"},
			{"of a provider by id", alert.ProblemQuery{Provider: "gusto", State: alert.Open}, "3 1"},
			{"of nobody", alert.ProblemQuery{ClaimedBy: "U1"}, ""},
			{"claimed", alert.ProblemQuery{Claimed: true}, ""},
			{"unclaimed", alert.ProblemQuery{Unclaimed: true, State: alert.Open}, "6 5 4 3 1"},
		} {
			if got := ids(problems(t, s, c.query)); got != c.want {
				t.Errorf("%s: got %s, want %s", c.name, got, c.want)
			}
			var paged []alert.Problem
			query := c.query
			for query.Limit = 2; ; {
				page, err := s.Problems(t.Context(), query)
				if err != nil {
					t.Fatal(err)
				}
				paged = append(paged, page.Problems...)
				if query.After = page.Next; page.Next == "" {
					break
				}
			}
			if got := ids(paged); got != c.want {
				t.Errorf("%s, in pages: got %s, want %s", c.name, got, c.want)
			}
		}
		page, err := s.Problems(t.Context(), alert.ProblemQuery{Limit: 2})
		if err != nil || page.Total != 6 {
			t.Errorf("%+v, %v", page, err)
		}
		if _, err := s.Problems(t.Context(), alert.ProblemQuery{State: alert.Open, After: page.Next}); !errors.Is(err, store.ErrCursor) {
			t.Errorf("another list's cursor: %v", err)
		}
		if _, err := s.Problem(t.Context(), 77); !errors.Is(err, alert.ErrUnknownProblem) {
			t.Errorf("no such problem: %v", err)
		}
	})
}

func TestWhatThePastTells(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 1)
		known(t, s, "adp_run", 1)
		if since, err := s.KnownSince(t.Context()); !since.Equal(start) || err != nil {
			t.Errorf("known since %s, %v", since, err)
		}
		// A webhook that comes late tells of a job from before.
		before := start.Add(-30 * 24 * time.Hour)
		if _, err := s.RecordJob(t.Context(), finch.KnownJob{
			ID: "of-old", Kind: finch.Automated, ConnectionID: "gusto-1", Type: finch.DataSync, Status: finch.JobComplete, Started: before, Completed: before, Learned: start,
		}); err != nil {
			t.Fatal(err)
		}
		if since, err := s.KnownSince(t.Context()); !since.Equal(before) || err != nil {
			t.Errorf("known since %s, %v, want since the oldest job", since, err)
		}
		for i := range 22 { // every third takes longer than a day
			for _, id := range []string{"gusto-1", "adp_run-1"} {
				if id == "adp_run-1" && i > 4 {
					continue
				}
				p.clock.advance(5 * 24 * time.Hour)
				p.fails(t, s, id)
				p.clock.advance(time.Duration(1+30*(i%3/2)) * time.Hour)
				p.heals(t, s, id)
			}
		}
		p.clock.advance(5 * 24 * time.Hour)
		p.fails(t, s, "gusto-1")
		p.fails(t, s, "adp_run-1")
		now := open(t, s)
		if odds, err := s.Odds(t.Context(), now[0]); odds != (alert.Odds{Healed: 15, Of: 22}) || err != nil {
			t.Errorf("odds at its provider: %+v, %v", odds, err)
		}
		if odds, err := s.Odds(t.Context(), now[1]); odds != (alert.Odds{Healed: 19, Of: 27}) || err != nil {
			t.Errorf("odds of all, where its provider says little: %+v, %v", odds, err)
		}
		if odds, err := s.Odds(t.Context(), alert.Problem{Class: "none"}); odds.Of != 0 || err != nil {
			t.Errorf("odds of what never was: %+v, %v", odds, err)
		}
		past, err := s.PastProblems(t.Context(), p.clock.now().Add(-11*24*time.Hour))
		if err != nil || len(past) != 4 {
			t.Errorf("%d in eleven days, %v", len(past), err)
		}
		p.clock.advance(time.Hour)
		if past, err = s.PastProblems(t.Context(), p.clock.now()); err != nil || len(past) != 2 {
			t.Errorf("%d are still open, %v", len(past), err)
		}
		n, err := s.PruneProblems(t.Context(), p.clock.now().Add(-11*24*time.Hour))
		if err != nil || n != 25 {
			t.Errorf("pruned %d, %v", n, err)
		}
		if got := problems(t, s, alert.ProblemQuery{}); len(got) != 4 {
			t.Errorf("%d are left", len(got))
		}
	})
}

func TestSight(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		subscribe(t, s, "C1", func(w *alert.Wish) { w.Kinds = alert.AllKinds() })
		feel := func(name string, good bool) {
			t.Helper()
			if err := s.Sense(t.Context(), name, good, "connection refused", p.clock.now()); err != nil {
				t.Fatal(err)
			}
		}
		count := func() string { return look(t, p, `SELECT count FROM senses WHERE name = 'finch'`)[0] }
		feel("finch", true)
		for range 100 { // in twenty seconds
			p.clock.advance(200 * time.Millisecond)
			feel("finch", false)
		}
		if got := count(); got != "1" {
			t.Errorf("%s failures were written down within a minute", got)
		}
		p.clock.advance(time.Minute)
		feel("finch", false)
		if got := count(); got != "101" {
			t.Errorf("a minute later %s failures are known", got)
		}
		want(t, "not blind yet", look(t, p, `SELECT kind FROM problems`))
		p.later(t, s, 10*time.Minute) // nothing more is heard
		want(t, "blind", look(t, p, `SELECT kind, state FROM problems`), "blind open")
		want(t, "owed", owed(t, p), "C1 card 1")
		if senses, err := s.Senses(t.Context()); err != nil || len(senses) != 1 || senses[0].Detail != "connection refused" {
			t.Errorf("%+v, %v", senses, err)
		}
		feel("finch", true)
		want(t, "it sees again", look(t, p, `SELECT kind, state FROM problems`), "blind resolved")
	})
}
