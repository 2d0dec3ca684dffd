package slack

import (
	"fmt"
	"strings"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"
)

// modal is a small view with one input and one button.
func modal(title string) map[string]any {
	text := func(s string) map[string]any { return map[string]any{"type": "plain_text", "text": s} }
	return map[string]any{
		"type": "modal", "title": text(title), "submit": text("Save"), "close": text("Cancel"), "callback_id": "perch.form", "notify_on_close": true,
		"private_metadata": "CALERTS",
		"blocks": []any{
			map[string]any{"type": "input", "block_id": "name", "label": text("Name"), "element": map[string]any{"type": "plain_text_input", "action_id": "in", "max_length": 10}},
			map[string]any{"type": "input", "block_id": "note", "label": text("Note"), "optional": true, "element": map[string]any{"type": "plain_text_input", "action_id": "in"}},
			map[string]any{"type": "actions", "block_id": "acts", "elements": []any{map[string]any{"type": "button", "action_id": "go", "text": text("Go"), "value": "v"}}},
			map[string]any{"type": "section", "block_id": "pick", "text": text("Customer"), "accessory": map[string]any{"type": "external_select", "action_id": "who"}},
		},
	}
}

// trigger makes the app hold a fresh trigger of Bo's.
func (s *stand) trigger(a *app) string {
	s.t.Helper()
	got := a.answering()
	ok(s.t, s.Slash(s.ctx, "UBO", "CALERTS", "/perch subscribe"))
	return into[slackgo.SlashCommand](s.t, <-got).TriggerID
}

// open opens a modal for Bo and returns its id.
func (s *stand) open(a *app) string {
	s.t.Helper()
	got := s.call("views.open", map[string]any{"trigger_id": s.trigger(a), "view": modal("Subscribe")})
	if got.error() != "" {
		s.t.Fatalf("views.open: %v", got.body)
	}
	return viewID(got)
}

func viewID(a answer) string {
	v, _ := a.body["view"].(map[string]any)
	id, _ := v["id"].(string)
	return id
}

func (s *stand) stack() []View {
	s.t.Helper()
	st, err := s.State("UBO")
	ok(s.t, err)
	return st.Views
}

func TestATriggerOpensOneModalWithinThreeSeconds(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := newStand(t, Options{Now: c.now})
	a := s.dial()
	trigger := s.trigger(a)
	open := func(trigger string) string {
		return s.call("views.open", map[string]any{"trigger_id": trigger, "view": modal("Subscribe")}).error()
	}
	if got := open(trigger); got != "" {
		t.Fatalf("first use: %s", got)
	}
	if got := open(trigger); got != "exchanged_trigger_id" {
		t.Fatalf("second use: %q", got)
	}
	late := s.trigger(a)
	c.advance(3001 * time.Millisecond)
	if got := open(late); got != "expired_trigger_id" {
		t.Fatalf("late use: %q", got)
	}
	if got := open("1.2.3"); got != "invalid_trigger_id" {
		t.Fatalf("unknown trigger: %q", got)
	}
	if got := s.stack(); len(got) != 1 || got[0].CallbackID() != "perch.form" || !strings.Contains(got[0].Shown(), "Customer") {
		t.Fatalf("Bo sees %v", got)
	}
}

