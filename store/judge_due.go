package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"perch/internal/alert"
	"perch/store/internal/db"
)

const (
	// judgeLease is when what was taken from a queue and not finished, because the
	// process died, is taken again.
	judgeLease = time.Minute
	// judgeAgain is when what failed is tried again.
	judgeAgain = 10 * time.Minute
)

// JudgeDue does what time alone makes due: connections are judged again, problems
// wake, what was held is told and who wants it is reminded. It takes up to n of
// each of these queues, each thing in a transaction of its own, and reports
// whether more waits. What fails is put off, and does not hold up the others; the
// error names all of it.
func (s *Store) JudgeDue(ctx context.Context, n int) (more bool, err error) {
	n = min(max(n, 1), 1000)
	var errs []error
	for _, work := range []func(context.Context, int) (bool, error){s.judgeWaiting, s.wakeProblems, s.tellWaiting} {
		left, err := work(ctx, n)
		more = more || left
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return more, fmt.Errorf("do what is due: %w", err)
	}
	return more, nil
}

// judgeWaiting judges connections, and Perch itself, whose time has come.
func (s *Store) judgeWaiting(ctx context.Context, n int) (more bool, err error) {
	var ids []string
	now := s.now()
	err = s.change(ctx, func(q *db.Queries) (err error) {
		ids, err = q.ClaimJudgements(ctx, db.ClaimJudgementsParams{LeaseUntil: stamp(now.Add(judgeLease)), Now: stamp(now), Count: count(n)})
		return err
	})
	if err != nil {
		return false, fmt.Errorf("claim judgements: %w", err)
	}
	var errs []error
	for _, id := range ids {
		err := s.changeAndJudge(ctx, func(q *db.Queries) (bool, error) { return s.judgeNow(ctx, q, id) })
		if err != nil && ctx.Err() == nil {
			errs = append(errs, err, s.putOff(ctx, id))
		}
	}
	return len(ids) == n, errors.Join(errs...)
}

// judgeNow judges a connection, or Perch itself where the id is empty.
func (s *Store) judgeNow(ctx context.Context, q *db.Queries, id string) (news bool, err error) {
	if id != "" {
		if err := q.SetJudgement(ctx, db.SetJudgementParams{ConnectionID: id}); err != nil { // unless it is judged to be due again
			return false, fmt.Errorf("end a judgement's turn: %w", err)
		}
		return s.judge(ctx, q, id)
	}
	if err := q.HoldJudgement(ctx, ""); err != nil {
		return false, fmt.Errorf("hold the senses: %w", err)
	}
	senses, err := sensesOf(ctx, q)
	if err != nil {
		return false, err
	}
	return s.judgeSight(ctx, q, senses)
}

func (s *Store) putOff(ctx context.Context, id string) error {
	err := s.writes.SetJudgement(ctx, db.SetJudgementParams{ConnectionID: id, Due: stamp(s.now().Add(judgeAgain))})
	if err != nil {
		return fmt.Errorf("put a judgement off: %w", err)
	}
	return nil
}

// wakeProblems does what the passing of time does to problems: a snooze ends, a
// flapping one has been well for long.
func (s *Store) wakeProblems(ctx context.Context, n int) (more bool, err error) {
	var claimed []db.ClaimWakesRow
	now := s.now()
	err = s.change(ctx, func(q *db.Queries) (err error) {
		claimed, err = q.ClaimWakes(ctx, db.ClaimWakesParams{LeaseUntil: stamp(now.Add(judgeLease)), Now: stamp(now), Count: count(n)})
		return err
	})
	if err != nil {
		return false, fmt.Errorf("claim problems to wake: %w", err)
	}
	var errs []error
	for _, c := range claimed {
		err := s.changeAndJudge(ctx, func(q *db.Queries) (bool, error) { return s.wake(ctx, q, c) })
		if err != nil && ctx.Err() == nil {
			errs = append(errs, err, s.writes.SetWake(ctx, db.SetWakeParams{ID: c.ID, Wake: stamp(s.now().Add(judgeAgain))}))
		}
	}
	return len(claimed) == n, errors.Join(errs...)
}

// wake judges what a problem is of. A problem that this does not change sleeps on,
// until its own time or, if that has come, for a while.
func (s *Store) wake(ctx context.Context, q *db.Queries, c db.ClaimWakesRow) (news bool, err error) {
	switch {
	case c.ConnectionID != "":
		news, err = s.judge(ctx, q, c.ConnectionID)
	case c.Kind == string(alert.Outage):
		news, err = s.judgeOutage(ctx, q, c.ID)
	case kindOfSessions(c.Kind):
		news, err = s.judgeSessionsOf(ctx, q, c.ID)
	default:
		news, err = s.judgeNow(ctx, q, "")
	}
	if err != nil {
		return false, fmt.Errorf("wake problem %d: %w", c.ID, err)
	}
	p, err := problemByID(ctx, q, c.ID)
	if errors.Is(err, alert.ErrUnknownProblem) {
		return news, nil
	}
	if err != nil {
		return false, err
	}
	at := p.WakeAt()
	if soon := s.now().Add(judgeAgain); !at.IsZero() && !at.After(s.now()) {
		at = soon
	}
	if err := q.SetWake(ctx, db.SetWakeParams{ID: c.ID, Wake: stamp(at)}); err != nil {
		return false, fmt.Errorf("note when problem %d wakes: %w", c.ID, err)
	}
	return news, nil
}

// judgeOutage judges an open outage by all of its problems.
func (s *Store) judgeOutage(ctx context.Context, q *db.Queries, id int64) (news bool, err error) {
	was, err := s.problemToChange(ctx, q, id)
	if err != nil || was.State != alert.Open {
		return false, err
	}
	if _, surge := alert.SurgeClass(was.Class); surge {
		return s.judgeSurge(ctx, q, was)
	}
	d := s.newDocket(q)
	c, err := d.holdCrowd(ctx, crowdOf(was))
	if err != nil {
		return false, err
	}
	known := alert.Crowd{ProviderID: c.ProviderID, ProviderName: was.Subject.ProviderName, Class: c.Class, Parent: &was}
	if known.Children, err = d.children(ctx, id); err != nil {
		return false, err
	}
	if known.Active, err = d.active(ctx, c); err != nil {
		return false, err
	}
	steps := alert.AdvanceOutage(known, s.outage, d.now)
	if len(steps) == 0 {
		return false, nil
	}
	if err := d.take(ctx, c, steps); err != nil {
		return false, err
	}
	return true, d.saveCrowd(ctx, c)
}
