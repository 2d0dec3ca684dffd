package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"perch/internal/explore"
	"perch/internal/finch"
	"perch/store/internal/db"
)

// mostSaved is how many questions are kept at one place.
const mostSaved = 100

// SaveQuery keeps a question under its name, in place of the one of that name at
// the same place; capitals make no other name. Only what reads is kept. Made is now
// if it is zero. Error: explore.ErrTooManyQueries.
func (s *Store) SaveQuery(ctx context.Context, saved explore.Saved) (explore.Saved, error) {
	saved.Place, saved.Name, saved.Maker = word(saved.Place), word(strings.TrimSpace(saved.Name)), word(saved.Maker)
	saved.Made = s.moment(saved.Made)
	row, err := savedRow(saved)
	if err == nil {
		err = s.change(ctx, func(q *db.Queries) (err error) {
			saved.ID, err = saveQuery(ctx, q, row)
			return err
		})
	}
	if err != nil {
		return explore.Saved{}, fmt.Errorf("save a question: %w", err)
	}
	return saved, nil
}

func saveQuery(ctx context.Context, q *db.Queries, row db.SaveQueryParams) (int64, error) {
	others, err := q.CountOtherQueries(ctx, db.CountOtherQueriesParams{Place: row.Place, NameFolded: row.NameFolded})
	if err != nil {
		return 0, fmt.Errorf("count what is kept there: %w", err)
	}
	if others >= mostSaved {
		return 0, explore.ErrTooManyQueries
	}
	id, err := q.SaveQuery(ctx, row)
	if err != nil {
		return 0, fmt.Errorf("insert it: %w", err)
	}
	return id, nil
}

// savedRow is a question as it is stored, if it is one to keep.
func savedRow(saved explore.Saved) (db.SaveQueryParams, error) {
	switch e := saved.Query.Endpoint; {
	case saved.Place == "" || fold(saved.Name) == "":
		return db.SaveQueryParams{}, errors.New("it has no place or no name")
	case e.Path == "" || e.Writes:
		return db.SaveQueryParams{}, errors.New("only questions that read are kept")
	}
	params, err := paramsToJSON(saved.Query.Values)
	return db.SaveQueryParams{
		Place: saved.Place, Name: saved.Name, NameFolded: fold(saved.Name), ConnectionID: word(saved.Query.ConnectionID),
		Method: saved.Query.Endpoint.Method, Path: saved.Query.Endpoint.Path, Params: params, Maker: saved.Maker, Made: stamp(saved.Made),
	}, err
}

func paramsToJSON(values map[string][]string) (string, error) {
	cleaned := make(map[string][]string, len(values))
	for name, said := range values {
		for _, v := range said {
			cleaned[clean(name)] = append(cleaned[clean(name)], clean(v))
		}
	}
	text, err := json.Marshal(cleaned)
	if err != nil {
		return "", fmt.Errorf("write what is said: %w", err)
	}
	return string(text), nil
}

// SavedQueries are the questions kept at these places, by name. One whose endpoint
// is not in Finch's table any more, or writes by now, is left out.
func (s *Store) SavedQueries(ctx context.Context, places ...string) ([]explore.Saved, error) {
	var all []explore.Saved
	for _, place := range slices.Compact(slices.Sorted(slices.Values(places))) {
		rows, err := s.reads.SavedQueries(ctx, word(place))
		if err != nil {
			return nil, fmt.Errorf("read the saved questions: %w", damage(err))
		}
		for _, row := range rows {
			saved, ok, err := savedOf(row)
			if err != nil {
				return nil, fmt.Errorf("read the saved questions: %w", err)
			}
			if ok {
				all = append(all, saved)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b explore.Saved) int { return cmp.Compare(fold(a.Name), fold(b.Name)) })
	return all, nil
}

// SavedQuery reads one question. Error: explore.ErrUnknownQuery, also for one that
// SavedQueries leaves out.
func (s *Store) SavedQuery(ctx context.Context, id int64) (explore.Saved, error) {
	row, err := s.reads.SavedQuery(ctx, id)
	if missing(err) {
		return explore.Saved{}, fmt.Errorf("read a saved question: %w", explore.ErrUnknownQuery)
	}
	if err != nil {
		return explore.Saved{}, fmt.Errorf("read a saved question: %w", damage(err))
	}
	saved, ok, err := savedOf(row)
	if err == nil && !ok {
		err = explore.ErrUnknownQuery
	}
	if err != nil {
		return explore.Saved{}, fmt.Errorf("read a saved question: %w", err)
	}
	return saved, nil
}

// DropQuery removes a question; it is no error if there is none.
func (s *Store) DropQuery(ctx context.Context, id int64) error {
	if err := s.writes.DropQuery(ctx, id); err != nil {
		return fmt.Errorf("remove a saved question: %w", damage(err))
	}
	return nil
}

// savedOf reads a row; ok is false where its endpoint is none to read with.
func savedOf(row db.SavedQuery) (saved explore.Saved, ok bool, err error) {
	endpoint, _, ok := finch.FindEndpoint(row.Method, row.Path)
	if !ok || endpoint.Writes {
		return explore.Saved{}, false, nil
	}
	var values map[string][]string
	if err := json.Unmarshal([]byte(row.Params), &values); err != nil {
		return explore.Saved{}, false, fmt.Errorf("%w: what a saved question says is not JSON: %w", ErrDamaged, err)
	}
	return explore.Saved{
		ID: row.ID, Place: row.Place, Name: row.Name, Maker: row.Maker, Made: timeOf(row.Made),
		Query: explore.Query{Endpoint: endpoint, ConnectionID: row.ConnectionID, Values: values},
	}, true, nil
}
