package playground_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"perch/internal/playground"
	"perch/internal/playground/finch"
	"perch/internal/playground/slack"
)

// street is the host application's page over a real local Finch, with Perch's
// doors played: their script only says that it is there.
type street struct {
	page, connect string
	payroll       *finch.Server
	doors         *perchDoors
}

const sham = `window.perchIsHere = document.currentScript.dataset.token.startsWith("pe1_")`

func newStreet(t *testing.T) street {
	t.Helper()
	script := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = w.Write([]byte(sham))
	}))
	t.Cleanup(script.Close)
	var api http.Handler
	connect := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { api.ServeHTTP(w, r) }))
	t.Cleanup(connect.Close)
	d := newDoors()
	host, payroll := hostOf(t, d, playground.HostOptions{ConnectJS: connect.URL + "/connect.js", PerchJS: script.URL + "/perch.js"})
	api = payroll.API()
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	go host.Run(ctx)
	workspace := slack.New(slack.Options{Commands: []string{"/connection"}, Unlimited: true})
	t.Cleanup(workspace.Close)
	page := httptest.NewServer(playground.New(playground.Options{Slack: workspace, Finch: payroll, Host: host}))
	t.Cleanup(page.Close)
	return street{page.URL, connect.URL, payroll, d}
}

