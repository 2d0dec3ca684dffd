package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Slash types a command line, "/connection harbor", and waits for the
// acknowledgement. A *Failed is what the person sees when none comes or the
// command is not registered. /invite is Slack's own: the app is not asked.
//
// Real Slack offers commands in a shared channel only to the installing
// workspace; here everybody who sees the channel can type one, so that an app's
// own refusal can be seen.
func (s *Server) Slash(ctx context.Context, user, channel, text string) error {
	command, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	if command == inviteCommand {
		return s.runInvite(user, channel, rest)
	}
	payload, err := s.commandPayload(user, channel, command, strings.TrimSpace(rest))
	if err != nil {
		return err
	}
	where, _ := payload["channel_id"].(string)
	if !slices.Contains(s.opts.Commands, command) {
		return s.notice(user, where, NotACommand, command+" is not a valid command.")
	}
	p := s.ship(newEnvelope(typeCommand, command, payload))
	answer, ok := s.await(ctx, p)
	switch {
	case p.link == nil:
		return s.commandFailed(user, where, command, DispatchFailed)
	case !ok:
		return s.commandFailed(user, where, command, OperationTimeout)
	case answer != nil:
		return s.showCommandAnswer(user, where, text, answer)
	}
	return nil
}

func (s *Server) commandFailed(user, channel, command, code string) error {
	return s.notice(user, channel, code, fmt.Sprintf("%s failed with the error %q", command, code))
}

func (s *Server) commandPayload(user, channel, command, rest string) (object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, ch, err := s.place(user, channel)
	if err != nil {
		return nil, err
	}
	return object{
		"token": "playground", "team_id": TeamID, "team_domain": "perch-playground",
		"channel_id": ch.ID, "channel_name": ch.calledInPayloads(), "user_id": u.ID, "user_name": u.Name,
		"command": command, "text": rest, "api_app_id": AppID, "is_enterprise_install": "false",
		"response_url": s.newHook(hook{kind: "commands", user: u.ID, channel: ch.ID}),
		"trigger_id":   s.newTrigger(trigger{user: u.ID, channel: ch.ID}),
	}, nil
}

// showCommandAnswer shows what the acknowledgement said. in_channel also shows
// the line the person typed.
func (s *Server) showCommandAnswer(user, channel, line string, payload json.RawMessage) error {
	a, err := answerArgs(payload)
	if err != nil {
		return s.commandFailed(user, channel, line, "invalid_command_response")
	}
	if err := s.sayAnswer(user, channel, line, &a); err != nil {
		return s.commandFailed(user, channel, line, "invalid_command_response")
	}
	return nil
}

// answerArgs reads a message from an acknowledgement: an object, or bare text.
func answerArgs(payload json.RawMessage) (args, error) {
	a := args{values: object{}}
	var bare string
	if json.Unmarshal(payload, &bare) == nil {
		a.values["text"] = bare
		return a, nil
	}
	if err := json.Unmarshal(payload, &a.values); err != nil {
		return a, fmt.Errorf("read an acknowledgement: %w", err)
	}
	return a, nil
}

func (s *Server) sayAnswer(user, channel, line string, a *args) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.content(a)
	if err != nil {
		return err
	}
	if a.str("response_type") == "in_channel" {
		s.ws.add(&Message{Type: "message", Channel: channel, TS: s.ws.stamp(s.now()), User: user, Team: TeamID, Text: line})
	}
	m.Channel = channel
	s.say(&m, user, a.str("response_type"))
	s.touch()
	return nil
}
