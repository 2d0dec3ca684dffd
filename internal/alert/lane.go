package alert

import (
	"errors"
	"time"
)

// Lane is the right to send to one channel, held by one sender at a time. A
// claim overtaken by a later one, with a higher fence, can write nothing more.
type Lane struct {
	Channel string
	Fence   int64
	// Fails is how many times in a row nobody knew what became of a message.
	Fails int
}

// Turn is what the holder of a lane sees of it.
type Turn struct {
	Lane Lane
	Now  time.Time
	// Head is what has to be seen to first: what was sent off and has no end yet,
	// else the oldest that is owed; nil if nothing is.
	Head *Delivery
	// Outage is true if Head is an outage's card.
	Outage bool
	// Fresh is how many new problems that can share a card are owed, counted to 2.
	// What stands on a card of its own in the channel is not new there.
	Fresh int
	// Burst is true if so many new problems were posted lately, each on its own
	// card, that more would be faster than one can read.
	Burst bool
	// Summary is the channel's newest, nil if it has none. OfOutage is true if
	// nothing on it is open but what belongs to the outage at the head.
	Summary  *Card
	OfOutage bool
	// Card is the card that Head belongs to: whose thread it goes to, the reply that
	// it is or whose thread its news goes to, or, of a new problem, the one that shows
	// that problem here already. Nil if there is none.
	Card *Card
	// Empty is true if Head is a summary that nothing is left to say on.
	Empty bool
}

// Act is what to do next in a lane.
type Act int

const (
	DoRest    Act = iota // nothing is owed
	DoPause              // until a time
	DoLook               // whether what was sent off stands in Slack
	DoSend               // the head
	DoFold               // new problems into a summary
	DoJoin               // the head is shown by a card that stands already
	DoBecome             // the summary becomes the outage's card
	DoGather             // lines for one thread into one message
	DoAbandon            // the head says nothing that is not said already
)

// Plan is the next act, with the time of DoPause or the reason of DoAbandon.
type Plan struct {
	Act    Act
	Until  time.Time
	Reason string
}

const (
	// unsureFor is how long Slack may take to show what it accepted though its
	// answer was lost.
	unsureFor = 5 * time.Second
	// summaryOpenFor is how long after it was made, or grew, a summary takes in
	// whatever is new in its channel.
	summaryOpenFor = 2 * time.Minute
	// BurstCards of single problems within BurstWithin are as many as one can read;
	// the next shares a card with those that follow.
	BurstCards  = 5
	BurstWithin = 2 * time.Minute
	// outageWithin is how old a summary may be to become an outage's card.
	outageWithin = 30 * time.Minute
	// threadLimit is how many messages of Perch a summary's thread holds at most.
	threadLimit = 3
	// newsLimit is how many lines Perch adds to a thread in which ids were quoted.
	newsLimit = 100
)

// Plan decides what to do next. It only looks; whoever holds the lane acts.
func (t Turn) Plan() Plan {
	switch {
	case t.Head == nil:
		return Plan{Act: DoRest}
	case !t.Head.Tried.IsZero():
		if until := t.Head.Tried.Add(unsureFor); t.Now.Before(until) {
			return Plan{Act: DoPause, Until: until}
		}
		return Plan{Act: DoLook}
	case t.Fresh > 1 || t.Fresh == 1 && (t.Growing() || t.Burst && t.Head.Kind == CardMessage && !t.Outage):
		return Plan{Act: DoFold}
	}
	switch t.Head.Kind {
	case CardMessage:
		return t.planCard()
	case LineMessage, EscalateMessage, ReminderMessage:
		return t.planLine()
	case ListMessage:
		return t.planList()
	case ManyMessage:
		return t.planMany()
	case ReplyMessage:
		return t.planReply()
	case NewsMessage:
		return t.planNews()
	default:
		return Plan{Act: DoSend}
	}
}

// Growing reports whether a summary stands, or is about to, that takes in what is new.
func (t Turn) Growing() bool {
	return t.Summary != nil && (t.Summary.Posted.IsZero() || t.Now.Before(t.Summary.Grown.Add(summaryOpenFor)))
}

func (t Turn) planCard() Plan {
	switch {
	case t.Card != nil:
		return Plan{Act: DoJoin}
	case t.Outage && t.OfOutage && t.Summary != nil && t.Now.Before(t.Summary.begun().Add(outageWithin)):
		return Plan{Act: DoBecome}
	default:
		return Plan{Act: DoSend}
	}
}

// begun is when a card was posted, or last added to while it is on its way.
func (c Card) begun() time.Time {
	if c.Posted.IsZero() {
		return c.Grown
	}
	return c.Posted
}

