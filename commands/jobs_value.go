package commands

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"perch/internal/finch"
)

// jobsValue is the value of the buttons on lists of jobs: which part of which
// list. Relative times were made absolute before, so that a list stands still
// while it is paged through.
func jobsValue(q finch.JobQuery) string {
	v := url.Values{}
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	statuses := make([]string, 0, len(q.Statuses))
	for _, s := range q.Statuses {
		statuses = append(statuses, string(s))
	}
	set("of", q.ConnectionID)
	set("status", strings.Join(statuses, " "))
	set("type", strings.Join(q.Types, " "))
	set("provider", q.Provider)
	set("entity", q.EntityID)
	set("since", millis(q.Since))
	set("until", millis(q.Until))
	set("after", q.After)
	return v.Encode()
}

// parseJobs reads a value back, tolerating anything: statuses and types that
// are none are left out.
func parseJobs(value string) finch.JobQuery {
	v, _ := url.ParseQuery(value) // what cannot be read is left out
	q := finch.JobQuery{
		ConnectionID: v.Get("of"), Provider: v.Get("provider"), EntityID: v.Get("entity"),
		Since: fromMillis(v.Get("since")), Until: fromMillis(v.Get("until")), After: v.Get("after"),
	}
	for word := range strings.FieldsSeq(v.Get("status")) {
		q.Statuses = union(q.Statuses, statusesFor(word)...)
	}
	for word := range strings.FieldsSeq(v.Get("type")) {
		if isJobType(word) {
			q.Types = union(q.Types, word)
		}
	}
	return q
}

func millis(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatInt(t.UnixMilli(), 10)
}

func fromMillis(s string) time.Time {
	ms, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
