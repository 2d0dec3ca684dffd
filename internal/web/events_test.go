package web_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"perch/internal/connect"
)

const told = `{"events":[{"id":"e1","type":"opened"}]}`

// tell asks the events door of session s1 as the host.
func tell(body string) question { return ask("POST", "/v1/sessions/s1/events", body) }

// byToken is the question with an events token as bearer.
func (q question) byToken(token string) question { return q.with("Authorization", "Bearer "+token) }

// byBeacon is what a browser's beacon asks: the token is in the body.
func byBeacon(token, body string) question {
	return tell(strings.Replace(body, "{", fmt.Sprintf(`{"events_token":%q,`, token), 1)).anonymous().with("Content-Type", "text/plain;charset=UTF-8")
}

func tokenOf(session string) string { return eventKeys.Mint(session, time.Now().Add(time.Hour)) }

func TestTheHostTellsOfASession(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // it is midnight, 1 January 2000
		b := newBook("s1")
		h := newHouse(keeping(b))
		body := `{"events":[
			{"id":"e1","at":"1999-12-31T23:00:00.5+00:00","type":"stage_entered","stage":"mfa"},
			{"id":"e2","at":946684799000,"type":"error","stage":"mfa","message":" Wrong code.\n","error_type":"employer_connection_error"},
			{"type":"token_exchanged","id":null,"message":null}]}`
		a := h.answer(t, tell(body))
		if a.Code != 200 || a.Added != 3 || a.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Fatalf("answered %d %s", a.Code, a.Body)
		}
		midnight := time.Now().UTC()
		want := []connect.Event{
			{ID: "e1", At: midnight.Add(-time.Hour + 500*time.Millisecond), Received: midnight, Type: connect.StageEntered, Stage: connect.MFA, Source: connect.FromHost},
			{ID: "e2", At: midnight.Add(-time.Second), Received: midnight, Type: connect.Failed, Stage: connect.MFA, Message: " Wrong code.\n", ErrorType: "employer_connection_error", Source: connect.FromHost},
			{At: midnight, Received: midnight, Type: connect.TokenExchanged, Source: connect.FromHost},
		}
		got := b.kept("s1")
		want[2].ID = got[2].ID
		for i := range want {
			if got[i] != want[i] || got[i].ID == "" {
				t.Errorf("kept %+v, want %+v", got[i], want[i])
			}
		}
		if again := h.answer(t, tell(body)); again.Code != 200 || again.Added != 1 {
			t.Errorf("again, the one without id and time is another: %d %s", again.Code, again.Body)
		}
	})
}

func TestABrowserTellsOfItsSessionByItsToken(t *testing.T) {
	t.Parallel()
	b := newBook("s1", "s2")
	h := newHouse(keeping(b))
	for name, q := range map[string]question{
		"as bearer":           tell(told).byToken(tokenOf("s1")),
		"in a beacon":         byBeacon(tokenOf("s1"), told),
		"in a beacon of JSON": byBeacon(tokenOf("s1"), told).with("Content-Type", "application/json"),
	} {
		if a := h.answer(t, q.with("Origin", "https://host.example")); a.Code != 200 || a.Header().Get("Access-Control-Allow-Origin") != "*" ||
			a.Header().Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s: %d %s", name, a.Code, a.Body)
		}
	}
	if got := b.kept("s1"); len(got) != 1 || got[0].Source != connect.FromBrowser || got[0].ID != "e1" {
		t.Errorf("kept %+v", got)
	}
}

func TestATokenOpensNothingElse(t *testing.T) {
	t.Parallel()
	good := tokenOf("s1")
	others := connect.TokenKeys{[]byte("somebody else's key")}
	tests := map[string]struct {
		token  string
		status int
		code   string
	}{
		"of another session":           {tokenOf("s2"), 403, "forbidden"},
		"of a session nobody knows":    {tokenOf("nobody"), 403, "forbidden"},
		"expired":                      {eventKeys.Mint("s1", time.Now().Add(-time.Second)), 401, "token_expired"},
		"expired, of another":          {eventKeys.Mint("s2", time.Now().Add(-time.Second)), 401, "token_expired"},
		"sealed by somebody else":      {others.Mint("s1", time.Now().Add(time.Hour)), 401, "unauthorized"},
		"changed":                      {good[:len(good)-4] + "AAAA", 401, "unauthorized"},
		"cut":                          {good[:len(good)/2], 401, "unauthorized"},
		"nonsense":                     {"nonsense", 401, "unauthorized"},
		"an API key that is none":      {apiKey + "x", 401, "unauthorized"},
		"nothing":                      {"", 401, "unauthorized"},
		"a token of the vault's style": {secret, 401, "unauthorized"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBook("s1", "s2")
			h := newHouse(keeping(b))
			header := tell(told).anonymous()
			if test.token != "" {
				header = tell(told).byToken(test.token)
			}
			for where, q := range map[string]question{"header": header, "body": byBeacon(test.token, told)} {
				a := h.answer(t, q)
				a.want(t, test.status, test.code)
				if len(b.kept("s1"))+len(b.kept("s2")) != 0 {
					t.Errorf("with the %s: something was stored", where)
				}
			}
		})
	}
}

