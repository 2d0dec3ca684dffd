package commands

import (
	"time"

	"perch/bot/card"
	"perch/internal/finch"
)

// maxShownID is how much of an id from outside is shown; Finch's are 36 long.
const maxShownID = 64

// jobType is what a job does, as mrkdwn. A type that Finch added later is shown
// as it is.
func jobType(j finch.KnownJob) string { return card.Escape(plainJobType(j)) }

func plainJobType(j finch.KnownJob) string {
	if word := card.JobType(j.Type); word != "" {
		return word
	}
	if j.Kind == finch.Manual {
		return "Deduction job"
	}
	return "Job of an unknown type"
}

// jobState is the status as people read it. A job that has not ended may be more
// than Finch's word for it: named by a webhook and not read yet, asked for and
// waiting, or gone from Finch.
func jobState(j finch.KnownJob) card.StatusWord {
	state := card.JobStatus(string(j.Status))
	switch {
	case j.Status.Final(), j.Status == finch.JobMissing:
	case j.Gone:
		state.Emoji, state.Word = ":grey_question:", "Gone from Finch"
	case unread(j):
		state.Emoji, state.Word = ":hourglass_flowing_sand:", "Result not read yet"
	case j.Status == finch.JobPending && j.Scheduled.IsZero():
		state.Word = "Waiting to run"
	}
	return state
}

// unread: a webhook named the job, and Finch has not answered for it yet.
func unread(j finch.KnownJob) bool {
	return j.Learned.IsZero() && j.Created.IsZero() && (j.Status == finch.JobPending || j.Status == "")
}

// shortID is how much of a job's id people pass on; /jobs finds it again.
func shortID(id string) string {
	runes := []rune(card.Clean(id))
	return string(runes[:min(8, len(runes))])
}

// took is how long a job ran, in words, or "".
func took(j finch.KnownJob, now time.Time) string {
	d := j.Took(now)
	switch {
	case d > 0 && j.Completed.IsZero():
		return card.Span(d) + " so far"
	case d > 0 || !j.Started.IsZero() && !j.Completed.IsZero():
		return card.Span(d)
	default:
		return ""
	}
}

// plural is "1 person", "2 people".
func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
