package commands

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/alert"
)

// problemList is all that the card of the list is made of.
type problemList struct {
	Filter problemFilter
	Page   alert.ProblemPage
	// Last is when the last problem ended, where none is open.
	Last time.Time
	As   bot.Names
	Now  time.Time
}

func problemsCard(l problemList) card.Message {
	title := "Open problems"
	if l.Filter.All {
		title = "Problems"
	}
	blocks := card.Blocks{card.Header(title), card.Context(l.summary())}
	said := []string{title + ": " + l.summary()}
	if len(l.Page.Problems) == 0 {
		blocks, said = append(blocks, card.Text(l.nothing())), append(said, l.nothing())
	}
	for _, p := range l.Page.Problems {
		row := l.row(p)
		open := card.Button("perch.open", strconv.FormatInt(p.ID, 10), "Open", card.Says("Open "+nameOfProblem(p)))
		blocks, said = append(blocks, card.TextWith(row, open)), append(said, row)
	}
	blocks = append(blocks, card.Actions("problems", l.tools()...))
	return card.Message{Text: card.FallbackText(strings.Join(said, "\n")), Blocks: blocks}
}

func (l problemList) summary() string {
	said := []string{fmt.Sprintf("%d open", l.Page.Total)}
	if l.Filter.All {
		said[0] = fmt.Sprintf("%d, open and over, newest first", l.Page.Total)
	} else if l.Page.Total > 1 {
		said[0] += ", oldest first"
	}
	if shown := len(l.Page.Problems); shown > 0 && (l.Filter.After != "" || l.Page.Next != "") {
		said = append(said, fmt.Sprintf("here %d to %d", l.Filter.Skipped+1, l.Filter.Skipped+shown))
	}
	if len(l.Filter.Kinds) > 0 {
		said = append(said, "only "+strings.Join(plainKinds(l.Filter.Kinds), ", "))
	}
	if l.Filter.Provider != "" {
		said = append(said, fmt.Sprintf("provider \"%s\"", card.EscapeCut(l.Filter.Provider, maxFilter)))
	}
	if l.Filter.Words != "" {
		said = append(said, fmt.Sprintf("matching \"%s\"", card.EscapeCut(l.Filter.Words, maxFilter)))
	}
	switch l.Filter.Held {
	case heldByAsker:
		said = append(said, "that you are on")
	case heldBySomeone:
		said = append(said, "that somebody is on")
	case heldByNobody:
		said = append(said, "that nobody is on")
	}
	return strings.Join(said, " · ")
}

func plainKinds(kinds []alert.Kind) []string {
	var plain []string
	for _, k := range kinds {
		plain = append(plain, k.Plain())
	}
	return plain
}

// nothing is good news, or says why the list is empty.
func (l problemList) nothing() string {
	switch {
	case !l.Filter.plain():
		return "Nothing of that kind."
	case l.Last.IsZero():
		return ":large_green_circle: Nothing is open. Perch has not seen a problem end yet either."
	default:
		return fmt.Sprintf(":large_green_circle: Nothing is open. The last problem ended %s (%s).", card.When(l.Last, l.Now), card.Ago(l.Last, l.Now))
	}
}

// row is one problem: what it is, since when, whose move, and who is on it.
func (l problemList) row(p alert.Problem) string {
	said := []string{"ended " + card.Ago(p.Over, l.Now)}
	if p.State == alert.Open {
		said = []string{"open for " + card.Span(l.Now.Sub(p.Opened)), moveOf(p.Move), holderOf(p)}
	}
	if p.State == alert.Open && p.SnoozedBy != "" {
		said = append(said, ":zzz: snoozed")
	}
	if p.ParentID != 0 {
		said = append(said, ":rotating_light: part of an outage")
	}
	return problemLine(p, l.Now) + "\n" + strings.Join(said, " · ")
}

func holderOf(p alert.Problem) string {
	if p.ClaimedBy == "" {
		return "nobody is on it"
	}
	return fmt.Sprintf(":raised_hand: <@%s> is on it", card.Escape(p.ClaimedBy))
}

// problemLine is a problem in one line, mrkdwn: the first of its card.
func problemLine(p alert.Problem, now time.Time) string {
	line, _, _ := strings.Cut(alert.ProblemMessage(alert.Shown{Problem: p, Now: now}).Text, "\n")
	return line
}

// moveOf says who must act.
func moveOf(m alert.Move) string {
	switch m {
	case alert.Employers:
		return "the employer's move"
	case alert.Administrators:
		return "the employer's administrator must act"
	case alert.Finchs:
		return "Finch's move"
	case alert.Ours:
		return "our move"
	default:
		return "nobody's move yet"
	}
}

// nameOfProblem is what a problem is about, plain.
func nameOfProblem(p alert.Problem) string {
	s := p.Subject
	for _, name := range []string{s.CustomerName, s.CustomerID, p.Key.ConnectionID, s.ProviderName, s.ProviderID} {
		if name = card.Clean(name); name != "" {
			return name
		}
	}
	return "Perch itself"
}

// tools are paging and other selections.
func (l problemList) tools() card.Elements {
	var row card.Elements
	if l.Filter.After != "" {
		first := l.Filter
		first.After, first.Skipped = "", 0
		row = append(row, card.Button("perch.problems_first", first.value(), "First page"))
	}
	if l.Page.Next != "" {
		next := l.Filter
		next.After, next.Skipped = l.Page.Next, next.Skipped+len(l.Page.Problems)
		row = append(row, card.Button("perch.problems_next", next.value(), "Next page"))
	}
	if l.Filter.Held != heldByAsker {
		mine := problemFilter{Held: heldByAsker}
		row = append(row, card.Button("perch.problems_mine", mine.value(), "Mine"))
	}
	if !l.Filter.plain() {
		row = append(row, card.Button("perch.problems_open", problemFilter{}.value(), "All that is open"))
	}
	if !l.Filter.All {
		all := l.Filter
		all.All, all.After, all.Skipped = true, "", 0
		row = append(row, card.Button("perch.problems_all", all.value(), "What is over too"))
	}
	return row
}

// value is the filter for a button.
func (f problemFilter) value() string {
	v := url.Values{}
	for _, k := range f.Kinds {
		v.Add("kind", string(k))
	}
	for name, text := range map[string]string{"words": f.Words, "provider": f.Provider, "held": f.Held, "after": f.After} {
		if text != "" {
			v.Set(name, text)
		}
	}
	if f.All {
		v.Set("all", "1")
	}
	if f.Skipped > 0 {
		v.Set("skipped", strconv.Itoa(f.Skipped))
	}
	if len(v) == 0 {
		return "open"
	}
	return v.Encode()
}

// problemFilterOf reads it back; what cannot be read is left out.
func problemFilterOf(value string) problemFilter {
	v, _ := url.ParseQuery(value)
	f := problemFilter{
		Words: card.Cut(card.Clean(v.Get("words")), maxFilter), Provider: card.Cut(card.Clean(v.Get("provider")), maxFilter),
		All: v.Get("all") != "", After: v.Get("after"),
	}
	for _, k := range v["kind"] {
		f.Kinds = union(f.Kinds, kindsCalled(k)...)
	}
	switch held := v.Get("held"); held {
	case heldByAsker, heldBySomeone, heldByNobody:
		f.Held = held
	}
	if n, err := strconv.Atoi(v.Get("skipped")); err == nil && n > 0 {
		f.Skipped = n
	}
	return f
}
