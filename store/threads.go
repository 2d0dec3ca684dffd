package store

import (
	"context"
	"fmt"
	"time"

	"perch/internal/alert"
	"perch/internal/thread"
	"perch/store/internal/db"
)

// Thread returns a bound thread with its bonds. Error: thread.ErrUnknown.
func (s *Store) Thread(ctx context.Context, id int64) (thread.Thread, error) {
	return s.thread(ctx, func(q *db.Queries) (db.Thread, error) { return q.ThreadByID(ctx, id) })
}

// ThreadAt returns the thread of that first message. Error: thread.ErrUnknown.
func (s *Store) ThreadAt(ctx context.Context, channel, root string) (thread.Thread, error) {
	return s.thread(ctx, func(q *db.Queries) (db.Thread, error) {
		return q.ThreadByRoot(ctx, db.ThreadByRootParams{Channel: clean(channel), Root: clean(root)})
	})
}

func (s *Store) thread(ctx context.Context, find func(*db.Queries) (db.Thread, error)) (thread.Thread, error) {
	var t thread.Thread
	err := s.view(ctx, func(q *db.Queries) error {
		row, err := find(q)
		if err != nil {
			return whyNoThread(err)
		}
		t, err = threadOf(ctx, q, row)
		return err
	})
	if err != nil {
		return thread.Thread{}, fmt.Errorf("read a thread: %w", err)
	}
	return t, nil
}

func whyNoThread(err error) error {
	if missing(err) {
		return thread.ErrUnknown
	}
	return fmt.Errorf("select the thread: %w", err)
}

func threadOf(ctx context.Context, q *db.Queries, row db.Thread) (thread.Thread, error) {
	rows, err := q.Bonds(ctx, row.ID)
	if err != nil {
		return thread.Thread{}, fmt.Errorf("select what the thread is about: %w", err)
	}
	t := thread.Thread{
		ID: row.ID, Channel: row.Channel, Root: row.Root, Permalink: row.Permalink, Made: timeOf(row.Made), CardID: row.CardID,
		StoppedBy: row.StoppedBy, StoppedAt: timeOf(row.StoppedAt), SharedBy: row.SharedBy,
	}
	for _, r := range rows {
		t.Bonds = append(t.Bonds, bondOf(r))
	}
	return t, nil
}

func bondOf(r db.ThreadBond) thread.Bond {
	return thread.Bond{
		Kind: thread.Kind(r.Kind), ID: r.ID, ConnectionID: r.ConnectionID, CompanyID: r.CompanyID, CustomerID: r.CustomerID, At: timeOf(r.At),
	}
}

// StopThread ends what is added to a thread, as somebody asked; lines that are owed
// are not told. It is no error if it is stopped already. Error: thread.ErrUnknown.
func (s *Store) StopThread(ctx context.Context, id int64, who string) error {
	return s.changeThread(ctx, id, "stop a thread", func(q *db.Queries, row db.Thread) (db.Thread, error) {
		if row.StoppedBy != "" {
			return row, nil
		}
		row.StoppedBy, row.StoppedAt = word(who), stamp(s.now())
		return row, s.unoweInThread(ctx, q, row, string(alert.NewsMessage), "stopped")
	})
}

// ResumeThread lets a thread go on. It is no error if it does. Error:
// thread.ErrUnknown.
func (s *Store) ResumeThread(ctx context.Context, id int64) error {
	return s.changeThread(ctx, id, "let a thread go on", func(_ *db.Queries, row db.Thread) (db.Thread, error) {
		row.StoppedBy, row.StoppedAt = "", 0
		return row, nil
	})
}

