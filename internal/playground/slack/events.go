package slack

import (
	"maps"
	"slices"
	"time"
)

// emit queues an inner event for the app if it subscribed to it, and returns
// its event id. Server.mu is held.
func (s *Server) emit(inner object) string {
	name := subscription(inner)
	if !slices.Contains(s.opts.Events, name) || s.scoped(s.opts.BotToken, eventScopes(name)) != nil {
		return ""
	}
	return s.enqueue(inner)
}

// subscription is what an app subscribes to in order to hear of an event: for
// messages that depends on where they are written.
func subscription(inner object) string {
	typ, _ := inner["type"].(string)
	if typ != "message" {
		return typ
	}
	switch inner["channel_type"] {
	case "im":
		return "message.im"
	case "group":
		return "message.groups"
	}
	return "message.channels"
}

// eventScopes are those of which one is needed to be told of an event; none
// where this imitation does not ask.
func eventScopes(name string) []string {
	switch name {
	case "app_mention":
		return []string{"app_mentions:read"}
	case "message.channels":
		return []string{"channels:history"}
	case "message.groups":
		return []string{"groups:history"}
	case "message.im":
		return []string{"im:history"}
	case "member_joined_channel", "member_left_channel":
		return []string{"channels:read", "groups:read"}
	}
	return nil
}

// Event sends an inner event whether or not the app subscribed to it, and
// returns its event id. It does not wait for the acknowledgement.
func (s *Server) Event(inner map[string]any) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.enqueue(inner)
}

func (s *Server) enqueue(inner object) string {
	typ, _ := inner["type"].(string)
	id := s.newID("Ev")
	e := newEnvelope(typeEvent, typ, s.outer(id, inner))
	e.frame["retry_attempt"], e.frame["retry_reason"] = 0, ""
	s.arrange(e)
	select {
	case s.queued <- struct{}{}:
	default:
	}
	s.touch()
	return id
}

// outer is the Events API's wrapping of an inner event.
func (s *Server) outer(id string, inner object) object {
	channel, _ := inner["channel"].(string)
	shared := false
	if c := s.ws.channels[channel]; c != nil {
		shared = c.IsExtShared
	}
	return object{
		"token": "playground", "team_id": TeamID, "context_team_id": TeamID, "context_enterprise_id": nil,
		"api_app_id": AppID, "type": "event_callback", "event_id": id, "event_time": s.now().Unix(),
		"authorizations": []any{object{
			"enterprise_id": nil, "team_id": TeamID, "user_id": BotUserID, "is_bot": true, "is_enterprise_install": false,
		}},
		"is_ext_shared_channel": shared, "event_context": "4-" + id, "event": inner,
	}
}

// arrange puts an event into the queue: once, twice, or held back to arrive in
// reverse, as the wire faults want it.
func (s *Server) arrange(e envelope) {
	wire := &s.ws.wire
	if wire.lose > 0 {
		wire.lose--
		e.lost = true
	}
	switch {
	case wire.reorder > 0:
		s.held = append(s.held, e)
		wire.reorder--
		if wire.reorder == 0 {
			slices.Reverse(s.held)
			s.queue, s.held = append(s.queue, s.held...), nil
		}
	case wire.duplicate > 0:
		wire.duplicate--
		s.queue = append(s.queue, e, again(e))
	default:
		s.queue = append(s.queue, e)
	}
}

// again is the same event in a new envelope.
func again(e envelope) envelope {
	next := newEnvelope(e.typ, e.kind, e.frame["payload"])
	frame := maps.Clone(e.frame)
	frame["envelope_id"] = next.id
	next.frame, next.retry = frame, e.retry
	return next
}

// shipEvents makes the first attempt of each event in the order they were
// queued; what comes after that has no order.
func (s *Server) shipEvents() {
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-s.queued:
		}
		for {
			e, ok := s.nextEvent()
			if !ok {
				break
			}
			p := s.ship(e)
			s.shipped()
			s.work.Go(func() { s.insist(e, p) })
		}
	}
}

func (s *Server) nextEvent() (envelope, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) == 0 {
		return envelope{}, false
	}
	return s.queue[0], true
}

// shipped takes the first event off the queue.
func (s *Server) shipped() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue = s.queue[1:]
}

// Queued counts the events that no delivery tells of yet.
func (s *Server) Queued() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue)
}

// insist retries an event that is not acknowledged, three times at most on
// Slack's schedule, and then gives it up.
func (s *Server) insist(e envelope, p *pendingAck) {
	for attempt := 1; ; attempt++ {
		if _, ok := s.await(s.ctx, p); ok {
			return
		}
		s.mu.Lock()
		retries := s.timing.Retries
		s.mu.Unlock()
		if attempt > len(retries) {
			return
		}
		select {
		case <-s.ctx.Done():
			return
		case <-time.After(retries[attempt-1]):
		}
		e = again(e)
		e.retry = attempt
		e.frame["retry_attempt"], e.frame["retry_reason"] = attempt, "timeout"
		p = s.ship(e)
	}
}
