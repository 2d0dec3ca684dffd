package bot

import (
	"context"
	"encoding/json"
	"fmt"
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

// How events are worked off.
const (
	eventBatch   = 5
	eventTimeout = 10 * time.Second
	eventLease   = 2 * time.Minute  // outlasts a batch
	inboxSweep   = 15 * time.Second // finds what an earlier process left behind
)

// Event is an event of the Events API with what Perch reads of its frame.
type Event struct {
	ID   string
	Type string
	// Inner is the event object itself, as it came.
	Inner json.RawMessage
}

// Reaction is what follows from an event. An error leaves the event in the
// inbox, and it is tried again after its lease.
type Reaction func(ctx context.Context, e Event) error

// Events keeps what Slack tells and lets the reactions follow.
type Events struct {
	inbox     Inbox
	home      Identity
	reactions map[string]Reaction
	arrived   chan struct{}
	log       zerolog.Logger
}

func newEvents(inbox Inbox, home Identity, log zerolog.Logger) *Events {
	return &Events{inbox: inbox, home: home, reactions: map[string]Reaction{}, arrived: make(chan struct{}, 1), log: log}
}

// On sets what follows from events of one type. Call it before Run.
func (s *Events) On(eventType string, r Reaction) { s.reactions[eventType] = r }

// outer is the frame that Slack puts around every event.
type outer struct {
	TeamID  string          `json:"team_id"`
	AppID   string          `json:"api_app_id"`
	Type    string          `json:"type"`
	EventID string          `json:"event_id"`
	Inner   json.RawMessage `json:"event"`
}

// keep stores an event before it is acknowledged. Of events that nothing
// reacts to only the id is kept: people's messages are none of our business.
func (s *Events) keep(ctx context.Context, e socket.Envelope) error {
	var frame outer
	if err := json.Unmarshal(e.Payload, &frame); err != nil || frame.EventID == "" {
		s.log.Info().Str("envelope", e.ID).Str("type", e.Type).Msg("an event without an id; nothing follows")
		return nil
	}
	if !s.ours(frame) {
		s.log.Warn().Str("team", frame.TeamID).Str("app", frame.AppID).Msg("an event of another workspace or app; nothing follows")
		return nil
	}
	kept := []byte(`{}`)
	if s.reactions[frame.innerType()] != nil {
		kept = e.Payload
	}
	fresh, err := s.inbox.TakeIn(ctx, frame.EventID, kept)
	if err != nil {
		return fmt.Errorf("keep event %s: %w", frame.EventID, err)
	}
	s.log.Info().Str("event", frame.EventID).Str("type", frame.innerType()).Int("retry", e.Retry).Bool("fresh", fresh).Msg("event")
	if fresh {
		s.wake()
	}
	return nil
}

func (s *Events) ours(f outer) bool {
	return (f.TeamID == "" || f.TeamID == s.home.TeamID) &&
		(f.AppID == "" || s.home.AppID == "" || f.AppID == s.home.AppID)
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
// process took in but did not finish.
func (s *Events) Run(ctx context.Context) error {
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

func (s *Events) workOff(ctx context.Context) error {
	for {
		items, err := s.inbox.Claim(ctx, eventBatch, eventLease)
		if err != nil {
			return fmt.Errorf("claim events: %w", err)
		}
		for _, item := range items {
			if err := s.follow(ctx, item); err != nil {
				s.log.Error().Err(err).Str("event", item.EventID).Msg("what follows from an event failed; it is tried again")
				continue
			}
			if err := s.inbox.Done(ctx, item.EventID); err != nil {
				return fmt.Errorf("mark event %s done: %w", item.EventID, err)
			}
		}
		if len(items) < eventBatch {
			return nil
		}
	}
}

// follow lets the reaction to one event happen, if there is one.
func (s *Events) follow(ctx context.Context, item Item) error {
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
	err := guarded(func() error { return react(ctx, Event{ID: frame.EventID, Type: frame.innerType(), Inner: frame.Inner}) })
	if err != nil {
		return fmt.Errorf("react to %s: %w", frame.innerType(), err)
	}
	return nil
}
