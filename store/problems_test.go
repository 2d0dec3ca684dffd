package store_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"perch/internal/alert"
	"perch/internal/finch"
)

func TestAProblemOpensAndResolves(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 2)
		sub := subscribe(t, s, "C1", nil)
		subscribe(t, s, "C2", func(w *alert.Wish) { w.Include.Customers = []string{"another"} })
		p.clock.advance(time.Hour)
		p.fails(t, s, "gusto-1")
		got := theOnly(t, s)
		if got.Key != (alert.Key{Kind: alert.JobFailed, ConnectionID: "gusto-1", Part: finch.DataSync}) || got.State != alert.Open || !got.Noted.Equal(p.clock.now()) ||
			got.Subject.CustomerName != "gusto Customer 1" || got.Count != 1 {
			t.Errorf("%+v", got)
		}
		select {
		case <-s.Owing():
		default:
			t.Error("nobody was woken")
		}
		want(t, "owed", owed(t, p), "C1 card 1")
		want(t, "heard: who did not ask for it has no row", heard(t, p), "1 1 owed now")
		deliver(t, p, s)
		p.clock.advance(20 * time.Minute)
		renamed := named("gusto-1", "cust-1", "gusto Customer 1 Ltd")
		renamed.Facts.At = p.clock.now()
		grant(t, s, renamed)
		p.heals(t, s, "gusto-1")
		if got := theOnly(t, s); got.State != alert.Resolved || !got.Over.Equal(p.clock.now()) {
			t.Errorf("%+v", got)
		}
		want(t, "dirty cards", look(t, p, `SELECT problem_id FROM cards WHERE dirty > 0`), "1")
		want(t, "a short one says no more than its card", owed(t, p))
		if h := history(t, s, got.ID); h != "opened resolved" {
			t.Errorf("history: %s", h)
		}
		if sub.ID != 1 || sub.Made.IsZero() {
			t.Errorf("%+v", sub)
		}
	})
}

func TestHistoryIsNoNews(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 1)
		subscribe(t, s, "C1", nil)
		var jobs []finch.KnownJob
		for i := range 60 { // the last two months, told at once: it failed now and then
			j := p.ends("gusto-1", finch.JobComplete)
			j.ID = fmt.Sprint("old ", i)
			j.Started, j.Completed = start.Add(-time.Duration(i*24+2)*time.Hour), start.Add(-time.Duration(i*24+1)*time.Hour)
			if i%7 == 3 {
				j.Status = finch.JobFailed
			}
			jobs = append(jobs, j)
		}
		if _, err := s.RecordJobs(t.Context(), jobs); err != nil {
			t.Fatal(err)
		}
		if got := problems(t, s, alert.ProblemQuery{}); len(got) != 0 {
			t.Errorf("what is over was opened: %+v", got)
		}
	})
}

func TestAnOldFailureBehindManySuccessesOfAnotherType(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		success bool
		open    int
	}{{"is still open", false, 1}, {"is over once its own type succeeded", true, 0}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			onEach(t, func(t *testing.T, p place) {
				s := p.open(t)
				known(t, s, "gusto", 1)
				w4 := p.ends("gusto-1", finch.JobFailed)
				w4.ID, w4.Type = "w4", "w4_form_employee_sync"
				record(t, s, w4)
				p.clock.advance(time.Hour)
				if c.success {
					w4 = p.ends("gusto-1", finch.JobComplete)
					w4.ID, w4.Type = "w4 again", "w4_form_employee_sync"
					record(t, s, w4)
				}
				for range 30 {
					p.clock.advance(24 * time.Hour)
					p.heals(t, s, "gusto-1")
				}
				if got := open(t, s); len(got) != c.open {
					t.Errorf("%+v", got)
				}
			})
		})
	}
}

func TestASubscriptionHearsOfWhatOpensFromThenOn(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 2)
		p.fails(t, s, "gusto-1")
		p.clock.advance(time.Minute)
		sub := subscribe(t, s, "C1", nil)
		if n, err := s.Matching(t.Context(), sub.Wish); n != 1 || err != nil {
			t.Errorf("%d open ones match, %v", n, err)
		}
		p.clock.advance(time.Minute)
		p.fails(t, s, "gusto-1") // it fails again: no news of an opening
		want(t, "owed", owed(t, p))
		p.clock.advance(time.Minute)
		p.heals(t, s, "gusto-1")
		p.clock.advance(30 * time.Minute)
		p.fails(t, s, "gusto-1")
		want(t, "what opens again is heard", owed(t, p), "C1 card 1")
		p.fails(t, s, "gusto-2")
		want(t, "and another", owed(t, p), "C1 card 1", "C1 card 2")
	})
}