func TestViewsThatSlackRejects(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{Unlimited: true})
	a := s.dial()
	with := func(field string, value any) map[string]any {
		v := modal("Title")
		v[field] = value
		return v
	}
	without := func(field string) map[string]any {
		v := modal("Title")
		delete(v, field)
		return v
	}
	for name, tt := range map[string]struct {
		view    any
		pointer string
	}{
		"title over 24":          {modal(strings.Repeat("x", 25)), "/view/title/text"},
		"no title":               {without("title"), "/view"},
		"no blocks":              {with("blocks", nil), "/view"},
		"inputs without submit":  {without("submit"), "/view"},
		"private_metadata 3001":  {with("private_metadata", strings.Repeat("x", 3001)), "/view/private_metadata"},
		"callback_id 256":        {with("callback_id", strings.Repeat("x", 256)), "/view/callback_id"},
		"101 blocks":             {with("blocks", parse(t, "["+times(101, `{"type":"divider"}`)+"]")), "/view/blocks"},
		"a table":                {with("blocks", parse(t, `[{"type":"table","rows":[]}]`)), "/view/blocks/0/type"},
		"a card":                 {with("blocks", parse(t, `[{"type":"card"}]`)), "/view/blocks/0/type"},
		"alert over 200":         {with("blocks", parse(t, `[{"type":"alert","text":`+plainText(201)+`}]`)), "/view/blocks/0/text/text"},
		"a Home opened as modal": {map[string]any{"type": "home", "blocks": []any{}}, "/view/type"},
		"min_length over 3000":   {with("blocks", parse(t, `[{"type":"input","label":`+plainText(1)+`,"element":{"type":"plain_text_input","min_length":3001}}]`)), "/view/blocks/0/element/min_length"},
	} {
		t.Run(name, func(t *testing.T) {
			got := s.call("views.open", map[string]any{"trigger_id": s.trigger(a), "view": tt.view})
			if got.error() != "invalid_arguments" || !strings.Contains(got.messages(), "[json-pointer:"+tt.pointer+"]") {
				t.Fatalf("answer is %v, want a pointer to %s", got.body, tt.pointer)
			}
		})
	}
	big := modal("Title")
	var blocks []string
	for range 90 {
		blocks = append(blocks, `{"type":"section","text":`+plainText(3000)+`}`)
	}
	big["blocks"] = parse(t, "["+strings.Join(blocks, ",")+"]")
	if got := s.call("views.open", map[string]any{"trigger_id": s.trigger(a), "view": big}); got.error() != "view_too_large" {
		t.Fatalf("a view over 250 KB: %v", got.error())
	}
}

func TestSubmissionAnswers(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answer []any
		want   string
		fails  string
		titles []string
	}{
		"none closes":           {nil, "", "", nil},
		"an empty object too":   {[]any{map[string]any{}}, "", "", nil},
		"clear":                 {[]any{map[string]any{"response_action": "clear"}}, "clear", "", nil},
		"update":                {[]any{map[string]any{"response_action": "update", "view": modal("Saved")}}, "update", "", []string{"Saved"}},
		"push":                  {[]any{map[string]any{"response_action": "push", "view": modal("More")}}, "push", "", []string{"Subscribe", "More"}},
		"errors":                {[]any{map[string]any{"response_action": "errors", "errors": map[string]any{"name": "taken"}}}, "errors", "", []string{"Subscribe"}},
		"errors on no input":    {[]any{map[string]any{"response_action": "errors", "errors": map[string]any{"acts": "no"}}}, "", TroubleConnecting, []string{"Subscribe"}},
		"errors by action id":   {[]any{map[string]any{"response_action": "errors", "errors": map[string]any{"in": "no"}}}, "", TroubleConnecting, []string{"Subscribe"}},
		"update to what is bad": {[]any{map[string]any{"response_action": "update", "view": map[string]any{"type": "modal"}}}, "", TroubleConnecting, []string{"Subscribe"}},
		"no such action":        {[]any{map[string]any{"response_action": "explode"}}, "", TroubleConnecting, []string{"Subscribe"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t, Options{})
			a := s.dial()
			id := s.open(a)
			sent := a.answering(tt.answer...)
			done, err := s.Submit(s.ctx, "UBO", id, map[string]map[string]Value{"name": {"in": "harbor"}})
			is(t, err, tt.fails)
			if done.Action != tt.want {
				t.Fatalf("response action is %q", done.Action)
			}
			f := <-sent
			cb := into[slackgo.InteractionCallback](t, f)
			if !f.Accepts || cb.Type != slackgo.InteractionTypeViewSubmission || cb.View.State.Values["name"]["in"].Value != "harbor" ||
				cb.View.PrivateMetadata != "CALERTS" || cb.User.ID != "UBO" || cb.TriggerID == "" {
				t.Fatalf("submission is %s", f.Payload)
			}
			var titles []string
			for _, v := range s.stack() {
				title, _ := v["title"].(map[string]any)
				titles = append(titles, fmt.Sprint(title["text"]))
			}
			if fmt.Sprint(titles) != fmt.Sprint(tt.titles) {
				t.Fatalf("Bo sees %q, want %q", titles, tt.titles)
			}
		})
	}
}

