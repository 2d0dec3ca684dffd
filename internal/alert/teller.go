package alert

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"perch/bot/card"
)

// Outbox is where what is owed is kept, and who may see to it.
type Outbox interface {
	Turns
	Edits
	Claims
	Library
}

// Turns hands out channels and takes back what became of them.
type Turns interface {
	HasWork(ctx context.Context) (bool, error)
	TakeTurn(ctx context.Context, lease time.Duration, mostFails int) (Turn, Plan, bool, error)
	NoteTurn(ctx context.Context, t Turn, r Result) error
}

// Edits hands out cards that are not true any more.
type Edits interface {
	TakeEdit(ctx context.Context, lease time.Duration) (Edit, bool, error)
	NoteEdit(ctx context.Context, e Edit, r EditResult) error
}

// Claims are about who sends.
type Claims interface {
	FreeLanes(ctx context.Context) error
	HastenLanes(ctx context.Context) error
	Ended(ctx context.Context, deliveryID int64) (ended bool, ts string, err error)
}

// Library is what there is to tell. Shown leaves the problem out if its id is 0,
// the subscription likewise.
type Library interface {
	Shown(ctx context.Context, problemID, subscriptionID int64) (Shown, error)
	OnCard(ctx context.Context, c Card) ([]Problem, error)
	ProblemsByID(ctx context.Context, ids []int64) ([]Problem, error)
}

// Courier brings messages to Slack. Its errors say what they mean, see fateOf.
type Courier interface {
	Writer
	Reader
}

// Writer puts messages into channels.
type Writer interface {
	Post(ctx context.Context, p card.Posting) (card.Place, error)
	Edit(ctx context.Context, at card.Place, m card.Message) error
	Delete(ctx context.Context, at card.Place) error
}

// Reader looks at channels. Shared reports whether people of other companies
// read along.
type Reader interface {
	Find(ctx context.Context, s card.Search) (card.Place, bool, error)
	Shared(ctx context.Context, channel string) (bool, error)
}

// Pauser is who knows the subscriptions.
type Pauser interface {
	Subscriptions(ctx context.Context, channel string) ([]Subscription, error)
	PauseSubscription(ctx context.Context, id int64, who, reason string) error
}

// Threads says what goes into threads in which ids were quoted, and how reading
// along is offered.
type Threads interface {
	// InThread is what a reply, news, an offer or a notice to who watches a thread says
	// now; shared: people of other companies read the channel. It fails with ErrNotTold
	// where nothing may be said any more.
	InThread(ctx context.Context, d Delivery, shared bool) (card.Message, error)
}

// ErrNotTold: nothing is to be said there.
var ErrNotTold = errors.New("nothing is to be said there")

// Outcome is what the teller did, as its observer hears it.
type Outcome string

const (
	OutcomePosted  Outcome = "posted"   // took is since it was owed
	OutcomeAdopted Outcome = "adopted"  // found in Slack after an unclear answer; took likewise
	OutcomeEdited  Outcome = "edited"   // took is since the card was untrue
	OutcomeUnsure  Outcome = "unsure"   // nobody knows what became of a message
	OutcomeWaits   Outcome = "waits"    // Slack wants no more for a while
	OutcomeGivenUp Outcome = "given_up" // a message that Slack takes in no form
	OutcomePaused  Outcome = "paused"   // a subscription, because of its channel
	OutcomeRemoved Outcome = "removed"  // a second copy
)

// TellerOptions are what a Teller is made of.
type TellerOptions struct {
	Outbox  Outbox
	Courier Courier
	Pauser  Pauser
	// Threads says what goes into threads; without it nothing does.
	Threads Threads
	// Wake receives when something is owed. Without it that is seen within 250 ms.
	Wake <-chan struct{}
	Log  zerolog.Logger
	// SlashPerch is what the command is called here, e.g. "/perch".
	SlashPerch string
	// Now is the clock; time.Now if nil.
	Now func() time.Time
	// Senders is how many messages are under way at once; 8 if it is 0.
	Senders int
	// Observed hears of all that is done, for metrics; it may be nil.
	Observed func(o Outcome, took time.Duration)
}

// How long things may take, and how many there are at once.
const (
	defaultSenders = 8
	editors        = 2
	// lookEvery is how often it is looked for what is owed by time alone.
	lookEvery = 250 * time.Millisecond
	// lease is longer than a turn and its note take together.
	lease       = 20 * time.Second
	turnTimeout = 14 * time.Second
	noteTimeout = 5 * time.Second
	// callTimeout is how long Slack may take to answer one call.
	callTimeout = 10 * time.Second
	// farewell is how long messages under way may take when Perch stops.
	farewell = 3 * time.Second
)