// invite has the host application make a session, and gives its id.
func (s street) invite(t *testing.T) string {
	t.Helper()
	resp, err := http.Post(s.page+"/_host/employers", "application/json", strings.NewReader(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var made struct{ Employer playground.Employer }
	if err := json.NewDecoder(resp.Body).Decode(&made); err != nil || made.Employer.SessionID == "" {
		t.Fatalf("invite: %v", err)
	}
	return made.Employer.SessionID
}

// enters opens the host application's page of a session in a tab, and Connect on
// it; what the page hears is kept.
func (p *tab) enters(t *testing.T, address string) {
	t.Helper()
	p.call(t, "Page.navigate", map[string]any{"url": address})
	p.sees(t, `location.href === "`+address+`" && document.readyState === "complete" && window.perchIsHere === true`)
	p.does(t, `window.heard = []; window.broken = []; addEventListener("message", (e) => heard.push(e.data)); addEventListener("securitypolicyviolation", (e) => broken.push(e.violatedDirective)); addEventListener("error", (e) => broken.push(e.message))`)
	p.does(t, `document.querySelector("#connect").click()`)
}

// at waits for a stage in Connect.
func (p *tab) at(t *testing.T, stage string) {
	t.Helper()
	p.seesInside(t, `document.querySelector("#stage").dataset.stage === "`+stage+`"`)
}

func TestConnectInABrowser(t *testing.T) {
	s := newStreet(t)
	session := s.invite(t)
	app := s.page + "/_host/app/" + session
	p := openTab(t, "about:blank")

	t.Run("an employer walks from the terms to success", func(t *testing.T) {
		p.enters(t, app)
		p.at(t, "terms_of_service")
		p.seesInside(t, `document.activeElement.tagName === "H1"`)
		p.seesInside(t, `(document.querySelector("#next").click(), true)`)
		p.at(t, "provider_selection")
		p.seesInside(t, `(document.querySelector("#back").click(), true)`)
		p.at(t, "terms_of_service")
		p.seesInside(t, `(document.querySelector("#next").click(), true)`)
		p.at(t, "provider_selection")
		p.seesInside(t, `(document.querySelector('button[value="paylocity"]').click(), true)`)
		p.at(t, "auth_method")
		p.seesInside(t, `(document.querySelector('button[value="credential"]').click(), true)`)
		p.at(t, "authentication")
		p.seesInside(t, `(username.value = "good_user", password.value = "wrong", document.querySelector("#next").click(), true)`)
		p.seesInside(t, `document.querySelector('[role="alert"]')?.textContent === "The username or password you entered is incorrect."`)
		p.seesInside(t, `(password.value = "mfa_account_selection", document.querySelector("#next").click(), true)`)
		p.at(t, "mfa")
		p.seesInside(t, `(document.querySelector("#code").value = "123456", document.querySelector("#next").click(), true)`)
		p.at(t, "entity_selection")
		p.seesInside(t, `(document.querySelector('input[name="company"]').click(), document.querySelector("#next").click(), true)`)
		p.at(t, "success")
		p.seesInside(t, `(document.querySelector("#finish").click(), true)`)
		p.sees(t, `document.querySelector("#said").textContent === "Connected. Perch has the token."`)
		p.sees(t, `document.querySelector("iframe") === null`)
	})
	t.Run("the page around it heard Finch's messages and no stage", func(t *testing.T) {
		p.sees(t, `heard.every((m) => m.name === "finch-auth-message-v2")`)
		p.sees(t, `JSON.stringify(heard.map((m) => Object.keys(m).join())) === '["name,kind,error","name,kind,code"]'`)
		p.sees(t, `JSON.stringify(heard[0].error) === '{"shouldClose":false,"message":"The username or password you entered is incorrect.","type":"employer_connection_error"}'`)
		p.sees(t, `heard[1].kind === "success"`)
	})
	t.Run("Perch is told the stages by the host application", func(t *testing.T) {
		var story []string
		until(t, "the story is told", func() bool {
			story = s.doors.story(session)
			return slices.Contains(story, "token_exchanged") && slices.Contains(story, "stage_entered success")
		})
		for _, want := range []string{"stage_entered terms_of_service", "stage_entered auth_method", "error authentication", "stage_entered entity_selection"} {
			if !slices.Contains(story, want) {
				t.Errorf("%q is missing: %v", want, story)
			}
		}
	})
	t.Run("a link that was used says so and closes", func(t *testing.T) {
		p.enters(t, app)
		p.sees(t, `heard.length === 1 && heard[0].error.shouldClose === true && heard[0].error.type === "validation_error" && heard[0].error.message.includes("used already")`)
		p.sees(t, `document.querySelector("iframe") === null`)
	})
	t.Run("an employer who closes Connect has left the stage", func(t *testing.T) {
		other := s.invite(t)
		p.enters(t, s.page+"/_host/app/"+other)
		p.at(t, "terms_of_service")
		p.seesInside(t, `(document.querySelector("#close").click(), true)`)
		p.sees(t, `JSON.stringify(heard) === '[{"name":"finch-auth-message-v2","kind":"closed"}]' && document.querySelector("iframe") === null`)
		until(t, "the exit is told", func() bool { return slices.Contains(s.doors.story(other), "stage_exited terms_of_service") })
	})
	t.Run("so has one who closes the tab", func(t *testing.T) {
		other := s.invite(t)
		p.enters(t, s.page+"/_host/app/"+other)
		p.at(t, "terms_of_service")
		p.call(t, "Page.navigate", map[string]any{"url": "about:blank"})
		until(t, "the exit is told", func() bool { return slices.Contains(s.doors.story(other), "stage_exited terms_of_service") })
	})
	t.Run("the short ways end it at once", func(t *testing.T) {
		p.enters(t, s.page+"/_host/app/"+s.invite(t))
		p.at(t, "terms_of_service")
		p.seesInside(t, `(document.querySelector("#message").value = "<b>Locked</b>", document.querySelector("#error").click(), document.querySelector("#success").click(), true)`)
		p.sees(t, `heard.length === 2 && heard[0].error.message === "<b>Locked</b>" && heard[1].kind === "success"`)
		p.sees(t, `document.querySelector("#heard li").textContent === "error (employer_connection_error): <b>Locked</b>"`)
		p.sees(t, `document.querySelector("#said").textContent === "Connected. Perch has the token."`)
	})
	t.Run("nothing broke on the way", func(t *testing.T) {
		if broken, err := p.eval(t, `JSON.stringify(broken)`); err != nil || broken != "[]" {
			t.Errorf("the page had trouble: %s, %v", broken, err)
		}
	})
	t.Run("the lab leads to it, and has employers come", func(t *testing.T) {
		p.call(t, "Page.navigate", map[string]any{"url": s.page + "/#UANN/CALERTS"})
		p.sees(t, `document.querySelector("#lab-employer")?.closest("section").hidden === false`)
		p.does(t, `window.press = (words) => [...document.querySelectorAll("#lab button")].find((b) => b.textContent === words).click()`)
		p.does(t, `press("A new employer for you to play")`)
		p.sees(t, `document.querySelector(".lab-said").textContent.includes("/session-timeline ")`)
		p.sees(t, `document.querySelector("#lab-open").getAttribute("href") === "/_host/app/" + document.querySelector("#lab-employer").value && document.querySelector("#lab-open").target === "_blank"`)
		p.does(t, `press("An employer stops at the terms of service now")`)
		p.sees(t, `document.querySelector(".lab-said").textContent.includes("leaves three times")`)
		p.sees(t, `document.querySelector("#lab-employer").selectedOptions[0].textContent.includes("played by a program")`)
	})
	t.Run("by keyboard on a phone", func(t *testing.T) {
		p.call(t, "Emulation.setDeviceMetricsOverride", map[string]any{"width": 320, "height": 640, "deviceScaleFactor": 1, "mobile": true})
		p.call(t, "Page.navigate", map[string]any{"url": s.connect + "/authorize?session=" + s.invite(t)})
		for _, step := range []struct {
			stage string
			tabs  int
		}{{"terms_of_service", 1}, {"provider_selection", 1}, {"authentication", 2}} { // Back comes before Continue
			p.sees(t, `document.querySelector("#stage")?.dataset.stage === "`+step.stage+`"`)
			p.sees(t, `document.documentElement.scrollWidth <= 320`)
			for range step.tabs {
				p.press(t, "Tab", 9)
			}
			p.press(t, "Enter", 13)
		}
		p.sees(t, `document.querySelector("#stage").dataset.stage === "success" && document.activeElement.id === "finish"`)
		p.press(t, "Enter", 13)
		p.sees(t, `document.querySelector("#stage").textContent.includes("You may close this tab.")`)
		p.call(t, "Emulation.clearDeviceMetricsOverride", map[string]any{})
	})
}
