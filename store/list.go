package store

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"perch/internal/finch"
	"perch/store/internal/db"
)

// List returns a part of a tab, those that need attention first, then by name.
// Limit is brought into 1 to 10,000. What is staged is no connection yet: Sessions
// lists it.
// Error: ErrCursor if After did not come from a list asked in the same words.
func (s *Store) List(ctx context.Context, query finch.ListQuery) (finch.ListPage, error) {
	if query.Tab == finch.Staged {
		return finch.ListPage{}, nil
	}
	arg, err := pageOf(query)
	if err != nil {
		return finch.ListPage{}, fmt.Errorf("list connections: %w", err)
	}
	rows, err := s.reads.Page(ctx, arg)
	if err != nil {
		return finch.ListPage{}, fmt.Errorf("list connections: %w", damage(err))
	}
	var page finch.ListPage
	limit := int(arg.Count) - 1
	if len(rows) > limit { // one more was asked for, to know whether there is one
		rows = rows[:limit]
		page.Next = cursorAfter(query, rows[limit-1])
	}
	for _, r := range rows {
		page.Briefs = append(page.Briefs, briefOf(db.BriefRow{
			ID: r.ID, CustomerID: r.CustomerID, CustomerName: r.CustomerName, ProviderID: r.ProviderID, ProviderName: r.ProviderName,
			Environment: r.Environment, Status: r.Status, Worst: r.Worst, WorstSince: r.WorstSince, NewestSync: r.NewestSync,
			Learned: r.Learned, FirstSeen: r.FirstSeen, Failures: r.Failures,
		}))
	}
	return page, nil
}

// Counts are how many connections stand in each tab and how many of the live
// ones need attention, of those that contain the words (all, if there are none).
// Staged are the customers whose last link was sent and is not finished.
func (s *Store) Counts(ctx context.Context, words string) (finch.Counts, error) {
	rows, err := s.reads.Tally(ctx, within(words))
	if err != nil {
		return finch.Counts{}, fmt.Errorf("count connections: %w", damage(err))
	}
	staged, err := s.reads.CountStaged(ctx, within(words))
	if err != nil {
		return finch.Counts{}, fmt.Errorf("count what is staged: %w", damage(err))
	}
	counts := finch.Counts{Staged: int(staged)}
	for _, r := range rows {
		n := int(r.Count)
		switch {
		case r.Ended != 0:
			counts.Disconnected += n
		case r.Calm == 0:
			counts.Live += n
			counts.Attention += n
		default:
			counts.Live += n
		}
	}
	return counts, nil
}

func pageOf(query finch.ListQuery) (db.PageParams, error) {
	arg := db.PageParams{
		Ended: flag(query.Tab == finch.Ended), CalmTo: 1, AfterCalm: -1,
		Within: within(query.Words), Count: count(min(max(query.Limit, 1), 10_000)) + 1,
	}
	if query.Attention != nil {
		arg.CalmFrom = flag(!*query.Attention)
		arg.CalmTo = arg.CalmFrom
	}
	if query.After == "" {
		return arg, nil
	}
	c, err := readCursor(query)
	arg.AfterCalm, arg.AfterKey, arg.AfterID = c.Calm, c.Key, c.ID
	return arg, err
}

// within is the LIKE pattern of a filter; empty for all.
func within(words string) string {
	folded := foldWords(words)
	if folded == "" {
		return ""
	}
	return "%" + literal(folded) + "%"
}

// cursor is where a page ended: the place in the order, not a number of rows,
// so that connections which come and go meanwhile neither repeat nor skip others.
type cursor struct {
	Calm int16  `json:"c"`
	Key  string `json:"k"`
	ID   string `json:"i"`
	// Of is a mark of the list that the cursor belongs to.
	Of string `json:"o"`
}

func cursorAfter(query finch.ListQuery, last db.PageRow) string {
	return packCursor(cursor{Calm: last.Calm, Key: last.SortKey, ID: last.ID, Of: listMark(query)})
}

func packCursor(c any) string {
	text, err := json.Marshal(c)
	if err != nil {
		return "" // cannot happen: strings and numbers always encode
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// unpackCursor reads what packCursor made. Whoever calls it trusts nothing in
// it: cursors travel through Slack and back.
func unpackCursor(packed string, c any) error {
	text, err := base64.RawURLEncoding.DecodeString(packed)
	if err == nil {
		err = json.Unmarshal(text, c)
	}
	if err != nil {
		return fmt.Errorf("%w: it cannot be read: ask for the first page", ErrCursor)
	}
	return nil
}

func readCursor(query finch.ListQuery) (cursor, error) {
	var c cursor
	if err := unpackCursor(query.After, &c); err != nil {
		return cursor{}, err
	}
	switch {
	case c.Of != listMark(query):
		return cursor{}, fmt.Errorf("%w: it belongs to another list: ask for the first page", ErrCursor)
	case c.Calm < 0 || c.Calm > 1 || c.ID == "" || c.Key != clean(c.Key) || c.ID != clean(c.ID):
		return cursor{}, fmt.Errorf("%w: it names no place in the list: ask for the first page", ErrCursor)
	}
	return c, nil
}

func listMark(query finch.ListQuery) string {
	attention := "all"
	if query.Attention != nil {
		attention = fmt.Sprint(*query.Attention)
	}
	sum := sha256.Sum256([]byte(string(query.Tab) + "\x00" + attention + "\x00" + foldWords(query.Words)))
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}
