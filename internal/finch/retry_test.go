package finch

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// reply is one answer of a scripted Finch: after some time, a status with
// header and body, or a failure of the network.
type reply struct {
	after  time.Duration
	status int
	header http.Header
	body   string
	fails  error
}

// script answers with one reply after another, the last for ever, and notes
// when it was asked.
type script struct {
	replies []reply
	asked   []time.Time
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	next := s.replies[min(len(s.asked), len(s.replies)-1)]
	s.asked = append(s.asked, time.Now())
	if err := sleep(r.Context(), next.after); err != nil {
		return nil, err
	}
	if next.fails != nil {
		return nil, next.fails
	}
	header := next.header
	if header == nil {
		header = http.Header{}
	}
	return &http.Response{StatusCode: next.status, Header: header, Body: io.NopCloser(strings.NewReader(next.body)), Request: r}, nil
}

// pauses are the times between two requests.
func (s *script) pauses() []time.Duration {
	var between []time.Duration
	for i := 1; i < len(s.asked); i++ {
		between = append(between, s.asked[i].Sub(s.asked[i-1]))
	}
	return between
}

func clientFor(t *testing.T, replies ...reply) (*Client, *script) {
	t.Helper()
	s := &script{replies: replies}
	c, err := New(Options{BaseURL: "https://finch.example", HTTP: &http.Client{Transport: s}})
	if err != nil {
		t.Fatal(err)
	}
	return c, s
}

var well = reply{status: 200, body: `{"connection_id":"c"}`}

func retryHeader(value string) http.Header { return http.Header{"Retry-After": {value}} }

const limited = `{"code":429,"name":"rate_limit_exceeded_error","finch_code":"finch_application_rl"}`

func TestReadsAreRepeatedWhereItHelps(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		replies []reply
		asked   int
		trouble Trouble // "" when all ends well
	}{
		{"well at once", []reply{well}, 1, ""},
		{"500, then well", []reply{{status: 500}, well}, 2, ""},
		{"502 and 503, then well", []reply{{status: 502}, {status: 503}, well}, 3, ""},
		{"408, then well", []reply{{status: 408}, well}, 2, ""},
		{"429 without a time, then well", []reply{{status: 429}, well}, 2, ""},
		{"a reset, then well", []reply{{fails: syscall.ECONNRESET}, well}, 2, ""},
		{"500 for ever", []reply{{status: 500}}, 3, TroubleUnreachable},
		{"the provider fails for ever", []reply{{status: 502, body: `{"name":"bad_gateway_error","finch_code":"upstream_provider_error"}`}}, 3, TroubleProviderDown},
		{"no network", []reply{{fails: syscall.ECONNREFUSED}}, 3, TroubleUnreachable},
		{"400", []reply{{status: 400}}, 1, TroubleRejected},
		{"401", []reply{{status: 401, body: `{"finch_code":"reauthenticate_user"}`}}, 1, TroubleReauth},
		{"402", []reply{{status: 402}}, 1, TroubleUnpaid},
		{"403", []reply{{status: 403, body: `{"name":"insufficient_scope_error"}`}}, 1, TroubleNoScope},
		{"404", []reply{{status: 404}}, 1, TroubleNotFound},
		{"422", []reply{{status: 422}}, 1, TroubleRejected},
		{"501", []reply{{status: 501}}, 1, TroubleUnsupported},
		{"202", []reply{{status: 202}}, 1, TroubleNotReady},
		{"an answer that is none", []reply{{status: 200, body: "?"}}, 1, TroubleOther},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, s := clientFor(t, tt.replies...)
				_, err := c.Introspect(t.Context(), NewToken(secret))
				if tt.trouble != "" {
					if e := asError(t, err); e.Trouble() != tt.trouble {
						t.Errorf("%v is %s, want %s", e, e.Trouble(), tt.trouble)
					}
				} else if err != nil {
					t.Error(err)
				}
				if len(s.asked) != tt.asked {
					t.Errorf("asked %d times, want %d", len(s.asked), tt.asked)
				}
				if used := c.Budget().Usage().Used; used != tt.asked {
					t.Errorf("%d paid from the budget, want one for each of %d attempts", used, tt.asked)
				}
			})
		})
	}
}

func TestWhatWritesIsNeverRepeated(t *testing.T) {
	t.Parallel()
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete} {
		for _, r := range []reply{{status: 500}, {status: 429, header: retryHeader("1")}, {fails: syscall.ECONNRESET}} {
			synctest.Test(t, func(t *testing.T) {
				c, s := clientFor(t, r)
				_, err := c.ask(t.Context(), call{method: method, path: "/jobs/automated", token: NewToken(secret)})
				asError(t, err)
				if len(s.asked) != 1 {
					t.Errorf("%s answered with %+v: asked %d times", method, r, len(s.asked))
				}
			})
		}
	}
}

