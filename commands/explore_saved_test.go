package commands

import (
	"strings"
	"testing"

	"perch/internal/explore"
)

func TestSavedQuestionsFillTheForm(t *testing.T) {
	t.Parallel()
	d, q := bench(t)
	q.saved = keptQuestions(t)
	d.slash("/explore", "")
	v := d.sees("First five")
	if strings.Contains(v.raw, "Elsewhere") || strings.Contains(v.raw, `"Sync"`) {
		t.Errorf("offered %s", v.raw)
	}
	d.press(v, "explore.saved", "2", map[string][]string{"saved": {"2"}})
	v = d.sees("2026-11-01")
	if !strings.Contains(v.raw, "Harbor Coffee Roasters") {
		t.Errorf("shown %s", v.raw)
	}
	for _, id := range []string{"4", "9", "x"} {
		d.press(v, "explore.saved", id, nil)
		d.sees("somebody deleted it")
	}
	d.press(v, "explore.saved", "3", nil)
	d.sees("set to only read")
}

func TestSavedQuestionsAreListed(t *testing.T) {
	t.Parallel()
	d, q := bench(t)
	d.slash("/explore", "saved")
	d.hears("Nothing is saved yet")
	q.saved = keptQuestions(t)
	d.slash("/explore", "saved")
	d.hears("Saved questions (2)")
	d.click("explore.saved_open", "saved.2", "2")
	d.sees("param:end_date")
	d.click("explore.saved_open", "saved.1", "1")
	q.wasAsked(t, "c-one GET /employer/directory limit=5")
}

func TestOnlyItsMakerOrAnAdminDeletesAChannelsQuestion(t *testing.T) {
	t.Parallel()
	for asker, want := range map[string]string{`{}`: "only they and admins can delete it", `{"is_admin":true}`: "Saved questions (1)"} {
		d, q := bench(t)
		q.saved = append(keptQuestions(t)[:2], explore.Saved{ID: 5, Place: "C1", Name: "Jobs", Query: question(t, "GET /jobs/automated", "c-one", nil), Maker: "UBO"})
		q.saved = q.saved[1:]
		d.asker = asker
		d.clickOwn("explore.saved_drop", "saved.5", "5")
		d.hears(want)
	}
}

func TestSavedListCards(t *testing.T) {
	many := savedList{Channel: "C1", Whose: map[string]string{"c-one": hostile}}
	for i := range 25 {
		many.Saved = append(many.Saved, explore.Saved{ID: int64(i), Place: "U1", Name: strings.Repeat("Ü", 60), Query: question(t, "GET /employer/directory", "c-one", nil)})
	}
	hostileOne := many
	hostileOne.Saved = []explore.Saved{{ID: 1, Place: "C1", Name: hostile, Query: many.Saved[0].Query}}
	check(t, "explore_saved_none", savedList{}.card())
	check(t, "explore_saved_list", savedList{Saved: keptQuestions(t), Channel: "C1", Whose: map[string]string{"c-one": "Harbor Coffee"}}.card())
	check(t, "explore_saved_many", many.card())
	check(t, "explore_saved_hostile", hostileOne.card())
	check(t, "help_explore", exploreHelp(nil))
}
