package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"perch/internal/alert"
	"perch/store"
)

// tellAll sends what is owed until nothing is, letting time pass.
func tellAll(t testing.TB, p place, s *store.Store) (sent []alert.Turn) {
	t.Helper()
	for range 100 {
		turn, plan, ok, err := s.TakeTurn(t.Context(), testLease, anyFails)
		switch {
		case err != nil:
			t.Fatal(err)
		case ok && plan.Act == alert.DoSend:
			note(t, s, turn, stands(turn))
			sent = append(sent, turn)
		case !ok:
			if owed, _, err := s.Backlog(t.Context()); owed == 0 || err != nil {
				return sent
			}
			p.clock.advance(time.Second)
		}
	}
	t.Fatal("it does not come to an end")
	return nil
}

func takeEdit(t testing.TB, s *store.Store) alert.Edit {
	t.Helper()
	e, ok, err := s.TakeEdit(t.Context(), testLease)
	if err != nil || !ok {
		t.Fatalf("no card to edit: %v", err)
	}
	return e
}

func takeNoEdit(t testing.TB, s *store.Store, why string) {
	t.Helper()
	if e, ok, err := s.TakeEdit(t.Context(), testLease); ok || err != nil {
		t.Errorf("%s: %+v %v", why, e, err)
	}
}

func noteEdit(t testing.TB, s *store.Store, e alert.Edit, r alert.EditResult) {
	t.Helper()
	if err := s.NoteEdit(t.Context(), e, r); err != nil {
		t.Fatal(err)
	}
}

func TestACardIsEditedWhenItsProblemChanges(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		subscribe(t, s, "C1", nil)
		known(t, s, "gusto", 1)
		p.fails(t, s, "gusto-1")
		tellAll(t, p, s)
		takeNoEdit(t, s, "what was just posted is true")
		p.clock.advance(time.Minute)
		p.fails(t, s, "gusto-1")
		hasWork(t, s, true)
		first := takeEdit(t, s)
		if first.Card.Channel != "C1" || first.Card.ProblemID != 1 || first.Card.TS == "" {
			t.Errorf("edits %+v", first.Card)
		}
		takeNoEdit(t, s, "while it is edited")
		p.clock.advance(time.Second)
		p.heals(t, s, "gusto-1") // meanwhile
		noteEdit(t, s, first, alert.EditResult{End: alert.EditDone})
		second := takeEdit(t, s)
		noteEdit(t, s, second, alert.EditResult{End: alert.EditDone})
		takeNoEdit(t, s, "when it is true")
		hasWork(t, s, false)
	})
}

func TestWhatChangesWhileACardIsOnItsWayIsEditedIn(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		subscribe(t, s, "C1", nil)
		known(t, s, "gusto", 1)
		p.fails(t, s, "gusto-1")
		turn := take(t, s)
		p.clock.advance(time.Second)
		p.heals(t, s, "gusto-1")
		takeNoEdit(t, s, "before it stands")
		note(t, s, turn, stands(turn))
		noteEdit(t, s, takeEdit(t, s), alert.EditResult{End: alert.EditDone})
	})
}

func TestEditsOfTheWorkspaceArePaced(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		const channels = 20
		for i := range channels {
			subscribe(t, s, fmt.Sprintf("C%d", i), nil)
		}
		known(t, s, "gusto", 1)
		p.fails(t, s, "gusto-1")
		tellAll(t, p, s)
		p.heals(t, s, "gusto-1")
		edited := 0
		var held []alert.Edit
		for range channels {
			e, ok, err := s.TakeEdit(t.Context(), testLease)
			if err != nil {
				t.Fatal(err)
			}
			if ok {
				edited, held = edited+1, append(held, e)
			}
		}
		if edited != 8 {
			t.Errorf("%d edits at once, want 8", edited)
		}
		hasWork(t, s, false)
		p.clock.advance(2 * time.Second)
		hasWork(t, s, true)
		held = append(held, takeEdit(t, s))
		takeNoEdit(t, s, "one in two seconds")
		p.clock.advance(4 * time.Second)
		noteEdit(t, s, held[0], alert.EditResult{End: alert.EditSlowDown, Until: p.clock.now().Add(30 * time.Second)})
		takeNoEdit(t, s, "when Slack wants none")
		p.clock.advance(29 * time.Second)
		takeNoEdit(t, s, "before Slack's time")
		p.clock.advance(time.Second)
		takeEdit(t, s)
	})
}

