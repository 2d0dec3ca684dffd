package web_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"perch/internal/finch"
	"perch/internal/watch"
)

func TestTokenIsTakenIn(t *testing.T) {
	t.Parallel()
	for _, created := range []bool{true, false} {
		t.Run(fmt.Sprintf("created %v", created), func(t *testing.T) {
			t.Parallel()
			h := newHouse(func(h *house) {
				h.admit = func(want string, _ finch.Token) (string, bool, error) { return want, created, nil }
			})
			a := h.answer(t, put(`{"access_token":" `+secret+`\n","note":"ignored"}`).with("Content-Type", "application/json"))
			status, word := 200, "replaced"
			if created {
				status, word = 201, "created"
			}
			if a.Code != status || a.Status != word || a.ConnectionID != conn {
				t.Errorf("answered %d %s", a.Code, a.Body)
			}
			if len(h.admitted) != 1 || h.admitted[0] != conn+" "+secret {
				t.Errorf("admitted %q", h.admitted)
			}
		})
	}
}

func TestBodyIsRefused(t *testing.T) {
	t.Parallel()
	good := `{"access_token":"` + secret + `"}`
	tests := map[string]struct {
		body, contentType string
		status            int
		code              string
	}{
		"empty":                   {"", "", 400, "bad_request"},
		"not JSON":                {"access_token=" + secret, "", 400, "bad_request"},
		"cut short":               {good[:20], "", 400, "bad_request"},
		"two objects":             {good + good, "", 400, "bad_request"},
		"a list":                  {"[" + good + "]", "", 400, "bad_request"},
		"null":                    {"null", "", 400, "bad_request"},
		"another type of content": {good, "text/plain", 400, "bad_request"},
		"too large":               {`{"access_token":"` + strings.Repeat("x", 64<<10) + `"}`, "", 413, "body_too_large"},
		"no token":                {`{"token":"` + secret + `"}`, "", 422, "missing_access_token"},
		"empty token":             {`{"access_token":" "}`, "", 422, "missing_access_token"},
		"null token":              {`{"access_token":null}`, "", 422, "missing_access_token"},
		"token of digits":         {`{"access_token":7}`, "", 422, "missing_access_token"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse()
			a := h.answer(t, put(test.body).with("Content-Type", test.contentType))
			a.want(t, test.status, test.code)
			if test.status == 422 && !strings.Contains(a.Error.Message, "access_token") {
				t.Errorf("the field is not named: %s", a.Error.Message)
			}
			if len(h.admitted) != 0 {
				t.Error("it was passed on all the same")
			}
		})
	}
}

func TestConnectionIDMustBePlausible(t *testing.T) {
	t.Parallel()
	for name, id := range map[string]string{
		"a slash": "a%2Fb", "a space": "a%20b", "a line break": "a%0Ab", "a zero": "a%00", "beyond ASCII": "%C3%A4", "too long": strings.Repeat("x", 256),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse()
			h.answer(t, ask("PUT", "/v1/connections/"+id, `{"access_token":"`+secret+`"}`)).want(t, 422, "invalid_connection_id")
			h.answer(t, ask("DELETE", "/v1/connections/"+id, "")).want(t, 404, "unknown_connection")
			if len(h.admitted)+len(h.forgot) != 0 {
				t.Error("it was passed on all the same")
			}
		})
	}
	h := newHouse()
	if a := h.answer(t, ask("PUT", "/v1/connections/"+strings.Repeat("x", 255), `{"access_token":"`+secret+`"}`)); a.Code != 201 {
		t.Errorf("the longest id is refused: %s", a.Body)
	}
}

func TestTokenIsNotAdmitted(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		err    error
		status int
		code   string
		says   string
		retry  string
	}{
		"belongs elsewhere": {
			&watch.Mismatch{Want: conn, Got: "other-customers-connection"},
			422, "token_of_another_connection", "another connection", "",
		},
		"refused, in Finch's words": {
			&finch.Error{Status: 401, Name: "invalid_token_error", Message: "The token is expired"},
			422, "token_refused", `Finch says: "The token is expired".`, "",
		},
		"refused, with the token in the words": {
			&finch.Error{Status: 401, Name: "invalid_token_error", Message: "no such token " + secret},
			422, "token_refused", "does not accept this access token", "",
		},
		"employer must reconnect": {
			&finch.Error{Status: 401, Name: "authentication_error", Code: "reauthenticate_user", Message: "Please reauthenticate user"},
			422, "token_refused", "Please reauthenticate user", "",
		},
		"rate limited": {
			&finch.Error{Status: 429, Name: "rate_limit_exceeded_error", RetryAfter: 90*time.Second + time.Millisecond},
			503, "finch_busy", "no more requests", "91",
		},
		"address blocked": {
			&finch.Error{Status: 429, Code: "finch_api_ip_rl"},
			503, "finch_busy", "blocks this server's address", "60",
		},
		"unreachable":     {&finch.Error{}, 502, "finch_unreachable", "does not answer", "60"},
		"a bare 401":      {&finch.Error{Status: 401}, 502, "finch_unreachable", "does not know", "60"},
		"an unpaid bill":  {&finch.Error{Status: 402}, 502, "finch_refuses_application", "unpaid", "60"},
		"a wrapped error": {fmt.Errorf("ask: %w", &finch.Error{Status: 503}), 502, "finch_unreachable", "does not answer", "60"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(func(h *house) {
				h.admit = func(string, finch.Token) (string, bool, error) { return "", false, test.err }
			})
			a := h.answer(t, put(`{"access_token":"`+secret+`"}`))
			a.want(t, test.status, test.code)
			if !strings.Contains(a.Error.Message, test.says) || !strings.Contains(a.Error.Message, "Nothing was stored.") {
				t.Errorf("says %q", a.Error.Message)
			}
			if strings.Contains(a.Body.String(), "other-customers") {
				t.Error("the answer names another customer's connection")
			}
			if got := a.Header().Get("Retry-After"); got != test.retry {
				t.Errorf("Retry-After %q, want %q", got, test.retry)
			}
		})
	}
}

func TestTokenIsForgotten(t *testing.T) {
	t.Parallel()
	h := newHouse()
	a := h.answer(t, ask("DELETE", "/v1/connections/"+conn, ""))
	if a.Code != 204 || a.Body.Len() != 0 || len(h.forgot) != 1 || h.forgot[0] != conn {
		t.Errorf("answered %d %q after forgetting %q", a.Code, a.Body, h.forgot)
	}
	h = newHouse(func(h *house) {
		h.forget = func(id string) error { return fmt.Errorf("forget %s: %w", id, finch.ErrUnknown) }
	})
	h.answer(t, ask("DELETE", "/v1/connections/"+conn, "")).want(t, 404, "unknown_connection")
	h = newHouse(func(h *house) { h.forget = func(string) error { return fmt.Errorf("disk full") } })
	h.answer(t, ask("DELETE", "/v1/connections/"+conn, "")).want(t, 500, "internal")
}

func FuzzPut(f *testing.F) {
	for _, seed := range []string{`{"access_token":"` + secret + `"}`, `{`, `{"access_token":{}}`, "[]", "\x00"} {
		f.Add("/v1/connections/c1", seed)
	}
	f.Fuzz(func(t *testing.T, path, body string) {
		h := newHouse()
		r := httptest.NewRequest("PUT", "/", strings.NewReader(body))
		r.URL.Path = path
		r.Header.Set("Authorization", "Bearer "+apiKey)
		w := httptest.NewRecorder()
		h.handler.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Errorf("%d for %q %q", w.Code, path, body)
		}
	})
}
