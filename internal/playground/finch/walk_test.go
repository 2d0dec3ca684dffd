package finch

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// walker is an employer on the Connect page of a session, and what the
// playground's own instrument told of it.
type walker struct {
	s       *Server
	session string
	walks   []Walk
	seen    Screen
}

// walking makes a session of these wishes and sends an employer there.
func walking(t *testing.T, wishes map[string]any) *walker {
	t.Helper()
	w := &walker{}
	w.s = local(t, Options{Walked: func(one Walk) { w.walks = append(w.walks, one) }})
	body := map[string]any{"customer_id": "wren", "customer_name": "Wren", "products": []string{"company", "directory"}}
	maps.Copy(body, wishes)
	path := "/connect/sessions"
	if body["connection_id"] != nil {
		path += "/reauthenticate"
	}
	p, _, _ := asked(t, w.s, production)
	made := p.post(path, body)
	if made.status != http.StatusCreated {
		t.Fatalf("session: %d %s", made.status, made.raw)
	}
	w.session = made.text("session_id")
	w.do(Step{Act: Open})
	return w
}

func (w *walker) do(step Step) {
	step.SessionID = w.session
	w.seen = w.s.Step(step)
}

// told are the walks as "kind stage".
func (w *walker) told() []string {
	var list []string
	for _, one := range w.walks {
		list = append(list, strings.TrimSpace(one.Kind+" "+one.Stage))
	}
	return list
}

var (
	on        = Step{Act: Next}
	back      = Step{Act: Back}
	leave     = Step{Act: Leave}
	openAgain = Step{Act: Open}
)

func choose(provider string) Step { return Step{Act: Next, Provider: provider} }
func by(method string) Step       { return Step{Act: Next, Method: method} }
func signIn(password string) Step {
	return Step{Act: Next, Username: "good_user_2", Password: password}
}
func verify(code string) Step   { return Step{Act: Next, Code: code} }
func key(given string) Step     { return Step{Act: Next, Token: given} }
func take(names ...string) Step { return Step{Act: Next, Companies: names} }
func preset(p, m string) map[string]any {
	wish := map[string]any{"provider": p}
	if m != "" {
		wish["auth_method"] = m
	}
	return map[string]any{"integration": wish}
}

