package web_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"perch/internal/chromium"
	"perch/internal/connect"
)

// stubConnect is a Finch Connect that says to the page around it what that page
// has it say.
const stubConnect = `<!doctype html><title>Connect</title><p>Finch Connect</p>
<script>addEventListener("message", (e) => e.data.echo && parent.postMessage(e.data.echo, "*"))</script>`

// hosts is a browser's surroundings: Perch, Finch Connect and the host
// application's pages, each at an origin of its own.
type hosts struct {
	*house
	book               *book
	perch, finch, page *httptest.Server

	mu sync.Mutex
	// down: Perch answers 503. modes are the fetch modes of what was posted.
	down  bool
	modes []string
	posts strings.Builder
}

func newHosts(t *testing.T, l *links, pages map[string]string) *hosts {
	t.Helper()
	library, err := os.ReadFile("../playground/finch/connect.js")
	if err != nil {
		t.Fatal(err)
	}
	h := &hosts{book: newBook("s1", "s2")}
	h.perch = httptest.NewServer(http.HandlerFunc(h.serve))
	h.finch = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/connect.js" {
			w.Header().Set("Content-Type", "text/javascript")
			_, _ = w.Write(library)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, stubConnect)
	}))
	h.page = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Security-Policy", fmt.Sprintf("default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' %[1]s %[2]s; style-src 'unsafe-inline'; connect-src %[1]s; frame-src %[2]s", h.perch.URL, h.finch.URL))
		_, _ = io.WriteString(w, strings.NewReplacer("PERCH", h.perch.URL, "FINCH", h.finch.URL, "TOKEN", tokenOf("s1")).Replace(pages[r.URL.Path]))
	}))
	t.Cleanup(func() {
		h.perch.Close()
		h.finch.Close()
		h.page.Close()
	})
	h.house = newHouse(hosting(l), func(o *house) {
		o.options.Sessions, o.options.PublicURL = h.book, h.perch.URL
		o.options.ConnectURL, o.options.ConnectJS = h.finch.URL, h.finch.URL+"/connect.js"
	})
	return h
}

// serve is Perch's doors, with what a test must see of the requests.
func (h *hosts) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		h.mu.Lock()
		if strings.HasSuffix(r.URL.Path, "/events") {
			h.modes = append(h.modes, r.Header.Get("Sec-Fetch-Mode"))
			h.posts.Write(body)
		}
		down := h.down
		h.mu.Unlock()
		if down {
			w.Header().Set("Access-Control-Allow-Origin", "*")
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
	}
	h.handler.ServeHTTP(w, r)
}

func (h *hosts) goDown(down bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.down = down
}

// posted are the fetch modes of the events told so far, and their bodies. The
// browser may still be telling: a beacon is sent again while its page goes.
func (h *hosts) posted() (modes []string, bodies string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.modes), h.posts.String()
}

// says are the events of s1 as they happened: "error Wrong password.".
func (h *hosts) says() []string {
	events := h.book.kept("s1")
	slices.SortStableFunc(events, func(a, b connect.Event) int { return a.At.Compare(b.At) })
	var said []string
	for _, e := range events {
		if e.Source != connect.FromBrowser {
			said = append(said, "not by the browser:")
		}
		said = append(said, strings.TrimSpace(string(e.Type)+" "+e.Message))
	}
	return said
}

func (h *hosts) waitFor(t *testing.T, want ...string) {
	t.Helper()
	deadline := time.Now().Add(chromium.Patience)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for ; !slices.Equal(h.says(), want); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("the session says %q, want %q", h.says(), want)
		}
	}
}

// finchSays has Finch Connect say something to the page around it.
func finchSays(t *testing.T, p *chromium.Tab, message map[string]any) {
	t.Helper()
	message["name"] = "finch-auth-message-v2"
	text, err := json.Marshal(map[string]any{"echo": message})
	if err != nil {
		t.Fatal(err)
	}
	p.Does(t, `document.getElementById("finch-connect-iframe").contentWindow.postMessage(`+string(text)+`, "*")`)
}

// isOpen waits until Finch Connect has loaded in its frame.
func isOpen(t *testing.T, p *chromium.Tab) {
	t.Helper()
	p.Sees(t, `(() => {
		const frame = document.getElementById("finch-connect-iframe")
		if (frame && !frame.hears) { frame.hears = true; addEventListener("message", (e) => { if (e.data === "ready") frame.ready = true }) }
		frame?.contentWindow.postMessage({ echo: "ready" }, "*")
		return frame?.ready === true
	})()`)
}

