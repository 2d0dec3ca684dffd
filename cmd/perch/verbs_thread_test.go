package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	localslack "perch/internal/playground/slack"
)

// The verbs about what people write and what Perch adds to their threads.

// everywhere is somebody who sees every channel of the scripts.
const everywhere = "UANN"

// say writes in a channel; the message's ts is $TS.
func say(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 3, "say USER CHANNEL TEXT…")
	wrote(ts, localslack.Words{User: args[0], Channel: args[1], Text: strings.Join(args[2:], " ")})
}

// reply writes in a thread.
func reply(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 4, "reply USER CHANNEL ROOT TEXT…")
	wrote(ts, localslack.Words{User: args[0], Channel: args[1], Thread: args[2], Text: strings.Join(args[3:], " ")})
}

// write writes what Slack and other apps can add to a text.
func write(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "write {words}")
	var words localslack.Words
	ts.Check(json.Unmarshal([]byte(args[0]), &words))
	wrote(ts, words)
}

func wrote(ts *testscript.TestScript, words localslack.Words) {
	words.Text = strings.ReplaceAll(words.Text, `\n`, "\n")
	at, err := theWorld(ts).slack.Write(words)
	ts.Check(err)
	ts.Setenv("TS", at)
}

// repeat has a client send a message again: another ts, the same client_msg_id.
func repeat(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "repeat CHANNEL TS")
	at, err := theWorld(ts).slack.Repeat(args[0], args[1])
	ts.Check(err)
	ts.Setenv("TS", at)
}

// edit changes somebody's own message.
func edit(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 4, "edit USER CHANNEL TS TEXT…")
	ts.Check(theWorld(ts).slack.Edit(args[0], args[1], args[2], strings.Join(args[3:], " ")))
}

// shortcut runs one of the app's shortcuts, on a message or anywhere.
func runShortcut(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 2, "shortcut USER CALLBACK [CHANNEL TS]")
	var on localslack.Target
	if len(args) > 3 {
		on = localslack.Target{Channel: args[2], TS: args[3]}
	}
	ctx, cancel := bounded()
	defer cancel()
	err := theWorld(ts).slack.RunShortcut(ctx, args[0], args[1], on)
	if neg && err == nil {
		ts.Fatalf("the shortcut went through")
	}
	if !neg {
		ts.Check(err)
	}
}

// inThread are the messages of Perch's that everybody sees in a thread.
func (w *world) inThread(channel, root string) (found []localslack.Message) {
	for _, m := range w.slack.MessagesSeenBy(everywhere, channel) {
		if m.BotID == localslack.BotID && m.ThreadTS == root && m.TS != root && m.EphemeralTo == "" {
			found = append(found, m)
		}
	}
	return found
}

func (w *world) threadText(channel, root string) string {
	var texts []string
	for _, m := range w.inThread(channel, root) {
		texts = append(texts, m.Shown)
	}
	return strings.Join(texts, "\n---\n")
}

// replies waits until exactly so many messages of Perch's stand in a thread.
func replies(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 3, "replies CHANNEL ROOT N")
	w := theWorld(ts)
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	ctx, cancel := bounded()
	defer cancel()
	if w.slack.Wait(ctx, func() bool { return len(w.inThread(args[0], args[1])) == n }) != nil {
		ts.Fatalf("%d messages stand in the thread, not %d:\n%s", len(w.inThread(args[0], args[1])), n, w.threadText(args[0], args[1]))
	}
}

// thread waits until a message of Perch's in a thread shows something; ! thread:
// none does now.
func threadShows(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 3, "thread CHANNEL ROOT REGEXP")
	w, want := theWorld(ts), regexp.MustCompile(`(?s)`+args[2])
	shows := func() bool {
		return slices.ContainsFunc(w.inThread(args[0], args[1]), func(m localslack.Message) bool { return want.MatchString(m.Shown) })
	}
	if neg {
		if shows() {
			ts.Fatalf("the thread shows %q:\n%s", args[2], w.threadText(args[0], args[1]))
		}
		return
	}
	ctx, cancel := bounded()
	defer cancel()
	if w.slack.Wait(ctx, shows) != nil {
		ts.Fatalf("the thread never showed %q; there is:\n%s\nand in the channel:\n%s", args[2], w.threadText(args[0], args[1]), strings.Join(w.seen(everywhere, args[0]), "\n---\n"))
	}
}