func TestTheClientHoldsBackAnIncompleteSubmission(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	a := s.dial()
	id := s.open(a)
	for _, name := range []string{"", "much too long"} {
		_, err := s.Submit(s.ctx, "UBO", id, map[string]map[string]Value{"name": {"in": name}})
		is(t, err, "invalid_input: name")
	}
	if errors, _ := s.stack()[0]["errors"].(map[string]string); errors["name"] == "" {
		t.Fatalf("the view shows no error: %v", s.stack()[0]["errors"])
	}
	s.Event(map[string]any{"type": "x"})
	if f := a.next(); f.Type != "events_api" {
		t.Fatalf("it was sent all the same: %+v", f)
	}
}

func TestAnUnansweredSubmissionLeavesTheModal(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	a := s.dial()
	id := s.open(a)
	s.impatient()
	_, err := s.Submit(s.ctx, "UBO", id, map[string]map[string]Value{"name": {"in": "x"}})
	is(t, err, TroubleConnecting)
	if len(s.stack()) != 1 {
		t.Fatal("the modal is gone")
	}
}

func TestTheStackHoldsThreeViews(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	a := s.dial()
	top := s.open(a)
	push := func() answer {
		got := a.answering()
		ok(t, s.Click(s.ctx, "UBO", Target{ViewID: top, ActionID: "go"}, nil))
		cb := into[slackgo.InteractionCallback](t, <-got)
		if cb.Container.ViewID != top || cb.ResponseURL != "" || cb.ActionCallback.BlockActions[0].Value != "v" {
			t.Fatalf("click is %+v", cb)
		}
		return s.call("views.push", map[string]any{"trigger_id": cb.TriggerID, "view": modal("Next")})
	}
	for range 2 {
		got := push()
		if got.error() != "" {
			t.Fatalf("views.push: %v", got.body)
		}
		top = viewID(got)
	}
	if got := push(); got.error() != "push_limit_reached" {
		t.Fatalf("a fourth view: %v", got.body)
	}
	if got := s.call("views.push", map[string]any{"trigger_id": s.trigger(a), "view": modal("Next")}); got.error() != "invalid_trigger_id" {
		t.Fatalf("a push from outside: %v", got.body)
	}
	closed := a.answering()
	ok(t, s.CloseView("UBO", top))
	if cb := into[slackgo.InteractionCallback](t, <-closed); cb.Type != slackgo.InteractionTypeViewClosed || cb.View.ID != top || cb.IsCleared {
		t.Fatalf("closing said %+v", cb)
	}
	if len(s.stack()) != 2 {
		t.Fatalf("%d views are left", len(s.stack()))
	}
}

func TestUpdatesOfAView(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	a := s.dial()
	id := s.open(a)
	hash, _ := s.stack()[0]["hash"].(string)
	ok(t, s.Fill("UBO", Target{ViewID: id, BlockID: "name", ActionID: "in"}, "typed"))
	update := func(args map[string]any) answer {
		args["view"] = modal("Updated")
		return s.call("views.update", args)
	}
	if got := update(map[string]any{"view_id": id, "hash": "old"}); got.error() != "hash_conflict" {
		t.Fatalf("an old hash: %v", got.body)
	}
	if got := update(map[string]any{"view_id": id, "hash": hash}); got.error() != "" {
		t.Fatalf("the right hash: %v", got.body)
	}
	if got := s.stack()[0]; !strings.Contains(fmt.Sprint(got["state"]), "typed") || got["hash"] == hash {
		t.Fatalf("what was typed is lost or the hash stayed: %v", got)
	}
	if got := update(map[string]any{"view_id": "V0"}); got.error() != "not_found" {
		t.Fatalf("no such view: %v", got.body)
	}
	ok(t, s.CloseView("UBO", id))
	if got := update(map[string]any{"view_id": id}); got.error() != "not_found" {
		t.Fatalf("a closed view: %v", got.body)
	}
}