const (
	wrong   = `Wrong <b>password</b> & "user" — 誤り`
	openIt  = `window.heard = []; window.finch = FinchConnect.initialize({ onSuccess: (x) => heard.push(x), onError: (x) => heard.push(x), onClose: () => heard.push("closed"), apiConfig: { connectUrl: "FINCH" } })`
	hostTop = `<!doctype html><title>Host</title><body><script src="FINCH/connect.js"></script><script>` + openIt + `</script>`
)

var hostPages = map[string]string{
	"/plain":  hostTop + `<script src="PERCH/perch.js" data-session="s1" data-token="TOKEN"></script>`,
	"/module": hostTop + `<script type="module">import "PERCH/perch.js"; perch.watch({ session: "s1", token: "TOKEN" })</script>`,
	"/late":   hostTop + `<script src="PERCH/perch.js"></script>`,
	"/away":   `<!doctype html><title>Away</title><p id="away">Away`,
}

// TestInABrowser has one browser for all, since it is slow to start.
func TestInABrowser(t *testing.T) {
	p := chromium.Open(t)
	t.Run("perch.js tells of what happens", func(t *testing.T) { perchJSTells(t, p) })
	t.Run("perch.js loses nothing", func(t *testing.T) { perchJSLosesNothing(t, p) })
	t.Run("perch.js is told of a session later", func(t *testing.T) { perchJSIsToldLater(t, p) })
	t.Run("the hosted page", func(t *testing.T) { hostedPage(t, p) })
}

func perchJSTells(t *testing.T, p *chromium.Tab) {
	for _, kind := range []string{"/plain", "/module"} {
		t.Run(kind, func(t *testing.T) {
			h := newHosts(t, cedarsLink(), hostPages)
			p.Go(t, h.page.URL+kind)
			p.Sees(t, `window.perch !== undefined && window.finch !== undefined`)
			if kind == "/module" {
				p.Sees(t, `performance.getEntriesByType("resource").some((r) => r.name.endsWith("/perch.js"))`)
			}
			p.Does(t, `finch.open({ sessionId: "s1" })`)
			isOpen(t, p)
			h.waitFor(t, "opened")
			finchSays(t, p, map[string]any{"kind": "error", "error": map[string]any{"shouldClose": false, "message": wrong, "type": "employer_connection_error"}})
			h.waitFor(t, "opened", "error "+wrong)
			p.Does(t, `for (const kind of ["success", "closed"]) postMessage({ name: "finch-auth-message-v2", kind, code: "of the page itself" }, "*")`)
			finchSays(t, p, map[string]any{"kind": "landed on the moon"})
			finchSays(t, p, map[string]any{"kind": "closed"})
			h.waitFor(t, "opened", "error "+wrong, "closed")
			p.Does(t, `finch.open({ sessionId: "s1" })`)
			isOpen(t, p)
			finchSays(t, p, map[string]any{"kind": "success", "code": code})
			h.waitFor(t, "opened", "error "+wrong, "closed", "opened", "succeeded")
			p.Sees(t, `heard.some((x) => x.code === "`+code+`")`)
			if e := h.book.kept("s1")[1]; e.ErrorType != "employer_connection_error" || time.Since(e.At).Abs() > time.Minute {
				t.Errorf("the error is %+v", e)
			}
			if _, told := h.posted(); strings.Contains(told, code) {
				t.Error("the code was told")
			}
			p.Sees(t, `document.cookie === "" && localStorage.length === 0`)
			p.IsWell(t)
		})
	}
}

func perchJSLosesNothing(t *testing.T, p *chromium.Tab) {
	h := newHosts(t, cedarsLink(), hostPages)
	p.Go(t, h.page.URL+"/plain")
	p.Sees(t, `window.perch !== undefined && window.finch !== undefined`)
	h.goDown(true)
	p.Does(t, `finch.open({ sessionId: "s1" })`)
	isOpen(t, p)
	finchSays(t, p, map[string]any{"kind": "closed"})
	p.Sees(t, `document.getElementById("finch-connect-iframe") === null`)
	chromium.Until(t, "Perch is told while it is down", func() bool {
		modes, _ := h.posted()
		return len(modes) > 1
	})
	h.goDown(false)
	h.waitFor(t, "opened", "closed")

	// Who leaves is heard all the same.
	p.Does(t, `finch.open({ sessionId: "s1" })`)
	isOpen(t, p)
	h.waitFor(t, "opened", "closed", "opened")
	p.Does(t, `window.fetch = () => new Promise(() => {})`)
	finchSays(t, p, map[string]any{"kind": "success", "code": code})
	p.Sees(t, `document.getElementById("finch-connect-iframe") === null`)
	p.Go(t, h.page.URL+"/away")
	p.Sees(t, `document.getElementById("away") !== null`)
	h.waitFor(t, "opened", "closed", "opened", "succeeded")
	if modes, _ := h.posted(); !slices.Contains(modes, "no-cors") {
		t.Errorf("no beacon was sent: %q", modes)
	}
}

