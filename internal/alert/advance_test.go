package alert_test

import (
	"slices"
	"testing"
	"time"

	"perch/internal/alert"
	"perch/internal/finch"
)

const sinceA = "job_failed /data_sync_all"

// failing is a connection whose data syncs failed at these times.
func failing(now string, began ...string) alert.Situation {
	s := well(now, syncedThis("Mon"))
	for i, at := range began {
		s.Jobs = append(s.Jobs, sync(string(rune('a'+i)), finch.JobFailed, at))
	}
	return s
}

func TestARowOfFailures(t *testing.T) {
	t.Parallel()
	b := newBook()
	var details []string
	for _, s := range []alert.Situation{
		failing("Tue 07:00", "Tue 06:30"),
		failing("Tue 07:01", "Tue 06:30"),
		failing("Wed 07:00", "Tue 06:30", "Wed 06:30"),
		failing("Thu 07:00", "Tue 06:30", "Wed 06:30", "Thu 06:30"),
		failing("Fri 07:00", "Tue 06:30", "Wed 06:30", "Thu 06:30", "Fri 06:30"),
	} {
		for _, step := range b.judge(s) {
			details = append(details, step.Event.Detail)
		}
	}
	if want := []string{"a", "b", "c", "d"}; !slices.Equal(details, want) {
		t.Errorf("the jobs named are %q, want %q", details, want)
	}
	b.expect(t, "opened "+sinceA, "recurred "+sinceA, "escalated "+sinceA, "recurred "+sinceA)
	p := b.last()
	if p.Count != 4 || !slices.Equal(p.Jobs, []string{"a", "b", "c", "d"}) || p.Move != alert.Finchs || p.Version != 4 || p.ID != 1 {
		t.Errorf("the problem is %+v", p)
	}
	if !p.Opened.Equal(on("Tue 06:34")) || !p.Noted.Equal(on("Tue 07:00")) || !p.LastSeen.Equal(on("Fri 06:34")) {
		t.Errorf("opened %v, noted %v, last seen %v", p.Opened, p.Noted, p.LastSeen)
	}
	s := failing("Sat 07:00", "Tue 06:30")
	s.Jobs = append(s.Jobs, sync("z", finch.JobComplete, "Sat 06:30"))
	b.reset()
	b.judge(s)
	b.expect(t, "resolved "+sinceA)
	if p := b.last(); !p.Over.Equal(on("Sat 06:34")) || p.State != alert.Resolved || p.Count != 4 {
		t.Errorf("over %v, %s, count %d", p.Over, p.State, p.Count)
	}
}

func TestAFailureHeardOfLateIsNoNews(t *testing.T) {
	t.Parallel()
	b := newBook()
	late := failing("Wed 07:00", "Tue 06:30", "Wed 06:30")
	newest := late
	newest.Jobs = late.Jobs[1:]
	b.judge(newest)
	b.judge(late)
	b.expect(t, "opened "+sinceA, "changed "+sinceA)
	if p := b.last(); p.Count != 2 || !p.Opened.Equal(on("Tue 06:34")) {
		t.Errorf("count %d, opened %v", p.Count, p.Opened)
	}
}

// What happened long ago says nothing of what happens now.
func TestOnlyTheLastEndCounts(t *testing.T) {
	t.Parallel()
	key := alert.Key{Kind: alert.Reauth, ConnectionID: "c1"}
	old := alert.Problem{ID: 1, Key: key, State: alert.Closed, ClosedBy: "U1", Over: on("Mon 06:00")}
	last := alert.Problem{ID: 2, Key: key, State: alert.Resolved, Over: on("Tue 06:20")}
	finding := alert.Finding{Key: key, Class: "reauth", Opened: on("Mon 05:00"), LastSeen: on("Tue 07:00")}
	for _, past := range [][]alert.Problem{{old, last}, {last, old}} {
		steps := alert.Advance(past, []alert.Finding{finding}, func(alert.Key) alert.Subject { return alert.Subject{} }, on("Tue 07:00"))
		if len(steps) != 1 || steps[0].Problem.ID != 2 || steps[0].Event.What != alert.HasReopened {
			t.Errorf("the steps are %+v", steps)
		}
	}
}

