package watch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"perch/internal/finch"
)

const (
	// readers is how many jobs are read together, and claimed: no more, so that a
	// claim whose process died is soon free again.
	readers = 8
	// readersEach is how many of these may be of one connection, so that one where
	// everything is slow keeps no other's jobs waiting.
	readersEach = 2
	// handBack is how far apart the jobs of a connection come back that were more
	// than its share: at the pace at which a budget lets them be read anyway.
	handBack = 500 * time.Millisecond
	// readWithin bounds the reading of a job: one call of at most 20 s.
	readWithin = 25 * time.Second
	// readLease outlasts the slowest reading, its record, and the next turn's.
	readLease = readWithin + 2*recordWithin + 5*time.Second
	// recentSyncs are asked how long a sync of the connection usually takes.
	recentSyncs = 5
)

// keepJobs is the one room where all that is learned of jobs is recorded,
// whichever door it came by: a look, a reading, a webhook, a sync asked for.
func (w *Watcher) keepJobs(ctx context.Context, jobs []finch.KnownJob) error {
	if len(jobs) == 0 {
		return nil
	}
	if _, err := w.store.RecordJobs(ctx, jobs); err != nil {
		return fmt.Errorf("record jobs of connection %s: %w", jobs[0].ConnectionID, err)
	}
	return nil
}

// keepListed records the jobs of a look. The next scheduled sync is read when
// it should be over, and not already when it begins.
func (w *Watcher) keepListed(ctx context.Context, facts finch.Facts) error {
	jobs := listed(facts)
	if err := w.keepJobs(ctx, jobs); err != nil {
		return err
	}
	for _, j := range jobs {
		if j.Status != finch.JobPending || !j.Scheduled.After(facts.At) {
			continue
		}
		if err := w.store.ReadWhenOver(ctx, j.ID, w.pace.ended(j, w.usual(ctx, j))); err != nil {
			return fmt.Errorf("have the next sync of connection %s read: %w", j.ConnectionID, err)
		}
	}
	return nil
}

func (w *Watcher) readSoon(ctx context.Context, jobID string) error {
	if err := w.store.ReadSoon(ctx, jobID); err != nil {
		return fmt.Errorf("have job %s read: %w", jobID, err)
	}
	nudge(w.toRead)
	return nil
}

// listed are the jobs of a look, all of which are known from then on.
func listed(facts finch.Facts) []finch.KnownJob {
	if facts.Jobs == nil {
		return nil
	}
	var jobs []finch.KnownJob
	for _, j := range facts.Jobs.Jobs {
		job := j.Known(facts.Introspection.ConnectionID)
		job.FirstSeen, job.Learned = facts.At, facts.At
		if job.ID != "" {
			jobs = append(jobs, job)
		}
	}
	return jobs
}

// readDueJobs begins to read the jobs whose turn it is, until none is left. It
// does not wait for the last to end, so that slow ones keep nobody waiting.
func (w *Watcher) readDueJobs(ctx context.Context) error {
	for {
		more, err := w.beginReading(ctx)
		if err != nil || !more {
			return err
		}
	}
}

// beginReading waits for a free reader, claims as many jobs as there are free
// ones and begins their turns. It reports whether more may be due.
func (w *Watcher) beginReading(ctx context.Context) (more bool, err error) {
	free, begun := w.readers.take(ctx), 0
	defer func() { w.readers.leave(free - begun) }()
	if free == 0 || w.work.isClosed() {
		return false, nil
	}
	due, err := w.store.ClaimJobs(ctx, free, readLease)
	if err != nil {
		return false, fmt.Errorf("claim due jobs: %w", err)
	}
	more = len(due) == free
	w.behind.Store(more)
	for _, d := range due {
		back, crowded := w.shares.enter(d.ConnectionID, w.now())
		if crowded {
			if err := w.postponeJob(ctx, d, back); err != nil {
				return more, err
			}
			continue
		}
		begun++
		w.work.follow()
		go w.takeJobTurn(ctx, d)
	}
	return more, nil
}

// takeJobTurn is a job's turn on a reader's place, within its connection's share.
func (w *Watcher) takeJobTurn(ctx context.Context, d finch.DueJob) {
	defer w.work.leave()
	defer w.readers.leave(1)
	defer w.shares.leave(d.ConnectionID)
	if err := w.survive(func() error { return w.jobTurn(ctx, d) }); err != nil {
		w.log.Warn().Err(err).Str("job", d.JobID).Msg("a job's turn broke off")
	}
}

// jobTurn reads one job and sets its next turn.
func (w *Watcher) jobTurn(ctx context.Context, d finch.DueJob) error {
	next := w.now()
	if !w.work.isClosed() {
		next = w.nextReading(ctx, d)
	}
	return w.postponeJob(ctx, d, next)
}

func (w *Watcher) postponeJob(ctx context.Context, d finch.DueJob, next time.Time) error {
	ctx, cancel := recording(ctx)
	defer cancel()
	if err := w.store.PostponeJob(ctx, d, next); err != nil {
		return fmt.Errorf("set the next reading of job %s: %w", d.JobID, err)
	}
	return nil
}

// nextReading reads a job and returns when to read it again, zero for never. A
// failure it says in the log.
func (w *Watcher) nextReading(ctx context.Context, d finch.DueJob) time.Time {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	line, err := w.store.Job(ctx, d.JobID)
	if err == nil {
		var next time.Time
		if next, err = w.readJob(ctx, d, line.KnownJob); err == nil {
			w.failures.clear(d.JobID)
			return next
		}
	}
	now := w.now()
	if w.work.isClosed() {
		return now
	}
	next := w.pace.unread(line.KnownJob, w.pace.afterFailure(err, w.failures.failed(d.JobID), now), now)
	if next.IsZero() {
		w.failures.clear(d.JobID)
	}
	w.severity(err).Err(err).Str("job", d.JobID).Str("connection", d.ConnectionID).Time("next", next).Msg("could not read a job")
	return next
}

