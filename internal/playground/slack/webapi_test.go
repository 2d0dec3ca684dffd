package slack

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"
)

// answer is any Web API answer, raw.
type answer struct {
	status int
	header http.Header
	body   map[string]any
}

func (a answer) error() string {
	code, _ := a.body["error"].(string)
	return code
}

// pointers are the JSON pointers in response_metadata.messages.
func (a answer) messages() string {
	meta, _ := a.body["response_metadata"].(map[string]any)
	list, _ := meta["messages"].([]any)
	var all []string
	for _, m := range list {
		text, _ := m.(string)
		all = append(all, text)
	}
	return strings.Join(all, "\n")
}

func (s *stand) do(r *http.Request) answer {
	s.t.Helper()
	res, err := http.DefaultClient.Do(r.WithContext(s.ctx))
	ok(s.t, err)
	defer res.Body.Close()
	out := answer{status: res.StatusCode, header: res.Header}
	raw, err := io.ReadAll(res.Body)
	ok(s.t, err)
	_ = json.Unmarshal(raw, &out.body)
	return out
}

// call posts a JSON body with the bot's token.
func (s *stand) call(method string, args map[string]any) answer {
	s.t.Helper()
	return s.callAs(BotToken, method, args)
}

func (s *stand) callAs(token, method string, args map[string]any) answer {
	s.t.Helper()
	raw, err := json.Marshal(args)
	ok(s.t, err)
	r, err := http.NewRequest(http.MethodPost, s.url+"/api/"+method, bytes.NewReader(raw))
	ok(s.t, err)
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return s.do(r)
}

func TestTokensAreTakenFromWhereSlackTakesThem(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	form := func(v url.Values) *http.Request {
		r, _ := http.NewRequest(http.MethodPost, s.url+"/api/auth.test", strings.NewReader(v.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return r
	}
	get, _ := http.NewRequest(http.MethodGet, s.url+"/api/auth.test?token="+BotToken, nil)
	inJSON, _ := http.NewRequest(http.MethodPost, s.url+"/api/auth.test", strings.NewReader(`{"token":"`+BotToken+`"}`))
	inJSON.Header.Set("Content-Type", "application/json")
	header := form(url.Values{"token": {"xoxb-beside-the-header"}})
	header.Header.Set("Authorization", "Bearer "+BotToken)
	for name, tt := range map[string]struct {
		request *http.Request
		want    string
	}{
		"form":          {form(url.Values{"token": {BotToken}}), ""},
		"query":         {get, ""},
		"header":        {header, ""},
		"JSON body":     {inJSON, "not_authed"},
		"none":          {form(nil), "not_authed"},
		"unknown token": {form(url.Values{"token": {"xoxb-other"}}), "invalid_auth"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := s.do(tt.request); got.error() != tt.want {
				t.Fatalf("answer is %v", got.body)
			}
		})
	}
	for _, c := range s.Calls("auth.test") {
		if c.Args["token"] != nil {
			t.Fatal("a token is in the log of calls")
		}
	}
}

func TestTokenKindsAndScopes(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{Scopes: []string{"chat:write", "channels:read"}})
	for name, tt := range map[string]struct{ token, method, want, needed string }{
		"app token for a bot's method":     {AppToken, "chat.postMessage", "not_allowed_token_type", ""},
		"bot token for opening a socket":   {BotToken, "apps.connections.open", "not_allowed_token_type", ""},
		"app token tells its app":          {AppToken, "auth.test", "", ""},
		"scope that was not granted":       {BotToken, "users.info", "missing_scope", "users:read"},
		"no such method":                   {BotToken, "chat.postTelegram", "unknown_method", ""},
		"no token needed":                  {"", "api.test", "", ""},
		"a private channel's scope":        {BotToken, "conversations.history", "missing_scope", "channels:history,groups:history,im:history,mpim:history"},
		"a scope for this kind of channel": {BotToken, "conversations.info", "missing_scope", "im:read"},
	} {
		t.Run(name, func(t *testing.T) {
			got := s.callAs(tt.token, tt.method, map[string]any{"channel": "DBO"})
			if got.error() != tt.want {
				t.Fatalf("answer is %v", got.body)
			}
			if tt.needed != "" && (got.body["needed"] != tt.needed || got.body["provided"] != "chat:write,channels:read") {
				t.Fatalf("answer is %v", got.body)
			}
		})
	}
}

func TestAuthTestNamesTheApp(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	got := s.call("auth.test", nil)
	for field, want := range map[string]any{"app_id": AppID, "team_id": TeamID, "user_id": BotUserID, "bot_id": BotID} {
		if got.body[field] != want {
			t.Errorf("%s is %v", field, got.body[field])
		}
	}
	if scopes := got.header.Get("X-Oauth-Scopes"); !strings.Contains(scopes, "chat:write,") {
		t.Errorf("x-oauth-scopes is %q", scopes)
	}
}

func TestOpeningASocketWantsTheTokenInTheHeader(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	r, _ := http.NewRequest(http.MethodPost, s.url+"/api/apps.connections.open", strings.NewReader("token="+AppToken))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if got := s.do(r); got.error() != "not_authed" {
		t.Fatalf("answer is %v", got.body)
	}
}