func TestASnoozeEndsThoughNothingIsSure(t *testing.T) {
	t.Parallel()
	b := newBook()
	b.judge(well("Tue 08:34"))
	b.act(t, func(p alert.Problem) (alert.Step, error) { return p.Snooze("U1", on("Tue 09:00"), on("Tue 08:40")) })
	b.judge(well("Tue 09:00", jobs(sync("b", finch.JobRunning, "Tue 08:39"))))
	b.expect(t, "opened stale", "snoozed stale", "woken stale")
}

func TestReopening(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		again string
		want  []string
	}{
		{"an hour after its end it is the same problem", "Mon 09:00", []string{"opened reauth", "resolved reauth", "reopened reauth"}},
		{"a second later it is another", "Mon 09:00:01", []string{"opened reauth", "resolved reauth", "opened reauth"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBook()
			b.judge(well("Mon 07:00", status(finch.Reauth, "Mon 06:50")))
			b.act(t, func(p alert.Problem) (alert.Step, error) { return p.Claim("U1", on("Mon 07:10")) })
			b.act(t, func(p alert.Problem) (alert.Step, error) { return p.LinkMade("U2", on("Mon 07:20")) })
			b.judge(well("Mon 08:00", status(finch.Connected, "Mon 08:00")))
			if p := b.last(); !p.LinkUsed.Equal(on("Mon 08:00")) {
				t.Errorf("the link was used at %v", p.LinkUsed)
			}
			b.judge(well(tt.again, status(finch.Reauth, "Mon 08:50")))
			want := slices.Insert(slices.Clone(tt.want), 1, "claimed reauth", "link reauth")
			b.expect(t, want...)
			same := len(b.all) == 1
			if p := b.last(); same && (p.ClaimedBy != "U1" || p.Count != 2 || p.LinkBy != "" || !p.Over.IsZero() || !p.Opened.Equal(on("Mon 08:50"))) {
				t.Errorf("the reopened problem is %+v", p)
			} else if !same && (p.ClaimedBy != "" || p.Count != 1) {
				t.Errorf("the new problem is %+v", p)
			}
		})
	}
}

// What went to Finch's support is said of a problem for as long as it is one, its
// end and another key included, and not of the next.
func TestWhatWasSentStaysWithItsProblem(t *testing.T) {
	t.Parallel()
	checkSent := func(b *book, want bool) {
		t.Helper()
		p := b.last()
		if sent := p.SentBy == "U1" && p.SentRef == "12345" && p.SentAt.Equal(on("Mon 07:10")); sent != want || !want && (p.SentBy != "" || p.SentRef != "" || !p.SentAt.IsZero()) {
			t.Errorf("after %q it was sent by %q at %v, reference %q", b.happened, p.SentBy, p.SentAt, p.SentRef)
		}
	}
	b := newBook()
	key := alert.Key{Kind: alert.Reauth, ConnectionID: "c1"}
	ofEntity := key
	ofEntity.EntityID = "e1"
	refused := func(k alert.Key, opened, now string) {
		b.take([]alert.Finding{{Key: k, Word: alert.Wrong, Class: "reauth", Opened: on(opened)}}, on(now))
	}
	refused(key, "Mon 06:50", "Mon 07:00")
	b.act(t, func(p alert.Problem) (alert.Step, error) { return p.SentToFinch("U1", "12345", on("Mon 07:10")) })
	checkSent(b, true)
	refused(ofEntity, "Mon 06:50", "Mon 07:20")
	checkSent(b, true)
	b.take([]alert.Finding{{Key: ofEntity, Word: alert.Right}}, on("Mon 08:00"))
	checkSent(b, true)
	refused(ofEntity, "Mon 08:50", "Mon 08:50")
	checkSent(b, true)
	b.expect(t, "opened reauth", "sent reauth", "changed reauth e1/", "resolved reauth e1/", "reopened reauth e1/")
	b.take([]alert.Finding{{Key: ofEntity, Word: alert.Right}}, on("Mon 09:00"))
	refused(ofEntity, "Wed 12:00", "Wed 12:00")
	if len(b.all) == 2 {
		checkSent(b, false)
	} else {
		t.Errorf("happened %q", b.happened)
	}
}

