package slack

import (
	"maps"
	"strings"
	"unicode/utf8"
)

// ownMessage finds the bot's own message that a call names. notMine is the
// error for somebody else's.
func (s *Server) ownMessage(c *call, notMine string) (*Message, error) {
	ch := s.ws.channels[c.args.str("channel")]
	if ch == nil || ch.Kind == Private && !ch.has(BotUserID) {
		return nil, apiErr("channel_not_found")
	}
	m := s.ws.lasting(ch.ID, c.args.str("ts"))
	switch {
	case m == nil:
		return nil, apiErr("message_not_found")
	case m.BotID != BotID:
		return nil, apiErr(notMine)
	case ch.IsArchived:
		return nil, apiErr("is_archived")
	}
	return m, nil
}

// chatUpdate changes a message in place. Slack: text without blocks removes the
// blocks, no text keeps it; attachments stay unless [] is given, metadata
// unless {} is.
func (s *Server) chatUpdate(c *call) (object, error) {
	m, err := s.ownMessage(c, "cant_update_message")
	if err != nil {
		return nil, err
	}
	next, err := s.revised(m, &c.args)
	if err != nil {
		return nil, err
	}
	before := m.public()
	*m = next
	s.changedEvent(m, before)
	return object{"channel": m.Channel, "ts": m.TS, "text": m.Text, "message": m.public()}, nil
}

func (s *Server) revised(m *Message, a *args) (Message, error) {
	text, hasText, hasBlocks := a.str("text"), a.str("text") != "", a.has("blocks")
	switch {
	case utf8.RuneCountInString(text) > maxUpdateText:
		return *m, apiErr("msg_too_long")
	case !hasText && !hasBlocks && !a.has("attachments"):
		return *m, apiErr("no_text")
	}
	blocks, attachments, err := s.rules.message(a.values["blocks"], a.values["attachments"])
	if err != nil {
		return *m, err
	}
	metadata, err := readMetadata(a.values["metadata"])
	if err != nil {
		return *m, err
	}
	next := *m
	if hasText || hasBlocks {
		next.Text, next.Blocks = text, blocks
	}
	if a.has("attachments") {
		next.Attachments = attachments
	}
	if a.has("metadata") {
		next.Metadata = metadata
	}
	if strings.TrimSpace(next.Text) == "" && len(next.Blocks) == 0 && len(next.Attachments) == 0 {
		return *m, apiErr("no_text")
	}
	return next, nil
}

func (s *Server) changedEvent(m *Message, before Message) {
	ch := s.ws.channels[m.Channel]
	if !ch.has(BotUserID) {
		return
	}
	ts := s.ws.stamp(s.now())
	s.emit(object{
		"type": "message", "subtype": "message_changed", "hidden": true, "channel": ch.ID, "channel_type": channelType(ch),
		"ts": ts, "event_ts": ts, "message": m.public(), "previous_message": before,
	})
}

func (s *Server) chatDelete(c *call) (object, error) {
	m, err := s.ownMessage(c, "cant_delete_message")
	if err != nil {
		return nil, err
	}
	s.ws.remove(m)
	if ch := s.ws.channels[m.Channel]; ch.has(BotUserID) {
		ts := s.ws.stamp(s.now())
		s.emit(object{
			"type": "message", "subtype": "message_deleted", "hidden": true, "channel": ch.ID, "channel_type": channelType(ch),
			"ts": ts, "event_ts": ts, "deleted_ts": m.TS, "previous_message": m.public(),
		})
	}
	return object{"channel": m.Channel, "ts": m.TS}, nil
}

// choose remembers what a user picked in a message's menu.
func (m *Message) choose(user, block, action string, value object) {
	chosen := maps.Clone(m.chosen)
	if chosen == nil {
		chosen = map[string]choices{}
	}
	if chosen[user] == nil {
		chosen[user] = choices{}
	}
	chosen[user].set(block, action, value)
	m.chosen = chosen
}
