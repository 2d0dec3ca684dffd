package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	localslack "perch/internal/playground/slack"
)

// The verbs that deal with Connect sessions.

// session registers a session as the application that embeds Finch Connect does.
// Its events_token is $TOKEN.
func session(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 3, "session ID CUSTOMER NAME [FIELDS]")
	fields := map[string]any{}
	if len(args) > 3 {
		ts.Check(json.Unmarshal([]byte(args[3]), &fields))
	}
	for _, name := range []string{"created_at", "expires_at"} {
		ago(fields, name)
	}
	fields["session_id"], fields["customer_id"], fields["customer_name"] = args[0], args[1], args[2]
	body, err := json.Marshal(fields)
	ts.Check(err)
	resp, err := theWorld(ts).door(http.MethodPost, "/v1/sessions", string(body))
	ts.Check(err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%d %s\n", resp.StatusCode, raw)
	var answer struct {
		Token string `json:"events_token"`
	}
	if json.Unmarshal(raw, &answer) == nil {
		ts.Setenv("TOKEN", answer.Token)
	}
}

// ago makes a time of a length of time: "-40m" is so long ago.
func ago(fields map[string]any, name string) {
	text, _ := fields[name].(string)
	if d, err := time.ParseDuration(text); err == nil {
		fields[name] = time.Now().Add(d).UTC().Format(time.RFC3339Nano)
	}
}

// eventsOf are JSON objects, one an argument.
func eventsOf(ts *testscript.TestScript, args []string) []map[string]any {
	var events []map[string]any
	for _, arg := range args {
		var e map[string]any
		ts.Check(json.Unmarshal([]byte(arg), &e))
		ago(e, "at")
		events = append(events, e)
	}
	return events
}

// tell is the application telling of what happens in a session.
func tell(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 2, "tell ID EVENT…")
	body, err := json.Marshal(map[string]any{"events": eventsOf(ts, args[1:])})
	ts.Check(err)
	resp, err := theWorld(ts).door(http.MethodPost, "/v1/sessions/"+args[0]+"/events", string(body))
	ts.Check(err)
	answered(ts, neg, resp)
}

// beacon is the employer's browser telling of it: navigator.sendBeacon sends no
// headers of its own.
func beacon(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 3, "beacon ID TOKEN EVENT…")
	body, err := json.Marshal(map[string]any{"events_token": args[1], "events": eventsOf(ts, args[2:])})
	ts.Check(err)
	resp, err := http.Post("http://"+theWorld(ts).http+"/v1/sessions/"+args[0]+"/events", "text/plain;charset=UTF-8", strings.NewReader(string(body)))
	ts.Check(err)
	answered(ts, neg, resp)
}

func answered(ts *testscript.TestScript, neg bool, resp *http.Response) {
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%d %s\n", resp.StatusCode, raw)
	if refused := resp.StatusCode >= http.StatusBadRequest; refused != neg {
		ts.Fatalf("the door answers %d %s", resp.StatusCode, raw)
	}
}

// connectURL is a link in what Perch shows.
var connectURL = regexp.MustCompile(`https?://[^\s|>"\\]+/(?:connect/[A-Za-z0-9_-]{20,}|authorize\?session=[0-9a-f-]+)`)

// link waits until a person is shown an employer's link; it is $LINK then.
func link(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "link USER CHANNEL: in a message, or in the topmost view")
	w := theWorld(ts)
	poll(ts, "no link is shown", func() bool {
		st, err := w.slack.State(args[0])
		ts.Check(err)
		seen := w.seen(args[0], args[1])
		raw, err := json.Marshal(st.Views)
		ts.Check(err)
		found := connectURL.FindString(strings.Join(seen, "\n") + string(raw))
		found = strings.ReplaceAll(found, `\u0026`, "&")
		ts.Setenv("LINK", found)
		return found != ""
	})
}

// submit sends the topmost view in, as it is filled.
func submit(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "submit USER [BLOCK ACTION VALUE]…")
	top, ok := topView(ts, args[0])
	if !ok {
		ts.Fatalf("%s has no view open", args[0])
	}
	values := map[string]map[string]localslack.Value{}
	for field := range slices.Chunk(args[1:], 3) {
		values[field[0]] = map[string]localslack.Value{field[1]: given(ts, top, field[2])}
	}
	ctx, cancel := bounded()
	defer cancel()
	_, err := theWorld(ts).slack.Submit(ctx, args[0], top.ID(), values)
	ts.Check(err)
}

// employer finishes the local Finch's newest session; its code is $CODE.
func employer(ts *testscript.TestScript, _ bool, _ []string) {
	w := theWorld(ts)
	all := w.finch.Sessions()
	if len(all) == 0 {
		ts.Fatalf("Finch has no session")
	}
	code, err := w.finch.FinishSession(all[len(all)-1].ID)
	ts.Check(err)
	ts.Setenv("CODE", code)
}

// hosted asks the page that Perch hosts, as a browser on it would.
func hosted(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 2, "hosted METHOD URL [BODY]")
	body := ""
	if len(args) > 2 {
		body = args[2]
	}
	req, err := http.NewRequest(args[0], args[1], strings.NewReader(body))
	ts.Check(err)
	at, err := url.Parse(args[1])
	ts.Check(err)
	req.Header.Set("Origin", at.Scheme+"://"+at.Host)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	answered(ts, neg, resp)
}
