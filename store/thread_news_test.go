package store_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"perch/internal/alert"
	"perch/internal/connect"
	"perch/internal/finch"
	"perch/internal/thread"
	"perch/store"
)

// bound has the thread of C1 whose first message is root be about these ids, and
// tells its reply.
func bound(t testing.TB, p place, s *store.Store, root string, ids ...string) thread.Thread {
	t.Helper()
	readAlong(t, s, "C1")
	m := quoting(t, s, root, ids...)
	m.Root, m.Permalink = root, "https://slack.test/"+root
	bind(t, s, m, thread.Replied)
	tellAll(t, p, s)
	cleanCards(t, p, s)
	return threadAt(t, s, "C1", root)
}

// cleanCards brings all cards up to date and returns the roots of the replies among
// them, in order.
func cleanCards(t testing.TB, p place, s *store.Store) (roots []string) {
	t.Helper()
	for {
		e, ok, err := s.TakeEdit(t.Context(), testLease)
		if err != nil {
			t.Fatal(err)
		}
		if !ok && len(look(t, p, `SELECT 1 FROM cards WHERE dirty > 0 AND ts <> ''`)) == 0 {
			slices.Sort(roots)
			return roots
		}
		if !ok {
			p.clock.advance(time.Second)
			continue
		}
		noteEdit(t, s, e, alert.EditResult{End: alert.EditDone})
		if e.Card.Root != "" {
			roots = append(roots, e.Card.Root)
		}
	}
}

// news is what is owed in threads and to those who watch, and takes it all:
// "C1 1.0 words".
func news(t testing.TB, p place, s *store.Store) (lines []string) {
	t.Helper()
	for _, turn := range tellAll(t, p, s) {
		line := turn.Head.Channel + " "
		if turn.Head.Kind == alert.NewsMessage {
			line += turn.Card.Root + " "
		}
		lines = append(lines, line+turn.Head.Body.Words)
	}
	slices.Sort(lines)
	return lines
}

// wantNews wants lines that begin and end so, each as "beginning … end".
func wantNews(t testing.TB, what string, got []string, want ...string) {
	t.Helper()
	same := slices.EqualFunc(got, want, func(line, like string) bool {
		begin, end, _ := strings.Cut(like, "…")
		return strings.HasPrefix(line, begin) && strings.HasSuffix(line, end)
	})
	if !same {
		t.Errorf("%s:\ngot  %q\nwant %q", what, got, want)
	}
}

func TestAThreadHearsHowAJobEndsOnce(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 2)
		job := sync1()
		job.ConnectionID, job.Scheduled, job.Status = "gusto-1", time.Time{}, finch.JobPending
		record(t, s, job)
		about := bound(t, p, s, "1.0", job.ID)
		bound(t, p, s, "2.0", "gusto-2")
		if err := s.WatchThread(t.Context(), about.ID, "U9", true); err != nil {
			t.Fatal(err)
		}
		job.Status, job.Learned = finch.JobRunning, start.Add(time.Minute)
		record(t, s, job)
		wantNews(t, "while it runs", news(t, p, s))
		want(t, "replies edited while it runs", cleanCards(t, p, s), "1.0")
		job.Status, job.Learned, job.Completed = finch.JobComplete, start.Add(time.Hour), p.clock.now()
		record(t, s, job)
		select {
		case <-s.Owing():
		default:
			t.Error("whoever tells was not woken")
		}
		words := ":white_check_mark: Job " + job.ID[:8]
		wantNews(t, "at its end", news(t, p, s), "C1 1.0 "+words, "U9 "+words+"…<https://slack.test/1.0|In the thread>")
		want(t, "replies edited at its end", cleanCards(t, p, s), "1.0")
		job.Learned = start.Add(2 * time.Hour)
		record(t, s, job)
		wantNews(t, "told again", news(t, p, s))
	})
}

