package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/rs/zerolog"
	"github.com/slack-go/slack"
	"golang.org/x/sync/errgroup"

	"perch/bot"
	"perch/bot/socket"
	"perch/commands"
	"perch/internal/alert"
	"perch/internal/watch"
	"perch/internal/web"
	"perch/store"
)

// How long things may take at the ends of a life. Stopping is promised within
// 10 s in all: first the sockets, the looks at Finch and the HTTP doors end side
// by side (the sockets take a second more than their drain to close, the looks
// 5 s), then requests under way, then the database.
const (
	socketsDrain  = 4 * time.Second
	requestsDrain = 3 * time.Second
	databaseClose = time.Second
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
	log := newLog(p.stderr, s.LogLevel)
	catchLibraries(log)
	return serve(p.ctx, s, log, nil)
}

// service is Perch running.
type service struct {
	settings settings
	log      zerolog.Logger
	life     lifecycle
	ready    *readiness
	meters   *meters
	threads  threadReader
}

// serve runs until ctx ends, then stops cleanly. started, if not nil, is called
// with the address of the HTTP doors once they are open.
func serve(ctx context.Context, s settings, log zerolog.Logger, started func(address string)) error {
	v := &service{settings: s, log: log, ready: &readiness{}, meters: newMeters(versionName())}
	err := v.run(ctx, started)
	why := "failed" // how, the caller tells
	if err == nil {
		why = fmt.Sprint(context.Cause(ctx))
	}
	err = errors.Join(err, v.life.stop(log))
	log.Info().Str("why", why).Msg("Perch has stopped")
	return err
}

func (v *service) run(ctx context.Context, started func(string)) error {
	st, err := openStore(ctx, v.settings, true, v.log)
	switch {
	case err != nil && ctx.Err() != nil:
		v.log.Info().Err(err).Msg("told to stop while opening the database")
		return nil
	case err != nil:
		return err
	}
	v.life.onStop("database", databaseClose, func(context.Context) error { return st.Close() })
	v.ready.database = st
	if err := st.FreeClaims(ctx, watch.LongestLease); err != nil {
		return err
	}
	watcher, err := newWatcher(v.settings, st, surroundings{log: v.log, observer: v.meters, threads: &v.threads})
	if err != nil {
		return err
	}
	v.meters.watchBudget(watcher.budget)
	v.meters.watchSessions(st.SessionsDue)
	group, ctx := errgroup.WithContext(ctx)
	address, err := v.openDoors(ctx, group, web.Options{
		Vault: watcher, Forgetter: st,
		WebhookSecrets: v.settings.Webhooks, Inbox: st, Arrived: watcher.Arrived, Verified: watcher.WebhookSeen,
		Sessions: st, EventKeys: st.EventKeys(), Told: v.meters.eventsTold, Links: watcher,
	})
	if err != nil {
		return err
	}
	v.log.Info().Str("version", versionName()).Str("database", databaseKind(v.settings.Database)).
		Int("sockets", v.settings.Sockets).Str("http", cmp.Or(address, "off")).Msg("Perch serves")
	if started != nil {
		started(address)
	}
	group.Go(func() error { return watcher.Run(ctx) })
	group.Go(func() error { return v.talk(ctx, v.sources(st, watcher), st) })
	return group.Wait()
}

// sources are what the commands ask.
func (v *service) sources(st *store.Store, watcher finchWatcher) commands.Sources {
	return commands.Sources{
		Known: st, Lister: st, Looker: watcher, History: st, Jobs: st, Steps: st, Runner: watcher, Now: time.Now,
		Problems: st, Past: st, Actor: st, Cards: st, Linker: watcher,
		Subscriptions: st, Subscriber: st, Pauser: st,
		Sessions: st, Finder: st, SessionLister: st, Funnels: st, Watches: st, Links: watcher,
		Explorer: watcher, SavedQueries: st, Audits: st, ExploreWrites: v.settings.ExploreWrites, FinchURL: v.settings.FinchAPIURL,
		Threads: st, BoundThreads: st, ThreadEntries: st, ThreadChannels: st, Resolutions: st, Dashboard: v.settings.Dashboard,
		Status: overall{store: st, sockets: v.ready.sockets, settings: v.settings, latencies: &v.meters.latencies, began: time.Now()},
	}
}

// databaseKind is how the log names the database. A URL may hold a password.
func databaseKind(database string) string {
	if isPostgres(database) {
		return "postgresql"
	}
	return "sqlite " + absolute(database)
}

