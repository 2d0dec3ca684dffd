package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"perch/internal/alert"
	"perch/store"
)

func saveResolution(t *testing.T, s *store.Store, problemID int64, text, link string) alert.Resolution {
	t.Helper()
	saved, err := s.SaveResolution(t.Context(), alert.Resolution{ProblemID: problemID, Text: text, By: "U1", Permalink: link})
	if err != nil {
		t.Fatal(err)
	}
	return saved
}

// What opens again soon after its end is the same problem: what was said of it before
// is what was done last time.
func TestResolutionsAreShownWhenItOpensAgain(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 1)
		sub := subscribe(t, s, "C1", nil)
		p.fails(t, s, "gusto-1")
		one := open(t, s)[0]
		p.clock.advance(2 * time.Minute)
		p.heals(t, s, "gusto-1")
		p.clock.advance(2 * time.Minute)
		saved := saveResolution(t, s, one.ID, "they had changed the password", "https://slack.test/1")
		p.clock.advance(2 * time.Minute)
		p.fails(t, s, "gusto-1")
		if again := open(t, s)[0]; again.ID != one.ID {
			t.Fatalf("it is another problem: %+v", again)
		}
		shown, err := s.Shown(t.Context(), one.ID, sub.ID)
		if err != nil || shown.LastTime == nil || shown.LastTime.Text != saved.Text {
			t.Fatalf("last time: %+v %v", shown.LastTime, err)
		}
		p.clock.advance(2 * time.Minute)
		saveResolution(t, s, one.ID, "they had two factors", "https://slack.test/2")
		if shown, err = s.Shown(t.Context(), one.ID, sub.ID); err != nil || shown.LastTime == nil || shown.LastTime.Text != saved.Text {
			t.Errorf("what is said of this time is shown as the last: %+v %v", shown.LastTime, err)
		}
	})
}

func TestResolutionsAreShownNextTime(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 3)
		sub := subscribe(t, s, "C1", nil)
		lastTime := func(connectionID string) string {
			t.Helper()
			for _, problem := range open(t, s) {
				if problem.Key.ConnectionID != connectionID {
					continue
				}
				shown, err := s.Shown(t.Context(), problem.ID, sub.ID)
				if err != nil {
					t.Fatal(err)
				}
				if shown.LastTime == nil {
					return ""
				}
				return shown.LastTime.Text
			}
			t.Fatalf("nothing is wrong with %s", connectionID)
			return ""
		}
		p.fails(t, s, "gusto-1")
		one := open(t, s)[0]
		saved := saveResolution(t, s, one.ID, " they had changed\x00 the password ", "https://slack.test/1")
		if saved.ID == 0 || saved.Class != one.Class || saved.CustomerID != "cust-1" || saved.ProviderID != "gusto" || saved.Text != "they had changed the password" || !saved.At.Equal(p.clock.now()) {
			t.Errorf("saved is %+v", saved)
		}
		if got := lastTime("gusto-1"); got != "" {
			t.Errorf("its own is shown: %q", got)
		}
		if h := history(t, s, one.ID); !strings.HasSuffix(h, " noted") {
			t.Errorf("history: %s", h)
		}
		p.clock.advance(time.Minute)
		p.fails(t, s, "gusto-2")
		if got := lastTime("gusto-2"); got != saved.Text {
			t.Errorf("of the same provider: %q", got)
		}
		saveResolution(t, s, open(t, s)[1].ID, "we waited a day", "")
		p.clock.advance(3 * time.Hour)
		p.heals(t, s, "gusto-1")
		p.clock.advance(3 * time.Hour)
		p.fails(t, s, "gusto-1")
		if got := lastTime("gusto-1"); got != saved.Text {
			t.Errorf("of the same customer: %q", got)
		}
		p.fails(t, s, "gusto-3")
		if got := lastTime("gusto-3"); got != "we waited a day" {
			t.Errorf("the newest of the provider: %q", got)
		}
		again := saveResolution(t, s, one.ID, "they had two factors", "https://slack.test/1")
		if of, err := s.ResolutionsOf(t.Context(), one.ID); err != nil || len(of) != 1 || of[0] != again || again.ID != saved.ID {
			t.Errorf("of the first: %+v %v, want %+v", of, err, again)
		}
		meddle(t, p, `UPDATE subscriptions SET shared_by = 'UADMIN'`)
		if got := lastTime("gusto-3"); got != "" {
			t.Errorf("where others read: %q", got)
		}
		if err := errors.Join(s.DropResolution(t.Context(), again.ID), s.DropResolution(t.Context(), again.ID)); err != nil {
			t.Fatal(err)
		}
		if of, err := s.ResolutionsOf(t.Context(), one.ID); err != nil || len(of) != 0 {
			t.Errorf("dropped: %+v %v", of, err)
		}
	})
}