func TestStagesOfConnect(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		wishes map[string]any
		steps  []Step
		stage  string
		wrong  string
	}{
		"begins with the terms":          {nil, nil, termsOfService, ""},
		"then the provider":              {nil, []Step{on}, providerSelection, ""},
		"no provider":                    {nil, []Step{on, on}, providerSelection, noSuchChoice},
		"an unknown provider":            {nil, []Step{on, choose("abacus")}, providerSelection, noSuchChoice},
		"one that is assisted only":      {nil, []Step{on, choose("insperity")}, providerSelection, noSuchChoice},
		"one way to sign in":             {nil, []Step{on, choose("justworks")}, authentication, ""},
		"several ways":                   {nil, []Step{on, choose("paycom")}, authMethod, ""},
		"a way that it has not":          {nil, []Step{on, choose("paycom"), by(oauth)}, authMethod, noSuchChoice},
		"assisted was not asked for":     {nil, []Step{on, choose("paylocity")}, authentication, ""},
		"assisted was asked for":         {map[string]any{"manual": true}, []Step{on, choose("paylocity")}, authMethod, ""},
		"a preset provider":              {preset("paycom", ""), []Step{on}, authMethod, ""},
		"a preset way":                   {preset("paycom", credential), []Step{on}, authentication, ""},
		"OAuth always succeeds":          {preset("gusto", ""), []Step{on, on}, succeeded, ""},
		"assisted has no credentials":    {preset("insperity", ""), []Step{on, on}, succeeded, ""},
		"a good token":                   {preset("rippling", ""), []Step{on, key("good_token")}, succeeded, ""},
		"a bad token":                    {preset("rippling", ""), []Step{on, key("bad")}, authentication, refusedToken},
		"good credentials":               {preset("justworks", ""), []Step{on, signIn("good_pass")}, succeeded, ""},
		"a bad password":                 {preset("justworks", ""), []Step{on, signIn("hunter2")}, authentication, refusedPassword},
		"a bad user":                     {preset("justworks", ""), []Step{on, {Act: Next, Username: "good_users", Password: "good_pass"}}, authentication, refusedPassword},
		"verification":                   {preset("justworks", ""), []Step{on, signIn("mfa")}, verification, ""},
		"a bad code":                     {preset("justworks", ""), []Step{on, signIn("mfa"), verify("000000")}, verification, refusedCode},
		"a good code":                    {preset("justworks", ""), []Step{on, signIn("mfa"), verify(" 123456 ")}, succeeded, ""},
		"companies":                      {preset("justworks", ""), []Step{on, signIn("account_selection")}, entitySelection, ""},
		"none of them":                   {preset("justworks", ""), []Step{on, signIn("account_selection"), take()}, entitySelection, noCompany},
		"one of them":                    {preset("justworks", ""), []Step{on, signIn("account_selection"), take("Wren LLC")}, succeeded, ""},
		"verification, then companies":   {preset("justworks", ""), []Step{on, signIn("mfa_account_selection"), verify("123456")}, entitySelection, ""},
		"both to the end":                {preset("justworks", ""), []Step{on, signIn("mfa_account_selection"), verify("123456"), take("Wren LLC", "Wren Services Inc")}, succeeded, ""},
		"back to the terms":              {nil, []Step{on, back}, termsOfService, ""},
		"nothing before the terms":       {nil, []Step{back, back}, termsOfService, ""},
		"back and another provider":      {nil, []Step{on, choose("justworks"), back, choose("gusto"), on}, succeeded, ""},
		"back from verification":         {preset("justworks", ""), []Step{on, signIn("mfa"), back, signIn("good_pass")}, succeeded, ""},
		"left":                           {nil, []Step{on, leave}, "", ""},
		"nobody steps who has left":      {nil, []Step{on, leave, choose("gusto")}, "", ""},
		"opened again, from the start":   {nil, []Step{on, choose("gusto"), leave, openAgain}, termsOfService, ""},
		"a page left open steps no more": {nil, []Step{openAgain, {Act: Next, Visit: 1}, {Act: Leave, Visit: 1}}, termsOfService, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := walking(t, test.wishes)
			for _, step := range test.steps {
				w.do(step)
			}
			if w.seen.Stage != test.stage || w.seen.Error != test.wrong || w.seen.Fault != "" {
				t.Errorf("sees %+v, want stage %q and error %q", w.seen, test.stage, test.wrong)
			}
			if (w.seen.Code != "") != (test.stage == succeeded) {
				t.Errorf("the code is %q", w.seen.Code)
			}
		})
	}
}

