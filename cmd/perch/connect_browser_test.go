package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"perch/internal/chromium"
	"perch/internal/connect"
	"perch/internal/finch"
)

const wrongPassword = "The username or password you entered is incorrect."

// TestConnectThroughTheWholeProgram has an employer in a real browser walk the
// local Finch's Connect page, and looks at what the program made of it.
func TestConnectThroughTheWholeProgram(t *testing.T) {
	w := startWhole(t)
	p := chromium.Open(t) // ends first: who keeps a door open holds up its closing
	t.Run("a link is walked to the end", func(t *testing.T) { linkIsWalked(t, p, w) })
	t.Run("a reconnect link is walked to the end", func(t *testing.T) { reconnectIsWalked(t, p, w) })
	t.Run("a link is left half-way", func(t *testing.T) { linkIsLeft(t, p, w) })
	t.Run("a host application's page", func(t *testing.T) { hostTells(t, p, w) })
}

func linkIsWalked(t *testing.T, p *chromium.Tab, w *whole) {
	link, session := w.makeLink(t, "cust_bakery", "Bakery & Sons")
	p.Go(t, link)
	p.Sees(t, `document.querySelector(".who strong")?.textContent === "Bakery & Sons"`)
	begins(t, p)
	walks(t, p, "terms_of_service", `document.querySelector("#next").click()`)
	walks(t, p, "provider_selection", `document.querySelector('button[value="paycom"]').click()`)
	walks(t, p, "auth_method", `document.querySelector('button[value="credential"]').click()`)
	walks(t, p, "authentication", `username.value = "good_user", password.value = "wrong", document.querySelector("#next").click()`)
	p.SeesInside(t, `document.querySelector('[role="alert"]')?.textContent === "`+wrongPassword+`"`)
	p.Sees(t, `document.getElementById("says").textContent === "`+wrongPassword+`"`)
	walks(t, p, "authentication", `password.value = "good_pass", document.querySelector("#next").click()`)
	walks(t, p, "success", `document.querySelector("#finish").click()`)
	p.Sees(t, `document.querySelector("h1").textContent === "You are connected" && document.querySelector("iframe") === null`)
	w.says(t, session, "browser opened", "browser error "+wrongPassword, "browser succeeded", "perch succeeded", "perch token_exchanged")
	isConnected(t, w, session)
	w.shows(t, "/session-timeline cust_bakery", "Bakery & Sons", "Connected", "Paycom")
	w.shows(t, "/connection cust_bakery", "Paycom")
	p.IsWell(t)
	code, err := p.Eval(t, `codes.join()`)
	if err != nil || code == "" || strings.Contains(code, ",") {
		t.Errorf("the page heard the codes %q, %v", code, err)
	}
	p.Go(t, link)
	p.Sees(t, `document.title === "You are connected already" && document.querySelector("#begin") === null`)
	p.IsWell(t)
	w.says(t, session, "browser opened", "browser error "+wrongPassword, "browser succeeded", "perch succeeded", "perch token_exchanged")
	w.tellsNobody(t, code, link[strings.LastIndex(link, "/")+1:])
	stayedHome(t, p, w.perch, w.finchAt)
}

func reconnectIsWalked(t *testing.T, p *chromium.Tab, w *whole) {
	before, err := w.st.CustomerSessions(t.Context(), "cust_bakery", 1)
	if err != nil || len(before) != 1 {
		t.Fatalf("%d sessions, %v", len(before), err)
	}
	connection := before[0].Session.ConnectionID
	if err := w.finch.SetStatus(connection, "reauth", ""); err != nil {
		t.Fatal(err)
	}
	link, session := w.remakeLink(t, "cust_bakery", "Bakery & Sons")
	p.Go(t, link)
	p.Sees(t, `document.title === "Sign in to your payroll again"`)
	begins(t, p)
	walks(t, p, "terms_of_service", `document.querySelector("#success").click()`)
	p.Sees(t, `document.querySelector("h1").textContent === "You are connected"`)
	w.says(t, session, "browser opened", "browser succeeded", "perch succeeded", "perch token_exchanged")
	if made := isConnected(t, w, session); made != connection {
		t.Errorf("connection %s came of a reconnect link of %s", made, connection)
	}
	w.shows(t, "/session-timeline cust_bakery", "Bakery & Sons", "Connected")
	p.IsWell(t)
}