func TestAChannelsEditsArePutOffTogether(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		subscribe(t, s, "C1", nil)
		known(t, s, "gusto", 2)
		p.fails(t, s, "gusto-1")
		tellAll(t, p, s)
		p.clock.advance(time.Hour)
		p.fails(t, s, "gusto-2")
		tellAll(t, p, s)
		p.heals(t, s, "gusto-1")
		p.heals(t, s, "gusto-2")
		noteEdit(t, s, takeEdit(t, s), alert.EditResult{End: alert.EditPutOff, Until: p.clock.now().Add(time.Minute)})
		takeNoEdit(t, s, "in a channel that does not answer")
		p.clock.advance(time.Minute)
		takeEdit(t, s)
		takeEdit(t, s)
	})
}

func TestALostMessageIsOwedAfresh(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		subscribe(t, s, "C1", nil)
		known(t, s, "gusto", 1)
		p.fails(t, s, "gusto-1")
		before := tellAll(t, p, s)
		p.heals(t, s, "gusto-1")
		noteEdit(t, s, takeEdit(t, s), alert.EditResult{End: alert.EditLost})
		takeNoEdit(t, s, "a card that is gone")
		want(t, "owed", owed(t, p), "C1 card 1")
		after := tellAll(t, p, s)
		if len(after) != 1 || after[0].Head.Key == before[0].Head.Key {
			t.Errorf("told afresh as %+v", after)
		}
		want(t, "heard", heard(t, p), "1 1 told now")
	})
}

func TestALostMessageThatSeveralHeardOfIsOneAgain(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		subscribe(t, s, "C1", nil)
		subscribe(t, s, "C1", nil)
		known(t, s, "gusto", 1)
		p.fails(t, s, "gusto-1")
		tellAll(t, p, s)
		p.clock.advance(20 * time.Second)
		noteEdit(t, s, takeEdit(t, s), alert.EditResult{End: alert.EditDone}) // both are told by one card
		p.fails(t, s, "gusto-1")
		noteEdit(t, s, takeEdit(t, s), alert.EditResult{End: alert.EditLost})
		if after := tellAll(t, p, s); len(after) != 1 {
			t.Errorf("told afresh as %+v", after)
		}
		want(t, "both on the card that stands", look(t, p, `SELECT COUNT(*) FROM tellings t JOIN cards c ON c.id = t.card_id WHERE c.ts <> ''`), "2")
	})
}

// Old messages name problems, and tellings name cards, that may be gone.
func TestNumbersAreNotGivenTwice(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 1)
		subscribe(t, s, "C1", nil)
		var cards, problems []string
		for range 2 {
			p.fails(t, s, "gusto-1")
			tellAll(t, p, s)
			problems = append(problems, look(t, p, `SELECT id FROM problems`)...)
			cards = append(cards, look(t, p, `SELECT id FROM cards`)...)
			p.clock.advance(time.Minute)
			p.heals(t, s, "gusto-1")
			p.clock.advance(time.Hour)
			if _, err := s.PruneProblems(t.Context(), p.clock.now()); err != nil {
				t.Fatal(err)
			}
			p.clock.advance(24 * time.Hour)
		}
		want(t, "problems", problems, "1", "2")
		want(t, "cards", cards, "1", "2")
	})
}

func TestSeveralAtOnceShareASummaryWithAList(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		subscribe(t, s, "C1", nil)
		for i := range 6 {
			known(t, s, fmt.Sprintf("provider%d", i), 1)
		}
		fail := func(from, to int) {
			for i := from; i < to; i++ {
				p.fails(t, s, fmt.Sprintf("provider%d-1", i))
			}
		}
		fail(0, 3)
		sent := tellAll(t, p, s)
		if len(sent) != 2 || sent[0].Head.Kind != alert.ManyMessage || sent[1].Head.Kind != alert.ListMessage {
			t.Fatalf("sent %d messages: %+v", len(sent), sent)
		}
		summary := *sent[0].Card
		list, ok, err := s.CardAt(t.Context(), "C1", stands(sent[0]).TS)
		if err != nil || !ok || list.ThreadTS != stands(sent[1]).TS || list.Lines != 1 {
			t.Errorf("the card is %+v %v %v", list, ok, err)
		}
		ps, err := s.OnCard(t.Context(), summary)
		if err != nil || len(ps) != 3 {
			t.Errorf("shows %d problems: %v", len(ps), err)
		}
		p.clock.advance(time.Minute)
		fail(3, 4) // joins it
		if again := tellAll(t, p, s); len(again) != 0 {
			t.Errorf("sent %+v", again)
		}
		if heard := strings.Join(heard(t, p), "|"); !strings.Contains(heard, "1 4 owed") {
			t.Errorf("told before it was edited in: %s", heard)
		}
		e := takeEdit(t, s)
		noteEdit(t, s, e, alert.EditResult{End: alert.EditDone})
		want(t, "heard", heard(t, p), "1 1 told now", "1 2 told now", "1 3 told now", "1 4 told now")
		p.clock.advance(3 * time.Minute)
		fail(4, 5) // too late
		if again := tellAll(t, p, s); len(again) != 1 || again[0].Head.Kind != alert.CardMessage {
			t.Errorf("sent %+v", again)
		}
		p.heals(t, s, "provider0-1")
		noteEdit(t, s, takeEdit(t, s), alert.EditResult{End: alert.EditLost})
		if again := tellAll(t, p, s); len(again) != 2 || again[0].Head.Kind != alert.ManyMessage || again[1].Head.Kind != alert.ListMessage {
			t.Errorf("afresh: %+v", again)
		}
	})
}

