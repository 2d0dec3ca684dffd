package main

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	localslack "perch/internal/playground/slack"
)

// verb is one word of the scripts' language.
type verb = func(ts *testscript.TestScript, neg bool, args []string)

var verbs = map[string]verb{
	"ready":     ready,         // ready [sockets]: wait until Perch is ready, with so many sockets (2); ! ready: until it is not
	"slash":     slash,         // slash USER CHANNEL /command text…; ! slash: Slack shows a failure
	"expect":    expect,        // expect USER CHANNEL REGEXP: wait until the newest message shows it
	"never":     never,         // never USER CHANNEL REGEXP: no message shows it
	"click":     click,         // click USER CHANNEL ACTION [VALUE]: press, choose or type on the newest card that has it
	"pick":      pick,          // pick USER CHANNEL ACTION N: choose the Nth option, counted from 0, of a menu
	"suggest":   suggest,       // suggest USER CHANNEL ACTION TYPED REGEXP: what a searching menu offers
	"slack":     turn,          // slack {fault}: turn a switch of the local Slack
	"finch":     finchDo,       // finch status|token|revoke|fault|mend|webhooks|sync|event|flush|replay|client|finish|fail|heal …
	"person":    person,        // person {user}: add or change somebody
	"acked":     acked,         // acked: wait until every envelope is acknowledged, within 3 s and on its own socket
	"sockets":   sockets,       // sockets FIELD REGEXP: wait until none is open; every one had it
	"gone":      gone,          // gone N: wait until so many sockets are closed
	"send":      send,          // send {envelope}: send any envelope and wait for its acknowledgement
	"door":      door,          // door METHOD PATH [BODY]: ask Perch's HTTP door; stdout is status and body
	"noleak":    noleak,        // noleak FILE…: no token in these, the database, or any message
	"called":    called,        // called METHOD N: wait until the local Slack was asked so often
	"opens":     opens,         // opens MAX: apps.connections.open was asked at most so often
	"asked":     asked,         // asked PATH N: wait until the local Finch was asked so often
	"looked":    looked,        // looked N: wait until Perch has looked at connections so often since it was started, and knows what it saw
	"metric":    metric,        // metric REGEXP: wait until Perch's metrics show it
	"lists":     lists,         // lists USER CHANNEL COMMAND REGEXP: type it until the answer shows it
	"jobs":      jobs,          // jobs USER CHANNEL ID REGEXP: ask /jobs ID until it shows it
	"jobread":   jobRead,       // jobread ID: wait until Perch asks the local Finch for a job
	"put":       put,           // put CONNECTION FILE: hand a token to Perch's door
	"page":      page,          // page: wait for the playground's page
	"card":      shows,         // card USER CHANNEL REGEXP: wait for a card in the playground
	"status":    exits,         // status N COMMAND…: run it; its exit status is N
	"dangle":    dangle,        // dangle CONNECTION REST: leave a PUT open at Perch's door, REST bytes of whose body never come
	"term":      term,          // term: send SIGTERM to what runs in the background
	"cards":     cards,         // cards USER CHANNEL N: wait until so many cards stand, none twice
	"lines":     lines,         // lines USER CHANNEL N: wait until so many lines stand in threads, none twice
	"told":      told,          // told USER CHANNEL REGEXP: wait until one of the cards or lines shows it; ! told: none does now
	"answer":    answer,        // answer USER CHANNEL REGEXP: wait until any message seen shows it
	"view":      view,          // view USER REGEXP: wait until the topmost view shows it
	"held":      held,          // held METHOD [N]: wait until switches of the local Slack hold so many calls (1)
	"twice":     twice,         // twice USER CHANNEL: wait until one card stands twice
	"fewcards":  fewCards,      // fewcards USER CHANNEL MAX: no more cards stand than that
	"channel":   channel,       // channel {channel}: change some fields of a channel
	"kick":      kick,          // kick CHANNEL: take the bot out of it
	"invite":    invite,        // invite CHANNEL: let the bot in again
	"erase":     erase,         // erase USER CHANNEL: delete the newest card
	"session":   session,       // session ID CUSTOMER NAME [FIELDS]: the application registers a Connect session; its events_token is $TOKEN
	"tell":      tell,          // tell ID EVENT…: the application tells of events; ! tell: it is refused
	"beacon":    beacon,        // beacon ID TOKEN EVENT…: the employer's browser does
	"link":      link,          // link USER CHANNEL: wait until an employer's link is shown; it is $LINK
	"submit":    submit,        // submit USER [BLOCK ACTION VALUE]…: send the topmost view in, with these filled in
	"modal":     modal,         // modal USER CHANNEL COMMAND REGEXP: type it; the view that opens shows it
	"press":     press,         // press USER ACTION [VALUE]: press, choose or type in the topmost view, and wait until it changes
	"noview":    noView,        // noview USER REGEXP: the topmost view does not show it
	"close":     closeViews,    // close USER: close every view
	"plant":     plantCanaries, // plant: the local Finch's answers hold canaries from now on
	"everyread": everyRead,     // everyread USER CHANNEL CUSTOMER: make every call that reads in the explorer
	"nocanary":  noCanary,      // nocanary FILE…: no canary in these, the database, or anything that Slack was sent
	"employer":  employer,      // employer: the local Finch's newest session is finished; its code is $CODE
	"hosted":    hosted,        // hosted METHOD URL [BODY]: ask a page that Perch hosts, as a browser on it would
	"say":       say,           // say USER CHANNEL TEXT…: write a message; its ts is $TS
	"reply":     reply,         // reply USER CHANNEL ROOT TEXT…: write in a thread
	"write":     write,         // write {words}: write with all that can be added: bot_id, client_msg_id, attachments
	"repeat":    repeat,        // repeat CHANNEL TS: the client sends it again, under another ts
	"edit":      edit,          // edit USER CHANNEL TS TEXT…: change one's own message
	"shortcut":  runShortcut,   // shortcut USER CALLBACK [CHANNEL TS]: use a shortcut, on a message or anywhere
	"replies":   replies,       // replies CHANNEL ROOT N: wait until exactly so many messages of Perch's stand in a thread
	"thread":    threadShows,   // thread CHANNEL ROOT REGEXP: wait until one of them shows it; ! thread: none does now
	"whisper":   whisper,       // whisper USER CHANNEL ROOT REGEXP: wait until they alone are shown it there; ! whisper: they are not
	"whispers":  whispers,      // whispers USER CHANNEL ROOT N: wait until exactly so much was told them alone there
	"knows":     knows,         // knows VARIABLE CUSTOMER: the customer's connection id; VARIABLE_CUSTOMER is their own
	"unsay":     unsay,         // unsay CHANNEL ROOT: delete what Perch said first in a thread
	"cleanview": cleanView,     // cleanview USER: no canary in the topmost view, nor in a file in their direct messages
	"unkept":    unkept,        // unkept WORDS FILE…: the words stand neither in these nor in the database
	"took":      took,          // took MAX: what was sent SIGTERM ended within this time
}

