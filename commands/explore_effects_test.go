package commands

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/explore"
	"perch/internal/finch"
)

// disconnecting is a named admin who is shown what would end a connection.
func disconnecting(t *testing.T) (*desk, *oracle, shown) {
	t.Helper()
	o := &oracle{t: t, answer: `{"status":"success"}`}
	d := newDesk(t, o.sources(), "U1")
	d.slash("/explore", "harbor POST /disconnect")
	form := d.sees("/disconnect")
	return d, o, d.submit(form, nil)
}

func TestAWriteIsShownThenSentOnce(t *testing.T) {
	t.Parallel()
	d, o, v := disconnecting(t)
	for _, want := range []string{"POST /disconnect", "*production", "Type the customer's name", harbor().ID} {
		if v.Action != "update" || !strings.Contains(v.raw, want) {
			t.Errorf("it does not say %q: %s", want, v.raw)
		}
	}
	for _, name := range []string{"", "Harbor", "harbor coffee roaster"} {
		if wrong := d.submit(v, map[string][]string{"name": {name}}); wrong.Action != "errors" || wrong.Errors["name"] == "" {
			t.Errorf("%q answers %s", name, wrong.raw)
		}
	}
	if n := len(o.orders()); n != 0 {
		t.Fatalf("it was sent %d times before anybody said yes", n)
	}
	for range 2 {
		done := d.submit(v, map[string][]string{"name": {"  harbor COFFEE roasters "}})
		if done.Action != "update" || !strings.Contains(done.raw, "200 OK") || strings.Contains(done.raw, "explore.again") {
			t.Errorf("answered %s", done.raw)
		}
	}
	if got := o.orders(); len(got) != 1 || got[0].Query.Endpoint.Name() != "POST /disconnect" || got[0].Query.ConnectionID != harbor().ID {
		t.Errorf("sent %+v", got)
	}
}

func TestAWriteIsSentAgainOnlyIfItSurelyDidNotReachFinch(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fails error
		says  string
		sent  int
	}{
		"not noted": {fmt.Errorf("explore: %w", explore.ErrUnaccounted), "audit log cannot be written", 2},
		"no token":  {fmt.Errorf("explore: %w", finch.ErrNoToken), "There is no access token here", 2},
		"unknown":   {errors.New("disk full"), "does not know whether Finch did this", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, o, v := disconnecting(t)
			o.fails = tt.fails
			named := map[string][]string{"name": {"Harbor Coffee Roasters"}}
			if failed := d.submit(v, named); strings.Contains(failed.raw, "disk full") || !strings.Contains(failed.raw, tt.says) {
				t.Errorf("answered %s", failed.raw)
			}
			o.fails = nil
			if done := d.submit(v, named); strings.Contains(done.raw, "200 OK") != (tt.sent == 2) || len(o.orders()) != tt.sent {
				t.Errorf("sent %d times, answered %s", len(o.orders()), done.raw)
			}
		})
	}
}

func TestAnAnswerIsNoProposal(t *testing.T) {
	t.Parallel()
	d, o, v := disconnecting(t)
	named := map[string][]string{"name": {"Harbor Coffee Roasters"}}
	forged := v
	forged.View.PrivateMetadata = d.submit(v, named).View.PrivateMetadata
	if again := d.submit(forged, named); len(o.orders()) != 1 || strings.Contains(again.raw, "200 OK") {
		t.Errorf("sent %d times, answered %s", len(o.orders()), again.raw)
	}
}

func TestAProposalThatIsNotHeldIsShownAgain(t *testing.T) {
	t.Parallel()
	d, o, v := disconnecting(t)
	o.pass(shelfLife) // as where another process holds it
	named := map[string][]string{"name": {"Harbor Coffee Roasters"}}
	again := d.submit(v, named)
	for _, want := range []string{"no longer held, so nothing was sent just now", "POST /disconnect", "*production", "Type the customer's name"} {
		if again.Action != "update" || !strings.Contains(again.raw, want) {
			t.Errorf("it does not say %q: %s", want, again.raw)
		}
	}
	if len(o.orders()) != 0 {
		t.Fatalf("sent unseen %d times", len(o.orders()))
	}
	if done := d.submit(again, named); !strings.Contains(done.raw, "200 OK") || len(o.orders()) != 1 {
		t.Errorf("sent %d times, answered %s", len(o.orders()), done.raw)
	}
}

