package alert_test

import (
	"context"
	"errors"
	"slices"
	locks "sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"perch/bot/card"
	"perch/internal/alert"
)

// corner is one channel in which ids were quoted: what is owed to it, the cards
// that stand there, and what is to be said. It keeps the order of a lane.
type corner struct {
	*testing.T
	town *town

	mu     locks.Mutex
	owed   []alert.Delivery
	cards  map[int64]*alert.Card
	ended  []alert.Result
	edited []alert.EditResult
	rest   time.Time
	shut   time.Time // no edits until then

	says   string
	fails  []error
	asked  []bool // whether it was said that others read along
	ofKind []alert.MessageKind
	paused int
	heard  map[alert.Outcome]int
}

const root = "0000000001.000100"

// inCorner runs a test in a bubble of time.
func inCorner(t *testing.T, test func(c *corner)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := &corner{T: t, town: newTown(), cards: map[int64]*alert.Card{}, says: "Job failed", heard: map[alert.Outcome]int{}}
		c.cards[5] = &alert.Card{ID: 5, Kind: alert.ThreadCard, Channel: "C1", Root: root}
		test(c)
	})
}

func (c *corner) owe(kind alert.MessageKind, cardID int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := int64(len(c.owed) + len(c.ended) + 1)
	c.owed = append(c.owed, alert.Delivery{ID: n, Key: string(rune('a' + n)), Channel: "C1", Kind: kind, CardID: cardID, Owed: time.Now(), Body: alert.Body{Words: "It went on."}})
}

func (c *corner) soil() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cards[5].Dirty = time.Now()
}

func (c *corner) say(words string, fails ...error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.says, c.fails = words, fails
}

// run has a teller see to it for so long.
func (c *corner) run(d time.Duration, change ...func(*alert.TellerOptions)) {
	c.Helper()
	o := alert.TellerOptions{Outbox: c, Courier: c.town, Pauser: c, Threads: c, Log: zerolog.Nop(), Observed: func(o alert.Outcome, _ time.Duration) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.heard[o]++
	}}
	for _, change := range change {
		change(&o)
	}
	ctx, cancel := context.WithTimeout(c.Context(), d)
	defer cancel()
	if err := alert.NewTeller(o).Run(ctx); err != nil {
		c.Error(err)
	}
}

func (c *corner) InThread(_ context.Context, d alert.Delivery, shared bool) (card.Message, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked, c.ofKind = append(c.asked, shared), append(c.ofKind, d.Kind)
	if len(c.fails) > 0 {
		err := c.fails[0]
		c.fails = c.fails[1:]
		if err != nil {
			return card.Message{}, err
		}
	}
	words := c.says
	if d.Kind == alert.NewsMessage {
		words = d.Body.Words
	}
	return card.Message{Text: words, Blocks: card.Blocks{card.Text(words)}}, nil
}

func (c *corner) HasWork(context.Context) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.owed) > 0 || !c.cards[5].Dirty.IsZero(), nil
}

func (c *corner) TakeTurn(context.Context, time.Duration, int) (alert.Turn, alert.Plan, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if len(c.owed) == 0 || now.Before(c.rest) {
		return alert.Turn{}, alert.Plan{}, false, nil
	}
	d := &c.owed[0]
	turn := alert.Turn{Lane: alert.Lane{Channel: "C1"}, Now: now, Head: d}
	if on, ok := c.cards[d.CardID]; ok {
		copied := *on
		turn.Card = &copied
	}
	plan := turn.Plan()
	switch plan.Act {
	case alert.DoAbandon:
		c.ended = append(c.ended, alert.Result{End: alert.EndGivenUp, Reason: plan.Reason})
		c.owed = c.owed[1:]
	case alert.DoPause:
		c.rest = plan.Until
	case alert.DoSend:
		if d.Tried = now; d.FirstTried.IsZero() {
			d.FirstTried = now
		}
		c.rest = now.Add(time.Hour)
	case alert.DoLook:
		c.rest = now.Add(time.Hour)
	default:
		c.Errorf("plans %+v", plan)
	}
	head := *d
	turn.Head = &head
	return turn, plan, true, nil
}

