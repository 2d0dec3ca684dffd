package alert

import "time"

// Subscription is a channel's, or a person's, wish to hear of some problems.
type Subscription struct {
	ID int64
	// Channel is where it is told: a channel's id, or a user's (U…, W…) for direct
	// messages.
	Channel string
	Wish    Wish

	Maker string // a Slack user id
	// MakerName is how cards name the maker: a mention would ping them each time.
	MakerName string
	Made      time.Time
	Changer   string // who changed it last, empty if nobody
	Changed   time.Time

	// Paused tells nothing until somebody resumes it. What happened meanwhile is
	// not told afterwards, only what is still open.
	Paused bool
	// PausedBy is a user id, or empty where Perch had to: PauseReason is Slack's
	// word for why then (is_archived, not_in_channel …).
	PausedBy    string
	PausedAt    time.Time
	PauseReason string
	// SharedBy is the admin who confirmed that people of other companies may read
	// along; empty if nobody did.
	SharedBy string
}

// Wish is what a subscription asks for. The zero value, given its Kinds, is
// immediate, without mentions or reminders, updates in the thread.
type Wish struct {
	Kinds   []Kind `json:"kinds"`
	Include Filter `json:"include,omitzero"`
	Exclude Filter `json:"exclude,omitzero"`

	// After is how many failures in a row it takes; 0 and 1 mean the first.
	After int `json:"after,omitempty"`
	// OpenFor tells only of what stayed open so long.
	OpenFor time.Duration `json:"open_for,omitempty"`
	// InChannel has recoveries and reopenings said in the channel too, not only
	// in the card's thread.
	InChannel bool `json:"in_channel,omitempty"`
	// Reminder repeats while open: 0 for never, 4 h or 24 h.
	Reminder time.Duration `json:"reminder,omitempty"`
	// Digest holds everything for one message a day at DigestAt (minutes after
	// midnight in Zone).
	Digest   bool `json:"digest,omitempty"`
	DigestAt int  `json:"digest_at,omitempty"`
	// Zone is an IANA name, for quiet hours and digests; empty means UTC.
	Zone  string     `json:"zone,omitempty"`
	Quiet QuietHours `json:"quiet,omitzero"`
	// Mention are user ids (U…) and user group ids (S…) named on new problems.
	Mention []string `json:"mention,omitempty"`
}

// QuietHours hold what happens in them until they end, as one digest. Minutes
// after midnight; From after To spans midnight; equal means none.
type QuietHours struct {
	From int `json:"from"`
	To   int `json:"to"`
	// Weekends are quiet all day.
	Weekends bool `json:"weekends,omitempty"`
	// Pass are the kinds that are told even then.
	Pass []Kind `json:"pass,omitempty"`
}

// Filter narrows by properties of the subject: several of one name mean any of
// them, different names must all hold. Each value is compared without regard to
// case; customers, providers and entities by id or a part of the name.
type Filter struct {
	Customers    []string `json:"customers,omitempty"`
	Providers    []string `json:"providers,omitempty"`
	Environments []string `json:"environments,omitempty"` // production, development, sandbox
	Types        []string `json:"types,omitempty"`        // automated, assisted
	Products     []string `json:"products,omitempty"`
	Entities     []string `json:"entities,omitempty"`
	Stages       []string `json:"stages,omitempty"` // of Connect sessions
}
