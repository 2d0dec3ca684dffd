package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/rs/zerolog"

	"perch/internal/dotenv"
	"perch/internal/finch"
	"perch/internal/watch"
	"perch/store"
)

// vault takes tokens in: the store, and Finch to ask whose a token is.
type vault struct {
	openedStore
	watcher *watch.Watcher
}

// openVault opens the database, and makes one where there is none yet.
func openVault(p *process) (*vault, error) {
	s, err := loadSettings(p, needNothing)
	if err != nil {
		return nil, err
	}
	log := newLog(p.stderr, zerolog.WarnLevel)
	st, err := openStore(p.ctx, s, false, log)
	if err != nil {
		return nil, err
	}
	w, err := newWatcher(s, st, surroundings{log: log})
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return &vault{openedStore: openedStore{st, log}, watcher: w.Watcher}, nil
}

// openedStore is a store for the length of one command.
type openedStore struct {
	*store.Store
	log zerolog.Logger
}

// close ends it. What was done is done: a failure here is for the log.
func (o openedStore) close() {
	if err := o.Close(); err != nil {
		o.log.Error().Err(err).Msg("close the database")
	}
}

// openExisting opens the database and makes nothing: neither a database nor a key.
// Who lists or removes in the wrong folder is told so.
func openExisting(p *process) (openedStore, error) {
	s, err := loadSettings(p, needNothing)
	if err != nil {
		return openedStore{}, err
	}
	if isMissing(s.Database) {
		return openedStore{}, fmt.Errorf("no database at %s. Set PERCH_DATABASE, or run this where Perch runs", absolute(s.Database))
	}
	keys, err := store.KeysFound(s.Database, s.Key.reveal())
	if err != nil {
		return openedStore{}, err
	}
	log := newLog(p.stderr, zerolog.WarnLevel)
	st, err := store.Open(p.ctx, store.Options{Database: s.Database, Keys: keys, Log: log})
	return openedStore{st, log}, err
}

// isMissing reports whether a file of SQLite's is not there.
func isMissing(path string) bool {
	_, err := os.Stat(path)
	return !isPostgres(path) && errors.Is(err, fs.ErrNotExist)
}

// loadSettings reads the environment and the .env file of the working directory.
func loadSettings(p *process, needs part) (settings, error) {
	getenv, err := dotenv.Over(p.getenv, ".env")
	if err != nil {
		return settings{}, err
	}
	return readSettings(getenv, needs)
}

func openStore(ctx context.Context, s settings, exclusive bool, log zerolog.Logger) (*store.Store, error) {
	keys, err := store.KeysFor(ctx, s.Database, s.Key.reveal())
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, store.Options{Database: s.Database, Keys: keys, Exclusive: exclusive, Grace: s.StaleAfter, Outage: s.Outage, DropOff: s.DropOff, Log: log})
}

// finchWatcher is a watcher with the budget that it shares with people.
type finchWatcher struct {
	*watch.Watcher
	budget *finch.Budget
}

// around is what a watcher tells of what it does, and where it asks what happens in
// Slack's threads; but for the log all may be nil.
type surroundings struct {
	log      zerolog.Logger
	observer watch.Observer
	threads  watch.ThreadReader
}

func newWatcher(s settings, st *store.Store, around surroundings) (finchWatcher, error) {
	budget := finch.NewBudget()
	if s.LooseBudget {
		budget = finch.NewLooseBudget()
	}
	client, err := finch.New(finch.Options{
		BaseURL: s.FinchAPIURL, Budget: budget, Credentials: s.FinchClient, Version: versionName(),
	})
	if err != nil {
		return finchWatcher{}, fmt.Errorf("FINCH_API_URL: %w", err)
	}
	return finchWatcher{Watcher: watch.New(watch.Options{
		Finch: client, Background: client.Background(), Store: st, Events: finchInbox{st},
		Alerts: st, Sessions: st, Ledger: st, Spare: budget, PublicURL: s.PublicURL, Webhooks: !s.Webhooks.IsZero(), Grace: s.StaleAfter,
		PollEvery: s.PollEvery, Retention: s.Retention, Log: around.log, Observer: around.observer,
		Threads: st, ThreadReader: around.threads,
	}), budget: budget}, nil
}

// absolute is where a path of the settings points, whatever the working directory.
func absolute(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}