func (c *corner) NoteTurn(_ context.Context, t alert.Turn, r alert.Result) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rest = r.Until
	switch r.End {
	case alert.EndUnsure:
		return nil
	case alert.EndUnsent, alert.EndMissed:
		c.owed[0].Tried = time.Time{}
		return nil
	case alert.EndStands:
		if on := c.cards[t.Head.CardID]; on != nil && t.Head.Kind == alert.ReplyMessage {
			on.Place, on.TS, on.Posted = r.Place, r.TS, time.Now()
		} else if on != nil {
			on.Lines++
		}
	}
	c.ended, c.owed = append(c.ended, r), c.owed[1:]
	return nil
}

func (c *corner) TakeEdit(context.Context, time.Duration) (alert.Edit, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	on := c.cards[5]
	if on.Dirty.IsZero() || on.TS == "" || time.Now().Before(c.shut) {
		return alert.Edit{}, false, nil
	}
	c.shut = time.Now().Add(time.Hour)
	return alert.Edit{Card: *on}, true, nil
}

func (c *corner) NoteEdit(_ context.Context, _ alert.Edit, r alert.EditResult) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.edited, c.shut = append(c.edited, r), r.Until
	if r.End == alert.EditDone || r.End == alert.EditLost {
		c.cards[5].Dirty = time.Time{}
	}
	return nil
}

func (c *corner) FreeLanes(context.Context) error   { return nil }
func (c *corner) HastenLanes(context.Context) error { return nil }
func (c *corner) Ended(context.Context, int64) (bool, string, error) {
	return false, "", nil
}

var errNoProblem = errors.New("a thread's message asks for a problem")

func (c *corner) Shown(context.Context, int64, int64) (alert.Shown, error) {
	return alert.Shown{}, errNoProblem
}

func (c *corner) OnCard(context.Context, alert.Card) ([]alert.Problem, error) {
	return nil, errNoProblem
}

func (c *corner) ProblemsByID(context.Context, []int64) ([]alert.Problem, error) {
	return nil, errNoProblem
}

func (c *corner) Subscriptions(context.Context, string) ([]alert.Subscription, error) {
	return []alert.Subscription{{ID: 1, Channel: "C1"}}, nil
}

func (c *corner) PauseSubscription(context.Context, int64, string, string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.paused++
	return nil
}

// checkThread wants these words in the thread, each once, and nothing else said.
func (c *corner) checkThread(words ...string) {
	c.Helper()
	said := c.town.said("C1", true)
	checkSaid(c.T, said, words...)
	for _, m := range said {
		if m.ThreadTS != root || m.Broadcast {
			c.Errorf("said in thread %s, broadcast %v", m.ThreadTS, m.Broadcast)
		}
	}
	checkSaid(c.T, c.town.said("C1", false))
	if c.paused != 0 {
		c.Errorf("%d subscriptions were paused", c.paused)
	}
}

// checkEnds wants these ends, in order; a reason counts where one is given.
func (c *corner) checkEnds(want ...alert.Result) {
	c.Helper()
	var ends []alert.Result
	for _, r := range c.ended {
		ends = append(ends, alert.Result{End: r.End, Reason: r.Reason})
	}
	if !slices.Equal(ends, want) || len(c.owed) != 0 {
		c.Errorf("ended %+v, want %+v; %d owed", ends, want, len(c.owed))
	}
}

var (
	stands  = alert.Result{End: alert.EndStands}
	notTold = givenUp("not told")
)

func givenUp(reason string) alert.Result {
	return alert.Result{End: alert.EndGivenUp, Reason: reason}
}