func TestFlapping(t *testing.T) {
	t.Parallel()
	refused := func(now string) alert.Situation { return well(now, status(finch.Reauth, now)) }
	fine := func(now string) alert.Situation { return well(now, status(finch.Connected, now), syncedThis("Tue")) }

	b := newBook()
	for _, at := range []string{"Mon 07:00", "Mon 12:00", "Mon 17:00"} {
		b.judge(refused(at))
		if at != "Mon 17:00" {
			b.judge(fine(at[:4] + map[string]string{"Mon 07:00": "08:00", "Mon 12:00": "13:00"}[at]))
		}
	}
	b.expect(t, "opened reauth", "resolved reauth", "opened reauth", "resolved reauth", "flapping reauth")
	p := b.last()
	if p.ID != 2 || !p.Flapping || len(p.Openings) != 3 || p.Count != 2 {
		t.Fatalf("the flapping problem is %+v", p)
	}

	b.reset()
	b.judge(fine("Mon 18:00"))
	if p := b.last(); p.State != alert.Open || !p.WellSince.Equal(on("Mon 18:00")) || !p.WakeAt().Equal(on("Tue 00:00")) {
		t.Fatalf("well since %v, wakes at %v, %s", p.WellSince, p.WakeAt(), p.State)
	}
	b.judge(refused("Mon 20:00"))
	if p := b.last(); !p.WellSince.IsZero() || len(p.Openings) != 4 || p.Count != 3 || !p.WakeAt().IsZero() {
		t.Fatalf("came back as %+v", p)
	}
	b.judge(fine("Mon 21:00"))
	b.judge(fine("Tue 02:59:59"))
	b.expect(t, "changed reauth", "changed reauth", "changed reauth")
	b.judge(fine("Tue 03:00"))
	b.expect(t, "changed reauth", "changed reauth", "changed reauth", "resolved reauth")
	if p := b.last(); !p.Over.Equal(on("Mon 21:00")) {
		t.Errorf("over at %v, want since when it is well", p.Over)
	}
}

func TestThreeOpeningsInMoreThanADayAreNoFlapping(t *testing.T) {
	t.Parallel()
	tests := []struct {
		third, want string
	}{{"Tue 07:00", "flapping reauth"}, {"Tue 07:00:01", "opened reauth"}}
	for _, tt := range tests {
		b := newBook()
		for _, at := range []string{"Mon 07:00", "Mon 12:00"} {
			b.judge(well(at, status(finch.Reauth, at)))
			b.judge(well(at[:4]+"12:30", status(finch.Connected, at[:4]+"12:30")))
			b.reset()
		}
		b.judge(well(tt.third, status(finch.Reauth, tt.third)))
		b.expect(t, tt.want)
	}
}

// A past that is read in within minutes, as at a first fill: a week of single
// failures is no coming and going of today.
func TestAPastLearnedLateIsNoFlapping(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	key := alert.Key{Kind: alert.JobFailed, ConnectionID: "c1", Part: finch.DataSync}
	b := newBook()
	for i, daysAgo := range []int{9, 6, 3, 0} {
		failed := noon.AddDate(0, 0, -daysAgo)
		learned := noon.Add(time.Duration(i) * time.Minute)
		b.take([]alert.Finding{{Key: key, Word: alert.Wrong, Opened: failed, LastSeen: failed, Count: 1, Jobs: []string{failed.String()}}}, learned)
		b.take(nil, learned.Add(30*time.Second))
	}
	if p := b.last(); p.Flapping {
		t.Errorf("it comes and goes: %+v", p)
	}
}

func TestWhatAPersonClosedStaysClosed(t *testing.T) {
	t.Parallel()
	closes := func(p alert.Problem) (alert.Step, error) { return p.Close("U1", on("Tue 08:00")) }

	b := newBook()
	b.judge(failing("Tue 07:00", "Tue 06:30"))
	b.act(t, closes)
	b.judge(failing("Tue 08:01", "Tue 06:30"))
	late := failing("Tue 08:02", "Tue 06:30")
	late.Jobs = append(late.Jobs, sync("late", finch.JobFailed, "Mon 18:00"))
	b.judge(late)
	b.expect(t, "opened "+sinceA, "closed "+sinceA)
	b.judge(failing("Wed 07:00", "Tue 06:30", "Wed 06:30"))
	b.expect(t, "opened "+sinceA, "closed "+sinceA, "opened "+sinceA)

	b = newBook()
	b.judge(well("Tue 07:00", status(finch.Reauth, "Tue 06:50")))
	b.act(t, closes)
	b.judge(well("Wed 07:00", status(finch.Reauth, "Tue 06:50"), jobs(sync("b", finch.JobReauthError, "Wed 06:30"))))
	b.judge(well("Wed 12:00", status(finch.Connected, "Wed 12:00"), syncedThis("Wed")))
	b.expect(t, "opened reauth", "closed reauth")
	b.judge(well("Thu 07:00", status(finch.Reauth, "Thu 06:50")))
	b.expect(t, "opened reauth", "closed reauth", "opened reauth")
}

