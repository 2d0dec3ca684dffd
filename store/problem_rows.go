package store

import (
	"encoding/json"
	"fmt"
	"time"

	"perch/internal/alert"
	"perch/internal/finch"
	"perch/store/internal/db"
)

// storedProblem fixes how what has no column of its own is written, whatever
// becomes of its Go names. Times are milliseconds.
type storedProblem struct {
	Entity       string        `json:"entity,omitempty"`
	Part         string        `json:"part,omitempty"`
	Subject      storedSubject `json:"subject,omitzero"`
	Move         string        `json:"move,omitempty"`
	LastSeen     int64         `json:"seen,omitempty"`
	Count        int           `json:"count,omitempty"`
	Jobs         []string      `json:"jobs,omitempty"`
	Openings     []int64       `json:"openings,omitempty"`
	Flapping     bool          `json:"flapping,omitempty"`
	WellSince    int64         `json:"well,omitempty"`
	ClaimedAt    int64         `json:"claimed,omitempty"`
	SnoozedBy    string        `json:"snoozed_by,omitempty"`
	SnoozedUntil int64         `json:"snoozed,omitempty"`
	LinkBy       string        `json:"link_by,omitempty"`
	LinkAt       int64         `json:"link,omitempty"`
	LinkUsed     int64         `json:"link_used,omitempty"`
	SentBy       string        `json:"sent_by,omitempty"`
	SentAt       int64         `json:"sent,omitempty"`
	SentRef      string        `json:"sent_ref,omitempty"`
	ClosedBy     string        `json:"closed_by,omitempty"`
	Affected     int           `json:"affected,omitempty"`
	Recovered    int           `json:"recovered,omitempty"`
	Of           int           `json:"of,omitempty"`
	Facts        storedFacts   `json:"facts,omitzero"`
}

type storedSubject struct {
	CustomerID   string   `json:"customer,omitempty"`
	CustomerName string   `json:"name,omitempty"`
	CompanyID    string   `json:"company,omitempty"`
	ProviderID   string   `json:"provider,omitempty"`
	ProviderName string   `json:"provider_name,omitempty"`
	EntityName   string   `json:"entity_name,omitempty"`
	Environment  string   `json:"env,omitempty"`
	Sandbox      bool     `json:"sandbox,omitempty"`
	Assisted     bool     `json:"assisted,omitempty"`
	Products     []string `json:"products,omitempty"`
}

type storedFacts struct {
	LastGood  int64     `json:"good,omitempty"`
	Next      int64     `json:"next,omitempty"`
	NextExact bool      `json:"next_exact,omitempty"`
	Expected  int64     `json:"expected,omitempty"`
	Job       storedJob `json:"job,omitzero"`
	Status    string    `json:"status,omitempty"`
	Message   string    `json:"message,omitempty"`
	Missing   bool      `json:"missing,omitempty"`
	Session   storedWay `json:"session,omitzero"`
	Usual     int       `json:"usual,omitempty"`
}

type storedJob struct {
	ID           string         `json:"id,omitempty"`
	Kind         string         `json:"kind,omitempty"`
	ConnectionID string         `json:"connection,omitempty"`
	EntityID     string         `json:"entity,omitempty"`
	Type         string         `json:"type,omitempty"`
	Status       string         `json:"status,omitempty"`
	Created      int64          `json:"created,omitempty"`
	Scheduled    int64          `json:"scheduled,omitempty"`
	Started      int64          `json:"started,omitempty"`
	Completed    int64          `json:"completed,omitempty"`
	FirstSeen    int64          `json:"first,omitempty"`
	Learned      int64          `json:"learned,omitempty"`
	Gone         bool           `json:"gone,omitempty"`
	RequestIDs   []string       `json:"requests,omitempty"`
	Results      []storedResult `json:"results,omitempty"`
}

// textOf writes a problem's facts. JSON turns what is no UTF-8 into marks, and
// escapes NUL.
func textOf(p alert.Problem) string {
	s := p.Subject
	text, err := json.Marshal(storedProblem{
		Entity: p.Key.EntityID, Part: p.Key.Part, Move: string(p.Move), LastSeen: stamp(p.LastSeen), Count: p.Count, Jobs: p.Jobs,
		Subject: storedSubject{
			CustomerID: s.CustomerID, CustomerName: s.CustomerName, CompanyID: s.CompanyID, ProviderID: s.ProviderID, ProviderName: s.ProviderName,
			EntityName: s.EntityName, Environment: s.Environment, Sandbox: s.Sandbox, Assisted: s.Assisted, Products: s.Products,
		},
		Openings: stamps(p.Openings), Flapping: p.Flapping, WellSince: stamp(p.WellSince), ClaimedAt: stamp(p.ClaimedAt),
		SnoozedBy: p.SnoozedBy, SnoozedUntil: stamp(p.SnoozedUntil), LinkBy: p.LinkBy, LinkAt: stamp(p.LinkAt), LinkUsed: stamp(p.LinkUsed),
		ClosedBy: p.ClosedBy, SentBy: p.SentBy, SentAt: stamp(p.SentAt), SentRef: p.SentRef,
		Affected: p.Affected, Recovered: p.Recovered, Of: p.Of,
		Facts: storedFacts{
			LastGood: stamp(p.Facts.LastGood), Next: stamp(p.Facts.Next), NextExact: p.Facts.NextExact, Expected: stamp(p.Facts.Expected),
			Job: storedJobOf(p.Facts.Job), Status: string(p.Facts.Status), Message: p.Facts.Message, Missing: p.Facts.Missing, Session: storedWayOf(p.Facts.Session), Usual: p.Facts.Usual,
		},
	})
	if err != nil {
		return "{}" // cannot happen: strings and numbers always encode
	}
	return string(text)
}

