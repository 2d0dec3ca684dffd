package commands

import (
	"context"

	"perch/internal/alert"
	"perch/internal/thread"
)

// Threads keeps which threads are about what.
type Threads interface {
	// KnownIDs are those of the candidates that are the id of something here, at most
	// thread.MaxIDs, in order.
	KnownIDs(ctx context.Context, candidates []string) ([]thread.Bond, error)
	// Bind binds a thread to what a message in it quotes, and owes the thread its
	// reply, or an edit of it: once, however often and by however many it is called.
	Bind(ctx context.Context, m thread.Message) (thread.Outcome, error)
	// ThreadAt is the thread of that first message. It fails with thread.ErrUnknown.
	ThreadAt(ctx context.Context, channel, root string) (thread.Thread, error)
}

// BoundThreads are threads by their number. It fails with thread.ErrUnknown.
type BoundThreads interface {
	Thread(ctx context.Context, id int64) (thread.Thread, error)
	// StopThread ends what is added to a thread, ResumeThread lets it go on; neither
	// is an error if it is so already.
	StopThread(ctx context.Context, id int64, who string) error
	ResumeThread(ctx context.Context, id int64) error
	// WatchThread has a person hear in direct messages what is added to a thread;
	// on=false ends that.
	WatchThread(ctx context.Context, id int64, userID string, on bool) error
}

// ThreadEntries tells what is known of what was quoted, an entry for each bond.
type ThreadEntries interface {
	Entries(ctx context.Context, bonds []thread.Bond) ([]thread.Entry, error)
}

// ThreadChannels keeps in which channels Perch reads along.
type ThreadChannels interface {
	ThreadChannel(ctx context.Context, channel string) (thread.Channel, error)
	// SwitchThreads keeps On, By, At and SharedBy.
	SwitchThreads(ctx context.Context, c thread.Channel) error
	// OfferThreads owes the channel the offer to read along: once ever, and not where
	// somebody has switched it.
	OfferThreads(ctx context.Context, channel string) error
	// CountThreads is how many threads of the channel are bound.
	CountThreads(ctx context.Context, channel string) (int, error)
}

// Resolutions keeps how problems were resolved, in people's words.
type Resolutions interface {
	// SaveResolution replaces what was saved of the same message for the same problem,
	// and notes it in the problem's history. It fails with alert.ErrUnknownProblem.
	SaveResolution(ctx context.Context, r alert.Resolution) (alert.Resolution, error)
	// DropResolution is no error if there is none.
	DropResolution(ctx context.Context, id int64) error
	// ResolutionsOf are those of one problem, newest first.
	ResolutionsOf(ctx context.Context, problemID int64) ([]alert.Resolution, error)
}
