package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"perch/internal/alert"
	"perch/internal/finch"
	"perch/store/internal/db"
)

// What a judgement reads of a connection's jobs: so many of the newest, and of
// those before them what no success has ended yet.
const (
	newestJobs = 20
	mostJobs   = 300
	// judgedSteps of its statuses reach back far enough for each of its parts.
	judgedSteps = 100
)

// changeAndJudge is change for what may make problems: fn reports whether it did.
// Whoever tells of problems is woken after the commit.
func (s *Store) changeAndJudge(ctx context.Context, fn func(*db.Queries) (news bool, err error)) error {
	var news bool
	err := s.change(ctx, func(q *db.Queries) (err error) {
		news, err = fn(q)
		return err
	})
	if err == nil && news {
		s.stir()
	}
	return err
}

// stir wakes whoever tells, unless somebody did already.
func (s *Store) stir() {
	select {
	case s.owing <- struct{}{}:
	default:
	}
}

// Owing receives a value after something new is owed to channels, or stands in
// them and is not true any more. It has one receiver; a replica's news comes only
// to that replica.
func (s *Store) Owing() <-chan struct{} { return s.owing }

// judge asks what is wrong with each of these connections now, writes down what
// that changed, and who hears of it, within the transaction that recorded
// something about them. What is judged is what is known, not what was just said:
// in whatever order it came, the judgement is the same. A connection that is not
// known is not judged. It reports whether anything happened.
func (s *Store) judge(ctx context.Context, q *db.Queries, connectionIDs ...string) (news bool, err error) {
	return s.judgeIn(ctx, q, s.newBulletin(q), connectionIDs...)
}

// judgeIn is judge for whoever has more to say in threads.
func (s *Store) judgeIn(ctx context.Context, q *db.Queries, b *bulletin, connectionIDs ...string) (news bool, err error) {
	ids := slices.Compact(slices.Sorted(slices.Values(connectionIDs)))
	ids = slices.DeleteFunc(ids, func(id string) bool { return id == "" })
	for _, id := range ids {
		if err := q.Hold(ctx, id); err != nil { // all of them before anything else: see happen
			return false, fmt.Errorf("hold the connection: %w", err)
		}
	}
	var steps []alert.Step
	for _, id := range ids {
		if err := s.countFailures(ctx, q, id); err != nil {
			return false, err
		}
		taken, err := s.assess(ctx, q, id)
		if err != nil {
			return false, fmt.Errorf("judge connection %q: %w", id, err)
		}
		steps = append(steps, taken...)
	}
	_, err = s.happenIn(ctx, q, b, steps)
	return len(steps) > 0, err
}

// assess is what becomes of the problems of a connection that the transaction
// holds. It writes only when to look again.
func (s *Store) assess(ctx context.Context, q *db.Queries, id string) ([]alert.Step, error) {
	removed, err := q.JudgedConnection(ctx, id)
	if missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("select whether it was removed: %w", err)
	}
	rows, err := q.OpenProblemsOf(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("select its open problems: %w", err)
	}
	past, err := problemsOf(rows)
	if err != nil {
		return nil, err
	}
	if removed != 0 {
		return s.closeAll(past)
	}
	situation, err := s.situation(ctx, q, id)
	if err != nil {
		return nil, err
	}
	found, next := alert.Assess(situation)
	if err := setJudgement(ctx, q, id, next, situation.Now); err != nil {
		return nil, err
	}
	subject := func(k alert.Key) alert.Subject { return alert.SubjectOf(situation.Connection, k.EntityID) }
	return advance(ctx, q, past, found, subject, situation.Now)
}

// advance compares what is found with what is open, and with what was before.
func advance(ctx context.Context, q *db.Queries, open []alert.Problem, found []alert.Finding, subject func(alert.Key) alert.Subject, now time.Time) ([]alert.Step, error) {
	past := open
	wrong := func(f alert.Finding) bool { return f.Word == alert.Wrong }
	if len(open) == 0 && !slices.ContainsFunc(found, wrong) {
		return nil, nil
	}
	for _, f := range found {
		if !wrong(f) || slices.ContainsFunc(open, func(p alert.Problem) bool { return p.Key == f.Key }) {
			continue
		}
		row, err := q.LastProblemOfKey(ctx, clean(f.Key.String()))
		if missing(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("select the problem before: %w", err)
		}
		last, err := problemOf(row)
		if err != nil {
			return nil, err
		}
		past = append(past, last)
	}
	return alert.Advance(past, found, subject, now), nil
}

// closeAll ends what is open of a connection that somebody here removed.
func (s *Store) closeAll(open []alert.Problem) ([]alert.Step, error) {
	var steps []alert.Step
	for _, p := range open {
		step, err := p.Close("", millis(s.now()))
		if err != nil {
			return nil, err
		}
		step.Event.Detail = "removed here"
		steps = append(steps, step)
	}
	return steps, nil
}