func TestWhatPerchClosedMayOpenAgain(t *testing.T) {
	t.Parallel()
	b := newBook()
	b.judge(failing("Tue 07:00", "Tue 06:30"))
	gone := failing("Tue 08:00", "Tue 06:30")
	gone.Connection.HasToken = false
	b.judge(gone)
	b.judge(failing("Tue 12:00", "Tue 06:30"))
	b.expect(t, "opened "+sinceA, "closed "+sinceA, "opened "+sinceA)
}

func TestOneTroubleKeepsOneCard(t *testing.T) {
	t.Parallel()
	part := has("e1 reauth", "e2 connected")
	parts := has("e1 reauth", "e2 reauth", "e3 connected")
	wholly := well("Tue 07:30", status(finch.Reauth, "Tue 06:40"))
	entityWise := func(now string, entities func(*alert.Situation)) alert.Situation {
		return well(now, status(finch.Connected, "Tue 06:40"), entities)
	}
	byJob := well("Tue 06:36", jobs(sync("b", finch.JobReauthError, "Tue 06:30")))
	nameless, named := jobs(write("b", "", finch.JobFailed, "Tue 06:30")), jobs(write("b", "benefit_enroll", finch.JobFailed, "Tue 06:30"))
	two := has("e1 connected", "e2 connected")
	tests := []struct {
		name  string
		known []alert.Situation
		want  []string
	}{
		{"a job, then the status", []alert.Situation{byJob, wholly}, []string{"opened reauth", "changed reauth"}},
		{"a job, then the status of an entity", []alert.Situation{byJob, entityWise("Tue 06:40", part)}, []string{"opened reauth", "changed reauth e1/"}},
		{"the whole, then an entity alone", []alert.Situation{wholly, entityWise("Tue 07:40", part)}, []string{"opened reauth", "changed reauth e1/"}},
		{"the whole, then two entities", []alert.Situation{wholly, entityWise("Tue 07:40", parts)}, []string{"opened reauth", "changed reauth e1/", "opened reauth e2/"}},
		{"an entity, then the whole", []alert.Situation{entityWise("Tue 07:00", part), wholly}, []string{"opened reauth e1/", "changed reauth"}},
		{"two entities, then the whole", []alert.Situation{entityWise("Tue 07:00", parts), wholly}, []string{"opened reauth e1/", "opened reauth e2/", "changed reauth", "closed reauth e2/"}},
		{
			"two entities, the whole, and one of them again",
			[]alert.Situation{entityWise("Tue 07:00", parts), wholly, entityWise("Tue 07:40", has("e1 connected", "e2 reauth"))},
			[]string{"opened reauth e1/", "opened reauth e2/", "changed reauth", "closed reauth e2/", "changed reauth e2/"},
		},
		{
			"one entity, then another",
			[]alert.Situation{entityWise("Tue 07:00", part), entityWise("Tue 07:40", has("e1 connected", "e2 reauth"))},
			[]string{"opened reauth e1/", "resolved reauth e1/", "opened reauth e2/"},
		},
		{
			"a job whose entity becomes known",
			[]alert.Situation{
				well("Tue 07:00", two, jobs(sync("b", finch.JobFailed, "Tue 06:30"))), well("Tue 07:01", two, jobs(sync("b", finch.JobFailed, "Tue 06:30", ofEntity("e1")))),
			},
			[]string{"opened job_failed /data_sync_all", "changed job_failed e1/data_sync_all"},
		},
		{"a write whose type becomes known", []alert.Situation{well("Tue 07:00", nameless), well("Tue 07:01", named)}, []string{"opened job_failed", "changed job_failed /benefit_enroll"}},
		{
			"a set-up that is pending in one entity only",
			[]alert.Situation{
				well("Thu 07:00", status(finch.Pending, "Mon 07:00")), well("Thu 07:30", syncedThis("Thu"), has("e1 connected", "e2 pending"), became(finch.Pending, "e2", "Mon 07:00")),
			},
			[]string{"opened stuck", "changed stuck e2/"},
		},
		{
			"a sync that failed, then a write",
			[]alert.Situation{
				well("Tue 07:00", jobs(sync("b", finch.JobFailed, "Tue 06:30"))), well("Tue 07:30", jobs(sync("c", finch.JobComplete, "Tue 07:00"), write("d", "benefit_enroll", finch.JobFailed, "Tue 07:10"))),
			},
			[]string{"opened job_failed /data_sync_all", "resolved job_failed /data_sync_all", "opened job_failed /benefit_enroll"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBook()
			for _, s := range tt.known {
				b.judge(s)
			}
			b.expect(t, tt.want...)
		})
	}
}

