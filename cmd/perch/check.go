package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"perch/bot"
	"perch/internal/finch"
	"perch/store"
)

// checkCommand is `perch check`: would `serve` work, and if not, what to do.
type checkCommand struct {
	Live bool `help:"Only ask a running Perch whether it is alive (for health checks without a shell)."`
}

// checkTimeout is how long one check may take. Each has its own, so that one that
// hears nothing leaves the others their time.
const checkTimeout = 8 * time.Second

func (c checkCommand) Run(p *process) error {
	if c.Live {
		return checkLive(p)
	}
	out := &report{out: p.stdout}
	s, err := loadSettings(p, needSlack)
	wrong, readable := errors.AsType[wrongSettings](err)
	if err != nil && !readable {
		out.failed("settings", err)
		return out.err()
	}
	out.settings(wrong)
	k := checker{settings: s, client: &http.Client{Timeout: slackTimeout}}
	for _, c := range k.checks() {
		if names := wrong.among(c.needs...); len(names) > 0 {
			out.skipped(c.name, "not asked without "+strings.Join(names, " and "))
			continue
		}
		out.run(p.ctx, c)
	}
	return out.err()
}

// check is a line of the report.
type check struct {
	name string
	// needs are the settings without which there is nothing to ask.
	needs []string
	ask   func(context.Context) (detail string, err error)
}

// checks are all of them, in their order: some build upon what an earlier one
// has found out.
func (k *checker) checks() []check {
	return []check{
		{"database", []string{"PERCH_DATABASE", "PERCH_KEY"}, k.database},
		{"slack bot token", []string{"SLACK_BOT_TOKEN", "SLACK_API_URL"}, k.botToken},
		{"slack scopes", nil, k.scopes},
		{"slack groups", []string{"PERCH_ADMINS", "PERCH_OPERATORS"}, k.groups},
		{"slack app token", []string{"SLACK_APP_TOKEN", "SLACK_API_URL"}, k.appToken},
		{"slack app", nil, k.sameApp},
		{"finch", []string{"FINCH_API_URL"}, k.finch},
		{"http doors", []string{"PERCH_HTTP_ADDR"}, k.doors},
		{"connect links", []string{"FINCH_CLIENT_ID", "FINCH_CLIENT_SECRET", "PERCH_PUBLIC_URL", "PERCH_HTTP_ADDR"}, k.links},
		{"explorer", []string{"PERCH_ADMINS", "PERCH_EXPLORE_WRITES"}, k.explorer},
	}
}

// skipped is why a check was not made: something earlier makes it pointless.
type skipped string

func (s skipped) Error() string { return string(s) }

// report prints a line per check.
type report struct {
	out io.Writer
	bad int
}

func (r *report) line(verdict, name, detail string) {
	fmt.Fprintf(r.out, "%-5s %-16s %s\n", verdict, name, detail)
}

func (r *report) skipped(name, why string) { r.line("-", name, why) }

func (r *report) failed(name string, err error) {
	r.line("FAIL", name, oneLine(err))
	r.bad++
}

func (r *report) settings(wrong wrongSettings) {
	for _, w := range wrong {
		r.failed("settings", errors.New(w.String()))
	}
	if len(wrong) == 0 {
		r.line("ok", "settings", "all readable")
	}
}

func (r *report) run(ctx context.Context, c check) {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	detail, err := c.ask(ctx)
	why, pointless := errors.AsType[skipped](err)
	switch {
	case pointless:
		r.skipped(c.name, why.Error())
	case err != nil:
		r.failed(c.name, err)
	default:
		r.line("ok", c.name, detail)
	}
}

func (r *report) err() error {
	switch r.bad {
	case 0:
		return nil
	case 1:
		return errors.New("1 check failed; the line that begins with FAIL says what to do")
	default:
		return fmt.Errorf("%d checks failed; the lines that begin with FAIL say what to do", r.bad)
	}
}

// checker asks, and keeps what later checks build upon.
type checker struct {
	settings settings
	client   *http.Client
	home     *bot.Identity // nil while Slack has not said who we are
	opened   bool          // the database could be read, or is yet to be made
	token    finch.Token   // some stored one, if there is any
}

// database looks at the database without changing it, and makes none.
func (k *checker) database(ctx context.Context) (string, error) {
	path := k.settings.Database
	if isMissing(path) {
		k.opened = true
		return "will be made at " + absolute(path), writable(filepath.Dir(path))
	}
	keys, err := store.KeysFound(path, k.settings.Key.reveal())
	if err != nil {
		return "", err
	}
	found, err := store.Inspect(ctx, store.Options{Database: path, Keys: keys, Log: zerolog.Nop()})
	if err != nil {
		return "", err
	}
	k.opened, k.token = true, found.Token
	return databaseDetail(found), nil
}