func storedJobOf(j finch.KnownJob) storedJob {
	stored := storedJob{
		ID: j.ID, Kind: string(j.Kind), ConnectionID: j.ConnectionID, EntityID: j.EntityID, Type: j.Type, Status: string(j.Status),
		Created: stamp(j.Created), Scheduled: stamp(j.Scheduled), Started: stamp(j.Started), Completed: stamp(j.Completed),
		FirstSeen: stamp(j.FirstSeen), Learned: stamp(j.Learned), Gone: j.Gone, RequestIDs: j.RequestIDs,
	}
	for _, r := range j.Results {
		stored.Results = append(stored.Results, storedResult(r))
	}
	return stored
}

func (j storedJob) job() finch.KnownJob {
	known := finch.KnownJob{
		ID: j.ID, Kind: finch.JobKind(j.Kind), ConnectionID: j.ConnectionID, EntityID: j.EntityID, Type: j.Type, Status: finch.JobStatus(j.Status),
		Created: timeOf(j.Created), Scheduled: timeOf(j.Scheduled), Started: timeOf(j.Started), Completed: timeOf(j.Completed),
		FirstSeen: timeOf(j.FirstSeen), Learned: timeOf(j.Learned), Gone: j.Gone, RequestIDs: j.RequestIDs,
	}
	for _, r := range j.Results {
		known.Results = append(known.Results, finch.JobResult(r))
	}
	return known
}

func problemOf(r db.Problem) (alert.Problem, error) {
	var f storedProblem
	if err := json.Unmarshal([]byte(r.Facts), &f); err != nil {
		return alert.Problem{}, fmt.Errorf("%w: the facts of problem %d are not JSON: %w", ErrDamaged, r.ID, err)
	}
	s := f.Subject
	return alert.Problem{
		ID: r.ID, Key: alert.Key{Kind: alert.Kind(r.Kind), ConnectionID: r.ConnectionID, EntityID: f.Entity, Part: f.Part}, Class: r.Class,
		Subject: alert.Subject{
			CustomerID: s.CustomerID, CustomerName: s.CustomerName, CompanyID: s.CompanyID, ProviderID: s.ProviderID, ProviderName: s.ProviderName,
			EntityName: s.EntityName, Environment: s.Environment, Sandbox: s.Sandbox, Assisted: s.Assisted, Products: s.Products,
		},
		State: alert.State(r.State), Move: alert.Move(f.Move),
		Opened: timeOf(r.Opened), Noted: timeOf(r.Noted), LastSeen: timeOf(f.LastSeen), Over: timeOf(r.Over),
		Count: f.Count, Jobs: f.Jobs, Openings: timesOf(f.Openings), Flapping: f.Flapping, WellSince: timeOf(f.WellSince),
		ClaimedBy: r.ClaimedBy, ClaimedAt: timeOf(f.ClaimedAt), SnoozedBy: f.SnoozedBy, SnoozedUntil: timeOf(f.SnoozedUntil),
		LinkBy: f.LinkBy, LinkAt: timeOf(f.LinkAt), LinkUsed: timeOf(f.LinkUsed), ClosedBy: f.ClosedBy,
		SentBy: f.SentBy, SentAt: timeOf(f.SentAt), SentRef: f.SentRef,
		ParentID: r.ParentID, Affected: f.Affected, Recovered: f.Recovered, Of: f.Of, Version: r.Version,
		Facts: alert.Facts{
			LastGood: timeOf(f.Facts.LastGood), Next: timeOf(f.Facts.Next), NextExact: f.Facts.NextExact, Expected: timeOf(f.Facts.Expected),
			Job: f.Facts.Job.job(), Status: finch.Status(f.Facts.Status), Message: f.Facts.Message, Missing: f.Facts.Missing, Session: f.Facts.Session.facts(), Usual: f.Facts.Usual,
		},
	}, nil
}

func problemsOf(rows []db.Problem) ([]alert.Problem, error) {
	var problems []alert.Problem
	for _, r := range rows {
		p, err := problemOf(r)
		if err != nil {
			return nil, err
		}
		problems = append(problems, p)
	}
	return problems, nil
}

// healsWithin is a day and what a daily sync may begin later and take longer.
const healsWithin = 26 * time.Hour

// healed reports whether a problem went away by itself by the next daily sync:
// nobody took it up or made a link for it.
func healed(p alert.Problem) bool {
	return p.State == alert.Resolved && p.ClaimedBy == "" && p.LinkBy == "" && p.Over.Sub(p.Opened) <= healsWithin
}

func stamps(times []time.Time) []int64 {
	var all []int64
	for _, t := range times {
		all = append(all, stamp(t))
	}
	return all
}

func timesOf(all []int64) []time.Time {
	var times []time.Time
	for _, ms := range all {
		times = append(times, timeOf(ms))
	}
	return times
}
