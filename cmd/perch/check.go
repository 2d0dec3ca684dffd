package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"github.com/slack-go/slack"

	"perch/bot"
	"perch/internal/dotenv"
	"perch/internal/finch"
	"perch/store"
)

// checkCommand is `perch check`: would `serve` work, and if not, what to do.
type checkCommand struct {
	Live bool `help:"Only ask a running Perch whether it is alive (for health checks without a shell)."`
}

// How long a check may take.
const (
	checkTimeout = 20 * time.Second
	liveTimeout  = 3 * time.Second
)

func (c checkCommand) Run(p *process) error {
	if c.Live {
		return checkLive(p)
	}
	s, err := loadSettings(p, needSlack)
	report := &report{out: p}
	if err != nil {
		return report.failed("settings", err)
	}
	report.fine("settings", "all readable")
	ctx, cancel := context.WithTimeout(p.ctx, checkTimeout)
	defer cancel()
	k := checker{settings: s, client: &http.Client{Timeout: slackTimeout}}
	report.run("database", func() (string, error) { return k.database(ctx) })
	report.run("slack bot token", func() (string, error) { return k.botToken(ctx) })
	report.run("slack scopes", k.scopes)
	report.run("slack app token", func() (string, error) { return k.appToken(ctx) })
	report.run("slack app", k.sameApp)
	report.run("finch", func() (string, error) { return k.finch(ctx) })
	report.run("http doors", k.doors)
	return report.err()
}

// report prints a line per check.
type report struct {
	out *process
	bad int
}

func (r *report) fine(name, detail string) {
	fmt.Fprintf(r.out.stdout, "ok    %-16s %s\n", name, detail)
}

func (r *report) failed(name string, err error) error {
	fmt.Fprintf(r.out.stdout, "FAIL  %-16s %s\n", name, err)
	r.bad++
	return r.err()
}

func (r *report) run(name string, check func() (string, error)) {
	detail, err := check()
	if errors.Is(err, errSkipped) {
		fmt.Fprintf(r.out.stdout, "-     %-16s %s\n", name, detail)
		return
	}
	if err != nil {
		_ = r.failed(name, err) // counted; the rest is still worth knowing
		return
	}
	r.fine(name, detail)
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

// errSkipped marks a check that an earlier failure makes pointless.
var errSkipped = errors.New("skipped")

type checker struct {
	settings settings
	client   *http.Client
	home     *bot.Identity
	token    finch.Token
}

// database opens the database as serve would, but makes none.
func (k *checker) database(ctx context.Context) (string, error) {
	path := k.settings.Database
	if !isPostgres(path) {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return "will be made at " + path, writable(filepath.Dir(path))
		}
	}
	st, err := openStore(ctx, k.settings, false, zerolog.Nop())
	if err != nil {
		return "", err
	}
	defer st.Close()
	counts, err := st.Counts(ctx, "")
	if err != nil {
		return "", err
	}
	k.token = anyToken(ctx, st)
	return fmt.Sprintf("%d live connections, %d disconnected", counts.Live, counts.Disconnected), nil
}

