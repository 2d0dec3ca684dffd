package main

import (
	"net/netip"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"perch/bot"
	"perch/internal/alert"
	"perch/internal/finch"
)

// secret is a setting that nothing may print.
type secret struct{ value string }

const hidden = "[redacted]"

func (secret) String() string               { return hidden }
func (secret) GoString() string             { return hidden }
func (secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// reveal is for whoever has to send it.
func (s secret) reveal() string { return s.value }

// settings are all that the environment says. Defaults are those of the README.
type settings struct {
	SlackBotToken secret
	SlackAppToken secret
	SlackAPIURL   string
	FinchAPIURL   string
	// FinchClient makes Connect links; nil where none is set.
	FinchClient *finch.Credentials
	Database    string
	Key         secret
	HTTPAddr    string // "" for none
	APIKey      secret
	Proxies     []netip.Prefix
	Admins      []string
	Operators   []string
	Sockets     int
	Names       bot.Names
	PollEvery   time.Duration
	StaleAfter  alert.Grace
	Outage      alert.OutageLimits
	Retention   time.Duration
	Webhooks    finch.Secrets
	// PublicURL is how the outside reaches the HTTP doors; "" means that employers
	// get Finch's own links.
	PublicURL string
	// ConnectURL and ConnectJS are "" for Finch's own.
	ConnectURL string
	ConnectJS  string
	DropOff    time.Duration
	// Dashboard is zero where no pattern is set.
	Dashboard finch.Dashboard
	// ExploreWrites lets those named in Admins write from the explorer.
	ExploreWrites bool
	LogLevel      zerolog.Level
	// LooseBudget lifts the limit on calls to Finch: the playground's has none.
	LooseBudget bool
}

// part is what a subcommand needs of the settings: a missing one matters only
// to those who use it.
type part int

const (
	needNothing part = 0
	needSlack   part = 1 << iota
)

// readSettings reads and checks everything. It reports every fault at once.
func readSettings(getenv func(string) string, needs part) (settings, error) {
	e := &environment{getenv: getenv}
	s := settings{
		SlackBotToken: secret{e.token("SLACK_BOT_TOKEN", "xoxb-", needs&needSlack != 0)},
		SlackAppToken: secret{e.token("SLACK_APP_TOKEN", "xapp-", needs&needSlack != 0)},
		SlackAPIURL:   withSlash(e.url("SLACK_API_URL", "https://slack.com/api/")),
		FinchAPIURL:   e.url("FINCH_API_URL", "https://api.tryfinch.com"),
		FinchClient:   e.credentials("FINCH_CLIENT_ID", "FINCH_CLIENT_SECRET"),
		Database:      e.database("PERCH_DATABASE", "perch.db"),
		HTTPAddr:      e.address("PERCH_HTTP_ADDR", "127.0.0.1:8080"),
		APIKey:        secret{e.text("PERCH_API_KEY", "")},
		Proxies:       e.networks("PERCH_TRUSTED_PROXIES"),
		Admins:        e.slackIDs("PERCH_ADMINS"),
		Operators:     e.slackIDs("PERCH_OPERATORS"),
		Names:         e.commandNames("PERCH_COMMANDS"),
		PollEvery:     e.duration("PERCH_POLL_EVERY", 15*time.Minute),
		StaleAfter:    e.staleAfter("PERCH_STALE_AFTER"),
		Outage:        e.outage("PERCH_OUTAGE"),
		Retention:     e.duration("PERCH_RETENTION", 400*24*time.Hour),
		Webhooks:      e.webhookSecrets("FINCH_WEBHOOK_SECRET"),
		PublicURL:     strings.TrimSuffix(e.url("PERCH_PUBLIC_URL", ""), "/"),
		ConnectURL:    e.url("FINCH_CONNECT_URL", ""),
		ConnectJS:     e.url("FINCH_CONNECT_JS", ""),
		DropOff:       e.duration("PERCH_DROPOFF_AFTER", 30*time.Minute),
		Dashboard:     e.dashboard("PERCH_DASHBOARD_URL"),
		LogLevel:      e.logLevel("PERCH_LOG_LEVEL", zerolog.InfoLevel),
	}
	s.Key = secret{e.keys("PERCH_KEY", isPostgres(s.Database))}
	s.Sockets = e.number("PERCH_SOCKETS", defaultSockets(s.Database), 1, maxSockets)
	s.ExploreWrites = e.oneOf("PERCH_EXPLORE_WRITES", "off", "on", "off") == "on"
	return s, e.err()
}

// maxSockets is what Slack allows one app. Slack: "up to 10 open WebSocket
// connections".
const maxSockets = 10

// defaultSockets: several replicas share Slack's ten, so each opens one.
func defaultSockets(database string) int {
	if isPostgres(database) {
		return 1
	}
	return 2
}