func TestAThreadHasOneReply(t *testing.T) {
	t.Parallel()
	clear := failure{word: "clear", code: "not_in_channel"}
	tests := []struct {
		name  string
		posts []answer
		finds []answer
		calls int
		said  []string
		ends  []alert.Result
	}{
		{"Slack takes it", nil, nil, 1, []string{"Job failed"}, []alert.Result{stands}},
		{"its answer is lost", []answer{{err: unsure}}, nil, 1, []string{"Job failed"}, []alert.Result{stands}},
		{"no word comes at all", []answer{{err: errDropped}}, nil, 1, []string{"Job failed"}, []alert.Result{stands}},
		{"it did not arrive, and then it did", []answer{{undone: true, err: unsure}, {err: unsure}}, nil, 2, []string{"Job failed"}, []alert.Result{stands}},
		{"it takes a while until the thread can be read", []answer{{err: unsure}}, []answer{{err: unsure}, {err: failure{word: "wait", wait: time.Minute}}}, 1, []string{"Job failed"}, []alert.Result{stands}},
		{"the thread cannot be read: never twice", []answer{{err: unsure}}, []answer{{err: clear}}, 1, []string{"Job failed"}, []alert.Result{givenUp("not_in_channel")}},
		{"Slack wants fewer messages", []answer{{undone: true, err: failure{word: "wait", wait: time.Minute}}}, nil, 2, []string{"Job failed"}, []alert.Result{stands}},
		{"Slack takes a simpler form", []answer{{undone: true, err: failure{word: "malformed", code: "invalid_blocks"}}}, nil, 2, []string{"Job failed"}, []alert.Result{stands}},
		{"the thread is locked", []answer{{undone: true, err: failure{word: "thread", code: "thread_locked"}}}, nil, 1, nil, []alert.Result{givenUp("thread_locked")}},
		{"the channel is archived", []answer{{undone: true, err: failure{word: "gone", code: "is_archived"}}}, nil, 1, nil, []alert.Result{givenUp("is_archived")}},
		{"a scope is missing", []answer{{undone: true, err: failure{word: "gone", code: "missing_scope"}}}, nil, 1, nil, []alert.Result{givenUp("missing_scope")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inCorner(t, func(c *corner) {
				c.town.on("post", tt.posts...)
				c.town.on("find", tt.finds...)
				c.owe(alert.ReplyMessage, 5)
				c.run(10 * time.Minute)
				c.checkThread(tt.said...)
				c.checkEnds(tt.ends...)
				if c.town.calls() != tt.calls {
					c.Errorf("%d posts, want %d", c.town.calls(), tt.calls)
				}
			})
		})
	}
}

func TestAReplyThatStandsIsNotMadeAgain(t *testing.T) {
	t.Parallel()
	inCorner(t, func(c *corner) {
		c.owe(alert.ReplyMessage, 5)
		c.run(time.Minute)
		c.owe(alert.ReplyMessage, 5)
		c.owe(alert.ReplyMessage, 6) // whose thread was let go
		c.run(time.Minute)
		c.checkThread("Job failed")
		c.checkEnds(stands, givenUp("the reply stands"), givenUp("the thread was let go"))
	})
}

func TestNewsFollowsTheReply(t *testing.T) {
	t.Parallel()
	inCorner(t, func(c *corner) {
		c.owe(alert.ReplyMessage, 5)
		time.Sleep(time.Second)
		c.owe(alert.NewsMessage, 5) // the reply says so already
		time.Sleep(time.Second)
		c.run(time.Minute)
		c.town.on("post", answer{err: unsure})
		c.owe(alert.NewsMessage, 5)
		c.run(time.Minute)
		c.checkThread("Job failed", "It went on.")
		c.checkEnds(stands, givenUp("the reply was posted later"), stands)
		if c.heard[alert.OutcomeAdopted] != 1 || c.cards[5].Lines != 1 {
			c.Errorf("adopted %d, %d lines", c.heard[alert.OutcomeAdopted], c.cards[5].Lines)
		}
	})
}

