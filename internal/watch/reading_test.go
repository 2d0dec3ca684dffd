package watch

import (
	"testing"
	"time"

	"perch/internal/finch"
)

func TestHowSoonAJobIsReadAgain(t *testing.T) {
	t.Parallel()
	scheduled := func(status finch.JobStatus, ago time.Duration) finch.KnownJob {
		return finch.KnownJob{Kind: finch.Automated, Type: finch.DataSync, Status: status, Scheduled: now.Add(-ago), Created: now.Add(-100 * 24 * time.Hour)}
	}
	asked := func(kind finch.JobKind, ago time.Duration) finch.KnownJob {
		return finch.KnownJob{Kind: kind, Status: finch.JobPending, FirstSeen: now.Add(-ago)}
	}
	well := connection(finch.Connected, now.Add(-25*time.Hour))
	fresh := connection(finch.Connected, now.Add(-time.Minute))
	broken := connection(finch.Reauth, now.Add(-25*time.Hour))
	const minute, hour, never = time.Minute, time.Hour, time.Duration(-1)
	for name, c := range map[string]struct {
		job        finch.KnownJob
		connection finch.Connection
		usual      time.Duration
		want       time.Duration
	}{
		"due in 2 h":                           {scheduled(finch.JobPending, -2*hour), well, 0, 2*hour + 5*minute},
		"due in 2 h, takes 8 min":              {scheduled(finch.JobPending, -2*hour), well, 8 * minute, 2*hour + 8*minute},
		"due in 2 h, takes hours":              {scheduled(finch.JobPending, -2*hour), well, 3 * hour, 2*hour + 15*minute},
		"has begun, takes 8 min":               {scheduled(finch.JobRunning, 2*minute), well, 8 * minute, 6 * minute},
		"has begun, takes hours":               {scheduled(finch.JobRunning, 2*minute), well, 3 * hour, 15 * minute},
		"should be over":                       {scheduled(finch.JobRunning, 8*minute), well, 8 * minute, 5 * minute},
		"should be over for 20 min":            {scheduled(finch.JobRunning, 25*minute), well, 0, 10 * minute},
		"runs for 5 h":                         {scheduled(finch.JobRunning, 5*hour), well, 0, 15 * minute},
		"runs for 23 h":                        {scheduled(finch.JobRunning, 23*hour), well, 0, 15 * minute},
		"runs for 25 h":                        {scheduled(finch.JobRunning, 25*hour), well, 0, 6 * hour},
		"runs for 31 days":                     {scheduled(finch.JobRunning, 31*24*hour), well, 0, never},
		"has not begun for 5 h":                {scheduled(finch.JobMissing, 5*hour), well, 0, 15 * minute},
		"has not begun for 8 h":                {scheduled(finch.JobMissing, 8*hour), well, 0, 2 * hour},
		"not begun, broken connection":         {scheduled(finch.JobPending, 2*hour), broken, 0, hour},
		"not begun, newly, broken connection":  {scheduled(finch.JobPending, 30*minute), broken, 0, 12*minute + 30*time.Second},
		"not begun for 3 h, another sync ran":  {scheduled(finch.JobPending, 3*hour), fresh, 0, 6 * hour},
		"not begun for 25 h, another sync ran": {scheduled(finch.JobPending, 25*hour), fresh, 0, never},
		"just asked for":                       {asked(finch.Automated, 0), well, 0, 5 * time.Second},
		"asked for a minute ago":               {asked(finch.Automated, minute), well, 0, 30 * time.Second},
		"asked for 3 h ago":                    {asked(finch.Automated, 3*hour), well, 0, 15 * minute},
		"manual, 3 h":                          {asked(finch.Manual, 3*hour), well, 0, hour},
		"manual, 25 h":                         {asked(finch.Manual, 25*hour), well, 0, 6 * hour},
	} {
		next := at(0.5).reading(c.job, c.connection, c.usual, now)
		got := next.Sub(now)
		if next.IsZero() {
			got = never
		}
		if got != c.want {
			t.Errorf("%s: in %v, want %v", name, got, c.want)
		}
	}
}

func TestASyncThatMayRunIsNeverLeftAloneForTwentyMinutes(t *testing.T) {
	t.Parallel()
	for age := -time.Minute; age < lateStart; age += 7 * time.Minute {
		for _, usual := range []time.Duration{0, time.Second, time.Hour, 20 * time.Hour} {
			for _, status := range []finch.JobStatus{finch.JobPending, finch.JobRunning} {
				j := finch.KnownJob{Kind: finch.Automated, Status: status, Scheduled: now.Add(-age)}
				c := connection(finch.Connected, now.Add(-day))
				if wait := at(1).reading(j, c, usual, now).Sub(now); wait > 18*time.Minute {
					t.Errorf("%s for %v, usually %v: %v", status, age, usual, wait)
				}
			}
		}
	}
}

const day = 24 * time.Hour

func TestWhichSyncIsMissing(t *testing.T) {
	t.Parallel()
	due := now.Add(-3 * time.Hour)
	job := func(change func(*finch.KnownJob)) finch.KnownJob {
		j := finch.KnownJob{Kind: finch.Automated, Type: finch.DataSync, Status: finch.JobPending, Scheduled: due}
		change(&j)
		return j
	}
	pending := job(func(*finch.KnownJob) {})
	gone := job(func(j *finch.KnownJob) { j.Gone = true })
	for name, c := range map[string]struct {
		job    finch.KnownJob
		status finch.Status
		synced time.Time
		want   bool
	}{
		"never begun":                         {pending, finch.Connected, due.Add(-day), true},
		"never begun, and never synced":       {pending, finch.Connected, time.Time{}, true},
		"gone at Finch":                       {gone, finch.Connected, due.Add(-day), true},
		"gone, another ran an hour before":    {gone, finch.Connected, due.Add(-time.Hour), false},
		"pending, another ran an hour before": {pending, finch.Connected, due.Add(-time.Hour), true},
		"another ran since":                   {pending, finch.Connected, due.Add(time.Minute), false},
		"the connection is broken":            {pending, finch.Reauth, due.Add(-day), false},
		"still judged so":                     {job(func(j *finch.KnownJob) { j.Status = finch.JobMissing }), finch.Connected, due.Add(-day), true},
		"running":                             {job(func(j *finch.KnownJob) { j.Status = finch.JobRunning }), finch.Connected, due.Add(-day), false},
		"over":                                {job(func(j *finch.KnownJob) { j.Status = finch.JobFailed }), finch.Connected, due.Add(-day), false},
		"asked for":                           {job(func(j *finch.KnownJob) { j.Scheduled = time.Time{} }), finch.Connected, due.Add(-day), false},
		"manual":                              {job(func(j *finch.KnownJob) { j.Kind = finch.Manual }), finch.Connected, due.Add(-day), false},
		"within the grace":                    {job(func(j *finch.KnownJob) { j.Scheduled = now.Add(-time.Hour) }), finch.Connected, due.Add(-day), false},
	} {
		if got := newPace(0, 0).missed(c.job, connection(c.status, c.synced), now); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
