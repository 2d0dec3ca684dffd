package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Codes of what a person is shown when the app does not answer well.
const (
	OperationTimeout  = "operation_timeout"
	DispatchFailed    = "dispatch_failed"
	NotACommand       = "not_a_command"
	TroubleConnecting = "trouble_connecting"
	OptionsFailed     = "options_failed"
)

// Failed is what Slack shows a person instead of a result.
type Failed struct{ Code, Text string }

func (e *Failed) Error() string { return e.Code + ": " + e.Text }

// Impossible is an act that no client would offer: an unknown person, a channel
// they cannot see, a button that is not there.
type Impossible struct{ Code string }

func (e *Impossible) Error() string { return e.Code }

// Notice is one failure as its person saw it.
type Notice struct {
	Seq     uint64    `json:"seq"`
	At      time.Time `json:"at"`
	User    string    `json:"user"`
	Channel string    `json:"channel,omitempty"`
	Code    string    `json:"code"`
	Text    string    `json:"text"`
}

// notice shows a failure to a person and returns it as an error.
func (s *Server) notice(user, channel, code, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.touch()
	s.ws.notices = remember(s.ws.notices, Notice{
		Seq: s.seq, At: s.now(), User: user, Channel: channel, Code: code, Text: text,
	})
	return &Failed{Code: code, Text: text}
}

func (s *Server) trouble(user, channel string) error {
	return s.notice(user, channel, TroubleConnecting, "We had some trouble connecting. Try again?")
}

// actor finds the acting person.
func (s *Server) actor(user string) (*User, error) {
	u := s.ws.users[user]
	if u == nil || u.IsBot {
		return nil, &Impossible{Code: "no_such_user"}
	}
	return u, nil
}

// place finds a channel the acting person can see.
func (s *Server) place(user, channel string) (*User, *Channel, error) {
	u, err := s.actor(user)
	if err != nil {
		return nil, nil, err
	}
	ch := s.ws.channel(channel)
	if !s.ws.sees(user, ch) {
		return nil, nil, &Impossible{Code: "no_such_channel"}
	}
	return u, ch, nil
}

func (u *User) identity() object {
	return object{"id": u.ID, "username": u.Name, "name": u.Name, "team_id": u.TeamID}
}

func teamIdentity(id string) object {
	if id == PartnerTeamID {
		return object{"id": id, "domain": "perch-partner"}
	}
	return object{"id": id, "domain": "perch-playground"}
}

func (ch *Channel) identity() object {
	return object{"id": ch.ID, "name": ch.calledInPayloads()}
}

// calledInPayloads is the channel's name as payloads give it: Slack says
// directmessage and privategroup for what is not public.
func (ch *Channel) calledInPayloads() string {
	switch ch.Kind {
	case DM:
		return "directmessage"
	case Private:
		return "privategroup"
	}
	return ch.Name
}

// interaction is what all interactive payloads share.
func (s *Server) interaction(typ string, u *User) object {
	return object{
		"type": typ, "user": u.identity(), "team": teamIdentity(TeamID), "api_app_id": AppID, "token": "playground",
		"enterprise": nil, "is_enterprise_install": false,
	}
}

// sendInteraction sends an interactive payload and waits for its answer.
func (s *Server) sendInteraction(ctx context.Context, payload object) (json.RawMessage, bool) {
	kind, _ := payload["type"].(string)
	return s.await(ctx, s.ship(newEnvelope(typeInteractive, kind, payload)))
}

func actionTS(now time.Time) string {
	return fmt.Sprintf("%d.%06d", now.Unix(), now.Nanosecond()/1000)
}