func TestTheOfferStandsInTheChannel(t *testing.T) {
	t.Parallel()
	inCorner(t, func(c *corner) {
		c.say("Shall I read along?")
		c.town.on("post", answer{err: errDropped})
		c.owe(alert.OfferMessage, 0)
		c.run(time.Minute)
		checkSaid(c.T, c.town.said("C1", false), "Shall I read along?")
		checkSaid(c.T, c.town.said("C1", true))
		c.checkEnds(stands)
	})
}

func TestWhoReadsAThread(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		foreign bool
		asked   []answer
		refuses bool // where others read along
		shared  []bool
		said    []string
		ends    []alert.Result
	}{
		{"the company alone", false, nil, true, []bool{false}, []string{"Job failed"}, []alert.Result{stands}},
		{"others, and an admin let them", true, nil, false, []bool{true}, []string{"Job failed"}, []alert.Result{stands}},
		{"others, and nobody let them", true, nil, true, []bool{true}, nil, []alert.Result{notTold}},
		{"Slack does not say who", false, []answer{{err: failure{word: "gone", code: "channel_not_found"}}}, true, []bool{true}, nil, []alert.Result{notTold}},
		{"Slack does not answer at first", true, []answer{{err: unsure}, {takes: time.Hour}}, false, []bool{true}, []string{"Job failed"}, []alert.Result{stands}},
		{"Slack answers late", false, []answer{{takes: 9 * time.Second}}, false, []bool{false}, []string{"Job failed"}, []alert.Result{stands}},
		{"Slack is asked too often", false, []answer{{err: failure{word: "wait", wait: time.Minute}}}, false, []bool{false}, []string{"Job failed"}, []alert.Result{stands}},
		{"Slack refuses the token for a while", true, []answer{{err: failure{word: "refused", code: "invalid_auth"}}}, false, []bool{true}, []string{"Job failed"}, []alert.Result{stands}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inCorner(t, func(c *corner) {
				if tt.foreign {
					c.town.share("C1")
				}
				if tt.refuses && (tt.foreign || len(tt.asked) > 0) {
					c.say("", alert.ErrNotTold)
				}
				c.town.on("shared", tt.asked...)
				c.owe(alert.ReplyMessage, 5)
				c.run(10 * time.Minute)
				c.checkThread(tt.said...)
				c.checkEnds(tt.ends...)
				if !slices.Equal(c.asked, tt.shared) {
					c.Errorf("asked with shared %v, want %v", c.asked, tt.shared)
				}
			})
		})
	}
}

func TestNewsAndOffersAreNotToldToOthersEither(t *testing.T) {
	t.Parallel()
	inCorner(t, func(c *corner) {
		c.owe(alert.ReplyMessage, 5)
		c.run(time.Minute)
		time.Sleep(time.Hour) // what is known of the channel is too old by now
		c.town.share("C1")
		c.say("", alert.ErrNotTold, alert.ErrNotTold)
		c.owe(alert.NewsMessage, 5)
		c.owe(alert.OfferMessage, 0)
		c.run(time.Minute)
		c.checkThread("Job failed")
		c.checkEnds(stands, notTold, notTold)
		if want := []alert.MessageKind{alert.ReplyMessage, alert.NewsMessage, alert.OfferMessage}; !slices.Equal(c.ofKind, want) {
			c.Errorf("asked what to say for %v", c.ofKind)
		}
	})
}

func TestWithoutThreadsNothingIsSaidInThem(t *testing.T) {
	t.Parallel()
	inCorner(t, func(c *corner) {
		c.owe(alert.ReplyMessage, 5)
		c.owe(alert.OfferMessage, 0)
		c.run(time.Minute, func(o *alert.TellerOptions) { o.Threads = nil })
		c.checkThread()
		c.checkEnds(notTold, notTold)
	})
}

func TestWhatCannotBeReadForAThreadIsTriedAgain(t *testing.T) {
	t.Parallel()
	inCorner(t, func(c *corner) {
		c.say("Job failed", errors.New("the database is busy"), errors.New("the database is busy"))
		c.owe(alert.ReplyMessage, 5)
		c.run(time.Minute)
		c.checkThread("Job failed")
		c.checkEnds(stands)
	})
}

