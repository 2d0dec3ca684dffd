package commands

import (
	"context"
	"errors"
	"fmt"
	"time"

	"perch/bot"
	"perch/internal/finch"
)

// Known answers from what Perch keeps.
type Known interface {
	// Connection fails with finch.ErrUnknown for an id never seen.
	Connection(ctx context.Context, id string) (finch.Connection, error)
	// Find returns those that an id or a part of a name means.
	Find(ctx context.Context, words string, limit int) ([]finch.Brief, error)
	// Nearest returns those whose names are most like the words.
	Nearest(ctx context.Context, words string, limit int) ([]finch.Brief, error)
}

// Lister reads long lists in parts.
type Lister interface {
	List(ctx context.Context, q finch.ListQuery) (finch.ListPage, error)
	Counts(ctx context.Context, words string) (finch.Counts, error)
}

// Looker asks Finch now. It fails with an error that finch.Sentence explains.
type Looker interface {
	Look(ctx context.Context, connectionID string) (finch.Connection, error)
	// ReadJob fails with finch.ErrUnknownJob for one that is not known here.
	ReadJob(ctx context.Context, jobID string) (finch.JobLine, error)
}

// History answers from the jobs that Perch has kept.
type History interface {
	// Job finds a job by its id or the unique beginning of one, at least eight
	// characters. It fails with finch.ErrUnknownJob or finch.ErrAmbiguousJob.
	Job(ctx context.Context, id string) (finch.JobLine, error)
	// JobsBefore returns the n jobs of the same connection and type before one,
	// newest first.
	JobsBefore(ctx context.Context, job finch.KnownJob, n int) ([]finch.KnownJob, error)
	// LastSyncs returns the last n scheduled syncs, missing ones included,
	// oldest first.
	LastSyncs(ctx context.Context, connectionID string, n int) ([]finch.KnownJob, error)
}

// JobLister reads the history of jobs in parts.
type JobLister interface {
	Jobs(ctx context.Context, q finch.JobQuery) (finch.JobPage, error)
}

// Steps answers from the history of statuses that Perch has kept.
type Steps interface {
	// Changes returns the last n steps of a connection, its ways of access and
	// its entities, newest first.
	Changes(ctx context.Context, connectionID string, n int) ([]finch.Change, error)
}

// Runner has Finch sync on request.
type Runner interface {
	// RunSync asks for a sync now. It fails with an error that
	// finch.SyncSentence explains.
	RunSync(ctx context.Context, connectionID string) (finch.RunSync, error)
	// Follow waits until a job is over or ctx ends, and returns what is known of
	// it then.
	Follow(ctx context.Context, jobID string) (finch.KnownJob, error)
}

// Sources are what the commands ask.
type Sources struct {
	Known   Known
	Lister  Lister
	Looker  Looker
	History History
	Jobs    JobLister
	Steps   Steps
	Runner  Runner
	Now     func() time.Time
}

// All is the table of commands. To add one, write its file and a line here.
func All(s Sources) []bot.Command {
	commands := []bot.Command{Connection(s), Jobs(s)}
	return append(commands, Perch(commands))
}

// known reads a connection, and says it plainly when there is none.
func (s Sources) known(ctx context.Context, id string) (finch.Connection, error) {
	known, err := s.Known.Connection(ctx, id)
	if errors.Is(err, finch.ErrUnknown) {
		return known, bot.Tell("This connection is not known here any more.", nil)
	}
	if err != nil {
		return known, fmt.Errorf("read connection %s: %w", id, err)
	}
	return known, nil
}
