package finch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

func TestTroubleOfEveryKnownAnswer(t *testing.T) {
	t.Parallel()
	tests := []struct {
		status     int
		name, code string
		want       Trouble
	}{
		{202, "", "", TroubleNotReady},
		{202, "accepted", "data_sync_in_progress", TroubleNotReady},
		{200, "accepted", "data_sync_in_progress", TroubleNotReady},
		{400, "invalid_grant_error", "", TroubleRejected},
		{400, "bad_request", "invalid_request", TroubleRejected},
		{400, "invalid_request_error", "", TroubleRejected},
		{401, "invalid_request_error", "", TroubleRejected},
		{401, "unauthorized_request_error", "", TroubleRevoked},
		{401, "invalid_token_error", "", TroubleRevoked},
		{401, "invalid_client_error", "", TroubleBadClient},
		{401, "authentication_error", "reauthenticate_user", TroubleReauth},
		{401, "authentication_error", "account_setup_required", TroubleNotSetUp},
		{401, "authentication_error", "", TroubleReauth},
		{401, "", "", TroubleOther},
		{401, "moon_error", "", TroubleOther},
		{402, "payment_required", "payment_required", TroubleUnpaid},
		{402, "", "", TroubleUnpaid},
		{403, "insufficient_scope_error", "", TroubleNoScope},
		{403, "error_permissions", "insufficient_account_permissions", TroublePermissions},
		{403, "error_permissions", "", TroublePermissions},
		{403, "", "", TroubleOther},
		{404, "not_found_error", "item_not_found", TroubleNotFound},
		{404, "not_found_error", "individual_not_found", TroubleNotFound},
		{404, "bad_request", "enrollment_not_found", TroubleNotFound},
		{404, "", "", TroubleNotFound},
		{408, "client_connection_closed", "", TroubleUnreachable},
		{409, "conflict", "", TroubleOther},
		{422, "unprocessable_request_error", "unsupported_parameters", TroubleRejected},
		{422, "unprocessable_request_error", "unsupported_paramters", TroubleRejected},
		{422, "unprocessable_request_error", "invalid_employee_enrollment", TroubleRejected},
		{422, "unprocessable_request_error", "not_supported_by_provider", TroubleUnsupported},
		{429, "rate_limit_exceeded_error", "finch_application_rl", TroubleRateLimited},
		{429, "rate_limit_exceeded_error", "finch_api_ip_rl", TroubleAddressBlocked},
		{429, "rate_limit_exceeded_error", "finch_auth_ip_rl", TroubleRateLimited},
		{429, "rate_limit_exceeded_error", "upstream_rate_limit_exceeded", TroubleRateLimited},
		{429, "", "", TroubleRateLimited},
		{500, "server_error", "internal_server_error", TroubleUnreachable},
		{501, "not_implemented_error", "", TroubleUnsupported},
		{502, "bad_gateway_error", "upstream_provider_error", TroubleProviderDown},
		{502, "bad_gateway_error", "", TroubleProviderDown},
		{502, "", "", TroubleUnreachable},
		{503, "", "", TroubleUnreachable},
		{504, "", "", TroubleUnreachable},
		{0, "", "", TroubleUnreachable},
		{302, "", "", TroubleOther},
		{418, "teapot", "short_and_stout", TroubleOther},
	}
	for _, tt := range tests {
		e := &Error{Status: tt.status, Name: tt.name, Code: tt.code}
		if got := e.Trouble(); got != tt.want {
			t.Errorf("%d %s %s is %s, want %s", tt.status, tt.name, tt.code, got, tt.want)
		}
	}
}

func TestWhatPasses(t *testing.T) {
	t.Parallel()
	passes := map[Trouble]bool{TroubleRateLimited: true, TroubleAddressBlocked: true, TroubleProviderDown: true, TroubleNotReady: true, TroubleUnreachable: true}
	for _, trouble := range Troubles {
		if trouble.Passes() != passes[trouble] {
			t.Errorf("%s passes: %v, want %v", trouble, trouble.Passes(), passes[trouble])
		}
	}
}

