package bot

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// utterance is a message as Slack sends it, as far as Perch reads it. Slack's other
// fields may be anything.
type utterance struct {
	Type        string          `json:"type"`
	Subtype     string          `json:"subtype"`
	Channel     string          `json:"channel"`
	ChannelType string          `json:"channel_type"`
	User        string          `json:"user"`
	Text        string          `json:"text"`
	TS          string          `json:"ts"`
	ThreadTS    string          `json:"thread_ts"`
	ClientID    string          `json:"client_msg_id"`
	BotID       string          `json:"bot_id"`
	BotProfile  json.RawMessage `json:"bot_profile"`
	AppID       string          `json:"app_id"`
	Hidden      bool            `json:"hidden"`
	Team        string          `json:"team"`
	UserTeam    string          `json:"user_team"`
	SourceTeam  string          `json:"source_team"`
	Attachments json.RawMessage `json:"attachments"`
	Blocks      json.RawMessage `json:"blocks"`
}

// slackbot is Slack's own voice.
const slackbot = "USLACKBOT"

// read reads a message that came with something else; what cannot be read of it stays
// empty.
func read(raw json.RawMessage) utterance {
	var u utterance
	_ = json.Unmarshal(raw, &u)
	return u
}

// isTalk is false of the events that are no messages.
func (u utterance) isTalk() bool { return u.Type == "message" || u.Type == "app_mention" }

func (u utterance) isDirect() bool { return u.ChannelType == "im" || strings.HasPrefix(u.Channel, "D") }

func (u utterance) isPersons() bool { return u.User != "" && u.User != slackbot && !u.isBots() }

func (u utterance) isBots() bool {
	return u.BotID != "" || len(u.BotProfile) > 0 && string(u.BotProfile) != "null"
}

// size is how many bytes of words it holds.
func (u utterance) size() int { return len(u.Text) + len(u.Attachments) + len(u.Blocks) }

func (u utterance) quoted() *Quoted {
	q := &Quoted{TS: u.TS, Thread: firstOf(u.ThreadTS, u.TS), User: u.User, Text: u.words(), ClientID: u.ClientID}
	if u.isBots() {
		q.User = ""
	}
	return q
}

// maxWords is how much is read of a message. Slack: text has 40,000 characters at
// most.
const maxWords = 40_000

// words are all that can be read of a message: its text, and what is attached or
// quoted. Bots often say in blocks what is not in the text.
func (u utterance) words() string {
	if len(u.Attachments) == 0 && u.Text != "" && !u.isBots() {
		return firstRunes(u.Text, maxWords)
	}
	parts := []string{u.Text}
	if u.Text == "" || u.isBots() {
		parts = append(parts, textsIn(u.Blocks)...)
	}
	return joined(append(parts, attachedTexts(u.Attachments)...))
}

// joined are texts a line each, without those that say again what stands before.
func joined(parts []string) string {
	var all strings.Builder
	for _, part := range parts {
		if part == "" || strings.Contains(all.String(), part) {
			continue
		}
		if all.Len() > 0 {
			all.WriteByte('\n')
		}
		all.WriteString(firstRunes(part, maxWords))
		if all.Len() > maxWords*utf8.UTFMax {
			break
		}
	}
	return firstRunes(all.String(), maxWords)
}

func firstRunes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n--; n < 0 {
			return s[:i]
		}
	}
	return s
}

// maxParts bounds what is read of attachments and blocks.
const maxParts = 200

// attachedTexts are the texts of attachments: of shared messages, above all.
func attachedTexts(raw json.RawMessage) []string {
	var attached []json.RawMessage
	if json.Unmarshal(raw, &attached) != nil {
		return nil
	}
	var parts []string
	for _, one := range attached[:min(len(attached), maxParts)] {
		var a struct {
			Pretext  string          `json:"pretext"`
			Title    string          `json:"title"`
			Text     string          `json:"text"`
			Fallback string          `json:"fallback"`
			Fields   json.RawMessage `json:"fields"`
			Blocks   json.RawMessage `json:"blocks"`
			Shared   json.RawMessage `json:"message_blocks"`
		}
		_ = json.Unmarshal(one, &a)
		parts = append(parts, a.Pretext, a.Title, a.Text)
		parts = append(parts, textsIn(a.Fields)...)
		if a.Text == "" {
			parts = append(parts, a.Fallback)
			parts = append(parts, textsIn(a.Blocks)...)
			parts = append(parts, textsIn(a.Shared)...)
		}
	}
	return parts[:min(len(parts), maxParts)]
}

// textsIn are the texts and addresses in blocks of any kind, in order.
func textsIn(raw json.RawMessage) []string {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return nil
	}
	var parts []string
	gather(v, 0, &parts)
	return parts
}

// maxDepth is how deep blocks are looked into; Slack's own are less deep.
const maxDepth = 24

func gather(v any, depth int, parts *[]string) {
	if depth > maxDepth || len(*parts) >= maxParts {
		return
	}
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			gather(one, depth+1, parts)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			text, is := v[key].(string)
			if is && (key == "text" || key == "url" || key == "title" || key == "value") {
				*parts = append(*parts, text)
			}
			gather(v[key], depth+1, parts)
		}
	}
}
