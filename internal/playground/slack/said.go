package slack

import (
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// Words are what somebody writes.
type Words struct {
	User    string `json:"user"`
	Channel string `json:"channel"`
	Text    string `json:"text"`
	// Thread is the parent's ts, or empty.
	Thread string `json:"thread_ts"`
	// ClientMsgID is made if it is empty.
	ClientMsgID string `json:"client_msg_id"`
	// BotID is set for what another app's bot writes, which need not be a member.
	BotID string `json:"bot_id"`
	// Attachments are what hangs below, such as a message that is passed on.
	Attachments []any `json:"attachments"`
}

// Say posts a person's message and returns its ts. thread is the parent's ts,
// or empty.
func (s *Server) Say(user, channel, text, thread string) (string, error) {
	return s.Write(Words{User: user, Channel: channel, Text: text, Thread: thread})
}

// Write posts what somebody writes and returns its ts.
func (s *Server) Write(w Words) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ch, err := s.written(w)
	if err != nil {
		return "", err
	}
	s.tell(m, ch)
	return m.TS, nil
}

func (s *Server) written(w Words) (*Message, *Channel, error) {
	ch := s.ws.channel(w.Channel)
	if w.BotID == "" {
		if _, _, err := s.place(w.User, w.Channel); err != nil {
			return nil, nil, err
		}
	}
	if ch == nil {
		return nil, nil, &Impossible{Code: "no_such_channel"}
	}
	parent := s.ws.lasting(ch.ID, w.Thread)
	switch {
	case w.BotID == "" && !ch.has(w.User):
		return nil, nil, &Impossible{Code: "not_in_channel"}
	case ch.IsArchived || ch.IsReadOnly:
		return nil, nil, &Impossible{Code: "read_only"}
	case strings.TrimSpace(w.Text) == "" && len(w.Attachments) == 0:
		return nil, nil, &Impossible{Code: "no_text"}
	case w.Thread != "" && (parent == nil || parent.isReply()):
		return nil, nil, &Impossible{Code: "no_such_thread"}
	}
	m := &Message{
		Type: "message", Channel: ch.ID, TS: s.ws.stamp(s.now()), ThreadTS: w.Thread, User: w.User, Team: TeamID,
		BotID: w.BotID, Text: typed(w.Text), Attachments: w.Attachments, ClientMsgID: w.ClientMsgID,
	}
	if u := s.ws.users[w.User]; u != nil {
		m.Team = u.TeamID
	}
	switch {
	case w.BotID != "":
		m.AppID = "A0" + strings.TrimPrefix(w.BotID, "B")
	case m.ClientMsgID == "":
		m.ClientMsgID = uuid.NewString()
	}
	return m, ch, nil
}

func (s *Server) tell(m *Message, ch *Channel) {
	s.ws.add(m)
	s.echo(m)
	s.mention(m, ch)
	s.touch()
}

// Repeat posts a person's message once more, under another ts: a client that
// lost Slack's answer sends the same client_msg_id again.
func (s *Server) Repeat(channel, ts string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.ws.channel(channel)
	if ch == nil {
		return "", &Impossible{Code: "no_such_channel"}
	}
	m := s.ws.lasting(ch.ID, ts)
	if m == nil || m.ClientMsgID == "" {
		return "", &Impossible{Code: "no_such_message"}
	}
	again := *m
	again.TS, again.ReplyCount, again.Reactions, again.chosen = s.ws.stamp(s.now()), 0, nil, nil
	if !m.isReply() {
		again.ThreadTS = ""
	}
	s.tell(&again, ch)
	return again.TS, nil
}

func address() *regexp.Regexp { return regexp.MustCompile("https?://[^\\s<>|\"]+") }

// richText is what a person typed as Slack's rich_text block, as far as it tells
// code, quotes, mentions and links apart; lesser styles stay characters.
func richText(text string) []any {
	if text == "" {
		return nil
	}
	var parts []any
	for i, piece := range strings.Split(text, "```") {
		if i%2 == 1 {
			parts = append(parts, richPart("rich_text_preformatted", strings.Trim(piece, "\n")))
			continue
		}
		parts = append(parts, richLines(piece)...)
	}
	parts = slices.DeleteFunc(parts, func(p any) bool { return p == nil })
	return []any{object{"type": "rich_text", "block_id": "typed", "elements": parts}}
}

// richLines makes sections of lines, and quotes of those that begin with ">".
func richLines(text string) []any {
	var parts []any
	var lines []string
	quoted := false
	end := func() {
		kind := "rich_text_section"
		if quoted {
			kind = "rich_text_quote"
		}
		parts = append(parts, richPart(kind, strings.Join(lines, "\n")))
		lines = nil
	}
	for line := range strings.SplitSeq(text, "\n") {
		rest, isQuote := strings.CutPrefix(line, "&gt;")
		if isQuote != quoted {
			end()
			quoted = isQuote
		}
		lines = append(lines, strings.TrimPrefix(rest, " "))
	}
	end()
	return parts
}

func richPart(kind, text string) any {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	return object{"type": kind, "elements": richPieces(text)}
}

// richPieces are the text, code, mentions and links of a line, in order.
func richPieces(text string) []any {
	var out []any
	piece := regexp.MustCompile("`[^`\n]+`|<[^<>\n]+>")
	plain := func(words string) {
		if words != "" {
			out = append(out, object{"type": "text", "text": unescaped(words)})
		}
	}
	for text != "" {
		at := piece.FindStringIndex(text)
		if at == nil {
			plain(text)
			break
		}
		plain(text[:at[0]])
		out = append(out, richPiece(text[at[0]:at[1]]))
		text = text[at[1]:]
	}
	return out
}

func richPiece(text string) object {
	inner, label, _ := strings.Cut(strings.Trim(text, "<>"), "|")
	switch {
	case text[0] == '`':
		return object{"type": "text", "text": unescaped(strings.Trim(text, "`<>")), "style": object{"code": true}}
	case strings.HasPrefix(inner, "@"):
		return object{"type": "user", "user_id": inner[1:]}
	case strings.HasPrefix(inner, "#"):
		return object{"type": "channel", "channel_id": inner[1:]}
	case strings.HasPrefix(inner, "!"):
		return object{"type": "broadcast", "range": inner[1:]}
	case label != "":
		return object{"type": "link", "url": unescaped(inner), "text": unescaped(label)}
	}
	return object{"type": "link", "url": unescaped(inner)}
}

func unescaped(text string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}
