package thread_test

import (
	"time"

	"perch/internal/alert"
	"perch/internal/connect"
	"perch/internal/finch"
	"perch/internal/thread"
)

// now is the moment at which these tests look.
var now = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)

const (
	companyID  = "a9a9a9a9-0000-4000-8000-000000000001"
	customerID = "cust_77"
	sessionID  = "sess_01JD4Z9QW7"
)

func failedAt() time.Time { return now.Add(-206 * time.Minute) }

// job is one that failed this morning.
func job(change ...func(*finch.JobLine)) finch.JobLine {
	j := finch.JobLine{
		KnownJob: finch.KnownJob{
			ID: jobID, Kind: finch.Automated, ConnectionID: connID, Type: finch.DataSync, Status: finch.JobFailed,
			Created: now.AddDate(0, -8, 0), Scheduled: failedAt().Add(-4 * time.Minute), Started: failedAt().Add(-4 * time.Minute),
			Completed: failedAt(), FirstSeen: failedAt(), Learned: failedAt(),
		},
		CustomerID: customerID, CustomerName: "Northwind Logistics", CompanyID: companyID, ProviderID: "adp_run", ProviderName: "ADP Run",
	}
	for _, c := range change {
		c(&j)
	}
	return j
}

// unended takes away what only a job that has begun or ended has.
func unended(status finch.JobStatus) func(*finch.JobLine) {
	return func(j *finch.JobLine) {
		j.Status, j.Completed, j.Started = status, time.Time{}, time.Time{}
	}
}

func jobEntry(j finch.JobLine, problems ...alert.Problem) thread.Entry {
	return thread.Entry{
		Bond: thread.Bond{Kind: thread.Job, ID: j.ID, ConnectionID: connID, CompanyID: companyID, CustomerID: customerID, At: now},
		Job:  &j, Connections: []finch.Connection{connection()}, Of: 1, Problems: problems,
	}
}

// connection is one that is well.
func connection(change ...func(*finch.Connection)) finch.Connection {
	c := finch.Connection{
		ID: connID, CustomerID: customerID, CustomerName: "Northwind Logistics", CompanyID: companyID,
		ProviderID: "adp_run", ProviderName: "ADP Run", Environment: "production", HasToken: true,
		Report: finch.StatusReport{Status: finch.Connected},
	}
	c.Report.LastSync.At = now.Add(-28 * time.Hour)
	for _, f := range change {
		f(&c)
	}
	return c
}

func standing(s finch.Status) func(*finch.Connection) {
	return func(c *finch.Connection) { c.Report.Status = s }
}

func connectionEntry(c finch.Connection, problems ...alert.Problem) thread.Entry {
	return thread.Entry{
		Bond:        thread.Bond{Kind: thread.Connection, ID: c.ID, ConnectionID: c.ID, CompanyID: companyID, CustomerID: customerID, At: now},
		Connections: []finch.Connection{c}, Of: 1, Problems: problems,
	}
}

// reading is of a session whose employer stopped.
func reading(change ...func(*connect.Reading)) connect.Reading {
	r := connect.Reading{
		Session: connect.Session{
			ID: sessionID, CustomerID: customerID, CustomerName: "Northwind Logistics", ProviderID: "adp_run", ProviderName: "ADP Run",
			Created: now.Add(-3 * time.Hour), Expires: now.Add(89 * 24 * time.Hour),
		},
		Progress: connect.Progress{Outcome: connect.DroppedOff, Stage: connect.Authentication, Last: now.Add(-32 * time.Minute), Over: now.Add(-time.Minute), ErrorCount: 4},
	}
	for _, c := range change {
		c(&r)
	}
	return r
}

func outcome(o connect.Outcome) func(*connect.Reading) {
	return func(r *connect.Reading) { r.Progress.Outcome = o }
}

func sessionEntry(r connect.Reading, problems ...alert.Problem) thread.Entry {
	return thread.Entry{Bond: thread.Bond{Kind: thread.Session, ID: r.Session.ID, CustomerID: customerID, At: now}, Session: &r, Problems: problems}
}

func customerEntry(kind thread.Kind, id string, connections ...finch.Connection) thread.Entry {
	return thread.Entry{Bond: thread.Bond{Kind: kind, ID: id, CustomerID: customerID, At: now}, Connections: connections, Of: len(connections)}
}

// problem is that of the job that failed.
func problem(change ...func(*alert.Problem)) alert.Problem {
	p := alert.Problem{
		ID: 7, Key: alert.Key{Kind: alert.JobFailed, ConnectionID: connID, Part: finch.DataSync}, State: alert.Open, Move: alert.Nobodys, Count: 1,
		Subject: alert.Subject{CustomerID: customerID, CustomerName: "Northwind Logistics", CompanyID: companyID, EntityName: "Northwind East", ProviderName: "ADP Run"},
		Opened:  failedAt(), Noted: failedAt(), LastSeen: failedAt(), Jobs: []string{"older", jobID},
		Facts: alert.Facts{Job: finch.KnownJob{ID: jobID, Type: finch.DataSync, Status: finch.JobFailed, Completed: failedAt()}},
	}
	for _, c := range change {
		c(&p)
	}
	return p
}

// of makes it one of another kind on the connection.
func of(kind alert.Kind) func(*alert.Problem) {
	return func(p *alert.Problem) { p.Key.Kind, p.Key.Part, p.Jobs, p.Facts = kind, "", nil, alert.Facts{} }
}

// ofSession makes it one of the employer's Connect session.
func ofSession(kind alert.Kind) func(*alert.Problem) {
	return func(p *alert.Problem) {
		of(kind)(p)
		p.Move, p.Key.ConnectionID, p.Key.Part = alert.Ours, "", alert.PartOfCustomer(customerID)
		p.Facts.Session = alert.SessionFacts{ID: sessionID, CustomerID: customerID, Stage: connect.Authentication}
	}
}

// ofEntity makes it one of an entity among several.
func ofEntity(p *alert.Problem) { p.Key.EntityID = "11111111-aaaa-4bbb-8ccc-000000000002" }

func claimed(p *alert.Problem) { p.ClaimedBy, p.ClaimedAt = "UBO", now.Add(-48*time.Minute) }

func over(p *alert.Problem) { p.State, p.Over = alert.Resolved, now.Add(-time.Minute) }

func shown(entries ...thread.Entry) thread.Shown {
	s := thread.Shown{Thread: thread.Thread{ID: 12, Channel: "CHELP", Root: "1700000000.000100"}, Entries: entries, Now: now}
	for _, e := range entries {
		s.Thread.Bonds = append(s.Thread.Bonds, e.Bond)
	}
	return s
}