// Teller sends what is owed to channels, each message once, and keeps the cards
// that stand there true. See Run.
type Teller struct {
	outbox   Outbox
	courier  Courier
	pauser   Pauser
	threads  Threads
	wake     <-chan struct{}
	log      zerolog.Logger
	now      func() time.Time
	observed func(Outcome, time.Duration)

	slashPerch string

	senders *crew
	editors *crew
	freed   chan struct{} // somebody has finished

	weather  weather
	silences silences
	doors    doors
	pauses   pauses
}

// NewTeller makes a Teller.
func NewTeller(o TellerOptions) *Teller {
	t := &Teller{
		outbox: o.Outbox, courier: o.Courier, pauser: o.Pauser, threads: o.Threads, wake: o.Wake, log: o.Log, now: o.Now, observed: o.Observed,
		slashPerch: o.SlashPerch,
		senders:    newCrew(o.Senders), editors: newCrew(editors), freed: make(chan struct{}, 1),
	}
	if o.Senders <= 0 {
		t.senders = newCrew(defaultSenders)
	}
	if t.now == nil {
		t.now = time.Now
	}
	if t.observed == nil {
		t.observed = func(Outcome, time.Duration) {}
	}
	t.doors.now, t.pauses.now = t.now, t.now
	return t
}

// Run sends until ctx ends, then waits for what is under way, 3 s at most. A
// message whose end is not noted by then is looked for in Slack by whoever runs
// next. One Teller uses a database at a time, or several with one PostgreSQL.
func (t *Teller) Run(ctx context.Context) error {
	if err := t.outbox.FreeLanes(ctx); err != nil && ctx.Err() == nil {
		return fmt.Errorf("begin to tell: %w", err)
	}
	work, giveUp := context.WithCancel(context.WithoutCancel(ctx))
	defer giveUp()
	var under sync.WaitGroup
	for ctx.Err() == nil {
		if !t.begin(ctx, work, &under) {
			t.wait(ctx)
		}
	}
	late := time.AfterFunc(farewell, giveUp)
	defer late.Stop()
	under.Wait()
	return nil
}

// wait is for something new, a sender free again, or a quarter of a second.
func (t *Teller) wait(ctx context.Context) {
	timer := time.NewTimer(lookEvery)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-t.wake:
	case <-t.freed:
	case <-timer.C:
	}
}

// begin sets one sender and one editor to work, and reports whether there may be
// more to begin.
func (t *Teller) begin(ctx, work context.Context, under *sync.WaitGroup) bool {
	if t.pauses.tokenRefused() || t.senders.full() && t.editors.full() {
		return false
	}
	busy, err := t.outbox.HasWork(ctx)
	if err == nil && busy {
		busy, err = t.beginTurn(ctx, work, under)
		if err == nil {
			var edits bool
			edits, err = t.beginEdit(ctx, work, under)
			busy = busy || edits
		}
	}
	if err != nil && ctx.Err() == nil {
		t.log.Error().Err(err).Msg("cannot see what is owed to channels; trying again")
	}
	return err == nil && busy
}

func (t *Teller) beginTurn(ctx, work context.Context, under *sync.WaitGroup) (bool, error) {
	if t.senders.full() {
		return false, nil
	}
	turn, plan, ok, err := t.outbox.TakeTurn(ctx, lease, t.senders.mostFails())
	if err != nil || !ok || plan.Act != DoSend && plan.Act != DoLook {
		return ok, err
	}
	t.senders.enter(turn.Lane.Fails > 0)
	under.Go(func() {
		defer t.leave(t.senders, turn.Lane.Fails > 0)
		t.serve(work, turn, plan)
	})
	return true, nil
}

func (t *Teller) beginEdit(ctx, work context.Context, under *sync.WaitGroup) (bool, error) {
	if t.editors.full() {
		return false, nil
	}
	edit, ok, err := t.outbox.TakeEdit(ctx, lease)
	if err != nil || !ok {
		return false, err
	}
	t.editors.enter(false)
	under.Go(func() {
		defer t.leave(t.editors, false)
		t.amend(work, edit)
	})
	return true, nil
}

func (t *Teller) leave(c *crew, troubled bool) {
	c.leave(troubled)
	select {
	case t.freed <- struct{}{}:
	default:
	}
}

// crew counts who is at work. Channels in trouble take half of it at most, so
// that those which hang do not delay the others.
type crew struct {
	size int

	mu             sync.Mutex
	busy, troubled int
}

func newCrew(size int) *crew { return &crew{size: size} }

func (c *crew) full() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.busy >= c.size
}

func (c *crew) mostFails() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.troubled >= max(c.size/2, 1) {
		return 0
	}
	return math.MaxInt32
}

func (c *crew) enter(troubled bool) { c.count(1, troubled) }
func (c *crew) leave(troubled bool) { c.count(-1, troubled) }

func (c *crew) count(n int, troubled bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy += n
	if troubled {
		c.troubled += n
	}
}
