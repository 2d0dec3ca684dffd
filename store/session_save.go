package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"perch/internal/connect"
	"perch/store/internal/db"
)

// saveReading writes down what was read off a session, where it says anything
// new: for lists, and which errors were seen. What it adds to the funnel it notes in
// moves, for the caller to save once all sessions are read.
func saveReading(ctx context.Context, q *db.Queries, row db.SessionLine, r connect.Reading, moves shifts) error {
	was, err := tallyOf(row.Counted)
	if err != nil {
		return err
	}
	is := connect.Count(r)
	if !is.Equal(was) {
		moves.count(was, is)
	}
	p := r.Progress
	dropped, at := droppedAt(is)
	arg := db.SaveReadingParams{
		Num: row.Num, Outcome: string(p.Outcome), Open: flag(!p.Outcome.Over()), Provisional: flag(p.Provisional), Stage: word(string(p.Stage)),
		Opened: stamp(p.Opened), LastAt: stamp(p.Last), Over: stamp(p.Over), Errors: int64(p.ErrorCount),
		Dropped: flag(dropped), DroppedAt: word(string(at)), Counted: tallyText(is),
	}
	if arg != readingIn(row) {
		if err := q.SaveReading(ctx, arg); err != nil {
			return fmt.Errorf("save what was read: %w", err)
		}
	}
	return saveErrors(ctx, q, row, p.Errors)
}

// soilSession notes that the replies which show a session are not true any more, if
// anything new was read off it.
func (s *Store) soilSession(ctx context.Context, q *db.Queries, row db.SessionLine, r connect.Reading) error {
	p := r.Progress
	if row.Outcome == string(p.Outcome) && row.Provisional == flag(p.Provisional) && row.Stage == word(string(p.Stage)) && row.Opened == stamp(p.Opened) &&
		row.LastAt == stamp(p.Last) && row.Over == stamp(p.Over) && row.Errors == int64(p.ErrorCount) {
		return nil
	}
	err := q.SoilBoundToSession(ctx, db.SoilBoundToSessionParams{SessionID: row.ID, CustomerID: row.CustomerID, At: stamp(s.now())})
	if err != nil {
		return fmt.Errorf("note that replies are out of date: %w", err)
	}
	return nil
}

// readingIn is what was read last.
func readingIn(r db.SessionLine) db.SaveReadingParams {
	return db.SaveReadingParams{
		Num: r.Num, Outcome: r.Outcome, Open: r.Open, Provisional: r.Provisional, Stage: r.Stage, Opened: r.Opened, LastAt: r.LastAt,
		Over: r.Over, Errors: r.Errors, Dropped: r.Dropped, DroppedAt: r.DroppedAt, Counted: r.Counted,
	}
}

// droppedAt is in which stage the funnel counts a session as dropped off, if it does.
func droppedAt(t connect.Tally) (dropped bool, at connect.Stage) {
	i := slices.IndexFunc(t.Stages, func(s connect.StageTally) bool { return s.Dropped > 0 })
	if i >= 0 {
		at = t.Stages[i].Stage
	}
	return t.Dropped > 0 || i >= 0, at
}

// saveErrors notes which errors a session showed, and when last.
func saveErrors(ctx context.Context, q *db.Queries, row db.SessionLine, seen []connect.ErrorSeen) error {
	if len(seen) == 0 && row.Errors == 0 {
		return nil
	}
	rows, err := q.SessionErrors(ctx, row.Num)
	if err != nil {
		return fmt.Errorf("select its errors: %w", err)
	}
	known := map[string]int64{}
	for _, r := range rows {
		known[r.Hash] = r.LastAt
	}
	for _, e := range seen {
		hash := textHash(e.Message)
		last, ok := known[hash]
		delete(known, hash)
		if ok && last == stamp(e.Last) {
			continue
		}
		err := q.SaveSessionError(ctx, db.SaveSessionErrorParams{Session: row.Num, Hash: hash, CustomerID: row.CustomerID, LastAt: stamp(e.Last)})
		if err != nil {
			return fmt.Errorf("note an error: %w", err)
		}
	}
	for hash := range known {
		if err := q.DropSessionError(ctx, db.DropSessionErrorParams{Session: row.Num, Hash: hash}); err != nil {
			return fmt.Errorf("forget an error: %w", err)
		}
	}
	return nil
}

func textHash(text string) string {
	sum := sha256.Sum256([]byte(clean(text)))
	return hex.EncodeToString(sum[:16])
}
