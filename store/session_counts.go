package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"perch/internal/connect"
	"perch/store/internal/db"
)

const dayLength = 24 * time.Hour

// storedTally fixes how it is written what a session adds to the funnel.
type storedTally struct {
	Day       int64         `json:"d"` // since 1970
	Provider  string        `json:"p,omitempty"`
	Sessions  int           `json:"n,omitempty"`
	Opened    int           `json:"o,omitempty"`
	Staged    int           `json:"s,omitempty"`
	Connected int           `json:"c,omitempty"`
	Dropped   int           `json:"x,omitempty"`
	Stages    []storedStage `json:"g,omitempty"`
}

type storedStage struct {
	Stage   string `json:"g"`
	Reached int    `json:"n,omitempty"`
	Passed  int    `json:"c,omitempty"`
	Dropped int    `json:"x,omitempty"`
	Spent   int64  `json:"t,omitempty"` // ms
}

func tallyText(t connect.Tally) string {
	if t.Equal(connect.Tally{}) {
		return ""
	}
	stored := storedTally{
		Day: dayOf(t.Day), Provider: word(t.ProviderID), Sessions: t.Sessions, Opened: t.Opened, Staged: t.Staged,
		Connected: t.Connected, Dropped: t.Dropped,
	}
	for _, s := range t.Stages {
		stored.Stages = append(stored.Stages, storedStage{
			Stage: word(string(s.Stage)), Reached: s.Reached, Passed: s.Passed, Dropped: s.Dropped, Spent: s.Spent.Milliseconds(),
		})
	}
	text, err := json.Marshal(stored)
	if err != nil {
		return "" // cannot happen: strings and numbers always encode
	}
	return string(text)
}

func tallyOf(text string) (connect.Tally, error) {
	if text == "" {
		return connect.Tally{}, nil
	}
	var stored storedTally
	if err := json.Unmarshal([]byte(text), &stored); err != nil {
		return connect.Tally{}, fmt.Errorf("%w: what a session adds to the funnel is not JSON: %w", ErrDamaged, err)
	}
	t := connect.Tally{
		Day: dayAt(stored.Day), ProviderID: stored.Provider, Sessions: stored.Sessions, Opened: stored.Opened, Staged: stored.Staged,
		Connected: stored.Connected, Dropped: stored.Dropped,
	}
	for _, s := range stored.Stages {
		t.Stages = append(t.Stages, connect.StageTally{
			Stage: connect.Stage(s.Stage), Reached: s.Reached, Passed: s.Passed, Dropped: s.Dropped, Spent: time.Duration(s.Spent) * time.Millisecond,
		})
	}
	return t, nil
}

func dayOf(t time.Time) int64   { return stamp(t) / dayLength.Milliseconds() }
func dayAt(day int64) time.Time { return time.UnixMilli(day * dayLength.Milliseconds()).UTC() }

// cell is a row of the funnel's days.
type cell struct {
	day             int64
	provider, stage string
}

func (c cell) compare(o cell) int {
	return cmp.Or(cmp.Compare(c.day, o.day), cmp.Compare(c.provider, o.provider), cmp.Compare(c.stage, o.stage))
}

// shift is what changes in a row.
type shift struct {
	sessions, opened, staged, passed, dropped int64
	gone, come                                []time.Duration // spent in the stage
}

func (s shift) none() bool {
	return s.sessions == 0 && s.opened == 0 && s.staged == 0 && s.passed == 0 && s.dropped == 0 && slices.Equal(s.gone, s.come)
}

// retally has the funnel count a session as it is, and no more as it was. Rows are
// held in one order everywhere.
func retally(ctx context.Context, q *db.Queries, was, is connect.Tally) error {
	if is.Equal(was) {
		return nil
	}
	shifts := map[cell]*shift{}
	addTally(shifts, was, -1)
	addTally(shifts, is, 1)
	for _, c := range slices.SortedFunc(maps.Keys(shifts), cell.compare) {
		if s := shifts[c]; !s.none() {
			if err := moveCell(ctx, q, c, *s); err != nil {
				return fmt.Errorf("count it into the funnel: %w", err)
			}
		}
	}
	return nil
}

func addTally(shifts map[cell]*shift, t connect.Tally, sign int64) {
	at := func(stage connect.Stage) *shift {
		c := cell{dayOf(t.Day), word(t.ProviderID), word(string(stage))}
		if shifts[c] == nil {
			shifts[c] = &shift{}
		}
		return shifts[c]
	}
	whole := at("")
	whole.sessions += sign * int64(t.Sessions)
	whole.opened += sign * int64(t.Opened)
	whole.staged += sign * int64(t.Staged)
	whole.passed += sign * int64(t.Connected)
	whole.dropped += sign * int64(t.Dropped)
	for _, s := range t.Stages {
		if s.Stage == "" {
			continue
		}
		part := at(s.Stage)
		part.sessions += sign * int64(s.Reached)
		part.passed += sign * int64(s.Passed)
		part.dropped += sign * int64(s.Dropped)
		switch {
		case s.Passed == 0:
		case sign < 0:
			part.gone = append(part.gone, s.Spent)
		default:
			part.come = append(part.come, s.Spent)
		}
	}
}

func moveCell(ctx context.Context, q *db.Queries, c cell, s shift) error {
	text, err := q.HoldFunnelDay(ctx, db.HoldFunnelDayParams{Day: c.day, ProviderID: c.provider, Stage: c.stage})
	if err != nil {
		return fmt.Errorf("hold its day: %w", err)
	}
	if !slices.Equal(s.gone, s.come) {
		h, err := histogramOf(text)
		if err != nil {
			return err
		}
		for _, d := range s.gone {
			h.Remove(d)
		}
		for _, d := range s.come {
			h.Add(d)
		}
		text = histogramText(h)
	}
	err = q.AddToFunnelDay(ctx, db.AddToFunnelDayParams{
		Day: c.day, ProviderID: c.provider, Stage: c.stage, Sessions: s.sessions, Opened: s.opened, Staged: s.staged,
		Passed: s.passed, Dropped: s.dropped, Spent: text,
	})
	if err != nil {
		return fmt.Errorf("add to its day: %w", err)
	}
	return nil
}

func histogramOf(text string) (connect.Histogram, error) {
	var h connect.Histogram
	if text == "" {
		return h, nil
	}
	if err := json.Unmarshal([]byte(text), &h); err != nil {
		return h, fmt.Errorf("%w: a histogram cannot be read: %w", ErrDamaged, err)
	}
	return h, nil
}

func histogramText(h connect.Histogram) string {
	if h.Total() == 0 {
		return ""
	}
	text, err := json.Marshal(h)
	if err != nil {
		return "" // cannot happen: numbers always encode
	}
	return string(text)
}