// TestRefusalsDoNotTellWhatExists compares the answers about a session that is
// known and one that is not.
func TestRefusalsDoNotTellWhatExists(t *testing.T) {
	t.Parallel()
	h := newHouse(keeping(newBook("s1")))
	for _, token := range []string{tokenOf("s2"), "forged", ""} {
		known := h.answer(t, byBeacon(token, told))
		q := byBeacon(token, told)
		q.URL.Path = "/v1/sessions/unknown/events"
		unknown := h.answer(t, q)
		if known.Code != unknown.Code || known.Error.Code != unknown.Error.Code || known.Error.Message != unknown.Error.Message {
			t.Errorf("with %q: %s, but %s", token, known.Body, unknown.Body)
		}
	}
	h.answer(t, ask("POST", "/v1/sessions/unknown/events", told)).want(t, 404, "unknown_session")
	h.answer(t, ask("POST", "/v1/sessions/a%2Fb/events", told)).want(t, 404, "unknown_session")
}

func TestABatchIsGoodAsAWhole(t *testing.T) {
	t.Parallel()
	b := newBook("s1")
	h := newHouse(keeping(b))
	a := h.answer(t, tell(`{"events":[{"type":"opened"},7,{"type":"landed"},{"type":"stage_entered"},{"type":"closed","at":"noon"},
		{"type":"closed","id":5},{"type":"closed","at":"2999-01-01T00:00:00Z"},{"type":"closed"}]}`))
	a.want(t, 422, "invalid_events")
	says := map[int]string{1: "object", 2: "type", 3: "stage", 4: "at ", 5: "id ", 6: "future"}
	for _, fault := range a.Error.Events {
		if says[fault.Index] == "" || !strings.Contains(fault.Message, says[fault.Index]) {
			t.Errorf("event %d: %q", fault.Index, fault.Message)
		}
		delete(says, fault.Index)
	}
	if len(says) != 0 || len(b.kept("s1")) != 0 {
		t.Errorf("not named: %v; stored: %v", says, b.kept("s1"))
	}
}

func TestWhatABrowserMayNotSay(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		event   string
		browser bool
		host    bool
	}{
		"opened":                {`{"type":"opened"}`, true, true},
		"a stage":               {`{"type":"stage_exited","stage":"mfa"}`, true, true},
		"a stage of a new name": {`{"type":"stage_entered","stage":"palm_reading"}`, true, true},
		"success":               {`{"type":"succeeded"}`, true, true},
		"a token":               {`{"type":"token_exchanged"}`, false, true},
		"the end":               {`{"type":"expired"}`, false, true},
		"what Finch alone says": {`{"type":"status_changed","message":"connected"}`, false, false},
		"a message of 2,000":    {`{"type":"error","message":"` + strings.Repeat("ä", 2000) + `"}`, true, true},
		"a message of 2,001":    {`{"type":"error","message":"` + strings.Repeat("ä", 2001) + `"}`, false, true},
		"a message of 10,001":   {`{"type":"error","message":"` + strings.Repeat("ä", 10_001) + `"}`, false, false},
		"the future":            {`{"type":"opened","at":"2999-01-01T00:00:00Z"}`, false, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(keeping(newBook("s1")))
			body := `{"events":[` + test.event + `]}`
			if a := h.answer(t, tell(body).byToken(tokenOf("s1"))); (a.Code == 200) != test.browser {
				t.Errorf("the browser is answered %d %s", a.Code, a.Body)
			}
			if a := h.answer(t, tell(body)); (a.Code == 200) != test.host {
				t.Errorf("the host is answered %d %s", a.Code, a.Body)
			}
		})
	}
}

