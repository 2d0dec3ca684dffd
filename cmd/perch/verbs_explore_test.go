package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"perch/internal/finch"
	localslack "perch/internal/playground/slack"
)

// topView is the view that somebody looks at.
func topView(ts *testscript.TestScript, user string) (localslack.View, bool) {
	st, err := theWorld(ts).slack.State(user)
	ts.Check(err)
	if len(st.Views) == 0 {
		return nil, false
	}
	return st.Views[len(st.Views)-1], true
}

// modal types a command and waits until the view that it opens shows something.
func modal(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 4, "modal USER CHANNEL COMMAND REGEXP")
	w, want := theWorld(ts), regexp.MustCompile(`(?s)`+args[3])
	before, was := topView(ts, args[0])
	slash(ts, false, args[:3])
	ctx, cancel := bounded()
	defer cancel()
	st, err := w.slack.WaitFor(ctx, args[0], func(st localslack.State) bool {
		if len(st.Views) == 0 {
			return false
		}
		top := st.Views[len(st.Views)-1]
		return (!was || top.ID() != before.ID()) && want.MatchString(top.Shown())
	})
	if err != nil {
		ts.Fatalf("%s opened no view that shows %q; there is:\n%s", args[2], args[3], shownViews(st))
	}
}

func shownViews(st localslack.State) string {
	var shown []string
	for _, v := range st.Views {
		shown = append(shown, v.Shown())
	}
	return strings.Join(shown, "\n---\n")
}

// press presses, chooses or types in the view that somebody looks at, and waits
// until another one stands there.
func press(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "press USER ACTION [VALUE]")
	top, ok := topView(ts, args[0])
	if !ok {
		ts.Fatalf("%s has no view open", args[0])
	}
	var chosen localslack.Value
	if len(args) > 2 {
		chosen = given(ts, top, args[2])
	}
	ctx, cancel := bounded()
	defer cancel()
	w := theWorld(ts)
	if err := w.slack.Click(ctx, args[0], localslack.Target{ViewID: top.ID(), ActionID: args[1]}, chosen); err != nil {
		ts.Fatalf("press %s: %v; there is:\n%s", args[1], err, top.Shown())
	}
	_, err := w.slack.WaitFor(ctx, args[0], func(st localslack.State) bool {
		now := st.Views[len(st.Views)-1]
		return now.ID() != top.ID() || now["hash"] != top["hash"]
	})
	if err != nil {
		ts.Fatalf("nothing came of %s; there is:\n%s", args[1], top.Shown())
	}
}

// given is a value as a script writes it: as it stands, or by what an option of the
// view says, "option:LABEL"; of a menu that takes several, "options:LABEL".
func given(ts *testscript.TestScript, top localslack.View, text string) localslack.Value {
	kind, label, _ := strings.Cut(text, ":")
	if kind != "option" && kind != "options" {
		return text
	}
	value, ok := labelled(top["blocks"], label)
	if !ok {
		ts.Fatalf("the view offers no %q:\n%s", label, top.Shown())
	}
	if kind == "options" {
		return []any{value}
	}
	return value
}

// labelled is the value of the option that says label, wherever it stands.
func labelled(within any, label string) (value string, ok bool) {
	switch v := within.(type) {
	case []any:
		for _, inner := range v {
			if value, ok = labelled(inner, label); ok {
				return value, true
			}
		}
	case map[string]any:
		value, isOption := v["value"].(string)
		if text, _ := v["text"].(map[string]any); isOption && text["text"] == label {
			return value, true
		}
		for _, inner := range v {
			if value, ok = labelled(inner, label); ok {
				return value, true
			}
		}
	}
	return "", false
}

// closeViews closes what somebody has open.
func closeViews(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "close USER")
	for top, ok := topView(ts, args[0]); ok; top, ok = topView(ts, args[0]) {
		ts.Check(theWorld(ts).slack.CloseView(args[0], top.ID()))
	}
}

// noview fails if the view that somebody looks at shows something.
func noView(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "noview USER REGEXP")
	if top, ok := topView(ts, args[0]); ok && regexp.MustCompile(`(?s)`+args[1]).MatchString(top.Shown()) {
		ts.Fatalf("%s sees %q:\n%s", args[0], args[1], top.Shown())
	}
}

// plantCanaries has Finch's answers hold canaries from now on.
func plantCanaries(ts *testscript.TestScript, _ bool, _ []string) {
	theWorld(ts).planter.planting.Store(true)
}

