package alert_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"perch/internal/alert"
	"perch/internal/connect"
	"perch/internal/finch"
)

// on is a moment of the week of 16 November 2026, a Monday, or of a later one:
// "Mon 06:30", "Thu 00:00:01", "Mon+1 06:30" a week later.
func on(moment string) time.Time {
	day, clock, ok := strings.Cut(moment, " ")
	name, weeks, _ := strings.Cut(day, "+")
	n := slices.Index([]string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}, name)
	if len(clock) == len("15:04") {
		clock += ":00"
	}
	at, err := time.Parse(time.TimeOnly, clock)
	if !ok || n < 0 || err != nil {
		panic("no moment: " + moment)
	}
	later := 0
	if weeks != "" {
		later = int(weeks[0] - '0')
	}
	return time.Date(2026, 11, 16+n+7*later, at.Hour(), at.Minute(), at.Second(), 0, time.UTC)
}

// well is a connection without trouble that synced on Monday at 06:34 and was
// looked at just before now.
func well(now string, change ...func(*alert.Situation)) alert.Situation {
	s := alert.Situation{
		Connection: finch.Connection{
			ID: "c1", CustomerID: "cust_1", CustomerName: "Northwind", ProviderID: "gusto", ProviderName: "Gusto",
			Environment: "production", HasToken: true,
			Report:      finch.StatusReport{Status: finch.Connected, LastSync: finch.SyncTime{At: on("Mon 06:34")}},
			StatusSince: on("Mon 06:00"), FirstSeen: on("Mon 06:00"), Learned: on(now),
		},
		Grace: alert.Grace{Automated: 2 * time.Hour, Assisted: 24 * time.Hour},
		Now:   on(now),
	}
	for _, c := range change {
		c(&s)
	}
	return s
}

func status(s finch.Status, since string) func(*alert.Situation) {
	return func(x *alert.Situation) { x.Connection.Report.Status, x.Connection.StatusSince = s, on(since) }
}

// has adds entities: "e1 reauth".
func has(entities ...string) func(*alert.Situation) {
	return func(x *alert.Situation) {
		for _, e := range entities {
			id, s, _ := strings.Cut(e, " ")
			x.Connection.Entities = append(x.Connection.Entities, finch.Entity{ID: id, Name: "Entity " + id, Status: finch.Status(s)})
		}
	}
}

func method(kind string, s finch.Status) func(*alert.Situation) {
	return func(x *alert.Situation) {
		x.Connection.Methods = append(x.Connection.Methods, finch.Method{Type: kind, Report: finch.StatusReport{Status: s}})
	}
}

func became(s finch.Status, entity, at string) func(*alert.Situation) {
	return func(x *alert.Situation) {
		x.Changes = append(x.Changes, finch.Change{ConnectionID: "c1", EntityID: entity, To: s, At: on(at)})
	}
}

func looked(at string) func(*alert.Situation) {
	return func(x *alert.Situation) { x.Connection.Learned = on(at) }
}

func jobs(more ...finch.KnownJob) func(*alert.Situation) {
	return func(x *alert.Situation) { x.Jobs = append(x.Jobs, more...) }
}

// sync is a data sync that began at a moment and, if it is over, took four
// minutes.
func sync(id string, s finch.JobStatus, began string, change ...func(*finch.KnownJob)) finch.KnownJob {
	j := finch.KnownJob{
		ID: id, Kind: finch.Automated, ConnectionID: "c1", Type: finch.DataSync, Status: s,
		Scheduled: on(began), Started: on(began), FirstSeen: on("Mon 06:00"), Learned: on(began).Add(5 * time.Minute),
	}
	if s.Final() {
		j.Completed = on(began).Add(4 * time.Minute)
	}
	for _, c := range change {
		c(&j)
	}
	return j
}

// write is a manual job, of which Finch tells no times.
func write(id, kind string, s finch.JobStatus, seen string, change ...func(*finch.KnownJob)) finch.KnownJob {
	j := finch.KnownJob{ID: id, Kind: finch.Manual, ConnectionID: "c1", Type: kind, Status: s, FirstSeen: on(seen), Learned: on(seen).Add(time.Minute)}
	for _, c := range change {
		c(&j)
	}
	return j
}

func ofEntity(id string) func(*finch.KnownJob) { return func(j *finch.KnownJob) { j.EntityID = id } }

func ofType(kind string) func(*finch.KnownJob) { return func(j *finch.KnownJob) { j.Type = kind } }

func readAt(at string) func(*finch.KnownJob) { return func(j *finch.KnownJob) { j.Learned = on(at) } }
func unscheduled(j *finch.KnownJob)          { j.Scheduled = time.Time{} }
func neverStarted(j *finch.KnownJob)         { j.Started, j.Completed = time.Time{}, time.Time{} }
func gone(j *finch.KnownJob)                 { j.Gone = true }
func asked(at string) func(j *finch.KnownJob) {
	return func(j *finch.KnownJob) { j.Scheduled, j.Created = time.Time{}, on(at) }
}
func sandboxed(x *alert.Situation) { x.Connection.FinchSandbox = true }
func byHand(x *alert.Situation)    { x.Connection.Assisted = true }
func scheduled(next string) func(*alert.Situation) {
	return func(x *alert.Situation) { x.Connection.NextScheduled = on(next) }
}