func TestAReplyIsKeptTrue(t *testing.T) {
	t.Parallel()
	busy := errors.New("the database is busy")
	tests := []struct {
		name  string
		asked []answer
		fails []error
		edits []answer
		said  string
		ends  []alert.EditEnd
	}{
		{"what it says changes", nil, nil, nil, "Job complete", []alert.EditEnd{alert.EditDone}},
		{"nothing may be said any more: it is left", nil, []error{alert.ErrNotTold}, nil, "Job failed", []alert.EditEnd{alert.EditDone}},
		{"it cannot be read", nil, []error{busy}, nil, "Job complete", []alert.EditEnd{alert.EditPutOff, alert.EditDone}},
		{"Slack does not say who reads it at first", []answer{{err: unsure}, {err: failure{word: "wait", wait: time.Minute}}, {err: failure{word: "refused"}}}, nil, nil, "Job complete", []alert.EditEnd{alert.EditPutOff, alert.EditPutOff, alert.EditPutOff, alert.EditDone}},
		{"a person deleted it", nil, nil, []answer{{undone: true, err: failure{word: "lost", code: "message_not_found"}}}, "Job failed", []alert.EditEnd{alert.EditLost}},
		{"the thread is gone", nil, nil, []answer{{undone: true, err: failure{word: "thread", code: "thread_not_found"}}}, "Job failed", []alert.EditEnd{alert.EditLost}},
		{"Slack wants fewer edits", nil, nil, []answer{{undone: true, err: failure{word: "wait", wait: time.Minute}}}, "Job complete", []alert.EditEnd{alert.EditSlowDown, alert.EditDone}},
		{"the channel is archived for a while", nil, nil, []answer{{undone: true, err: failure{word: "gone", code: "is_archived"}}}, "Job complete", []alert.EditEnd{alert.EditPutOff, alert.EditDone}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inCorner(t, func(c *corner) {
				c.owe(alert.ReplyMessage, 5)
				c.run(time.Minute)
				time.Sleep(time.Hour) // what is known of the channel is too old by now
				c.say("Job complete", tt.fails...)
				c.town.on("shared", tt.asked...)
				c.town.on("edit", tt.edits...)
				c.soil()
				c.run(2 * time.Hour)
				c.checkThread(tt.said)
				var ends []alert.EditEnd
				for _, r := range c.edited {
					ends = append(ends, r.End)
				}
				if !slices.Equal(ends, tt.ends) {
					c.Errorf("edits ended %v, want %v", ends, tt.ends)
				}
			})
		})
	}
}

func TestAReplyThatOthersCameToReadIsEditedForThem(t *testing.T) {
	t.Parallel()
	for name, come := range map[string]func(*town){
		"others read along":      func(w *town) { w.share("C1") },
		"Slack does not say who": func(w *town) { w.on("shared", answer{err: failure{word: "gone", code: "channel_not_found"}}) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inCorner(t, func(c *corner) {
				c.owe(alert.ReplyMessage, 5)
				c.run(time.Minute)
				time.Sleep(time.Hour)
				come(c.town)
				c.soil()
				c.run(time.Minute)
				if want := []bool{false, true}; !slices.Equal(c.asked, want) {
					c.Errorf("asked with shared %v, want %v", c.asked, want)
				}
				c.checkThread("Job failed")
			})
		})
	}
}

// A word to who watches a thread is asked for when it is sent, as all that is said of
// threads: they may have lost the right to hear it.
func TestAWatcherIsToldWhatTheyMayHear(t *testing.T) {
	t.Parallel()
	inCorner(t, func(c *corner) {
		c.owe(alert.NoticeMessage, 5)
		c.say("", alert.ErrNotTold)
		c.run(time.Minute)
		if c.heard[alert.OutcomePosted] != 0 || len(c.ended) != 1 || c.ended[0].End != alert.EndGivenUp || c.paused != 0 {
			c.Errorf("heard %v, ended %+v, paused %d", c.heard, c.ended, c.paused)
		}
	})
}
