package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"

	"perch/bot"
	"perch/commands"
	"perch/internal/finch"
	"perch/internal/playground"
	localfinch "perch/internal/playground/finch"
	localslack "perch/internal/playground/slack"
)

// playgroundCommand is `perch playground`: the bot as it serves in earnest,
// between a local Slack and a local Finch.
type playgroundCommand struct {
	Addr string `default:"127.0.0.1:7077" help:"Where the page is served."`
	Seed uint64 `default:"1" help:"Makes another world of customers."`
	Data string `type:"path" help:"Keep Perch's database in this folder; otherwise it is gone at the end."`
}

// databaseFile is Perch's database in the playground's folder.
const databaseFile = "perch.db"

// leaver is a customer whose connection ends once Perch knows it: only then
// can Perch show one that has ended.
const leaver = "Saffron Table"

// pastDays is how far back the jobs of the playground's connections go.
const pastDays = 30

// mishaps is the share of syncs that fail, so that there is something to see.
const mishaps = 0.05

// The playground opens its own things quickly or not at all.
const (
	playgroundStop = time.Second
	adoptAtOnce    = 4
)

func (c playgroundCommand) Run(p *process) error {
	e := &environment{getenv: p.getenv}
	level := e.logLevel("PERCH_LOG_LEVEL", zerolog.WarnLevel)
	if err := e.err(); err != nil {
		return err
	}
	dir, forget, err := c.folder()
	if err != nil {
		return err
	}
	defer forget()
	_, err = os.Stat(filepath.Join(dir, databaseFile))
	g := &ground{command: c, dir: dir, fresh: errors.Is(err, os.ErrNotExist), log: newLog(p.stderr, level), apiKey: rand.Text(), webhookSecret: newWebhookSecret(), stdout: p.stdout}
	catchLibraries(g.log)
	err = g.run(p.ctx)
	return errors.Join(err, g.life.stop(g.log))
}

// folder is where the database goes, and how it is cleared away.
func (c playgroundCommand) folder() (dir string, forget func(), err error) {
	if c.Data != "" {
		if err := os.MkdirAll(c.Data, 0o700); err != nil {
			return "", nil, fmt.Errorf("make the data folder: %w", err)
		}
		return c.Data, func() {}, nil
	}
	dir, err = os.MkdirTemp("", "perch-playground-")
	if err != nil {
		return "", nil, fmt.Errorf("make a folder for the database: %w", err)
	}
	return dir, func() { os.RemoveAll(dir) }, nil
}

// ground is a running playground.
type ground struct {
	command playgroundCommand
	dir     string
	// fresh: Perch begins here with an empty database.
	fresh  bool
	log    zerolog.Logger
	apiKey string
	stdout io.Writer
	life   lifecycle
	// webhookSecret signs what the local Finch tells the bot.
	webhookSecret string
	doors         string // the bot's own HTTP address
	finchAddr     string // the local Finch's
	// era is which era of the database this is; host is the simulated
	// application, once Perch's doors are open.
	era  uint64
	host atomic.Pointer[playground.Host]
}

// run starts the two imitations, the page and the bot, and stays until ctx ends.
func (g *ground) run(ctx context.Context) error {
	names := bot.Names{}
	slack := localslack.New(installed(names))
	if err := seat(slack, threadsChannel); err != nil {
		return err
	}
	g.life.onStop("local Slack", playgroundStop, func(context.Context) error { slack.Close(); return nil })
	g.era = g.eraOf()
	payroll := localfinch.New(localfinch.Options{Seed: g.command.Seed, Run: g.era, Mishaps: mishaps, History: pastDays, Walked: g.walked})
	g.life.onStop("local Finch", playgroundStop, func(context.Context) error { payroll.Close(); return nil })

	page, err := listen(g.command.Addr)
	if err != nil {
		return err
	}
	slackAddr, err := g.serveLocal(slack.API())
	if err != nil {
		return err
	}
	finchAddr, err := g.serveLocal(payroll.API())
	if err != nil {
		return err
	}
	g.finchAddr = finchAddr
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { payroll.Run(ctx); return nil })
	group.Go(func() error {
		s, err := g.settings(slackAddr, finchAddr, names)
		s.FinchClient = credentialsOf(payroll)
		if err != nil {
			return err
		}
		return serve(ctx, s, g.log, func(doors string) {
			g.doors = doors
			group.Go(func() error { return g.open(ctx, page, slack, payroll) })
		})
	})
	return group.Wait()
}

// installed is how the local Slack has Perch installed: by its manifest.
func installed(names bot.Names) localslack.Options {
	m := manifestFor(commands.All(commands.Sources{}), names)
	o := localslack.Options{Scopes: m.OAuth.Scopes.Bot, Events: m.Settings.Events.Bot}
	for _, c := range m.Features.Commands {
		o.Commands = append(o.Commands, c.Command)
	}
	for _, s := range m.Features.Shortcuts {
		kind := map[string]string{"message": "message_action", "global": "shortcut"}[s.Type]
		o.Shortcuts = append(o.Shortcuts, localslack.Shortcut{Type: kind, CallbackID: s.CallbackID, Name: s.Name, Description: s.Description})
	}
	return o
}

