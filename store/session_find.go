package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"perch/internal/connect"
	"perch/store/internal/db"
)

// nearNames is among how many of the last customers the nearest names are looked
// for.
const nearNames = 50_000

// FindSessions returns the sessions that the words name, at most limit: the
// session of that id, or the last one of the customer or connection of that id (in
// any case); and only if there is none, the last ones of customers whose name
// contains the words (whatever case and accents) or one of whose ids begins with
// them, closest names first, then the newest.
func (s *Store) FindSessions(ctx context.Context, words string, limit int) ([]connect.Brief, error) {
	word := foldWords(words)
	if word == "" {
		return nil, nil
	}
	var found []connect.Brief
	err := s.view(ctx, func(q *db.Queries) error {
		rows, err := sessionsExactly(ctx, q, words, limit)
		if err == nil && len(rows) == 0 {
			rows, err = sessionsWithin(ctx, q, word, limit)
		}
		found = sessionBriefs(rows)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find Connect sessions: %w", err)
	}
	return found, nil
}

// sessionsExactly tries the ids one after another: an id names one thing.
func sessionsExactly(ctx context.Context, q *db.Queries, words string, limit int) ([]db.SessionLine, error) {
	word, id := foldWords(words), clean(strings.TrimSpace(words))
	for _, look := range []func() ([]db.SessionLine, error){
		func() ([]db.SessionLine, error) {
			return q.SessionsExactly(ctx, db.SessionsExactlyParams{Word: word, Count: count(limit)})
		},
		func() ([]db.SessionLine, error) {
			return q.CustomersExactly(ctx, db.CustomersExactlyParams{Word: word, Count: count(limit)})
		},
		func() ([]db.SessionLine, error) {
			return q.SessionsOfConnection(ctx, db.SessionsOfConnectionParams{ConnectionID: id, Count: count(min(limit, 1))})
		},
		func() ([]db.SessionLine, error) {
			return q.SessionsOfConnection(ctx, db.SessionsOfConnectionParams{ConnectionID: strings.ToLower(id), Count: count(min(limit, 1))})
		},
	} {
		rows, err := look()
		if err != nil {
			return nil, fmt.Errorf("look for an id: %w", err)
		}
		if len(rows) > 0 {
			return rows, nil
		}
	}
	return nil, nil
}

func sessionsWithin(ctx context.Context, q *db.Queries, word string, limit int) ([]db.SessionLine, error) {
	pattern := literal(word)
	arg := db.SessionMatchesParams{Word: word, Within: "%" + pattern + "%", Prefix: pattern + "%", Count: count(limit)}
	if utf8.RuneCountInString(word) >= idPrefix {
		arg.IDPrefix = "%\n" + pattern + "%"
	}
	rows, err := q.SessionMatches(ctx, arg)
	if err != nil {
		return nil, fmt.Errorf("look for a name: %w", err)
	}
	return rows, nil
}

// NearestSessions returns the last sessions of those customers whose names come
// closest to the words, at most limit, for when FindSessions finds none. It looks
// among the last 50,000 customers.
func (s *Store) NearestSessions(ctx context.Context, words string, limit int) ([]connect.Brief, error) {
	word := cut(foldWords(words), 40)
	if word == "" {
		return nil, nil
	}
	var rows []db.SessionLine
	err := s.view(ctx, func(q *db.Queries) error {
		names, err := q.SessionNames(ctx, nearNames)
		if err != nil {
			return fmt.Errorf("read the names: %w", err)
		}
		var customers []customer[int64]
		for _, n := range names {
			customers = append(customers, customer[int64]{n.Num, n.NameFolded})
		}
		for _, num := range closest(word, customers, limit) {
			row, err := q.SessionByNum(ctx, num)
			if err != nil {
				return fmt.Errorf("read a line: %w", err)
			}
			rows = append(rows, row)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find the nearest names: %w", err)
	}
	return sessionBriefs(slices.Clip(rows)), nil
}
