package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"perch/internal/chromium"
	"perch/internal/connect"
	localfinch "perch/internal/playground/finch"
	localslack "perch/internal/playground/slack"
	"perch/store"
)

// whole is the program, running between a local Slack, a local Finch and a
// browser. Everything has an origin of its own.
type whole struct {
	*world
	perch, finchAt string
	// st looks into the database beside the program.
	st  *store.Store
	log *writtenLog
	// links are those shown so far; form is the view of the newest.
	links []string
	form  string
}

// writtenLog is a log that several goroutines write.
type writtenLog struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *writtenLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *writtenLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// startWhole runs the program until the test ends.
func startWhole(t *testing.T) *whole {
	t.Helper()
	addr, err := freeAddress()
	if err != nil {
		t.Fatal(err)
	}
	w := &whole{world: &world{http: addr}, perch: "http://" + addr, log: &writtenLog{}}
	w.slack = localslack.New(unlimited())
	w.finch = localfinch.New(localfinch.Options{Seed: 1})
	slackAt, finchAt := httptest.NewServer(w.slack.API()), httptest.NewServer(w.finch.API())
	w.finchAt = finchAt.URL
	t.Cleanup(func() {
		w.slack.Close()
		w.finch.Close()
		slackAt.CloseClientConnections()
		slackAt.Close()
		finchAt.CloseClientConnections()
		finchAt.Close()
	})
	id, secret := w.finch.Client("production")
	dir := t.TempDir()
	w.serve(t, map[string]string{
		"SLACK_BOT_TOKEN": localslack.BotToken, "SLACK_APP_TOKEN": localslack.AppToken, "SLACK_API_URL": slackAt.URL + "/api/",
		"FINCH_API_URL": finchAt.URL, "FINCH_CLIENT_ID": id, "FINCH_CLIENT_SECRET": secret,
		"FINCH_CONNECT_URL": finchAt.URL, "FINCH_CONNECT_JS": finchAt.URL + "/connect.js",
		"PERCH_HTTP_ADDR": addr, "PERCH_PUBLIC_URL": w.perch, "PERCH_API_KEY": scriptAPIKey,
		"PERCH_DATABASE": filepath.Join(dir, "perch.db"), "HOME": dir, "PERCH_LOG_LEVEL": "debug",
	})
	return w
}

// serve runs `perch serve` and waits until it is ready.
func (w *whole) serve(t *testing.T, settings map[string]string) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, []string{"serve"}, func(name string) string { return settings[name] }, strings.NewReader(""), w.log, w.log)
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("perch serve: %v", err)
		}
		if t.Failed() {
			t.Logf("the log:\n%s", w.log)
		}
	})
	chromium.Until(t, "Perch is ready", func() bool { return w.ok("/readyz") })
	keys, err := store.KeysFor(ctx, settings["PERCH_DATABASE"], "")
	if err == nil {
		w.st, err = store.Open(ctx, store.Options{Database: settings["PERCH_DATABASE"], Keys: keys})
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.st.Close() })
}

// makeLink has a person make an employer's link, and gives it as it is shown.
func (w *whole) makeLink(t *testing.T, customerID, name string) (link, sessionID string) {
	t.Helper()
	w.ordersLink(t, customerID, name)
	return w.shownLink(t, customerID)
}

// remakeLink is makeLink for a customer who is connected, and must sign in again.
func (w *whole) remakeLink(t *testing.T, customerID, name string) (link, sessionID string) {
	t.Helper()
	w.ordersLink(t, customerID, name)
	const button = "perch.relink"
	chromium.Until(t, "a reconnect link is offered", func() bool {
		_, content := w.topmost(t)
		return strings.Contains(content, button)
	})
	ctx, cancel := bounded()
	defer cancel()
	if err := w.slack.Click(ctx, "UBO", localslack.Target{ViewID: w.form, ActionID: button}, nil); err != nil {
		t.Fatal(err)
	}
	return w.shownLink(t, customerID)
}

// ordersLink sends in the form for a link.
func (w *whole) ordersLink(t *testing.T, customerID, name string) {
	t.Helper()
	ctx, cancel := bounded()
	defer cancel()
	if err := w.slack.Slash(ctx, "UBO", "CSUPPORT", "/perch link "+customerID+" "+name); err != nil {
		t.Fatal(err)
	}
	last := w.form
	chromium.Until(t, "a new form opens", func() bool {
		var content string
		w.form, content = w.topmost(t)
		return w.form != last && strings.Contains(content, customerID)
	})
	if _, err := w.slack.Submit(ctx, "UBO", w.form, nil); err != nil {
		t.Fatal(err)
	}
}

// shownLink waits for a link that was not shown before, and gives it with the
// customer's newest session.
func (w *whole) shownLink(t *testing.T, customerID string) (link, sessionID string) {
	t.Helper()
	chromium.Until(t, "the link is shown", func() bool {
		_, content := w.topmost(t)
		link = connectURL.FindString(content)
		return link != "" && !slices.Contains(w.links, link)
	})
	w.links = append(w.links, link)
	all, err := w.st.CustomerSessions(t.Context(), customerID, 1)
	if err != nil || len(all) != 1 {
		t.Fatalf("%d sessions of %s, %v", len(all), customerID, err)
	}
	return link, all[0].Session.ID
}

// topmost is the view that a person sees; empty if none is open.
func (w *whole) topmost(t *testing.T) (id, content string) {
	t.Helper()
	st, err := w.slack.State("UBO")
	if err != nil {
		t.Fatal(err)
	}
	if len(st.Views) == 0 {
		return "", ""
	}
	top := st.Views[len(st.Views)-1]
	raw, err := json.Marshal(top)
	if err != nil {
		t.Fatal(err)
	}
	return top.ID(), string(raw)
}

// says waits until a session's stored events are these and no others, in any
// order: "browser error Wrong password.". What Finch tells of the connection
// later is left out.
func (w *whole) says(t *testing.T, sessionID string, want ...string) {
	t.Helper()
	slices.Sort(want)
	var said []string
	defer func() {
		if !slices.Equal(said, want) {
			t.Errorf("the session says %q, want %q", said, want)
		}
	}()
	chromium.Until(t, "the session says "+strings.Join(want, ", "), func() bool {
		events, err := w.st.SessionEvents(t.Context(), sessionID)
		if err != nil {
			t.Fatal(err)
		}
		said = nil
		for _, e := range events {
			if e.Source != connect.FromFinch {
				said = append(said, strings.TrimSpace(fmt.Sprintf("%s %s %s", e.Source, e.Type, e.Message)))
			}
		}
		slices.Sort(said)
		return slices.Equal(said, want)
	})
}

// shows types a command until its answer holds the words.
func (w *whole) shows(t *testing.T, command string, words ...string) {
	t.Helper()
	last := ""
	defer func() {
		if t.Failed() {
			t.Logf("%s showed last:\n%s", command, last)
		}
	}()
	chromium.Until(t, fmt.Sprintf("%s shows %q", command, words), func() bool {
		before := len(w.seen("UBO", "CSUPPORT"))
		ctx, cancel := bounded()
		defer cancel()
		if err := w.slack.Slash(ctx, "UBO", "CSUPPORT", command); err != nil {
			t.Fatal(err)
		}
		if err := w.slack.Wait(ctx, func() bool { return len(w.seen("UBO", "CSUPPORT")) > before }); err != nil {
			t.Fatal(err)
		}
		all := w.seen("UBO", "CSUPPORT")
		last = all[len(all)-1]
		return !slices.ContainsFunc(words, func(s string) bool { return !strings.Contains(last, s) })
	})
}