func writable(dir string) error {
	probe, err := os.CreateTemp(dir, ".perch-check-*")
	if err != nil {
		return fmt.Errorf("cannot write to %s: %w. Make the folder, or set PERCH_DATABASE", dir, errors.Unwrap(err))
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// anyToken is some stored token to try Finch with, or none.
func anyToken(ctx context.Context, st *store.Store) finch.Token {
	page, err := st.List(ctx, finch.ListQuery{Tab: finch.Live, Limit: 1})
	if err != nil || len(page.Briefs) == 0 {
		return finch.Token{}
	}
	token, err := st.Token(ctx, page.Briefs[0].ID)
	if err != nil {
		return finch.Token{}
	}
	return token
}

func (k *checker) botToken(ctx context.Context) (string, error) {
	home, err := bot.Identify(ctx, k.client, k.settings.SlackAPIURL, k.settings.SlackBotToken.reveal())
	if err != nil {
		return "", explainSlack(err)
	}
	k.home = &home
	return fmt.Sprintf("workspace %s (%s), bot user %s", printable(home.Team), home.TeamID, home.UserID), nil
}

func (k *checker) scopes() (string, error) {
	if k.home == nil {
		return "not known without the bot token", errSkipped
	}
	if k.home.Scopes == nil {
		return "Slack did not say which are granted", errSkipped
	}
	var lacking []string
	for _, s := range scopes {
		if !slices.Contains(k.home.Scopes, s) {
			lacking = append(lacking, s)
		}
	}
	if len(lacking) > 0 {
		return "", fmt.Errorf("missing: %s. Add them to the app (paste `perch manifest`) and install it again", strings.Join(lacking, ", "))
	}
	return "all granted", nil
}

func (k *checker) appToken(ctx context.Context) (string, error) {
	api := slack.New("", slack.OptionAppLevelToken(k.settings.SlackAppToken.reveal()),
		slack.OptionAPIURL(k.settings.SlackAPIURL), slack.OptionHTTPClient(k.client))
	if _, _, err := api.StartSocketModeContext(ctx); err != nil {
		return "", fmt.Errorf("SLACK_APP_TOKEN: %w", explainSlack(err))
	}
	return "may open sockets", nil
}

func (k *checker) sameApp() (string, error) {
	if k.home == nil {
		return "not known without the bot token", errSkipped
	}
	if k.home.AppID == "" || bot.AppOf(k.settings.SlackAppToken.reveal()) == "" {
		return "Slack did not say whether both tokens are of one app", errSkipped
	}
	return "both tokens are of app " + k.home.AppID, sameApp(*k.home, k.settings.SlackAppToken.reveal())
}

func (k *checker) finch(ctx context.Context) (string, error) {
	client, err := finch.New(finch.Options{BaseURL: k.settings.FinchAPIURL, Version: versionName()})
	if err != nil {
		return "", fmt.Errorf("FINCH_API_URL: %w", err)
	}
	if k.token.IsZero() {
		_, err := client.Providers(ctx, finch.Token{})
		if told, ok := errors.AsType[*finch.Error](err); ok && told.Trouble() == finch.TroubleUnreachable {
			return "", errors.New(finch.Sentence(err))
		}
		return "answers. No access token is stored yet: perch connections add", nil
	}
	if _, err := client.Introspect(ctx, k.token); err != nil {
		told, ok := errors.AsType[*finch.Error](err)
		if !ok || told.Trouble() == finch.TroubleUnreachable || told.Trouble() == finch.TroubleAddressBlocked {
			return "", errors.New(finch.Sentence(err))
		}
		return "answers, though not for the first connection: " + finch.Sentence(err), nil
	}
	return "answers and takes a stored token", nil
}

// doors: serve needs the address for itself.
func (k *checker) doors() (string, error) {
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

// checkLive asks the running process at PERCH_HTTP_ADDR.
func checkLive(p *process) error {
	getenv, err := dotenv.Over(p.getenv, ".env")
	if err != nil {
		return err
	}
	e := &environment{getenv: getenv}
	addr := e.address("PERCH_HTTP_ADDR", "127.0.0.1:8080")
	switch err := e.err(); {
	case err != nil:
		return err
	case addr == "":
		return errors.New("PERCH_HTTP_ADDR is off, so nobody can be asked. Set an address to use health checks")
	}
	if err := aliveAt(addr); err != nil {
		return fmt.Errorf("no Perch is alive at %s: %w", addr, err)
	}
	_, err = fmt.Fprintln(p.stdout, "alive")
	return err
}

// aliveAt asks /healthz. An address that listens everywhere is asked on loopback.
func aliveAt(addr string) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
	}
	client := &http.Client{Timeout: liveTimeout}
	resp, err := client.Get("http://" + net.JoinHostPort(host, port) + "/healthz")
	if err != nil {
		return withoutAddress(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("it answers %s", resp.Status)
	}
	return nil
}
