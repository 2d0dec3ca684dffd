package alert

import (
	"slices"
	"strings"
)

// named is a kind of problem as people ask for it and hear of it.
type named struct {
	kind Kind
	// plain is what a subscription hears: "failed syncs".
	plain string
	// job kinds are those that keep data from syncing: the group jobs.
	job bool
}

// names are the kinds that a subscription may ask for, in the order in which
// they are said.
var names = []named{
	{JobFailed, "failed syncs", true},
	{Reauth, "needed reconnects", true},
	{Permissions, "missing permissions", true},
	{NotSetUp, "accounts that are not set up", true},
	{Stale, "syncs that did not happen", true},
	{Stuck, "stuck syncs or set-ups", true},
	{Disconnected, "connections that ended", false},
	{Blind, "times when Perch itself cannot see", false},
}

// The groups of kinds, as they are typed.
const (
	groupJobs     = "jobs"
	groupSessions = "sessions"
	groupAll      = "all"
)

// laterKinds belong to Connect sessions, which this version does not watch.
var laterKinds = []string{groupSessions, "dropped_off", "auth_errors", "link_unused", "link_expired"}

// AllKinds are the kinds that a subscription may ask for, in the order in which
// they are said.
func AllKinds() []Kind { return kindsWhere(func(named) bool { return true }) }

// JobKinds are those that keep data from syncing: what is heard by default.
func JobKinds() []Kind { return kindsWhere(func(n named) bool { return n.job }) }

func kindsWhere(holds func(named) bool) []Kind {
	var kinds []Kind
	for _, n := range names {
		if holds(n) {
			kinds = append(kinds, n.kind)
		}
	}
	return kinds
}

// Plain says what a subscription to the kind hears: "failed syncs". It is the
// kind itself where no subscription may ask for it.
func (k Kind) Plain() string {
	for _, n := range names {
		if n.kind == k {
			return n.plain
		}
	}
	return string(k)
}

// inRows reports whether problems of the kind count failures in a row, so that
// a subscription may wait for the second.
func (k Kind) inRows() bool { return k == JobFailed }

// kindsFor are the kinds behind one word; none if it is no word for kinds.
func kindsFor(word string) []Kind {
	word = strings.ReplaceAll(strings.ToLower(word), "-", "_")
	switch word {
	case groupAll:
		return AllKinds()
	case groupJobs:
		return JobKinds()
	}
	return kindsWhere(func(n named) bool { return string(n.kind) == word })
}

// kindText is how kinds are typed, shortest first.
func kindText(kinds []Kind) []string {
	var words []string
	rest := kinds
	switch {
	case holdsAll(kinds, AllKinds()):
		return []string{groupAll}
	case holdsAll(kinds, JobKinds()):
		words = []string{groupJobs}
		rest = without(kinds, JobKinds())
	}
	for _, k := range rest {
		words = append(words, string(k))
	}
	return words
}

// inOrder are the kinds that a subscription may ask for, once each, in the order
// in which they are said; others follow as they came, for Check to name.
func inOrder(kinds []Kind) []Kind {
	ordered := kindsWhere(func(n named) bool { return slices.Contains(kinds, n.kind) })
	for _, k := range kinds {
		if !slices.Contains(ordered, k) {
			ordered = append(ordered, k)
		}
	}
	return ordered
}

func holdsAll[T comparable](list, wanted []T) bool {
	return !slices.ContainsFunc(wanted, func(w T) bool { return !slices.Contains(list, w) })
}

func without[T comparable](list, gone []T) []T {
	return slices.DeleteFunc(slices.Clone(list), func(v T) bool { return slices.Contains(gone, v) })
}
