package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// patience is long because a browser on a busy machine is slow to start; a
// healthy run takes a few seconds.
const patience = 90 * time.Second

// tab is one page in a headless Chromium, driven by its debugging protocol.
type tab struct {
	conn *websocket.Conn
	last int
}

// openTab opens an empty page that remembers what goes wrong in it.
func openTab(t *testing.T) *tab {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed")
	}
	profile := t.TempDir()
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
		until(t, "the profile is gone", func() bool { return os.RemoveAll(profile) == nil })
	})
	conn, _, err := websocket.DefaultDialer.Dial(target(t, profile), nil)
	if err != nil {
		t.Fatalf("reach chromium: %v", err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	p := &tab{conn: conn}
	p.call(t, "Page.enable", map[string]any{})
	p.call(t, "Page.addScriptToEvaluateOnNewDocument", map[string]any{"source": `
		window.broken = []
		addEventListener("securitypolicyviolation", (e) => broken.push(e.violatedDirective + " " + e.blockedURI))
		addEventListener("error", (e) => broken.push(e.message))`})
	return p
}

func (p *tab) goes(t *testing.T, address string) {
	t.Helper()
	p.call(t, "Page.navigate", map[string]any{"url": address})
}

// target is the debugging address of Chromium's first page.
func target(t *testing.T, profile string) string {
	t.Helper()
	var port string
	until(t, "chromium listens", func() bool {
		text, err := os.ReadFile(filepath.Join(profile, "DevToolsActivePort"))
		port, _, _ = strings.Cut(string(text), "\n")
		return err == nil && port != ""
	})
	var address string
	until(t, "chromium has a page", func() bool {
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

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
		<-tick.C
	}
}

func (p *tab) call(t *testing.T, method string, params any) json.RawMessage {
	t.Helper()
	p.last++
	_ = p.conn.SetReadDeadline(time.Now().Add(patience))
	if err := p.conn.WriteJSON(map[string]any{"id": p.last, "method": method, "params": params}); err != nil {
		t.Fatalf("%s: %v", method, err)
	}
	for {
		var answer struct {
			ID     int             `json:"id"`
			Result json.RawMessage `json:"result"`
			Error  json.RawMessage `json:"error"`
		}
		if err := p.conn.ReadJSON(&answer); err != nil {
			t.Fatalf("%s: %v", method, err)
		}
		if answer.ID != p.last {
			continue // an event, or what an earlier page still had to say
		}
		if answer.Error != nil {
			t.Fatalf("%s: %s", method, answer.Error)
		}
		return answer.Result
	}
}

var errThrown = errors.New("the page threw")

// eval runs an expression in the page and gives its value as text.
func (p *tab) eval(t *testing.T, expression string) (string, error) {
	t.Helper()
	var answer struct {
		Result           struct{ Value any }
		ExceptionDetails json.RawMessage
	}
	raw := p.call(t, "Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true})
	if err := json.Unmarshal(raw, &answer); err != nil {
		return "", err
	}
	if answer.ExceptionDetails != nil {
		return "", fmt.Errorf("%w: %s", errThrown, answer.ExceptionDetails)
	}
	return fmt.Sprint(answer.Result.Value), nil
}

// does runs something in the page once.
func (p *tab) does(t *testing.T, expression string) {
	t.Helper()
	if _, err := p.eval(t, expression); err != nil {
		t.Fatal(err)
	}
}

// sees waits until an expression of the page is true.
func (p *tab) sees(t *testing.T, expression string) {
	t.Helper()
	// The page may be between two documents: then it throws, and is asked again.
	until(t, expression, func() bool {
		got, err := p.eval(t, expression)
		return err == nil && got == "true"
	})
}

// click presses the mouse in the middle of an element.
func (p *tab) click(t *testing.T, selector string) {
	t.Helper()
	var at struct{ X, Y float64 }
	middle, err := p.eval(t, `(() => { const at = document.querySelector(`+strconv.Quote(selector)+`).getBoundingClientRect(); return JSON.stringify({ x: at.x + at.width / 2, y: at.y + at.height / 2 }); })()`)
	if err == nil {
		err = json.Unmarshal([]byte(middle), &at)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"mousePressed", "mouseReleased"} {
		p.call(t, "Input.dispatchMouseEvent", map[string]any{"type": kind, "x": at.X, "y": at.Y, "button": "left", "clickCount": 1})
	}
}
