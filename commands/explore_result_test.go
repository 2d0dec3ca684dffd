package commands

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"perch/bot"
	"perch/bot/socket"
	"perch/internal/explore"
	"perch/internal/finch"
)

// directoryText asks for the directory of one of two entities.
const directoryText = "harbor GET /employer/directory entity_ids=11111111-aaaa-4bbb-8ccc-000000000001"

// exploring is a named admin who looks at the directory of so many people.
func exploring(t *testing.T, people int) (*desk, *oracle, shown) {
	t.Helper()
	o := &oracle{t: t, people: people}
	d := newDesk(t, o.sources(), "U1")
	d.slash("/explore", directoryText)
	d.sees("Asking Finch")
	return d, o, d.sees("200 OK")
}

// seesMasked is the next modal, in which nothing stands that is masked.
func (d *desk) seesMasked(want string) shown {
	d.t.Helper()
	v := d.sees(want)
	d.discreet(v)
	return v
}

func (d *desk) discreet(v shown) {
	d.t.Helper()
	if strings.Contains(v.raw, "Geheim") {
		d.t.Errorf("shown in clear: %s", v.raw)
	}
}

func TestAnAnswerTakesThePlaceOfTheWait(t *testing.T) {
	t.Parallel()
	d, o, v := exploring(t, 412)
	d.discreet(v)
	for _, want := range []string{"25 of 412 people", "Harbor Coffee Roasters", "••••", "17 calls left"} {
		if v.method != "views.update" || !strings.Contains(v.raw, want) {
			t.Errorf("it does not say %q: %s", want, v.raw)
		}
	}
	if got := o.orders(); len(got) != 1 || got[0].Who != "U1" || got[0].Query.ConnectionID != harbor().ID || got[0].Query.Endpoint.Name() != "GET /employer/directory" || len(got[0].Reveal) != 0 {
		t.Errorf("asked %+v", got)
	}
	d.press(v, "explore.next", "25", nil)
	v = d.seesMasked("People 26 to 50 of 412")
	d.press(v, "explore.back", "0", nil)
	v = d.seesMasked("25 of 412 people")
	if got := o.orders(); len(got) != 1 {
		t.Errorf("paging asked Finch %d times", len(got))
	}
	d.press(v, "explore.again", "", nil)
	d.sees("Asking Finch")
	d.seesMasked("200 OK")
	if got := o.orders(); len(got) != 2 {
		t.Errorf("Finch was asked %d times", len(got))
	}
}

func TestAfterTheAnswerFinchIsAskedForMore(t *testing.T) {
	t.Parallel()
	o := &oracle{t: t, people: 20}
	o.answer = strings.Replace(o.directory(), `"count":20`, `"count":60`, 1)
	d := newDesk(t, o.sources(), "U1")
	d.slash("/explore", directoryText+" limit=20")
	d.sees("Asking Finch")
	v := d.seesMasked("20 of 60 people")
	d.press(v, "explore.onward", "", nil)
	d.sees("Asking Finch")
	d.sees("200 OK")
	asked := o.orders()
	if len(asked) != 2 || strings.Join(asked[1].Query.Values["offset"], "") != "20" || strings.Join(asked[1].Query.Values["limit"], "") != "20" {
		t.Errorf("asked %+v", asked)
	}
}

func TestBeforeTheAnswerFinchIsAskedForWhatIsThere(t *testing.T) {
	t.Parallel()
	o := &oracle{t: t, people: 40}
	o.answer = strings.Replace(o.directory(), `"count":40`, `"count":412`, 1)
	o.answer = strings.Replace(o.answer, `"offset":0`, `"offset":40`, 1)
	d := newDesk(t, o.sources(), "U1")
	d.slash("/explore", directoryText+" limit=40 offset=40")
	d.sees("Asking Finch")
	v := d.seesMasked("People 41 to 65")
	d.press(v, "explore.backward", "", nil)
	d.sees("Asking Finch")
	// The end of what comes before, as if it had been paged back to.
	d.seesMasked("People 56 to 80")
	if asked := o.orders(); len(asked) != 2 || strings.Join(asked[1].Query.Values["offset"], "") != "0" {
		t.Errorf("asked %+v", asked)
	}
}

