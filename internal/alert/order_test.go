package alert_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"perch/internal/alert"
	"perch/internal/finch"
)

// life is a made-up fortnight of a connection with two entities: what happens to
// it, and how.
type life struct {
	random *rand.Rand
	jobs   []finch.KnownJob
	known  alert.Situation
}

func newLife(seed uint64) *life {
	return &life{random: rand.New(rand.NewPCG(seed, 1)), known: well("Mon 07:00", has("e1 connected", "e2 connected"))}
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// goesOn lets some time pass and something happen.
func (l *life) goesOn() alert.Situation {
	r, s := l.random, &l.known
	s.Now = s.Now.Add(time.Duration(r.IntN(90)+1) * time.Minute)
	c := &s.Connection
	switch r.IntN(6) {
	case 0, 1:
		l.jobs = append(l.jobs, l.job())
	case 2:
		l.becomes(&c.Report.Status, "")
	case 3:
		c.Entities = slices.Clone(c.Entities)
		e := &c.Entities[r.IntN(len(c.Entities))]
		l.becomes(&e.Status, e.ID)
	case 4:
		if c.DisconnectedAt, c.HasToken = (time.Time{}), true; r.IntN(8) == 0 {
			c.DisconnectedAt = s.Now
		}
	}
	if c.Learned = s.Now; r.IntN(3) == 0 {
		c.NextScheduled = s.Now.Add(time.Duration(r.IntN(24)) * time.Hour)
	}
	s.Jobs = slices.Clone(l.jobs)
	return *s
}

func (l *life) becomes(status *finch.Status, entity string) {
	s := &l.known
	before := s.Connection.Worst()
	*status = pick(l.random, finch.Connected, finch.Connected, finch.Reauth, finch.NoPermissions, finch.Pending, finch.NotSetUp)
	s.Changes = append(slices.Clone(s.Changes), finch.Change{EntityID: entity, To: *status, At: s.Now})
	if s.Connection.Worst() != before {
		s.Connection.StatusSince = s.Now
	}
}

func (l *life) job() finch.KnownJob {
	r, began := l.random, l.known.Now.Add(-time.Duration(l.random.IntN(300))*time.Minute)
	j := finch.KnownJob{
		ID: fmt.Sprintf("j%03d", len(l.jobs)), Kind: finch.Automated, Started: began, Learned: l.known.Now, FirstSeen: l.known.Now,
		Type:     pick(r, finch.DataSync, finch.DataSync, "w4_form_employee_sync"),
		EntityID: pick(r, "", "", "e1", "e2"),
		Status: pick(r, finch.JobComplete, finch.JobFailed, finch.JobFailed, finch.JobReauthError, finch.JobPermissionsError,
			finch.JobRunning, finch.JobPending, finch.JobMissing),
	}
	if j.Status == finch.JobPending || j.Status == finch.JobMissing {
		j.Scheduled, j.Started = began, time.Time{}
	}
	if j.Status.Final() {
		j.Completed = began.Add(4 * time.Minute)
	}
	return j
}

// Whatever happens: no two open problems have one key, each thing that is wrong
// has one that is open, doing it twice does nothing, and what opened has ended or
// is open.
func TestAdvanceKeepsItsPromises(t *testing.T) {
	t.Parallel()
	for seed := range uint64(30) {
		l, b := newLife(seed), newBook()
		for turn := range 120 {
			s := l.goesOn()
			b.judge(s)
			where := fmt.Sprintf("life %d, turn %d", seed, turn)
			checkPromises(t, where, b, s)
			before := len(b.happened)
			if steps := b.judge(s); len(steps) > 0 {
				t.Fatalf("%s: once more: %v", where, b.happened[before:])
			}
		}
	}
}

func checkPromises(t *testing.T, where string, b *book, s alert.Situation) {
	t.Helper()
	found, _ := alert.Assess(s)
	open := map[alert.Key]int{}
	for _, p := range b.open() {
		open[p.Key]++
	}
	for key, n := range open {
		if n > 1 {
			t.Fatalf("%s: %d problems with the key %s are open", where, n, key)
		}
	}
	for _, f := range found {
		if f.Word == alert.Wrong && open[f.Key] != 1 {
			t.Fatalf("%s: %s is wrong, and %d problems of it are open", where, f.Key, open[f.Key])
		}
	}
	if b.opened != b.ended+len(b.open()) {
		t.Fatalf("%s: %d opened, %d ended, %d are open", where, b.opened, b.ended, len(b.open()))
	}
	for _, p := range b.all {
		if p.State != alert.Open && (p.Over.Before(p.Opened) || p.Over.After(s.Now)) {
			t.Fatalf("%s: %s was over at %v, opened at %v", where, p.Key, p.Over, p.Opened)
		}
	}
}

// As long as nothing becomes known, nothing changes before the time that Assess
// names.
func TestAssessNamesWhenTimeAloneChangesIt(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		l := newLife(seed)
		for turn := range 60 {
			s := l.goesOn()
			found, next := alert.Assess(s)
			later := s
			later.Now = s.Now.Add(time.Duration(l.random.IntN(30*24*60)) * time.Minute)
			if !next.IsZero() && !later.Now.Before(next) {
				later.Now = next.Add(-time.Second)
			}
			then, _ := alert.Assess(later)
			if told(then) != told(found) {
				t.Fatalf("life %d, turn %d: %v found %q\n%v found %q\nthough it was to be judged again at %v", seed, turn, s.Now, told(found), later.Now, told(then), next)
			}
		}
	}
}

// In whatever order jobs become known, what is open in the end is the same.
func TestTheOrderOfArrivalDoesNotMatter(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		l := newLife(seed)
		for range 60 {
			l.goesOn()
		}
		end := l.known
		var want []string
		for try := range 5 {
			arrivals := slices.Clone(l.jobs)
			if try > 0 {
				l.random.Shuffle(len(arrivals), func(i, j int) { arrivals[i], arrivals[j] = arrivals[j], arrivals[i] })
				arrivals = append(arrivals, arrivals[:len(arrivals)/3]...) // and some twice
			}
			got := arriving(end, arrivals)
			if try == 0 {
				want = got
			} else if !slices.Equal(got, want) {
				t.Fatalf("life %d: open in the end %q\nin another order %q", seed, got, want)
			}
		}
	}
}

// arriving has jobs become known one by one within an hour, and returns what is
// open then.
func arriving(end alert.Situation, jobs []finch.KnownJob) []string {
	b := newBook()
	s := end
	for i := range jobs {
		s.Jobs, s.Now = jobs[:i+1], end.Now.Add(time.Duration(i)*time.Second)
		b.judge(s)
	}
	s.Now = end.Now.Add(7 * time.Hour) // when what flapped has come to rest
	s.Connection.Learned = s.Now
	b.judge(s)
	b.judge(s)
	var open []string
	for _, p := range b.open() {
		if p.Key.Kind != alert.JobFailed {
			p.Count = 0 // of openings, which are history
		}
		open = append(open, fmt.Sprint(p.Key, p.Move, p.Opened, p.LastSeen, p.Count))
	}
	slices.Sort(open)
	return open
}
