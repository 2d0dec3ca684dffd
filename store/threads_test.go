package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"perch/internal/alert"
	"perch/internal/finch"
	"perch/internal/thread"
	"perch/store"
)

// readAlong has Perch read along in a channel.
func readAlong(t testing.TB, s *store.Store, channel string) {
	t.Helper()
	if err := s.SwitchThreads(t.Context(), thread.Channel{ID: channel, On: true, By: "UMAKER"}); err != nil {
		t.Fatal(err)
	}
}

// quoting is a message in the thread of C1 whose first message is 1.0.
func quoting(t testing.TB, s *store.Store, ts string, ids ...string) thread.Message {
	t.Helper()
	bonds, err := s.KnownIDs(t.Context(), ids)
	if err != nil {
		t.Fatal(err)
	}
	if len(bonds) != len(ids) {
		t.Fatalf("of %q are known %+v", ids, bonds)
	}
	return thread.Message{Channel: "C1", TS: ts, Root: "1.0", ClientID: "client of " + ts, Permalink: "https://slack.test/1", Bonds: bonds}
}

func bind(t testing.TB, s *store.Store, m thread.Message, want thread.Outcome) {
	t.Helper()
	if got, err := s.Bind(t.Context(), m); err != nil || got != want {
		t.Errorf("bind %s in %s: %s %v, want %s", m.TS, m.Root, got, err, want)
	}
}

func threadAt(t testing.TB, s *store.Store, channel, root string) thread.Thread {
	t.Helper()
	bound, err := s.ThreadAt(t.Context(), channel, root)
	if err != nil {
		t.Fatal(err)
	}
	return bound
}

func quoted(bound thread.Thread) (ids []string) {
	for _, b := range bound.Bonds {
		ids = append(ids, string(b.Kind)+" "+b.ID)
	}
	return ids
}

// inThreads is what is owed in threads and to who watches them, in order.
func inThreads(t testing.TB, p place) []string {
	t.Helper()
	return look(t, p, `SELECT channel, kind FROM outbox WHERE state <= 1 AND kind IN ('reply', 'news', 'offer', 'notice') ORDER BY id`)
}

func TestAMessageGetsOneReply(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 3)
		m := quoting(t, s, "1.0", "gusto-1")
		bind(t, s, m, thread.Unheard)
		want(t, "nothing is kept of what is not heard", look(t, p, `SELECT ts FROM thread_messages`))
		readAlong(t, s, "C1")
		bind(t, s, m, thread.Replied)
		select {
		case <-s.Owing():
		default:
			t.Error("whoever tells was not woken")
		}
		bind(t, s, m, thread.Nothing)
		again := m
		again.TS, again.Root = "1.5", "1.5"
		bind(t, s, again, thread.Nothing)
		want(t, "owed", inThreads(t, p), "C1 reply")
		sent := tellAll(t, p, s)
		if len(sent) != 1 || sent[0].Head.Kind != alert.ReplyMessage || sent[0].Card == nil || sent[0].Card.Root != "1.0" || sent[0].Card.Kind != alert.ThreadCard {
			t.Fatalf("sent %+v", sent)
		}
		if shut := s.Close(); shut != nil {
			t.Fatal(shut)
		}
		s = p.open(t)
		bind(t, s, m, thread.Nothing)
		other := quoting(t, s, "2.0", "gusto-2")
		other.Bonds = append(other.Bonds, m.Bonds...)
		bind(t, s, other, thread.Extended)
		bind(t, s, quoting(t, s, "3.0", "gusto-1", "gusto-2"), thread.Nothing)
		want(t, "owed when it is extended", inThreads(t, p))
		bound := threadAt(t, s, "C1", "1.0")
		want(t, "quoted", quoted(bound), "connection gusto-1", "connection gusto-2")
		if bound.Permalink != "https://slack.test/1" || !bound.Made.Equal(start) || bound.Bonds[0].CustomerID != "cust-1" || bound.Bonds[0].CompanyID != "company-gusto-1" {
			t.Errorf("bound is %+v", bound)
		}
		if e := takeEdit(t, s); e.Card.ID != bound.CardID || e.Card.TS == "" {
			t.Errorf("edited is %+v", e)
		}
		if n, err := s.CountThreads(t.Context(), "C1"); n != 1 || err != nil {
			t.Errorf("%d threads %v", n, err)
		}
	})
}

