package finch

import (
	"math/rand/v2"
	"net/http"
	"time"
)

// recall gives the world a past of so many days: the jobs that could be read
// by id had Finch run all that time. It agrees with what remember says of each
// connection's last sync. Assisted ones have no syncs that could be seen.
func (w *world) recall(days int, mishaps float64) {
	for _, c := range w.connections {
		if c.ended() || c.lastSync.IsZero() {
			continue
		}
		if !c.assisted() {
			w.recallSyncs(c, days, mishaps)
		}
		w.recallDeductions(c, days)
	}
}

// recallSyncs are one a day at the usual time. In the Finch Sandbox, where
// nothing is scheduled, somebody asked for one each week.
func (w *world) recallSyncs(c *connection, days int, mishaps float64) {
	last, success := c.firstRun.Add(-w.cadence(c)), c.lastSync
	for ago := days - 1; ago >= 0; ago-- {
		at := last.Add(-time.Duration(ago) * w.day)
		if at.Before(c.created) || c.gap > 0 && ago == c.gap || !c.scheduled() && ago%7 != 0 {
			continue
		}
		dice := w.seed.dice("past sync", c.id, ago)
		j := &job{id: w.seed.id("past sync", c.id, ago), kind: dataSync, owner: c, created: c.created, scheduled: at, started: at}
		if !c.scheduled() {
			j.created, j.scheduled = at, time.Time{}
		}
		j.status, j.completed = chance(mishaps, dice), at.Add(w.took(c, at, dice))
		switch at.Add(usualTakes).Compare(success) {
		case +1:
			j.status = c.failure()
		case 0:
			j.status = complete
			w.lastSuccess(j)
		}
		c.lastTry = j.completed
		c.past = append(c.past, j)
		w.jobs[j.id] = j
	}
}

// failure is how the syncs ended that followed the last success.
func (c *connection) failure() string {
	switch {
	case c.status == reauth:
		return reauthError
	case c.status == noPermissions:
		return permissionsError
	default:
		return failed
	}
}

// lastSuccess makes a job the one that introspect tells of. Harbor's ended at
// the very moment that Finch's documentation has.
func (w *world) lastSuccess(j *job) {
	if j.owner.id == harborConnection {
		j.completed = j.owner.lastSync
		return
	}
	j.owner.synced(j.completed)
}

// took is how long a past sync ran: half to one and a half times what is usual
// for the employer, now and then minutes more. It was no great part of a day,
// and over when the world began.
func (w *world) took(c *connection, at time.Time, dice *rand.Rand) time.Duration {
	usual := time.Duration(4+w.seed.dice("usual length", c.id).IntN(56)) * time.Second
	took := usual/2 + time.Duration(dice.Int64N(int64(usual)))
	if dice.IntN(12) == 0 {
		took += time.Minute + time.Duration(dice.Int64N(int64(4*time.Minute)))
	}
	return min(took, w.day/10, w.born.Sub(at)).Truncate(time.Millisecond)
}

// recallDeductions are a few writes of deductions, spread over the days and
// the entities. Now and then one fails.
func (w *world) recallDeductions(c *connection, days int) {
	if !c.granted("benefits") || c.carrier("benefits").status != connected {
		return
	}
	kinds := []string{"create", "enroll", "update", "enroll", "unenroll"}
	span := min(time.Duration(days)*w.day, w.born.Sub(c.created))
	for i, kind := range kinds {
		dice := w.seed.dice("past deductions", c.id, i)
		until := span - time.Duration((float64(i)+dice.Float64())*float64(span)/float64(len(kinds)))
		j := &manualJob{
			id: w.seed.id("past deductions", c.id, i), status: complete, kind: kind,
			owner: c, entity: c.entities[i%len(c.entities)], completed: w.born.Add(-until).Truncate(time.Millisecond),
		}
		if dice.IntN(12) == 0 {
			j.status = failed
		} else {
			j.body = w.resultsOf(j, dice)
		}
		w.manual[j.id] = j
	}
}

// resultsOf is what a write of deductions said of each person. One in three
// was about somebody too whom the provider does not know.
func (w *world) resultsOf(j *manualJob, dice *rand.Rand) []map[string]any {
	enrolled, code, message := 0, http.StatusCreated, "enrolled"
	switch j.kind {
	case "enroll":
	case "unenroll":
		enrolled, code, message = 1, http.StatusOK, "unenrolled"
	default:
		return nil
	}
	var results []map[string]any
	for n, p := range w.ledger(j.owner, j.entity).People {
		if n%3 == enrolled { // every third one has deductions now
			results = append(results, map[string]any{"individual_id": p.Individual.ID, "code": code, "message": message})
		}
	}
	if dice.IntN(3) == 0 {
		results = append(results, map[string]any{
			"individual_id": w.seed.id("stranger", j.id), "code": http.StatusNotFound, "message": "individual not found",
		})
	}
	return results
}
