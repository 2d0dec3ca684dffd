package slack

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// destination resolves the channel argument of a post, as the bot may see it
// and write to it.
func (s *Server) destination(c *call) (*Channel, error) {
	ref := c.args.str("channel")
	if ref == "" {
		return nil, apiErr("channel_not_found")
	}
	if u := s.ws.users[ref]; u != nil {
		return s.directWith(u)
	}
	ch := s.ws.channel(ref)
	switch {
	case ch == nil || ch.Kind == Private && !ch.has(BotUserID):
		return nil, apiErr("channel_not_found")
	case ch.IsArchived:
		return nil, apiErr("is_archived")
	case ch.IsReadOnly:
		return nil, apiErr("restricted_action_read_only_channel")
	case !ch.has(BotUserID) && s.scoped(c.token, []string{"chat:write.public"}) != nil:
		return nil, apiErr("not_in_channel")
	}
	return ch, nil
}

func (s *Server) directWith(u *User) (*Channel, error) {
	switch {
	case u.IsBot:
		return nil, apiErr("cannot_dm_bot")
	case u.Deleted:
		return nil, apiErr("user_disabled")
	case u.TeamID != TeamID:
		return nil, apiErr("user_not_found")
	}
	return s.ws.direct(u.ID), nil
}

// content checks what a message says and returns it in the form Slack keeps.
func (s *Server) content(a *args) (Message, error) {
	text := a.str("text")
	if markdown := a.str("markdown_text"); markdown != "" {
		if text != "" || a.has("blocks") {
			return Message{}, apiErr("markdown_text_conflict")
		}
		if utf8.RuneCountInString(markdown) > maxMarkdown {
			return Message{}, apiErr("msg_too_long")
		}
		text = markdown
	}
	m := Message{Text: cutText(text, maxText)}
	var err error
	if m.Blocks, m.Attachments, err = s.rules.message(a.values["blocks"], a.values["attachments"]); err != nil {
		return Message{}, err
	}
	if m.Metadata, err = readMetadata(a.values["metadata"]); err != nil {
		return Message{}, err
	}
	if strings.TrimSpace(text) == "" && len(m.Blocks) == 0 && len(m.Attachments) == 0 {
		return Message{}, apiErr("no_text")
	}
	return m, nil
}

func cutText(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most])
}

// readMetadata checks a message's metadata; empty forms mean none.
func readMetadata(raw any) (object, error) {
	if raw == nil {
		return nil, nil
	}
	m, ok := raw.(object)
	if !ok {
		return nil, apiErr("invalid_metadata_format")
	}
	event, _ := m["event_type"].(string)
	payload, isObject := m["event_payload"].(object)
	if event == "" && len(payload) == 0 {
		return nil, nil
	}
	if event == "" || !isObject {
		return nil, apiErr("invalid_metadata_schema")
	}
	if size, err := json.Marshal(payload); err != nil || len(size) > maxMetadata {
		return nil, apiErr("metadata_too_large")
	}
	return object{"event_type": event, "event_payload": payload}, nil
}

// threadOf checks thread_ts. A reply's ts, or a deleted parent's, is no thread:
// Slack then posts to the channel, which is how threads get lost.
func (s *Server) threadOf(ch *Channel, ts string) (string, error) {
	if ts != "" && !isTS(ts) {
		return "", apiErr("invalid_thread_ts")
	}
	if parent := s.ws.lasting(ch.ID, ts); parent == nil || parent.isReply() {
		return "", nil
	}
	return ts, nil
}

// isTS knows the form 1700000000.000100.
func isTS(ts string) bool {
	whole, fraction, ok := strings.Cut(ts, ".")
	_, err := strconv.ParseUint(whole+fraction, 10, 64)
	return ok && err == nil && len(whole) == 10 && len(fraction) == 6
}

