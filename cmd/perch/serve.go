package main

import (
	"context"
	"errors"
	"fmt"
	stdlog "log"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/rs/zerolog"
	"github.com/slack-go/slack"
	"golang.org/x/sync/errgroup"

	"perch/bot"
	"perch/bot/socket"
	"perch/commands"
	"perch/internal/web"
)

// How long things may take at the ends of a life. Stopping is promised within
// 10 s in all; the sockets' own drain comes before it.
const (
	stopWithin    = 4 * time.Second
	identifyEvery = 5 * time.Second
	slackTimeout  = 15 * time.Second
)

// serveCommand is `perch serve`.
type serveCommand struct{}

func (serveCommand) Run(p *process) error {
	s, err := loadSettings(p, needSlack)
	if err != nil {
		return err
	}
	return serve(p.ctx, s, newLog(p.stderr, s.LogLevel), nil)
}

// service is Perch running.
type service struct {
	settings settings
	log      zerolog.Logger
	life     lifecycle
	ready    *readiness
	meters   *meters
}

// serve runs until ctx ends, then stops cleanly. started, if not nil, is called
// with the address of the HTTP doors once they are open.
func serve(ctx context.Context, s settings, log zerolog.Logger, started func(address string)) error {
	v := &service{settings: s, log: log, ready: &readiness{}, meters: newMeters()}
	err := v.run(ctx, started)
	return errors.Join(err, v.life.stop(stopWithin))
}

func (v *service) run(ctx context.Context, started func(string)) error {
	st, err := openStore(ctx, v.settings, true, v.log)
	if err != nil {
		return err
	}
	v.life.onStop("database", func(context.Context) error { return st.Close() })
	v.ready.database = st
	watcher, err := newWatcher(v.settings, st, v.log)
	if err != nil {
		return err
	}
	v.meters.watchBudget(watcher.budget)
	doors := web.Options{
		Vault: watcher, Forgetter: st,
		WebhookSecrets: v.settings.Webhooks, Inbox: st, Arrived: watcher.Arrived,
	}
	if err := v.openDoors(doors, started); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return watcher.Run(ctx) })
	group.Go(func() error {
		sources := commands.Sources{
			Known: st, Lister: st, Looker: watcher, History: st, Jobs: st, Runner: watcher, Now: time.Now,
		}
		return v.talk(ctx, sources, slackInbox{st})
	})
	return group.Wait()
}

// openDoors opens the HTTP doors, if there are to be any.
func (v *service) openDoors(o web.Options, started func(string)) error {
	if v.settings.HTTPAddr == "" {
		if started != nil {
			started("")
		}
		return nil
	}
	listener, err := net.Listen("tcp", v.settings.HTTPAddr)
	if err != nil {
		return fmt.Errorf("open the HTTP doors: %w. Set PERCH_HTTP_ADDR to a free address, or off", err)
	}
	o.APIKey, o.TrustedProxies = v.settings.APIKey.reveal(), v.settings.Proxies
	o.Ready, o.Metrics, o.Log = v.ready, v.meters.handler(), v.log
	server := web.Server(v.settings.HTTPAddr, web.New(o))
	server.ErrorLog = stdlog.New(v.log, "", 0)
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			v.log.Error().Err(err).Msg("the HTTP doors closed")
		}
	}()
	v.life.onStop("HTTP doors", server.Shutdown)
	v.log.Info().Str("address", listener.Addr().String()).Msg("HTTP doors open")
	if started != nil {
		started(listener.Addr().String())
	}
	return nil
}

