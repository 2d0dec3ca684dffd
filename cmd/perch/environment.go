package main

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"perch/bot"
	"perch/internal/alert"
	"perch/internal/finch"
	"perch/store"
)

// environment reads settings one by one and keeps every fault it finds. A
// fault names the setting and what to do, and never the value: it may be a
// secret in the wrong place.
type environment struct {
	getenv func(string) string
	faults wrongSettings
}

// wrongSettings are all that is wrong, in the order of reading.
type wrongSettings []wrongSetting

type wrongSetting struct{ name, what string }

func (w wrongSetting) String() string { return w.name + " " + w.what + "." }

// Error names them all in one line.
func (w wrongSettings) Error() string {
	said := make([]string, len(w))
	for i, s := range w {
		said[i] = s.String()
	}
	if len(w) == 1 {
		return said[0]
	}
	return fmt.Sprintf("%d settings are wrong: %s", len(w), strings.Join(said, " "))
}

// among returns which of the names are wrong.
func (w wrongSettings) among(names ...string) []string {
	var wrong []string
	for _, s := range w {
		if slices.Contains(names, s.name) {
			wrong = append(wrong, s.name)
		}
	}
	return wrong
}

func (e *environment) fault(name, what string) {
	e.faults = append(e.faults, wrongSetting{name, what})
}

func (e *environment) err() error {
	if len(e.faults) == 0 {
		return nil
	}
	return e.faults
}

func (e *environment) text(name, otherwise string) string {
	if v := strings.TrimSpace(e.getenv(name)); v != "" {
		return v
	}
	return otherwise
}

func (e *environment) words(name string) []string { return strings.Fields(e.getenv(name)) }

func (e *environment) token(name, prefix string, required bool) string {
	v := e.text(name, "")
	switch {
	case v == "" && required:
		e.fault(name, fmt.Sprintf("is missing. It is the token that begins with %s, see the README's “Going live”", prefix))
	case v != "" && !strings.HasPrefix(v, prefix):
		e.fault(name, fmt.Sprintf("does not begin with %s. Is it another kind of token?", prefix))
	}
	return v
}

// database is a path or a URL of PostgreSQL's.
func (e *environment) database(name, otherwise string) string {
	v := e.text(name, otherwise)
	if strings.Contains(v, "://") && !isPostgres(v) {
		e.fault(name, "is neither the path of a file nor postgres://…")
	}
	return v
}

func (e *environment) url(name, otherwise string) string {
	v := e.text(name, otherwise)
	if v == "" {
		return ""
	}
	u, err := url.Parse(v)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || u.User != nil || strings.ContainsAny(v, "?#") {
		e.fault(name, "is not an address like https://host/path")
	}
	return v
}

func (e *environment) dashboard(name string) finch.Dashboard {
	v := e.text(name, "")
	if v == "" {
		return finch.Dashboard{}
	}
	d, err := finch.ParseDashboard(v)
	if err != nil {
		e.fault(name, err.Error())
	}
	return d
}

func (e *environment) address(name, otherwise string) string {
	v := e.text(name, otherwise)
	if v == "off" {
		return ""
	}
	_, port, err := net.SplitHostPort(v)
	if n, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil || n > 65535 {
		e.fault(name, "is not host:port, like 127.0.0.1:8080, or off")
	}
	return v
}

func (e *environment) networks(name string) []netip.Prefix {
	var list []netip.Prefix
	for _, w := range e.words(name) {
		prefix, err := netip.ParsePrefix(w)
		if addr, single := netip.ParseAddr(w); err != nil && single == nil {
			prefix, err = addr.Prefix(addr.BitLen())
		}
		if err != nil {
			e.fault(name, "is not a list of networks like 10.0.0.0/8, separated by spaces")
			return nil
		}
		list = append(list, prefix)
	}
	return list
}

func (e *environment) slackIDs(name string) []string {
	ids := e.words(name)
	for _, id := range ids {
		if len(id) < 2 || !strings.ContainsRune("UWS", rune(id[0])) || strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
			e.fault(name, "is not a list of Slack user ids (U…, W…) or user-group ids (S…), separated by spaces")
			break
		}
	}
	return ids
}

// allCommands are the names that may be renamed.
var allCommands = []string{"connection", "jobs", "session-timeline", "explore", "perch"}

func (e *environment) commandNames(name string) bot.Names {
	names := bot.Names{}
	for _, w := range e.words(name) {
		own, slash, _ := strings.Cut(w, "=")
		own = strings.TrimPrefix(own, "/")
		switch {
		case !slices.Contains(allCommands, own):
			e.fault(name, "renames what is not a command. There are "+strings.Join(allCommands, ", "))
			return nil
		case !isSlash(slash):
			e.fault(name, "wants pairs like jobs=/finch-jobs: a slash, then lower-case letters, digits, - or _, 32 characters at most")
			return nil
		}
		names[own] = slash
	}
	if ambiguous(names) {
		e.fault(name, "gives two commands the same name")
	}
	return names
}