// databaseDetail says what serve would find, and what it would do about it.
func databaseDetail(found store.Report) string {
	counts := fmt.Sprintf("%d live connections, %d disconnected", found.Counts.Live, found.Counts.Disconnected)
	switch {
	case !found.Exists:
		return "is empty; serve will make its tables"
	case !found.Read:
		return fmt.Sprintf("of version %d; serve will bring it to %d", found.Version, found.Newest)
	case found.Version < found.Newest:
		return fmt.Sprintf("%s; of version %d, serve will bring it to %d", counts, found.Version, found.Newest)
	default:
		return counts
	}
}

func writable(dir string) error {
	probe, err := os.CreateTemp(dir, ".perch-check-*")
	if err != nil {
		return fmt.Errorf("cannot write to %s: %w. Make the folder, or set PERCH_DATABASE", absolute(dir), errors.Unwrap(err))
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

func (k *checker) finch(ctx context.Context) (string, error) {
	if !k.opened {
		return "", skipped("not asked: the database is not open")
	}
	client, err := finch.New(finch.Options{BaseURL: k.settings.FinchAPIURL, Version: versionName()})
	if err != nil {
		return "", fmt.Errorf("FINCH_API_URL: %w", err)
	}
	if k.token.IsZero() {
		return knock(ctx, client)
	}
	_, err = client.Introspect(ctx, k.token)
	told, ok := errors.AsType[*finch.Error](err)
	switch {
	case err == nil:
		return "answers and takes a stored token", nil
	case !ok || told.Status == 0:
		return "", unheard(err)
	case told.Trouble() == finch.TroubleAddressBlocked:
		return "", errors.New(finch.Sentence(err))
	default:
		return "answers, though not for the first connection: " + finch.Sentence(err), nil
	}
}

// knock asks Finch with a token that is none: whatever it answers, it is there.
func knock(ctx context.Context, client *finch.Client) (string, error) {
	_, err := client.Providers(ctx, finch.NewToken("perch-check"))
	told, ok := errors.AsType[*finch.Error](err)
	switch {
	case err != nil && (!ok || told.Status == 0):
		return "", unheard(err)
	case err == nil || told.Status == http.StatusUnauthorized:
		return "answers. No access token is stored yet: perch connections add", nil
	default:
		return fmt.Sprintf("answers, but with status %d: is FINCH_API_URL right?", told.Status), nil
	}
}

func unheard(err error) error {
	return fmt.Errorf("%w. Is FINCH_API_URL right, and the network open?", err)
}

// doors: serve needs the address for itself.
func (k *checker) doors(context.Context) (string, error) {
	addr := k.settings.HTTPAddr
	if addr == "" {
		return "off", nil
	}
	listener, err := net.Listen("tcp", addr)
	if err == nil {
		return addr + " is free", listener.Close()
	}
	if aliveAt(addr) == nil {
		return addr + " is in use by a running Perch", nil
	}
	return "", fmt.Errorf("%s cannot be opened: %w. Set PERCH_HTTP_ADDR to a free address, or off", addr, err)
}

// links: what it takes to make Connect links, and to host them.
func (k *checker) links(context.Context) (string, error) {
	s := k.settings
	switch {
	case s.FinchClient == nil && s.PublicURL == "":
		return "", skipped("none can be made without FINCH_CLIENT_ID and FINCH_CLIENT_SECRET")
	case s.FinchClient == nil:
		return "", skipped("PERCH_PUBLIC_URL hosts none: none can be made without FINCH_CLIENT_ID and FINCH_CLIENT_SECRET")
	case s.PublicURL == "":
		return "lead to Finch's page: PERCH_PUBLIC_URL is not set", nil
	case s.HTTPAddr == "":
		return "", errors.New("PERCH_PUBLIC_URL is set, but PERCH_HTTP_ADDR is off: links would lead to a page that nobody serves. Open the doors, or unset PERCH_PUBLIC_URL")
	default:
		return "lead to " + s.PublicURL, nil
	}
}

// explorer: who may reveal and write in it.
func (k *checker) explorer(context.Context) (string, error) {
	s := k.settings
	switch {
	case len(s.Admins) == 0 && s.ExploreWrites:
		return "PERCH_EXPLORE_WRITES is on, but nobody can write or reveal: PERCH_ADMINS names nobody", nil
	case len(s.Admins) == 0:
		return "reads only, and masked: PERCH_ADMINS names nobody", nil
	case s.ExploreWrites:
		return "those in PERCH_ADMINS may reveal and write", nil
	default:
		return "those in PERCH_ADMINS may reveal; writes are off", nil
	}
}