// changeThread changes what is kept of a thread, and has its reply say so.
func (s *Store) changeThread(ctx context.Context, id int64, what string, to func(*db.Queries, db.Thread) (db.Thread, error)) error {
	err := s.changeAndJudge(ctx, func(q *db.Queries) (bool, error) {
		row, err := q.HoldThread(ctx, id)
		if err != nil {
			return false, whyNoThread(err)
		}
		is, err := to(q, row)
		if err != nil || is == row {
			return false, err
		}
		return true, s.saveThread(ctx, q, is)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// saveThread saves a thread that the transaction holds; its reply is owed an edit.
func (s *Store) saveThread(ctx context.Context, q *db.Queries, row db.Thread) error {
	err := q.SaveThread(ctx, db.SaveThreadParams{
		ID: row.ID, Permalink: row.Permalink, StoppedBy: row.StoppedBy, StoppedAt: row.StoppedAt, SharedBy: row.SharedBy, LookAt: row.LookAt,
	})
	if err == nil {
		err = q.SoilCard(ctx, db.SoilCardParams{ID: row.CardID, At: stamp(s.now())})
	}
	if err != nil {
		return fmt.Errorf("save the thread: %w", err)
	}
	return nil
}

// WatchThread has a person hear in direct messages what is added to a thread, or
// no more. Error: thread.ErrUnknown.
func (s *Store) WatchThread(ctx context.Context, id int64, userID string, on bool) error {
	err := s.change(ctx, func(q *db.Queries) error {
		if !on {
			return q.UnwatchThread(ctx, db.UnwatchThreadParams{ThreadID: id, UserID: word(userID)})
		}
		if _, err := q.HoldThread(ctx, id); err != nil {
			return whyNoThread(err)
		}
		return q.WatchThread(ctx, db.WatchThreadParams{ThreadID: id, UserID: word(userID), Made: stamp(s.now())})
	})
	if err != nil {
		return fmt.Errorf("watch a thread: %w", err)
	}
	return nil
}

// QuietThreads are up to n threads of which it was to be seen before a time whether
// anybody still writes there, those that wait the longest first.
func (s *Store) QuietThreads(ctx context.Context, before time.Time, n int) ([]thread.Thread, error) {
	var quiet []thread.Thread
	err := s.view(ctx, func(q *db.Queries) error {
		rows, err := q.QuietThreads(ctx, db.QuietThreadsParams{Before: stamp(before), Count: count(n)})
		if err != nil {
			return fmt.Errorf("select threads: %w", err)
		}
		for _, row := range rows {
			t, err := threadOf(ctx, q, row)
			if err != nil {
				return err
			}
			quiet = append(quiet, t)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for quiet threads: %w", err)
	}
	return quiet, nil
}

// KeepThread keeps a thread bound at least until a time; one that is kept for
// longer already stays so.
func (s *Store) KeepThread(ctx context.Context, id int64, until time.Time) error {
	if err := s.writes.KeepThread(ctx, db.KeepThreadParams{ID: id, Until: stamp(until)}); err != nil {
		return fmt.Errorf("keep a thread: %w", damage(err))
	}
	return nil
}

// LetGoThread forgets a thread with all that is bound to it, unless it was kept, or
// bound to more, since it stood among QuietThreads before that time. Its reply stays
// as it is in Slack. It is no error if there is none.
func (s *Store) LetGoThread(ctx context.Context, id int64, before time.Time) error {
	err := s.change(ctx, func(q *db.Queries) error {
		row, err := q.HoldThread(ctx, id)
		if missing(err) || err == nil && row.LookAt > stamp(before) {
			return nil
		}
		if err != nil {
			return err
		}
		return s.letGo(ctx, q, row, "let go")
	})
	if err != nil {
		return fmt.Errorf("let a thread go: %w", err)
	}
	return nil
}

// letGo forgets a thread that the transaction holds.
func (s *Store) letGo(ctx context.Context, q *db.Queries, row db.Thread, reason string) error {
	if err := s.unoweInThread(ctx, q, row, string(alert.ReplyMessage), reason); err != nil {
		return err
	}
	rows, err := q.Bonds(ctx, row.ID)
	if err != nil {
		return fmt.Errorf("select what the thread is about: %w", err)
	}
	var bonds []thread.Bond
	for _, r := range rows {
		bonds = append(bonds, bondOf(r))
	}
	if err := s.soilNear(ctx, q, row.ID, bonds); err != nil {
		return err
	}
	for _, drop := range []func(context.Context, int64) error{q.DropBonds, q.DropThreadWatches, q.DropThread} {
		if err := drop(ctx, row.ID); err != nil {
			return fmt.Errorf("forget the thread: %w", err)
		}
	}
	if _, err := q.RemoveCard(ctx, row.CardID); err != nil {
		return fmt.Errorf("forget its card: %w", err)
	}
	return nil
}

// letGoOf forgets the thread whose reply a card was, and the card.
func (s *Store) letGoOf(ctx context.Context, q *db.Queries, cardID int64, reason string) error {
	row, err := q.ThreadByCard(ctx, cardID)
	if err == nil {
		row, err = q.HoldThread(ctx, row.ID)
	}
	if missing(err) {
		_, err = q.RemoveCard(ctx, cardID)
		return err
	}
	if err != nil {
		return fmt.Errorf("hold the thread: %w", err)
	}
	return s.letGo(ctx, q, row, reason)
}

// unoweInThread takes back the lines that are owed to a thread, and its reply too
// where kind says so.
func (s *Store) unoweInThread(ctx context.Context, q *db.Queries, row db.Thread, kind, reason string) error {
	err := q.UnoweInThread(ctx, db.UnoweInThreadParams{Now: stamp(s.now()), Reason: reason, Channel: row.Channel, CardID: row.CardID, Kind: kind})
	if err != nil {
		return fmt.Errorf("take back what is owed to the thread: %w", err)
	}
	return nil
}