func TestBodiesOfEventsAreBounded(t *testing.T) {
	t.Parallel()
	h := newHouse(keeping(newBook("s1")))
	many := func(n int) string {
		return `{"events":[` + strings.Repeat(`{"type":"opened"},`, n-1) + `{"type":"opened"}]}`
	}
	padded := func(n int) string { return `{"pad":"` + strings.Repeat("x", n) + `","events":[{"type":"opened"}]}` }
	tests := map[string]struct {
		q      question
		status int
		code   string
	}{
		"500 events":                 {tell(many(500)), 200, ""},
		"501 events":                 {tell(many(501)), 422, "invalid_events"},
		"no events":                  {tell(`{"events":[]}`), 422, "invalid_events"},
		"events that are no list":    {tell(`{"events":{"type":"opened"}}`), 422, "invalid_events"},
		"nothing":                    {tell(``), 400, "bad_request"},
		"no JSON":                    {tell(`{"events":[`), 400, "bad_request"},
		"large, of the host":         {tell(padded(900 << 10)), 200, ""},
		"too large, of the host":     {tell(padded(1 << 20)), 413, "body_too_large"},
		"too large, of a browser":    {tell(padded(64 << 10)).byToken(tokenOf("s1")), 413, "body_too_large"},
		"too large, of a beacon":     {byBeacon(tokenOf("s1"), padded(64<<10)), 413, "body_too_large"},
		"60 KiB of a browser":        {byBeacon(tokenOf("s1"), padded(60<<10)), 200, ""},
		"too large, of who knows":    {byBeacon("nonsense", padded(64<<10)), 413, "body_too_large"},
		"no JSON, of who knows whom": {tell("nonsense").anonymous(), 400, "bad_request"},
	}
	for name, test := range tests {
		a := h.answer(t, test.q)
		if a.Code != test.status || a.Error.Code != test.code {
			t.Errorf("%s: %d %.200s", name, a.Code, a.Body)
		}
	}
}

func TestAnEventWithoutIDIsKnownByWhatItSays(t *testing.T) {
	t.Parallel()
	b := newBook("s1")
	h := newHouse(keeping(b))
	at := time.Now().UnixMilli()
	same := fmt.Sprintf(`{"events":[{"type":"error","at":%d,"message":"a"},{"type":"error","at":%d,"message":"a","stage":null}]}`, at, at)
	other := fmt.Sprintf(`{"events":[{"type":"error","at":%d,"message":"b"},{"type":"error","at":%d,"message":"a","stage":"mfa"}]}`, at, at)
	for i, want := range []int{1, 0, 2} {
		body := same
		if i == 2 {
			body = other
		}
		if a := h.answer(t, tell(body)); a.Added != want {
			t.Errorf("%d: added %d, want %d", i, a.Added, want)
		}
	}
}

func TestAWrongClockOfABrowserIsSetRight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBook("s1")
		h := newHouse(keeping(b))
		ahead := time.Now().Add(20 * time.Minute)
		body := fmt.Sprintf(`{"sent_at":%d,"events":[{"type":"opened","at":%d}]}`, ahead.UnixMilli(), ahead.Add(-3*time.Second).UnixMilli())
		h.answer(t, tell(body).byToken(tokenOf("s1")))
		if got := b.kept("s1"); len(got) != 1 || !got[0].At.Equal(time.Now().Add(-3*time.Second)) {
			t.Errorf("kept %+v", got)
		}
		h.answer(t, tell(body)).want(t, 422, "invalid_events") // a server has the right time
	})
}

func TestAPreflightIsAnsweredForAnySession(t *testing.T) {
	t.Parallel()
	h := newHouse(keeping(newBook("s1")))
	for _, id := range []string{"s1", "unknown"} {
		q := ask("OPTIONS", "/v1/sessions/"+id+"/events", "").anonymous().with("Origin", "https://host.example").
			with("Access-Control-Request-Method", "POST").with("Access-Control-Request-Headers", "authorization")
		a := h.answer(t, q)
		got := a.Header()
		if a.Code != 204 || got.Get("Access-Control-Allow-Origin") != "*" || got.Get("Access-Control-Allow-Methods") != "POST" ||
			!strings.Contains(got.Get("Access-Control-Allow-Headers"), "Authorization") || got.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("answered %d %v", a.Code, got)
		}
	}
	// Refusals can be read by the page too.
	if a := h.answer(t, tell(told).byToken("forged")); a.Header().Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("headers %v", a.Header())
	}
}

