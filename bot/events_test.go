package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"github.com/slack-go/slack"

	"perch/bot/card"
	"perch/bot/socket"
)

// fakeInbox keeps events in memory, each id once.
type fakeInbox struct {
	mu     sync.Mutex
	seen   map[string][]byte
	open   []Item
	done   []string
	broken error
	// claimed is the most that were handed out and not done at any time.
	claimed, out int
	// before is done before an event is taken in.
	before func()
}

func (f *fakeInbox) TakeIn(_ context.Context, id string, payload []byte) (bool, error) {
	if f.before != nil {
		f.before()
	}
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
	claimed := slices.Clone(f.open[:n])
	f.open = f.open[n:]
	f.out += n
	f.claimed = max(f.claimed, f.out)
	return claimed, nil
}

func (f *fakeInbox) Done(_ context.Context, eventID string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.done = append(f.done, eventID)
	f.out--
	return nil
}

func event(r *rig, id, inner string) socket.Envelope {
	return r.envelope("events_api", socket.Event, map[string]any{
		"type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event_id": id,
		"event": map[string]any{"type": inner, "text": "somebody's words"},
	})
}

// workOffAll works off what waits in the inbox, to its end.
func (r *rig) workOffAll(t *testing.T) {
	t.Helper()
	if err := r.Events().workOff(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.Events().under.Wait()
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
	ids := []string{(<-followed).ID, (<-followed).ID}
	if slices.Sort(ids); ids[0] != "Ev1" || ids[1] != "Ev2" { // they run beside each other
		t.Errorf("followed %v", ids)
	}
	cancel()
	if err := <-ended; err != nil || len(followed) != 0 {
		t.Errorf("ended with %v, %d more followed", err, len(followed))
	}
}

func TestAPlaceThatBecomesFreeIsTakenAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inbox := &fakeInbox{}
		s := newEvents(inbox, Identity{}, zerolog.Nop())
		begun := time.Now()
		after := map[string]time.Duration{}
		var mu sync.Mutex
		s.On("slow", func(ctx context.Context, _ Event) error { return sleep(ctx, 5*time.Second) })
		s.On("quick", func(_ context.Context, e Event) error {
			mu.Lock()
			defer mu.Unlock()
			after[e.ID] = time.Since(begun)
			return nil
		})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- s.Run(ctx) }()
		for i, kind := range []string{"quick", "slow", "slow", "slow", "slow", "slow", "slow", "slow", "quick", "slow", "quick"} {
			id := fmt.Sprint(i)
			payload := fmt.Sprintf(`{"event_id":%q,"event":{"type":%q}}`, id, kind)
			if err := s.keep(ctx, socket.Envelope{Payload: []byte(payload)}); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		time.Sleep(6 * time.Second)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if after["0"] != 0 || after["8"] != 0 || after["10"] != 5*time.Second || inbox.claimed != eventsAtOnce {
			t.Errorf("followed after %v, %d at once", after, inbox.claimed)
		}
	})
}

func TestAnEventIsGivenUpInTimeForItsLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		took := map[string]time.Duration{}
		until := func(name string) func(context.Context) error {
			return func(ctx context.Context) error {
				begun := time.Now()
				<-ctx.Done()
				took[name] = time.Since(begun)
				return ctx.Err()
			}
		}
		listener := &fakeListener{onHear: func(ctx context.Context, _ *Request) error { return until("message")(ctx) }}
		inbox := &fakeInbox{}
		b := New(Options{
			Home: Identity{TeamID: "T1", UserID: "UBOT"}, People: NewPeople(&fakeMembers{}, "T1", nil, nil), Inbox: inbox, Listener: listener,
		})
		b.Events().On("other", func(ctx context.Context, _ Event) error { return until("other")(ctx) })
		r := &rig{Bot: b}
		r.keepAll(t, said(r, map[string]any{"ts": stamp(0)}))
		r.workOffAll(t)
		r.keepAll(t, event(r, "Ev1", "other"))
		r.workOffAll(t)
		if took["message"] != talkTimeout || took["other"] != eventTimeout || len(inbox.done) != 0 {
			t.Errorf("took %v, done %v", took, inbox.done)
		}
		if most := talkTimeout + 3*refusalTimeout + doneTimeout; most >= eventLease {
			t.Errorf("an event can take %s of a lease of %s", most, eventLease)
		}
		if err := b.Drain(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestOnlyWhatIsReactedToIsStored(t *testing.T) {
	r := newRig(t)
	if err := r.Keep(t.Context(), event(r, "Ev1", "channel_rename")); err != nil {
		t.Fatal(err)
	}
	if got := string(r.inbox.seen["Ev1"]); got != "{}" {
		t.Errorf("stored %s of an event that nothing follows from", got)
	}
}

func TestAnEventThatCannotBeKeptIsNotAcknowledged(t *testing.T) {
	r := newRig(t)
	r.inbox.broken = errors.New("disk full")
	if err := r.Keep(t.Context(), event(r, "Ev1", "channel_rename")); err == nil {
		t.Error("an event that was not stored would be acknowledged")
	}
}

func TestEventsOfOthersAndUnreadableOnesAreAcknowledgedAndDropped(t *testing.T) {
	r := newRig(t)
	others := change(t, event(r, "Ev1", "channel_rename"), "team_id", "T2")
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
		r.workOffAll(t)
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