func TestARemovedConnectionIsNoProblem(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 2)
		subscribe(t, s, "C1", func(w *alert.Wish) { w.Kinds = alert.AllKinds() })
		p.fails(t, s, "gusto-1")
		p.clock.advance(time.Minute)
		if err := s.Forget(t.Context(), "gusto-1"); err != nil {
			t.Fatal(err)
		}
		got := theOnly(t, s)
		events, err := s.ProblemEvents(t.Context(), got.ID, 1)
		if got.State != alert.Closed || err != nil || events[0].What != alert.HasClosed || events[0].Detail != "removed here" || events[0].Who != "" {
			t.Errorf("%+v, %+v, %v", got, events, err)
		}
		p.clock.advance(time.Minute)
		p.fails(t, s, "gusto-1") // Finch still tells of it
		p.later(t, s, 24*time.Hour)
		if got := problems(t, s, alert.ProblemQuery{Kinds: []alert.Kind{alert.Disconnected}}); len(got) != 0 {
			t.Errorf("%+v", got)
		}
		if err := s.Lost(t.Context(), "gusto-2", finch.NewToken("secret of gusto-2"), p.clock.now()); err != nil {
			t.Fatal(err)
		}
		if got := open(t, s); len(got) != 1 || got[0].Key.Kind != alert.Disconnected {
			t.Errorf("nobody here asked for that: %+v", got)
		}
		grant(t, s, named("gusto-1", "cust-1", "Acme"))
		p.clock.advance(time.Minute)
		p.fails(t, s, "gusto-1")
		if got := problems(t, s, alert.ProblemQuery{State: alert.Open, ConnectionID: "gusto-1"}); len(got) != 1 {
			t.Errorf("it came back, and its problems count: %+v", got)
		}
	})
}

func TestTimeAloneMakesAProblem(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 1)
		j := p.ends("gusto-1", finch.JobRunning)
		j.Completed = time.Time{}
		record(t, s, j)
		p.later(t, s, 5*time.Hour)
		want(t, "too soon", look(t, p, `SELECT kind FROM problems`))
		p.clock.advance(2 * time.Hour)
		j.Learned = p.clock.now() // read again: it still runs
		record(t, s, j)
		p.later(t, s, time.Minute)
		want(t, "it is stuck", look(t, p, `SELECT kind FROM problems`), "stuck")
	})
}

// TestAProblemIsKeptWhole fills every field of a problem and wants each back.
func TestAProblemIsKeptWhole(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 1)
		p.fails(t, s, "gusto-1")
		was := theOnly(t, s)
		var put alert.Problem
		fill(reflect.ValueOf(&put).Elem(), new(int))
		put.ID, put.Key.Kind, put.Key.ConnectionID, put.ParentID = was.ID, was.Key.Kind, was.Key.ConnectionID, 0
		put.State = alert.Open
		if _, err := s.Act(t.Context(), was.ID, func(alert.Problem) (alert.Step, error) {
			return alert.Step{Problem: put, Event: alert.Event{What: alert.HasChanged}}, nil
		}); err != nil {
			t.Fatal(err)
		}
		got, err := p.open(t).Problem(t.Context(), was.ID)
		put.Version = was.Version + 1
		if err != nil || !reflect.DeepEqual(got, put) {
			t.Errorf("%v\ngot  %+v\nwant %+v", err, got, put)
		}
	})
}

// fill sets every field to a value of its own.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(start.Add(time.Duration(*n) * time.Minute)))
			return
		}
		for _, field := range v.Fields() {
			fill(field, n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(v.Index(i), n)
		}
	case reflect.String:
		v.SetString(fmt.Sprint("value ", *n))
	case reflect.Bool:
		v.SetBool(true)
	default:
		v.SetInt(int64(*n))
	}
}