// Listed reports whether the message has a list of problems in its thread.
func (t Turn) Listed() bool { return t.Head.Kind == ManyMessage || t.Outage }

// planLine: a card says what was true when it was posted, so an older line adds
// nothing. A shared card says states itself: only what must catch the eye goes
// into its thread, all of it in one message, and not often.
func (t Turn) planLine() Plan {
	c := t.Card
	switch {
	case c == nil:
		return Plan{Act: DoAbandon, Reason: "no card stands"}
	case c.Posted.IsZero() || c.Posted.After(t.Head.Owed):
		return Plan{Act: DoAbandon, Reason: "the card was posted later"}
	case !c.shared(t.Head.ProblemID):
		return Plan{Act: DoSend}
	case t.Head.Kind == LineMessage:
		return Plan{Act: DoAbandon, Reason: "the summary says so"}
	case c.Lines >= threadLimit || c.Lines == threadLimit-1 && c.ThreadTS == "":
		return Plan{Act: DoAbandon, Reason: "the thread is full"}
	case t.Head.Body.Problems == nil:
		return Plan{Act: DoGather}
	default:
		return Plan{Act: DoSend}
	}
}

// shared reports whether a card shows more than this problem.
func (c Card) shared(problemID int64) bool {
	return c.Kind != ProblemCard || c.ProblemID != problemID
}

func (t Turn) planMany() Plan {
	if t.Card == nil || t.Empty {
		return Plan{Act: DoAbandon, Reason: "nothing is left to say"}
	}
	return Plan{Act: DoSend}
}

func (t Turn) planList() Plan {
	switch {
	case t.Card == nil || t.Card.TS == "":
		return Plan{Act: DoAbandon, Reason: "no card stands"}
	case t.Card.ThreadTS != "":
		return Plan{Act: DoAbandon, Reason: "the list stands"}
	default:
		return Plan{Act: DoSend}
	}
}

// planReply: a thread has one reply ever. Without its card the thread was let go,
// and what it was asked for is not owed to anybody any more.
func (t Turn) planReply() Plan {
	switch {
	case !t.inThread():
		return Plan{Act: DoAbandon, Reason: "the thread was let go"}
	case t.Card.TS != "":
		return Plan{Act: DoAbandon, Reason: "the reply stands"}
	default:
		return Plan{Act: DoSend}
	}
}

// planNews: a reply says what was true when it was posted, so older news adds
// nothing, as with the lines under a problem's card.
func (t Turn) planNews() Plan {
	switch {
	case !t.inThread():
		return Plan{Act: DoAbandon, Reason: "the thread was let go"}
	case t.Card.Posted.IsZero() || t.Card.Posted.After(t.Head.Owed):
		return Plan{Act: DoAbandon, Reason: "the reply was posted later"}
	case t.Card.Lines >= newsLimit:
		return Plan{Act: DoAbandon, Reason: "the thread is full"}
	default:
		return Plan{Act: DoSend}
	}
}

// inThread reports whether the head is said in a thread in which ids were quoted,
// one that is still bound.
func (t Turn) inThread() bool {
	said := t.Head.Kind == ReplyMessage || t.Head.Kind == NewsMessage
	return said && t.Card != nil && t.Card.Kind == ThreadCard && t.Card.Root != ""
}

// Result is what a sender notes at the end of its turn, giving the lane back.
type Result struct {
	End End
	// Place and TS are where it stands.
	Place, TS string
	// Until is when the lane may be used again, zero for at once.
	Until time.Time
	// Silent is true if Slack gave no answer, so that the lane is in trouble.
	Silent bool
	// Reason is why it was given up.
	Reason string
}

// End is what became of a message that went out to Slack.
type End int

const (
	EndStands  End = iota // at Result's place
	EndUnsure             // nobody knows; it is looked for later
	EndUnsent             // it certainly does not stand, and is owed as before
	EndMissed             // it was looked for and not found, and is owed again
	EndGivenUp            // Slack takes it in no form
)

// ErrOvertaken: somebody else has the lane by now, so nothing was written.
var ErrOvertaken = errors.New("another sender has this channel by now")

// Edit is the right to bring one card up to date, until a time.
type Edit struct {
	Card  Card
	Until time.Time
}

// EditResult is what became of an edit. Until is when to try again.
type EditResult struct {
	End   EditEnd
	Until time.Time
}

// EditEnd is what became of an edit.
type EditEnd int

const (
	EditDone     EditEnd = iota // the card shows what it was claimed with, at least
	EditLost                    // the message is gone from Slack
	EditListLost                // the card is true, the list in its thread is gone
	EditSlowDown                // Slack wants no edits before a time
	EditPutOff                  // none in this channel before a time
)