// talk keeps the sockets to Slack and answers what comes in, until ctx ends.
func (v *service) talk(ctx context.Context, sources commands.Sources, inbox bot.Inbox) error {
	client := &http.Client{Timeout: slackTimeout}
	home, err := v.identify(ctx, client)
	if err != nil || ctx.Err() != nil {
		return err
	}
	api := slack.New(v.settings.SlackBotToken.reveal(),
		slack.OptionAppLevelToken(v.settings.SlackAppToken.reveal()),
		slack.OptionAPIURL(v.settings.SlackAPIURL), slack.OptionHTTPClient(client))
	b := bot.New(bot.Options{
		Slack: api, HTTP: client, Home: home,
		People:   bot.NewPeople(api, home.TeamID, v.settings.Admins, v.settings.Operators),
		Commands: commands.All(sources), Names: v.settings.Names, Inbox: inbox, Log: v.log,
	})
	v.life.onStop("requests under way", b.Drain)
	v.reactTo(b.Events())
	sockets := socket.New(socket.Options{
		Opener: bot.Tickets{API: api}, Handler: b, Sockets: v.settings.Sockets,
		Log: v.log, Observer: v.meters,
	})
	v.ready.slack.Store(sockets)
	v.meters.watchSockets(sockets)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return b.Events().Run(ctx) })
	group.Go(func() error { return explainRefusal(sockets.Run(ctx)) })
	return group.Wait()
}

// reactTo sets what follows from Slack's events.
func (v *service) reactTo(events *bot.Events) {
	lost := func(_ context.Context, e bot.Event) error {
		v.log.Error().Str("event", e.Type).Msg("Slack took the app's tokens back: install the app again, set the new SLACK_BOT_TOKEN and restart")
		v.ready.revoked.Store(true)
		return nil
	}
	for _, event := range botEvents {
		events.On(event, lost)
	}
}

// identify asks Slack who the bot is, as often as it takes: while Slack is
// away Perch stays up and is not ready. Only a refusal ends it.
func (v *service) identify(ctx context.Context, client *http.Client) (bot.Identity, error) {
	for {
		home, err := bot.Identify(ctx, client, v.settings.SlackAPIURL, v.settings.SlackBotToken.reveal())
		if err == nil {
			return home, sameApp(home, v.settings.SlackAppToken.reveal())
		}
		verdict, wait := bot.Judge(err)
		if verdict != bot.Wait && verdict != bot.Ambiguous {
			return home, explainRefusal(err)
		}
		v.log.Warn().Err(err).Msg("Slack does not answer; trying again")
		select {
		case <-ctx.Done():
			return home, nil
		case <-time.After(max(wait, identifyEvery)):
		}
	}
}

// sameApp refuses tokens of two different apps: commands would arrive that the
// bot cannot answer.
func sameApp(home bot.Identity, appToken string) error {
	app := bot.AppOf(appToken)
	if app == "" || home.AppID == "" || app == home.AppID {
		return nil
	}
	return fmt.Errorf("SLACK_APP_TOKEN is of app %s and SLACK_BOT_TOKEN of app %s. Take both from the same app", app, home.AppID)
}

// explainRefusal says what to do about a token that Slack refuses.
func explainRefusal(err error) error {
	if err == nil {
		return nil
	}
	if fatal, ok := errors.AsType[*socket.FatalError](err); ok {
		return fmt.Errorf("SLACK_APP_TOKEN is refused by Slack: %w. %s", fatal, wayOut(fatal.Code))
	}
	if answer, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		return fmt.Errorf("SLACK_BOT_TOKEN is refused by Slack: %s. %s", answer.Err, wayOut(answer.Err))
	}
	return err
}

// withoutAddress strips the address that net/http puts into its errors.
func withoutAddress(err error) error {
	if told, ok := errors.AsType[*url.Error](err); ok {
		return told.Err
	}
	return err
}

// wayOut is what to do about a token that Slack refuses. Slack: the error
// lists of auth.test and apps.connections.open.
func wayOut(code string) string {
	switch code {
	case "missing_scope", "no_permission":
		return "The app-level token needs the scope connections:write, and the app all scopes of `perch manifest`; install it again after a change"
	case "not_allowed_token_type":
		return "The two tokens may be in each other's place: xoxb- is SLACK_BOT_TOKEN, xapp- is SLACK_APP_TOKEN"
	case "account_inactive", "token_revoked", "token_expired":
		return "The token is no longer valid: install the app again, or make a new token"
	default:
		return "Copy the token again from api.slack.com/apps, then run `perch check`"
	}
}