func TestPausesGrowAndJitter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		different := map[time.Duration]bool{}
		for range 20 {
			c, s := clientFor(t, reply{status: 500})
			_, _ = c.Introspect(t.Context(), NewToken(secret))
			between := s.pauses()
			for i, least := range []time.Duration{500 * time.Millisecond, time.Second} {
				if between[i] < least || between[i] > least*5/4+time.Millisecond {
					t.Errorf("pause %d is %v, want %v and up to a quarter more", i, between[i], least)
				}
			}
			different[between[0]] = true
		}
		if len(different) < 2 {
			t.Error("all pauses are the same: those who fail together return together")
		}
	})
}

func TestRetryAfterIsHonoured(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		first   reply
		asked   int
		atLeast time.Duration
	}{
		{"seconds that fit", reply{status: 503, header: retryHeader("3")}, 2, 3 * time.Second},
		{"Finch's limit with a time that fits", reply{status: 429, header: retryHeader("4"), body: limited}, 2, 4 * time.Second},
		{"seconds beyond the call's time", reply{status: 503, header: retryHeader("30")}, 1, 0},
		{"Finch's limit without a time: its whole window", reply{status: 429, body: limited}, 1, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, s := clientFor(t, tt.first, well)
				began := time.Now()
				_, err := c.Introspect(t.Context(), NewToken(secret))
				if len(s.asked) != tt.asked {
					t.Fatalf("asked %d times, want %d", len(s.asked), tt.asked)
				}
				if tt.asked == 2 {
					if err != nil || s.pauses()[0] < tt.atLeast {
						t.Errorf("asked again after %v, want %v at least; %v", s.pauses()[0], tt.atLeast, err)
					}
					return
				}
				e := asError(t, err)
				if waited := time.Since(began); waited != 0 {
					t.Errorf("waited %v for a pause that is too long", waited)
				}
				if e.RetryAfter < 30*time.Second || !e.Until.Equal(began.Add(e.RetryAfter)) {
					t.Errorf("again in %v, at %v", e.RetryAfter, e.Until)
				}
			})
		})
	}
}

func TestACallEndsInTime(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		limit   time.Duration // of the caller; 0 for none
		replies []reply
		takes   time.Duration
		says    string
	}{
		{"a server that never answers", 0, []reply{{after: time.Hour}}, patience, "out of time"},
		{"the caller has less time", 3 * time.Second, []reply{{after: time.Hour}}, 3 * time.Second, "out of time"},
		{"the caller has more time", time.Hour, []reply{{after: 2 * time.Hour}}, patience, "out of time"},
		{"slow failures share the time", 0, []reply{{after: 9 * time.Second, status: 500}}, patience, "out of time"},
		{"time ends in a pause: the failure is told", 9100 * time.Millisecond, []reply{{after: 9 * time.Second, status: 503}}, 9100 * time.Millisecond, "status 503"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, _ := clientFor(t, tt.replies...)
				ctx := t.Context()
				if tt.limit > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, tt.limit)
					defer cancel()
				}
				began := time.Now()
				_, err := c.Introspect(ctx, NewToken(secret))
				if e := asError(t, err); e.Trouble() != TroubleUnreachable || !strings.Contains(e.Error(), tt.says) {
					t.Errorf("%v is %s", e, e.Trouble())
				}
				if took := time.Since(began); took != tt.takes {
					t.Errorf("took %v, want %v", took, tt.takes)
				}
			})
		})
	}
}

func TestACallerWhoGoesAway(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]reply{"while Finch thinks": {after: time.Hour}, "in a pause": {status: 503, header: retryHeader("10")}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, s := clientFor(t, r)
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(2*time.Second, cancel)
				began := time.Now()
				_, err := c.Introspect(ctx, NewToken(secret))
				if e := asError(t, err); !errors.Is(e, context.Canceled) {
					t.Errorf("%v should tell that the caller went away", e)
				}
				if took := time.Since(began); took != 2*time.Second || len(s.asked) != 1 {
					t.Errorf("took %v and %d requests", took, len(s.asked))
				}
			})
		})
	}
}

