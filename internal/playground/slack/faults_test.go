package slack

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"
)

func TestFaultsOfAMethod(t *testing.T) {
	t.Parallel()
	post := func(s *stand) error {
		_, _, err := s.api.PostMessageContext(s.ctx, "CALERTS", slackgo.MsgOptionText("x", false))
		return err
	}
	for name, tt := range map[string]struct {
		fault  Fault
		is     func(error) bool
		posted int
	}{
		"a 502 page": {Fault{Kind: FaultHTTP, Status: 502}, func(err error) bool {
			status, ok := errors.AsType[slackgo.StatusCodeError](err)
			return ok && status.Code == http.StatusBadGateway
		}, 0},
		"an error at 200": {Fault{Kind: FaultError, Error: "internal_error"}, func(err error) bool { return err != nil && err.Error() == "internal_error" }, 0},
		"a missing scope": {Fault{Kind: FaultError, Error: "missing_scope", Needed: "a", Provided: "b"}, func(err error) bool {
			e, ok := errors.AsType[slackgo.SlackErrorResponse](err)
			return ok && e.Needed == "a" && e.Provided == "b"
		}, 0},
		"ok false and no more": {Fault{Kind: FaultBare}, func(err error) bool { return err == nil }, 0}, // slack-go takes it for success
		"429": {Fault{Kind: FaultRatelimited, RetryAfter: 7}, func(err error) bool {
			limited, ok := errors.AsType[*slackgo.RateLimitedError](err)
			return ok && limited.RetryAfter == 7*time.Second
		}, 0},
		"dropped":                {Fault{Kind: FaultDrop}, func(err error) bool { return errors.Is(err, io.EOF) }, 0},
		"accepted, then dropped": {Fault{Kind: FaultAcceptDrop}, func(err error) bool { return errors.Is(err, io.EOF) }, 1},
		"accepted, then a 500 page": {Fault{Kind: FaultAcceptHTTP}, func(err error) bool {
			status, ok := errors.AsType[slackgo.StatusCodeError](err)
			return ok && status.Code == http.StatusInternalServerError
		}, 1},
		"slow": {Fault{Kind: FaultSlow, DelayMS: 1}, func(err error) bool { return err == nil }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t, Options{})
			tt.fault.Method = "chat.postMessage"
			ok(t, s.Fault(tt.fault))
			if err := post(s); !tt.is(err) {
				t.Fatalf("error is %v", err)
			}
			if n := len(s.MessagesSeenBy("UBO", "CALERTS")); n != tt.posted {
				t.Fatalf("%d messages were posted", n)
			}
			ok(t, post(s)) // it was for once
		})
	}
}

func TestAHangLastsUntilTheClientGivesUp(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	ok(t, s.Fault(Fault{Method: "apps.connections.open", Kind: FaultHang, Times: -1}))
	ctx, cancel := context.WithCancel(s.ctx)
	failed := make(chan error, 1)
	go func() {
		_, _, err := s.api.StartSocketModeContext(ctx)
		failed <- err
	}()
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Fatalf("error is %v", err)
	}
	ok(t, s.Fault(Fault{Kind: FaultClear}))
	s.dial()
}

func TestWhoHangsIsCounted(t *testing.T) {
	t.Parallel()
	for kind, posted := range map[string]int{FaultHang: 0, FaultAcceptHang: 1} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s := newStand(t, Options{})
			ok(t, s.Fault(Fault{Method: "chat.postMessage", Kind: kind}))
			ctx, cancel := context.WithCancel(s.ctx)
			failed := make(chan error, 1)
			go func() {
				_, _, err := s.api.PostMessageContext(ctx, "CALERTS", slackgo.MsgOptionText("x", false))
				failed <- err
			}()
			ok(t, s.Wait(s.ctx, func() bool { return s.Holding("chat.postMessage") == 1 }))
			if n := len(s.MessagesSeenBy("UBO", "CALERTS")); n != posted {
				t.Fatalf("%d messages were posted", n)
			}
			cancel()
			if err := <-failed; !errors.Is(err, context.Canceled) {
				t.Fatalf("error is %v", err)
			}
			ok(t, s.Wait(s.ctx, func() bool { return s.Holding("chat.postMessage") == 0 }))
		})
	}
}

func TestFaultsCountDownAndMatchEveryMethod(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	ok(t, s.Fault(Fault{Method: "*", Kind: FaultError, Error: "fatal_error", Times: 2}))
	for i, want := range []string{"fatal_error", "fatal_error", ""} {
		if got := s.call("auth.test", nil); got.error() != want {
			t.Fatalf("call %d: %v", i, got.body)
		}
	}
	for _, wrong := range []Fault{{Kind: "rain"}, {Method: "auth.test", Kind: "rain"}} {
		if s.Fault(wrong) == nil {
			t.Errorf("%+v was taken", wrong)
		}
	}
}

func TestAFaultOfOneChannel(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	ok(t, s.Invite("CGENERAL", "", "UANN"))
	ok(t, s.Fault(Fault{Method: "chat.postMessage", Channel: "CALERTS", Kind: FaultError, Error: "fatal_error", Times: -1}))
	for channel, want := range map[string]string{"CGENERAL": "", "CALERTS": "fatal_error"} {
		if got := s.call("chat.postMessage", map[string]any{"channel": channel, "text": "x"}); got.error() != want {
			t.Errorf("%s: %v", channel, got.body)
		}
	}
}

func TestAResponseURLCanFailToo(t *testing.T) {
	t.Parallel()
	s, a := quiet(t)
	url := s.hook(a)
	ok(t, s.Fault(Fault{Method: "response_url", Kind: FaultHTTP, Status: 500}))
	if status, body := s.respond(url, map[string]any{"text": "x"}); status != http.StatusInternalServerError || !strings.Contains(body, "<html>") {
		t.Fatalf("answer is %d %q", status, body)
	}
	if status, _ := s.respond(url, map[string]any{"text": "x"}); status != http.StatusOK {
		t.Fatalf("then %d", status)
	}
}