func TestSentenceOfEveryTrouble(t *testing.T) {
	t.Parallel()
	other := Sentence(&Error{kind: TroubleOther})
	seen := map[string]Trouble{}
	for _, trouble := range Troubles {
		e := &Error{kind: trouble, Message: "Ana Lima earns 5", op: "GET /introspect"}
		s := Sentence(fmt.Errorf("look at a connection: %w", e))
		if twin, ok := seen[s]; ok {
			t.Errorf("%s and %s say the same", trouble, twin)
		}
		seen[s] = trouble
		if trouble != TroubleOther && s == other {
			t.Errorf("%s has no sentence of its own", trouble)
		}
		if !strings.HasSuffix(s, ".") || strings.Count(s, ".")+strings.Count(s, ";") < 2 {
			t.Errorf("%s: %q should say what happened and the way out", trouble, s)
		}
		if strings.Contains(s, "Ana") || strings.Contains(s, "%!") || utf8.RuneCountInString(s) > 300 {
			t.Errorf("%s: %q", trouble, s)
		}
	}
}

func TestSentenceOfOtherErrors(t *testing.T) {
	t.Parallel()
	until := time.Date(2026, 11, 22, 14, 4, 30, 0, time.FixedZone("", 3600))
	tests := []struct {
		name  string
		err   error
		wants string
	}{
		{"a limit with an end", &Error{Status: 429, Until: until}, "Try again after 13:05 UTC."},
		{"a limit without", &Error{Status: 429}, "Try again in a minute."},
		{"a block with an end", &Error{Code: "finch_api_ip_rl", Until: until}, "goes on by itself after 13:05 UTC."},
		{"what nobody knows, with a request id", &Error{Status: 418, RequestID: "req-7"}, "request id req-7."},
		{"no token", fmt.Errorf("look: %w", ErrNoToken), "no access token here"},
		{"no such connection", fmt.Errorf("look: %w", ErrUnknown), "No such connection"},
		{"an error from elsewhere", errors.New("pq: secret detail"), "Something went wrong"},
	}
	for _, tt := range tests {
		if got := Sentence(tt.err); !strings.Contains(got, tt.wants) || strings.Contains(got, "secret") {
			t.Errorf("%s: %q, want %q in it", tt.name, got, tt.wants)
		}
	}
	if got := Sentence(nil); got != "" {
		t.Errorf("no error says %q", got)
	}
}

// refused is the error of an answer with these words.
func refused(status int, body string, header http.Header) *Error {
	q := call{method: http.MethodGet, path: "/introspect", token: NewToken(secret)}
	if header == nil {
		header = http.Header{}
	}
	return q.refusal(&http.Response{StatusCode: status, Header: header}, []byte(body))
}

func TestErrorKeepsFinchsWords(t *testing.T) {
	t.Parallel()
	e := refused(401, `{"code":401,"name":"authentication_error","finch_code":"reauthenticate_user","message":"Please reauthenticate user"}`, http.Header{"Finch-Request-Id": {"5f3c-1"}})
	if e.Status != 401 || e.Name != "authentication_error" || e.Code != "reauthenticate_user" || e.Message != "Please reauthenticate user" || e.RequestID != "5f3c-1" {
		t.Errorf("kept %#v", e)
	}
	const log = "finch: GET /introspect: status 401 authentication_error reauthenticate_user, request 5f3c-1"
	if e.Error() != log {
		t.Errorf("logs as %q, want %q", e.Error(), log)
	}
	if b, err := json.Marshal(map[string]any{"error": e}); err != nil || !strings.Contains(string(b), log) || strings.Contains(string(b), "Please") {
		t.Errorf("encodes as %s, %v", b, err)
	}
}

func TestErrorOfStrangeAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body string
		want       Error
	}{
		{"nothing", "", Error{}},
		{"a gateway's page", "<html>502 Bad Gateway</html>", Error{}},
		{"half of it", `{"name":"server_error"`, Error{}},
		{"a list", `[{"name":"server_error"}]`, Error{}},
		{"types mixed up", `{"code":"401","name":["x"],"finch_code":7,"message":"still here"}`, Error{Message: "still here"}},
		{"a name that is no identifier", `{"name":"Ana Lima","finch_code":"x\ny"}`, Error{}},
		{"a number for a name", `{"name":"123-45-6789","finch_code":"no_1234567"}`, Error{}},
		{"a number in a name", `{"name":"w4_2020","finch_code":"x"}`, Error{Name: "w4_2020", Code: "x"}},
		{"a name that never ends", `{"name":"` + strings.Repeat("a", 101) + `"}`, Error{}},
		{"a message on several lines", `{"message":" one\n\ttwo\u0000\u202e three "}`, Error{Message: "one two three"}},
		{"the token in the message", `{"message":"token ` + secret + ` is wrong"}`, Error{Message: "token [redacted] is wrong"}},
		{"the token in two halves", `{"message":"` + secret[:9] + `\u200b` + secret[9:] + `"}`, Error{Message: "[redacted]"}},
		{"the token where a message is cut", `{"message":"` + strings.Repeat("x", 280) + secret + `"}`, Error{Message: strings.Repeat("x", 280) + "[redacted]"}},
		{"the token as a name", `{"name":"` + secret + `","finch_code":"a` + secret + `"}`, Error{}},
		{"a long message", `{"message":"` + strings.Repeat("é", 400) + `"}`, Error{Message: strings.Repeat("é", 299) + "…"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := refused(500, tt.body, nil)
			if e.Name != tt.want.Name || e.Code != tt.want.Code || e.Message != tt.want.Message {
				t.Errorf("read %q %q %q, want %+v", e.Name, e.Code, e.Message, tt.want)
			}
		})
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		header string
		want   time.Duration
	}{
		{"", 0},
		{"0", 0},
		{"7", 7 * time.Second},
		{"86400", 24 * time.Hour},
		{"86401", 0},
		{"99999999999999999999", 0},
		{"9223372036854775807", 0},
		{"-5", 0},
		{"1.5", 0},
		{"soon", 0},
		{"Sun, 22 Nov 2026 12:00:30 GMT", 30 * time.Second},
		{"Sun, 22 Nov 2026 11:00:00 GMT", 0},
	}
	for _, tt := range tests {
		if got := parseRetryAfter(tt.header, now); got != tt.want {
			t.Errorf("%q is %v, want %v", tt.header, got, tt.want)
		}
	}
}

func TestNoAnswerNamesTheCauseWithoutQuotingIt(t *testing.T) {
	t.Parallel()
	tests := []struct {
		cause error
		want  string
	}{
		{context.Canceled, "the caller went away"},
		{fmt.Errorf("x: %w", context.DeadlineExceeded), "out of time"},
		{os.ErrDeadlineExceeded, "out of time"},
		{&net.DNSError{Name: "secret.example", IsNotFound: true}, "the host's name is not known"},
		{&net.DNSError{Name: "secret.example"}, "the host's name could not be looked up"},
		{&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, "connection refused"},
		{&net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, "connection broke off"},
		{io.ErrUnexpectedEOF, "connection broke off"},
		{errors.New(`malformed HTTP response "secret"`), "the exchange failed"},
	}
	for _, tt := range tests {
		e := call{method: http.MethodGet, path: "/providers"}.noAnswer(tt.cause)
		if got, want := e.Error(), "finch: GET /providers: no answer: "+tt.want; got != want {
			t.Errorf("says %q, want %q", got, want)
		}
		if e.Trouble() != TroubleUnreachable || !errors.Is(e, tt.cause) {
			t.Errorf("%v: trouble %s, wraps its cause: %v", tt.cause, e.Trouble(), errors.Is(e, tt.cause))
		}
	}
}

func FuzzErrorBody(f *testing.F) {
	f.Add(429, []byte(`{"code":429,"name":"rate_limit_exceeded_error","finch_code":"finch_api_ip_rl","message":"Too many"}`))
	f.Add(500, []byte(`{"message":"`+secret+`"}`))
	f.Add(202, []byte{})
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		e := refused(status, string(body), http.Header{"Finch-Request-Id": {string(body)}, "Retry-After": {string(body)}})
		for _, said := range []string{e.Error(), e.Message, e.Name, e.Code, e.RequestID, Sentence(e), fmt.Sprintf("%+v %#v", e, e)} {
			if strings.Contains(said, secret) {
				t.Errorf("the token is told: %q", said)
			}
		}
		for _, said := range []string{e.Error(), e.Message, Sentence(e)} {
			if !utf8.ValidString(said) || strings.ContainsFunc(said, unicode.IsControl) {
				t.Errorf("unsafe to show: %q", said)
			}
		}
		if utf8.RuneCountInString(e.Message) > maxMessage || len(e.Error()) > 500 {
			t.Errorf("too long: %q", e.Error())
		}
	})
}

func TestMoveOfEveryTrouble(t *testing.T) {
	t.Parallel()
	for _, trouble := range Troubles {
		move := trouble.Move()
		who, _, _ := strings.Cut(move, ":")
		if !strings.HasSuffix(who, "'s") && who != "ours" || strings.HasSuffix(move, ".") {
			t.Errorf("%s: whose move: %q", trouble, move)
		}
	}
	if Trouble("odd").Move() != "" {
		t.Error("what is no trouble has a move")
	}
}