func theWorld(ts *testscript.TestScript) *world { return ts.Value("world").(*world) }

func bounded() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), scriptPatience)
}

func need(ts *testscript.TestScript, args []string, n int, usage string) {
	if len(args) < n {
		ts.Fatalf("usage: %s", usage)
	}
}

func slash(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 3, "slash USER CHANNEL /command text…")
	ctx, cancel := bounded()
	defer cancel()
	err := theWorld(ts).slack.Slash(ctx, args[0], args[1], strings.Join(args[2:], " "))
	if neg && err == nil {
		ts.Fatalf("Slack showed no failure")
	}
	if !neg {
		ts.Check(err)
	}
}

func expect(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 3, "expect USER CHANNEL REGEXP")
	if neg {
		ts.Fatalf("use never")
	}
	w, want := theWorld(ts), regexp.MustCompile(`(?s)`+args[2])
	ctx, cancel := bounded()
	defer cancel()
	err := w.slack.Wait(ctx, func() bool {
		all := w.slack.MessagesSeenBy(args[0], place(w, args[0], args[1]))
		return len(all) > 0 && want.MatchString(shown(all[len(all)-1]))
	})
	if err != nil {
		ts.Fatalf("%s never saw %q in %s; there is:\n%s", args[0], args[2], args[1], strings.Join(w.seen(args[0], args[1]), "\n---\n"))
	}
}

