package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"perch/bot/card"
)

// metadataType names the metadata of messages that can be searched for. It is
// readable by everybody, as is the key in it.
const metadataType = "perch_alert"

// Courier brings messages to channels for whoever must know what became of each:
// it neither waits nor tries again. Its errors say with their method Fate what
// they mean: clear, malformed, wait, unsure, gone, refused, thread or lost.
type Courier struct {
	slack *slack.Client
	home  Identity
}

// NewCourier makes a Courier for the bot that home names.
func NewCourier(api *slack.Client, home Identity) *Courier { return &Courier{slack: api, home: home} }

// Post writes a message to a channel, a thread or a user.
func (c *Courier) Post(ctx context.Context, p card.Posting) (card.Place, error) {
	options := append(contents(p.Message),
		slack.MsgOptionDisableLinkUnfurl(),
		slack.MsgOptionDisableMediaUnfurl(),
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: metadataType, EventPayload: map[string]any{"key": p.Key}}),
	)
	if p.ThreadTS != "" {
		options = append(options, slack.MsgOptionTS(p.ThreadTS))
		if p.Broadcast {
			options = append(options, slack.MsgOptionBroadcast())
		}
	}
	at, ts, err := c.slack.PostMessageContext(ctx, p.Channel, options...)
	if err == nil && ts == "" { // slack-go takes {"ok":false} without a reason for success
		err = errNoAnswer
	}
	if err != nil {
		return card.Place{}, failureOf(fmt.Errorf("post to %s: %w", p.Channel, err))
	}
	return card.Place{Channel: at, TS: ts}, nil
}

var errNoAnswer = errors.New("no message, channel or history named by Slack")

// contents are text and blocks, both always. Slack: chat.update with text alone
// takes the blocks away.
func contents(m card.Message) []slack.MsgOption {
	blocks := m.Blocks
	if blocks == nil {
		blocks = []slack.Block{}
	}
	return []slack.MsgOption{slack.MsgOptionText(m.Text, false), slack.MsgOptionBlocks(blocks...)}
}

// Edit puts a message in place of another of ours. Slack: its metadata stays, and
// nobody is notified.
func (c *Courier) Edit(ctx context.Context, at card.Place, m card.Message) error {
	_, ts, _, err := c.slack.UpdateMessageContext(ctx, at.Channel, at.TS, contents(m)...)
	if err == nil && ts == "" {
		err = errNoAnswer
	}
	if err != nil {
		return failureOf(fmt.Errorf("edit a message in %s: %w", at.Channel, err))
	}
	return nil
}

// Delete takes a message of ours back.
func (c *Courier) Delete(ctx context.Context, at card.Place) error {
	_, ts, err := c.slack.DeleteMessageContext(ctx, at.Channel, at.TS)
	if err == nil && ts == "" {
		err = errNoAnswer
	}
	if err != nil {
		return failureOf(fmt.Errorf("delete a message in %s: %w", at.Channel, err))
	}
	return nil
}

// Shared reports whether people of other workspaces read a channel, or are invited
// to: as Audience and Venue judge, who ask for consent.
func (c *Courier) Shared(ctx context.Context, channel string) (bool, error) {
	info, err := c.slack.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: channel})
	if err == nil && (info == nil || info.ID == "") {
		err = errNoAnswer
	}
	if err != nil {
		return false, failureOf(fmt.Errorf("look at %s: %w", channel, err))
	}
	return info.IsExtShared || info.IsPendingExtShared || info.IsOrgShared, nil
}

const (
	// historyPage is how many messages a call reads; Slack: 999 at most, 200 wished for.
	historyPage = 200
	// maxPages bounds a search.
	maxPages = 20
)

// Find looks for a message of ours by its key, in a channel or a thread. Of
// several it finds the oldest.
func (c *Courier) Find(ctx context.Context, s card.Search) (card.Place, bool, error) {
	channel, err := c.conversation(ctx, s.Channel)
	if err != nil {
		return card.Place{}, false, failureOf(fmt.Errorf("open a conversation: %w", err))
	}
	s.Channel = channel
	read, oldest := c.history, ""
	if s.ThreadTS != "" {
		read = c.replies
	}
	cursor := ""
	for range maxPages {
		messages, next, err := read(ctx, s, cursor)
		if err != nil {
			return card.Place{}, false, failureOf(fmt.Errorf("read the history of %s: %w", channel, err))
		}
		for _, m := range messages {
			if c.wrote(m, s.Key) && (oldest == "" || m.Timestamp < oldest) {
				oldest = m.Timestamp
			}
		}
		if cursor = next; cursor == "" {
			return card.Place{Channel: channel, TS: oldest}, oldest != "", nil
		}
	}
	if oldest != "" {
		return card.Place{Channel: channel, TS: oldest}, true, nil
	}
	return card.Place{}, false, &failure{word: "gone", code: "too_much_history", err: errTooMuch}
}

var errTooMuch = errors.New("too much was written since to search it")