func TestAProposalIsShownAgainToThoseAloneWhoMay(t *testing.T) {
	t.Parallel()
	o := &oracle{t: t, answer: `{"status":"success"}`}
	x := explorer{Sources: o.sources(), shelf: newShelf(time.Now)}
	ask := func(role bot.Role, writes bool, text string) error {
		x.ExploreWrites = writes
		_, err := x.send(t.Context(), &bot.Request{Who: bot.Person{ID: "U1", Role: role}, View: &bot.View{Private: look{ID: "gone", Ask: text}.String()}})
		return err
	}
	for name, tt := range map[string]struct {
		err  error
		want string
	}{
		"demoted":         {ask(bot.Admin, true, harbor().ID+" POST /disconnect"), "only admins named"},
		"writes are off":  {ask(bot.NamedAdmin, false, harbor().ID+" POST /disconnect"), "set to only read"},
		"only reads":      {ask(bot.NamedAdmin, true, harbor().ID+" GET /introspect"), ""},
		"not complete":    {ask(bot.NamedAdmin, true, harbor().ID+" POST /disconnect-entity"), "no longer held"},
		"nothing is said": {ask(bot.NamedAdmin, true, ""), "no longer held"},
	} {
		if tt.err == nil || !strings.Contains(tt.err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, tt.err, tt.want)
		}
	}
	if len(o.orders()) != 0 {
		t.Errorf("asked %+v", o.orders())
	}
}

func TestAnAnswerIsSharedWhereItWasAskedFor(t *testing.T) {
	t.Parallel()
	d, _, v := exploring(t, 40)
	for _, forge := range []func(shown) shown{
		func(v shown) shown {
			d.press(v, "explore.more", "share", nil)
			return d.sees("Everybody there sees it")
		},
		func(v shown) shown {
			d.press(v, "explore.again", "", nil)
			d.sees("Asking Finch")
			v = d.sees("200 OK")
			d.press(v, "explore.more", "share", nil)
			return d.sees("Everybody there sees it")
		},
	} {
		forged := v
		forged.View.PrivateMetadata = strings.Replace(v.View.PrivateMetadata, "in=C1", "in=C2", 1)
		if forged.View.PrivateMetadata == v.View.PrivateMetadata {
			t.Fatalf("no channel stands in %s", v.View.PrivateMetadata)
		}
		if form := forge(forged); !strings.Contains(form.raw, "#C1") || strings.Contains(form.raw, "#C2") || strings.Contains(form.raw, "in=C2") {
			t.Errorf("it is shared elsewhere: %s", form.raw)
		}
	}
}

func TestTheAnswerToAWriteStandsOnTheShelfAlone(t *testing.T) {
	t.Parallel()
	o := &oracle{t: t, answer: `{"status":"success"}`}
	x := explorer{Sources: o.sources(), shelf: newShelf(time.Now)}
	h := x.shelf.put(held{Owner: "U1", Result: explore.Result{Query: question(t, "POST /disconnect", harbor().ID, nil)}})
	for range 2 {
		if answer, err := x.sendOnce(t.Context(), "U1", h); err != nil || answer.Result.Status != 200 {
			t.Fatalf("sent: %+v, %v", answer, err)
		}
	}
	x.shelf.put(ofSize("U2", shelfRoom-2500)) // takes all the room
	if answer, err := x.sendOnce(t.Context(), "U1", h); err == nil || !strings.Contains(err.Error(), "no longer held") || answer.Result.Body != nil {
		t.Errorf("somewhere else there was %+v, %v", answer, err)
	}
	if n := len(o.orders()); n != 1 {
		t.Errorf("sent %d times", n)
	}
}