// whisper waits until somebody alone is shown something in a thread; ! whisper:
// they are not.
func whisper(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 4, "whisper USER CHANNEL ROOT REGEXP")
	w, want := theWorld(ts), regexp.MustCompile(`(?s)`+args[3])
	hears := func() bool {
		return slices.ContainsFunc(w.slack.MessagesSeenBy(args[0], args[1]), func(m localslack.Message) bool {
			return m.EphemeralTo == args[0] && m.ThreadTS == args[2] && want.MatchString(m.Shown)
		})
	}
	if neg {
		if hears() {
			ts.Fatalf("%s is told %q", args[0], args[3])
		}
		return
	}
	ctx, cancel := bounded()
	defer cancel()
	if w.slack.Wait(ctx, hears) != nil {
		ts.Fatalf("%s was never told %q in the thread; there is:\n%s", args[0], args[3], strings.Join(w.seen(args[0], args[1]), "\n---\n"))
	}
}

// whispers waits until somebody was told exactly so much alone in a thread.
func whispers(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 4, "whispers USER CHANNEL ROOT N")
	want, err := strconv.Atoi(args[3])
	ts.Check(err)
	w, told := theWorld(ts), []string{}
	ctx, cancel := bounded()
	defer cancel()
	err = w.slack.Wait(ctx, func() bool {
		told = nil
		for _, m := range w.slack.MessagesSeenBy(args[0], args[1]) {
			if m.EphemeralTo == args[0] && m.ThreadTS == args[2] {
				told = append(told, m.Shown)
			}
		}
		return len(told) == want
	})
	if err != nil {
		ts.Fatalf("%s was told %d messages, not %d:\n%s", args[0], len(told), want, strings.Join(told, "\n---\n"))
	}
}

// knows sets an environment variable to the id of a customer's connection, and
// one with _CUSTOMER behind its name to the customer's own.
func knows(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "knows VARIABLE CUSTOMER")
	c := theWorld(ts).finch.Named(args[1])
	if len(c) == 0 {
		ts.Fatalf("Finch knows no %s", args[1])
	}
	ts.Setenv(args[0], c[0].ID)
	ts.Setenv(args[0]+"_CUSTOMER", c[0].CustomerID)
}

// unkept fails if words stand in the database or one of the files.
func unkept(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "unkept WORDS FILE…")
	w, texts := theWorld(ts), map[string]string{}
	for _, name := range args[1:] {
		texts[name] = ts.ReadFile(name)
	}
	ts.Check(filepath.WalkDir(w.env.WorkDir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.Contains(d.Name(), "perch.db") {
			return err
		}
		raw, err := os.ReadFile(path)
		texts[d.Name()] = string(raw)
		return err
	}))
	if len(texts["perch.db"]) == 0 {
		ts.Fatalf("there is no database, so this proves nothing")
	}
	for where, text := range texts {
		if strings.Contains(text, args[0]) {
			ts.Fatalf("%s holds %q", where, args[0])
		}
	}
}

// cleanView fails if a canary stands in what somebody looks at, or in a file that
// they were sent.
func cleanView(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "cleanview USER")
	w, texts := theWorld(ts), map[string]string{}
	top, ok := topView(ts, args[0])
	if !ok {
		ts.Fatalf("%s has no view open", args[0])
	}
	raw, err := json.Marshal(top)
	ts.Check(err)
	texts["the view"] = string(raw)
	for _, m := range w.slack.MessagesSeenBy(args[0], place(w, args[0], "DM")) {
		for _, f := range m.Files {
			if body, ok := w.slack.File(f.ID); ok {
				texts["file "+f.Name] = string(body)
			}
		}
	}
	for where, text := range texts {
		for kind, canary := range canaries {
			if strings.Contains(text, canary) {
				ts.Fatalf("%s holds the canary %s (%s): %s", where, kind, canary, around(text, canary))
			}
		}
	}
}

// unsay deletes what Perch said first in a thread, as an admin of the workspace may.
func unsay(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "unsay CHANNEL ROOT")
	said := theWorld(ts).inThread(args[0], args[1])
	if len(said) == 0 {
		ts.Fatalf("Perch said nothing in the thread")
	}
	remove(ts, args[0], said[0].TS)
}
