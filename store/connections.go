package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"perch/internal/finch"
	"perch/store/internal/db"
)

// Connection returns all that is known of one connection. Error: ErrUnknown.
func (s *Store) Connection(ctx context.Context, id string) (finch.Connection, error) {
	var c finch.Connection
	err := s.view(ctx, func(q *db.Queries) error {
		var err error
		if c, err = load(ctx, q, id); err != nil {
			return err
		}
		c.Tokens, err = tokensSeen(ctx, q, id)
		return err
	})
	if err != nil {
		return finch.Connection{}, fmt.Errorf("read a connection: %w", err)
	}
	return c, nil
}

// Learn records what a look at Finch brought: the facts, since when the worst
// status holds, each step of a status for its history, and that the token was
// seen. A look older than what is known
// changes nothing but the token's history. It does not bring back a connection
// that was disconnected; only Grant does. Error: ErrUnknown.
func (s *Store) Learn(ctx context.Context, f finch.Facts) error {
	f.At = s.moment(f.At)
	err := s.changeAndJudge(ctx, func(q *db.Queries) (bool, error) {
		c, err := loadToChange(ctx, q, f.Introspection.ConnectionID)
		if err != nil {
			return false, err
		}
		if err := s.learnAndSave(ctx, q, &c, f); err != nil {
			return false, err
		}
		if err := seeToken(ctx, q, f); err != nil {
			return false, err
		}
		return s.judge(ctx, q, c.ID)
	})
	if err != nil {
		return fmt.Errorf("record a look at a connection: %w", err)
	}
	s.rouse()
	return nil
}

func (s *Store) learnAndSave(ctx context.Context, q *db.Queries, c *finch.Connection, f finch.Facts) error {
	before := *c
	fresh := learn(c, f)
	settle(c, before.Worst(), f.At)
	if err := save(ctx, q, *c); err != nil {
		return err
	}
	if otherwise(before, *c) {
		if _, err := s.soilBound(ctx, q, c.ID); err != nil {
			return err
		}
	}
	if !fresh {
		return nil
	}
	if err := saveMethods(ctx, q, *c); err != nil {
		return err
	}
	if err := saveEntities(ctx, q, *c); err != nil {
		return err
	}
	if err := noteSteps(ctx, q, before, *c); err != nil || c.ProviderID == before.ProviderID {
		return err
	}
	return moveJobs(ctx, q, *c)
}

// loadToChange reads a connection that nobody else changes until the
// transaction ends.
func loadToChange(ctx context.Context, q *db.Queries, id string) (finch.Connection, error) {
	if err := q.Hold(ctx, clean(id)); err != nil {
		return finch.Connection{}, fmt.Errorf("hold the connection: %w", err)
	}
	return load(ctx, q, id)
}

// load reads a connection with all but its token history.
func load(ctx context.Context, q *db.Queries, id string) (finch.Connection, error) {
	row, err := q.Connection(ctx, clean(id))
	if missing(err) {
		return finch.Connection{}, fmt.Errorf("%w: %q", ErrUnknown, cut(clean(id), wordsLength))
	}
	if err != nil {
		return finch.Connection{}, fmt.Errorf("select the connection: %w", err)
	}
	c, err := connectionOf(row)
	if err != nil {
		return finch.Connection{}, err
	}
	if c.Methods, err = loadMethods(ctx, q, c.ID); err != nil {
		return finch.Connection{}, err
	}
	c.Entities, err = loadEntities(ctx, q, c.ID)
	return c, err
}

func loadMethods(ctx context.Context, q *db.Queries, id string) ([]finch.Method, error) {
	rows, err := q.Methods(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("select the methods: %w", err)
	}
	var methods []finch.Method
	for _, r := range rows {
		products, err := fromJSON(r.Products)
		if err != nil {
			return nil, fmt.Errorf("read a method's products: %w", err)
		}
		methods = append(methods, finch.Method{Type: r.Type, Report: report(r.Status, r.StatusMessage, r.LastSync, r.LastSyncRaw), Products: products})
	}
	return methods, nil
}

func saveMethods(ctx context.Context, q *db.Queries, c finch.Connection) error {
	if err := q.ClearMethods(ctx, c.ID); err != nil {
		return fmt.Errorf("clear the methods: %w", err)
	}
	for i, m := range c.Methods {
		err := q.AddMethod(ctx, db.AddMethodParams{
			ConnectionID: c.ID, Position: int16(i), Type: clean(m.Type),
			Status: clean(string(m.Report.Status)), StatusMessage: clean(m.Report.Message),
			LastSync: stamp(m.Report.LastSync.At), LastSyncRaw: clean(m.Report.LastSync.Raw),
			Products: toJSON(m.Products), Learned: stamp(c.Learned),
		})
		if err != nil {
			return fmt.Errorf("add a method: %w", err)
		}
	}
	return nil
}

func loadEntities(ctx context.Context, q *db.Queries, id string) ([]finch.Entity, error) {
	rows, err := q.Entities(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("select the entities: %w", err)
	}
	var entities []finch.Entity
	for _, r := range rows {
		entities = append(entities, finch.Entity{ID: r.ID, Name: r.Name, SourceID: r.SourceID, Status: finch.Status(r.Status)})
	}
	return entities, nil
}

func saveEntities(ctx context.Context, q *db.Queries, c finch.Connection) error {
	if err := q.ClearEntities(ctx, c.ID); err != nil {
		return fmt.Errorf("clear the entities: %w", err)
	}
	for i, e := range c.Entities {
		err := q.AddEntity(ctx, db.AddEntityParams{
			ConnectionID: c.ID, Position: int16(i), ID: clean(e.ID), Name: clean(e.Name),
			SourceID: clean(e.SourceID), Status: clean(string(e.Status)), Learned: stamp(c.Learned),
		})
		if err != nil {
			return fmt.Errorf("add an entity: %w", err)
		}
	}
	return nil
}

// Sighted records that Finch told of a connection of which nothing is known
// here: it stands among the live ones, waiting for its token. One that is known
// stays as it is, but for a company that was not. at is now if it is zero.
func (s *Store) Sighted(ctx context.Context, connectionID, companyID string, at time.Time) error {
	if !usable(connectionID) {
		return errors.New("record a connection sighted: it has no usable id")
	}
	at = s.moment(at)
	err := s.change(ctx, func(q *db.Queries) error {
		c, err := loadToChange(ctx, q, connectionID)
		switch {
		case isUnknown(err):
			c = finch.Connection{ID: connectionID, Created: at, FirstSeen: at, StatusSince: at}
		case err != nil || c.CompanyID != "" || companyID == "":
			return err
		}
		c.CompanyID = companyID
		return save(ctx, q, c)
	})
	if err != nil {
		return fmt.Errorf("record a connection sighted: %w", err)
	}
	return nil
}