func TestManyBringOneThreadAtOnce(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 5)
		readAlong(t, s, "C1")
		var messages []thread.Message
		for i := range 5 {
			m := quoting(t, s, fmt.Sprint("1.", i), fmt.Sprint("gusto-", i+1))
			copied := m // the same text under another ts, in a thread of its own
			copied.TS, copied.Root = m.TS+"9", m.TS+"9"
			messages = append(messages, m, m, m)
			if i == 0 {
				messages = append(messages, copied)
			}
		}
		var wg sync.WaitGroup
		errs := make([]error, len(messages))
		for i, m := range messages {
			wg.Go(func() { _, errs[i] = s.Bind(t.Context(), m) })
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		bound, cards := look(t, p, `SELECT root FROM threads ORDER BY root`), look(t, p, `SELECT kind, root FROM cards`)
		if len(cards) != len(bound) || len(inThreads(t, p)) != len(bound) {
			t.Errorf("threads %q have cards %q and are owed %q", bound, cards, inThreads(t, p))
		}
		want(t, "bound once each", look(t, p, `SELECT id FROM thread_bonds ORDER BY id`), "gusto-1", "gusto-2", "gusto-3", "gusto-4", "gusto-5")
	})
}

func TestOneTakesAThreadUpWhileAnotherDoes(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 2)
		readAlong(t, s, "C1")
		for round := range 20 {
			root := fmt.Sprint(round, ".0")
			var wg sync.WaitGroup
			outcomes := make([]thread.Outcome, 2)
			errs := make([]error, 2)
			for i := range 2 {
				m := quoting(t, s, fmt.Sprint(round, ".", i), fmt.Sprint("gusto-", i+1))
				m.Root = root
				wg.Go(func() { outcomes[i], errs[i] = s.Bind(t.Context(), m) })
			}
			wg.Wait()
			if err := errors.Join(errs...); err != nil {
				t.Fatal(err)
			}
			if outcomes[0] == outcomes[1] || outcomes[0] != thread.Replied && outcomes[1] != thread.Replied {
				t.Errorf("outcomes %q, want one reply and one extension", outcomes)
			}
			if bound := threadAt(t, s, "C1", root); len(bound.Bonds) != 2 {
				t.Errorf("bound to %q", quoted(bound))
			}
		}
		want(t, "replies without a thread", look(t, p, `SELECT id FROM cards WHERE id NOT IN (SELECT card_id FROM threads)`))
	})
}

func TestAThreadTakesSoManyIDs(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 60)
		readAlong(t, s, "C1")
		n := 0
		five := func(outcome thread.Outcome) {
			t.Helper()
			var ids []string
			for range 5 {
				n++
				ids = append(ids, fmt.Sprint("gusto-", n))
			}
			bind(t, s, quoting(t, s, fmt.Sprint("1.", n), ids...), outcome)
		}
		five(thread.Replied)
		five(thread.Extended)
		five(thread.Extended)
		bind(t, s, quoting(t, s, "1.999", "gusto-50", "gusto-51"), thread.Extended)
		five(thread.Extended) // three of them
		five(thread.Full)
		if bound := threadAt(t, s, "C1", "1.0"); len(bound.Bonds) != thread.MaxHourly {
			t.Errorf("bound to %d", len(bound.Bonds))
		}
		p.clock.advance(time.Hour)
		for range 4 {
			five(thread.Extended)
		}
		p.clock.advance(time.Hour)
		five(thread.Full)
		if bound := threadAt(t, s, "C1", "1.0"); len(bound.Bonds) != thread.MaxBonds {
			t.Errorf("bound to %d", len(bound.Bonds))
		}
		many := quoting(t, s, "9.0", "gusto-1", "gusto-2", "gusto-3", "gusto-4", "gusto-5")
		many.Root, many.Bonds = "9.0", append(many.Bonds, thread.Bond{Kind: thread.Connection, ID: "gusto-6"})
		bind(t, s, many, thread.Replied)
		if bound := threadAt(t, s, "C1", "9.0"); len(bound.Bonds) != thread.MaxIDs {
			t.Errorf("one message bound it to %q", quoted(bound))
		}
	})
}

