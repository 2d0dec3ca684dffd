package slack

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"
)

// respond posts to a response URL and returns status and body.
func (s *stand) respond(url string, body map[string]any) (int, string) {
	s.t.Helper()
	raw, err := json.Marshal(body)
	ok(s.t, err)
	r, err := http.NewRequestWithContext(s.ctx, http.MethodPost, url, bytes.NewReader(raw))
	ok(s.t, err)
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	ok(s.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	ok(s.t, err)
	return res.StatusCode, string(text)
}

// hook types a command and returns its response URL.
func (s *stand) hook(a *app) string {
	s.t.Helper()
	got := a.answering()
	ok(s.t, s.Slash(s.ctx, "UBO", "CGENERAL", "/jobs"))
	return into[slackgo.SlashCommand](s.t, <-got).ResponseURL
}

func TestAResponseURLAnswersOKFiveTimes(t *testing.T) {
	t.Parallel()
	s, a := quiet(t)
	url := s.hook(a)
	for range maxHookUses {
		if status, body := s.respond(url, map[string]any{"text": "x"}); status != http.StatusOK || body != "ok" {
			t.Fatalf("answer is %d %q", status, body)
		}
	}
	if status, body := s.respond(url, map[string]any{"text": "x"}); status != http.StatusNotFound || !bytes.Contains([]byte(body), []byte("used_url")) {
		t.Fatalf("the sixth use: %d %q", status, body)
	}
	if n := len(s.MessagesSeenBy("UBO", "CGENERAL")); n != maxHookUses {
		t.Fatalf("Bo sees %d messages", n)
	}
	if n := len(s.Calls("response_url")); n != maxHookUses+1 {
		t.Fatalf("%d calls are logged", n)
	}
}

func TestAResponseURLEndsAfterHalfAnHour(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := newStand(t, Options{Now: c.now})
	url := s.hook(s.dial())
	c.advance(30*time.Minute + time.Second)
	if status, body := s.respond(url, map[string]any{"text": "x"}); status != http.StatusNotFound || !bytes.Contains([]byte(body), []byte("expired_url")) {
		t.Fatalf("answer is %d %q", status, body)
	}
	if status, _ := s.respond(url+"x", map[string]any{"text": "x"}); status != http.StatusNotFound {
		t.Fatalf("a guessed URL: %d", status)
	}
}

func TestReplacingAndDeletingWhatWasAnswered(t *testing.T) {
	t.Parallel()
	s, a := quiet(t)
	url := s.hook(a)
	shown := func() (texts []string) {
		for _, m := range s.MessagesSeenBy("UBO", "CGENERAL") {
			texts = append(texts, m.Text)
		}
		return texts
	}
	s.respond(url, map[string]any{"text": "looking…"})
	s.respond(url, map[string]any{"text": "found", "replace_original": true})
	if got := shown(); len(got) != 1 || got[0] != "found" {
		t.Fatalf("Bo sees %q", got)
	}
	s.respond(url, map[string]any{"delete_original": "true"})
	if got := shown(); len(got) != 0 {
		t.Fatalf("Bo sees %q", got)
	}
	s.respond(url, map[string]any{"text": "for all", "response_type": "in_channel"})
	if n := len(s.MessagesSeenBy("UANN", "CGENERAL")); n != 1 {
		t.Fatalf("Ann sees %d messages", n)
	}
}

func TestReplacingTheMessageThatWasClicked(t *testing.T) {
	t.Parallel()
	s, a := quiet(t)
	ts := s.card()
	sent := a.answering()
	ok(t, s.Click(s.ctx, "UBO", Target{Channel: "CALERTS", TS: ts, ActionID: "job.ack"}, nil))
	url := into[slackgo.InteractionCallback](t, <-sent).ResponseURL
	s.respond(url, map[string]any{"text": "only Bo"})
	s.respond(url, map[string]any{"text": "done by Bo", "replace_original": true})
	seen := s.MessagesSeenBy("UANN", "CALERTS")
	if len(seen) != 1 || seen[0].Text != "done by Bo" || seen[0].TS != ts || seen[0].Blocks != nil {
		t.Fatalf("Ann sees %+v", seen)
	}
}

func TestResponseURLsRejectWhatPostsReject(t *testing.T) {
	t.Parallel()
	s, a := quiet(t)
	url := s.hook(a)
	for want, body := range map[string]map[string]any{
		"invalid_blocks": {"text": "x", "blocks": []any{map[string]any{"type": "alert"}}},
		"no_text":        {},
	} {
		if status, got := s.respond(url, body); status != http.StatusBadRequest || !bytes.Contains([]byte(got), []byte(want)) {
			t.Errorf("answer is %d %q, want %s", status, got, want)
		}
	}
}