func (s *Server) chatPostMessage(c *call) (object, error) {
	ch, err := s.destination(c)
	if err != nil {
		return nil, err
	}
	m, err := s.content(&c.args)
	if err != nil {
		return nil, err
	}
	if m.ThreadTS, err = s.threadOf(ch, c.args.str("thread_ts")); err != nil {
		return nil, err
	}
	if err := s.pacedPost(ch.ID); err != nil {
		return nil, err
	}
	if m.ThreadTS != "" && c.args.flag("reply_broadcast") {
		m.Subtype = "thread_broadcast"
	}
	m.Channel = ch.ID
	posted := s.post(m)
	return object{"channel": ch.ID, "ts": posted.TS, "message": posted.public()}, nil
}

// post adds the bot's message and echoes it as an event, as Slack does to apps
// about their own posts.
func (s *Server) post(m Message) *Message {
	posted := own(m)
	posted.TS = s.ws.stamp(s.now())
	s.ws.add(posted)
	s.echo(posted)
	return posted
}

// echo tells the app of a new message in a channel it is in.
func (s *Server) echo(m *Message) {
	ch := s.ws.channels[m.Channel]
	if m.EphemeralTo != "" || !ch.has(BotUserID) {
		return
	}
	event := asObject(m.public())
	event["channel"], event["channel_type"], event["event_ts"] = ch.ID, channelType(ch), m.TS
	s.addOrigin(event, m)
	s.emit(event)
}

// addOrigin says of an event's message what only events say: whose thread it is
// in, and which other company its writer is of.
func (s *Server) addOrigin(event object, m *Message) {
	if parent := s.ws.lasting(m.Channel, m.ThreadTS); parent != nil && m.isReply() {
		event["parent_user_id"] = parent.User
	}
	if u := s.ws.users[m.User]; u != nil && u.TeamID != TeamID {
		event["user_team"], event["source_team"] = u.TeamID, u.TeamID
	}
}

func channelType(ch *Channel) string {
	switch ch.Kind {
	case DM:
		return "im"
	case Private:
		return "group"
	}
	return "channel"
}

// asObject is v as JSON sees it.
func asObject(v any) object {
	raw, err := json.Marshal(v)
	if err != nil {
		return object{}
	}
	var out object
	_ = json.Unmarshal(raw, &out) // it was JSON a line ago
	return out
}

func (s *Server) chatPostEphemeral(c *call) (object, error) {
	ch, err := s.destination(c)
	if err != nil {
		return nil, err
	}
	user := c.args.str("user")
	if !ch.has(user) {
		return nil, apiErr("user_not_in_channel")
	}
	m, err := s.content(&c.args)
	if err != nil {
		return nil, err
	}
	if m.ThreadTS, err = s.threadOf(ch, c.args.str("thread_ts")); err != nil {
		return nil, err
	}
	m.Channel, m.EphemeralTo, m.Metadata = ch.ID, user, nil
	if root := s.ws.lasting(ch.ID, m.ThreadTS); root != nil && root.ReplyCount == 0 {
		return object{"message_ts": s.ws.stamp(s.now())}, nil // Slack shows them only in a thread that has replies
	}
	return object{"message_ts": s.post(m).TS}, nil
}

func (s *Server) chatGetPermalink(c *call) (object, error) {
	ch := s.ws.channel(c.args.str("channel"))
	if ch == nil || ch.Kind == Private && !ch.has(BotUserID) {
		return nil, apiErr("channel_not_found")
	}
	m := s.ws.lasting(ch.ID, c.args.str("message_ts"))
	if m == nil {
		return nil, apiErr("message_not_found")
	}
	link := fmt.Sprintf("https://perch-playground.slack.com/archives/%s/p%s", ch.ID, strings.Replace(m.TS, ".", "", 1))
	if m.isReply() {
		link += "?thread_ts=" + m.ThreadTS + "&cid=" + ch.ID
	}
	return object{"channel": ch.ID, "permalink": link}, nil
}