func never(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 3, "never USER CHANNEL REGEXP")
	for _, text := range theWorld(ts).seen(args[0], args[1]) {
		if regexp.MustCompile(`(?s)` + args[2]).MatchString(text) {
			ts.Fatalf("%s sees %q in %s", args[0], text, args[1])
		}
	}
}

// place is a channel, or DM for a person's conversation with the bot.
func place(w *world, user, channel string) string {
	if channel != "DM" {
		return channel
	}
	st, err := w.slack.State(user)
	if err != nil {
		return channel
	}
	i := slices.IndexFunc(st.Channels, func(c localslack.ChannelView) bool { return c.Kind == localslack.DM })
	if i < 0 {
		return channel
	}
	return st.Channels[i].ID
}

func (w *world) seen(user, channel string) []string {
	var texts []string
	for _, m := range w.slack.MessagesSeenBy(user, place(w, user, channel)) {
		texts = append(texts, shown(m))
	}
	return texts
}

// shown is what a person reads of a message, files included.
func shown(m localslack.Message) string {
	var text strings.Builder
	text.WriteString(m.Shown)
	for _, f := range m.Files {
		text.WriteString("\n[file " + f.Name + "]")
	}
	return text.String()
}

// newest is the newest message seen that has an element of this action.
func newest(ts *testscript.TestScript, user, channel, action string) localslack.Target {
	w := theWorld(ts)
	all := w.slack.MessagesSeenBy(user, channel)
	for _, m := range slices.Backward(all) {
		raw, err := json.Marshal(m.Blocks)
		ts.Check(err)
		if strings.Contains(string(raw), strconv.Quote(action)) {
			return localslack.Target{Channel: channel, TS: m.TS, ActionID: action}
		}
	}
	ts.Fatalf("no message that %s sees in %s has %s:\n%s", user, channel, action, strings.Join(w.seen(user, channel), "\n---\n"))
	return localslack.Target{}
}

func click(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 3, "click USER CHANNEL ACTION [VALUE]")
	var chosen localslack.Value
	if len(args) > 3 {
		chosen = args[3]
	}
	ctx, cancel := bounded()
	defer cancel()
	err := theWorld(ts).slack.Click(ctx, args[0], newest(ts, args[0], args[1], args[2]), chosen)
	if neg && err == nil {
		ts.Fatalf("the press went through")
	}
	if !neg {
		ts.Check(err)
	}
}

func pick(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 4, "pick USER CHANNEL ACTION N")
	n, err := strconv.Atoi(args[3])
	ts.Check(err)
	t := newest(ts, args[0], args[1], args[2])
	for _, m := range theWorld(ts).slack.MessagesSeenBy(args[0], args[1]) {
		if m.TS != t.TS {
			continue
		}
		options := optionsOf(m.Blocks, args[2])
		if n >= len(options) {
			ts.Fatalf("the menu has %d options", len(options))
		}
		click(ts, false, []string{args[0], args[1], args[2], options[n]})
	}
}

// optionsOf are the values that an element of this action offers, wherever it stands.
func optionsOf(within any, action string) (values []string) {
	switch v := within.(type) {
	case []any:
		for _, inner := range v {
			values = append(values, optionsOf(inner, action)...)
		}
	case map[string]any:
		if offered, ok := v["options"].([]any); ok && v["action_id"] == action {
			for _, o := range offered {
				option, _ := o.(map[string]any)
				value, _ := option["value"].(string)
				values = append(values, value)
			}
			return values
		}
		for _, inner := range v {
			values = append(values, optionsOf(inner, action)...)
		}
	}
	return values
}

func suggest(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 5, "suggest USER CHANNEL ACTION TYPED REGEXP")
	ctx, cancel := bounded()
	defer cancel()
	offered, err := theWorld(ts).slack.Suggest(ctx, args[0], newest(ts, args[0], args[1], args[2]), args[3])
	ts.Check(err)
	raw, err := json.Marshal(offered)
	ts.Check(err)
	if regexp.MustCompile(args[4]).Match(raw) == neg {
		ts.Fatalf("the menu offers %s", raw)
	}
}

func turn(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "slack {fault}")
	var f localslack.Fault
	ts.Check(json.Unmarshal([]byte(args[0]), &f))
	ts.Check(theWorld(ts).slack.Fault(f))
}

func person(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "person {user}")
	var u localslack.User
	ts.Check(json.Unmarshal([]byte(args[0]), &u))
	theWorld(ts).slack.PutUser(u)
}