// told says what is wrong in a line each: "kind entity/part move x count [jobs]
// since day and time", where each of them is set.
func told(found []alert.Finding) string {
	var lines []string
	for _, f := range found {
		if f.Word != alert.Wrong {
			continue
		}
		line := string(f.Key.Kind)
		if f.Key.EntityID != "" || f.Key.Part != "" {
			line += " " + f.Key.EntityID + "/" + f.Key.Part
		}
		line += ", " + string(f.Move)
		if f.Count > 0 {
			line += fmt.Sprintf(", x%d", f.Count)
		}
		if len(f.Jobs) > 0 {
			line += fmt.Sprintf(", %v", f.Jobs)
		}
		lines = append(lines, line+", since "+f.Opened.Format("Mon 15:04"))
	}
	return strings.Join(lines, "\n")
}

// judged is a line of a table: what is known, and what is wrong then.
type judged struct {
	name  string
	known alert.Situation
	want  string
}

func judge(t *testing.T, tests []judged) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			found, next := alert.Assess(tt.known)
			if got := told(found); got != tt.want {
				t.Errorf("found %q\nwant  %q", got, tt.want)
			}
			if !next.IsZero() && !next.After(tt.known.Now) {
				t.Errorf("judges again at %v, which is not after %v", next, tt.known.Now)
			}
			for _, f := range found {
				if f.Word == alert.Wrong && (f.Class == "" || f.Opened.IsZero() || f.LastSeen.Before(f.Opened)) {
					t.Errorf("a finding lacks class or times: %+v", f)
				}
			}
		})
	}
}

func TestNothingIsWrongWithAWellConnection(t *testing.T) {
	t.Parallel()
	judge(t, []judged{
		{"just synced", well("Mon 07:00"), ""},
		{"a status that is new to us", well("Mon 07:00", status("resting", "Mon 06:50")), ""},
		{"nothing is known at all", alert.Situation{}, ""},
	})
}

func TestSubjectOf(t *testing.T) {
	t.Parallel()
	c := finch.Connection{CustomerName: "Harbor", Environment: "production", Products: []string{"company"}}
	c.Entities = []finch.Entity{{ID: "e1", Name: "Harbor LLC", Status: finch.Connected}, {ID: "e2", Name: "Harbor Bakery", Status: finch.Connected}}
	single := c
	single.Entities = []finch.Entity{{ID: "e1", Name: "Harbor LLC", Status: finch.Connected}, {ID: "e2", Name: "Harbor Bakery", Status: finch.Disconnected}}
	dashboard, emulated := c, c
	dashboard.Environment, emulated.FinchSandbox = "sandbox", true
	tests := []struct {
		name    string
		subject alert.Subject
		entity  string
		sandbox bool
	}{
		{"an entity of several", alert.SubjectOf(c, "e2"), "Harbor Bakery", false},
		{"the whole of several", alert.SubjectOf(c, ""), "", false},
		{"the whole of one that is left", alert.SubjectOf(single, ""), "Harbor LLC", false},
		{"an entity nobody knows", alert.SubjectOf(c, "e9"), "", false},
		{"the sandbox environment", alert.SubjectOf(dashboard, ""), "", true},
		{"data made by Finch", alert.SubjectOf(emulated, ""), "", true},
	}
	for _, tt := range tests {
		if tt.subject.EntityName != tt.entity || tt.subject.Sandbox != tt.sandbox || tt.subject.CustomerName != "Harbor" {
			t.Errorf("%s: %+v", tt.name, tt.subject)
		}
	}
}

func TestEveryKindThatCanBeAskedForIsJudged(t *testing.T) {
	t.Parallel()
	found := map[alert.Kind]bool{}
	for _, s := range []alert.Situation{
		well("Tue 07:00", jobs(sync("j", finch.JobFailed, "Tue 06:30"))),
		well("Mon 07:00", status(finch.Reauth, "Mon 06:50")),
		well("Mon 07:00", status(finch.NoPermissions, "Mon 06:50")),
		well("Mon 07:00", status(finch.NotSetUp, "Mon 06:50")),
		well("Wed 07:00"),
		well("Tue 07:00", jobs(sync("j", finch.JobRunning, "Mon 06:40", readAt("Tue 07:00")))),
		well("Mon 07:00", func(x *alert.Situation) { x.Connection.DisconnectedAt = on("Mon 06:50") }),
	} {
		all, _ := alert.Assess(s)
		for _, f := range all {
			found[f.Key.Kind] = true
		}
	}
	sight, _ := alert.AssessSight([]alert.Sense{{Name: "account", Since: on("Mon 06:50"), Bad: on("Mon 06:50")}}, on("Mon 07:00"))
	for _, f := range sight {
		found[f.Key.Kind] = true
	}
	for _, r := range []connect.Reading{
		opened("Mon 10:00", connect.MFA, "Mon 10:10", saw(3, "wrong", connect.MFA, "Mon 10:10")), unopened("Mon 10:00"), unopened("Mon 10:00", lapsed("Thu 11:00")),
	} {
		ways, _ := alert.AssessSessions(alert.Attempts{CustomerID: "cust_1", Sessions: []connect.Reading{r}, Now: on("Thu 12:00")})
		for _, f := range ways {
			found[f.Key.Kind] = found[f.Key.Kind] || f.Word == alert.Wrong
		}
	}
	for _, k := range alert.AllKinds() {
		if !found[k] {
			t.Errorf("nothing finds %s", k)
		}
	}
}