// situation is all that a connection is judged by.
func (s *Store) situation(ctx context.Context, q *db.Queries, id string) (alert.Situation, error) {
	c, err := load(ctx, q, id)
	if err != nil {
		return alert.Situation{}, err
	}
	jobs, err := judgedJobs(ctx, q, id)
	if err != nil {
		return alert.Situation{}, err
	}
	changes, err := judgedChanges(ctx, q, c, jobs)
	if err != nil {
		return alert.Situation{}, err
	}
	said, err := q.ChangesSaid(ctx, db.ChangesSaidParams{ConnectionID: id, Since: stamp(c.Learned), Count: judgedSteps})
	if err != nil {
		return alert.Situation{}, fmt.Errorf("select what webhooks said since: %w", err)
	}
	return alert.Situation{Connection: c, Jobs: jobs, Changes: changes, Said: changesOf(said), Grace: s.grace, Now: millis(s.now())}, nil
}

// judgedChanges are the last steps of a connection's statuses where they matter:
// something is not well, or was not when a job ended.
func judgedChanges(ctx context.Context, q *db.Queries, c finch.Connection, jobs []finch.KnownJob) ([]finch.Change, error) {
	told := func(j finch.KnownJob) bool {
		return j.Status == finch.JobReauthError || j.Status == finch.JobPermissionsError
	}
	if c.Worst() == finch.Connected && !slices.ContainsFunc(jobs, told) {
		return nil, nil
	}
	rows, err := q.Changes(ctx, db.ChangesParams{ConnectionID: c.ID, Count: judgedSteps})
	if err != nil {
		return nil, fmt.Errorf("select the steps of its statuses: %w", err)
	}
	return changesOf(rows), nil
}

// judgedJobs are the newest jobs of a connection, newest first, and before those
// the ones that did not go well and that no success has ended.
func judgedJobs(ctx context.Context, q *db.Queries, id string) ([]finch.KnownJob, error) {
	rows, err := q.JudgedJobs(ctx, db.JudgedJobsParams{ConnectionID: id, Count: newestJobs})
	if err != nil {
		return nil, fmt.Errorf("select its newest jobs: %w", err)
	}
	if len(rows) == newestJobs {
		last := rows[newestJobs-1]
		troubles, err := q.OlderTroubles(ctx, db.OlderTroublesParams{
			ConnectionID: id, BeforeAt: last.At, BeforeSeq: last.Seq, Count: mostJobs - newestJobs,
		})
		if err != nil {
			return nil, fmt.Errorf("select its older troubles: %w", err)
		}
		if rows, err = addUnended(ctx, q, rows, troubles); err != nil {
			return nil, err
		}
	}
	jobs := make([]finch.KnownJob, 0, len(rows))
	for _, r := range rows {
		j, err := jobOf(r)
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, j)
	}
	return jobs, nil
}

// line is what a success ends: jobs of one type, of one entity where it is known.
type line struct{ jobType, entityID string }

func lineOfJob(j db.Job) line { return line{j.Type, j.EntityID} }

// addUnended adds older troubles to the newest jobs, but for those that a later
// success in their line has ended.
func addUnended(ctx context.Context, q *db.Queries, newest, troubles []db.Job) ([]db.Job, error) {
	lines := map[line][]db.Job{}
	for _, t := range troubles {
		lines[lineOfJob(t)] = append(lines[lineOfJob(t)], t)
	}
	for _, j := range newest {
		if j.Status == string(finch.JobComplete) {
			delete(lines, lineOfJob(j))
		}
	}
	jobs, before := newest, newest[len(newest)-1]
	for of, troubles := range lines {
		successes, err := q.LastSuccesses(ctx, db.LastSuccessesParams{
			ConnectionID: before.ConnectionID, Type: of.jobType, EntityID: of.entityID,
			Since: troubles[len(troubles)-1].At, BeforeAt: before.At, BeforeSeq: before.Seq,
		})
		if err != nil {
			return nil, fmt.Errorf("select the last successes: %w", err)
		}
		for _, success := range successes {
			jobs = append(jobs, success)
			if lineOfJob(success) == of {
				troubles = slices.DeleteFunc(troubles, func(t db.Job) bool { return later(success, t) > 0 })
			}
		}
		jobs = append(jobs, troubles...)
	}
	slices.SortFunc(jobs, func(a, b db.Job) int { return later(b, a) })
	return jobs, nil
}

// later compares two jobs by their places in the history.
func later(a, b db.Job) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Seq, b.Seq)) }

// soonest is how far ahead a judgement is put off at least, so that a rule that
// names the present does not turn in circles.
const soonest = time.Second

// setJudgement notes when a connection is to be judged though nothing is heard
// of it; the zero time is never.
func setJudgement(ctx context.Context, q *db.Queries, id string, next, now time.Time) error {
	if !next.IsZero() && next.Before(now.Add(soonest)) {
		next = now.Add(soonest)
	}
	if err := q.SetJudgement(ctx, db.SetJudgementParams{ConnectionID: id, Due: stamp(next)}); err != nil {
		return fmt.Errorf("note when to judge again: %w", err)
	}
	return nil
}
