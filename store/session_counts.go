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

// tallyText is how it is kept what a session adds to the funnel; empty for nothing.
func tallyText(t connect.Tally) string {
	if t.Equal(connect.Tally{}) {
		return ""
	}
	text, err := json.Marshal(t)
	if err != nil {
		return "" // cannot happen: strings and numbers always encode
	}
	return string(text)
}

func tallyOf(text string) (t connect.Tally, err error) {
	if text == "" {
		return t, nil
	}
	if err := json.Unmarshal([]byte(text), &t); err != nil {
		return t, fmt.Errorf("%w: what a session adds to the funnel is not JSON: %w", ErrDamaged, err)
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

// shifts are what changes in the funnel by what was read in one transaction.
type shifts map[cell]*shift

// count has the funnel count a session as it is, and no more as it was.
func (f shifts) count(was, is connect.Tally) {
	f.add(was, -1)
	f.add(is, 1)
}

// save changes the rows, in the one order in which they are held everywhere.
func (f shifts) save(ctx context.Context, q *db.Queries) error {
	for _, c := range slices.SortedFunc(maps.Keys(f), cell.compare) {
		if s := f[c]; !s.none() {
			if err := moveCell(ctx, q, c, *s); err != nil {
				return fmt.Errorf("count sessions into the funnel: %w", err)
			}
		}
	}
	return nil
}

func (f shifts) add(t connect.Tally, sign int64) {
	at := func(stage connect.Stage) *shift {
		c := cell{dayOf(t.Day), word(t.ProviderID), word(string(stage))}
		if f[c] == nil {
			f[c] = &shift{}
		}
		return f[c]
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
	if err := h.UnmarshalJSON([]byte(text)); err != nil { // as such: there are thousands
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