func TestAllOfAProposalIsSeen(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"many lines":  `[{"individual_id":"first"}` + strings.Repeat(`,{"individual_id":"x","configuration":{"a":[1,2]}}`, 200) + `,{"individual_id":"last"}]`,
		"deep":        strings.Repeat("[", 3000) + `"first","last"` + strings.Repeat("]", 3000),
		"a long line": `{"a":"first` + strings.Repeat("y", 9000) + `last"}`,
		"wide signs":  `{"a":"first` + strings.Repeat("😀", 9000) + `last"}`,
	} {
		p := proposed("/sandbox/directory", body)
		v := p.view(look{}, "")
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if err := card.ValidateView(v); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !strings.Contains(string(raw), "first") || !strings.Contains(string(raw), "last") || strings.Contains(string(raw), "…") {
			t.Errorf("%s: not all of it is seen in %d bytes", name, len(raw))
		}
	}
	hidden := proposed("/sandbox/directory", "[{\"title\":\"a\u202eb\u200bc\"}]").lines()
	if got := strings.Join(inPieces(hidden), "\n"); !strings.Contains(got, `a\u202eb\u200bc`) {
		t.Errorf("what cannot be seen is not written out: %q", got)
	}
}

func TestFieldsAreRevealedForAReason(t *testing.T) {
	t.Parallel()
	d, o, v := exploring(t, 40)
	d.press(v, "explore.next", "25", nil)
	v = d.seesMasked("People 26 to 40")
	d.press(v, "explore.more", "reveal", nil)
	form := d.seesMasked("individuals[].last_name")
	chosen := optionOf(t, form, "individuals[].last_name")
	if wrong := d.submit(form, map[string][]string{"fields": {}, "reason": {"why"}}); wrong.Errors["fields"] == "" || wrong.Errors["reason"] == "" {
		t.Errorf("without a reason: %s", wrong.raw)
	}
	if forged := d.submit(form, map[string][]string{"fields": {"0", "-1", "999", "x"}, "reason": {"ticket 41"}}); forged.Errors["fields"] == "" {
		t.Errorf("forged: %s", forged.raw)
	}
	clear := d.submit(form, map[string][]string{"fields": {chosen}, "reason": {"ticket 41"}})
	for _, want := range []string{`"Revealed"`, "Geheim25", "In clear", "individuals[].last_name", "explore.hide"} {
		if clear.Action != "update" || !strings.Contains(clear.raw, want) {
			t.Errorf("it does not say %q: %s", want, clear.raw)
		}
	}
	for _, not := range []string{"Geheim24", "explore.more", "explore.jq", "explore.again", "Ana"} {
		if strings.Contains(clear.raw, not) {
			t.Errorf("it says %q: %s", not, clear.raw)
		}
	}
	if strings.Contains(clear.View.PrivateMetadata, "Geheim") {
		t.Errorf("what is revealed stands in %s", clear.View.PrivateMetadata)
	}
	got := o.orders()[1]
	if len(o.orders()) != 2 || got.Reason != "ticket 41" || got.From != 25 || got.Count != 15 || len(got.Reveal) != 1 || got.Reveal[0] != "individuals[].last_name" {
		t.Errorf("asked %+v", got)
	}
	d.press(clear, "explore.hide", "", nil)
	d.seesMasked("People 26 to 40")
	if len(o.orders()) != 2 {
		t.Errorf("hiding asked again")
	}
}

func TestOnlyThePageBehindJQIsRevealed(t *testing.T) {
	t.Parallel()
	d, o, v := exploring(t, 40)
	d.press(v, "explore.jq", "", nil)
	narrowed := d.settles(d.sees("jq expression"), map[string][]string{"jq": {".individuals[30]"}})
	d.press(narrowed, "explore.more", "reveal", nil)
	form := d.seesMasked("the page behind it: 25 of 40 people")
	clear := d.settles(form, map[string][]string{"fields": {optionOf(t, form, "individuals[].last_name")}, "reason": {"ticket 41"}})
	if got := o.orders()[1]; got.From != 0 || got.Count != 25 || !strings.Contains(clear.raw, "Geheim24") || strings.Contains(clear.raw, "Geheim30") {
		t.Errorf("asked from %d for %d, shown %s", got.From, got.Count, clear.raw)
	}
}

// optionOf is the value of the option of a menu that has a label.
func optionOf(t *testing.T, form shown, label string) string {
	t.Helper()
	for _, b := range form.View.Blocks.BlockSet {
		input, _ := b.(*slack.InputBlock)
		if input == nil {
			continue
		}
		menu, _ := input.Element.(*slack.MultiSelectBlockElement)
		if menu == nil {
			continue
		}
		for _, o := range menu.Options {
			if o.Text.Text == label {
				return o.Value
			}
		}
	}
	t.Fatalf("no option is called %s: %s", label, form.raw)
	return ""
}

