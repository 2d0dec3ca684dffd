package thread_test

import (
	"testing"

	"perch/internal/alert"
	"perch/internal/thread"
)

func TestConcerns(t *testing.T) {
	t.Parallel()
	other := func(change func(*alert.Problem)) func(*alert.Problem) {
		return func(p *alert.Problem) {
			change(p)
			p.Key.ConnectionID, p.Subject.CustomerID, p.Subject.CompanyID = "other", "other", "other"
		}
	}
	var (
		jobBond     = thread.Bond{Kind: thread.Job, ID: jobID, ConnectionID: connID, CustomerID: customerID}
		sibling     = thread.Bond{Kind: thread.Job, ID: "sibling", ConnectionID: connID, CustomerID: customerID}
		stray       = thread.Bond{Kind: thread.Job, ID: "stray"}
		connBond    = thread.Bond{Kind: thread.Connection, ID: connID}
		sessionBond = thread.Bond{Kind: thread.Session, ID: sessionID}
		newSession  = thread.Bond{Kind: thread.Session, ID: "sess_2", ConnectionID: connID, CustomerID: customerID}
		company     = thread.Bond{Kind: thread.Company, ID: companyID}
		companyOne  = thread.Bond{Kind: thread.Company, ID: "c2", ConnectionID: connID}
		customer    = thread.Bond{Kind: thread.Customer, ID: customerID}
		customerOne = thread.Bond{Kind: thread.Customer, ID: "c2", ConnectionID: connID}

		failed     = problem()
		reconnect  = problem(of(alert.Reauth))
		stale      = problem(of(alert.Stale))
		elsewhere  = problem(other(of(alert.Reauth)))
		stopped    = problem(ofSession(alert.DroppedOff))
		nameless   = problem(func(p *alert.Problem) { of(alert.Reauth)(p); p.Key.ConnectionID, p.Subject = "", alert.Subject{} })
		onlyByPart = problem(func(p *alert.Problem) { ofSession(alert.LinkExpired)(p); p.Subject = alert.Subject{} })
	)
	for _, tt := range []struct {
		name string
		bond thread.Bond
		p    alert.Problem
		want bool
	}{
		{"a job's own", jobBond, failed, true},
		{"a sibling's", sibling, failed, false},
		{"what stops all jobs", sibling, reconnect, true},
		{"what stops all jobs: permissions", sibling, problem(of(alert.Permissions)), true},
		{"what stops all jobs: set-up", sibling, problem(of(alert.NotSetUp)), true},
		{"what stops all jobs: the end", sibling, problem(of(alert.Disconnected)), true},
		{"what does not stop them", sibling, stale, false},
		{"another connection's", jobBond, elsewhere, false},
		{"a job of no connection", stray, nameless, false},
		{"a job and its employer's session", jobBond, stopped, false},

		{"a connection's failed job", connBond, failed, true},
		{"a connection's silence", connBond, stale, true},
		{"another's", connBond, elsewhere, false},
		{"a connection and a session", connBond, stopped, false},

		{"a session's", sessionBond, stopped, true},
		{"another session of the employer", newSession, stopped, true},
		{"a session of nobody known", thread.Bond{Kind: thread.Session, ID: "sess_3"}, stopped, false},
		{"a session and its connection", newSession, reconnect, false},
		{"a session and a job", sessionBond, failed, false},

		{"a company's", company, failed, true},
		{"a company's one connection's", companyOne, failed, true},
		{"another company's", company, elsewhere, false},
		{"a customer's", customer, failed, true},
		{"a customer's session's", customer, stopped, true},
		{"a customer's session's, by its key alone", customer, onlyByPart, true},
		{"a customer's one connection's", customerOne, reconnect, true},
		{"another customer's", customer, elsewhere, false},

		{"an outage", connBond, problem(of(alert.Outage)), false},
		{"Perch's own sight", customer, problem(of(alert.Blind)), false},
		{"no id", thread.Bond{Kind: thread.Customer}, nameless, false},
		{"no kind", thread.Bond{ID: connID}, failed, false},
	} {
		if got := thread.Concerns(tt.bond, tt.p); got != tt.want {
			t.Errorf("%s: %t", tt.name, got)
		}
	}
}