func TestWhoAsksIsAnswered(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 3)
		asked := quoting(t, s, "1.0", "gusto-1")
		asked.Asked, asked.SharedBy = true, "UADMIN"
		bind(t, s, asked, thread.Replied)
		bind(t, s, asked, thread.Nothing)
		bind(t, s, quoting(t, s, "2.0", "gusto-2"), thread.Unheard)
		bound := threadAt(t, s, "C1", "1.0")
		if bound.SharedBy != "UADMIN" {
			t.Errorf("shared by %q", bound.SharedBy)
		}
		if ok, err := s.Consented(t.Context(), bound.CardID); !ok || err != nil {
			t.Errorf("consented: %v %v", ok, err)
		}
		readAlong(t, s, "C1")
		tellAll(t, p, s)
		if err := s.StopThread(t.Context(), bound.ID, "U2"); err != nil {
			t.Fatal(err)
		}
		e := takeEdit(t, s)
		noteEdit(t, s, e, alert.EditResult{End: alert.EditDone})
		bind(t, s, quoting(t, s, "2.0", "gusto-2"), thread.Unheard)
		if err := s.StopThread(t.Context(), bound.ID, "U3"); err != nil {
			t.Fatal(err)
		}
		takeNoEdit(t, s, "stopped again")
		if got := threadAt(t, s, "C1", "1.0"); got.StoppedBy != "U2" || !got.StoppedAt.Equal(p.clock.now()) {
			t.Errorf("stopped by %q at %s", got.StoppedBy, got.StoppedAt)
		}
		bind(t, s, asked, thread.Extended) // that it goes on
		if got := threadAt(t, s, "C1", "1.0"); got.StoppedBy != "" || len(got.Bonds) != 1 {
			t.Errorf("after somebody asked: %+v", got)
		}
		if err := s.StopThread(t.Context(), bound.ID, "U2"); err != nil {
			t.Fatal(err)
		}
		if err := s.ResumeThread(t.Context(), bound.ID); err != nil {
			t.Fatal(err)
		}
		bind(t, s, quoting(t, s, "2.0", "gusto-2"), thread.Extended)
		heard := quoting(t, s, "2.0", "gusto-2", "gusto-3")
		bind(t, s, heard, thread.Nothing)
		heard.Asked = true
		bind(t, s, heard, thread.Extended)
		for what, err := range map[string]error{
			"stop": s.StopThread(t.Context(), 99, "U2"), "resume": s.ResumeThread(t.Context(), 99), "watch": s.WatchThread(t.Context(), 99, "U2", true),
		} {
			if !errors.Is(err, thread.ErrUnknown) {
				t.Errorf("%s no thread: %v", what, err)
			}
		}
	})
}