// ambiguous: two commands would answer to one name.
func ambiguous(names bot.Names) bool {
	taken := map[string]bool{}
	for _, own := range allCommands {
		if taken[names.Of(own)] {
			return true
		}
		taken[names.Of(own)] = true
	}
	return false
}

// isSlash: Slack's rule for the name of a slash command.
func isSlash(s string) bool {
	rest, ok := strings.CutPrefix(s, "/")
	return ok && rest != "" && len(s) <= 32 && strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

func (e *environment) number(name string, otherwise, low, high int) int {
	v := e.text(name, "")
	if v == "" {
		return otherwise
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < low || n > high {
		e.fault(name, fmt.Sprintf("is not a whole number from %d to %d", low, high))
	}
	return n
}

func (e *environment) duration(name string, otherwise time.Duration) time.Duration {
	v := e.text(name, "")
	if v == "" {
		return otherwise
	}
	d, err := parseDuration(v)
	if err != nil || d <= 0 {
		e.fault(name, "is not a length of time, like 30s, 15m, 2h or 400d")
	}
	return d
}

// parseDuration is time.ParseDuration, and whole days besides.
func parseDuration(s string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		return time.Duration(n) * 24 * time.Hour, err
	}
	return time.ParseDuration(s)
}

// staleAfter reads words like automated=2h assisted=24h; what is not named keeps
// its default.
func (e *environment) staleAfter(name string) alert.Grace {
	grace := alert.Grace{Automated: 2 * time.Hour, Assisted: 24 * time.Hour}
	of := map[string]*time.Duration{"automated": &grace.Automated, "assisted": &grace.Assisted}
	for _, w := range e.words(name) {
		kind, text, _ := strings.Cut(w, "=")
		d, err := parseDuration(text)
		if err != nil || d <= 0 || of[kind] == nil {
			e.fault(name, "wants words like automated=2h assisted=24h")
			return grace
		}
		*of[kind] = d
	}
	return grace
}

// outage reads words like connections=5 percent=33 within=30m; what is not named
// keeps its default.
func (e *environment) outage(name string) alert.OutageLimits {
	limits := alert.DefaultOutage()
	for _, w := range e.words(name) {
		what, text, _ := strings.Cut(w, "=")
		n, err := strconv.Atoi(text)
		d, notSpan := parseDuration(text)
		switch {
		case what == "connections" && err == nil && n > 1:
			limits.Connections = n
		case what == "percent" && err == nil && n > 0 && n <= 100:
			limits.Share = float64(n) / 100
		case what == "within" && notSpan == nil && d > 0:
			limits.Within = d
		default:
			e.fault(name, "wants words like connections=5 percent=33 within=30m")
			return limits
		}
	}
	return limits
}

// credentials are the application's own at Finch: both or none.
func (e *environment) credentials(id, secretName string) *finch.Credentials {
	c := &finch.Credentials{ID: e.text(id, ""), Secret: finch.NewToken(e.text(secretName, ""))}
	switch {
	case c.ID == "" && c.Secret.IsZero():
		return nil
	case c.ID == "":
		e.fault(id, "is missing: "+secretName+" is of no use without it")
	case c.Secret.IsZero():
		e.fault(secretName, "is missing: "+id+" is of no use without it")
	}
	return c
}

func (e *environment) oneOf(name, otherwise string, allowed ...string) string {
	v := e.text(name, otherwise)
	if !slices.Contains(allowed, v) {
		e.fault(name, "is not one of "+strings.Join(allowed, ", "))
	}
	return v
}

// logLevel takes the word in any case.
func (e *environment) logLevel(name string, otherwise zerolog.Level) zerolog.Level {
	v := strings.ToLower(e.text(name, otherwise.String()))
	switch level, err := zerolog.ParseLevel(v); level {
	case zerolog.DebugLevel, zerolog.InfoLevel, zerolog.WarnLevel, zerolog.ErrorLevel:
		if err == nil {
			return level
		}
	}
	e.fault(name, "is not one of debug, info, warn, error")
	return otherwise
}

func (e *environment) keys(name string, required bool) string {
	keys := e.text(name, "")
	switch _, err := store.ParseKeys(keys); {
	case keys == "" && required:
		e.fault(name, "is missing. On PostgreSQL there is no key file: make a key with `openssl rand -base64 32`")
	case keys != "" && err != nil:
		e.fault(name, "is not base64 of 32 bytes. Make a key with `openssl rand -base64 32`; several are separated by spaces")
	}
	return keys
}

func (e *environment) webhookSecrets(name string) finch.Secrets {
	secrets, err := finch.ParseSecrets(e.getenv(name))
	if err != nil {
		e.fault(name, "is not base64. Copy the secret from Finch's dashboard; several are separated by spaces")
	}
	return secrets
}

func isPostgres(database string) bool {
	return strings.HasPrefix(database, "postgres://") || strings.HasPrefix(database, "postgresql://")
}

func withSlash(u string) string {
	if u == "" || strings.HasSuffix(u, "/") {
		return u
	}
	return u + "/"
}