func TestActs(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 1)
		subscribe(t, s, "C1", func(w *alert.Wish) { w.Reminder = 4 * time.Hour })
		p.fails(t, s, "gusto-1")
		deliver(t, p, s)
		due := func() []string { return look(t, p, `SELECT due FROM tellings`) }
		want(t, "a reminder is due", due(), fmt.Sprint(start.Add(4*time.Hour).UnixMilli()))
		claim := func(who string) error {
			_, err := s.Act(t.Context(), 1, func(p alert.Problem) (alert.Step, error) { return p.Claim(who, start) })
			return err
		}
		if err := claim("U1"); err != nil {
			t.Fatal(err)
		}
		refused, is := errors.AsType[*alert.RefusedError](claim("U2"))
		if !is || refused.Sentence != "<@U1> is on it already." {
			t.Errorf("another claims it: %v", refused)
		}
		if got := problems(t, s, alert.ProblemQuery{ClaimedBy: "U1"}); len(got) != 1 {
			t.Errorf("claimed: %+v", got)
		}
		want(t, "no reminder while somebody is on it", due(), "0")
		want(t, "the card is not true any more", look(t, p, `SELECT COUNT(*) FROM cards WHERE dirty > 0`), "1")
		want(t, "nobody is told of their own click", owed(t, p))
		if _, err := s.Act(t.Context(), 1, func(p alert.Problem) (alert.Step, error) { return p.Release("U1", start) }); err != nil {
			t.Fatal(err)
		}
		want(t, "reminded again", due(), fmt.Sprint(start.Add(4*time.Hour).UnixMilli()))
		if h := history(t, s, 1); h != "opened claimed released" {
			t.Errorf("history: %s", h)
		}
		_, err := s.Act(t.Context(), 99, func(p alert.Problem) (alert.Step, error) { return p.Claim("U1", start) })
		if !errors.Is(err, alert.ErrUnknownProblem) {
			t.Errorf("of none: %v", err)
		}
	})
}

func TestASnoozeEnds(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 1)
		p.fails(t, s, "gusto-1")
		_, err := s.Act(t.Context(), 1, func(p alert.Problem) (alert.Step, error) { return p.Snooze("U1", start.Add(time.Hour), start) })
		if err != nil {
			t.Fatal(err)
		}
		p.later(t, s, 59*time.Minute)
		if got := theOnly(t, s); got.SnoozedBy == "" {
			t.Error("it woke too early")
		}
		p.later(t, s, time.Minute)
		if got := theOnly(t, s); got.SnoozedBy != "" || history(t, s, 1) != "opened snoozed woken" {
			t.Errorf("%+v: %s", got, history(t, s, 1))
		}
	})
}

func TestALinkThatDidItsWork(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		reauth := in(finch.Reauth, named("conn-1", "cust-1", "Acme"))
		grant(t, s, reauth)
		if got := theOnly(t, s); got.Key.Kind != alert.Reauth {
			t.Fatalf("%+v", got)
		}
		if _, err := s.Act(t.Context(), 1, func(p alert.Problem) (alert.Step, error) { return p.LinkMade("U1", start) }); err != nil {
			t.Fatal(err)
		}
		p.clock.advance(time.Minute)
		well := in(finch.Connected, reauth)
		well.Facts.At = p.clock.now()
		if err := s.Learn(t.Context(), well.Facts); err != nil {
			t.Fatal(err)
		}
		if got := theOnly(t, s); got.State != alert.Resolved || got.LinkUsed.IsZero() {
			t.Errorf("%+v", got)
		}
		want(t, "who asked is told", owed(t, p), "U1 notice 1")
	})
}

func TestAStatusThatOnlyAWebhookTells(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 1)
		subscribe(t, s, "C1", nil)
		p.clock.advance(time.Hour)
		err := s.RecordChange(t.Context(), finch.Change{ConnectionID: "gusto-1", To: finch.Reauth, At: p.clock.now(), Source: finch.FromWebhook})
		if err != nil {
			t.Fatal(err)
		}
		p.later(t, s, 5*time.Second)
		want(t, "a look may still come", look(t, p, `SELECT kind FROM problems`))
		p.later(t, s, 10*time.Second)
		want(t, "none came", look(t, p, `SELECT kind FROM problems`), "reauth")
		want(t, "owed", owed(t, p), "C1 card 1")
	})
}
