package commands

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/finch"
)

// asked is what was typed behind /jobs: whose jobs, and which of them.
type asked struct {
	// Words name a customer or connection, or are a job's id; empty for all.
	Words string
	Query finch.JobQuery
}

// filters are the names before a colon.
var filters = []string{"status", "type", "provider", "since", "until", "entity"}

// maxFilters is how long all filters together may be: they travel in a block's
// id, for which Slack takes 255 characters, beside a connection's id.
const maxFilters = 200

var (
	filterName = regexp.MustCompile(`(?i)^([a-z_]+):(.*)$`)
	// likeOne is a filter written with the wrong sign.
	likeOne = regexp.MustCompile(`(?i)^(` + strings.Join(filters, "|") + `)=(.+)$`)
)

// parseAsked reads what was typed. It fails with a sentence that says which
// filter is wrong and what is allowed.
func parseAsked(text string, now time.Time) (asked, error) {
	var a asked
	var words, seen []string
	for _, t := range tokens(text) {
		if id := pastedID(t); id != "" {
			words = append(words, id)
			continue
		}
		name, value, ok := filterOf(t)
		if !ok {
			words = append(words, t.text)
			continue
		}
		if err := usable(name, value, seen); err != nil {
			return a, err
		}
		seen = append(seen, name)
		if err := a.narrow(name, value, now); err != nil {
			return a, err
		}
	}
	a.Words = strings.Join(words, " ")
	return a, a.sound()
}

// usable checks a filter by itself and beside those seen before it.
func usable(name, value string, seen []string) error {
	switch {
	case !slices.Contains(filters, name):
		return wrong("There is no filter *%s:*. There are %s. A name that holds a colon goes into quotes.",
			card.EscapeCut(name, 40), listed(filters, ":", "and"))
	case value == "":
		return wrong("*%s:* wants something behind the colon, as in `%s`.", name, example(name))
	case single(name) && slices.Contains(seen, name):
		return wrong("*%s:* can be given once.", name)
	default:
		return nil
	}
}

// sound checks what only all filters together show.
func (a asked) sound() error {
	if err := inOrder(a.Query.Since, a.Query.Until); err != nil {
		return err
	}
	if len(jobsValue(a.Query)) > maxFilters {
		return wrong("These filters are too long. Leave some out, or give a shorter part of the provider's name.")
	}
	return nil
}

// inOrder checks since: beside until:; either may be zero.
func inOrder(since, until time.Time) error {
	if since.IsZero() || until.IsZero() || since.Before(until) {
		return nil
	}
	return wrong("*since:* must lie before *until:*. As typed they leave nothing between %s and %s.", card.WhenPlain(since), card.WhenPlain(until))
}

// single filters mean one thing; of the others any may hold.
func single(name string) bool { return name != "status" && name != "type" }

func example(name string) string {
	switch name {
	case "status":
		return "status:failed"
	case "type":
		return "type:" + finch.DataSync
	case "provider":
		return "provider:gusto"
	case "entity":
		return "entity:0099123"
	case "until":
		return "until:2026-11-01"
	default:
		return "since:7d"
	}
}

// narrow adds one filter.
func (a *asked) narrow(name, value string, now time.Time) (err error) {
	switch name {
	case "status":
		return a.narrowStatus(value)
	case "type":
		return a.narrowType(value)
	case "provider":
		a.Query.Provider = card.Clean(value)
	case "entity":
		a.Query.EntityID = card.Clean(value)
	case "since":
		a.Query.Since, err = moment(name, value, now)
	case "until":
		a.Query.Until, err = moment(name, value, now)
	}
	return err
}

func (a *asked) narrowStatus(value string) error {
	for word := range strings.SplitSeq(strings.ToLower(value), ",") {
		statuses := statusesFor(word)
		if len(statuses) == 0 {
			return wrong("*status:* cannot be \"%s\". It can be %s.", card.EscapeCut(word, 40), either(statusWords(), ""))
		}
		a.Query.Statuses = union(a.Query.Statuses, statuses...)
	}
	return nil
}

func (a *asked) narrowType(value string) error {
	for word := range strings.SplitSeq(strings.ToLower(value), ",") {
		if !isJobType(word) {
			return wrong("*type:* cannot be \"%s\". It can be %s.", card.EscapeCut(word, 40), either(card.JobTypes(), ""))
		}
		a.Query.Types = union(a.Query.Types, word)
	}
	return nil
}

// failures are the ways in which a job can end badly.
var failures = []finch.JobStatus{finch.JobFailed, finch.JobReauthError, finch.JobPermissionsError}

// statusFilter is a word for status: and what it means: Finch's own words, where
// error stands for all failures, and two that people say.
type statusFilter struct {
	word     string
	statuses []finch.JobStatus
}