// A word to who watches a thread names its reply, so that it can be asked whether they
// may still read there; it is no line of the thread.
func TestAWordToAWatcherNamesTheThread(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 1)
		about := bound(t, p, s, "1.0", "gusto-1")
		if err := s.WatchThread(t.Context(), about.ID, "U9", true); err != nil {
			t.Fatal(err)
		}
		p.fails(t, s, "gusto-1")
		var of []int64
		for _, turn := range tellAll(t, p, s) {
			if turn.Head.Kind == alert.NoticeMessage {
				of = append(of, turn.Head.CardID)
			}
		}
		if !slices.Equal(of, []int64{about.CardID}) {
			t.Errorf("notices of the replies %v, want of %d", of, about.CardID)
		}
		want(t, "lines in the thread", look(t, p, `SELECT lines FROM cards WHERE root = '1.0'`), "1")
	})
}

func TestAThreadHearsOfAProblemInOneLine(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 2)
		job := sync1()
		job.ConnectionID, job.Scheduled, job.Status = "gusto-1", time.Time{}, finch.JobRunning
		record(t, s, job)
		about := bound(t, p, s, "1.0", job.ID, "gusto-1", "cust-1")
		bound(t, p, s, "2.0", "gusto-2")
		job.Status, job.Learned, job.Completed = finch.JobFailed, p.clock.now(), p.clock.now()
		record(t, s, job)
		got := news(t, p, s)
		wantNews(t, "of the problem, not of the job besides", got, "C1 1.0 :x: Sync failed: …")
		if len(got) == 1 && strings.Contains(got[0], "Customer") {
			t.Errorf("%q names the customer", got[0])
		}
		want(t, "replies edited", cleanCards(t, p, s), "1.0")
		problem := open(t, s)[0]
		if _, err := s.Act(t.Context(), problem.ID, func(q alert.Problem) (alert.Step, error) { return q.Claim("U1", p.clock.now()) }); err != nil {
			t.Fatal(err)
		}
		wantNews(t, "of a claim", news(t, p, s))
		want(t, "replies edited after a claim", cleanCards(t, p, s), "1.0")
		shown, err := s.ThreadShown(t.Context(), about.CardID)
		if err != nil || len(shown.Entries) != 3 || shown.Entries[1].Problems == nil || shown.Entries[1].Problems[0].ClaimedBy != "U1" {
			t.Fatalf("shown is %+v %v", shown, err)
		}
		p.clock.advance(time.Hour)
		p.heals(t, s, "gusto-1")
		wantNews(t, "when it is over", news(t, p, s), "C1 1.0 :large_green_circle: The next sync of connection gusto-1")
		shown, err = s.ThreadShown(t.Context(), about.CardID)
		if err != nil || shown.Entries[0].Job == nil || shown.Entries[0].Job.Status != finch.JobFailed || shown.Entries[0].Healed.ID == "" ||
			len(shown.Entries[1].Problems) != 0 || shown.Entries[2].Of != 1 || len(shown.Entries[2].Connections) != 1 {
			t.Errorf("shown when it is over: %+v %v", shown, err)
		}
		next := shown.Entries[0].Healed.ID
		p.clock.advance(24 * time.Hour)
		p.heals(t, s, "gusto-1")
		if shown, err = s.ThreadShown(t.Context(), about.CardID); err != nil || shown.Entries[0].Healed.ID != next {
			t.Errorf("a day later the next sync is %s, not %s: %v", shown.Entries[0].Healed.ID, next, err)
		}
	})
}

func TestAStoppedThreadHearsNothing(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 1)
		about := bound(t, p, s, "1.0", "gusto-1")
		if err := s.WatchThread(t.Context(), about.ID, "U9", true); err != nil {
			t.Fatal(err)
		}
		p.fails(t, s, "gusto-1")
		if err := s.StopThread(t.Context(), about.ID, "U1"); err != nil {
			t.Fatal(err)
		}
		wantNews(t, "what was owed when it was stopped", news(t, p, s), "U9 :x: Sync failed…")
		p.clock.advance(time.Hour)
		p.heals(t, s, "gusto-1")
		wantNews(t, "stopped", news(t, p, s))
		if err := errors.Join(s.ResumeThread(t.Context(), about.ID), s.WatchThread(t.Context(), about.ID, "U9", false), s.WatchThread(t.Context(), 99, "U9", false)); err != nil {
			t.Fatal(err)
		}
		p.clock.advance(2 * time.Hour)
		p.fails(t, s, "gusto-1")
		wantNews(t, "resumed, nobody watching", news(t, p, s), "C1 1.0 :x: Sync failed…")
	})
}

