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
	// group is the one that it belongs to, if to any.
	group string
}

// names are the kinds that a subscription may ask for, in the order in which
// they are said.
var names = []named{
	{JobFailed, "failed syncs", groupJobs},
	{Reauth, "needed reconnects", groupJobs},
	{Permissions, "missing permissions", groupJobs},
	{NotSetUp, "accounts that are not set up", groupJobs},
	{Stale, "syncs that did not happen", groupJobs},
	{Stuck, "stuck syncs or set-ups", groupJobs},
	{Disconnected, "connections that ended", ""},
	{Blind, "times when Perch itself cannot see", ""},
	{DroppedOff, "employers who stop at a stage", groupSessions},
	{AuthErrors, "employers who meet error after error", groupSessions},
	{LinkUnused, "links that nobody opens", groupSessions},
	{LinkExpired, "links that ran out before anybody connected", groupSessions},
}

// The groups of kinds, as they are typed: jobs are what keeps data from syncing,
// sessions the employers' ways through Finch Connect.
const (
	groupJobs     = "jobs"
	groupSessions = "sessions"
	groupAll      = "all"
)

// AllKinds are the kinds that a subscription may ask for, in the order in which
// they are said.
func AllKinds() []Kind { return kindsWhere(func(named) bool { return true }) }

// JobKinds are those that keep data from syncing.
func JobKinds() []Kind { return kindsIn(groupJobs) }

// SessionKinds are about employers on their way through Finch Connect.
func SessionKinds() []Kind { return kindsIn(groupSessions) }

func kindsIn(group string) []Kind { return kindsWhere(func(n named) bool { return n.group == group }) }

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
	case groupJobs, groupSessions:
		return kindsIn(word)
	}
	return kindsWhere(func(n named) bool { return string(n.kind) == word })
}

// kindText is how kinds are typed, shortest first.
func kindText(kinds []Kind) []string {
	if holdsAll(kinds, AllKinds()) {
		return []string{groupAll}
	}
	var words []string
	rest := kinds
	for _, group := range []string{groupJobs, groupSessions} {
		if in := kindsIn(group); holdsAll(kinds, in) {
			words, rest = append(words, group), without(rest, in)
		}
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