func TestAnAnswerIsNarrowed(t *testing.T) {
	t.Parallel()
	d, _, v := exploring(t, 40)
	d.press(v, "explore.jq", "", nil)
	form := d.seesMasked("jq expression")
	if wrong := d.settles(form, map[string][]string{"jq": {".individuals[| "}}); !strings.Contains(wrong.raw, "unexpected token") {
		t.Errorf("a wrong expression answers %s", wrong.raw)
	}
	narrowed := d.settles(form, map[string][]string{"jq": {"[.individuals[].last_name] | unique"}})
	d.discreet(narrowed)
	for _, want := range []string{"Narrowed by", "unique", "1 value", "••••"} {
		if !strings.Contains(narrowed.raw, want) {
			t.Errorf("it does not say %q: %s", want, narrowed.raw)
		}
	}
	d.press(narrowed, "explore.jq", "", nil)
	if again := d.sees("jq expression"); !strings.Contains(again.raw, "| unique") {
		t.Errorf("the last expression is not kept: %s", again.raw)
	}
	d.press(narrowed, "explore.clear", unnarrowed, nil)
	if v := d.seesMasked("25 of 40 people"); strings.Contains(v.raw, "Narrowed") {
		t.Errorf("still narrowed: %s", v.raw)
	}
}

func TestWhatIsNotHeldAnyMoreIsAskedAgain(t *testing.T) {
	t.Parallel()
	d, o, v := exploring(t, 40)
	o.pass(shelfLife)
	d.press(v, "explore.next", "25", nil)
	d.sees("Asking Finch")
	v = d.seesMasked("Asked again: the earlier answer was no longer held.")
	if !strings.Contains(v.raw, "People 26 to 40 of 40") || len(o.orders()) != 2 {
		t.Errorf("asked %d times, shown %s", len(o.orders()), v.raw)
	}
	o.pass(shelfLife)
	d.press(v, "explore.more", "fields", nil)
	d.sees("Asking Finch")
	v = d.seesMasked("individuals[].last_name")
	o.pass(shelfLife)
	o.people = 3 // some have left meanwhile
	d.press(v, "explore.result", "", nil)
	d.sees("Asking Finch")
	d.seesMasked("3 people")
}

func TestALongQuestionIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	x := explorer{Sources: (&oracle{t: t}).sources(), shelf: newShelf(time.Now)}
	who := &bot.Request{Who: bot.Person{ID: "U1", Role: bot.NamedAdmin}}
	for name, l := range map[string]look{
		"too long to stand in the view": {ID: "gone"},
		"a write":                       {ID: "gone", Ask: harbor().ID + " POST /disconnect"},
		"not complete":                  {ID: "gone", Ask: harbor().ID + " GET /employer/payment"},
		"no endpoint":                   {ID: "gone", Ask: harbor().ID + " GET /nowhere"},
		"forged":                        {ID: "gone", Ask: "\x00 = ="},
	} {
		_, err := x.find(t.Context(), who, l)
		if _, again := errors.AsType[*expired](err); again || err == nil || !strings.Contains(err.Error(), "no longer held") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnswersAndRightsAreThoseOfThePresser(t *testing.T) {
	t.Parallel()
	x := explorer{Sources: (&oracle{t: t}).sources(), shelf: newShelf(time.Now)}
	h := x.shelf.put(held{Owner: "U1", Result: explore.Result{Query: explore.Query{Endpoint: directory()}}})
	as := func(id string, role bot.Role) error {
		_, err := x.find(t.Context(), &bot.Request{Who: bot.Person{ID: id, Role: role}}, look{ID: h.ID, Ask: harbor().ID + " GET /employer/directory"})
		return err
	}
	for name, tt := range map[string]struct {
		err  error
		want string
	}{
		"the owner":          {as("U1", bot.Admin), ""},
		"somebody else":      {as("U2", bot.NamedAdmin), "somebody else's"},
		"the owner, demoted": {as("U1", bot.Operator), "only admins"},
	} {
		if got := fmt.Sprint(tt.err); tt.err == nil != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %v, want %q", name, tt.err, tt.want)
		}
	}
	_, err := x.find(t.Context(), &bot.Request{Who: bot.Person{ID: "U1", Role: bot.Operator}}, look{ID: "gone", Ask: harbor().ID + " GET /employer/directory"})
	if err == nil || !strings.Contains(err.Error(), "only admins") {
		t.Errorf("demoted, and not held any more: %v", err)
	}
}

