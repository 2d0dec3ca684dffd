package bot

import (
	"context"
	"encoding/json"
	"fmt"

	"perch/bot/socket"
)

// Listener is who cares for what people write where Perch may read it.
type Listener interface {
	// MayNotice reports whether a text holds anything that could be an id. It is asked
	// of every message that comes, in the read loop: it looks at the text alone.
	MayNotice(text string) bool
	// Notices returns the ids in a text that are known here, if Perch reads along in
	// the channel. It is asked before the message is acknowledged, so it is quick,
	// and nothing of a message that it returns nothing for is kept. After an error
	// Slack brings the message again.
	Notices(ctx context.Context, channel, text string) ([]string, error)
	// Hear is what follows from a message with such ids (r.Quoted). It may be called
	// twice for one message, and is called again after an error, which nobody is told.
	Hear(ctx context.Context, r *Request) error
	// Mentioned answers somebody who wrote to Perch by its name; r.Text is what they
	// wrote without that, and r.Quoted the whole message. Of several answers the last
	// is shown, to them alone; of none, none is.
	Mentioned(ctx context.Context, r *Request) error
	// Joined is what follows from Perch's coming into a channel. It may be called
	// twice.
	Joined(ctx context.Context, channel string) error
}

// Quoted is a message of somebody's that a request is about: the one a shortcut was
// used on, or one that was heard.
type Quoted struct {
	// TS is the message, Thread the first message of its thread; the same where it is
	// in no thread.
	TS, Thread string
	// User wrote it; empty for a bot's.
	User string
	// Text is all that can be read of it, links, code, quotes and attachments
	// included, at most 40,000 characters; empty for one that was heard.
	Text string
	// ClientID is Slack's client_msg_id, if it gave one.
	ClientID string
	// IDs are those that the Listener noticed; none are looked for where Perch was
	// written to or a shortcut was used.
	IDs []string
}

// talkKey begins the inbox's name of a message. The rest is where it stands, so that
// Slack's two events for one text, message and app_mention, are one.
const talkKey = "talk:"

// joining is the event of somebody's coming into a channel.
const joining = "member_joined_channel"

// talk is what is kept of a message until what follows from it is done: where it
// stands, whose it is, and the ids in it that are known here. Its words are not.
type talk struct {
	Channel  string   `json:"channel"`
	TS       string   `json:"ts"`
	ThreadTS string   `json:"thread_ts,omitempty"`
	User     string   `json:"user"`
	Team     string   `json:"team,omitempty"`
	ClientID string   `json:"client_msg_id,omitempty"`
	Mention  bool     `json:"mention,omitempty"`
	IDs      []string `json:"ids,omitempty"`
}

func (t talk) key() string { return talkKey + t.Channel + ":" + t.TS }

// kind is what the log and the metrics call it.
func (t talk) kind() string {
	if t.Mention {
		return "mention"
	}
	return "message"
}

// root is the first message of its thread; of none, its own.
func (t talk) root() string { return firstOf(t.ThreadTS, t.TS) }

// spoken is the frame of an event with the message in it, to be read at one go: in
// a busy workspace nearly all messages are none of Perch's business.
type spoken struct {
	origin
	Event utterance `json:"event"`
}

// listen reads an event as far as it is a message. One with a field that is not what
// it should be is nobody's: its Event has no author.
func listen(e socket.Envelope) spoken {
	var s spoken
	if err := json.Unmarshal(e.Payload, &s); err != nil {
		s.Event.User = ""
	}
	return s
}

// hears is listen, and passes on that others read the channel.
func (b *Bot) hears(e socket.Envelope) spoken {
	s := listen(e)
	if s.Shared && s.Event.isTalk() && b.events.ours(s.origin) {
		b.others(s.Event.Channel)
	}
	return s
}

// keepTalk keeps a message if something may follow from it. Nothing is left of any
// other: no row, and no word in the log that says whose it was.
func (b *Bot) keepTalk(ctx context.Context, e socket.Envelope, s spoken) error {
	if why := b.ignores(s); why != "" {
		b.log.Debug().Str("why", why).Msg("a message is nobody's business")
		return nil
	}
	t := b.distilled(s.Event)
	if !t.Mention {
		err := guarded(func() (err error) {
			t.IDs, err = b.listener.Notices(ctx, t.Channel, s.Event.words())
			return err
		})
		if err != nil {
			return fmt.Errorf("look for ids in a message: %w", err)
		}
		if len(t.IDs) == 0 {
			return nil
		}
	}
	if t.Mention && b.twins.isSecond(t) {
		return nil
	}
	if t.Mention && b.words.waiting(t.User, t.key()) >= maxUnanswered {
		b.log.Warn().Str("user", t.User).Str("channel", t.Channel).Msg("somebody writes to Perch faster than it answers; a message is passed over")
		return nil
	}
	payload, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("keep a message: %w", err)
	}
	if t.Mention {
		b.words.put(t.key(), s.Event)
	}
	fresh, err := b.events.takeIn(ctx, arrival{id: t.key(), kind: t.kind(), retry: e.Retry, payload: payload})
	if t.Mention && !fresh {
		b.words.release(t.key())
	}
	return err
}

// ignores says why nothing may follow from a message, or "".
func (b *Bot) ignores(s spoken) string {
	u := s.Event
	switch {
	case b.listener == nil:
		return "nobody listens"
	case !b.events.ours(s.origin):
		return "another workspace or app"
	case u.TS == "" || u.Channel == "":
		return "nowhere"
	case u.isDirect():
		return "a direct message"
	case u.Subtype != "" && u.Subtype != "file_share" && u.Subtype != "thread_broadcast", u.Hidden:
		return "no message of its own"
	case !u.isPersons(), u.User == b.home.UserID, b.home.AppID != "" && u.AppID == b.home.AppID:
		return "no person's"
	default:
		return ""
	}
}

// distilled is what may be kept of a message.
func (b *Bot) distilled(u utterance) talk {
	t := talk{
		Channel: u.Channel, TS: u.TS, ThreadTS: u.ThreadTS, User: u.User, ClientID: u.ClientID,
		Mention: isMention(u.Text, b.home.UserID),
	}
	if t.ThreadTS == t.TS { // the first message of a thread stands in the channel
		t.ThreadTS = ""
	}
	// Slack: of a shared channel's messages one of these names the author's workspace.
	for _, team := range []string{u.Team, u.UserTeam, u.SourceTeam} {
		if t.Team == "" || t.Team == b.home.TeamID {
			t.Team = firstOf(team, t.Team)
		}
	}
	return t
}