// cardForEach puts a card of its own into a channel for every problem.
func cardForEach(t *testing.T, p place) {
	t.Helper()
	meddle(t, p, `INSERT INTO cards (id, kind, subscription_id, problem_id, channel, place, ts, thread_ts, posted, grown, lines, dirty, haste, soiled, leased, edited)
		`+overriding(p)+`SELECT 1000 + pr.id, 0, 1, pr.id, 'C1', 'C1', '1.1', '', 1, 1, 0, 0, 0, 0, 0, 0 FROM problems pr`)
}

func TestResolutionsComeAndGoOnTheCardsOfWhatIsOpen(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 3)
		knownFrom(t, s, "adp", 0, 1) // of the first one's customer
		knownFrom(t, s, "bamboo", 7, 8)
		p.fails(t, s, "gusto-1")
		one := open(t, s)[0]
		p.clock.advance(3 * time.Hour)
		p.heals(t, s, "gusto-1")
		p.clock.advance(3 * time.Hour)
		for _, id := range []string{"gusto-1", "gusto-2", "gusto-3", "adp-1", "bamboo-8"} {
			p.fails(t, s, id)
		}
		p.heals(t, s, "gusto-3")
		cardForEach(t, p)
		dirty := func() (ids []string) {
			t.Helper()
			rows := look(t, p, `SELECT pr.connection_id FROM cards c JOIN problems pr ON pr.id = c.problem_id WHERE c.dirty > 0 AND pr.state = 'open' ORDER BY 1`)
			meddle(t, p, `UPDATE cards SET dirty = 0`)
			return rows
		}
		dirty()
		stirred := func() bool {
			select {
			case <-s.Owing():
				return true
			default:
				return false
			}
		}
		stirred()
		saved := saveResolution(t, s, one.ID, "a new password", "")
		want(t, "saved", dirty(), "adp-1", "gusto-1", "gusto-2")
		if !stirred() {
			t.Error("nobody is woken to edit them")
		}
		if err := s.DropResolution(t.Context(), saved.ID); err != nil {
			t.Fatal(err)
		}
		want(t, "dropped", dirty(), "adp-1", "gusto-1", "gusto-2")
		if !stirred() {
			t.Error("nobody is woken to edit them again")
		}
		if err := s.DropResolution(t.Context(), saved.ID); err != nil || stirred() {
			t.Errorf("dropped twice: %v, or somebody was woken", err)
		}
		want(t, "dropped twice", dirty())
	})
}

func TestOnlySoManyCardsChangeWithAResolution(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 53)
		for i := range 53 {
			p.fails(t, s, fmt.Sprint("gusto-", i+1))
			p.clock.advance(time.Minute)
		}
		cardForEach(t, p)
		newest := problems(t, s, alert.ProblemQuery{})[0].ID
		saveResolution(t, s, newest, "they waited", "")
		of := fmt.Sprintf(` FROM cards WHERE dirty > 0 AND problem_id <> %d`, newest)
		want(t, "the others'", look(t, p, `SELECT COUNT(*)`+of), "50")
		want(t, "the oldest", look(t, p, `SELECT problem_id`+of+` AND problem_id <= 2`))
	})
}

func TestResolutionsAreBoundedAndPruned(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 1)
		p.fails(t, s, "gusto-1")
		problem := theOnly(t, s)
		if saved := saveResolution(t, s, problem.ID, strings.Repeat("ä", 2000), "javascript:alert(1)"); len([]rune(saved.Text)) > alert.MaxResolution || saved.Permalink != "" {
			t.Errorf("kept are %d characters with %q", len([]rune(saved.Text)), saved.Permalink)
		}
		for problemID, text := range map[int64]string{problem.ID: " ", 99: "words"} {
			if _, err := s.SaveResolution(t.Context(), alert.Resolution{ProblemID: problemID, Text: text}); err == nil {
				t.Errorf("%q of problem %d is kept", text, problemID)
			} else if problemID == 99 && !errors.Is(err, alert.ErrUnknownProblem) {
				t.Error(err)
			}
		}
		prune := func(before time.Time) (left int) {
			t.Helper()
			if _, err := s.PruneProblems(t.Context(), before); err != nil {
				t.Fatal(err)
			}
			return len(look(t, p, `SELECT 1 FROM resolutions`))
		}
		if left := prune(start); left != 1 {
			t.Errorf("%d are left", left)
		}
		if left := prune(start.Add(time.Millisecond)); left != 0 {
			t.Errorf("%d are left of those that are old", left)
		}
	})
}

func TestWhatWentToFinchIsKept(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 1)
		p.fails(t, s, "gusto-1")
		id := theOnly(t, s).ID
		_, err := s.Act(t.Context(), id, func(q alert.Problem) (alert.Step, error) { return q.SentToFinch("U1", "FIN-12", p.clock.now()) })
		if got := theOnly(t, s); err != nil || got.SentBy != "U1" || got.SentRef != "FIN-12" || !got.SentAt.Equal(start) {
			t.Errorf("%+v %v", got, err)
		}
	})
}