func linkIsLeft(t *testing.T, p *chromium.Tab, w *whole) {
	link, session := w.makeLink(t, "cust_florist", "Fern Florist")
	p.Go(t, link)
	begins(t, p)
	walks(t, p, "terms_of_service", `document.querySelector("#next").click()`)
	walks(t, p, "provider_selection", `document.querySelector("#close").click()`)
	p.Sees(t, `document.getElementById("says").textContent.startsWith("You have not finished yet") && document.querySelector("iframe") === null`)
	w.says(t, session, "browser opened", "browser closed")
	w.shows(t, "/session-timeline cust_florist", "Fern Florist", "losed", "stage unknown")
	p.IsWell(t)

	// The same link goes on.
	p.Go(t, link)
	begins(t, p)
	w.says(t, session, "browser opened", "browser closed", "browser opened")
	walks(t, p, "terms_of_service", `document.querySelector("#success").click()`)
	p.Sees(t, `document.querySelector("h1").textContent === "You are connected"`)
	w.says(t, session, "browser opened", "browser closed", "browser opened", "browser succeeded", "perch succeeded", "perch token_exchanged")
	isConnected(t, w, session)
	w.shows(t, "/session-timeline cust_florist", "Connected")
	p.IsWell(t)
}

// hostPage is a host application's page: Finch's script, Perch's script, and a
// policy that allows both no more than they need.
const hostPage = `<!doctype html><title>Host</title><body>
<script src="PERCH/perch.js" data-session="SESSION" data-token="TOKEN"></script>
<script src="FINCH/connect.js"></script>
<script>
window.heard = []
window.finch = FinchConnect.initialize({
  onSuccess: ({ code }) => heard.push("succeeded " + code), onError: ({ errorMessage }) => heard.push("error " + errorMessage),
  onClose: () => heard.push("closed"), apiConfig: { connectUrl: "FINCH" } })
</script>`

// newHost serves hostPage for a session at an origin of its own.
func newHost(t *testing.T, w *whole, session, token string) *httptest.Server {
	t.Helper()
	text := strings.NewReplacer("PERCH", w.perch, "FINCH", w.finchAt, "SESSION", session, "TOKEN", token).Replace(hostPage)
	policy := fmt.Sprintf("default-src 'none'; script-src 'unsafe-inline' %[1]s %[2]s; connect-src %[1]s; frame-src %[2]s; style-src 'unsafe-inline'; img-src 'self'", w.perch, w.finchAt)
	host := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "text/html")
		rw.Header().Set("Content-Security-Policy", policy)
		_, _ = io.WriteString(rw, text)
	}))
	t.Cleanup(host.Close)
	return host
}

func hostTells(t *testing.T, p *chromium.Tab, w *whole) {
	session, token := w.registered(t, "cust_dental", "Other Dental")
	host := newHost(t, w, session, token)
	p.Go(t, host.URL)
	p.Sees(t, `window.perch !== undefined && window.finch !== undefined`)
	open := `finch.open({ sessionId: "` + session + `" })`
	p.Does(t, open)
	walks(t, p, "terms_of_service", `document.querySelector("#error").click()`)
	p.Sees(t, `heard.length === 1`)
	walks(t, p, "terms_of_service", `document.querySelector("#close").click()`)
	p.Sees(t, `heard[1] === "closed"`)
	w.says(t, session, "browser opened", "browser error "+wrongPassword, "browser closed")
	w.shows(t, "/session-timeline cust_dental", "Other Dental", "stage unknown")
	p.Does(t, open)
	walks(t, p, "terms_of_service", `document.querySelector("#success").click()`)
	p.Sees(t, `heard.length === 3 && heard[2].startsWith("succeeded ")`)
	w.says(t, session, "browser opened", "browser error "+wrongPassword, "browser closed", "browser opened", "browser succeeded")
	w.shows(t, "/session-timeline cust_dental", "reported by the browser alone")
	p.IsWell(t)
	code, err := p.Eval(t, `heard[2].slice("succeeded ".length)`)
	if err != nil || code == "" {
		t.Errorf("the page heard the code %q, %v", code, err)
	}
	w.tellsNobody(t, code, token)
	stayedHome(t, p, w.perch, w.finchAt, host.URL)
}

