package bot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/rs/zerolog"
	"github.com/slack-go/slack"

	"perch/bot/card"
	"perch/bot/socket"
)

// How much is done at once, and for how long.
const (
	workers        = 16
	waiting        = 128
	busyWorkers    = 4 // "busy" answers under way at once
	busyWaiting    = 4096
	requestTimeout = 30 * time.Second
	refusalTimeout = 10 * time.Second
	// farewellTimeout is how long it may take to say that a request is given up
	// while Perch stops.
	farewellTimeout = time.Second
)

// Options are what a Bot is made of.
type Options struct {
	Slack    *slack.Client
	HTTP     *http.Client // for response URLs
	Home     Identity
	People   *People
	Commands []Command
	Names    Names
	Inbox    Inbox
	// Listener may be nil: then nothing follows from what people write.
	Listener Listener
	// OthersRead hears of each message in a channel that Slack says people of other
	// companies read, in the read loop. It may be nil.
	OthersRead func(channel string)
	Log        zerolog.Logger
	// Observed hears of every request, for metrics; it may be nil. The outcome is
	// answered, refused, told or failed.
	Observed func(kind, outcome string, took time.Duration)
}

// Bot answers people. It is the socket's Handler.
type Bot struct {
	slack    *slack.Client
	http     *http.Client
	home     Identity
	people   *People
	commands table
	poster   *Poster
	pool     *pool
	busy     *pool
	events   *Events
	listener Listener
	others   func(channel string)
	words    *heldWords
	twins    *twins
	observed func(kind, outcome string, took time.Duration)
	log      zerolog.Logger

	// life is the context of all requests; giveUp ends those that would keep
	// Perch from stopping.
	life   context.Context
	giveUp context.CancelCauseFunc
}

// New makes a Bot and starts its workers; Drain ends them.
func New(o Options) *Bot {
	b := &Bot{
		slack: o.Slack, http: o.HTTP, home: o.Home, people: o.People,
		commands: table{o.Commands, o.Names},
		poster:   NewPoster(o.Slack),
		pool:     newPool(workers, waiting),
		busy:     newPool(busyWorkers, busyWaiting),
		listener: o.Listener,
		others:   o.OthersRead,
		words:    newHeldWords(),
		twins:    newTwins(),
		observed: o.Observed,
		log:      o.Log,
	}
	if b.observed == nil {
		b.observed = func(string, string, time.Duration) {}
	}
	if b.others == nil {
		b.others = func(string) {}
	}
	b.events = newEvents(o.Inbox, o.Home, o.Log)
	b.events.talked = b.talked
	if b.listener != nil {
		b.events.On(joining, b.joined)
	}
	b.life, b.giveUp = context.WithCancelCause(context.Background())
	return b
}

// Events is where this bot's events wait and what follows from them.
func (b *Bot) Events() *Events { return b.events }

// Take hands a command or a click to the pool. The envelope is acknowledged
// already; Take never waits. What does not fit is told that Perch is busy, and in
// a flood beyond even that, only the log hears of it.
func (b *Bot) Take(_ context.Context, e socket.Envelope) {
	if b.pool.offer(func() { b.serve(b.life, e) }) || b.busy.offer(func() { b.sayBusy(b.life, e) }) {
		return
	}
	b.log.Warn().Str("envelope", e.ID).Msg("too busy even to say so")
}

// Passes reports whether an event is a message that nothing follows from, which is
// all that most are. It waits for nothing.
func (b *Bot) Passes(e socket.Envelope) bool {
	s := b.hears(e)
	return s.Event.isTalk() && (b.ignores(s) != "" || !isMention(s.Event.Text, b.home.UserID) && !b.listener.MayNotice(s.Event.words()))
}

// Keep stores an event; nil means that it is safe to acknowledge. Of what people
// write next to nothing is stored, and of most of it nothing at all.
func (b *Bot) Keep(ctx context.Context, e socket.Envelope) error {
	s := b.hears(e)
	switch {
	case s.Event.isTalk():
		return b.keepTalk(ctx, e, s)
	case s.Event.Type == joining && s.Event.User != b.home.UserID:
		return nil // somebody else came
	default:
		return b.events.keep(ctx, e)
	}
}

// graceful is how long requests under way may go on while Perch stops, before
// they are given up and whoever waits is told to try again.
const graceful = 2 * time.Second

var errStopping = errors.New("stopping")

// Drain takes no more requests and waits for those under way, at most until
// ctx ends. Those that take too long are given up.
func (b *Bot) Drain(ctx context.Context) error {
	soon, cancel := context.WithTimeout(ctx, graceful)
	defer cancel()
	if errors.Join(b.pool.drain(soon), b.busy.drain(soon)) == nil {
		return nil
	}
	b.giveUp(errStopping)
	if err := errors.Join(b.pool.drain(ctx), b.busy.drain(ctx)); err != nil {
		return fmt.Errorf("wait for requests under way: %w", err)
	}
	return nil
}

