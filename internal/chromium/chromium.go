// Package chromium drives a headless Chromium for tests, by its debugging
// protocol. Nothing in it sleeps: a test waits for what is to be seen.
//
// Tests that need it are skipped where Chromium is not installed.
package chromium

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// Patience is long because a browser on a busy machine is slow to start; a
// healthy run takes a few seconds.
const Patience = 90 * time.Second

// Tab is one page in a Chromium of its own.
type Tab struct {
	conn     *websocket.Conn
	last     int
	requests []string
}

// witness has every document note in window.broken what goes wrong in it.
const witness = `
	window.broken = []
	addEventListener("securitypolicyviolation", (e) => broken.push(e.violatedDirective + " " + e.blockedURI))
	addEventListener("error", (e) => broken.push(e.message))
	addEventListener("unhandledrejection", (e) => broken.push(String(e.reason)))`

// Open starts a Chromium with an empty page. It ends with the test.
func Open(t *testing.T) *Tab {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed")
	}
	conn, _, err := websocket.DefaultDialer.Dial(target(t, start(t, path)), nil)
	if err != nil {
		t.Fatalf("reach chromium: %v", err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	p := &Tab{conn: conn}
	p.Call(t, "Page.enable", map[string]any{})
	p.Call(t, "Network.enable", map[string]any{})
	p.Call(t, "Page.addScriptToEvaluateOnNewDocument", map[string]any{"source": witness})
	return p
}

// start starts the program and gives the folder of its profile.
func start(t *testing.T, path string) (profile string) {
	t.Helper()
	profile = t.TempDir()
	ctx, stop := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
		"--remote-debugging-port=0", "--user-data-dir="+profile, "about:blank")
	if err := cmd.Start(); err != nil {
		stop()
		t.Fatalf("start chromium: %v", err)
	}
	// Its children may outlive it for a moment and still write to the profile,
	// so the folder is emptied here and not left to the test alone.
	t.Cleanup(func() {
		stop()
		_ = cmd.Wait()
		Until(t, "the profile is gone", func() bool { return os.RemoveAll(profile) == nil })
	})
	return profile
}

// target is the debugging address of Chromium's first page.
func target(t *testing.T, profile string) string {
	t.Helper()
	var port string
	Until(t, "chromium listens", func() bool {
		text, err := os.ReadFile(filepath.Join(profile, "DevToolsActivePort"))
		port, _, _ = strings.Cut(string(text), "\n")
		return err == nil && port != ""
	})
	var address string
	Until(t, "chromium has a page", func() bool {
		var targets []struct {
			Type string `json:"type"`
			URL  string `json:"webSocketDebuggerUrl"`
		}
		resp, err := http.Get("http://127.0.0.1:" + port + "/json/list")
		if err != nil {
			return false
		}
		defer resp.Body.Close()
		_ = json.NewDecoder(resp.Body).Decode(&targets)
		for _, one := range targets {
			if one.Type == "page" {
				address = one.URL
			}
		}
		return address != ""
	})
	return address
}

// Until waits until ok.
func Until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(Patience)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
		<-tick.C
	}
}

// Call asks Chromium something of its protocol.
func (p *Tab) Call(t *testing.T, method string, params any) json.RawMessage {
	t.Helper()
	result, err := p.ask(t, method, params)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

var errRefused = errors.New("chromium refused")

// heard is an answer, or an event.
type heard struct {
	ID     int             `json:"id"`
	Result json.RawMessage `json:"result"`
	Error  json.RawMessage `json:"error"`

	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
}

// ask is Call where Chromium may refuse: what was asked for may be gone by then.
func (p *Tab) ask(t *testing.T, method string, params any) (json.RawMessage, error) {
	t.Helper()
	p.last++
	_ = p.conn.SetReadDeadline(time.Now().Add(Patience))
	if err := p.conn.WriteJSON(map[string]any{"id": p.last, "method": method, "params": params}); err != nil {
		t.Fatalf("%s: %v", method, err)
	}
	for {
		var h heard
		if err := p.conn.ReadJSON(&h); err != nil {
			t.Fatalf("%s: %v", method, err)
		}
		if h.ID != p.last {
			p.note(h) // or what an earlier page still had to say
			continue
		}
		if h.Error != nil {
			return nil, fmt.Errorf("%w: %s: %s", errRefused, method, h.Error)
		}
		return h.Result, nil
	}
}

// note keeps of the events what is asked for later.
func (p *Tab) note(h heard) {
	var sent struct{ Request struct{ URL string } }
	if h.Method == "Network.requestWillBeSent" && json.Unmarshal(h.Params, &sent) == nil {
		p.requests = append(p.requests, sent.Request.URL)
	}
}

// Requests are the addresses of all that the page and its frames asked for until
// the last call.
func (p *Tab) Requests() []string { return p.requests }
