package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"perch/internal/finch"
	"perch/store/internal/db"
)

// RecordJob adds what is said of a job to what is known of it. What is known
// only gets fuller: a word older than the last (by Learned; zero for what only
// a webhook said) fills gaps at most, a final status stays final, the last five
// request ids are kept. changed reports whether anything is known now that was
// not before, apart from when Finch answered last. FirstSeen is now if it is zero.
//
// A job not seen before that has yet to end is due to be read (see ClaimJobs)
// when it is scheduled, or at once. A final or gone one is never due.
//
// News of a job has its connection judged, in the same transaction; see JudgeDue
// for what time alone changes. When it is over, those who asked for it (see AskJob)
// are owed a word, and the threads in which it is quoted a line, in the same
// transaction too.
func (s *Store) RecordJob(ctx context.Context, j finch.KnownJob) (changed bool, err error) {
	if !usable(j.ID) {
		return false, errors.New("record a job: it has no usable id")
	}
	err = s.changeAndJudge(ctx, func(q *db.Queries) (bool, error) {
		r, err := s.recordJob(ctx, q, j)
		if changed = r.news; err != nil {
			return false, err
		}
		return s.conclude(ctx, q, r)
	})
	if err != nil {
		return false, fmt.Errorf("record a job: %w", err)
	}
	return changed, nil
}

// RecordJobs is RecordJob for several in one transaction; those without a
// usable id are left out. It returns how many of them changed.
func (s *Store) RecordJobs(ctx context.Context, jobs []finch.KnownJob) (changed int, err error) {
	// Two batches that hold jobs in the same order wait for each other, but never for ever.
	ordered := slices.SortedStableFunc(slices.Values(jobs), func(a, b finch.KnownJob) int { return cmp.Compare(a.ID, b.ID) })
	err = s.changeAndJudge(ctx, func(q *db.Queries) (bool, error) {
		changed = 0 // it may be run again
		var all recorded
		for _, j := range ordered {
			if !usable(j.ID) {
				continue
			}
			r, err := s.recordJob(ctx, q, j)
			if err != nil {
				return false, err
			}
			if r.news {
				changed++
			}
			all.of, all.ended, all.moved = append(all.of, r.of...), append(all.ended, r.ended...), append(all.moved, r.moved...)
		}
		return s.conclude(ctx, q, all)
	})
	if err != nil {
		return 0, fmt.Errorf("record jobs: %w", err)
	}
	return changed, nil
}

// usable reports whether an id can be stored and found again.
func usable(id string) bool { return id != "" && id == clean(id) && id == cut(id, wordsLength) }

// recorded is what became of what was said of a job.
type recorded struct {
	// news: more is known than before, apart from when Finch answered last.
	news bool
	// of are the connections to judge. That a job still runs counts too.
	of []string
	// ended is the job's id if nobody knew before that it is over.
	ended []string
	// moved are the connections of which more is known than before.
	moved []string
}

// conclude draws what follows from jobs: what is wrong with their connections, who
// waits for the end of one that has ended, and which threads talk of them. Others
// hold a connection before they owe, so it does too.
func (s *Store) conclude(ctx context.Context, q *db.Queries, r recorded) (news bool, err error) {
	b := s.newBulletin(q)
	b.ended = r.ended
	if news, err = s.judgeIn(ctx, q, b, r.of...); err != nil {
		return false, err
	}
	for _, id := range r.ended {
		told, err := s.tellAskers(ctx, q, id)
		if err == nil {
			err = b.job(ctx, id)
		}
		if err != nil {
			return false, err
		}
		news = news || told
	}
	for _, id := range slices.Compact(slices.Sorted(slices.Values(r.moved))) {
		soiled, err := s.soilBound(ctx, q, id)
		if err != nil {
			return false, err
		}
		news = news || soiled
	}
	return news || b.owed, nil
}