func TestABlockedAddressStopsEverything(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := clientFor(t, reply{status: 429, body: `{"finch_code":"finch_api_ip_rl"}`}, well)
		began := time.Now()
		_, err := c.Introspect(t.Context(), NewToken(secret))
		if e := asError(t, err); e.Trouble() != TroubleAddressBlocked || !e.Until.Equal(began.Add(time.Hour)) {
			t.Fatalf("%v is %s until %v", e, e.Trouble(), e.Until)
		}
		if until := c.Budget().Usage().BlockedUntil; !until.Equal(began.Add(time.Hour)) {
			t.Errorf("usage tells blocked until %v", until)
		}
		if err := sleep(t.Context(), time.Hour-time.Second); err != nil {
			t.Fatal(err)
		}
		for _, other := range []*Client{c, c.Background()} {
			_, err := other.Providers(t.Context(), NewToken("another"))
			e := asError(t, err)
			if e.Trouble() != TroubleAddressBlocked || e.RetryAfter != time.Second || !e.Until.Equal(began.Add(time.Hour)) {
				t.Errorf("%v is %s, in %v", e, e.Trouble(), e.RetryAfter)
			}
		}
		if len(s.asked) != 1 {
			t.Errorf("asked %d times while blocked", len(s.asked)-1)
		}
		if err := sleep(t.Context(), time.Second); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Introspect(t.Context(), NewToken(secret)); err != nil {
			t.Errorf("after the hour: %v", err)
		}
		if until := c.Budget().Usage().BlockedUntil; !until.IsZero() {
			t.Errorf("usage still tells blocked until %v", until)
		}
	})
}

func TestALimitWithoutItsCodePausesTheEndpointToo(t *testing.T) {
	t.Parallel()
	const minute = time.Minute
	const named, used = `{"code":429,"name":"rate_limit_exceeded_error"}`, `{"allowed_refreshes":1,"remaining_refreshes":0}`
	ask := func(ctx context.Context, c *Client, token string) error {
		_, err := c.AutomatedJobs(ctx, NewToken(token))
		return err
	}
	run := func(ctx context.Context, c *Client, token string) error {
		_, err := c.RunSync(ctx, NewToken(token))
		return err
	}
	for name, tt := range map[string]struct {
		first  reply
		call   func(context.Context, *Client, string) error
		paused time.Duration // at least, for the other tokens
	}{
		"by its name":                      {reply{status: 429, body: named}, ask, minute},
		"by its name, with a time":         {reply{status: 429, body: named, header: retryHeader("45")}, ask, 45 * time.Second},
		"a gateway's, with a time":         {reply{status: 429, body: "<html>", header: retryHeader("45")}, ask, 45 * time.Second},
		"the provider's":                   {reply{status: 429, body: `{"finch_code":"upstream_rate_limit_exceeded"}`, header: retryHeader("45")}, ask, 0},
		"a connection's syncs are used up": {reply{status: 429, body: used, header: retryHeader("1800")}, run, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			c, _ := clientFor(t, tt.first, reply{status: 200, body: `{"data":[]}`})
			began := time.Now()
			if e := asError(t, tt.call(t.Context(), c, "one")); e.Trouble() != TroubleRateLimited {
				t.Fatalf("%s: %v", name, e)
			}
			err := ask(t.Context(), c, "another")
			switch {
			case tt.paused == 0 && err != nil:
				t.Errorf("%s: another token is kept waiting: %v", name, err)
			case tt.paused > 0:
				if e := asError(t, err); e.Until.Before(began.Add(tt.paused)) {
					t.Errorf("%s: another token may ask at %v", name, e.Until)
				}
			}
		})
	}
}

func TestAnApplicationsLimitPausesThatEndpointAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := clientFor(t, reply{status: 429, body: limited}, reply{status: 200, body: `[]`}, well)
		_, err := c.Introspect(t.Context(), NewToken(secret))
		e := asError(t, err)
		if e.Trouble() != TroubleRateLimited || e.RetryAfter < time.Minute || e.RetryAfter > 75*time.Second {
			t.Fatalf("%v is %s for %v", e, e.Trouble(), e.RetryAfter)
		}
		if _, err := c.Providers(t.Context(), NewToken(secret)); err != nil {
			t.Errorf("another endpoint: %v", err)
		}
		_, err = c.Introspect(t.Context(), NewToken("another"))
		if again := asError(t, err); again.Trouble() != TroubleRateLimited || !again.Until.Equal(e.Until) {
			t.Errorf("the same endpoint: %v until %v, want %v", again, again.Until, e.Until)
		}
		if err := sleep(t.Context(), time.Until(e.Until)-5*time.Second); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Introspect(t.Context(), NewToken(secret)); err != nil {
			t.Errorf("5 s before the end, with 20 s to wait: %v", err)
		}
		if last := s.asked[len(s.asked)-1]; last.Before(e.Until) {
			t.Errorf("asked again at %v, before %v", last, e.Until)
		}
	})
}