// conversation is the id of a conversation that can be read.
func (c *Courier) conversation(ctx context.Context, channel string) (string, error) {
	if !strings.HasPrefix(channel, "U") && !strings.HasPrefix(channel, "W") {
		return channel, nil
	}
	dm, _, _, err := c.slack.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{channel}})
	if err == nil && (dm == nil || dm.ID == "") {
		err = errNoAnswer
	}
	if err != nil {
		return "", err
	}
	return dm.ID, nil
}

func (c *Courier) history(ctx context.Context, s card.Search, cursor string) ([]slack.Message, string, error) {
	page, err := c.slack.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
		ChannelID: s.Channel, Cursor: cursor, Oldest: slackTime(s.Since), Limit: historyPage, Inclusive: true, IncludeAllMetadata: true,
	})
	if err == nil && !page.Ok {
		err = errNoAnswer
	}
	if err != nil {
		return nil, "", err
	}
	return page.Messages, page.ResponseMetaData.NextCursor, nil
}

func (c *Courier) replies(ctx context.Context, s card.Search, cursor string) ([]slack.Message, string, error) {
	messages, _, next, err := c.slack.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
		ChannelID: s.Channel, Timestamp: s.ThreadTS, Cursor: cursor, Oldest: slackTime(s.Since), Limit: historyPage, Inclusive: true,
		IncludeAllMetadata: true,
	})
	if err == nil && len(messages) == 0 && next == "" { // Slack: the parent is always there
		err = errNoAnswer
	}
	return messages, next, err
}

// NewestOf is when somebody last wrote in a thread since a time; found is false
// where nobody did, and where the thread is gone from Slack or Perch from its channel.
// Perch and other bots are nobody.
func (c *Courier) NewestOf(ctx context.Context, thread card.Place, since time.Time) (at time.Time, found bool, err error) {
	s := card.Search{Channel: thread.Channel, ThreadTS: thread.TS, Since: since}
	cursor := ""
	for range maxPages {
		messages, next, err := c.replies(ctx, s, cursor)
		if verdict, _ := Judge(err); err != nil && (verdict == Gone || slackCode(err) == "thread_not_found") {
			return time.Time{}, false, nil
		}
		if err != nil {
			return time.Time{}, false, failureOf(fmt.Errorf("read a thread in %s: %w", thread.Channel, err))
		}
		for _, m := range messages {
			when, ok := timeOf(m.Timestamp)
			if ok && c.isPersons(m) && !when.Before(since) && when.After(at) {
				at, found = when, true
			}
		}
		if cursor = next; cursor == "" {
			return at, found, nil
		}
	}
	if found {
		return at, true, nil
	}
	return time.Time{}, false, &failure{word: "gone", code: "too_much_history", err: errTooMuch}
}

func (c *Courier) isPersons(m slack.Message) bool {
	return m.User != "" && m.User != c.home.UserID && m.User != slackbot && m.BotID == "" && m.BotProfile == nil
}

func (c *Courier) wrote(m slack.Message, key string) bool {
	ours := c.home.BotID == "" || m.BotID == c.home.BotID
	return ours && m.Metadata.EventType == metadataType && m.Metadata.EventPayload["key"] == key
}

// slackTime is a time as a ts.
func slackTime(t time.Time) string {
	return strconv.FormatInt(t.Unix(), 10) + fmt.Sprintf(".%06d", t.Nanosecond()/1000)
}

// timeOf is the time that a ts names.
func timeOf(ts string) (time.Time, bool) {
	seconds, fraction, _ := strings.Cut(ts, ".")
	whole, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil || whole <= 0 {
		return time.Time{}, false
	}
	micros, err := strconv.ParseInt(fraction, 10, 64)
	if err != nil || len(fraction) != 6 {
		micros = 0
	}
	return time.Unix(whole, micros*1000), true
}

// failure is an error with what it means for the next step.
type failure struct {
	word, code string
	wait       time.Duration
	err        error
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// Fate is what the failure means, Slack's own word for it, and how long to wait.
func (f *failure) Fate() (word, code string, wait time.Duration) { return f.word, f.code, f.wait }

// Slack: the error lists of chat.postMessage and chat.update.
var (
	threadCodes = []string{
		"thread_not_found", "thread_locked", "cannot_reply_to_message", "restricted_action_thread_locked",
		"restricted_action_non_threadable_channel", "invalid_thread_ts",
	}
	lostCodes   = []string{"message_not_found", "cant_update_message", "edit_window_closed", "cant_delete_message"}
	unsureCodes = []string{"update_failed", "streaming_state_conflict"}
)

func failureOf(err error) error {
	verdict, wait := Judge(err)
	f := &failure{code: slackCode(err), wait: wait, err: err}
	switch {
	case slices.Contains(threadCodes, f.code):
		f.word = "thread"
	case slices.Contains(lostCodes, f.code):
		f.word = "lost"
	case verdict == Wait:
		f.word = "wait"
	case verdict == Ambiguous, slices.Contains(unsureCodes, f.code):
		f.word = "unsure"
	case verdict == Malformed:
		f.word = "malformed"
	case verdict == Gone, strings.HasPrefix(f.code, "restricted_action"), f.code == "missing_scope":
		f.word = "gone"
	case verdict == Refused:
		f.word = "refused"
	default:
		f.word = "clear"
	}
	return f
}