// readJob asks Finch for one job, records the answer and returns when to ask
// again, which is zero for never.
func (w *Watcher) readJob(ctx context.Context, d finch.DueJob, known finch.KnownJob) (time.Time, error) {
	if known.Status.Final() || known.Gone {
		return time.Time{}, nil
	}
	job, err := w.askJob(ctx, d, known, background)
	if err != nil {
		return time.Time{}, err
	}
	ctx, cancel := recording(ctx)
	defer cancel()
	return w.conclude(ctx, job)
}

// askJob asks Finch. A job that Finch does not know, or no longer, is an answer.
func (w *Watcher) askJob(ctx context.Context, d finch.DueJob, known finch.KnownJob, by asker) (finch.KnownJob, error) {
	token, err := w.store.Token(ctx, d.ConnectionID)
	if err != nil {
		return known, fmt.Errorf("take the token: %w", err)
	}
	ask := w.finch(by).AutomatedJob
	if d.Kind == finch.Manual {
		ask = w.finch(by).ManualJob
	}
	job, err := ask(ctx, token, d.JobID)
	w.senseAnswer(err)
	switch troubleOf(err) {
	case "":
		job.ID, job.Kind, job.ConnectionID, job.Learned = d.JobID, d.Kind, d.ConnectionID, w.now()
		job.FirstSeen = known.FirstSeen
		return job, nil
	case finch.TroubleNotFound:
		known.Gone, known.Learned, known.RequestIDs = true, w.now(), requestIDs(requestOf(err))
		return known, nil
	default:
		return known, w.refused(ctx, d, token, err)
	}
}

// conclude records what is now known of a job, draws the consequences and
// returns when to read it again.
func (w *Watcher) conclude(ctx context.Context, job finch.KnownJob) (time.Time, error) {
	c, err := w.store.Connection(ctx, job.ConnectionID)
	if err != nil {
		return time.Time{}, fmt.Errorf("read what is known of connection %s: %w", job.ConnectionID, err)
	}
	now := w.now()
	away := job.Gone
	job.Gone = away && !now.Before(w.pace.judged(job)) // before that its connection is looked at, and it is asked for again
	if w.pace.missed(job, c, now) {
		job.Status = finch.JobMissing
	}
	if err := w.keepJobs(ctx, []finch.KnownJob{job}); err != nil {
		return time.Time{}, err
	}
	w.senseUntold(job)
	if away || job.Status.Final() {
		w.log.Info().Str("job", job.ID).Str("connection", job.ConnectionID).Str("status", string(job.Status)).Bool("gone", away).Msg("a job is over")
		if err := w.lookSoon(ctx, job.ConnectionID); err != nil {
			return time.Time{}, err
		}
	}
	switch {
	case job.Gone || job.Status.Final():
		return time.Time{}, nil
	case away:
		return w.pace.judged(job).Add(w.pace.jitter(w.pace.every)), nil
	default:
		return w.pace.reading(job, c, w.usual(ctx, job), now), nil
	}
}

// usual is how long after its time a scheduled sync of the connection was over,
// at the latest of the last few, or 0 if none is known.
func (w *Watcher) usual(ctx context.Context, job finch.KnownJob) time.Duration {
	if job.Scheduled.IsZero() {
		return 0
	}
	syncs, err := w.store.LastSyncs(ctx, job.ConnectionID, recentSyncs)
	if err != nil {
		w.log.Warn().Err(err).Str("connection", job.ConnectionID).Msg("could not see how long syncs take")
	}
	var longest time.Duration
	for _, s := range syncs {
		if !s.Completed.IsZero() && !s.Scheduled.IsZero() {
			longest = max(longest, s.Completed.Sub(s.Scheduled))
		}
	}
	return longest
}

// refused is a refusal to read a job, with its consequences for the connection drawn.
func (w *Watcher) refused(ctx context.Context, d finch.DueJob, token finch.Token, refusal error) error {
	refusal = fmt.Errorf("read the job: %w", refusal)
	if err := w.afterRefusal(ctx, d.ConnectionID, token, refusal); err != nil {
		return fmt.Errorf("%w (and %w)", refusal, err)
	}
	return refusal
}

// afterRefusal draws the consequences of a refusal for the connection: a revoked
// token is lost, and what else a refusal says of the connection a look will tell.
func (w *Watcher) afterRefusal(ctx context.Context, id string, token finch.Token, refusal error) error {
	switch troubleOf(refusal) {
	case finch.TroubleRevoked:
		return w.lost(ctx, id, token, refusal)
	case finch.TroubleReauth, finch.TroublePermissions, finch.TroubleNotSetUp:
		return w.lookIfWell(ctx, id)
	}
	return nil
}

// lookIfWell has a connection looked at that is not known to be broken.
func (w *Watcher) lookIfWell(ctx context.Context, id string) error {
	c, err := w.store.Connection(ctx, id)
	if err != nil || c.Overall().NeedsAttention() {
		return err
	}
	return w.lookSoon(ctx, id)
}

// requestOf is Finch's id of the request that an error answers, empty if there
// is none.
func requestOf(err error) string {
	if refusal, ok := errors.AsType[*finch.Error](err); ok {
		return refusal.RequestID
	}
	return ""
}

func requestIDs(id string) []string {
	if id == "" {
		return nil
	}
	return []string{id}
}