func TestBrowsersAreLimitedBySessionAndAddress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(keeping(newBook("s1", "s2")))
		long := func(session string) string { return eventKeys.Mint(session, time.Now().Add(time.Hour)) }
		until429 := func(q func() question) (n int, last reply) {
			for n = range 2000 {
				if last = h.answer(t, q()); last.Code == 429 {
					return n, last
				}
			}
			return n, last
		}
		n, last := until429(func() question { return byBeacon(long("s1"), told) })
		if n != 60 || last.Header().Get("Retry-After") == "" || last.Error.Code != "too_many_requests" {
			t.Errorf("a session was told of %d times, then %d %v", n, last.Code, last.Header())
		}
		if a := h.answer(t, byBeacon(long("s1"), told).at("203.0.113.77:1", "perch.test")); a.Code != 429 {
			t.Errorf("from another address: %d", a.Code)
		}
		if a := h.answer(t, tell(told)); a.Code != 200 {
			t.Errorf("the host is limited too: %d", a.Code)
		}
		time.Sleep(time.Second)
		if a := h.answer(t, byBeacon(long("s1"), told)); a.Code != 200 {
			t.Errorf("a second later: %d", a.Code)
		}
		if n, _ := until429(func() question { return tell("nonsense").anonymous() }); n < 200 || n > 400 {
			t.Errorf("an address may ask %d times", n)
		}
		if a := h.answer(t, byBeacon(long("s2"), told)); a.Code != 429 {
			t.Errorf("the address with another token: %d", a.Code)
		}
		if a := h.answer(t, byBeacon(long("s2"), told).at("203.0.113.77:1", "perch.test")); a.Code != 403 {
			t.Errorf("from another address, of another session: %d", a.Code)
		}
	})
}

func TestForgingTokensIsSlowedAsGuessingKeysIs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(keeping(newBook("s1")))
		for range 20 {
			h.answer(t, tell(told).byToken("guess")).want(t, 401, "unauthorized")
		}
		h.answer(t, tell(told).byToken("guess")).want(t, 429, "too_many_attempts")
		if a := h.answer(t, tell(told).byToken(tokenOf("s1"))); a.Code != 200 {
			t.Errorf("who has a token is answered %d", a.Code)
		}
	})
}

func TestWithoutAPIKeyBrowsersStillTell(t *testing.T) {
	t.Parallel()
	h := newHouse(keeping(newBook("s1")), func(h *house) { h.options.APIKey = "" })
	if a := h.answer(t, tell(told).byToken(tokenOf("s1"))); a.Code != 200 {
		t.Errorf("answered %d", a.Code)
	}
	h.answer(t, tell(told)).want(t, 503, "api_key_not_set")
}

func TestASessionThatIsFull(t *testing.T) {
	t.Parallel()
	b := newBook("s1")
	b.err = fmt.Errorf("store: %w", connect.ErrFull)
	newHouse(keeping(b)).answer(t, tell(told)).want(t, 422, "session_full")
	b.err = fmt.Errorf("disk full")
	newHouse(keeping(b)).answer(t, tell(told)).want(t, 500, "internal")
}

// FuzzEvents takes any body from a browser and from the host: nothing of it breaks
// the door, and what is kept is within what the contract allows.
func FuzzEvents(f *testing.F) {
	for _, seed := range []string{
		told, `{"events":[{"type":"error","at":1,"message":"\u0000"}]}`, `{"sent_at":-9e99,"events":[{"type":"opened","at":9e18}]}`,
		`{"events":[{"at":"0000-01-01T00:00:00Z","type":"closed"}]}`, `{"events":[null,[],{}]}`, `{"events_token":{},"events":1e999}`, `[`, "\xff",
	} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, body string, host bool) {
		b := newBook("s1")
		q := tell(body)
		if !host {
			q = q.byToken(tokenOf("s1"))
		}
		a := newHouse(keeping(b)).answer(t, q)
		if a.Code >= 500 {
			t.Fatalf("%d for %q", a.Code, body)
		}
		for _, e := range b.kept("s1") {
			if fault := connect.Check(e, time.Now()); fault != "" && len(e.ID) <= 200 || e.At.IsZero() || e.ID == "" || (e.Source == connect.FromHost) != host {
				t.Errorf("kept %+v: %s", e, fault)
			}
			if _, err := json.Marshal(e); err != nil {
				t.Errorf("kept %+v: %v", e, err)
			}
		}
	})
}
