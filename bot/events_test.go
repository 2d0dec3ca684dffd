package bot

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"perch/bot/card"
	"perch/bot/socket"

	"github.com/slack-go/slack"
)

// fakeInbox keeps events in memory, each id once.
type fakeInbox struct {
	mu     sync.Mutex
	seen   map[string][]byte
	open   []Item
	done   []string
	broken error
}

func (f *fakeInbox) TakeIn(_ context.Context, id string, payload []byte) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken != nil {
		return false, f.broken
	}
	if f.seen == nil {
		f.seen = map[string][]byte{}
	}
	if _, old := f.seen[id]; old {
		return false, nil
	}
	f.seen[id] = payload
	f.open = append(f.open, Item{EventID: id, Payload: payload})
	return true, nil
}

func (f *fakeInbox) Claim(_ context.Context, n int, _ time.Duration) ([]Item, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n = min(n, len(f.open))
	claimed := f.open[:n]
	f.open = f.open[n:]
	return claimed, nil
}

func (f *fakeInbox) Done(_ context.Context, eventID string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.done = append(f.done, eventID)
	return nil
}

func event(r *rig, id, inner string) socket.Envelope {
	return r.envelope("events_api", socket.Event, map[string]any{
		"type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event_id": id,
		"event": map[string]any{"type": inner, "text": "somebody's words"},
	})
}

func TestAnEventIsFollowedOnceHoweverOftenItComes(t *testing.T) {
	r := newRig(t)
	followed := make(chan Event, 10)
	r.Events().On("tokens_revoked", func(_ context.Context, e Event) error { followed <- e; return nil })
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- r.Events().Run(ctx) }()
	retry := event(r, "Ev1", "tokens_revoked")
	retry.Retry = 1
	for _, e := range []socket.Envelope{retry, event(r, "Ev1", "tokens_revoked"), event(r, "Ev2", "tokens_revoked")} {
		if err := r.Keep(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	if a, b := (<-followed).ID, (<-followed).ID; a != "Ev1" || b != "Ev2" {
		t.Errorf("followed %s and %s", a, b)
	}
	cancel()
	if err := <-ended; err != nil || len(followed) != 0 {
		t.Errorf("ended with %v, %d more followed", err, len(followed))
	}
}

func TestOnlyWhatIsReactedToIsStored(t *testing.T) {
	r := newRig(t)
	if err := r.Keep(t.Context(), event(r, "Ev1", "message")); err != nil {
		t.Fatal(err)
	}
	if got := string(r.inbox.seen["Ev1"]); got != "{}" {
		t.Errorf("stored %s of an event that nothing follows from", got)
	}
}

func TestAnEventThatCannotBeKeptIsNotAcknowledged(t *testing.T) {
	r := newRig(t)
	r.inbox.broken = errors.New("disk full")
	if err := r.Keep(t.Context(), event(r, "Ev1", "message")); err == nil {
		t.Error("an event that was not stored would be acknowledged")
	}
}

func TestEventsOfOthersAndUnreadableOnesAreAcknowledgedAndDropped(t *testing.T) {
	r := newRig(t)
	others := change(t, event(r, "Ev1", "message"), "team_id", "T2")
	unreadable := socket.Envelope{Payload: []byte(`[`), Kind: socket.Unknown}
	for _, e := range []socket.Envelope{others, unreadable} {
		if err := r.Keep(t.Context(), e); err != nil {
			t.Errorf("not acknowledged: %v", err)
		}
	}
	if len(r.inbox.seen) != 0 {
		t.Errorf("kept %v", r.inbox.seen)
	}
}

func TestAReactionThatFailsLeavesItsEvent(t *testing.T) {
	r := newRig(t)
	for _, broken := range []Reaction{
		func(context.Context, Event) error { return errors.New("not now") },
		func(context.Context, Event) error { panic("boom") },
	} {
		r.Events().On("app_uninstalled", broken)
		if err := r.Keep(t.Context(), event(r, card.Cut("Ev"+time.Now().String(), 40), "app_uninstalled")); err != nil {
			t.Fatal(err)
		}
		if err := r.Events().workOff(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if len(r.inbox.done) != 0 {
		t.Errorf("marked done: %v", r.inbox.done)
	}
}

func TestIdentify(t *testing.T) {
	d := newDouble(t)
	id, err := Identify(t.Context(), d.Client(), d.URL+"/api/", "xoxb-1")
	if err != nil || id.TeamID != "T1" || id.AppID != "A1" || len(id.Scopes) != 2 {
		t.Errorf("got %+v, %v", id, err)
	}
	d.on("auth.test", `{"ok":false,"error":"invalid_auth"}`)
	_, err = Identify(t.Context(), d.Client(), d.URL+"/api/", "xoxb-1")
	if verdict, _ := Judge(err); verdict != Refused {
		t.Errorf("a refused token was judged %d: %v", verdict, err)
	}
	for token, app := range map[string]string{"xapp-1-A123-9-abc": "A123", "xapp-whatever": "", "xoxb-1-A1-2": ""} {
		if got := AppOf(token); got != app {
			t.Errorf("AppOf(%s) = %q", token, got)
		}
	}
}

func TestAudience(t *testing.T) {
	tests := map[string]struct {
		info, members string
		guest         bool
		want          Audience
	}{
		"colleagues":                   {`{"ok":true,"channel":{"id":"C1"}}`, `{"ok":true,"members":["U1"]}`, false, Colleagues},
		"guests read along":            {`{"ok":true,"channel":{"id":"C1"}}`, `{"ok":true,"members":["U1"]}`, true, WithGuests},
		"another company reads along":  {`{"ok":true,"channel":{"id":"C1","is_ext_shared":true}}`, ``, false, WithOthers},
		"another company is invited":   {`{"ok":true,"channel":{"id":"C1","is_pending_ext_shared":true}}`, ``, false, WithOthers},
		"a channel that is not seen":   {`{"ok":false,"error":"channel_not_found"}`, ``, false, Hidden},
		"too many to look at each one": {`{"ok":true,"channel":{"id":"C1"}}`, manyMembers(), false, Crowd},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.slack.on("conversations.info", tt.info)
			r.slack.on("conversations.members", tt.members)
			if tt.guest {
				r.slack.on("users.info", `{"ok":true,"user":{"id":"U1","team_id":"T1","is_restricted":true}}`)
			}
			if got, err := r.Audience(t.Context(), "C1"); err != nil || got != tt.want {
				t.Errorf("got %d, %v; want %d", got, err, tt.want)
			}
		})
	}
}

func manyMembers() string {
	var list strings.Builder
	list.WriteString(`"U0"`)
	for range maxAudience {
		list.WriteString(`,"U0"`)
	}
	return `{"ok":true,"members":[` + list.String() + `]}`
}

var _ Members = (*slack.Client)(nil)
