package alert_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	locks "sync"
	"testing"
	"time"

	"perch/bot/card"
)

// note is a message that stands in the town's Slack.
type note struct {
	card.Posting
	card.Place
	at      time.Time
	edits   []time.Time
	deleted bool
}

// failure is how the town's Slack refuses, in the words of a Courier.
type failure struct {
	word, code string
	wait       time.Duration
}

func (f failure) Error() string { return "slack: " + f.word + " " + f.code }

func (f failure) Fate() (string, string, time.Duration) { return f.word, f.code, f.wait }

var (
	unsure     = failure{word: "unsure"}
	errDropped = errors.New("connection reset") // no word of Slack's at all
)

// answer is how one call goes: whether it is done, and what is said about it.
type answer struct {
	undone bool
	err    error
	takes  time.Duration
	deaf   bool // goes on though nobody waits any more
	early  bool // it is done before it takes its time
}

// town is a Slack in memory. It answers as told, one answer a call, then well.
type town struct {
	mu       locks.Mutex
	messages []*note
	answers  map[string][]answer // by method, or method and channel
	always   map[string]answer
	shared   map[string]bool
	posts    int // calls
	slow     time.Duration
	behind   time.Duration // of its clock
}

func newTown() *town {
	return &town{answers: map[string][]answer{}, always: map[string]answer{}, shared: map[string]bool{}}
}

// on has the next calls of a method go as told.
func (w *town) on(method string, answers ...answer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answers[method] = append(w.answers[method], answers...)
}

// stays has all calls of a method go as told, until cleared by another answer.
func (w *town) stays(method string, a answer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.always[method] = a
}

func (w *town) well(method string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.always, method)
}

// share lets people of another company into a channel.
func (w *town) share(channel string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.shared[channel] = true
}

// unshare has them leave again.
func (w *town) unshare(channel string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.shared, channel)
}

// calls is how many posts were asked for.
func (w *town) calls() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.posts
}

// next is how a call goes.
func (w *town) next(ctx context.Context, method, channel string) answer {
	w.mu.Lock()
	a := answer{takes: w.slow}
	for _, name := range []string{method + " " + channel, method} {
		if queue := w.answers[name]; len(queue) > 0 {
			a, w.answers[name] = queue[0], queue[1:]
			break
		}
		if always, ok := w.always[name]; ok {
			a = always
			break
		}
	}
	w.mu.Unlock()
	if a.early {
		return a
	}
	return a.wait(ctx)
}

// wait lets the time pass that an answer takes.
func (a answer) wait(ctx context.Context) answer {
	if a.takes > 0 {
		timer := time.NewTimer(a.takes)
		defer timer.Stop()
		done := ctx.Done()
		if a.deaf {
			done = nil
		}
		select {
		case <-timer.C:
		case <-done:
			return answer{undone: a.undone, err: ctx.Err()}
		}
	}
	return a
}

func (w *town) Post(ctx context.Context, p card.Posting) (card.Place, error) {
	a := w.next(ctx, "post", p.Channel)
	at, err := w.post(p, a)
	if a.early {
		a.wait(ctx)
	}
	return at, err
}

func (w *town) post(p card.Posting, a answer) (card.Place, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.posts++
	if a.undone {
		return card.Place{}, a.err
	}
	at := card.Place{Channel: strings.Replace(p.Channel, "U", "D", 1), TS: fmt.Sprintf("%010d.%06d", time.Now().Unix(), len(w.messages)+1)}
	w.messages = append(w.messages, &note{Posting: p, Place: at, at: time.Now().Add(-w.behind)})
	if a.err != nil {
		return card.Place{}, a.err
	}
	return at, nil
}

func (w *town) message(at card.Place) *note {
	for _, m := range w.messages {
		if m.Place == at && !m.deleted {
			return m
		}
	}
	return nil
}

func (w *town) Edit(ctx context.Context, at card.Place, m card.Message) error {
	a := w.next(ctx, "edit", at.Channel)
	w.mu.Lock()
	defer w.mu.Unlock()
	if !a.undone {
		found := w.message(at)
		if found == nil {
			return failure{word: "lost", code: "message_not_found"}
		}
		found.Message = m
		found.edits = append(found.edits, time.Now())
	}
	return a.err
}

func (w *town) Delete(ctx context.Context, at card.Place) error {
	a := w.next(ctx, "delete", at.Channel)
	w.mu.Lock()
	defer w.mu.Unlock()
	if m := w.message(at); m != nil && !a.undone {
		m.deleted = true
	}
	return a.err
}

func (w *town) Find(ctx context.Context, s card.Search) (card.Place, bool, error) {
	a := w.next(ctx, "find", s.Channel)
	w.mu.Lock()
	defer w.mu.Unlock()
	if a.err != nil {
		return card.Place{}, false, a.err
	}
	channel := strings.Replace(s.Channel, "U", "D", 1)
	for _, m := range w.messages {
		if m.Place.Channel == channel && m.ThreadTS == s.ThreadTS && m.Key == s.Key && !m.deleted && !m.at.Before(s.Since) {
			return m.Place, true, nil
		}
	}
	return card.Place{}, false, nil
}

func (w *town) Shared(ctx context.Context, channel string) (bool, error) {
	a := w.next(ctx, "shared", channel)
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.shared[channel], a.err
}

// said are the messages that stand in a channel: in itself, or in threads.
func (w *town) said(channel string, inThreads bool) []*note {
	w.mu.Lock()
	defer w.mu.Unlock()
	var said []*note
	for _, m := range w.messages {
		if m.Posting.Channel == channel && !m.deleted && (m.ThreadTS != "") == inThreads {
			said = append(said, m)
		}
	}
	return said
}

// doubles are the keys under which more than one message stands.
func (w *town) doubles() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	count := map[string]int{}
	var doubles []string
	for _, m := range w.messages {
		if !m.deleted {
			if count[m.Key]++; count[m.Key] == 2 {
				doubles = append(doubles, m.Key)
			}
		}
	}
	slices.Sort(doubles)
	return doubles
}

func texts(messages []*note) []string {
	var texts []string
	for _, m := range messages {
		texts = append(texts, m.Message.Text)
	}
	return texts
}

// checkSaid wants each of the names to be in the message of its place.
func checkSaid(t *testing.T, messages []*note, names ...string) {
	t.Helper()
	said := texts(messages)
	if len(said) != len(names) {
		t.Errorf("%d messages, want %d: %q", len(said), len(names), said)
		return
	}
	for i, name := range names {
		if !strings.Contains(said[i], name) {
			t.Errorf("message %d does not say %q: %q", i, name, said[i])
		}
	}
}
