package slack

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Message is one message as a reader of the channel sees it.
type Message struct {
	Type        string             `json:"type"`
	Subtype     string             `json:"subtype,omitempty"`
	Channel     string             `json:"-"`
	TS          string             `json:"ts"`
	ThreadTS    string             `json:"thread_ts,omitempty"`
	User        string             `json:"user,omitempty"`
	BotID       string             `json:"bot_id,omitempty"`
	AppID       string             `json:"app_id,omitempty"`
	Team        string             `json:"team,omitempty"`
	Text        string             `json:"text"`
	Blocks      []any              `json:"blocks,omitempty"`
	Attachments []any              `json:"attachments,omitempty"`
	Metadata    object             `json:"metadata,omitempty"`
	Files       []FileInfo         `json:"files,omitempty"`
	Reactions   []Reaction         `json:"reactions,omitempty"`
	ReplyCount  int                `json:"reply_count,omitempty"`
	Edited      *Edit              `json:"edited,omitempty"`
	ClientMsgID string             `json:"client_msg_id,omitempty"`
	Inviter     string             `json:"inviter,omitempty"` // of a subtype channel_join or group_join
	EphemeralTo string             `json:"ephemeral_to,omitempty"`
	State       *elementState      `json:"state,omitempty"`
	Shown       string             `json:"shown,omitempty"`
	chosen      map[string]choices // by user: what they picked in the message's menus
}

// Edit says who changed a message last, and when.
type Edit struct {
	User string `json:"user"`
	TS   string `json:"ts"`
}

// Reaction is one emoji under a message.
type Reaction struct {
	Name  string   `json:"name"`
	Users []string `json:"users"`
	Count int      `json:"count"`
}

// choices are the values of stateful elements, by block id and action id.
type choices map[string]map[string]object

type elementState struct {
	Values choices `json:"values"`
}

func (c choices) set(block, action string, value object) {
	if c[block] == nil {
		c[block] = map[string]object{}
	}
	c[block][action] = value
}

func (c choices) clone() choices {
	out := choices{}
	for block, actions := range c {
		out[block] = maps.Clone(actions)
	}
	return out
}

// stamp makes the next ts: the time of now, but later than every one before.
func (w *workspace) stamp(now time.Time) string {
	w.lastTS = max(now.UnixMicro(), w.lastTS+1)
	return fmt.Sprintf("%010d.%06d", w.lastTS/1e6, w.lastTS%1e6)
}

// own fills in what Slack adds to an app's message.
func own(m Message) *Message {
	m.Type, m.User, m.BotID, m.AppID, m.Team = "message", BotUserID, BotID, AppID, TeamID
	return &m
}

func (w *workspace) add(m *Message) {
	w.messages[m.Channel] = append(w.messages[m.Channel], m)
	if parent := w.find(m.Channel, m.ThreadTS); parent != nil && parent != m && m.EphemeralTo == "" {
		parent.ThreadTS = parent.TS
		parent.ReplyCount++
	}
}

func (w *workspace) find(channel, ts string) *Message {
	if ts == "" {
		return nil
	}
	for _, m := range w.messages[channel] {
		if m.TS == ts {
			return m
		}
	}
	return nil
}

// lasting is find without ephemeral messages, which Slack does not keep.
func (w *workspace) lasting(channel, ts string) *Message {
	if m := w.find(channel, ts); m != nil && m.EphemeralTo == "" {
		return m
	}
	return nil
}

func (w *workspace) remove(m *Message) {
	w.messages[m.Channel] = slices.DeleteFunc(w.messages[m.Channel], func(x *Message) bool { return x == m })
	if parent := w.find(m.Channel, m.ThreadTS); parent != nil && m.EphemeralTo == "" {
		parent.ReplyCount--
	}
}

// isReply is false for a thread's parent, whose thread_ts is its own ts.
func (m *Message) isReply() bool { return m.ThreadTS != "" && m.ThreadTS != m.TS }

func (m *Message) visibleTo(user string) bool { return m.EphemeralTo == "" || m.EphemeralTo == user }

// copyFor is the message as one user's client has it.
func (m *Message) copyFor(user string) Message {
	out := *m
	out.chosen = nil
	out.Reactions = slices.Clone(m.Reactions)
	out.Shown = shown(m)
	if picked := m.chosen[user]; picked != nil {
		out.State = &elementState{Values: picked.clone()}
	}
	return out
}

// public is the message as the Web API and events give it. What a person typed
// is a rich_text block beside its text.
func (m *Message) public() Message {
	out := *m
	out.chosen, out.EphemeralTo = nil, ""
	out.Reactions = slices.Clone(m.Reactions)
	if m.ClientMsgID != "" {
		out.Blocks = richText(m.Text)
	}
	return out
}
