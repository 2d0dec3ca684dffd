package store

import (
	"cmp"
	"reflect"
	"slices"
	"time"

	"perch/internal/finch"
)

// requestIDs is how many of Finch's request ids are kept of a job.
const requestIDs = 5

// merge is what is known of a job after it was known as was and is now said to
// be so. Nothing is lost: gaps are filled, an older word changes nothing that
// is known, and a job that has ended never runs again.
func merge(was, said finch.KnownJob) finch.KnownJob {
	later := !said.Learned.IsZero() && !said.Learned.Before(was.Learned)
	over := later && (said.Status.Final() || !was.Status.Final())
	is := was
	is.Kind, is.Type = cmp.Or(was.Kind, said.Kind), cmp.Or(was.Type, said.Type)
	is.EntityID = cmp.Or(was.EntityID, said.EntityID)
	if was.ConnectionID == "" || was.Learned.IsZero() && later && said.ConnectionID != "" {
		is.ConnectionID = said.ConnectionID // Finch answered for it with that connection's token
	}
	is.Status = mergeStatus(was, said, later)
	is.Created = mergeTime(was.Created, said.Created, over)
	is.Scheduled = mergeTime(was.Scheduled, said.Scheduled, over)
	is.Started = mergeTime(was.Started, said.Started, over)
	is.Completed = mergeTime(was.Completed, said.Completed, over)
	if was.FirstSeen.IsZero() || !said.FirstSeen.IsZero() && said.FirstSeen.Before(was.FirstSeen) {
		is.FirstSeen = said.FirstSeen
	}
	is.Gone = mergeGone(was, said)
	if later {
		is.Learned = said.Learned
	}
	is.RequestIDs = mergeIDs(was.RequestIDs, said.RequestIDs)
	if len(said.Results) > 0 && (over || len(was.Results) == 0) {
		is.Results = said.Results
	}
	return is
}

// mergeGone: only a later answer with a status of Finch's own shows that a job
// which was gone is there after all.
func mergeGone(was, said finch.KnownJob) bool {
	if !said.Learned.After(was.Learned) || said.Status == "" || said.Status == finch.JobMissing {
		return was.Gone || said.Gone
	}
	return said.Gone
}

func mergeStatus(was, said finch.KnownJob, later bool) finch.JobStatus {
	switch {
	case said.Status == "":
		return was.Status
	case was.Status == "":
		return said.Status
	case said.Status.Final() && (later || !was.Status.Final()):
		return said.Status
	case said.Status.Final() || was.Status.Final():
		return was.Status
	case said.Status == finch.JobMissing:
		if was.Status == finch.JobPending {
			return finch.JobMissing
		}
		return was.Status
	case was.Status == finch.JobMissing && said.Status == finch.JobPending && !said.Scheduled.After(was.Scheduled):
		return finch.JobMissing // pending is what it was when it was given up
	case later:
		return said.Status
	}
	return was.Status
}

// mergeTime fills a gap, and lets a later word correct what is known.
func mergeTime(was, said time.Time, over bool) time.Time {
	if was.IsZero() || over && !said.IsZero() {
		return said
	}
	return was
}

func mergeIDs(was, said []string) []string {
	ids := slices.Clone(was)
	for _, id := range said {
		if id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids[max(0, len(ids)-requestIDs):]
}

// news reports whether more than the time of the last answer has changed.
func news(was, is finch.KnownJob) bool {
	is.Learned, is.RequestIDs = was.Learned, was.RequestIDs
	return !reflect.DeepEqual(was, is)
}

// place is when a job stands in the history. One that waits for its time
// stands there; Finch's clock running ahead of ours puts none into the future.
func place(j finch.KnownJob, now time.Time) time.Time {
	at := j.At()
	waits := j.Started.IsZero() && j.Completed.IsZero() && !j.Status.Final() && j.Status != finch.JobRunning
	if at.After(now) && !waits {
		return now
	}
	return at
}
