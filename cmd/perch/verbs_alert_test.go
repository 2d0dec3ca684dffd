package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	localfinch "perch/internal/playground/finch"
	localslack "perch/internal/playground/slack"
)

// The verbs about what channels are told.

// alerts are the messages that stand in a conversation and carry a delivery's
// key, oldest first: cards, and the lines in their threads.
func alerts(messages []localslack.Message) []localslack.Message {
	return slices.DeleteFunc(slices.Clone(messages), func(m localslack.Message) bool { return keyOf(m) == "" })
}

// keyOf is the delivery's key in a message, empty if it has none.
func keyOf(m localslack.Message) string {
	if m.Metadata["event_type"] != "perch_alert" {
		return ""
	}
	payload, _ := m.Metadata["event_payload"].(map[string]any)
	key, _ := payload["key"].(string)
	return key
}

// isLine reports whether a message stands in a thread.
func isLine(m localslack.Message) bool { return m.ThreadTS != "" && m.ThreadTS != m.TS }

// standing are the alerts that a person sees in a channel: cards, or lines.
func (w *world) standing(user, channel string, lines bool) []localslack.Message {
	return slices.DeleteFunc(alerts(w.slack.MessagesSeenBy(user, place(w, user, channel))),
		func(m localslack.Message) bool { return isLine(m) != lines })
}

// cards waits until so many cards stand, no two with one key.
func cards(ts *testscript.TestScript, neg bool, args []string) { count(ts, neg, args, false) }

// lines does so with what stands in threads.
func lines(ts *testscript.TestScript, neg bool, args []string) { count(ts, neg, args, true) }

func count(ts *testscript.TestScript, _ bool, args []string, inThreads bool) {
	need(ts, args, 3, "cards|lines USER CHANNEL N")
	w := theWorld(ts)
	want, err := strconv.Atoi(args[2])
	ts.Check(err)
	ctx, cancel := bounded()
	defer cancel()
	err = w.slack.Wait(ctx, func() bool { return len(w.standing(args[0], args[1], inThreads)) == want })
	if err != nil {
		ts.Fatalf("%d stand in %s, not %d:\n%s", len(w.standing(args[0], args[1], inThreads)), args[1], want, strings.Join(w.seen(args[0], args[1]), "\n---\n"))
	}
	keys := map[string]bool{}
	for _, m := range alerts(w.slack.MessagesSeenBy(args[0], place(w, args[0], args[1]))) {
		if keys[keyOf(m)] {
			ts.Fatalf("a message stands twice in %s:\n%s", args[1], m.Shown)
		}
		keys[keyOf(m)] = true
	}
}

// told waits until one of the alerts shows something; ! told: none does now.
func told(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 3, "told USER CHANNEL REGEXP")
	w, want := theWorld(ts), regexp.MustCompile(`(?s)`+args[2])
	shows := func() bool {
		return slices.ContainsFunc(alerts(w.slack.MessagesSeenBy(args[0], place(w, args[0], args[1]))),
			func(m localslack.Message) bool { return want.MatchString(m.Shown) })
	}
	if neg {
		if shows() {
			ts.Fatalf("an alert in %s shows %q", args[1], args[2])
		}
		return
	}
	ctx, cancel := bounded()
	defer cancel()
	if w.slack.Wait(ctx, shows) != nil {
		ts.Fatalf("no alert in %s ever showed %q; there is:\n%s", args[1], args[2], strings.Join(w.seen(args[0], args[1]), "\n---\n"))
	}
}

// answer waits until somebody sees a message, of whatever sort, that shows something.
func answer(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 3, "answer USER CHANNEL REGEXP")
	if neg {
		ts.Fatalf("use never")
	}
	w, want := theWorld(ts), regexp.MustCompile(`(?s)`+args[2])
	ctx, cancel := bounded()
	defer cancel()
	if w.slack.Wait(ctx, func() bool { return slices.ContainsFunc(w.seen(args[0], args[1]), want.MatchString) }) != nil {
		ts.Fatalf("%s never saw %q in %s; there is:\n%s", args[0], args[2], args[1], strings.Join(w.seen(args[0], args[1]), "\n---\n"))
	}
}

// held waits until Slack holds so many calls.
func held(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "held METHOD [N]")
	w, want := theWorld(ts), 1
	if len(args) > 1 {
		n, err := strconv.Atoi(args[1])
		ts.Check(err)
		want = n
	}
	ctx, cancel := bounded()
	defer cancel()
	if w.slack.Wait(ctx, func() bool { return w.slack.Holding(args[0]) >= want }) != nil {
		ts.Fatalf("Slack holds %d calls of %s", w.slack.Holding(args[0]), args[0])
	}
}

