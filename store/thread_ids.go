package store

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"perch/internal/thread"
	"perch/store/internal/db"
)

// kindsInOrder is the order in which an id is looked for.
var kindsInOrder = []thread.Kind{thread.Job, thread.Connection, thread.Session, thread.Company, thread.Customer}

// The forms of ids that count in any case.
var (
	uuidShape   = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	prefixShape = regexp.MustCompile(`^[0-9a-fA-F]{8}$`)
)

// KnownIDs are those of the candidates that are the id of something here, at most
// thread.MaxIDs, in order, each with what it belongs to. The first 40 candidates
// are looked up: UUIDs in any case, others as they are, and eight hexadecimal digits
// as the beginning of a job's id too, if just one begins so. The bond holds the
// whole id.
func (s *Store) KnownIDs(ctx context.Context, candidates []string) ([]thread.Bond, error) {
	var bonds []thread.Bond
	err := s.view(ctx, func(q *db.Queries) error {
		bonds = nil
		for _, c := range candidates[:min(len(candidates), thread.MaxCandidates)] {
			if len(bonds) == thread.MaxIDs {
				return nil
			}
			b, ok, err := knownID(ctx, q, c)
			if err != nil {
				return err
			}
			if ok && !slices.ContainsFunc(bonds, func(o thread.Bond) bool { return o.Kind == b.Kind && o.ID == b.ID }) {
				bonds = append(bonds, b)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for ids: %w", err)
	}
	return bonds, nil
}

func knownID(ctx context.Context, q *db.Queries, candidate string) (b thread.Bond, ok bool, err error) {
	if !usable(candidate) {
		return b, false, nil
	}
	words := []string{candidate}
	if uuidShape.MatchString(candidate) {
		words = slices.Compact(append(words, strings.ToLower(candidate)))
	}
	for _, word := range words {
		rows, err := q.KnownID(ctx, db.KnownIDParams{ID: word, Folded: fold(word)})
		if err != nil {
			return b, false, fmt.Errorf("look for an id: %w", err)
		}
		if len(rows) > 0 {
			slices.SortStableFunc(rows, func(x, y db.KnownIDRow) int {
				return cmp.Compare(slices.Index(kindsInOrder, thread.Kind(x.Kind)), slices.Index(kindsInOrder, thread.Kind(y.Kind)))
			})
			b, err = bondTo(ctx, q, rows[0])
			return b, err == nil, err
		}
	}
	if !prefixShape.MatchString(candidate) {
		return b, false, nil
	}
	return jobBegins(ctx, q, strings.ToLower(candidate))
}

// jobBegins finds the one job whose id begins so.
func jobBegins(ctx context.Context, q *db.Queries, word string) (b thread.Bond, ok bool, err error) {
	rows, err := q.JobsNamed(ctx, db.JobsNamedParams{FromID: word, ToID: word + "\U0010FFFF"})
	if err != nil || len(rows) != 1 {
		return b, false, err
	}
	b, err = bondTo(ctx, q, db.KnownIDRow{Kind: string(thread.Job), ID: rows[0].ID, ConnectionID: rows[0].ConnectionID})
	return b, err == nil, err
}

// bondTo fills in what an id belongs to, as far as there is exactly one.
func bondTo(ctx context.Context, q *db.Queries, row db.KnownIDRow) (thread.Bond, error) {
	b := thread.Bond{Kind: thread.Kind(row.Kind), ID: row.ID, ConnectionID: row.ConnectionID}
	switch b.Kind {
	case thread.Company, thread.Customer:
		return bondToMany(ctx, q, b)
	case thread.Session:
		session, err := q.SessionByID(ctx, b.ID)
		if err != nil && !missing(err) {
			return b, fmt.Errorf("select the session: %w", err)
		}
		b.CustomerID = session.CustomerID
	}
	if b.ConnectionID == "" {
		return b, nil
	}
	owner, err := q.ConnectionOwner(ctx, b.ConnectionID)
	if err != nil && !missing(err) {
		return b, fmt.Errorf("select whose the connection is: %w", err)
	}
	b.CompanyID, b.CustomerID = owner.CompanyID, cmp.Or(b.CustomerID, owner.CustomerID)
	return b, nil
}

// mostOfOne is how many connections of one company or customer are gone over.
const mostOfOne = 50

func bondToMany(ctx context.Context, q *db.Queries, b thread.Bond) (thread.Bond, error) {
	owned, err := ownedBy(ctx, q, b)
	if err != nil {
		return b, err
	}
	var companies, customers []string
	for _, c := range owned {
		companies, customers = append(companies, c.CompanyID), append(customers, c.CustomerID)
	}
	b.CompanyID, b.CustomerID = only(companies), only(customers)
	if b.Kind == thread.Company {
		b.CompanyID = b.ID
	} else {
		b.CustomerID = b.ID
	}
	if len(owned) == 1 {
		b.ConnectionID = owned[0].ID
	}
	return b, nil
}

// only is the one word that all of them are; empty if they differ.
func only(words []string) string {
	slices.Sort(words)
	if words = slices.Compact(words); len(words) == 1 {
		return words[0]
	}
	return ""
}

// ownedBy are the connections of a company or customer, those that need attention
// first.
func ownedBy(ctx context.Context, q *db.Queries, b thread.Bond) ([]db.ConnectionsOfCustomerRow, error) {
	arg := db.ConnectionsOfCustomerParams{Folded: fold(b.ID), ID: b.ID, Count: mostOfOne}
	if b.Kind == thread.Customer {
		rows, err := q.ConnectionsOfCustomer(ctx, arg)
		if err != nil {
			return nil, fmt.Errorf("select the customer's connections: %w", err)
		}
		return rows, nil
	}
	rows, err := q.ConnectionsOfCompany(ctx, db.ConnectionsOfCompanyParams(arg))
	if err != nil {
		return nil, fmt.Errorf("select the company's connections: %w", err)
	}
	owned := make([]db.ConnectionsOfCustomerRow, 0, len(rows))
	for _, r := range rows {
		owned = append(owned, db.ConnectionsOfCustomerRow(r))
	}
	return owned, nil
}
