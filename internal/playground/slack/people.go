package slack

import (
	"context"
	"slices"
	"strings"
)

// typed is a line as Slack hands it on: & < > escaped, except where they make a
// mention or a link, and addresses made into links.
func typed(text string) string {
	var out strings.Builder
	for text != "" {
		before, rest, _ := strings.Cut(text, "<")
		out.WriteString(linked(escaper().Replace(before)))
		if len(before) == len(text) {
			break
		}
		inner, after, closed := strings.Cut(rest, ">")
		if !closed || !refers(inner) {
			out.WriteString("&lt;")
			text = rest
			continue
		}
		out.WriteString("<" + inner + ">")
		text = after
	}
	return out.String()
}

// linked puts the addresses in a text between < and >, without the punctuation
// behind them.
func linked(text string) string {
	return address().ReplaceAllStringFunc(text, func(found string) string {
		url := strings.TrimRight(found, ".,;:!?)`'*_~")
		return "<" + url + ">" + found[len(url):]
	})
}

func escaper() *strings.Replacer {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
}

func refers(inner string) bool {
	for _, start := range []string{"@", "#", "!", "http://", "https://", "mailto:"} {
		if strings.HasPrefix(inner, start) {
			return true
		}
	}
	return false
}

// mention sends app_mention beside the message event, as Slack does.
func (s *Server) mention(m *Message, ch *Channel) {
	if !ch.has(BotUserID) || ch.Kind == DM || !strings.Contains(m.Text, "<@"+BotUserID) {
		return
	}
	event := asObject(m.public())
	event["type"], event["channel"], event["event_ts"] = "app_mention", ch.ID, m.TS
	s.addOrigin(event, m)
	s.emit(event)
}

// Edit changes a person's own message.
func (s *Server) Edit(user, channel, ts, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ch, err := s.place(user, channel)
	if err != nil {
		return err
	}
	m := s.ws.lasting(ch.ID, ts)
	if m == nil || m.User != user {
		return &Impossible{Code: "no_such_message"}
	}
	before := m.public()
	m.Text, m.Edited = typed(text), &Edit{User: user, TS: s.ws.stamp(s.now())}
	s.changedEvent(m, before)
	s.touch()
	return nil
}

// React puts a person's emoji under a message.
func (s *Server) React(user, channel, ts, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ch, err := s.place(user, channel)
	if err != nil {
		return err
	}
	m := s.ws.lasting(ch.ID, ts)
	if m == nil {
		return &Impossible{Code: "no_such_message"}
	}
	if m.react(user, name) {
		s.reactionEvent(m, user, name)
		s.touch()
	}
	return nil
}

// RunShortcut runs a shortcut of the manifest and waits for the
// acknowledgement; on names the message of a message shortcut.
func (s *Server) RunShortcut(ctx context.Context, user, callbackID string, on Target) error {
	payload, err := s.shortcutPayload(user, callbackID, on)
	if err != nil {
		return err
	}
	if _, ok := s.sendInteraction(ctx, payload); !ok {
		return s.trouble(user, on.Channel)
	}
	return nil
}

func (s *Server) shortcutPayload(user, callbackID string, on Target) (object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.opts.Shortcuts, func(x Shortcut) bool { return x.CallbackID == callbackID })
	if i < 0 {
		return nil, &Impossible{Code: "no_such_shortcut"}
	}
	u, err := s.actor(user)
	if err != nil {
		return nil, err
	}
	if s.opts.Shortcuts[i].Type != "message_action" && u.guest() { // Slack does not offer these to guests
		return nil, &Impossible{Code: "no_such_shortcut"}
	}
	payload := s.interaction(s.opts.Shortcuts[i].Type, u)
	payload["callback_id"], payload["action_ts"] = callbackID, actionTS(s.now())
	if s.opts.Shortcuts[i].Type != "message_action" {
		payload["trigger_id"] = s.newTrigger(trigger{user: user})
		return payload, nil
	}
	_, ch, err := s.place(user, on.Channel)
	if err != nil {
		return nil, err
	}
	m := s.ws.lasting(ch.ID, on.TS) // Slack offers none on ephemeral messages
	if m == nil {
		return nil, &Impossible{Code: "no_such_message"}
	}
	payload["channel"], payload["message"], payload["message_ts"] = ch.identity(), m.public(), m.TS
	payload["trigger_id"] = s.newTrigger(trigger{user: user, channel: ch.ID})
	payload["response_url"] = s.newHook(hook{kind: "app", user: user, channel: ch.ID})
	return payload, nil
}

// OpenHome opens the app's Home; tab is "home" or "messages".
func (s *Server) OpenHome(user, tab string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.actor(user)
	if err != nil {
		return err
	}
	if u.TeamID != TeamID {
		return &Impossible{Code: "no_such_app"}
	}
	event := object{
		"type": "app_home_opened", "user": user, "channel": s.ws.direct(user).ID,
		"tab": tab, "event_ts": s.ws.stamp(s.now()),
	}
	if home := s.ws.homes[user]; home != nil && tab == "home" {
		event["view"] = home.json()
	}
	s.emit(event)
	s.touch()
	return nil
}

// Invite brings somebody into a channel; an empty user means the bot.
func (s *Server) Invite(channel, user, inviter string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, who, err := s.memberChange(channel, user)
	if err != nil {
		return err
	}
	s.join(ch, who, inviter)
	s.touch()
	return nil
}

// Kick takes somebody out of a channel; an empty user means the bot.
func (s *Server) Kick(channel, user string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, who, err := s.memberChange(channel, user)
	if err != nil || !ch.has(who) {
		return err
	}
	ts := s.ws.stamp(s.now())
	if who == BotUserID {
		s.emit(object{"type": scopeEvent(ch, "left"), "channel": ch.ID, "actor_id": "UANN", "event_ts": ts})
	} else if ch.has(BotUserID) {
		s.emit(object{"type": "member_left_channel", "user": who, "channel": ch.ID, "event_ts": ts})
	}
	ch.Members = slices.DeleteFunc(slices.Clone(ch.Members), func(m string) bool { return m == who })
	s.touch()
	return nil
}

// scopeEvent names an event that private channels have under another name.
func scopeEvent(ch *Channel, what string) string {
	if ch.Kind == Private {
		return "group_" + what
	}
	return "channel_" + what
}

func (s *Server) memberChange(channel, user string) (*Channel, string, error) {
	if user == "" {
		user = BotUserID
	}
	ch := s.ws.channel(channel)
	switch {
	case ch == nil:
		return nil, "", &Impossible{Code: "no_such_channel"}
	case s.ws.users[user] == nil:
		return nil, "", &Impossible{Code: "no_such_user"}
	}
	return ch, user, nil
}

// join adds a member and tells the app, if it is in the channel or joins it.
// The channel shows who was invited.
func (s *Server) join(ch *Channel, user, inviter string) {
	if ch.has(user) {
		return
	}
	ch.Members = append(slices.Clone(ch.Members), user)
	if ch.has(BotUserID) {
		s.joinedEvent(ch, user, inviter)
	}
	if inviter != "" {
		s.tellOfInvite(ch, user, inviter)
	}
}

func (s *Server) joinedEvent(ch *Channel, user, inviter string) {
	event := object{
		"type": "member_joined_channel", "user": user, "channel": ch.ID, "channel_type": strings.ToUpper(channelType(ch)[:1]),
		"team": TeamID, "event_ts": s.ws.stamp(s.now()),
	}
	if inviter != "" {
		event["inviter"] = inviter
	}
	s.emit(event)
}