// settings never look at the environment: the playground knows nothing of the
// real Slack and the real Finch.
func (g *ground) settings(slackAddr, finchAddr string, names bot.Names) (settings, error) {
	secrets, err := finch.ParseSecrets(g.webhookSecret)
	if err != nil {
		return settings{}, fmt.Errorf("make a webhook secret: %w", err)
	}
	doors, err := freeAddr()
	if err != nil {
		return settings{}, err
	}
	return settings{
		SlackBotToken: secret{localslack.BotToken},
		SlackAppToken: secret{localslack.AppToken},
		SlackAPIURL:   "http://" + slackAddr + "/api/",
		FinchAPIURL:   "http://" + finchAddr,
		Database:      filepath.Join(g.dir, databaseFile),
		HTTPAddr:      doors,
		PublicURL:     "http://" + doors,
		ConnectURL:    "http://" + finchAddr,
		ConnectJS:     "http://" + finchAddr + "/connect.js",
		DropOff:       playgroundDropOff,
		Admins:        []string{localslack.Admin}, // named, so that she may reveal
		ExploreWrites: true,
		APIKey:        secret{g.apiKey},
		Sockets:       2,
		Names:         names,
		PollEvery:     time.Minute,
		Retention:     400 * 24 * time.Hour,
		Webhooks:      secrets,
		LooseBudget:   true,
		LogLevel:      g.log.GetLevel(),
	}, nil
}

// credentialsOf are the application's at the local Finch, for reconnect links.
func credentialsOf(payroll *localfinch.Server) *finch.Credentials {
	id, secret := payroll.Client("production")
	return &finch.Credentials{ID: id, Secret: finch.NewToken(secret)}
}

// newWebhookSecret is 32 random bytes in base64, as Finch's dashboard shows them.
func newWebhookSecret() string {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails: the program ends instead
	return base64.StdEncoding.EncodeToString(secret)
}

// open gives Perch the connections, opens the page and says where it is.
func (g *ground) open(ctx context.Context, page net.Listener, slack *localslack.Server, payroll *localfinch.Server) error {
	if err := g.adoptAll(ctx, payroll.Tokens()); ctx.Err() != nil {
		return nil // Ctrl-C came first
	} else if err != nil {
		return fmt.Errorf("bring the connections in: %w", err)
	}
	payroll.SetWebhook(localfinch.Webhook{URL: "http://" + g.doors + "/finch/webhook", Secrets: []string{g.webhookSecret}})
	if err := payroll.Replay(ctx); err != nil && ctx.Err() == nil {
		return fmt.Errorf("tell Perch of past jobs: %w", err)
	}
	host, _, _ := net.SplitHostPort(page.Addr().String())
	employers := g.openHost(ctx, payroll)
	g.serveOn(page, playground.New(playground.Options{Slack: slack, Finch: payroll, Adopt: g.adopt, Host: employers, Hosts: []string{host}}))
	g.letLeave(ctx, payroll)
	if _, err := fmt.Fprintf(g.stdout, greeting, page.Addr()); err != nil {
		return err
	}
	recalled := g.recall(ctx, employers)
	pastRead(ctx, payroll)
	recalled()
	g.subscribe(ctx, slack)
	go employers.KeepBusy(ctx)
	keepBusy(ctx, payroll)
	return nil
}

// greeting is what the playground prints when it is ready.
const greeting = `Perch's playground is ready: http://%s/
A local Slack and a local Finch; nothing here is real. Type /connection harbor, or watch #finch-alerts: a sync fails there in half a minute. Paste a Job ID from /jobs into #support. Ctrl-C stops.
`

// leaveAfter is how long the leaver stays: long enough for its past to be read.
const leaveAfter = 20 * time.Second

// letLeave ends the leaver's connection a little later.
func (g *ground) letLeave(ctx context.Context, payroll *localfinch.Server) {
	leave := time.AfterFunc(leaveAfter, func() {
		for _, c := range payroll.Named(leaver) {
			if err := payroll.SetStatus(c.ID, "disconnected", ""); err != nil && ctx.Err() == nil {
				g.log.Warn().Err(err).Msg("let a customer leave")
			}
		}
	})
	g.life.onStop("the leaver", playgroundStop, func(context.Context) error { leave.Stop(); return nil })
}

func listen(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("open the page: %w. Choose another address with --addr", err)
	}
	return l, nil
}

// serveLocal serves an imitation on a free port of this machine.
func (g *ground) serveLocal(h http.Handler) (addr string, err error) {
	l, err := listen("127.0.0.1:0")
	if err != nil {
		return "", err
	}
	g.serveOn(l, h)
	return l.Addr().String(), nil
}

func (g *ground) serveOn(l net.Listener, h http.Handler) {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			g.log.Error().Err(err).Msg("a local server closed")
		}
	}()
	g.life.onStop("local server", playgroundStop, func(context.Context) error { return server.Close() })
}

// adoptAll hands Perch every token as the host application would.
func (g *ground) adoptAll(ctx context.Context, tokens map[string]string) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(adoptAtOnce)
	for id, token := range tokens {
		group.Go(func() error { return g.adopt(ctx, id, token) })
	}
	return group.Wait()
}

// adopt goes through Perch's own door, PUT /v1/connections/{id}.
func (g *ground) adopt(ctx context.Context, connectionID, accessToken string) error {
	body, err := json.Marshal(map[string]string{"access_token": accessToken})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, "http://"+g.doors+"/v1/connections/"+connectionID, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+g.apiKey)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusCreated {
		return fmt.Errorf("connection %s was not taken: %s", connectionID, resp.Status)
	}
	return nil
}
