package peers

import (
	"fmt"
	"html/template"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"perch/internal/chromium"
	"perch/internal/connect"
	"perch/internal/finch"
	local "perch/internal/playground/finch"
	"perch/internal/web"
	"perch/store"
)

const (
	wrongPassword = "The username or password you entered is incorrect."
	usedLink      = "This link was used already."
)

// TestPerchListensBesideFinchsReactLibrary opens the local Connect page with
// @tryfinch/react-connect as it comes from npm. It and perch.js hear the same.
func TestPerchListensBesideFinchsReactLibrary(t *testing.T) {
	t.Parallel()
	needPeers(t, "chromium")
	h := newHost(t)
	p := chromium.Open(t)
	p.Go(t, h.page)
	p.Sees(t, `document.getElementById("connect") !== null && window.perch !== undefined`)

	p.Click(t, "#connect")
	p.Sees(t, `document.getElementById("finch-connect-iframe").src.includes("sdk_version=")`) // which ours does not send
	h.hears(t, p, nil, "opened")
	walk(t, p, `document.querySelector("#error").click()`)
	h.hears(t, p, []string{"error employer_connection_error " + wrongPassword}, "error "+wrongPassword)
	walk(t, p, `document.querySelector("#close").click()`)
	h.hears(t, p, []string{"closed"}, "closed")

	p.Click(t, "#connect")
	walk(t, p, `document.querySelector("#success").click()`)
	code := h.code(t, p)
	h.hears(t, p, []string{"success " + code}, "opened", "succeeded")

	p.Click(t, "#connect")
	h.hears(t, p, []string{"error validation_error " + usedLink}, "opened", "error "+usedLink)
	p.Sees(t, `document.getElementById("finch-connect-iframe") === null`)
	p.IsWell(t)
}

// host is a host application's page, and Perch behind its doors.
type host struct {
	page, session string
	st            *store.Store

	// library and perch are what was heard so far.
	library, perch []string
}

func newHost(t *testing.T) *host {
	t.Helper()
	world := local.New(local.Options{Seed: 1})
	t.Cleanup(world.Close)
	connectURL := serve(t, world.API(), world.Control())
	h := &host{session: newSession(t, world, connectURL), st: openStore(t)}
	_, _, err := h.st.RegisterSession(t.Context(), connect.Session{
		ID: h.session, CustomerID: "cust_1", CustomerName: "Cedar Dental", Source: connect.FromHost, Created: time.Now(),
	})
	if err != nil {
		t.Fatal(err)
	}
	perch := httptest.NewServer(web.New(web.Options{Sessions: h.st, EventKeys: h.st.EventKeys(), ConnectURL: connectURL}))
	t.Cleanup(perch.Close)
	h.page = servePage(t, pageView{
		Session: h.session, Connect: connectURL, Perch: perch.URL,
		Token: h.st.EventKeys().Mint(h.session, time.Now().Add(time.Hour)),
	})
	return h
}

func openStore(t *testing.T) *store.Store {
	t.Helper()
	database := filepath.Join(t.TempDir(), "perch.db")
	keys, err := store.KeysFor(t.Context(), database, "")
	if err != nil {
		t.Fatal(err)
	}
	st, err := store.Open(t.Context(), store.Options{Database: database, Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	return st
}

// newSession makes a Connect session at the local Finch.
func newSession(t *testing.T, world *local.Server, url string) string {
	t.Helper()
	id, secret := world.Client("production")
	client, err := finch.New(finch.Options{
		BaseURL: url, Budget: finch.NewLooseBudget(), Credentials: &finch.Credentials{ID: id, Secret: finch.NewToken(secret)},
	})
	if err != nil {
		t.Fatal(err)
	}
	made, err := client.CreateSession(t.Context(), finch.NewSession{CustomerID: "cust_1", CustomerName: "Cedar Dental", Products: []string{"company"}})
	if err != nil {
		t.Fatal(err)
	}
	return made.SessionID
}

// page is what a host application serves; the script is the bundle.
var page = template.Must(template.New("page").Parse(`<!doctype html>
<title>Host</title>
<div id="root" data-session="{{.Session}}" data-connect="{{.Connect}}"></div>
<script src="{{.Perch}}/perch.js" data-session="{{.Session}}" data-token="{{.Token}}"></script>
<script src="/app.js"></script>`))

type pageView struct{ Session, Connect, Perch, Token string }

// servePage serves the page and its bundle, under a policy that allows Perch's
// script and Finch's frame and no more.
func servePage(t *testing.T, v pageView) (url string) {
	t.Helper()
	var bundle string
	node(t, &bundle, "bundle.mjs")
	policy := fmt.Sprintf("default-src 'none'; script-src 'self' %[1]s; connect-src %[1]s; frame-src %[2]s; img-src 'self'", v.Perch, v.Connect)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /app.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = w.Write([]byte(bundle))
	})
	mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Security-Policy", policy)
		_ = page.Execute(w, v)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// hears waits until the library and Perch have heard this too, and nothing else.
func (h *host) hears(t *testing.T, p *chromium.Tab, library []string, perch ...string) {
	t.Helper()
	h.library, h.perch = append(h.library, library...), append(h.perch, perch...)
	p.Sees(t, fmt.Sprintf(`document.getElementById("heard").textContent === %q`, strings.Join(h.library, "\n")))
	chromium.Until(t, fmt.Sprintf("Perch hears %q", h.perch), func() bool { return slices.Equal(h.stored(t), h.perch) })
}

// stored are the session's events as Perch keeps them: "error Wrong password.".
func (h *host) stored(t *testing.T) []string {
	t.Helper()
	events, err := h.st.SessionEvents(t.Context(), h.session)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, e := range events {
		if e.Source != connect.FromBrowser {
			t.Errorf("%s tells of %s", e.Source, e.Type)
		}
		said = append(said, strings.TrimSpace(string(e.Type)+" "+e.Message))
	}
	return said
}

// code is the authorization code that the library was given.
func (h *host) code(t *testing.T, p *chromium.Tab) string {
	t.Helper()
	p.Sees(t, `document.getElementById("heard").textContent.includes("\nsuccess ")`)
	code, err := p.Eval(t, `document.getElementById("heard").textContent.split("\nsuccess ")[1]`)
	if err != nil || code == "" {
		t.Fatalf("the code is %q, %v", code, err)
	}
	return code
}

// walk does something on the local Connect page, once it shows its first stage.
func walk(t *testing.T, p *chromium.Tab, do string) {
	t.Helper()
	p.SeesInside(t, `document.querySelector("#stage")?.dataset.stage === "terms_of_service"`)
	p.SeesInside(t, `(`+do+`, true)`)
}