func (s *Store) recordJob(ctx context.Context, q *db.Queries, said finch.KnownJob) (recorded, error) {
	said = s.tidy(said)
	row, err := q.JobByID(ctx, said.ID)
	if missing(err) {
		if added, err := s.addJob(ctx, q, said); added || err != nil {
			of := []string{said.ConnectionID}
			return recorded{news: added, of: of, moved: of}, err
		}
		row, err = q.JobByID(ctx, said.ID) // another added it meanwhile
	}
	if err != nil {
		return recorded{}, fmt.Errorf("select the job: %w", err)
	}
	was, err := jobOf(row)
	if err != nil {
		return recorded{}, err
	}
	if reflect.DeepEqual(merge(was, said), was) {
		return recorded{}, nil
	}
	return s.mergeJob(ctx, q, said)
}

// mergeJob writes what is new of a job that nobody else changes meanwhile.
func (s *Store) mergeJob(ctx context.Context, q *db.Queries, said finch.KnownJob) (recorded, error) {
	if err := q.HoldJob(ctx, said.ID); err != nil {
		return recorded{}, fmt.Errorf("hold the job: %w", err)
	}
	row, err := q.JobByID(ctx, said.ID)
	if err != nil {
		return recorded{}, fmt.Errorf("select the job: %w", err)
	}
	was, err := jobOf(row)
	if err != nil {
		return recorded{}, err
	}
	is := merge(was, said)
	owner, err := ownerOf(ctx, q, is.ConnectionID)
	if err != nil {
		return recorded{}, err
	}
	next := row.NextRead
	if over(is) {
		next = 0
	} else if over(was) || is.ConnectionID != was.ConnectionID {
		next = s.firstRead(is, owner)
	}
	if err := q.SaveJob(ctx, db.SaveJobParams(s.rowOf(is, owner, next))); err != nil {
		return recorded{}, fmt.Errorf("save the job: %w", err)
	}
	if is.Type != was.Type || is.Status != was.Status || owner.ProviderID != row.ProviderID {
		err = addSort(ctx, q, is, owner)
	}
	r := recorded{news: news(was, is)}
	if r.news || !over(is) {
		r.of = []string{was.ConnectionID, is.ConnectionID}
	}
	if r.news {
		r.moved = r.of
	}
	if over(is) && !over(was) {
		r.ended = []string{is.ID}
	}
	return r, err
}

// over reports whether there is nothing more to read of a job.
func over(j finch.KnownJob) bool { return j.Gone || j.Status.Final() }

func (s *Store) addJob(ctx context.Context, q *db.Queries, j finch.KnownJob) (bool, error) {
	owner, err := ownerOf(ctx, q, j.ConnectionID)
	if err != nil {
		return false, err
	}
	added, err := q.AddJob(ctx, s.rowOf(j, owner, s.firstRead(j, owner)))
	if err != nil {
		return false, fmt.Errorf("add the job: %w", err)
	}
	if added == 0 {
		return false, nil
	}
	return true, addSort(ctx, q, j, owner)
}

func addSort(ctx context.Context, q *db.Queries, j finch.KnownJob, owner db.JobOwnerRow) error {
	err := q.AddJobSort(ctx, db.AddJobSortParams{ProviderID: owner.ProviderID, Type: j.Type, Status: string(j.Status)})
	if err != nil {
		return fmt.Errorf("note what sort of job it is: %w", err)
	}
	return nil
}

// ownerOf is what a job takes from its connection, if that is known.
func ownerOf(ctx context.Context, q *db.Queries, connectionID string) (db.JobOwnerRow, error) {
	owner, err := q.JobOwner(ctx, connectionID)
	if err != nil && !missing(err) {
		return db.JobOwnerRow{}, fmt.Errorf("select the job's connection: %w", err)
	}
	return owner, nil
}

// firstRead is when a job is due for the first time.
func (s *Store) firstRead(j finch.KnownJob, owner db.JobOwnerRow) int64 {
	if owner.HasToken == 0 || over(j) {
		return 0
	}
	return max(stamp(s.now()), stamp(j.Scheduled))
}