func TestOnlyNamedAdminsReveal(t *testing.T) {
	t.Parallel()
	o := &oracle{t: t, people: 3}
	d := newDesk(t, o.sources())
	d.asker = `{"is_admin":true}`
	d.slash("/explore", directoryText)
	d.sees("Asking Finch")
	v := d.seesMasked("can reveal")
	if strings.Contains(v.raw, `"reveal"`) {
		t.Errorf("it is offered: %s", v.raw)
	}
	d.press(v, "explore.more", "reveal", nil)
	d.sees("Only an admin named in PERCH_ADMINS can reveal.")
	form := v
	form.View.CallbackID = "explore.uncover"
	if forged := d.submit(form, nil); !strings.Contains(forged.raw, "Only an admin named") || len(o.orders()) != 1 {
		t.Errorf("asked %d times, answered %s", len(o.orders()), forged.raw)
	}
	if notes := o.notes("explorer refused"); len(notes) != 2 || notes[0] != "U1 "+harbor().ID+" GET /employer/directory" {
		t.Errorf("noted %q", notes)
	}
}

func TestAnAnswerIsSharedOnceAndMasked(t *testing.T) {
	t.Parallel()
	d, o, v := exploring(t, 40)
	d.press(v, "explore.more", "share", nil)
	form := d.seesMasked("Everybody there sees it")
	for range 2 {
		if done := d.submit(form, nil); !strings.Contains(done.raw, "Shared in") {
			t.Errorf("answered %s", done.raw)
		}
	}
	post := <-d.posts
	if !strings.HasPrefix(post, "C1 ") || strings.Contains(post, "Geheim") || !strings.Contains(post, "shared by <@U1>") || len(d.posts) != 0 {
		t.Errorf("posted %s and %d more", post, len(d.posts))
	}
	notes := o.notes("explorer shared")
	if len(notes) != 1 || !strings.HasPrefix(notes[0], "U1 "+harbor().ID+" GET /employer/directory") || !strings.HasSuffix(notes[0], " · to C1") {
		t.Errorf("noted %q", notes)
	}
}

func TestNothingIsSharedThatCannotBeNoted(t *testing.T) {
	t.Parallel()
	d, o, v := exploring(t, 40)
	o.noting = errors.New("disk full")
	d.press(v, "explore.more", "share", nil)
	form := d.sees("Everybody there sees it")
	if failed := d.submit(form, nil); !strings.Contains(failed.raw, "Reference") || strings.Contains(failed.raw, "disk full") || len(d.posts) != 0 {
		t.Errorf("%d posts, answered %s", len(d.posts), failed.raw)
	}
}

func TestWhoReadsAlongIsSaidBeforeAnythingLeaves(t *testing.T) {
	t.Parallel()
	d, o, v := exploring(t, 40)
	d.press(v, "explore.more", "share", nil)
	form := d.sees("Everybody there sees it")
	d.channel = `{"id":"C1","is_member":true,"is_ext_shared":true}`
	warned := d.submit(form, nil)
	if !strings.Contains(warned.raw, "People of other companies read this channel.") || len(d.posts) != 0 {
		t.Fatalf("%d posts, answered %s", len(d.posts), warned.raw)
	}
	if done := d.submit(warned, nil); !strings.Contains(done.raw, "Shared in") || len(o.notes("explorer shared")) != 1 {
		t.Errorf("answered %s", done.raw)
	}
	d.posted("C1 ")
}

func TestWhatIsAskedAgainIsNotSharedUnseen(t *testing.T) {
	t.Parallel()
	d, o, v := exploring(t, 40)
	d.press(v, "explore.more", "share", nil)
	form := d.sees("Everybody there sees it")
	o.pass(shelfLife)
	if again := d.submit(form, nil); !strings.Contains(again.raw, "Everybody there sees it") || len(d.posts) != 0 {
		t.Errorf("%d posts, answered %s", len(d.posts), again.raw)
	}
	d.press(v, "explore.more", "reveal", nil)
	d.sees("Asking Finch")
	reveal := d.sees("Reason")
	o.pass(shelfLife)
	if again := d.submit(reveal, map[string][]string{"fields": {"2"}, "reason": {"ticket 41"}}); !strings.Contains(again.raw, "Choose once more") {
		t.Errorf("answered %s", again.raw)
	}
}
