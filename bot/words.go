package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/slack-go/slack"
)

const (
	// maxKept is how many messages' words wait in memory, and maxHeld how many bytes
	// they may have in all. Slack has the others.
	maxKept = 500
	maxHeld = 4 << 20
	// maxUnanswered is how many messages of one person wait to be answered: who writes
	// faster keeps everybody else from it, and reads no answers.
	maxUnanswered = 10
)

// heldWords are those of messages that speak to Perch, from their arrival until they are
// answered: in memory alone.
type heldWords struct {
	mu    sync.Mutex
	said  map[string]*heldWord
	order []string
	bytes int
}

// heldWord is a message, and how many of its copies rely on its being here: Slack may
// bring one by each socket at the same time.
type heldWord struct {
	utterance
	copies int
}

func newHeldWords() *heldWords { return &heldWords{said: map[string]*heldWord{}} }

// put keeps words for one more copy of a message; the first are kept. Past the bound
// the oldest go.
func (w *heldWords) put(key string, u utterance) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if held, there := w.said[key]; there {
		held.copies++
		return
	}
	w.said[key] = &heldWord{u, 1}
	w.order = append(w.order, key)
	w.bytes += u.size()
	for len(w.order) > maxKept || w.bytes > maxHeld && len(w.order) > 0 {
		w.forget(w.order[0])
	}
}

// release lets go of the words for a copy that nothing follows from; they stay while
// another relies on them.
func (w *heldWords) release(key string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	held, there := w.said[key]
	if !there {
		return
	}
	if held.copies--; held.copies == 0 {
		w.forget(key)
	}
}

// forget lets words go that are there.
func (w *heldWords) forget(key string) {
	w.bytes -= w.said[key].size()
	delete(w.said, key)
	w.order = slices.DeleteFunc(w.order, func(k string) bool { return k == key })
}

// waiting is how many messages of somebody's wait, another than the one of this key.
func (w *heldWords) waiting(userID, key string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for k, u := range w.said {
		if u.User == userID && k != key {
			n++
		}
	}
	return n
}

func (w *heldWords) get(key string) (utterance, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	held, there := w.said[key]
	if !there {
		return utterance{}, false
	}
	return held.utterance, true
}

// drop lets the words go, since they are answered.
func (w *heldWords) drop(key string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, there := w.said[key]; there {
		w.forget(key)
	}
}

// wordsOf are the words of a message: as they came, or, after a restart, as Slack has
// them. found is false where it is gone.
func (b *Bot) wordsOf(ctx context.Context, t talk) (u utterance, found bool, err error) {
	if u, there := b.words.get(t.key()); there {
		return u, true, nil
	}
	messages, err := patiently(ctx, func(ctx context.Context) ([]slack.Message, error) { return b.reread(ctx, t) })
	if err != nil {
		return utterance{}, false, fmt.Errorf("read a message again: %w", err)
	}
	i := slices.IndexFunc(messages, func(m slack.Message) bool { return m.Timestamp == t.TS })
	if i < 0 {
		return utterance{}, false, nil
	}
	return utteranceOf(messages[i]), true, nil
}

// reread asks Slack for one message. Slack: of a thread the first message comes too.
func (b *Bot) reread(ctx context.Context, t talk) ([]slack.Message, error) {
	if t.ThreadTS != "" {
		messages, _, _, err := b.slack.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
			ChannelID: t.Channel, Timestamp: t.ThreadTS, Oldest: t.TS, Latest: t.TS, Inclusive: true, Limit: 2,
		})
		return messages, err
	}
	page, err := b.slack.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
		ChannelID: t.Channel, Oldest: t.TS, Latest: t.TS, Inclusive: true, Limit: 1,
	})
	if err == nil && !page.Ok {
		err = errNoAnswer
	}
	if err != nil {
		return nil, err
	}
	return page.Messages, nil
}

// utteranceOf is a message that slack-go read, as one that Perch reads.
func utteranceOf(m slack.Message) utterance {
	u := utterance{Text: m.Text, TS: m.Timestamp, ThreadTS: m.ThreadTimestamp, User: m.User}
	// What cannot be written again is not read.
	u.Attachments, _ = json.Marshal(m.Attachments)
	u.Blocks, _ = json.Marshal(m.Blocks)
	return u
}
