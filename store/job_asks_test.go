package store_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"perch/internal/alert"
	"perch/internal/finch"
	"perch/store"
)

// told is what is owed to people, as "U1: words", and takes it all.
func allTold(t *testing.T, s *store.Store) (words []string) {
	t.Helper()
	for {
		if err := s.HastenLanes(t.Context()); err != nil {
			t.Fatal(err)
		}
		turn, _, ok, err := s.TakeTurn(t.Context(), testLease, 0)
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			slices.Sort(words)
			return words
		}
		if d := turn.Head; d.Kind != alert.NoticeMessage || d.Channel != d.Body.Who || d.Body.JobID == "" {
			t.Errorf("owed is %+v", d)
		}
		words = append(words, turn.Head.Channel+": "+turn.Head.Body.Words)
		note(t, s, turn, stands(turn))
	}
}

func askJob(t *testing.T, s *store.Store, id, who string) {
	t.Helper()
	if err := s.AskJob(t.Context(), id, who, "enrollment of people"); err != nil {
		t.Fatal(err)
	}
}

// begun is a job that was asked for at Acme.
func begun() finch.KnownJob {
	j := sync1()
	j.Scheduled, j.Status = time.Time{}, finch.JobPending
	return j
}

func TestWhoBeganAJobHearsOfItsEndOnce(t *testing.T) {
	t.Parallel()
	manual := finch.KnownJob{Kind: finch.Manual, Status: finch.JobComplete, Learned: start.Add(time.Hour)}
	manual.Results = []finch.JobResult{{Code: 200, Count: 28}, {Code: 404, Count: 2}}
	for name, c := range map[string]struct {
		job  finch.KnownJob
		end  func(*finch.KnownJob)
		want string
	}{
		"complete":    {begun(), func(j *finch.KnownJob) { j.Status = finch.JobComplete }, ":white_check_mark: The job you began has completed: data sync for *Acme*. Job " + begun().ID},
		"failed":      {begun(), func(j *finch.KnownJob) { j.Status = finch.JobFailed }, ":x: The job you began has failed: data sync for *Acme*. Job " + begun().ID},
		"reauth":      {begun(), func(j *finch.KnownJob) { j.Status = finch.JobReauthError }, ":key: The job you began has failed, and the employer must reconnect: data sync for *Acme*. Job " + begun().ID},
		"gone":        {begun(), func(j *finch.KnownJob) { j.Gone = true }, ":grey_question: The job you began is gone from Finch, so nobody knows how it ended: data sync for *Acme*. Job " + begun().ID},
		"some failed": {finch.KnownJob{ID: "m-1", Kind: finch.Manual, ConnectionID: "conn-1", Status: finch.JobPending}, func(j *finch.KnownJob) { j.Status, j.Results = manual.Status, manual.Results }, ":white_check_mark: The job you began has completed: enrollment of people for *Acme*. 2 of 30 people failed. Job m-1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEach(t, func(t *testing.T, p place) {
				s := p.open(t)
				grant(t, s, named("conn-1", "cust-1", "Acme"))
				record(t, s, c.job)
				askJob(t, s, c.job.ID, "U1")
				askJob(t, s, c.job.ID, "U1")
				askJob(t, s, c.job.ID, "U2")
				running := c.job
				running.Status, running.Learned = finch.JobRunning, start.Add(time.Minute)
				record(t, s, running)
				if got := allTold(t, s); got != nil {
					t.Errorf("told while it runs: %q", got)
				}
				end := running
				end.Learned = start.Add(time.Hour)
				c.end(&end)
				if _, err := s.RecordJobs(t.Context(), []finch.KnownJob{end}); err != nil {
					t.Fatal(err)
				}
				select {
				case <-s.Owing():
				default:
					t.Error("whoever tells was not woken")
				}
				if got, want := allTold(t, s), []string{"U1: " + c.want, "U2: " + c.want}; !slices.Equal(got, want) {
					t.Errorf("told %q\nwant %q", got, want)
				}
				end.Learned = start.Add(2 * time.Hour)
				record(t, s, end)
				if got := allTold(t, s); got != nil {
					t.Errorf("told again: %q", got)
				}
			})
		})
	}
}

func TestWhoAsksForAJobThatIsOverHearsAtOnce(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		grant(t, s, named("conn-1", "cust-1", "*Acme* <!here>"))
		record(t, s, ended(sync1(), finch.JobFailed))
		allTold(t, s) // of what its failure is
		askJob(t, s, sync1().ID, "U1")
		got := allTold(t, s)
		if len(got) != 1 || !strings.HasPrefix(got[0], "U1: :x: The job you began has failed: data sync for *∗Acme∗ &lt;!here&gt;*.") {
			t.Errorf("told %q", got)
		}
		if err := s.AskJob(t.Context(), "nobody's", "U1", ""); !errors.Is(err, finch.ErrUnknownJob) {
			t.Errorf("of no job: %v", err)
		}
	})
}

func TestAsksGoWithWhatIsOld(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		grant(t, s, named("conn-1", "cust-1", "Acme"))
		record(t, s, begun())
		askJob(t, s, begun().ID, "U1")
		prune := func(before time.Time) {
			if _, err := s.PruneJobs(t.Context(), before); err != nil {
				t.Fatal(err)
			}
		}
		prune(start)
		p.clock.advance(time.Hour)
		askJob(t, s, begun().ID, "U2")
		prune(start.Add(time.Minute))
		end := begun()
		end.Status, end.Learned = finch.JobComplete, start.Add(2*time.Hour)
		record(t, s, end)
		if got := allTold(t, s); len(got) != 1 || !strings.HasPrefix(got[0], "U2: ") {
			t.Errorf("told %q", got)
		}
	})
}