func perchJSIsToldLater(t *testing.T, p *chromium.Tab) {
	h := newHosts(t, cedarsLink(), hostPages)
	p.Go(t, h.page.URL+"/late")
	p.Sees(t, `window.perch !== undefined && window.finch !== undefined`)
	p.Does(t, `perch.watch({ session: "s2", token: "forged" })`)
	p.Does(t, fmt.Sprintf(`window.stop = perch.watch({ session: "s1", token: %q })`, tokenOf("s1")))
	p.Does(t, `finch.open({ sessionId: "s1" })`)
	isOpen(t, p)
	h.waitFor(t, "opened")
	p.Does(t, fmt.Sprintf(`window.stop = perch.watch({ session: "s1", token: %q })`, tokenOf("s1")))
	finchSays(t, p, map[string]any{"kind": "error", "error": map[string]any{"message": "Oh no"}})
	h.waitFor(t, "opened", "error Oh no")
	p.Does(t, `stop()`)
	finchSays(t, p, map[string]any{"kind": "closed"})
	p.Sees(t, `document.getElementById("finch-connect-iframe") === null`)
	p.Does(t, `new Promise((done) => setTimeout(done, 300))`)
	h.waitFor(t, "opened", "error Oh no")
	if len(h.book.kept("s2")) != 0 {
		t.Error("the other session was told of")
	}
}

func hostedPage(t *testing.T, p *chromium.Tab) {
	l := cedarsLink()
	h := newHosts(t, l, hostPages)
	p.Call(t, "Emulation.setDeviceMetricsOverride", map[string]any{"width": 360, "height": 700, "deviceScaleFactor": 1, "mobile": true})
	p.Go(t, h.perch.URL+"/connect/"+linkSecret)
	p.Sees(t, `document.readyState === "complete" && document.querySelector(".who strong").textContent === 'Cedar <b>&</b> "Sons"'`)
	p.Sees(t, `document.documentElement.scrollWidth <= innerWidth && window.FinchConnect !== undefined`)
	p.IsWell(t)
	if got := h.says(); len(got) != 0 || len(l.exchanged()) != 0 {
		t.Errorf("opening the page alone says %q", got)
	}
	p.Click(t, "#begin")
	isOpen(t, p)
	p.Sees(t, `document.getElementById("finch-connect-iframe").src.includes("session=s1") && getComputedStyle(document.getElementById("finch-connect-iframe")).position === "fixed"`)
	finchSays(t, p, map[string]any{"kind": "error", "error": map[string]any{"shouldClose": true, "message": wrong, "type": "validation_error"}})
	p.Sees(t, `document.getElementById("says").textContent === `+fmt.Sprintf("%q", wrong))
	p.Click(t, "#begin")
	isOpen(t, p)
	finchSays(t, p, map[string]any{"kind": "closed"})
	p.Sees(t, `document.getElementById("says").textContent.startsWith("You have not finished yet")`)
	h.goDown(true)
	p.Click(t, "#begin")
	isOpen(t, p)
	finchSays(t, p, map[string]any{"kind": "success", "code": code})
	p.Sees(t, `document.getElementById("says").textContent.startsWith("One moment")`)
	h.goDown(false)
	p.Sees(t, `document.querySelector("h1").textContent === "You are connected" && document.getElementById("begin").hidden`)
	h.waitFor(t, "opened", "error "+wrong, "opened", "closed", "opened", "succeeded")
	if got := l.exchanged(); !slices.Equal(got, []string{linkSecret + " " + code}) {
		t.Errorf("exchanged %q", got)
	}
	p.IsWell(t)
	_, told := h.posted()
	for _, s := range []string{code, linkSecret} {
		if strings.Contains(h.log.String(), s) || strings.Contains(told, s) {
			t.Error("a secret went where it does not belong")
		}
	}
}