// An edit that took longer than its lease finds the list gone, as the one that overtook
// it did.
func TestAListThatTwoEditsMissIsOwedOnce(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		subscribe(t, s, "C1", nil)
		for i := range 3 {
			known(t, s, fmt.Sprintf("provider%d", i), 1)
			p.fails(t, s, fmt.Sprintf("provider%d-1", i))
		}
		sent := tellAll(t, p, s)
		p.heals(t, s, "provider0-1")
		slow := takeEdit(t, s)
		p.clock.advance(testLease)
		noteEdit(t, s, takeEdit(t, s), alert.EditResult{End: alert.EditListLost})
		again := tellAll(t, p, s)
		if len(again) != 1 || again[0].Head.Kind != alert.ListMessage {
			t.Fatalf("sent afresh: %+v", again)
		}
		noteEdit(t, s, slow, alert.EditResult{End: alert.EditListLost})
		if more := tellAll(t, p, s); len(more) != 0 {
			t.Errorf("and once more: %+v", more)
		}
		summary, _, err := s.CardAt(t.Context(), "C1", stands(sent[0]).TS)
		if err != nil || summary.ThreadTS != stands(again[0]).TS || summary.Lines != 1 {
			t.Errorf("the card is %+v %v", summary, err)
		}
	})
}

func TestWhatOneHasYetToHearIsEditedFirst(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		subscribe(t, s, "C1", nil)
		subscribe(t, s, "C2", func(w *alert.Wish) { w.Include.Providers = []string{"elsewhere"} })
		known(t, s, "elsewhere", 1)
		for i := range 3 {
			known(t, s, fmt.Sprintf("provider%d", i), 1)
		}
		p.fails(t, s, "elsewhere-1")
		tellAll(t, p, s)
		p.clock.advance(time.Hour)
		p.fails(t, s, "provider0-1")
		p.fails(t, s, "provider1-1")
		tellAll(t, p, s)
		p.heals(t, s, "elsewhere-1") // two cards are untrue now
		p.clock.advance(time.Minute)
		p.fails(t, s, "provider2-1")
		tellAll(t, p, s)
		if e := takeEdit(t, s); e.Card.Kind != alert.SummaryCard {
			t.Errorf("edits %+v first", e.Card)
		}
	})
}

func TestAGivenUpMessageTellsNothing(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		subscribe(t, s, "C1", nil)
		known(t, s, "gusto", 1)
		p.fails(t, s, "gusto-1")
		note(t, s, take(t, s), alert.Result{End: alert.EndGivenUp, Reason: "refused"})
		want(t, "owed", owed(t, p))
		want(t, "heard", heard(t, p), "1 1 dropped refused")
		want(t, "cards", look(t, p, "SELECT id FROM cards"))
	})
}

func TestOldMessagesAreForgotten(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		sub := subscribe(t, s, "C1", nil)
		known(t, s, "gusto", 2)
		p.fails(t, s, "gusto-1")
		tellAll(t, p, s)
		if err := s.PauseSubscription(t.Context(), sub.ID, "UANN", ""); err != nil {
			t.Fatal(err)
		}
		p.clock.advance(time.Hour)
		if n, err := s.PruneOutbox(t.Context(), start); n != 0 || err != nil {
			t.Errorf("%d went before their time: %v", n, err)
		}
		if n, err := s.PruneOutbox(t.Context(), p.clock.now()); n != 1 || err != nil {
			t.Errorf("%d went: %v", n, err)
		}
	})
}