// registered has the host application make a session at Finch, and register it
// with Perch.
func (w *whole) registered(t *testing.T, customerID, name string) (session, token string) {
	t.Helper()
	id, secret := w.finch.Client("production")
	client, err := finch.New(finch.Options{BaseURL: w.finchAt, Budget: finch.NewLooseBudget(), Credentials: &finch.Credentials{ID: id, Secret: finch.NewToken(secret)}})
	if err != nil {
		t.Fatal(err)
	}
	made, err := client.CreateSession(t.Context(), finch.NewSession{CustomerID: customerID, CustomerName: name, Products: []string{"company"}})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := w.door(http.MethodPost, "/v1/sessions", fmt.Sprintf(`{"session_id":%q,"customer_id":%q,"customer_name":%q}`, made.SessionID, customerID, name))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct {
		Token string `json:"events_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || answer.Token == "" {
		t.Fatalf("registered: %s, %v", resp.Status, err)
	}
	return made.SessionID, answer.Token
}

// begins presses the hosted page's button; the codes that the page hears are kept.
func begins(t *testing.T, p *chromium.Tab) {
	t.Helper()
	p.Sees(t, `document.readyState === "complete" && window.FinchConnect !== undefined && document.querySelector("#begin") !== null`)
	p.Does(t, `window.codes = []; addEventListener("message", (e) => { if (e.data?.code) codes.push(e.data.code) })`)
	p.Click(t, "#begin")
}

// walks does something in a stage of Connect, once it is there.
func walks(t *testing.T, p *chromium.Tab, stage, do string) {
	t.Helper()
	p.SeesInside(t, `document.querySelector("#stage")?.dataset.stage === "`+stage+`"`)
	p.SeesInside(t, `(`+do+`, true)`)
}

// isConnected checks that a session made a connection, whose token is kept.
func isConnected(t *testing.T, w *whole, session string) (connectionID string) {
	t.Helper()
	var r connect.Reading
	chromium.Until(t, "the session is read as connected", func() bool {
		var err error
		r, err = w.st.Session(t.Context(), session)
		if err != nil {
			t.Fatal(err)
		}
		return r.Progress.Outcome == connect.Connected
	})
	token, err := w.st.Token(t.Context(), r.Session.ConnectionID)
	if err != nil || token.Reveal() != w.finch.Tokens()[r.Session.ConnectionID] {
		t.Errorf("the token of connection %q is not Finch's: %v", r.Session.ConnectionID, err)
	}
	return r.Session.ConnectionID
}

// tellsNobody checks that secrets stand neither in the log nor where people read.
func (w *whole) tellsNobody(t *testing.T, secrets ...string) {
	t.Helper()
	log := w.log.String()
	for token := range w.finch.Tokens() {
		secrets = append(secrets, w.finch.Tokens()[token])
	}
	for _, s := range secrets {
		if s == "" || strings.Contains(log, s) {
			t.Errorf("the log holds a secret (%.8s…)", s)
		}
	}
	if !strings.Contains(log, "Perch serves") {
		t.Error("the log is empty, so it proves nothing")
	}
}

// stayedHome checks that the browser asked nobody but these.
func stayedHome(t *testing.T, p *chromium.Tab, hosts ...string) {
	t.Helper()
	seen := map[string]bool{}
	for _, address := range p.Requests() {
		home := strings.HasPrefix(address, "data:")
		for _, host := range hosts {
			if strings.HasPrefix(address, host+"/") {
				seen[host], home = true, true
			}
		}
		if !home {
			t.Errorf("the browser asked for %s", address)
		}
	}
	if len(seen) != len(hosts) {
		t.Errorf("the browser asked only %v, so it proves nothing", seen)
	}
}
