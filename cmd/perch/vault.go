package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/rs/zerolog"

	"perch/internal/dotenv"
	"perch/internal/finch"
	"perch/internal/watch"
	"perch/store"
)

// vault is what the commands about connections work on: the store, and Finch
// to ask whose a token is.
type vault struct {
	store   *store.Store
	watcher *watch.Watcher
	close   func()
}

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
	w, err := newWatcher(s, st, log)
	if err != nil {
		return nil, err
	}
	return &vault{store: st, watcher: w.Watcher, close: func() {
		if err := st.Close(); err != nil {
			log.Error().Err(err).Msg("close the database")
		}
	}}, nil
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
	return store.Open(ctx, store.Options{Database: s.Database, Keys: keys, Exclusive: exclusive, Log: log})
}

// finchWatcher is a watcher with the budget that it shares with people.
type finchWatcher struct {
	*watch.Watcher
	budget *finch.Budget
}

func newWatcher(s settings, st *store.Store, log zerolog.Logger) (finchWatcher, error) {
	budget := finch.NewBudget()
	if s.LooseBudget {
		budget = finch.NewLooseBudget()
	}
	client, err := finch.New(finch.Options{BaseURL: s.FinchAPIURL, Budget: budget, Version: versionName()})
	if err != nil {
		return finchWatcher{}, fmt.Errorf("FINCH_API_URL: %w", err)
	}
	return finchWatcher{Watcher: watch.New(watch.Options{
		Finch: client, Background: client.Background(), Store: st, Events: finchInbox{st},
		PollEvery: s.PollEvery, Retention: s.Retention, Log: log,
	}), budget: budget}, nil
}

// absolute is where a path of the settings points, whatever the working directory.
func absolute(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}