func TestSnoozes(t *testing.T) {
	t.Parallel()
	untilItChanges := func(p alert.Problem) (alert.Step, error) { return p.Snooze("U1", time.Time{}, on("Tue 07:30")) }
	untilNoon := func(p alert.Problem) (alert.Step, error) { return p.Snooze("U1", on("Tue 12:00"), on("Tue 07:30")) }
	noted := failing("Tue 07:40", "Tue 06:30")
	noted.Connection.CustomerName = "Northwind Ltd"
	tests := []struct {
		name    string
		snooze  func(alert.Problem) (alert.Step, error)
		then    alert.Situation
		what    string
		snoozed bool
	}{
		{"until it changes: nothing did", untilItChanges, failing("Tue 23:00", "Tue 06:30"), "snoozed", true},
		{"until it changes: only the card did", untilItChanges, noted, "changed", true},
		{"until it changes: it recurred", untilItChanges, failing("Wed 07:00", "Tue 06:30", "Wed 06:30"), "recurred", false},
		{"until it changes: it escalated", untilItChanges, failing("Wed 07:00", "Tue 06:30", "Tue 18:30", "Wed 06:30"), "escalated", false},
		{"until noon: a second before", untilNoon, failing("Tue 11:59:59", "Tue 06:30"), "snoozed", true},
		{"until noon: noon", untilNoon, failing("Tue 12:00", "Tue 06:30"), "woken", false},
		{"until noon: it recurred before", untilNoon, failing("Tue 11:00", "Tue 06:30", "Tue 10:30"), "recurred", true},
		{"until noon: it recurred after", untilNoon, failing("Tue 12:00", "Tue 06:30", "Tue 11:30"), "recurred", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBook()
			b.judge(failing("Tue 07:00", "Tue 06:30"))
			b.act(t, tt.snooze)
			b.judge(tt.then)
			if got := b.happened[len(b.happened)-1]; got != tt.what+" "+sinceA {
				t.Errorf("at last it %s, want %s", got, tt.what)
			}
			if p := b.last(); (p.SnoozedBy != "") != tt.snoozed || !tt.snoozed && !p.SnoozedUntil.IsZero() {
				t.Errorf("snoozed by %q until %v, want %t", p.SnoozedBy, p.SnoozedUntil, tt.snoozed)
			}
		})
	}
}

func TestLooksAloneChangeNothing(t *testing.T) {
	t.Parallel()
	b := newBook()
	refused := func(now string) alert.Situation {
		return well(now, status(finch.Reauth, "Mon 06:50"), jobs(sync("b", finch.JobReauthError, "Mon 06:30", func(j *finch.KnownJob) { j.RequestIDs = []string{now} })))
	}
	b.judge(refused("Mon 07:00"))
	b.judge(refused("Tue 06:59:59"))
	b.expect(t, "opened reauth")
	b.judge(refused("Tue 07:00"))
	b.expect(t, "opened reauth", "changed reauth")
	if p := b.last(); !p.LastSeen.Equal(on("Tue 07:00")) || p.Version != 2 {
		t.Errorf("last seen %v, version %d", p.LastSeen, p.Version)
	}
	renamed := refused("Tue 07:15")
	renamed.Connection.CustomerName, renamed.Connection.Report.Message = "Northwind Ltd", "The password was changed"
	b.judge(renamed)
	b.judge(renamed)
	b.expect(t, "opened reauth", "changed reauth", "changed reauth")
	if p := b.last(); p.Subject.CustomerName != "Northwind Ltd" || p.Facts.Message != "The password was changed" {
		t.Errorf("the problem is %+v", p)
	}
}