func TestBodiesOfEachKind(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{Unlimited: true})
	blocks := `[{"type":"header","text":{"type":"plain_text","text":"Hi"}}]`
	fields := map[string]string{"channel": "CALERTS", "text": "t", "blocks": blocks, "token": BotToken}
	form := url.Values{}
	var multi bytes.Buffer
	w := multipart.NewWriter(&multi)
	for name, value := range fields {
		form.Set(name, value)
		ok(t, w.WriteField(name, value))
	}
	ok(t, w.Close())
	for name, body := range map[string]struct{ kind, text, query string }{
		"form":                  {"application/x-www-form-urlencoded", form.Encode(), ""},
		"multipart":             {w.FormDataContentType(), multi.String(), ""},
		"JSON":                  {"application/json; charset=utf-8", `{"channel":"CALERTS","text":"t","blocks":` + blocks + `}`, "?token=" + BotToken},
		"JSON with JSON text":   {"application/json", `{"channel":"CALERTS","text":"t","blocks":` + strconv.Quote(blocks) + `}`, "?token=" + BotToken},
		"query beside the form": {"application/x-www-form-urlencoded", "text=t&blocks=" + url.QueryEscape(blocks), "?channel=CALERTS&token=" + BotToken},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequest(http.MethodPost, s.url+"/api/chat.postMessage"+body.query, strings.NewReader(body.text))
			ok(t, err)
			r.Header.Set("Content-Type", body.kind)
			got := s.do(r)
			message, _ := got.body["message"].(map[string]any)
			list, _ := message["blocks"].([]any)
			if got.error() != "" || len(list) != 1 {
				t.Fatalf("answer is %v", got.body)
			}
		})
	}
	r, _ := http.NewRequest(http.MethodPost, s.url+"/api/chat.postMessage?token="+BotToken, strings.NewReader("{"))
	r.Header.Set("Content-Type", "application/json")
	if got := s.do(r); got.error() != "invalid_json" {
		t.Fatalf("answer is %v", got.body)
	}
}

func TestPostsToOneChannelAreHeldToOneASecond(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := newStand(t, Options{Now: c.now})
	post := func(channel string) answer {
		return s.call("chat.postMessage", map[string]any{"channel": channel, "text": "x"})
	}
	for range postBurst {
		if got := post("CALERTS"); got.error() != "" {
			t.Fatalf("the burst was refused: %v", got.body)
		}
	}
	got := post("CALERTS")
	if got.status != http.StatusTooManyRequests || got.error() != "ratelimited" || got.header.Get("Retry-After") != "1" {
		t.Fatalf("answer is %d %v, Retry-After %q", got.status, got.body, got.header.Get("Retry-After"))
	}
	if got := post("DBO"); got.error() != "" {
		t.Fatalf("another channel was refused: %v", got.body)
	}
	c.advance(time.Second)
	if got := post("CALERTS"); got.error() != "" {
		t.Fatalf("refused after a second: %v", got.body)
	}
}

func TestTiersLimitEachMethod(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := newStand(t, Options{Now: c.now})
	list := func() answer { return s.call("users.list", nil) }
	for range tier2 {
		if got := list(); got.status != http.StatusOK {
			t.Fatalf("refused early: %v", got.body)
		}
	}
	if got := list(); got.status != http.StatusTooManyRequests || got.header.Get("Retry-After") != "3" {
		t.Fatalf("answer is %d, Retry-After %q", got.status, got.header.Get("Retry-After"))
	}
	ok(t, s.Fault(Fault{Kind: FaultLimits, Off: true}))
	if got := list(); got.status != http.StatusOK {
		t.Fatal("still limited")
	}
}

func TestUsersAreTold(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	for id, check := range map[string]func(*slackgo.User) bool{
		"UANN":    func(u *slackgo.User) bool { return u.IsAdmin && u.TeamID == TeamID && u.TZ != "" },
		"UBO":     func(u *slackgo.User) bool { return !u.IsAdmin && u.Profile.DisplayName == "Bo" && u.RealName != "" },
		"UGUEST":  func(u *slackgo.User) bool { return u.IsRestricted && !u.IsUltraRestricted },
		"USOLO":   func(u *slackgo.User) bool { return u.IsUltraRestricted },
		"UEXT":    func(u *slackgo.User) bool { return u.TeamID == PartnerTeamID && u.IsStranger },
		BotUserID: func(u *slackgo.User) bool { return u.IsBot },
	} {
		u, err := s.api.GetUserInfoContext(s.ctx, id)
		ok(t, err)
		if !check(u) {
			t.Errorf("%s is %+v", id, u)
		}
	}
	_, err := s.api.GetUserInfoContext(s.ctx, "UNOBODY")
	is(t, err, "user_not_found")
	members, err := s.api.GetUserGroupMembersContext(s.ctx, "S0SUPPORT")
	ok(t, err)
	if len(members) == 0 {
		t.Error("the group is empty")
	}
	_, err = s.api.GetUserGroupMembersContext(s.ctx, "S0NONE")
	is(t, err, "no_such_subteam")
}
