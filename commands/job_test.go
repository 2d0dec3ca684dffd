package commands

import (
	"strings"
	"testing"

	"perch/internal/finch"
)

func TestRefreshAsksFinchForTheJob(t *testing.T) {
	t.Parallel()
	id := harborArchive().jobs[0].ID
	t.Run("and says so where Finch is slow", func(t *testing.T) {
		t.Parallel()
		f := slowFinch{harborArchive(), make(chan struct{}), nil}
		s := f.sources()
		s.Looker = f
		d := newDesk(t, s)
		d.clickOwn("jobs.refresh", "job", id)
		if first := d.hears("From Finch 2 min ago. Asking Finch for news …"); !first.Replace {
			t.Error("the card did not stay in its place")
		}
		close(f.letGo)
		if second := d.hears("Failed"); !second.Replace || !strings.Contains(second.raw, "From Finch just now") {
			t.Errorf("the answer became %s", second.raw)
		}
	})
	t.Run("in a channel nothing changes until it answers", func(t *testing.T) {
		t.Parallel()
		f := slowFinch{harborArchive(), make(chan struct{}), nil}
		close(f.letGo)
		s := f.sources()
		s.Looker = f
		d := newDesk(t, s)
		d.click("jobs.refresh", "job", id+" UBO")
		if said := d.hears("Shared by <@UBO>"); !said.Replace || strings.Contains(said.raw, " ago") || !strings.Contains(said.raw, "Failed") {
			t.Errorf("the answer became %s", said.raw)
		}
	})
	t.Run("and tells why it did not answer", func(t *testing.T) {
		t.Parallel()
		f := slowFinch{harborArchive(), make(chan struct{}), &finch.Error{}}
		close(f.letGo)
		s := f.sources()
		s.Looker = f
		d := newDesk(t, s)
		d.clickOwn("jobs.refresh", "job", id)
		d.hears("From Finch 2 min ago. Finch does not answer at the moment.")
	})
	t.Run("unless there is no token to ask with", func(t *testing.T) {
		t.Parallel()
		a := harborArchive()
		a.connections[0].HasToken = false
		s := a.sources()
		s.Looker = nil
		d := newDesk(t, s)
		d.clickOwn("jobs.refresh", "job", id)
		d.hears("From Finch 2 min ago")
	})
}