func TestExternalIDsAreUnique(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	a := s.dial()
	named := modal("Named")
	named["external_id"] = "one"
	if got := s.call("views.open", map[string]any{"trigger_id": s.trigger(a), "view": named}); got.error() != "" {
		t.Fatal(got.body)
	}
	if got := s.call("views.open", map[string]any{"trigger_id": s.trigger(a), "view": named}); got.error() != "duplicate_external_id" {
		t.Fatal(got.body)
	}
	if got := s.call("views.update", map[string]any{"external_id": "one", "view": modal("Found")}); got.error() != "" {
		t.Fatal(got.body)
	}
}

func TestHomeIsPublishedPerPerson(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	publish := func(user, block string) answer {
		return s.call("views.publish", map[string]any{"user_id": user, "view": map[string]any{"type": "home", "blocks": parse(t, "["+block+"]")}})
	}
	if got := publish("UBO", `{"type":"header","text":`+plainText(3)+`}`); got.error() != "" {
		t.Fatal(got.body)
	}
	st, err := s.State("UBO")
	ok(t, err)
	if st.Home == nil || st.Home.Shown() != "ééé" {
		t.Fatalf("Home is %v", st.Home)
	}
	if st, _ := s.State("UANN"); st.Home != nil {
		t.Fatal("Ann has Bo's Home")
	}
	for user, block := range map[string]string{"UEXT": `{"type":"divider"}`, "UBO": `{"type":"alert","text":` + plainText(3) + `}`, "UANN": `{"type":"markdown","text":"x"}`} {
		if got := publish(user, block); got.error() != "invalid_arguments" {
			t.Errorf("%s: %v", user, got.body)
		}
	}
	a := s.dial()
	ok(t, s.OpenHome("UBO", "home"))
	if outer, _ := a.event(); !strings.Contains(string(outer.Event), `"view"`) {
		t.Errorf("app_home_opened has no view after the first publish: %s", outer.Event)
	}
}

func TestSuggestionsComeFromTheApp(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	a := s.dial()
	id := s.open(a)
	at := Target{ViewID: id, ActionID: "who"}
	option := map[string]any{"text": map[string]any{"type": "plain_text", "text": "Harbor"}, "value": "cust_1042"}
	asked := a.answering(map[string]any{"options": []any{option}})
	offer, err := s.Suggest(s.ctx, "UBO", at, "har")
	ok(t, err)
	cb := into[slackgo.InteractionCallback](t, <-asked)
	if cb.Type != slackgo.InteractionTypeBlockSuggestion || cb.Value != "har" || cb.ActionID != "who" || cb.BlockID != "pick" {
		t.Fatalf("suggestion is %+v", cb)
	}
	if list, _ := offer["options"].([]any); len(list) != 1 {
		t.Fatalf("offer is %v", offer)
	}
	clicked := a.answering()
	ok(t, s.Click(s.ctx, "UBO", at, map[string]any{"selected_option": "cust_1042"}))
	if cb := into[slackgo.InteractionCallback](t, <-clicked); cb.ActionCallback.BlockActions[0].SelectedOption.Value != "cust_1042" ||
		cb.View.State.Values["pick"]["who"].SelectedOption.Value != "cust_1042" {
		t.Fatalf("choice is %+v", cb)
	}
	is(t, s.Click(s.ctx, "UBO", at, "cust_other"), "no_such_option")
	for name, bad := range map[string]any{"101 options": parse(t, `{"options":`+options(101)+`}`), "nothing": map[string]any{"text": "x"}} {
		a.answering(bad)
		if _, err := s.Suggest(s.ctx, "UBO", at, "x"); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	a.answering(map[string]any{"options": []any{}})
	_, err = s.Suggest(s.ctx, "UBO", at, "nobody")
	ok(t, err)
}
