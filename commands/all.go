package commands

import (
	"context"
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
}

// Sources are what the commands ask.
type Sources struct {
	Known  Known
	Lister Lister
	Looker Looker
	Now    func() time.Time
}

// All is the table of commands. To add one, write its file and a line here.
func All(s Sources) []bot.Command {
	commands := []bot.Command{Connection(s)}
	return append(commands, Perch(commands))
}