// twice waits for a second copy: what cannot be known must not be lost.
func twice(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "twice USER CHANNEL")
	w := theWorld(ts)
	ctx, cancel := bounded()
	defer cancel()
	err := w.slack.Wait(ctx, func() bool {
		standing := w.standing(args[0], args[1], false)
		return len(standing) == 2 && keyOf(standing[0]) == keyOf(standing[1])
	})
	if err != nil {
		ts.Fatalf("no card stands twice:\n%s", strings.Join(w.seen(args[0], args[1]), "\n---\n"))
	}
}

func fewCards(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 3, "fewcards USER CHANNEL MAX")
	most, err := strconv.Atoi(args[2])
	ts.Check(err)
	if n := len(theWorld(ts).standing(args[0], args[1], false)); n > most {
		ts.Fatalf("%d cards stand:\n%s", n, strings.Join(theWorld(ts).seen(args[0], args[1]), "\n---\n"))
	}
}

// channel changes some fields of a channel.
func channel(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "channel {channel}")
	theWorld(ts).control(ts, "channel", args[0])
}

// control uses the local Slack's control door.
func (w *world) control(ts *testscript.TestScript, name, body string) {
	req, err := http.NewRequest(http.MethodPost, "/"+name, strings.NewReader(body))
	ts.Check(err)
	req.Header.Set("Content-Type", "application/json")
	rec := &recorder{header: http.Header{}}
	w.slack.Control().ServeHTTP(rec, req)
	if rec.status >= http.StatusBadRequest || strings.Contains(rec.body.String(), `"ok":false`) {
		ts.Fatalf("%s: %d %s", name, rec.status, rec.body.String())
	}
}

// recorder is a ResponseWriter in memory.
type recorder struct {
	header http.Header
	status int
	body   strings.Builder
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }

func kick(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "kick CHANNEL")
	ts.Check(theWorld(ts).slack.Kick(args[0], ""))
}

func invite(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "invite CHANNEL")
	ts.Check(theWorld(ts).slack.Invite(args[0], "", "UANN"))
}

// erase deletes the newest card, as an admin of the workspace may.
func erase(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "erase USER CHANNEL")
	w := theWorld(ts)
	standing := w.standing(args[0], args[1], false)
	if len(standing) == 0 {
		ts.Fatalf("no card stands in %s", args[1])
	}
	remove(ts, args[1], standing[len(standing)-1].TS)
}

// remove deletes a message of Perch's.
func remove(ts *testscript.TestScript, channel, at string) {
	form := url.Values{"token": {localslack.BotToken}, "channel": {channel}, "ts": {at}}
	resp, err := http.PostForm(ts.Getenv("SLACK_API_URL")+"/chat.delete", form)
	ts.Check(err)
	defer resp.Body.Close()
	var said struct{ OK bool }
	ts.Check(json.NewDecoder(resp.Body).Decode(&said))
	if !said.OK {
		ts.Fatalf("the message was not deleted")
	}
}

// view waits until the topmost view of a person shows something.
func view(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "view USER REGEXP")
	w, want := theWorld(ts), regexp.MustCompile(`(?s)`+args[1])
	ctx, cancel := bounded()
	defer cancel()
	st, err := w.slack.WaitFor(ctx, args[0], func(st localslack.State) bool {
		return len(st.Views) > 0 && want.MatchString(st.Views[len(st.Views)-1].Shown())
	})
	if err != nil {
		var shown []string
		for _, v := range st.Views {
			shown = append(shown, v.Shown())
		}
		ts.Fatalf("no view ever showed %q; there is:\n%s", args[1], strings.Join(shown, "\n---\n"))
	}
}

// finishSession is an employer who signs in by the newest Connect session.
func (w *world) finishSession() error {
	sessions := w.finch.Sessions()
	for _, s := range slices.Backward(sessions) {
		if !s.Done {
			_, err := w.finch.FinishSession(s.ID)
			return err
		}
	}
	return fmt.Errorf("none of %d sessions is open", len(sessions))
}

// failMany fails a sync of so many connections of one provider.
func (w *world) failMany(provider string, n int) error {
	for _, c := range w.finch.Connections() {
		if n == 0 || c.ProviderID != provider || c.Status != "connected" || c.Environment == "sandbox" {
			continue
		}
		if _, _, err := w.finch.Sync(localfinch.Due{ConnectionID: c.ID, Outcome: "error"}); err != nil {
			return err
		}
		n--
	}
	if n > 0 {
		return fmt.Errorf("%s has %d connections too few that can fail", provider, n)
	}
	return nil
}

// mendMany completes a sync of all connections of one provider.
func (w *world) mendMany(provider string) error {
	for _, c := range w.finch.Connections() {
		if c.ProviderID != provider || c.Status != "connected" || c.Environment == "sandbox" {
			continue
		}
		if _, _, err := w.finch.Sync(localfinch.Due{ConnectionID: c.ID, Outcome: "complete"}); err != nil {
			return err
		}
	}
	return nil
}