func TestWhichIDsAreKnown(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		h := harbor(start)
		grant(t, s, finch.Grant{Token: finch.NewToken("secret"), Facts: h}, named("conn-1", "cust-1", "Acme"), named("conn-2", "cust-1", "Acme"))
		job := sync1()
		job.ID, job.ConnectionID = "453bd7d7-5355-4d6d-a38e-d9e7eb218c3f", "conn-1"
		twin := job
		twin.ID = "abcdef01-0000-4000-8000-000000000001"
		twins := twin
		twins.ID = "abcdef01-0000-4000-8000-000000000002"
		if _, err := s.RecordJobs(t.Context(), []finch.KnownJob{job, twin, twins}); err != nil {
			t.Fatal(err)
		}
		register(t, s, fern("fern-1"))
		in := h.Introspection
		for _, c := range []struct{ asked, want string }{
			{job.ID, "job " + job.ID + " conn-1 company-conn-1 cust-1"},
			{strings.ToUpper(job.ID), "job " + job.ID + " conn-1 company-conn-1 cust-1"},
			{"453BD7D7", "job " + job.ID + " conn-1 company-conn-1 cust-1"},
			{"453bd7d", ""},
			{"abcdef01", ""},
			{in.ConnectionID, "connection " + in.ConnectionID + " " + in.ConnectionID + " " + in.CompanyID + " cust_1042"},
			{in.CompanyID, "company " + in.CompanyID + " " + in.ConnectionID + " " + in.CompanyID + " cust_1042"},
			{"cust_1042", "customer cust_1042 " + in.ConnectionID + " " + in.CompanyID + " cust_1042"},
			{"CUST_1042", ""},
			{"cust-1", "customer cust-1   cust-1"},
			{"fern-1", "session fern-1   cust-fern"},
			{"cust-fern", "customer cust-fern   cust-fern"},
			{"453bd7d7-5355-4d6d-a38e-000000000000", ""},
			{"", ""},
			{"a\x00b", ""},
		} {
			bonds, err := s.KnownIDs(t.Context(), []string{c.asked})
			var got strings.Builder
			for _, b := range bonds {
				fmt.Fprintf(&got, "%s %s %s %s %s", b.Kind, b.ID, b.ConnectionID, b.CompanyID, b.CustomerID)
			}
			if err != nil || got.String() != c.want {
				t.Errorf("%q is %q %v, want %q", c.asked, got.String(), err, c.want)
			}
		}
		bonds, err := s.KnownIDs(t.Context(), []string{"conn-2", "453bd7d7", job.ID, "cust-1", "conn-1", "fern-1", "cust-fern"})
		if err != nil || len(bonds) != thread.MaxIDs || bonds[0].ID != "conn-2" || bonds[1].ID != job.ID || bonds[2].ID != "cust-1" {
			t.Errorf("of many: %+v %v", bonds, err)
		}
		var far []string
		for i := range 40 {
			far = append(far, fmt.Sprint("nobody-", i))
		}
		if bonds, err := s.KnownIDs(t.Context(), append(far, "conn-1")); len(bonds) != 0 || err != nil {
			t.Errorf("the 41st was looked up: %+v %v", bonds, err)
		}
	})
}

func TestAReplyThatIsGoneIsNotGivenAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		lose func(t *testing.T, p place, s *store.Store)
	}{
		{"somebody deleted it", func(t *testing.T, p place, s *store.Store) {
			tellAll(t, p, s)
			bind(t, s, quoting(t, s, "2.0", "gusto-2"), thread.Extended)
			noteEdit(t, s, takeEdit(t, s), alert.EditResult{End: alert.EditLost})
		}},
		{"Slack takes it in no form", func(t *testing.T, _ place, s *store.Store) {
			note(t, s, take(t, s), alert.Result{End: alert.EndGivenUp, Reason: "refused"})
		}},
		{"it was let go", func(t *testing.T, p place, s *store.Store) {
			if err := s.LetGoThread(t.Context(), threadAt(t, s, "C1", "1.0").ID, p.clock.now().Add(thread.LetGoAfter)); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			onEach(t, func(t *testing.T, p place) {
				s := p.open(t)
				known(t, s, "gusto", 2)
				readAlong(t, s, "C1")
				bind(t, s, quoting(t, s, "1.0", "gusto-1"), thread.Replied)
				if err := s.WatchThread(t.Context(), threadAt(t, s, "C1", "1.0").ID, "U9", true); err != nil {
					t.Fatal(err)
				}
				c.lose(t, p, s)
				if _, err := s.ThreadAt(t.Context(), "C1", "1.0"); !errors.Is(err, thread.ErrUnknown) {
					t.Errorf("the thread: %v", err)
				}
				for _, table := range []string{"threads", "thread_bonds", "thread_watches", "cards"} {
					want(t, table, look(t, p, "SELECT 1 FROM "+table))
				}
				want(t, "owed", inThreads(t, p))
				p.fails(t, s, "gusto-1")
				want(t, "owed when something happens", inThreads(t, p))
				bind(t, s, quoting(t, s, "1.0", "gusto-1"), thread.Nothing)
				bind(t, s, quoting(t, s, "7.0", "gusto-1"), thread.Replied)
			})
		})
	}
}

