package alert

import "time"

// TellingState is how far the telling of one problem to one subscription is.
type TellingState int16

const (
	// Held: to be told when its time comes, if it is still wished for then.
	Held TellingState = 0
	// Owed: to be told as soon as its channel's turn comes.
	Owed TellingState = 1
	// Told: on a card of its own, or listed on a summary or digest.
	Told TellingState = 2
	// Dropped: not to be told, for the reason given.
	Dropped TellingState = 3
)

// Verdict is whether, when and why one subscription hears of one problem.
type Verdict struct {
	State TellingState
	// Due is when what is held is looked at again.
	Due time.Time
	// Reason names the rule that decided, e.g. "quiet hours".
	Reason string
}

// MessageKind is what sort of message is owed.
type MessageKind string

const (
	CardMessage     MessageKind = "card"     // a new problem
	LineMessage     MessageKind = "line"     // a short line in a card's thread
	EscalateMessage MessageKind = "escalate" // a line in the thread that the channel sees too
	ReminderMessage MessageKind = "reminder" // the same, while open
	DigestMessage   MessageKind = "digest"   // what was held
	NoticeMessage   MessageKind = "notice"   // a word to one person: a paused subscription, a completed reconnect
	SampleMessage   MessageKind = "sample"   // what a subscription's cards look like
	ManyMessage     MessageKind = "summary"  // several new problems that came at once
	ListMessage     MessageKind = "list"     // the names of a summary's or outage's problems, in its thread
	ReplyMessage    MessageKind = "reply"    // the one reply of a thread in which ids were quoted
	NewsMessage     MessageKind = "news"     // a short line in such a thread
	OfferMessage    MessageKind = "offer"    // to read along in a channel
)

// Line reports whether it goes into the thread of a problem's card.
func (k MessageKind) Line() bool {
	return k == LineMessage || k == EscalateMessage || k == ReminderMessage
}

// Makes reports whether the message is a card, which is kept true.
func (k MessageKind) Makes() (CardKind, bool) {
	switch k {
	case CardMessage:
		return ProblemCard, true
	case ManyMessage:
		return SummaryCard, true
	case DigestMessage:
		return DigestCard, true
	case ReplyMessage:
		return ThreadCard, true
	default:
		return 0, false
	}
}

// Delivery is one message owed to a channel. Its text is made when it is sent,
// from what is true then; Body holds only what cannot be read off the problem.
type Delivery struct {
	ID int64
	// Key is what Slack keeps in the message's metadata: random, says nothing.
	Key            string
	Channel        string
	Kind           MessageKind
	SubscriptionID int64
	ProblemID      int64
	// CardID is the card whose thread a line goes to; 0 for one of its own. Of a notice
	// it is the reply of the thread that the notice is about, if it is about one.
	CardID int64
	Body   Body
	// Owed is since when, Tried when it was sent off without a clear answer since;
	// zero if it was not. FirstTried is the first of such times, set even where it
	// was looked for after them and not found.
	Owed       time.Time
	Tried      time.Time
	FirstTried time.Time
	Attempts   int
}

// Body is what a message says that its problem does not.
type Body struct {
	Happening Happening `json:"happening,omitempty"`
	At        time.Time `json:"at,omitzero"`
	Who       string    `json:"who,omitempty"`
	// Problems are those of a digest, or of a line what else it speaks of.
	Problems []int64 `json:"problems,omitempty"`
	// Words are a notice's own, mrkdwn, already safe.
	Words string `json:"words,omitempty"`
	// JobID is the job that a notice is about, if it is about one.
	JobID string `json:"job,omitempty"`
}

// CardKind is what a standing message shows.
type CardKind int16

const (
	ProblemCard CardKind = 0 // one problem, or an outage
	SummaryCard CardKind = 1 // several problems that came at once, in one message
	DigestCard  CardKind = 2
	ThreadCard  CardKind = 3 // the reply of a thread in which ids were quoted
)

// Card is a message that stands in a channel and is kept true.
type Card struct {
	ID             int64
	Kind           CardKind
	SubscriptionID int64
	ProblemID      int64 // of a ProblemCard, an outage's included
	// Channel is whom it is owed to, Place the id of the conversation it stands in
	// (they differ for direct messages), TS the message.
	Channel, Place, TS string
	// ThreadTS is the list in a summary's thread, empty if there is none.
	ThreadTS string
	// Root is the thread that a ThreadCard is a reply in, the ts of its first message;
	// empty for the others.
	Root string
	// Posted is zero while it is on its way; Grown is when something was last added.
	Posted time.Time
	Grown  time.Time
	// Lines is how many messages Perch put into its thread.
	Lines int
	// Dirty is since when it says something that is not true any more; Soiled
	// counts how often that came about.
	Dirty  time.Time
	Soiled int64
}