func TestWhatHappenedBeforeTheReplyIsInIt(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 1)
		readAlong(t, s, "C1")
		bind(t, s, quoting(t, s, "1.0", "gusto-1"), thread.Replied)
		p.fails(t, s, "gusto-1")
		p.clock.advance(time.Second)
		sent := tellAll(t, p, s)
		if len(sent) != 1 || sent[0].Head.Kind != alert.ReplyMessage {
			t.Errorf("sent %+v, want the reply alone", sent)
		}
	})
}

func TestAThreadHearsWhereAnEmployerStands(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		alone := fern("s-alone-1")
		alone.CustomerID, alone.CustomerName = "", ""
		register(t, s, fern("s-fern-1"), of("s-acme-1", "cust-acme", "Acme"), alone)
		readDue(t, s)
		bound(t, p, s, "1.0", "s-fern-1")
		bound(t, p, s, "2.0", "cust-fern")
		bound(t, p, s, "3.0", "s-alone-1")
		bound(t, p, s, "4.0", "s-acme-1")
		readDue(t, s)
		wantNews(t, "nothing has moved", news(t, p, s))
		p.tells(t, s, "s-fern-1", connect.Opened, "")
		wantNews(t, "opened", news(t, p, s), "C1 1.0 …", "C1 2.0 …")
		want(t, "replies edited", cleanCards(t, p, s), "1.0", "2.0")
		since := p.clock.now()
		p.tells(t, s, "s-fern-1", connect.StageEntered, connect.TermsOfService)
		p.tells(t, s, "s-fern-1", connect.StageEntered, connect.ProviderSelection)
		if p.clock.now().Sub(since) < 40*time.Second {
			wantNews(t, "within a minute", news(t, p, s))
		}
		p.reads(t, s, time.Minute)
		wantNews(t, "a minute later, in one", news(t, p, s), "C1 1.0 …", "C1 2.0 …")
		p.reads(t, s, time.Minute)
		wantNews(t, "again", news(t, p, s))
		p.tells(t, s, "s-alone-1", connect.Opened, "")
		wantNews(t, "whose customer nobody knows", news(t, p, s), "C1 3.0 …")
	})
}

func TestTwoThreadsOnOneProblemKnowOfEachOther(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 2)
		sub := subscribe(t, s, "C9", nil)
		p.fails(t, s, "gusto-1")
		problem := theOnly(t, s)
		tellAll(t, p, s)
		first := bound(t, p, s, "1.0", "gusto-1")
		p.clock.advance(time.Hour)
		if got := len(look(t, p, `SELECT 1 FROM cards WHERE dirty > 0`)); got != 0 {
			t.Fatalf("%d cards are dirty", got)
		}
		m := quoting(t, s, "2.0", "cust-1")
		m.Root, m.Permalink = "2.0", "https://slack.test/2.0"
		bind(t, s, m, thread.Replied)
		want(t, "the problem's card and the other's reply are edited", look(t, p, `SELECT kind FROM cards WHERE dirty > 0 ORDER BY kind`), "0", "3")
		tellAll(t, p, s)
		cleanCards(t, p, s)
		asked := quoting(t, s, "3.0", "gusto-1")
		asked.Channel, asked.Root, asked.Asked, asked.SharedBy = "CSHARED", "3.0", true, "UADMIN"
		bind(t, s, asked, thread.Replied)
		shown, err := s.ThreadShown(t.Context(), first.CardID)
		if err != nil || len(shown.Others) != 1 || shown.Others[0].Permalink != "https://slack.test/2.0" || shown.Others[0].Channel != "C1" {
			t.Errorf("the first knows of %+v %v", shown.Others, err)
		}
		of, err := s.Shown(t.Context(), problem.ID, sub.ID)
		if err != nil || len(of.Discussed) != 2 || of.Discussed[0].Permalink != "https://slack.test/2.0" || of.Discussed[1].Permalink != "https://slack.test/1.0" {
			t.Errorf("the card knows of %+v %v", of.Discussed, err)
		}
		cleanCards(t, p, s)
		if err := s.LetGoThread(t.Context(), threadAt(t, s, "CSHARED", "3.0").ID, p.clock.now().Add(thread.LetGoAfter)); err != nil {
			t.Fatal(err)
		}
		want(t, "edited when one is let go", cleanCards(t, p, s), "1.0", "2.0")
		meddle(t, p, `UPDATE subscriptions SET shared_by = 'UADMIN'`)
		if of, err := s.Shown(t.Context(), problem.ID, sub.ID); err != nil || of.Discussed != nil {
			t.Errorf("a card that others read knows of %+v %v", of.Discussed, err)
		}
		if err := s.SwitchThreads(t.Context(), thread.Channel{ID: "C1", On: true, By: "U1", SharedBy: "UADMIN"}); err != nil {
			t.Fatal(err)
		}
		shown, err = s.ThreadShown(t.Context(), first.CardID)
		if err != nil || shown.Others != nil || shown.Thread.SharedBy != "UADMIN" {
			t.Errorf("in a channel that is shared: %+v %v", shown, err)
		}
		if _, err := s.ThreadShown(t.Context(), 99); !errors.Is(err, thread.ErrUnknown) {
			t.Errorf("of no card: %v", err)
		}
	})
}