func TestSomebodyElsesPressShowsNothing(t *testing.T) {
	t.Parallel()
	d, o, v := exploring(t, 40)
	d.take("interactive", socket.Click, map[string]any{
		"type": "block_actions", "team": map[string]any{"id": "T1"}, "api_app_id": "A1", "trigger_id": "t3",
		"user": map[string]any{"id": "U2", "team_id": "T1"}, "view": d.view(v, nil),
		"actions": []any{map[string]any{"action_id": "explore.next", "block_id": "b", "value": "25"}},
	})
	if over := d.sees("somebody else's"); over.method != "views.push" || len(o.orders()) != 1 {
		t.Errorf("asked %d times, shown %s", len(o.orders()), over.raw)
	}
}

func TestNobodyWaitsForAModalThatChanged(t *testing.T) {
	t.Parallel()
	d, o, v := exploring(t, 40)
	for _, code := range []string{"hash_conflict", "not_found"} {
		d.refusesUpdates = code
		d.press(v, "explore.again", "", nil)
		d.sees("Asking Finch")
	}
	if err := d.Drain(context.Background()); err != nil {
		t.Fatal(err)
	}
	if len(o.orders()) != 1 || len(d.views) != 0 || len(d.says) != 0 {
		t.Errorf("asked %d times, shown %d, said %d", len(o.orders()), len(d.views), len(d.says))
	}
}

func TestARefusalLeadsOn(t *testing.T) {
	t.Parallel()
	o := &oracle{t: t, refuse: &reauth}
	d := newDesk(t, o.sources(), "U1")
	d.slash("/explore", directoryText)
	d.sees("Asking Finch")
	v := d.sees("reauthenticate_user")
	for _, want := range []string{"perch.relink", "explore.again", "explore.change", "explore.curl"} {
		if !strings.Contains(v.raw, want) {
			t.Errorf("it lacks %s: %s", want, v.raw)
		}
	}
	if strings.Contains(v.raw, "explore.jq") {
		t.Errorf("there is nothing to narrow: %s", v.raw)
	}
}

func TestWhyNothingWasAskedIsShownInPlace(t *testing.T) {
	t.Parallel()
	o := &oracle{t: t, fails: fmt.Errorf("explore: %w", finch.ErrNoToken)}
	d := newDesk(t, o.sources(), "U1")
	d.slash("/explore", directoryText)
	d.sees("Asking Finch")
	d.sees("There is no access token here")
}

func TestAnAnswerGoesIntoTheAskersOwnMessages(t *testing.T) {
	t.Parallel()
	d, _, v := exploring(t, 3)
	d.press(v, "explore.more", "json", nil)
	file := <-d.files
	if !strings.Contains(file, "\n      \"id\": \"11111111-0000-4000-8000-000000000002\",\n") || strings.Contains(file, "Geheim") || strings.Contains(file, "Ana") {
		t.Errorf("the file holds %s", file)
	}
	if title := <-d.titles; title != "GET /employer/directory, masked: Harbor Coffee Roasters" {
		t.Errorf("it is called %s", title)
	}
	d.seesMasked("directory-harbor.json is in your direct messages")
}