func TestWalksAreToldInOrder(t *testing.T) {
	t.Parallel()
	w := walking(t, nil)
	for _, step := range []Step{leave, leave, openAgain, on, choose("justworks"), signIn("no"), back, choose("gusto"), on} {
		w.do(step)
	}
	want := []string{
		"opened", "entered terms_of_service", "exited terms_of_service",
		"opened", "entered terms_of_service", "entered provider_selection", "entered authentication", "error authentication",
		"entered provider_selection", "entered authentication", "entered success", "done success",
	}
	if got := w.told(); !slices.Equal(got, want) {
		t.Errorf("told\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	last := w.walks[len(w.walks)-1]
	if last.SessionID != w.session || last.ProviderID != "gusto" || !last.At.Equal(w.s.Now()) || w.walks[7].Message != refusedPassword {
		t.Errorf("the last one %+v, the error %+v", last, w.walks[7])
	}
}

func TestWhatWasChosenIsConnected(t *testing.T) {
	t.Parallel()
	w := walking(t, preset("justworks", ""))
	for _, step := range []Step{on, signIn("account_selection"), take("Wren Services Inc", "Stranger LLC")} {
		w.do(step)
	}
	made := named(t, w.s, "Wren")
	if made.ProviderID != "justworks" || made.Methods[0].Type != credential || len(made.Entities) != 1 || made.Entities[0].Name != "Wren Services Inc" {
		t.Errorf("connection %+v", made)
	}
}

func TestAssistedSetUpWaitsForTheInvitation(t *testing.T) {
	t.Parallel()
	w := walking(t, map[string]any{"manual": true})
	for _, step := range []Step{on, choose("paychex_flex"), by(assisted), on} {
		w.do(step)
	}
	if made := named(t, w.s, "Wren"); made.Status != pending || !made.Assisted {
		t.Errorf("connection %+v", made)
	}
}

func TestReauthenticationKeepsItsProviderAndCompanies(t *testing.T) {
	t.Parallel()
	w := walking(t, map[string]any{"connection_id": harborConnection})
	w.do(on)
	if w.seen.Stage != authentication || w.seen.Provider.ID != "paychex_flex" || w.seen.Method != credential {
		t.Fatalf("sees %+v", w.seen)
	}
	w.do(signIn("account_selection"))
	if len(w.seen.Companies) != 4 || !w.seen.Companies[0].Kept || w.seen.Companies[3].Kept {
		t.Fatalf("companies %+v", w.seen.Companies)
	}
	w.do(take("Harbor Coffee LLC"))
	if w.seen.Error != lostCompany {
		t.Errorf("a connected company was left out: %+v", w.seen)
	}
	w.do(take("Harbor Coffee LLC", "Harbor Bakery Inc", harborName+" LLC"))
	if c, _ := w.s.Connection(harborConnection); w.seen.Code == "" || len(c.Entities) != 3 || c.Entities[2].Name != harborName+" LLC" {
		t.Errorf("sees %+v, entities %+v", w.seen, c.Entities)
	}
}

func TestLinksThatOpenNothing(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		spoil func(w *walker)
		want  string
	}{
		"unknown": {func(w *walker) { w.session = "nobody" }, "not valid"},
		"used":    {func(w *walker) { _, _ = w.s.FinishSession(w.session) }, "used already"},
		"expired": {func(w *walker) { w.s.Advance(90 * 24 * time.Hour) }, "expired"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := walking(t, nil)
			test.spoil(w)
			before := len(w.walks)
			for _, act := range []string{Open, Next, Back, Leave} {
				if w.do(Step{Act: act}); !strings.Contains(w.seen.Fault, test.want) || w.seen.Stage != "" || w.seen.Code != "" {
					t.Errorf("%s: %+v, want the fault %q", act, w.seen, test.want)
				}
			}
			if len(w.walks) != before {
				t.Errorf("told %v", w.told()[before:])
			}
			p, _, _ := asked(t, w.s, production)
			page := p.get("/authorize?session=" + w.session)
			if !strings.Contains(page.raw, test.want) || strings.Contains(page.raw, `id="success"`) {
				t.Errorf("page: %s", page.raw)
			}
			for _, path := range []string{"/authorize", "/authorize/step"} {
				resp, err := http.PostForm(p.url+path, url.Values{"session": {w.session}, "act": {Open}})
				if err != nil {
					t.Fatal(err)
				}
				_ = resp.Body.Close()
				if resp.StatusCode != http.StatusConflict {
					t.Errorf("POST %s: %d", path, resp.StatusCode)
				}
			}
		})
	}
}

func TestAnEndedConnectionIsNotSignedInToAgain(t *testing.T) {
	t.Parallel()
	w := walking(t, map[string]any{"connection_id": harborConnection})
	if err := w.s.SetStatus(harborConnection, disconnected, ""); err != nil {
		t.Fatal(err)
	}
	if w.do(on); w.seen.Fault == "" {
		t.Errorf("sees %+v", w.seen)
	}
}

func TestFetchingThePageTellsNothing(t *testing.T) {
	t.Parallel()
	w := walking(t, nil)
	w.walks = nil
	p, _, _ := asked(t, w.s, production)
	p.get("/authorize?session=" + w.session)
	if len(w.walks) != 0 {
		t.Errorf("told %v", w.told())
	}
}

func TestAnotherRunHasOtherSessions(t *testing.T) {
	t.Parallel()
	made := map[string]bool{}
	for run := range uint64(2) {
		s := local(t, Options{Run: run})
		p, _, _ := asked(t, s, production)
		made[p.post("/connect/sessions", map[string]any{"customer_id": "c", "customer_name": "n", "products": []string{"company"}}).text("session_id")] = true
	}
	if len(made) != 2 {
		t.Errorf("sessions %v", made)
	}
}
