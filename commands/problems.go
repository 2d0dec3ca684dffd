package commands

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/alert"
)

// problemsPage is how many problems a page shows.
const problemsPage = 10

// Who is on a problem, as the list is narrowed by it.
const (
	heldByAsker   = "mine"
	heldBySomeone = "claimed"
	heldByNobody  = "unclaimed"
)

// problemFilter is which problems somebody wants to see.
type problemFilter struct {
	Kinds    []alert.Kind
	Words    string // a part of a customer's name, or an id
	Provider string
	Held     string
	// All shows what is over too.
	All   bool
	After string
	// Skipped is how many stand on the pages before.
	Skipped int
}

func problemsHelp(as bot.Names) card.Message {
	typed := as.Of("perch") + " problems"
	return helpCard("Problems", []usage{
		{typed, "all that is open, oldest first"},
		{typed + " mine", "those that you are on; claimed and unclaimed: that somebody is on, or nobody"},
		{typed + " reauth provider:gusto", "by kind (" + strings.Join(kindWords(), ", ") + ") and provider"},
		{typed + " harbor", "by customer's name, or customer, company or connection id"},
		{typed + " all", "what is over too, newest first"},
	}, "Open shows one with all that can be done about it.")
}

// problems answers with the list.
func (p perch) problems(ctx context.Context, r *bot.Request, text string) error {
	f, err := parseProblems(text)
	if err != nil {
		return err
	}
	l, err := p.listProblems(ctx, r, f)
	if err != nil {
		return err
	}
	return r.Reply(ctx, problemsCard(l))
}

func (p perch) turnProblems(ctx context.Context, r *bot.Request) error {
	l, err := p.listProblems(ctx, r, problemFilterOf(r.Value))
	if err != nil {
		return err
	}
	return r.Update(ctx, problemsCard(l))
}

// parseProblems reads what was typed. It fails with a sentence about the word
// that is wrong.
func parseProblems(text string) (problemFilter, error) {
	var f problemFilter
	var words []string
	for _, t := range tokens(text) {
		name, value, named := filterOf(t)
		lower := strings.ToLower(t.text)
		switch kinds := kindsCalled(lower); {
		case named && name == "provider" && value != "":
			f.Provider = card.Cut(card.Clean(value), maxFilter)
		case named && name == "customer" && value != "":
			words = append(words, value)
		case named:
			return f, wrong("There is no filter *%s:* here. There are `provider:` and `customer:`. A name that holds a colon goes into quotes.", card.EscapeCut(name, 40))
		case t.quoted:
			words = append(words, t.text)
		case lower == "all":
			f.All = true
		case lower == heldByAsker, lower == heldBySomeone, lower == heldByNobody:
			f.Held = lower
		case len(kinds) > 0:
			f.Kinds = union(f.Kinds, kinds...)
		default:
			words = append(words, t.text)
		}
	}
	f.Words = card.Cut(card.Clean(strings.Join(words, " ")), maxFilter)
	return f, nil
}

// kindsCalled are the kinds of a word: of one kind, or of the groups jobs and sessions.
func kindsCalled(word string) []alert.Kind {
	kind := alert.Kind(strings.ReplaceAll(word, "-", "_"))
	switch {
	case word == "jobs":
		return alert.JobKinds()
	case word == "sessions":
		return alert.SessionKinds()
	case kind == alert.Outage, slices.Contains(alert.AllKinds(), kind):
		return []alert.Kind{kind}
	default:
		return nil
	}
}

// query asks for one page.
func (f problemFilter) query(asker string, limit int) alert.ProblemQuery {
	q := alert.ProblemQuery{
		State: alert.Open, Kinds: f.Kinds, Words: f.Words, Provider: f.Provider,
		Claimed: f.Held == heldBySomeone, Unclaimed: f.Held == heldByNobody,
		Oldest: true, After: f.After, Limit: limit,
	}
	if f.Held == heldByAsker {
		q.ClaimedBy = asker
	}
	if f.All {
		q.State, q.Oldest = "", false
	}
	return q
}

func (p perch) listProblems(ctx context.Context, r *bot.Request, f problemFilter) (problemList, error) {
	l := problemList{Filter: f, As: r.As, Now: p.Now()}
	page, err := p.Problems.Problems(ctx, f.query(r.Who.ID, problemsPage))
	if err != nil && f.After != "" { // the place in an old card may be no place any more
		l.Filter.After, l.Filter.Skipped = "", 0
		page, err = p.Problems.Problems(ctx, l.Filter.query(r.Who.ID, problemsPage))
	}
	if err != nil {
		return l, fmt.Errorf("list problems: %w", err)
	}
	l.Page = page
	if len(page.Problems) == 0 && f.plain() {
		l.Last, err = p.lastEnded(ctx)
	}
	return l, err
}

// plain reports whether nothing narrows the list.
func (f problemFilter) plain() bool {
	return len(f.Kinds) == 0 && f.Words == "" && f.Provider == "" && f.Held == "" && !f.All
}

// lastEnded is when the newest problem that is over ended.
func (p perch) lastEnded(ctx context.Context) (time.Time, error) {
	page, err := p.Problems.Problems(ctx, alert.ProblemQuery{State: alert.Resolved, Limit: problemsPage})
	if err != nil {
		return time.Time{}, fmt.Errorf("read the last problems: %w", err)
	}
	var last time.Time
	for _, problem := range page.Problems {
		last = later(last, problem.Over)
	}
	return last, nil
}

// openProblem shows one problem with all that can be done about it.
func (p perch) openProblem(ctx context.Context, r *bot.Request) error {
	id, err := problemID(r.Value)
	if err != nil {
		return err
	}
	m, err := p.shown(ctx, id, 0)
	if err != nil {
		return err
	}
	return r.Reply(ctx, m)
}

// shown is a problem's card as it is now.
func (p perch) shown(ctx context.Context, id, subscriptionID int64) (card.Message, error) {
	s, err := p.Cards.Shown(ctx, id, subscriptionID)
	if err != nil {
		return card.Message{}, unknownProblem("read a problem", err)
	}
	s.Now = p.Now()
	return alert.ProblemMessage(s), nil
}

func unknownProblem(doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, alert.ErrUnknownProblem):
		return bot.Tell("This problem is not kept here any more.", nil)
	default:
		return fmt.Errorf("%s: %w", doing, err)
	}
}

// problemID reads the number at the beginning of a button's value.
func problemID(value string) (int64, error) {
	first, _, _ := strings.Cut(value, " ")
	id, err := strconv.ParseInt(first, 10, 64)
	if err != nil || id <= 0 {
		return 0, errStrange
	}
	return id, nil
}