func TestWhatWasSentOffInAThreadIsLookedFor(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 1)
		readAlong(t, s, "C1")
		bind(t, s, quoting(t, s, "1.0", "gusto-1"), thread.Replied)
		first := take(t, s) // and its sender dies
		p.clock.advance(testLease)
		turn, plan, ok, err := s.TakeTurn(t.Context(), testLease, anyFails)
		if err != nil || !ok || plan.Act != alert.DoLook || turn.Head.ID != first.Head.ID || turn.Card == nil || turn.Card.Root != "1.0" {
			t.Fatalf("took %+v %+v %v %v, want to look", plan, turn, ok, err)
		}
		note(t, s, turn, stands(turn))
		takeNone(t, s, "found")
		if got := threadAt(t, s, "C1", "1.0"); len(got.Bonds) != 1 {
			t.Errorf("bound to %+v", got)
		}
	})
}

func TestQuietThreadsAndOldMessagesGo(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 2)
		readAlong(t, s, "C1")
		quiet := func(n int) (roots string) {
			t.Helper()
			threads, err := s.QuietThreads(t.Context(), p.clock.now(), n)
			if err != nil {
				t.Fatal(err)
			}
			for _, q := range threads {
				roots += q.Root + " "
			}
			return roots
		}
		bind(t, s, quoting(t, s, "1.0", "gusto-1"), thread.Replied)
		p.clock.advance(24 * time.Hour)
		other := quoting(t, s, "2.0", "gusto-1")
		other.Root = "2.0"
		bind(t, s, other, thread.Replied)
		p.clock.advance(29*24*time.Hour - time.Millisecond)
		if got := quiet(20); got != "" {
			t.Errorf("quiet are %q", got)
		}
		bind(t, s, quoting(t, s, "3.0", "gusto-2"), thread.Extended)
		p.clock.advance(24*time.Hour + time.Millisecond)
		if got := quiet(20); got != "2.0 " {
			t.Errorf("quiet are %q, want the one that nobody extended", got)
		}
		if err := s.KeepThread(t.Context(), threadAt(t, s, "C1", "2.0").ID, p.clock.now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if got := quiet(20); got != "" {
			t.Errorf("quiet are %q", got)
		}
		p.clock.advance(40 * 24 * time.Hour)
		if got := quiet(1); got != "2.0 " {
			t.Errorf("the quietest are %q", got)
		}
		if err := s.LetGoThread(t.Context(), 99, p.clock.now()); err != nil {
			t.Errorf("let go of none: %v", err)
		}
		if _, err := s.PruneInbox(t.Context(), p.clock.now().Add(-7*24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		want(t, "messages", look(t, p, `SELECT ts FROM thread_messages`))
		if _, err := s.PruneProblems(t.Context(), p.clock.now()); err != nil {
			t.Fatal(err)
		}
		want(t, "replies stay", look(t, p, `SELECT root FROM cards ORDER BY root`), "1.0", "2.0")
	})
}

// While another replica writes down that a sync failed, its connection is quoted: the
// thread is not bound behind its back, where the reply would say that all is well and
// no line would come.
func TestAThreadIsNotBoundBehindTheBackOfWhatHappens(t *testing.T) {
	t.Parallel()
	p := postgresPlace(t)
	s := p.open(t)
	known(t, s, "gusto", 1)
	readAlong(t, s, "C1")
	quote := quoting(t, s, "1.0", "gusto-1")
	job := p.ends("gusto-1", finch.JobFailed)
	begun := job
	begun.Status, begun.Completed = finch.JobRunning, time.Time{}
	record(t, s, begun)
	slow := beside(t, p)
	if _, err := slow.ExecContext(t.Context(), "LOCK TABLE job_asks IN EXCLUSIVE MODE"); err != nil { // the last thing that it needs
		t.Fatal(err)
	}
	ctx := context.WithoutCancel(t.Context())
	failed, bound := make(chan error, 1), make(chan error, 1)
	go func() {
		_, err := s.RecordJobs(ctx, []finch.KnownJob{job})
		failed <- err
	}()
	awaitBlocked(t, slow)
	go func() {
		_, err := s.Bind(ctx, quote)
		bound <- err
	}()
	awaitBlockedBehind(t, slow, bound)
	if err := slow.Rollback(); err != nil {
		t.Error(err)
	}
	if err := errors.Join(<-failed, <-bound); err != nil {
		t.Fatal(err)
	}
	shown, err := s.ThreadShown(t.Context(), threadAt(t, s, "C1", "1.0").CardID)
	if err != nil || len(shown.Entries) != 1 || len(shown.Entries[0].Problems) != 1 {
		t.Errorf("the reply shows %+v %v", shown, err)
	}
}

