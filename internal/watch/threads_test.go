package watch_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"perch/internal/thread"
	"perch/internal/watch"
)

// shelf is a ThreadBook, by what is to be seen when.
type shelf struct {
	lookAt map[int64]time.Time
	gone   []int64
}

func (s *shelf) QuietThreads(_ context.Context, before time.Time, n int) ([]thread.Thread, error) {
	var quiet []thread.Thread
	for _, id := range slices.Sorted(maps.Keys(s.lookAt)) {
		if !s.lookAt[id].After(before) && len(quiet) < n {
			quiet = append(quiet, thread.Thread{ID: id, Channel: "C1", Root: fmt.Sprint(id)})
		}
	}
	return quiet, nil
}

func (s *shelf) KeepThread(_ context.Context, id int64, until time.Time) error {
	s.lookAt[id] = until
	return nil
}

func (s *shelf) LetGoThread(_ context.Context, id int64, before time.Time) error {
	if s.lookAt[id].After(before) {
		return nil
	}
	delete(s.lookAt, id)
	s.gone = append(s.gone, id)
	return nil
}

// slackSays is a ThreadReader: what it says of each thread's root.
type slackSays struct {
	newest map[string]time.Time
	fails  map[string]error
	asked  int
}

func (r *slackSays) NewestOf(_ context.Context, _, root string, since time.Time) (time.Time, bool, error) {
	r.asked++
	at, found := r.newest[root]
	return at, found && at.After(since), r.fails[root]
}

func TestQuietThreadsAreLetGo(t *testing.T) {
	t.Parallel()
	now := time.Now()
	book := &shelf{lookAt: map[int64]time.Time{1: now.Add(-time.Hour), 2: now.Add(-time.Hour), 3: now.Add(-time.Hour), 4: now.Add(time.Hour)}}
	slack := &slackSays{newest: map[string]time.Time{"2": now.Add(-10 * day)}, fails: map[string]error{"3": errors.New("no answer")}}
	w := watch.New(watch.Options{
		Finch: newFinch(), Store: newStore(), Threads: book, ThreadReader: slack, Now: func() time.Time { return now },
	})
	w.SweepOnce()
	if !slices.Equal(book.gone, []int64{1}) {
		t.Errorf("let go %v, want that in which nobody wrote", book.gone)
	}
	if at := book.lookAt[2]; !at.Equal(now.Add(20 * day)) {
		t.Errorf("the one in which somebody wrote 10 days ago is seen again at %s", at)
	}
	if at := book.lookAt[3]; !at.Equal(now.Add(day)) {
		t.Errorf("the one of which Slack told nothing is seen again at %s", at)
	}
	w.SweepOnce()
	if slack.asked != 3 {
		t.Errorf("Slack was asked %d times, want once for each that was due", slack.asked)
	}
}

func TestFewQuietThreadsAreAskedForAtOnce(t *testing.T) {
	t.Parallel()
	now := time.Now()
	book := &shelf{lookAt: map[int64]time.Time{}}
	for i := range 50 {
		book.lookAt[int64(i)] = now
	}
	slack := &slackSays{}
	w := watch.New(watch.Options{Finch: newFinch(), Store: newStore(), Threads: book, ThreadReader: slack, Now: func() time.Time { return now }})
	w.SweepOnce()
	if slack.asked != 20 || len(book.gone) != 20 {
		t.Errorf("asked %d times and let %d go, want 20", slack.asked, len(book.gone))
	}
	without := watch.New(watch.Options{Finch: newFinch(), Store: newStore(), Threads: book, Now: func() time.Time { return now }})
	without.SweepOnce()
	if len(book.gone) != 20 {
		t.Error("threads were let go though nobody can ask Slack")
	}
}