// openDoors opens the HTTP doors, if there are to be any.
func (v *service) openDoors(ctx context.Context, group *errgroup.Group, o web.Options) (address string, err error) {
	if v.settings.HTTPAddr == "" {
		return "", nil
	}
	o.APIKey, o.TrustedProxies = v.settings.APIKey.reveal(), v.settings.Proxies
	o.Ready, o.Metrics, o.Log = v.ready, v.meters.handler(), v.log
	o.PublicURL, o.ConnectURL, o.ConnectJS = v.settings.PublicURL, v.settings.ConnectURL, v.settings.ConnectJS
	d, err := openDoors(v.settings.HTTPAddr, o)
	if err != nil {
		return "", err
	}
	group.Go(func() error { return d.run(ctx) })
	return d.address(), nil
}

// talk keeps the sockets to Slack and answers what comes in, until ctx ends.
func (v *service) talk(ctx context.Context, sources commands.Sources, st *store.Store) error {
	client := &http.Client{Timeout: slackTimeout}
	home, err := v.identify(ctx, client)
	if err != nil || ctx.Err() != nil {
		return err
	}
	api := slack.New(v.settings.SlackBotToken.reveal(),
		slack.OptionAppLevelToken(v.settings.SlackAppToken.reveal()),
		slack.OptionAPIURL(v.settings.SlackAPIURL), slack.OptionHTTPClient(client))
	all := commands.All(sources)
	people := bot.NewPeople(api, home.TeamID, v.settings.Admins, v.settings.Operators)
	courier := bot.NewCourier(api, home)
	v.threads.courier.Store(courier)
	teller := v.teller(st, courier, bot.NewReaders(api, people))
	b := bot.New(bot.Options{
		Slack: api, HTTP: client, Home: home, People: people,
		Commands: all, Names: v.settings.Names, Inbox: slackInbox{st}, Listener: commands.Listen(sources, all),
		OthersRead: teller.OthersRead, Log: v.log, Observed: v.meters.requested,
	})
	v.life.onStop("requests under way", requestsDrain, b.Drain)
	standing := newStanding(func(ctx context.Context) error {
		_, err := v.askIdentity(ctx, client)
		return err
	}, v.log)
	doubtOn(b.Events(), standing)
	sockets := socket.New(socket.Options{
		Opener: bot.Tickets{API: api}, Handler: b, Passes: b.Passes, Sockets: v.settings.Sockets,
		Log: v.log, Observer: v.meters, Timing: socket.Timing{Drain: socketsDrain},
	})
	v.ready.standing.Store(standing)
	v.ready.slack.Store(sockets)
	v.meters.watchSockets(sockets)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return standing.run(ctx) })
	group.Go(func() error { return b.Events().Run(ctx) })
	group.Go(func() error { return teller.Run(ctx) })
	group.Go(func() error { return explainRefusal(sockets.Run(ctx)) })
	return group.Wait()
}

// teller tells channels what they are owed.
func (v *service) teller(st *store.Store, courier *bot.Courier, readers *bot.Readers) *alert.Teller {
	return alert.NewTeller(alert.TellerOptions{
		Outbox: st, Courier: courier, Pauser: st, Wake: st.Owing(), Log: v.log,
		Threads: threadWords{
			library: st, mayRead: readers.MayRead, dashboard: v.settings.Dashboard, slashPerch: v.settings.Names.Of("perch"), now: time.Now,
		},
		SlashPerch: v.settings.Names.Of("perch"), Observed: v.meters.told,
	})
}

// doubtOn lets events that speak of tokens taken back raise doubt.
func doubtOn(events *bot.Events, s *standing) {
	for _, event := range tokenEvents {
		events.On(event, func(context.Context, bot.Event) error {
			s.doubt()
			return nil
		})
	}
}

// identify asks Slack who the bot is, as often as it takes: while Slack is
// away Perch stays up and is not ready. Only a refusal ends it.
func (v *service) identify(ctx context.Context, client *http.Client) (bot.Identity, error) {
	for {
		home, err := v.askIdentity(ctx, client)
		if err == nil {
			err := sameApp(home, v.settings.SlackAppToken.reveal())
			home.AppID = cmp.Or(home.AppID, bot.AppOf(v.settings.SlackAppToken.reveal()))
			return home, err
		}
		if ctx.Err() != nil {
			return home, nil
		}
		verdict, wait := bot.Judge(err)
		if verdict != bot.Wait && verdict != bot.Ambiguous {
			return home, explainRefusal(err)
		}
		v.log.Warn().Err(withoutAddress(err)).Msg("Slack does not answer; trying again")
		select {
		case <-ctx.Done():
			return home, nil
		case <-time.After(max(wait, identifyEvery)):
		}
	}
}

func (v *service) askIdentity(ctx context.Context, client *http.Client) (bot.Identity, error) {
	return bot.Identify(ctx, client, v.settings.SlackAPIURL, v.settings.SlackBotToken.reveal())
}
