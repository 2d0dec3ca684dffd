package alert

import (
	"cmp"
	"slices"
	"time"

	"perch/internal/finch"
)

// track is what jobs have in common of which a later one makes good for the
// earlier: entity and type. The empty type, of manual jobs whose webhook was
// never seen, stands for itself.
type track struct{ entity, kind string }

// row is what is known of one track: its last success, and what ended since.
type row struct {
	track
	good  finch.KnownJob // without an id if none is known
	since []finch.KnownJob
}

// rows sorts the jobs that have ended by track. What runs, waits or went
// missing is no end. Jobs must be newest first, and so are the jobs of a row.
func rows(s Situation) []row {
	var all []row
	for _, j := range s.Jobs {
		if !j.Status.Final() {
			continue
		}
		t := trackOf(s.Connection, j)
		i := slices.IndexFunc(all, func(r row) bool { return r.track == t })
		if i < 0 {
			i, all = len(all), append(all, row{track: t})
		}
		all[i].take(j)
	}
	slices.SortFunc(all, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.entity, b.entity), cmp.Compare(a.kind, b.kind))
	})
	return all
}

func (r *row) take(j finch.KnownJob) {
	switch {
	case r.good.ID != "":
	case j.Status == finch.JobComplete:
		r.good = j
	default:
		r.since = append(r.since, j)
	}
}

// ending are the jobs since the last success that ended so.
func (r row) ending(status finch.JobStatus) []finch.KnownJob {
	var jobs []finch.KnownJob
	for _, j := range r.since {
		if j.Status == status {
			jobs = append(jobs, j)
		}
	}
	return jobs
}

func trackOf(c finch.Connection, j finch.KnownJob) track {
	return track{entityOf(c, j.EntityID), j.Type}
}

// entityOf leaves an entity unnamed where the connection has no other. Finch
// names entities only in webhooks, and only of connections that have several; a
// job found by asking must not count apart because of that.
func entityOf(c finch.Connection, id string) string {
	if living := entities(c); len(living) == 1 && living[0].ID == id {
		return ""
	}
	return id
}

// entities are those that were not let go.
func entities(c finch.Connection) []finch.Entity {
	var living []finch.Entity
	for _, e := range c.Entities {
		if e.Status != finch.Disconnected {
			living = append(living, e)
		}
	}
	return living
}

// endOf is when a job ended, as well as that is known.
func endOf(j finch.KnownJob) time.Time { return cmp.Or(j.Completed, j.At()) }

// idsOf are the ids of jobs that are newest first, oldest first.
func idsOf(jobs []finch.KnownJob) []string {
	var ids []string
	for _, j := range slices.Backward(jobs) {
		ids = append(ids, j.ID)
	}
	return ids
}

// lastGood is the last successful sync that is known: of Finch's word for the
// connection, or of a job that completed since.
func (s Situation) lastGood() time.Time {
	last := s.Connection.LastSync()
	for _, j := range s.Jobs {
		if j.Type == finch.DataSync && j.Status == finch.JobComplete {
			last = later(last, endOf(j))
		}
	}
	return last
}