func acked(ts *testscript.TestScript, _ bool, _ []string) {
	w := theWorld(ts)
	poll(ts, "an envelope was never acknowledged in time", func() bool {
		return w.slack.Queued() == 0 && !slices.ContainsFunc(w.slack.Deliveries(), func(d localslack.Delivery) bool { return !d.Acked || d.AckMS > 3000 })
	})
	for _, s := range w.slack.Sockets() {
		if s.WrongAcks+s.UnknownAcks+s.Oversize+s.Fragmented > 0 {
			ts.Fatalf("socket %d was sent what Slack would not act on: %+v", s.ID, s)
		}
	}
}

// sockets comes after wait: the program may end before the local Slack has read
// that it said goodbye.
func sockets(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "sockets FIELD REGEXP")
	w := theWorld(ts)
	poll(ts, "no socket was ever closed, or one is open still", func() bool {
		all := w.slack.Sockets()
		return len(all) > 0 && !slices.ContainsFunc(all, func(s localslack.Socket) bool { return s.Closed == nil })
	})
	for _, s := range w.slack.Sockets() {
		var fields map[string]any
		raw, err := json.Marshal(s)
		ts.Check(err)
		ts.Check(json.Unmarshal(raw, &fields))
		if !regexp.MustCompile(args[1]).MatchString(fmt.Sprint(fields[args[0]])) {
			ts.Fatalf("socket %d has %s %v: %s", s.ID, args[0], fields[args[0]], raw)
		}
	}
}

func gone(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "gone N")
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	poll(ts, fmt.Sprintf("never were %d sockets closed", n), func() bool {
		closed := 0
		for _, s := range theWorld(ts).slack.Sockets() {
			if s.Closed != nil {
				closed++
			}
		}
		return closed >= n
	})
}

func send(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 1, "send {envelope}")
	var frame map[string]any
	ts.Check(json.Unmarshal([]byte(args[0]), &frame))
	ctx, cancel := bounded()
	defer cancel()
	d, err := theWorld(ts).slack.Envelope(ctx, frame)
	ts.Check(err)
	if d.Acked == neg {
		ts.Fatalf("acked: %v", d.Acked)
	}
}

func opens(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "opens MAX")
	most, err := strconv.Atoi(args[0])
	ts.Check(err)
	if n := len(theWorld(ts).slack.Calls("apps.connections.open")); n > most {
		ts.Fatalf("apps.connections.open was asked %d times, at most %d expected", n, most)
	}
}

func called(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "called METHOD N")
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	poll(ts, fmt.Sprintf("Slack was not asked %d times for %s", n, args[0]), func() bool {
		return len(theWorld(ts).slack.Calls(args[0])) >= n
	})
}

// poll waits for what no notification tells.
func poll(ts *testscript.TestScript, otherwise string, done func() bool) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(scriptPatience)
	for !done() {
		select {
		case <-tick.C:
		case <-deadline:
			ts.Fatalf("%s", otherwise)
		}
	}
}

// jobs asks /jobs ID as often as it takes: what a webhook began ends later.
func jobs(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 4, "jobs USER CHANNEL ID REGEXP")
	lists(ts, neg, []string{args[0], args[1], "/jobs " + args[2], args[3]})
}

// lists types a command as often as it takes.
func lists(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 4, "lists USER CHANNEL COMMAND REGEXP")
	w, want := theWorld(ts), regexp.MustCompile(`(?s)`+args[3])
	poll(ts, fmt.Sprintf("%s never showed %q", args[2], args[3]), func() bool {
		before := len(w.seen(args[0], args[1]))
		slash(ts, false, []string{args[0], args[1], args[2]})
		ctx, cancel := bounded()
		defer cancel()
		ts.Check(w.slack.Wait(ctx, func() bool { return len(w.seen(args[0], args[1])) > before }))
		all := w.seen(args[0], args[1])
		return want.MatchString(all[len(all)-1])
	})
}

// jobRead waits until Perch asks for a job by its id.
func jobRead(ts *testscript.TestScript, _ bool, args []string) {
	poll(ts, "Perch never asked for the job", func() bool { return theWorld(ts).timesAsked("/jobs/automated/{job_id}") > 0 })
}