func TestTheCommandForElsewhereHasNoToken(t *testing.T) {
	t.Parallel()
	d, _, v := exploring(t, 3)
	d.press(v, "explore.curl", "", nil)
	v = d.seesMasked("$FINCH_TOKEN")
	if !strings.Contains(v.raw, "https://api.tryfinch.com/employer/directory") {
		t.Errorf("shown %s", v.raw)
	}
	d.press(v, "explore.result", "", nil)
	d.seesMasked("3 people")
}

// A command names what to put in, which is not always a token.
func TestACommandSaysWhatItLeavesOut(t *testing.T) {
	t.Parallel()
	for _, q := range []explore.Query{
		question(t, "GET /introspect", "c1", nil), question(t, "GET /employer/directory", "c1", nil),
		question(t, "POST /connect/sessions/reauthenticate", "", says{"connection_id": "c1"}), question(t, "POST /auth/token", "", says{"code": "x"}),
	} {
		command, said := q.Curl("https://api.tryfinch.com"), putIn(q.Endpoint.Auth)
		for _, name := range []string{"$FINCH_TOKEN", "$FINCH_CLIENT_ID", "$FINCH_CLIENT_SECRET"} {
			if command == "" || strings.Contains(command, name) != strings.Contains(said, "`"+name+"`") {
				t.Errorf("%s: %q is said of %s", q.Endpoint.Name(), said, command)
			}
		}
	}
}

func TestWhatLooksPersonalIsNotSaved(t *testing.T) {
	t.Parallel()
	o := &oracle{t: t, answer: `{"responses":[]}`}
	d := newDesk(t, o.sources(), "U1")
	d.slash("/explore", "harbor POST /employer/individual entity_ids=11111111-aaaa-4bbb-8ccc-000000000001 individual_id=123-45-6789")
	d.sees("Asking Finch")
	d.press(d.sees("200 OK"), "explore.more", "save", nil)
	wrong := d.submit(d.sees("For this channel"), map[string][]string{"name": {"One"}})
	if !strings.Contains(wrong.Errors["name"], "individual_id looks personal") || len(o.saved) != 0 {
		t.Errorf("saved %+v, answered %s", o.saved, wrong.raw)
	}
}

func TestAQuestionIsSaved(t *testing.T) {
	t.Parallel()
	d, o, v := exploring(t, 3)
	d.press(v, "explore.more", "save", nil)
	form := d.sees("For this channel")
	if wrong := d.submit(form, map[string][]string{"name": {" "}}); wrong.Errors["name"] == "" {
		t.Errorf("without a name: %s", wrong.raw)
	}
	d.discreet(d.submit(form, map[string][]string{"name": {"Everybody"}}))
	done := d.submit(form, map[string][]string{"name": {"Everybody"}, "place": {forChannel}})
	if !strings.Contains(done.raw, "Saved for") || !strings.Contains(done.raw, "C1") {
		t.Errorf("shown %s", done.raw)
	}
	if len(o.saved) != 2 || o.saved[0].Place != "U1" || o.saved[1].Place != "C1" || o.saved[1].Maker != "U1" || o.saved[1].Name != "Everybody" || o.saved[1].Query.ConnectionID != harbor().ID {
		t.Errorf("saved %+v", o.saved)
	}
	for i := range 99 { // with the one of before
		o.saved = append(o.saved, explore.Saved{Place: "U1", Name: fmt.Sprint(i)})
	}
	if full := d.submit(form, map[string][]string{"name": {"One more"}}); !strings.Contains(full.Errors["name"], "already") {
		t.Errorf("beyond what fits: %s", full.raw)
	}
	if same := d.submit(form, map[string][]string{"name": {"EVERYBODY"}}); same.Action != "update" {
		t.Errorf("the same name again: %s", same.raw)
	}
}
