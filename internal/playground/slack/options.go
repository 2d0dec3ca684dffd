package slack

import "time"

// The playground's identities. They are the defaults of [Options] and public.
const (
	TeamID        = "T0PERCH"
	PartnerTeamID = "T0OTHER"
	AppID         = "A0PERCH"
	BotUserID     = "U0PERCH"
	BotID         = "B0PERCH"
	Admin         = "UANN" // the only one of the workspace

	BotToken = "xoxb-playground-0000000000"
	AppToken = "xapp-1-A0PERCH-playground-0000000000"
)

// Options sets up a local Slack. The zero value is the playground's workspace
// at the pace of real life.
type Options struct {
	BotToken, AppToken string
	// BaseURL is how the app reaches API, without a trailing slash. Unset, it
	// is learned from the requests the app makes.
	BaseURL string
	// Commands are the registered slash commands; others are answered by Slack
	// itself with "not a valid command".
	Commands  []string
	Shortcuts []Shortcut
	// Scopes are what the bot token was granted.
	Scopes []string
	// Events are the bot events the app subscribed to.
	Events []string
	Timing Timing
	// Unlimited switches the rate limits off.
	Unlimited bool
	// Now is the clock of timestamps, triggers and limits.
	Now func() time.Time
}

// Shortcut is one entry of the manifest: Type is "shortcut" for a global one
// and "message_action" for one on messages.
type Shortcut struct {
	Type        string `json:"type"`
	CallbackID  string `json:"callback_id"`
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
}

// Timing is the pace of everything that waits. A field left at zero takes
// Slack's.
type Timing struct {
	Ack         time.Duration   // Slack: an envelope must be acknowledged in 3 s
	Ping        time.Duration   // between websocket pings
	Retries     []time.Duration // before each retry of an event. Slack: at once, 1 min, 5 min
	Grace       time.Duration   // between disconnect "warning" and the close. Slack: about 10 s
	Trigger     time.Duration   // life of a trigger. Slack: 3 s
	ResponseURL time.Duration   // life of a response URL. Slack: 30 min
	Recycle     time.Duration   // life of a socket asked for with debug_reconnects. Slack: 360 s
}

func slackTiming() Timing {
	return Timing{
		Ack:         3 * time.Second,
		Ping:        5 * time.Second,
		Retries:     []time.Duration{50 * time.Millisecond, time.Minute, 5 * time.Minute},
		Grace:       10 * time.Second,
		Trigger:     3 * time.Second,
		ResponseURL: 30 * time.Minute,
		Recycle:     6 * time.Minute,
	}
}

func (t Timing) over(base Timing) Timing {
	pick := func(want, otherwise time.Duration) time.Duration {
		if want > 0 {
			return want
		}
		return otherwise
	}
	base.Ack = pick(t.Ack, base.Ack)
	base.Ping = pick(t.Ping, base.Ping)
	base.Grace = pick(t.Grace, base.Grace)
	base.Trigger = pick(t.Trigger, base.Trigger)
	base.ResponseURL = pick(t.ResponseURL, base.ResponseURL)
	base.Recycle = pick(t.Recycle, base.Recycle)
	if t.Retries != nil {
		base.Retries = t.Retries
	}
	return base
}

func (o Options) withDefaults() Options {
	if o.BotToken == "" {
		o.BotToken = BotToken
	}
	if o.AppToken == "" {
		o.AppToken = AppToken
	}
	if o.Commands == nil {
		o.Commands = []string{"/connection", "/jobs", "/session-timeline", "/explore", "/perch"}
	}
	if o.Scopes == nil {
		o.Scopes = defaultScopes()
	}
	if o.Events == nil {
		o.Events = defaultEvents()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Timing = o.Timing.over(slackTiming())
	return o
}

func defaultScopes() []string {
	return []string{
		"commands", "chat:write", "app_mentions:read", "channels:read", "groups:read", "im:read", "mpim:read",
		"channels:history", "groups:history", "im:history", "im:write", "users:read", "usergroups:read",
		"files:write", "reactions:write",
	}
}

func defaultEvents() []string {
	return []string{
		"app_home_opened", "app_mention", "message.channels", "message.groups", "message.im", "member_joined_channel", "member_left_channel",
		"channel_left", "group_left", "channel_archive", "channel_unarchive", "channel_rename", "channel_shared", "channel_id_changed",
		"reaction_added", "app_uninstalled", "tokens_revoked",
	}
}