// tidy brings what is said of a job to the form in which it is stored.
func (s *Store) tidy(j finch.KnownJob) finch.KnownJob {
	j.Kind, j.Status = finch.JobKind(word(string(j.Kind))), finch.JobStatus(word(string(j.Status)))
	j.ConnectionID, j.EntityID, j.Type = word(j.ConnectionID), word(j.EntityID), word(j.Type)
	j.Created, j.Scheduled, j.Started, j.Completed = millis(j.Created), millis(j.Scheduled), millis(j.Started), millis(j.Completed)
	j.FirstSeen, j.Learned = s.moment(j.FirstSeen), millis(j.Learned)
	j.RequestIDs = mergeIDs(nil, words(j.RequestIDs))
	var results []finch.JobResult
	for _, r := range j.Results {
		results = append(results, finch.JobResult{Code: r.Code, Count: r.Count, Individuals: words(r.Individuals)})
	}
	j.Results = results
	return j
}

func word(text string) string { return cut(clean(text), wordsLength) }

func words(texts []string) []string {
	var tidied []string
	for _, t := range texts {
		tidied = append(tidied, word(t))
	}
	return tidied
}

func (s *Store) rowOf(j finch.KnownJob, owner db.JobOwnerRow, nextRead int64) db.AddJobParams {
	return db.AddJobParams{
		ID: j.ID, ConnectionID: j.ConnectionID, ProviderID: owner.ProviderID, EntityID: j.EntityID,
		Kind: string(j.Kind), Type: j.Type, Status: string(j.Status), At: stamp(place(j, millis(s.now()))),
		Created: stamp(j.Created), Scheduled: stamp(j.Scheduled), Started: stamp(j.Started), Completed: stamp(j.Completed),
		FirstSeen: stamp(j.FirstSeen), Learned: stamp(j.Learned), Gone: flag(j.Gone),
		RequestIds: toJSON(j.RequestIDs), Results: resultsToJSON(j.Results), NextRead: nextRead,
	}
}

func jobOf(r db.Job) (finch.KnownJob, error) {
	ids, err := fromJSON(r.RequestIds)
	if err != nil {
		return finch.KnownJob{}, fmt.Errorf("read the request ids of a job: %w", err)
	}
	results, err := resultsFromJSON(r.Results)
	if err != nil {
		return finch.KnownJob{}, err
	}
	return finch.KnownJob{
		ID: r.ID, Kind: finch.JobKind(r.Kind), ConnectionID: r.ConnectionID, EntityID: r.EntityID,
		Type: r.Type, Status: finch.JobStatus(r.Status),
		Created: timeOf(r.Created), Scheduled: timeOf(r.Scheduled), Started: timeOf(r.Started), Completed: timeOf(r.Completed),
		FirstSeen: timeOf(r.FirstSeen), Learned: timeOf(r.Learned), Gone: r.Gone != 0,
		RequestIDs: ids, Results: results,
	}, nil
}

// storedResult fixes how a result is written, whatever becomes of its Go names.
type storedResult struct {
	Code        int      `json:"code"`
	Count       int      `json:"count"`
	Individuals []string `json:"individuals,omitempty"`
}

func resultsToJSON(results []finch.JobResult) string {
	if len(results) == 0 {
		return ""
	}
	stored := make([]storedResult, len(results))
	for i, r := range results {
		stored[i] = storedResult(r)
	}
	text, err := json.Marshal(stored)
	if err != nil {
		return "" // cannot happen: strings and numbers always encode
	}
	return string(text)
}

func resultsFromJSON(text string) ([]finch.JobResult, error) {
	if text == "" {
		return nil, nil
	}
	var stored []storedResult
	if err := json.Unmarshal([]byte(text), &stored); err != nil {
		return nil, fmt.Errorf("%w: the results of a job are not JSON: %w", ErrDamaged, err)
	}
	results := make([]finch.JobResult, len(stored))
	for i, r := range stored {
		results[i] = finch.JobResult(r)
	}
	return results, nil
}

// moveJobs gives the jobs of a connection its provider, which was not known
// when they came or is now called otherwise.
func moveJobs(ctx context.Context, q *db.Queries, c finch.Connection) error {
	err := q.MoveJobs(ctx, db.MoveJobsParams{ProviderID: clean(c.ProviderID), ConnectionID: c.ID})
	if err == nil {
		err = q.AddJobSortsOf(ctx, c.ID)
	}
	if err != nil {
		return fmt.Errorf("note the provider at the jobs: %w", err)
	}
	return nil
}
