package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"perch/bot/socket"
)

// Item is an event taken from the inbox under a lease.
type Item struct {
	EventID string
	Payload []byte
}

// Inbox keeps events from their arrival until what follows from them is done,
// each event once however often Slack sends it.
type Inbox interface {
	TakeIn(ctx context.Context, eventID string, payload []byte) (fresh bool, err error)
	Claim(ctx context.Context, n int, lease time.Duration) ([]Item, error)
	Done(ctx context.Context, eventID string) error
}

// How events are worked off. A lease begins when its event does, as no more are
// claimed than are begun at once; so it outlasts an event with all its farewells.
const (
	eventsAtOnce = 8
	eventTimeout = 10 * time.Second
	eventLease   = 2 * time.Minute
	inboxSweep   = 15 * time.Second // finds what an earlier process left behind
	doneTimeout  = 2 * time.Second
)

// Event is an event of the Events API with what Perch reads of its frame.
type Event struct {
	ID   string
	Type string
	// Inner is the event object itself, as it came.
	Inner json.RawMessage
}

// Reaction is what follows from an event. An error leaves the event in the
// inbox, and it is tried again after its lease, until whoever keeps the inbox
// lets old events go.
type Reaction func(ctx context.Context, e Event) error

// Events keeps what Slack tells and lets the reactions follow.
type Events struct {
	inbox     Inbox
	home      Identity
	reactions map[string]Reaction
	talked    func(ctx context.Context, payload []byte) error // of what people wrote
	arrived   chan struct{}
	log       zerolog.Logger

	busy  atomic.Int64 // events under way
	under sync.WaitGroup
}

func newEvents(inbox Inbox, home Identity, log zerolog.Logger) *Events {
	return &Events{inbox: inbox, home: home, reactions: map[string]Reaction{}, arrived: make(chan struct{}, 1), log: log}
}

// On sets what follows from events of one type. Call it before Run.
func (s *Events) On(eventType string, r Reaction) { s.reactions[eventType] = r }

// outer is the frame that Slack puts around every event.
type outer struct {
	origin
	Type    string          `json:"type"`
	EventID string          `json:"event_id"`
	Inner   json.RawMessage `json:"event"`
}

// origin is whose an event is. Slack: in a channel shared between workspaces TeamID
// may be another's, and the authorization names the one that Perch is installed in.
type origin struct {
	TeamID         string `json:"team_id"`
	AppID          string `json:"api_app_id"`
	Authorizations []struct {
		TeamID string `json:"team_id"`
	} `json:"authorizations"`
	// Shared: people of other companies read the channel (Slack Connect).
	Shared bool `json:"is_ext_shared_channel"`
}

// team is the workspace that an event was sent for.
func (o origin) team() string {
	if len(o.Authorizations) > 0 && o.Authorizations[0].TeamID != "" {
		return o.Authorizations[0].TeamID
	}
	return o.TeamID
}

// keep stores an event before it is acknowledged. Of events that nothing
// reacts to only the id is kept. What people write does not come here (see talk).
func (s *Events) keep(ctx context.Context, e socket.Envelope) error {
	var frame outer
	if err := json.Unmarshal(e.Payload, &frame); err != nil || frame.EventID == "" {
		s.log.Info().Str("envelope", e.ID).Str("type", e.Type).Msg("an event without an id; nothing follows")
		return nil
	}
	if !s.ours(frame.origin) {
		s.log.Warn().Str("team", frame.team()).Str("app", frame.AppID).Msg("an event of another workspace or app; nothing follows")
		return nil
	}
	kept := []byte(`{}`)
	if s.reactions[frame.innerType()] != nil {
		kept = e.Payload
	}
	_, err := s.takeIn(ctx, arrival{id: frame.EventID, kind: frame.innerType(), retry: e.Retry, payload: kept})
	return err
}

// arrival is an event on its way into the inbox.
type arrival struct {
	id, kind string
	retry    int
	payload  []byte
}

func (s *Events) takeIn(ctx context.Context, a arrival) (fresh bool, err error) {
	fresh, err = s.inbox.TakeIn(ctx, a.id, a.payload)
	if err != nil {
		return false, fmt.Errorf("keep event %s: %w", a.id, err)
	}
	s.log.Info().Str("event", a.id).Str("type", a.kind).Int("retry", a.retry).Bool("fresh", fresh).Msg("event")
	if fresh {
		s.wake()
	}
	return fresh, nil
}

func (s *Events) ours(o origin) bool {
	return (o.team() == "" || o.team() == s.home.TeamID) &&
		(o.AppID == "" || s.home.AppID == "" || o.AppID == s.home.AppID)
}

func (f outer) innerType() string {
	var inner struct {
		Type string `json:"type"`
	}
	if json.Unmarshal(f.Inner, &inner) != nil || inner.Type == "" {
		return f.Type
	}
	return inner.Type
}

func (s *Events) wake() {
	select {
	case s.arrived <- struct{}{}:
	default:
	}
}

// Run works the inbox off until ctx ends: what arrives, and what an earlier
// process took in but did not finish. What is under way then is given up and left
// to the next process.
func (s *Events) Run(ctx context.Context) error {
	defer s.under.Wait()
	sweep := time.NewTicker(inboxSweep)
	defer sweep.Stop()
	for {
		if err := s.workOff(ctx); err != nil && ctx.Err() == nil {
			s.log.Error().Err(err).Msg("work the inbox off")
		}
		select {
		case <-ctx.Done():
			return nil
		case <-s.arrived:
		case <-sweep.C:
		}
	}
}

// workOff begins what waits in the inbox, as much as may be under way at once. It
// does not wait for the end of it: who takes long holds one place, and no more.
func (s *Events) workOff(ctx context.Context) error {
	for {
		free := eventsAtOnce - int(s.busy.Load())
		if free <= 0 {
			return nil // the first that ends wakes Run
		}
		items, err := s.inbox.Claim(ctx, free, eventLease)
		if err != nil {
			return fmt.Errorf("claim events: %w", err)
		}
		s.busy.Add(int64(len(items)))
		for _, item := range items {
			s.under.Go(func() {
				s.work(ctx, item)
				if s.busy.Add(-1) == eventsAtOnce-1 {
					s.wake()
				}
			})
		}
		if len(items) < free {
			return nil
		}
	}
}

// work lets what follows from one event happen, and marks it done.
func (s *Events) work(ctx context.Context, item Item) {
	if err := guarded(func() error { return s.follow(ctx, item) }); err != nil {
		s.log.Error().Err(err).Str("event", item.EventID).Msg("what follows from an event failed; it is tried again")
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), doneTimeout)
	defer cancel()
	if err := s.inbox.Done(ctx, item.EventID); err != nil {
		s.log.Error().Err(err).Str("event", item.EventID).Msg("an event that is done could not be marked so; it is tried again")
	}
}

// follow lets the reaction to one event happen, if there is one.
func (s *Events) follow(ctx context.Context, item Item) error {
	if strings.HasPrefix(item.EventID, talkKey) {
		return s.talked(ctx, item.Payload)
	}
	var frame outer
	if json.Unmarshal(item.Payload, &frame) != nil {
		return nil
	}
	react := s.reactions[frame.innerType()]
	if react == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, eventTimeout)
	defer cancel()
	if err := react(ctx, Event{ID: frame.EventID, Type: frame.innerType(), Inner: frame.Inner}); err != nil {
		return fmt.Errorf("react to %s: %w", frame.innerType(), err)
	}
	return nil
}
