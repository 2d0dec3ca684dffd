package store

import (
	"context"
	"fmt"

	"perch/internal/alert"
	"perch/internal/finch"
	"perch/store/internal/db"
)

// AskJob notes that a person began a job and wants to hear how it ended: when that
// is recorded, a direct message is owed to them in the same transaction. Of a job
// that is over they hear at once. about says what it is to do, where Finch does not
// name its type. Error: ErrUnknownJob.
func (s *Store) AskJob(ctx context.Context, jobID, userID, about string) error {
	err := s.changeAndJudge(ctx, func(q *db.Queries) (bool, error) {
		if err := q.HoldJob(ctx, clean(jobID)); err != nil { // so that it does not end meanwhile
			return false, fmt.Errorf("hold the job: %w", err)
		}
		line, err := jobLine(ctx, q, jobID)
		if err != nil {
			return false, err
		}
		if over(line.KnownJob) {
			return true, s.oweAsker(ctx, q, userID, line, about)
		}
		return false, q.AskJob(ctx, db.AskJobParams{JobID: line.ID, UserID: word(userID), About: word(about), Made: stamp(s.now())})
	})
	if err != nil {
		return fmt.Errorf("ask for the end of a job: %w", err)
	}
	return nil
}

// tellAskers owes a word to each who asked for a job that has ended, once.
func (s *Store) tellAskers(ctx context.Context, q *db.Queries, jobID string) (told bool, err error) {
	asks, err := q.TakeAsks(ctx, jobID)
	if err != nil {
		return false, fmt.Errorf("take who asked for the job: %w", err)
	}
	if len(asks) == 0 {
		return false, nil
	}
	line, err := jobLine(ctx, q, jobID)
	if err != nil {
		return false, err
	}
	for _, a := range asks {
		if err := s.oweAsker(ctx, q, a.UserID, line, a.About); err != nil {
			return false, err
		}
	}
	return true, nil
}

func jobLine(ctx context.Context, q *db.Queries, jobID string) (finch.JobLine, error) {
	row, err := q.JobLineByID(ctx, clean(jobID))
	if missing(err) {
		return finch.JobLine{}, fmt.Errorf("%w: %q", ErrUnknownJob, cut(clean(jobID), wordsLength))
	}
	if err != nil {
		return finch.JobLine{}, fmt.Errorf("select the job: %w", err)
	}
	return lineOf(row)
}

func (s *Store) oweAsker(ctx context.Context, q *db.Queries, userID string, line finch.JobLine, about string) error {
	return s.owe(ctx, q, alert.Delivery{
		Channel: userID, Kind: alert.NoticeMessage, Body: alert.Body{Who: userID, Words: alert.JobWords(line, about), JobID: line.ID},
	})
}
