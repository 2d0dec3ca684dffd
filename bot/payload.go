package bot

import (
	"encoding/json"
	"fmt"

	"perch/bot/socket"
)

// payload is what Perch reads of a slash command or an interaction. It is our
// own, and small, because slack-go's types refuse a whole click when the
// message it was made on holds an element they do not know.
type payload struct {
	// Slash commands are flat.
	TeamID    string `json:"team_id"`
	ChannelID string `json:"channel_id"`
	UserID    string `json:"user_id"`
	Command   string `json:"command"`
	Text      string `json:"text"`

	// Interactions are nested.
	Type       string    `json:"type"`
	CallbackID string    `json:"callback_id"`
	ActionID   string    `json:"action_id"` // of a block_suggestion
	BlockID    string    `json:"block_id"`
	Value      string    `json:"value"`
	Team       party     `json:"team"`
	User       party     `json:"user"`
	Channel    party     `json:"channel"`
	Actions    []pressed `json:"actions"`
	View       *view     `json:"view"`
	Container  container `json:"container"`
	// Message is what was pressed on or what a shortcut was used on. It may be large
	// and full of unknown things, so it is read only as far as needed.
	Message json.RawMessage `json:"message"`

	// Both.
	AppID       string `json:"api_app_id"`
	ResponseURL string `json:"response_url"`
	TriggerID   string `json:"trigger_id"`
}

type party struct {
	ID     string `json:"id"`
	TeamID string `json:"team_id"`
}

type container struct {
	ChannelID string `json:"channel_id"`
	MessageTS string `json:"message_ts"`
	ThreadTS  string `json:"thread_ts"`
	Ephemeral bool   `json:"is_ephemeral"`
}

type pressed struct {
	ActionID string `json:"action_id"`
	BlockID  string `json:"block_id"`
	Value    string `json:"value"`
	Selected *struct {
		Value string `json:"value"`
	} `json:"selected_option"`
}

func decode(e socket.Envelope) (payload, error) {
	var p payload
	if err := json.Unmarshal(e.Payload, &p); err != nil {
		return payload{}, fmt.Errorf("read a %s payload: %w", e.Type, err)
	}
	return p, nil
}

// team is the workspace for which Slack sent this.
func (p payload) team() string {
	return firstOf(p.TeamID, p.Team.ID, p.User.TeamID)
}

func (p payload) user() string    { return firstOf(p.UserID, p.User.ID) }
func (p payload) channel() string { return firstOf(p.ChannelID, p.Channel.ID, p.Container.ChannelID) }

// isShortcut is true for what was chosen from a menu of Slack's, for a message or
// anywhere.
func (p payload) isShortcut() bool { return p.Type == "message_action" || p.Type == "shortcut" }

// thread is the thread it was pressed or asked in, by the ts of its first message. A
// card that has a thread of its own below it stands in the channel, not in that.
func (p payload) thread() string {
	at := struct{ message, thread string }{p.Container.MessageTS, p.Container.ThreadTS}
	if len(p.Message) > 0 {
		u := read(p.Message)
		at.message, at.thread = firstOf(at.message, u.TS), firstOf(at.thread, u.ThreadTS)
	}
	if at.thread == at.message {
		return ""
	}
	return at.thread
}

// quoted is the message that a shortcut was used on; nil elsewhere.
func (p payload) quoted() *Quoted {
	if p.Type != "message_action" || len(p.Message) == 0 {
		return nil
	}
	u := read(p.Message)
	return u.quoted()
}

// action is what was pressed: the first action of a click, or the field of an
// option request, or the callback of a view or shortcut.
func (p payload) action() pressed {
	switch {
	case len(p.Actions) > 0:
		return p.Actions[0]
	case p.ActionID != "":
		return pressed{ActionID: p.ActionID, BlockID: p.BlockID, Value: p.Value}
	case p.View != nil:
		return pressed{ActionID: p.View.CallbackID}
	default:
		return pressed{ActionID: p.CallbackID}
	}
}

func (a pressed) value() string {
	if a.Selected != nil {
		return a.Selected.Value
	}
	return a.Value
}

func firstOf(candidates ...string) string {
	for _, c := range candidates {
		if c != "" {
			return c
		}
	}
	return ""
}