// serve answers one command or click and writes its log line.
func (b *Bot) serve(ctx context.Context, e socket.Envelope) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	p, err := decode(e)
	r := b.request(e, p)
	line := b.begin(e, p, r)
	if err == nil {
		err = guarded(func() error { return b.dispatch(ctx, e, p, r) })
	}
	if err != nil {
		err = b.tell(ctx, r, err)
	}
	line.end(err)
}

func (b *Bot) dispatch(ctx context.Context, e socket.Envelope, p payload, r *Request) error {
	if err := b.admit(ctx, p, r); err != nil {
		return err
	}
	if e.Type == "slash_commands" {
		return b.typed(ctx, p, r)
	}
	return b.pressed(ctx, p, r)
}

func (b *Bot) typed(ctx context.Context, p payload, r *Request) error {
	command, ok := b.commands.typed(p.Command)
	if !ok {
		return b.commands.unknown(p.Command)
	}
	if isHelp(r.Text) {
		return r.Reply(ctx, command.Help(r.As))
	}
	return command.Run(ctx, r)
}

func (b *Bot) pressed(ctx context.Context, p payload, r *Request) error {
	if p.Type == "view_closed" {
		return nil // nobody waits for an answer
	}
	command, verb, ok := b.commands.pressed(p.action().ActionID)
	handle := command.Actions[verb]
	if !ok || handle == nil {
		if p.isShortcut() {
			return Tell("This shortcut belongs to another version of Perch, so nothing was done.", nil)
		}
		if p.ResponseURL == "" || p.Type != "block_actions" {
			return nil // a link, or something in a modal: nobody waits for an answer
		}
		return Tell("This button belongs to another version of Perch. Ask again for a fresh card.", nil)
	}
	return handle(ctx, r)
}

// guarded turns a panic into an error, so that it ends only this request.
func guarded(work func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = &panicked{cause: cause, stack: debug.Stack()}
		}
	}()
	return work()
}

type panicked struct {
	cause any
	stack []byte
}

// Error names the type alone: the value may hold what nobody should log.
func (p *panicked) Error() string { return fmt.Sprintf("panic: %T", p.cause) }

// tell shows the asker what became of a failed request. What it returns is for
// the log: the first error, and that telling failed too if it did.
func (b *Bot) tell(ctx context.Context, r *Request, err error) error {
	if _, said := errors.AsType[*saidError](err); said {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), b.refusalTime())
	defer cancel()
	err = b.excused(err)
	if failed := r.say(ctx, sentenceFor(err, r.Ref)); failed != nil {
		return errors.Join(err, fmt.Errorf("tell the asker: %w", failed))
	}
	return err
}

// refusalTime is how long it may take to say why a request came to nothing.
func (b *Bot) refusalTime() time.Duration {
	if context.Cause(b.life) != nil {
		return farewellTimeout
	}
	return refusalTimeout
}

// excused puts an error that is Perch's own doing into words.
func (b *Bot) excused(err error) error {
	switch {
	case context.Cause(b.life) != nil:
		return Tell("Perch is restarting, so this was given up. Try again in a minute.", err)
	case errors.Is(err, context.DeadlineExceeded):
		return Tell("That took too long, so it was given up. Try again in a moment.", err)
	default:
		return err
	}
}

// say shows a sentence where the asker is looking: over the modal they are in, in
// one where a shortcut promised one, else where they asked.
func (r *Request) say(ctx context.Context, sentence string) error {
	if r.View != nil && r.View.hasRoom() && r.Push(ctx, noteView(sentence)) == nil {
		return nil
	}
	if r.View == nil && r.shortcut && r.Open(ctx, noteView(sentence)) == nil {
		return nil
	}
	return r.Reply(ctx, note(sentence))
}

// note is a sentence as a message.
func note(sentence string) card.Message {
	return card.Message{Text: sentence, Blocks: []slack.Block{card.Text(sentence)}}
}

func (b *Bot) sayBusy(ctx context.Context, e socket.Envelope) {
	ctx, cancel := context.WithTimeout(ctx, refusalTimeout)
	defer cancel()
	p, err := decode(e)
	r := b.request(e, p)
	line := b.begin(e, p, r)
	if err == nil {
		err = b.tell(ctx, r, Tell("Perch is busy with many requests. Try again in a few seconds.", nil))
	}
	line.end(errors.Join(errBusy, err))
}

var errBusy = errors.New("all workers and the queue are taken")
