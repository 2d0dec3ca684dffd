package thread

import (
	"slices"

	"perch/internal/alert"
)

// Concerns reports whether a problem is news to whoever quoted an id: it is about the
// same thing, or keeps the thing from going on.
func Concerns(b Bond, p alert.Problem) bool {
	if b.ID == "" || p.Key.Kind == alert.Outage || p.Key.Kind == alert.Blind {
		return false
	}
	switch b.Kind {
	case Job:
		return slices.Contains(p.Jobs, b.ID) || stopsJobs(p.Key.Kind) && same(b.ConnectionID, p.Key.ConnectionID)
	case Connection:
		return b.ID == p.Key.ConnectionID
	case Session:
		return concernsSession(b, p)
	case Company:
		return b.ID == p.Subject.CompanyID || same(b.ConnectionID, p.Key.ConnectionID)
	case Customer:
		return b.ID == p.Subject.CustomerID || ofCustomer(b.ID, p) || same(b.ConnectionID, p.Key.ConnectionID)
	default:
		return false
	}
}

// concernsSession: however many links an employer has, theirs is one story.
func concernsSession(b Bond, p alert.Problem) bool {
	if _, bySession := alert.CustomerOf(p.Key); !bySession {
		return false
	}
	return b.ID == p.Facts.Session.ID || ofCustomer(b.CustomerID, p)
}

// ofCustomer reports whether a problem is about the Connect sessions of a customer.
func ofCustomer(id string, p alert.Problem) bool {
	customer, ok := alert.CustomerOf(p.Key)
	return ok && same(id, customer)
}

// stopsJobs reports whether no job of a connection runs while it has such a problem.
func stopsJobs(k alert.Kind) bool {
	return k == alert.Reauth || k == alert.Permissions || k == alert.NotSetUp || k == alert.Disconnected
}

// same compares ids; one that is not known is nobody's.
func same(a, b string) bool { return a != "" && a == b }
