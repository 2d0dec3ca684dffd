package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"perch/internal/alert"
	"perch/store/internal/db"
)

const (
	// noticeBatch is how much of what is newly owed a claim calls lanes for.
	noticeBatch = 500
	// claimTries is how often a claim that a rival overtook is made again.
	claimTries = 3
	// quickActs is how many acts that only write here one claim may do.
	quickActs = 10
)

// HasWork reports whether there may be something to send or edit now.
func (s *Store) HasWork(ctx context.Context) (bool, error) {
	now := stamp(s.now())
	pending, err := s.reads.Pending(ctx, db.PendingParams{Now: now, Pace: now + editBurst.Milliseconds()})
	if err != nil {
		return false, fmt.Errorf("look for what is owed: %w", damage(err))
	}
	return pending != 0, nil
}

// TakeTurn claims the channel that is due the longest for as long as the lease
// says, does what only has to be written here, and readies what has to go out:
// the plan is then to send or to look, and a message to send is marked as sent
// off. Any other plan means that the lane was given back. Channels with more
// failures in a row than mostFails are left alone. ok is false if none is due.
func (s *Store) TakeTurn(ctx context.Context, lease time.Duration, mostFails int) (turn alert.Turn, plan alert.Plan, ok bool, err error) {
	err = s.change(ctx, func(q *db.Queries) error {
		turn, plan, ok = alert.Turn{}, alert.Plan{}, false // it may be run again
		if err := s.callLanes(ctx, q); err != nil {
			return err
		}
		lane, claimed, err := s.claimLane(ctx, q, lease, mostFails)
		if err != nil || !claimed {
			return err
		}
		ok = true
		turn, plan, err = s.act(ctx, q, lane)
		return err
	})
	if err != nil {
		return alert.Turn{}, alert.Plan{}, false, fmt.Errorf("take a turn: %w", err)
	}
	return turn, plan, ok, nil
}

// callLanes makes the channels due that something new is owed to. Whoever owes
// does not: then many at once need not wait for each other.
func (s *Store) callLanes(ctx context.Context, q *db.Queries) error {
	channels, err := q.NoticeOwed(ctx, noticeBatch)
	if err != nil {
		return fmt.Errorf("notice what is owed: %w", err)
	}
	called := map[string]bool{}
	for _, c := range channels {
		called[c] = true
	}
	for _, c := range slices.Sorted(maps.Keys(called)) { // one order everywhere; see intake.next
		if err := q.CallLane(ctx, db.CallLaneParams{Channel: c, Now: stamp(s.now())}); err != nil {
			return fmt.Errorf("call a lane: %w", err)
		}
	}
	return nil
}

func (s *Store) claimLane(ctx context.Context, q *db.Queries, lease time.Duration, mostFails int) (alert.Lane, bool, error) {
	now := s.now()
	for range claimTries {
		row, err := q.ClaimLane(ctx, db.ClaimLaneParams{LeaseUntil: stamp(now.Add(lease)), Now: stamp(now), MostFails: int64(mostFails)})
		if err == nil {
			return alert.Lane{Channel: row.Channel, Fence: row.Fence, Fails: int(row.Fails)}, true, nil
		}
		if !missing(err) {
			return alert.Lane{}, false, fmt.Errorf("claim a lane: %w", err)
		}
	}
	return alert.Lane{}, false, nil
}

// act does what the plans say until one of them leads out of the store, or to
// nothing more.
func (s *Store) act(ctx context.Context, q *db.Queries, lane alert.Lane) (alert.Turn, alert.Plan, error) {
	for range quickActs {
		turn, err := s.turn(ctx, q, lane)
		if err != nil {
			return turn, alert.Plan{}, err
		}
		plan := turn.Plan()
		switch plan.Act {
		case alert.DoLook:
			return turn, plan, nil
		case alert.DoSend:
			held, err := q.HoldOwed(ctx, turn.Head.ID)
			if err == nil && held == 0 {
				continue // it was taken back since it was read
			}
			if err == nil {
				turn, err = s.sendOff(ctx, q, turn)
			}
			return turn, plan, err
		case alert.DoRest:
			return turn, plan, s.release(ctx, q, lane, release{})
		case alert.DoPause:
			return turn, plan, s.release(ctx, q, lane, release{due: plan.Until, next: plan.Until, fails: lane.Fails})
		}
		if err := s.doQuietly(ctx, q, turn, plan); err != nil {
			return turn, plan, err
		}
	}
	now := s.now()
	return alert.Turn{Lane: lane}, alert.Plan{Act: alert.DoPause, Until: now}, s.release(ctx, q, lane, release{due: now, next: now, fails: lane.Fails})
}

// release is how a lane is given back: due is zero if there is nothing to do.
type release struct {
	due, next time.Time
	fails     int
}

// release gives a lane back. Nobody else can have it before that; if somebody
// has, the claim was overtaken and nothing is to be written.
func (s *Store) release(ctx context.Context, q *db.Queries, lane alert.Lane, r release) error {
	n, err := q.ReleaseLane(ctx, db.ReleaseLaneParams{
		Due: stamp(r.due), NextAt: stamp(r.next), Fails: int64(r.fails), Channel: lane.Channel, Fence: lane.Fence,
	})
	if err != nil {
		return fmt.Errorf("give a lane back: %w", err)
	}
	if n == 0 {
		return alert.ErrOvertaken
	}
	return nil
}

// HastenLanes makes due at once what waits because Slack gave no clear answer.
func (s *Store) HastenLanes(ctx context.Context) error {
	if err := s.writes.HastenLanes(ctx, stamp(s.now())); err != nil {
		return fmt.Errorf("bring channels forward: %w", damage(err))
	}
	return nil
}

// FreeLanes ends the claims of a process that is gone, where it is certain that
// none but this one uses the database; elsewhere they run out.
func (s *Store) FreeLanes(ctx context.Context) error {
	if s.lock == nil {
		return nil
	}
	err := s.change(ctx, func(q *db.Queries) error {
		if err := q.FreeLanes(ctx); err != nil {
			return err
		}
		return q.FreeCards(ctx)
	})
	if err != nil {
		return fmt.Errorf("free what was claimed: %w", err)
	}
	return nil
}