func TestEntriesOfManyAndOfWhatIsGone(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		var grants []finch.Grant
		for _, id := range []string{"a", "b", "c", "d", "e", "f", "g"} {
			g := named("conn-"+id, "cust-1", "Acme")
			if id == "g" {
				g = in(finch.Reauth, g)
			}
			grants = append(grants, g)
		}
		grant(t, s, grants...)
		register(t, s, fern("fern-1"))
		entries, err := s.Entries(t.Context(), []thread.Bond{
			{Kind: thread.Customer, ID: "cust-1", CustomerID: "cust-1"},
			{Kind: thread.Customer, ID: "cust-fern", CustomerID: "cust-fern"},
			{Kind: thread.Session, ID: "fern-1", CustomerID: "cust-fern"},
			{Kind: thread.Job, ID: "gone"},
			{Kind: thread.Connection, ID: "gone", ConnectionID: "gone"},
			{Kind: thread.Session, ID: "gone"},
			{Kind: thread.Company, ID: "gone"},
			{Kind: thread.Customer, ID: "gone"},
		})
		if err != nil || len(entries) != 8 {
			t.Fatalf("%+v %v", entries, err)
		}
		if e := entries[0]; e.Of != 7 || len(e.Connections) != 5 || e.Connections[0].ID != "conn-g" || len(e.Problems) != 1 || e.Gone || e.Session != nil {
			t.Errorf("of many: %+v", e)
		}
		for _, e := range entries[1:3] {
			if e.Session == nil || e.Session.Session.ID != "fern-1" || e.Gone {
				t.Errorf("of a session: %+v", e)
			}
		}
		for _, e := range entries[3:] {
			if !e.Gone {
				t.Errorf("of what is gone: %+v", e)
			}
		}
	})
}

func TestALookThatShowsNothingNewEditsNoReply(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 1)
		bound(t, p, s, "1.0", "company-gusto-1")
		facts := named("gusto-1", "cust-1", "gusto Customer 1").Facts
		facts.Introspection.ConnectionStatus.LastSync = finch.SyncTime{At: start.Add(-time.Hour)}
		learn := func() []string {
			p.clock.advance(time.Hour)
			facts.At = p.clock.now()
			if err := s.Learn(t.Context(), facts); err != nil {
				t.Fatal(err)
			}
			return cleanCards(t, p, s)
		}
		learn()
		want(t, "edited after a look like the one before", learn())
		facts.Introspection.ConnectionStatus.LastSync = finch.SyncTime{At: start}
		want(t, "edited after a look that told of a sync", learn(), "1.0")
		if err := s.Forget(t.Context(), "gusto-1"); err != nil {
			t.Fatal(err)
		}
		want(t, "edited after its end", cleanCards(t, p, s), "1.0")
	})
}