// Slack is asked whether anybody writes in a thread, and before it has answered
// somebody does.
func TestAThreadThatIsWrittenInMeanwhileIsNotLetGo(t *testing.T) {
	t.Parallel()
	for name, meanwhile := range map[string]struct {
		quotes  string
		outcome thread.Outcome
	}{
		"something new":     {"gusto-2", thread.Extended},
		"what stands there": {"gusto-1", thread.Nothing},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEach(t, func(t *testing.T, p place) {
				s := p.open(t)
				known(t, s, "gusto", 2)
				readAlong(t, s, "C1")
				bind(t, s, quoting(t, s, "1.0", "gusto-1"), thread.Replied)
				p.clock.advance(thread.LetGoAfter)
				before := p.clock.now()
				quiet, err := s.QuietThreads(t.Context(), before, 20)
				if err != nil || len(quiet) != 1 {
					t.Fatalf("quiet are %+v %v", quiet, err)
				}
				p.clock.advance(time.Second)
				bind(t, s, quoting(t, s, "2.0", meanwhile.quotes), meanwhile.outcome)
				if err := s.KeepThread(t.Context(), quiet[0].ID, before.Add(24*time.Hour)); err != nil { // another replica's answer
					t.Fatal(err)
				}
				if err := s.LetGoThread(t.Context(), quiet[0].ID, before); err != nil {
					t.Fatal(err)
				}
				threadAt(t, s, "C1", "1.0")
				p.clock.advance(thread.LetGoAfter - time.Second)
				if quiet, err := s.QuietThreads(t.Context(), p.clock.now(), 20); err != nil || len(quiet) != 0 {
					t.Errorf("quiet again too soon: %+v %v", quiet, err)
				}
			})
		})
	}
}

func TestThreadPulse(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		pulse := func(want store.ThreadPulse) {
			t.Helper()
			if got, err := s.ThreadPulse(t.Context()); err != nil || got != want {
				t.Errorf("threads fare %+v %v, want %+v", got, err, want)
			}
		}
		pulse(store.ThreadPulse{})
		readAlong(t, s, "C1")
		readAlong(t, s, "C2")
		if err := s.SwitchThreads(t.Context(), thread.Channel{ID: "C2", By: "U1"}); err != nil {
			t.Fatal(err)
		}
		grant(t, s, named("conn-1", "cust-1", "Harbor"))
		bind(t, s, quoting(t, s, "1.0", "conn-1"), thread.Replied)
		pulse(store.ThreadPulse{Channels: 1, Threads: 1, Replies: 1, Oldest: start})
		tellAll(t, p, s)
		pulse(store.ThreadPulse{Channels: 1, Threads: 1})
	})
}

func TestReadingAlongIsOfferedOnce(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		offer := func(channel string) {
			t.Helper()
			if err := s.OfferThreads(t.Context(), channel); err != nil {
				t.Fatal(err)
			}
		}
		readAlong(t, s, "C2")
		offer("C1")
		offer("C1")
		offer("C2")
		want(t, "owed", inThreads(t, p), "C1 offer")
		if sent := tellAll(t, p, s); len(sent) != 1 || sent[0].Head.Kind != alert.OfferMessage {
			t.Errorf("sent %+v", sent)
		}
		c, err := s.ThreadChannel(t.Context(), "C1")
		if err != nil || c.On || c.By != "" || !c.Offered.Equal(start) {
			t.Errorf("C1 is %+v %v", c, err)
		}
		if err := s.SwitchThreads(t.Context(), thread.Channel{ID: "C1", On: true, By: "U1", SharedBy: "UADMIN"}); err != nil {
			t.Fatal(err)
		}
		c, err = s.ThreadChannel(t.Context(), "C1")
		if err != nil || c != (thread.Channel{ID: "C1", On: true, By: "U1", At: p.clock.now(), SharedBy: "UADMIN", Offered: start}) {
			t.Errorf("C1 is %+v %v", c, err)
		}
		if c, err := s.ThreadChannel(t.Context(), "C3"); err != nil || c != (thread.Channel{ID: "C3"}) {
			t.Errorf("C3 is %+v %v", c, err)
		}
	})
}
