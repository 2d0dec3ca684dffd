package commands

import (
	"context"
	"fmt"
	"strings"
	"time"

	"perch/bot/card"
	"perch/internal/finch"
)

// stripLength is how many scheduled syncs the card of a connection draws.
const stripLength = 14

// past is what a connection's card tells of its jobs.
type past struct {
	// Last is the newest job; its ID is empty where none is known.
	Last finch.KnownJob
	// Syncs are the last scheduled syncs, oldest first.
	Syncs []finch.KnownJob
}

func (c connections) past(ctx context.Context, id string) (past, error) {
	page, err := c.Jobs.Jobs(ctx, finch.JobQuery{ConnectionID: id, Limit: 1})
	if err != nil {
		return past{}, fmt.Errorf("read the last job of %s: %w", id, err)
	}
	syncs, err := c.History.LastSyncs(ctx, id, stripLength)
	if err != nil {
		return past{}, fmt.Errorf("read the last syncs of %s: %w", id, err)
	}
	p := past{Syncs: syncs}
	if len(page.Jobs) > 0 {
		p.Last = page.Jobs[0].KnownJob
	}
	return p, nil
}

func (o overview) lastJob() string {
	if o.Last.ID == "" {
		return "none seen yet"
	}
	at := o.Last.At()
	return fmt.Sprintf("%s · %s\n%s%s", jobState(o.Last), jobType(o.Last), card.When(at, o.Now), o.age(at))
}

func (p past) plainLastJob() string {
	if p.Last.ID == "" {
		return ""
	}
	return fmt.Sprintf("last job: %s, %s, %s", jobType(p.Last), card.Escape(jobState(p.Last).Word), card.WhenPlain(p.Last.At()))
}

// strip draws the last syncs and says them in words: a row of colours alone
// would say nothing to many.
func (p past) strip() string {
	var squares strings.Builder
	for _, j := range p.Syncs {
		squares.WriteString(outcomeOf(j).square)
	}
	return fmt.Sprintf("*Last %d scheduled syncs*  %s\n%s", len(p.Syncs), squares.String(), p.stripWords(card.Day))
}

func (p past) plainStrip() string {
	if len(p.Syncs) == 0 {
		return ""
	}
	return fmt.Sprintf("last %d scheduled syncs: %s", len(p.Syncs), p.stripWords(card.WhenPlain))
}

// outcome is what a strip tells of one sync.
type outcome struct{ square, word string }

// outcomes are all of them, in the order of the words.
var outcomes = []outcome{ok, failed, missing, underWay}

var (
	ok       = outcome{"🟩", "ok"}
	failed   = outcome{"🟥", "failed"}
	missing  = outcome{"⬜", "missing"}
	underWay = outcome{"🟦", "not ended"}
)

func outcomeOf(j finch.KnownJob) outcome {
	switch {
	case j.Status == finch.JobComplete:
		return ok
	case j.Status.Failed():
		return failed
	case j.Status == finch.JobMissing:
		return missing
	default:
		return underWay
	}
}

// stripWords counts the last syncs by outcome, with the last day of what went
// wrong: "12 ok, 2 failed (last 18 Nov)".
func (p past) stripWords(day func(time.Time) string) string {
	var words []string
	for _, o := range outcomes {
		count, last := p.count(o)
		switch {
		case count == 0:
		case o == ok, o == underWay:
			words = append(words, fmt.Sprintf("%d %s", count, o.word))
		case count == 1:
			words = append(words, fmt.Sprintf("1 %s (%s)", o.word, day(last)))
		default:
			words = append(words, fmt.Sprintf("%d %s (last %s)", count, o.word, day(last)))
		}
	}
	return strings.Join(words, ", ")
}

func (p past) count(o outcome) (n int, last time.Time) {
	for _, j := range p.Syncs {
		if outcomeOf(j) == o {
			n, last = n+1, j.At()
		}
	}
	return n, last
}
