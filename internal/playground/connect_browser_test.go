package playground_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"perch/internal/chromium"
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
func enters(t *testing.T, p *chromium.Tab, address string) {
	t.Helper()
	p.Go(t, address)
	p.Sees(t, `location.href === "`+address+`" && document.readyState === "complete" && window.perchIsHere === true`)
	p.Does(t, `window.heard = []; addEventListener("message", (e) => heard.push(e.data));`)
	p.Does(t, `document.querySelector("#connect").click()`)
}

// reaches waits for a stage in Connect.
func reaches(t *testing.T, p *chromium.Tab, stage string) {
	t.Helper()
	p.SeesInside(t, `document.querySelector("#stage").dataset.stage === "`+stage+`"`)
}

func TestConnectInABrowser(t *testing.T) {
	s := newStreet(t)
	session := s.invite(t)
	app := s.page + "/_host/app/" + session
	p := chromium.Open(t)

	t.Run("an employer walks from the terms to success", func(t *testing.T) {
		enters(t, p, app)
		reaches(t, p, "terms_of_service")
		p.SeesInside(t, `document.activeElement.tagName === "H1"`)
		p.SeesInside(t, `(document.querySelector("#next").click(), true)`)
		reaches(t, p, "provider_selection")
		p.SeesInside(t, `(document.querySelector("#back").click(), true)`)
		reaches(t, p, "terms_of_service")
		p.SeesInside(t, `(document.querySelector("#next").click(), true)`)
		reaches(t, p, "provider_selection")
		p.SeesInside(t, `(document.querySelector('button[value="paylocity"]').click(), true)`)
		reaches(t, p, "auth_method")
		p.SeesInside(t, `(document.querySelector('button[value="credential"]').click(), true)`)
		reaches(t, p, "authentication")
		p.SeesInside(t, `(username.value = "good_user", password.value = "wrong", document.querySelector("#next").click(), true)`)
		p.SeesInside(t, `document.querySelector('[role="alert"]')?.textContent === "The username or password you entered is incorrect."`)
		p.SeesInside(t, `(password.value = "mfa_account_selection", document.querySelector("#next").click(), true)`)
		reaches(t, p, "mfa")
		p.SeesInside(t, `(document.querySelector("#code").value = "123456", document.querySelector("#next").click(), true)`)
		reaches(t, p, "entity_selection")
		p.SeesInside(t, `(document.querySelector('input[name="company"]').click(), document.querySelector("#next").click(), true)`)
		reaches(t, p, "success")
		p.SeesInside(t, `(document.querySelector("#finish").click(), true)`)
		p.Sees(t, `document.querySelector("#said").textContent === "Connected. Perch has the token."`)
		p.Sees(t, `document.querySelector("iframe") === null`)
	})
	t.Run("the page around it heard Finch's messages and no stage", func(t *testing.T) {
		p.Sees(t, `heard.every((m) => m.name === "finch-auth-message-v2")`)
		p.Sees(t, `JSON.stringify(heard.map((m) => Object.keys(m).join())) === '["name,kind,error","name,kind,code"]'`)
		p.Sees(t, `JSON.stringify(heard[0].error) === '{"shouldClose":false,"message":"The username or password you entered is incorrect.","type":"employer_connection_error"}'`)
		p.Sees(t, `heard[1].kind === "success"`)
	})
	t.Run("Perch is told the stages by the host application", func(t *testing.T) {
		var story []string
		chromium.Until(t, "the story is told", func() bool {
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
		enters(t, p, app)
		p.Sees(t, `heard.length === 1 && heard[0].error.shouldClose === true && heard[0].error.type === "validation_error" && heard[0].error.message.includes("used already")`)
		p.Sees(t, `document.querySelector("iframe") === null`)
	})
	t.Run("an employer who closes Connect has left the stage", func(t *testing.T) {
		other := s.invite(t)
		enters(t, p, s.page+"/_host/app/"+other)
		reaches(t, p, "terms_of_service")
		p.SeesInside(t, `(document.querySelector("#close").click(), true)`)
		p.Sees(t, `JSON.stringify(heard) === '[{"name":"finch-auth-message-v2","kind":"closed"}]' && document.querySelector("iframe") === null`)
		chromium.Until(t, "the exit is told", func() bool { return slices.Contains(s.doors.story(other), "stage_exited terms_of_service") })
	})
	t.Run("so has one who closes the tab", func(t *testing.T) {
		other := s.invite(t)
		enters(t, p, s.page+"/_host/app/"+other)
		reaches(t, p, "terms_of_service")
		p.Go(t, "about:blank")
		chromium.Until(t, "the exit is told", func() bool { return slices.Contains(s.doors.story(other), "stage_exited terms_of_service") })
	})
	t.Run("the short ways end it at once", func(t *testing.T) {
		enters(t, p, s.page+"/_host/app/"+s.invite(t))
		reaches(t, p, "terms_of_service")
		p.SeesInside(t, `(document.querySelector("#message").value = "<b>Locked</b>", document.querySelector("#error").click(), document.querySelector("#success").click(), true)`)
		p.Sees(t, `heard.length === 2 && heard[0].error.message === "<b>Locked</b>" && heard[1].kind === "success"`)
		p.Sees(t, `document.querySelector("#heard li").textContent === "error (employer_connection_error): <b>Locked</b>"`)
		p.Sees(t, `document.querySelector("#said").textContent === "Connected. Perch has the token."`)
	})
	t.Run("nothing broke on the way", func(t *testing.T) {
		p.IsWell(t)
	})
	t.Run("the lab leads to it, and has employers come", func(t *testing.T) {
		p.Go(t, s.page+"/#UANN/CALERTS")
		p.Sees(t, `document.querySelector("#lab-employer")?.closest("section").hidden === false`)
		p.Does(t, `window.press = (words) => [...document.querySelectorAll("#lab button")].find((b) => b.textContent === words).click()`)
		p.Does(t, `press("A new employer for you to play")`)
		p.Sees(t, `document.querySelector(".lab-said").textContent.includes("/session-timeline ")`)
		p.Sees(t, `document.querySelector("#lab-open").getAttribute("href") === "/_host/app/" + document.querySelector("#lab-employer").value && document.querySelector("#lab-open").target === "_blank"`)
		p.Does(t, `press("An employer stops at the terms of service now")`)
		p.Sees(t, `document.querySelector(".lab-said").textContent.includes("leaves three times")`)
		p.Sees(t, `document.querySelector("#lab-employer").selectedOptions[0].textContent.includes("played by a program")`)
	})
	t.Run("by keyboard on a phone", func(t *testing.T) {
		p.Call(t, "Emulation.setDeviceMetricsOverride", map[string]any{"width": 320, "height": 640, "deviceScaleFactor": 1, "mobile": true})
		p.Go(t, s.connect+"/authorize?session="+s.invite(t))
		for _, step := range []struct {
			stage string
			tabs  int
		}{{"terms_of_service", 1}, {"provider_selection", 1}, {"authentication", 2}} { // Back comes before Continue
			p.Sees(t, `document.querySelector("#stage")?.dataset.stage === "`+step.stage+`"`)
			p.Sees(t, `document.documentElement.scrollWidth <= 320`)
			for range step.tabs {
				p.Press(t, "Tab", 9)
			}
			p.Press(t, "Enter", 13)
		}
		p.Sees(t, `document.querySelector("#stage").dataset.stage === "success" && document.activeElement.id === "finish"`)
		p.Press(t, "Enter", 13)
		p.Sees(t, `document.querySelector("#stage").textContent.includes("You may close this tab.")`)
		p.Call(t, "Emulation.clearDeviceMetricsOverride", map[string]any{})
	})
}
