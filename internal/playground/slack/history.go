package slack

import "slices"

// readable is visible for reading messages: the bot must be in the channel.
func (s *Server) readable(c *call) (*Channel, error) {
	ch, err := s.visible(c, "history")
	if err != nil {
		return nil, err
	}
	if !ch.has(BotUserID) {
		return nil, apiErr("not_in_channel")
	}
	return ch, nil
}

func (s *Server) conversationsHistory(c *call) (object, error) {
	ch, err := s.readable(c)
	if err != nil {
		return nil, err
	}
	var found []Message
	for _, m := range s.ws.messages[ch.ID] {
		if m.isReply() && m.Subtype != "thread_broadcast" {
			continue
		}
		if m.EphemeralTo == "" && c.within(m.TS) {
			found = append(found, c.asRead(m))
		}
	}
	slices.Reverse(found) // Slack: the newest first
	return historyPage(c, found)
}

func (s *Server) conversationsReplies(c *call) (object, error) {
	ch, err := s.readable(c)
	if err != nil {
		return nil, err
	}
	root := s.ws.lasting(ch.ID, c.args.str("ts"))
	if root == nil {
		return nil, apiErr("thread_not_found")
	}
	if root.isReply() {
		root = s.ws.lasting(ch.ID, root.ThreadTS)
	}
	var found []Message
	for _, m := range s.ws.messages[ch.ID] {
		if m.isReply() && m.ThreadTS == root.TS && m.EphemeralTo == "" && c.within(m.TS) {
			found = append(found, c.asRead(m))
		}
	}
	out, err := historyPage(c, found)
	if err == nil && c.args.str("cursor") == "" { // the parent comes first whatever is asked for, and is not counted
		page, _ := out["messages"].([]Message)
		out["messages"] = append([]Message{c.asRead(root)}, page...)
	}
	return out, err
}

func historyPage(c *call, found []Message) (object, error) {
	page, next, err := pageOf(c, found, 100)
	if err != nil {
		return nil, err
	}
	return object{
		"messages": page, "has_more": next != "", "pin_count": 0,
		"response_metadata": object{"next_cursor": next},
	}, nil
}

// within applies oldest and latest, exclusive unless inclusive is given. A ts
// compares as text: its width is fixed.
func (c *call) within(ts string) bool {
	oldest, latest := c.args.str("oldest"), c.args.str("latest")
	if c.args.flag("inclusive") {
		return (oldest == "" || ts >= oldest) && (latest == "" || ts <= latest)
	}
	return (oldest == "" || ts > oldest) && (latest == "" || ts < latest)
}

// asRead gives metadata whole only when asked for (Slack:
// include_all_metadata); otherwise its event_type alone.
func (c *call) asRead(m *Message) Message {
	out := m.public()
	if out.Metadata != nil && !c.args.flag("include_all_metadata") {
		out.Metadata = object{"event_type": out.Metadata["event_type"]}
	}
	return out
}
