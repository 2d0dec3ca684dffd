package bot

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"

	"perch/bot/card"
	"perch/internal/playground/slack"
)

// postOffice is a Courier over the playground's Slack.
type postOffice struct {
	*Courier
	slack *slack.Server
}

func newPostOffice(t *testing.T) postOffice {
	t.Helper()
	server := slack.New(slack.Options{Unlimited: true})
	t.Cleanup(server.Close)
	web := httptest.NewServer(server.Handler())
	t.Cleanup(web.Close)
	api := slackgo.New(slack.BotToken, slackgo.OptionAPIURL(web.URL+"/api/"))
	return postOffice{NewCourier(api, Identity{BotID: slack.BotID, UserID: slack.BotUserID}), server}
}

func (o postOffice) fault(t *testing.T, f slack.Fault) {
	t.Helper()
	if err := o.slack.Fault(f); err != nil {
		t.Fatal(err)
	}
}

func (o postOffice) post(t *testing.T, p card.Posting) card.Place {
	t.Helper()
	at, err := o.Post(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func (o postOffice) texts(channel string) []string {
	var texts []string
	for _, m := range o.slack.MessagesSeenBy("UANN", channel) {
		if m.BotID == slack.BotID {
			texts = append(texts, m.Text)
		}
	}
	return texts
}

func words(text string) card.Message { return card.Message{Text: text} }

func TestAMessageIsFoundByItsKey(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	begun := time.Now().Add(-5 * time.Second)
	o.post(t, card.Posting{Channel: "CALERTS", Key: "other", Message: words("another")})
	at := o.post(t, card.Posting{Channel: "CALERTS", Key: "k1", Message: words("a card")})
	found, ok, err := o.Find(t.Context(), card.Search{Channel: "CALERTS", Key: "k1", Since: begun})
	if err != nil || !ok || found != at {
		t.Errorf("found %v %v %v, posted at %v", found, ok, err, at)
	}
	if _, ok, err := o.Find(t.Context(), card.Search{Channel: "CALERTS", Key: "k2", Since: begun}); err != nil || ok {
		t.Errorf("a key that was never posted: %v %v", ok, err)
	}
	later := time.Now().Add(time.Minute)
	if _, ok, err := o.Find(t.Context(), card.Search{Channel: "CALERTS", Key: "k1", Since: later}); err != nil || ok {
		t.Errorf("a message from before: %v %v", ok, err)
	}
}

func TestAMessageIsFoundThoughItsAnswerWasLost(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	root := o.post(t, card.Posting{Channel: "CALERTS", Key: "root", Message: words("a card")})
	tests := []struct {
		name    string
		posting card.Posting
	}{
		{"in a channel", card.Posting{Channel: "CALERTS", Key: "a"}},
		{"in a thread", card.Posting{Channel: "CALERTS", ThreadTS: root.TS, Key: "b"}},
		{"in a thread, seen in the channel", card.Posting{Channel: "CALERTS", ThreadTS: root.TS, Broadcast: true, Key: "c"}},
		{"in direct messages", card.Posting{Channel: "UANN", Key: "d"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o.fault(t, slack.Fault{Method: "chat.postMessage", Kind: slack.FaultAcceptDrop})
			tt.posting.Message = words(tt.name)
			_, err := o.Post(t.Context(), tt.posting)
			checkFate(t, err, "unsure", "", 0)
			search := card.Search{Channel: tt.posting.Channel, ThreadTS: tt.posting.ThreadTS, Key: tt.posting.Key, Since: time.Now().Add(-time.Minute)}
			at, ok, err := o.Find(t.Context(), search)
			if err != nil || !ok || at.TS == "" {
				t.Fatalf("found %v %v %v", at, ok, err)
			}
			if err := o.Edit(t.Context(), at, words("edited")); err != nil {
				t.Fatal(err)
			}
			if again, ok, err := o.Find(t.Context(), search); err != nil || !ok || again != at {
				t.Errorf("after an edit: %v %v %v", again, ok, err)
			}
		})
	}
}

func TestASearchReadsAllPages(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	begun := time.Now().Add(-time.Minute)
	at := o.post(t, card.Posting{Channel: "CALERTS", Key: "k1", Message: words("a card")})
	for range 2 * historyPage {
		if _, err := o.slack.Say("UANN", "CALERTS", "chatter", ""); err != nil {
			t.Fatal(err)
		}
	}
	o.fault(t, slack.Fault{Method: "conversations.history", Kind: slack.FaultEmptyPage})
	if found, ok, err := o.Find(t.Context(), card.Search{Channel: "CALERTS", Key: "k1", Since: begun}); err != nil || !ok || found != at {
		t.Errorf("found %v %v %v", found, ok, err)
	}
}

func TestTheKeyOfAnotherIsNotOurs(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.post(t, card.Posting{Channel: "CALERTS", Key: "k1", Message: words("a card")})
	o.home.BotID = "BOTHER"
	if _, ok, err := o.Find(t.Context(), card.Search{Channel: "CALERTS", Key: "k1", Since: time.Now().Add(-time.Minute)}); err != nil || ok {
		t.Errorf("took another bot's message for ours: %v %v", ok, err)
	}
}

func TestAnEditReplacesBlocks(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	at := o.post(t, card.Posting{Channel: "CALERTS", Key: "k1", Message: card.Message{Text: "rich", Blocks: card.Blocks{card.Text("rich")}}})
	if err := o.Edit(t.Context(), at, words("plain")); err != nil {
		t.Fatal(err)
	}
	for _, m := range o.slack.MessagesSeenBy("UANN", "CALERTS") {
		if m.TS == at.TS && (m.Text != "plain" || len(m.Blocks) > 0) {
			t.Errorf("shows %q with %d blocks", m.Text, len(m.Blocks))
		}
	}
}

func TestACopyIsTakenBack(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	at := o.post(t, card.Posting{Channel: "CALERTS", Key: "k1", Message: words("a copy")})
	if err := o.Delete(t.Context(), at); err != nil {
		t.Fatal(err)
	}
	if said := strings.Join(o.texts("CALERTS"), "|"); strings.Contains(said, "a copy") {
		t.Errorf("still stands: %s", said)
	}
	checkFate(t, o.Edit(t.Context(), at, words("x")), "lost", "message_not_found", 0)
}

func TestWhoReadsAChannel(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	for channel, want := range map[string]bool{"CALERTS": false, "CSHARED": true} {
		if shared, err := o.Shared(t.Context(), channel); err != nil || shared != want {
			t.Errorf("%s: %v %v", channel, shared, err)
		}
	}
	_, err := o.Shared(t.Context(), "CPRIVATE")
	checkFate(t, err, "gone", "channel_not_found", 0)
}

func TestFatesOfPosts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		fault      slack.Fault
		word, code string
		wait       time.Duration
	}{
		{"Slack says later", slack.Fault{Kind: slack.FaultRatelimited, RetryAfter: 3}, "wait", "", 3 * time.Second},
		{"a server error", slack.Fault{Kind: slack.FaultHTTP, Status: 500}, "unsure", "", 0},
		{"a bare refusal", slack.Fault{Kind: slack.FaultBare}, "unsure", "", 0},
		{"a broken connection", slack.Fault{Kind: slack.FaultDrop}, "unsure", "", 0},
		{"archived", slack.Fault{Kind: slack.FaultError, Error: "is_archived"}, "gone", "is_archived", 0},
		{"only some may post", slack.Fault{Kind: slack.FaultError, Error: "restricted_action_read_only_channel"}, "gone", "restricted_action_read_only_channel", 0},
		{"a missing scope", slack.Fault{Kind: slack.FaultError, Error: "missing_scope"}, "gone", "missing_scope", 0},
		{"a locked thread", slack.Fault{Kind: slack.FaultError, Error: "restricted_action_thread_locked"}, "thread", "restricted_action_thread_locked", 0},
		{"a revoked token", slack.Fault{Kind: slack.FaultError, Error: "token_revoked"}, "refused", "token_revoked", 0},
		{"blocks refused", slack.Fault{Kind: slack.FaultError, Error: "invalid_blocks"}, "malformed", "invalid_blocks", 0},
		{"anything else", slack.Fault{Kind: slack.FaultError, Error: "message_limit_exceeded"}, "clear", "message_limit_exceeded", 0},
	}
	o := newPostOffice(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.fault.Method = "chat.postMessage"
			o.fault(t, tt.fault)
			_, err := o.Post(t.Context(), card.Posting{Channel: "CALERTS", Key: "k", Message: words("x")})
			checkFate(t, err, tt.word, tt.code, tt.wait)
		})
	}
}