var statusFilters = []statusFilter{
	{"success", []finch.JobStatus{finch.JobComplete}},
	{"failed", failures},
	{string(finch.JobComplete), []finch.JobStatus{finch.JobComplete}},
	{string(finch.JobFailed), failures},
	{string(finch.JobReauthError), []finch.JobStatus{finch.JobReauthError}},
	{string(finch.JobPermissionsError), []finch.JobStatus{finch.JobPermissionsError}},
	{string(finch.JobRunning), []finch.JobStatus{finch.JobRunning}},
	{string(finch.JobPending), []finch.JobStatus{finch.JobPending}},
	{string(finch.JobMissing), []finch.JobStatus{finch.JobMissing}},
}

func statusesFor(word string) []finch.JobStatus {
	for _, f := range statusFilters {
		if f.word == word {
			return f.statuses
		}
	}
	return nil
}

func statusWords() []string {
	var words []string
	for _, f := range statusFilters {
		words = append(words, f.word)
	}
	return words
}

// union appends what is not in the list yet.
func union[T comparable](list []T, more ...T) []T {
	for _, m := range more {
		if !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	return list
}

func isJobType(word string) bool { return slices.Contains(card.JobTypes(), word) }

var ago = regexp.MustCompile(`^(\d{1,4})([hdw])$`)

// clockLayouts are the ways to write a day and a time; UTC where no zone is named.
var clockLayouts = []string{"2006-01-02T15:04", "2006-01-02T15:04Z07:00", time.RFC3339Nano, "2006-01-02T15:04:05"}

// moment reads a time: so many hours, days or weeks ago, a day (UTC), or a day
// and a time. A day behind until: is meant to its end.
func moment(name, value string, now time.Time) (time.Time, error) {
	value = strings.ToLower(value)
	if m := ago.FindStringSubmatch(value); m != nil {
		n, _ := strconv.Atoi(m[1]) // up to four digits
		unit := map[string]time.Duration{"h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}[m[2]]
		return now.Add(-time.Duration(n) * unit).UTC().Truncate(time.Millisecond), nil // as buttons carry it
	}
	if day, err := time.Parse(time.DateOnly, value); err == nil {
		if name == "until" {
			day = day.AddDate(0, 0, 1)
		}
		return day, nil
	}
	for _, layout := range clockLayouts {
		if at, err := time.Parse(layout, strings.ToUpper(value)); err == nil {
			return at.UTC().Truncate(time.Millisecond), nil
		}
	}
	return time.Time{}, wrong("*%s:* cannot be \"%s\". It can be an age such as `24h`, `7d` or `2w`, a day such as `2026-11-01` (UTC), or a time such as `2026-11-01T15:04` (UTC) or `2026-11-01T15:04+01:00`.",
		name, card.EscapeCut(value, 40))
}

// wrong is the sentence about a filter that cannot be used.
func wrong(format string, a ...any) error { return bot.Tell(fmt.Sprintf(format, a...), nil) }

// either lists words of ours: "`a`, `b` or `c`".
func either(words []string, tail string) string { return listed(words, tail, "or") }

// listed joins words of ours, the last two by a word of its own.
func listed(words []string, tail, last string) string {
	quoted := make([]string, 0, len(words))
	for _, w := range words {
		quoted = append(quoted, "`"+w+tail+"`")
	}
	n := len(quoted) - 1
	return strings.Join(quoted[:n], ", ") + " " + last + " " + quoted[n]
}

// token is a word of what was typed; quotes keep spaces and colons in it.
type token struct {
	text   string
	quoted bool // from its first character
}

var tokenPattern = regexp.MustCompile(`(?:[^\s"]|"[^"]*"?)+`)

func tokens(text string) []token {
	var list []token
	for _, raw := range tokenPattern.FindAllString(text, -1) {
		list = append(list, token{text: strings.ReplaceAll(raw, `"`, ""), quoted: raw[0] == '"'})
	}
	return list
}

// wrapped is an id with what stood around it where it was copied: the address of
// a job at Finch, or brackets.
var wrapped = regexp.MustCompile(`(?i)^(?:<|<?https?://\S*/)([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\W\S*)?$`)

// pastedID is the id in what was copied with more around it, or "".
func pastedID(t token) string {
	if m := wrapped.FindStringSubmatch(t.text); m != nil {
		return m[1]
	}
	return ""
}

// filterOf splits name:value.
func filterOf(t token) (name, value string, ok bool) {
	m := filterName.FindStringSubmatch(t.text)
	if m == nil {
		m = likeOne.FindStringSubmatch(t.text)
	}
	if m == nil || t.quoted {
		return "", "", false
	}
	return strings.ToLower(m[1]), m[2], true
}