// noCanary fails where a canary was let out: to Slack in any call or
// acknowledgement, into a file sent there, a file of the script, or the database.
func noCanary(ts *testscript.TestScript, _ bool, args []string) {
	w := theWorld(ts)
	texts := map[string]string{}
	for _, name := range args {
		texts[name] = ts.ReadFile(name)
	}
	for name, value := range map[string]any{"calls of Slack": w.slack.Calls(""), "acknowledgements": w.slack.Deliveries()} {
		raw, err := json.Marshal(value)
		ts.Check(err)
		texts[name] = string(raw)
	}
	for _, user := range []string{"UANN", "UBO"} {
		for _, m := range w.slack.MessagesSeenBy(user, place(w, user, "DM")) {
			for _, f := range m.Files {
				if body, ok := w.slack.File(f.ID); ok {
					texts["file "+f.Name] = string(body)
				}
			}
		}
	}
	ts.Check(filepath.WalkDir(w.env.WorkDir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasPrefix(d.Name(), "perch.db") {
			return err
		}
		raw, err := os.ReadFile(path)
		texts[d.Name()] = string(raw)
		return err
	}))
	for where, text := range texts {
		for kind, canary := range canaries {
			if strings.Contains(text, canary) {
				ts.Fatalf("%s holds the canary %s (%s): %s", where, kind, canary, around(text, canary))
			}
		}
	}
}

func around(text, part string) string {
	i := strings.Index(text, part)
	return fmt.Sprintf("…%s…", text[max(0, i-200):min(len(text), i+len(part)+50)])
}

// everyRead makes every call of the table that reads, and some that Finch refuses.
func everyRead(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 3, "everyread USER CHANNEL CUSTOMER")
	w := theWorld(ts)
	ids := w.idsOf(ts, args[2])
	for _, e := range finch.Endpoints() {
		if e.Writes || e.Sandbox || e.Auth != finch.Bearer {
			continue
		}
		var text strings.Builder
		text.WriteString("/explore " + args[2] + " " + e.Name())
		for _, p := range e.Params {
			if p.Required {
				text.WriteString(" " + p.Name + "=" + ids.of(p))
			}
		}
		modal(ts, false, []string{args[0], args[1], text.String(), `(?m)^\S* ?\*?\d{3} [a-zA-Z_]+`})
	}
}

// known are ids of the local Finch's to ask with, by what they are of.
type known map[finch.Pick]string

// idsOf asks the local Finch for ids of a customer's.
func (w *world) idsOf(ts *testscript.TestScript, customer string) known {
	var token string
	for id, t := range w.finch.Tokens() {
		if c, _ := w.finch.Connection(id); c.CustomerName != nil && strings.HasPrefix(strings.ToLower(*c.CustomerName), customer) {
			token = t
		}
	}
	ask := func(path string, into any) {
		req := httptest.NewRequest(http.MethodGet, path, nil)
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Finch-API-Version", finch.APIVersion)
		rec := httptest.NewRecorder()
		w.planter.finch.ServeHTTP(rec, req)
		ts.Check(json.Unmarshal(rec.Body.Bytes(), into))
	}
	type item struct {
		ID    string `json:"id"`
		JobID string `json:"job_id"`
	}
	var people struct {
		Individuals []item `json:"individuals"`
	}
	var payments, groups []item
	var jobs struct {
		Data []item `json:"data"`
	}
	ask("/employer/directory?limit=1", &people)
	ask("/employer/payment?start_date=2020-01-01&end_date=2030-01-01", &payments)
	ask("/employer/pay-groups", &groups)
	ask("/jobs/automated", &jobs)
	return known{
		finch.PickPerson: people.Individuals[0].ID, finch.PickPayment: payments[0].ID,
		finch.PickPayGroup: groups[0].ID, finch.PickJob: jobs.Data[0].JobID,
	}
}

// of is a value that a parameter takes. Where there is none of the kind, Finch
// refuses it, and its words are looked at too.
func (k known) of(p finch.Param) string {
	switch {
	case p.Type == finch.TypeDate && strings.HasPrefix(p.Name, "start"):
		return "2020-01-01"
	case p.Type == finch.TypeDate:
		return "2030-01-01"
	default:
		return cmp.Or(k[p.Pick], "5f5e1000-0000-4000-8000-000000000000")
	}
}