func TestABareAnswerIsNoHistory(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	root := o.post(t, card.Posting{Channel: "CALERTS", Key: "k", Message: words("x")})
	for method, search := range map[string]card.Search{
		"conversations.history": {Channel: "CALERTS", Key: "k"},
		"conversations.replies": {Channel: "CALERTS", ThreadTS: root.TS, Key: "k"},
		"conversations.open":    {Channel: "UANN", Key: "k"},
	} {
		o.fault(t, slack.Fault{Method: method, Kind: slack.FaultBare})
		search.Since = time.Now()
		_, _, err := o.Find(t.Context(), search)
		checkFate(t, err, "unsure", "", 0)
	}
	o.fault(t, slack.Fault{Method: "conversations.info", Kind: slack.FaultBare})
	_, err := o.Shared(t.Context(), "CALERTS")
	checkFate(t, err, "unsure", "", 0)
}

func checkFate(t *testing.T, err error, word, code string, wait time.Duration) {
	t.Helper()
	var f interface {
		Fate() (string, string, time.Duration)
	}
	if !errors.As(err, &f) {
		t.Fatalf("%v says nothing of its fate", err)
	}
	gotWord, gotCode, gotWait := f.Fate()
	if gotWord != word || gotCode != code || gotWait != wait {
		t.Errorf("%v: %s %q %s, want %s %q %s", err, gotWord, gotCode, gotWait, word, code, wait)
	}
}
