package alert

import (
	"fmt"
	"strings"
	"time"

	"perch/bot/card"
)

// outageHeadline counts what fails at a provider.
func (s Shown) outageHeadline() string {
	p := s.Problem
	if p.surge() {
		return s.surgeHeadline()
	}
	provider := card.EscapeCut(firstSaid(p.Subject.ProviderName, p.Subject.ProviderID, "A provider"), maxName)
	switch p.State {
	case Open:
		return fmt.Sprintf(":rotating_light: %s: %d of %d connections failing since %s", provider, p.Affected, max(p.Of, p.Affected), card.When(p.Opened, s.Now))
	case Closed:
		return fmt.Sprintf(":heavy_minus_sign: %s: closed after %s", provider, card.Span(p.Over.Sub(p.Opened)))
	default:
		return fmt.Sprintf(":large_green_circle: %s: recovered after %s", provider, card.Span(p.Over.Sub(p.Opened)))
	}
}

func moveOutage(s Shown) string {
	p := s.Problem
	if p.surge() {
		return moveSurge(s)
	}
	recovered := fmt.Sprintf("%d of %d recovered.", p.Recovered, p.Affected)
	if p.State != Open {
		return recovered
	}
	if p.Recovered == 0 {
		recovered = "None has recovered yet."
	}
	return "*Finch's or the provider's move:* the same everywhere, so most likely at the provider. Wait for it; if it lasts, ask Finch's support. " + recovered
}

// maxListed is how many customers a list names; the rest is behind "All affected".
const maxListed = 20

// SummaryMessage is one card for several problems that came at once.
func SummaryMessage(ps []Problem, sub Subscription, now time.Time) card.Message {
	open := 0
	for _, p := range ps {
		if p.State == Open {
			open++
		}
	}
	headline := fmt.Sprintf(":card_index_dividers: %d more problems", len(ps))
	if len(ps) == 1 {
		headline = ":card_index_dividers: 1 more problem"
	}
	state := fmt.Sprintf("%d open, %d over.", open, len(ps)-open)
	if open == 0 {
		state = ":large_green_circle: All of them are over."
	}
	lines := "They came faster than one can read, so they share this card: " + kinds(ps) + ". " + state
	blocks := card.Blocks{card.Text("*" + headline + "*"), card.Text(lines)}
	said := headline + "\n" + lines
	blocks = append(blocks, card.Actions("summary", card.Button("perch.affected", "", "All affected")))
	if why := sub.why(); why != "" {
		blocks, said = append(blocks, card.Context(why)), said+"\n"+why
	}
	return card.Message{Text: card.FallbackText(said), Blocks: blocks}
}

// kinds counts problems by what they are: "12 syncs failed, 3 need a reconnect".
func kinds(ps []Problem) string {
	var order []Kind
	count := map[Kind]int{}
	for _, p := range ps {
		if count[p.Key.Kind] == 0 {
			order = append(order, p.Key.Kind)
		}
		count[p.Key.Kind]++
	}
	var said []string
	for _, k := range order {
		said = append(said, fmt.Sprintf("%s %d × %s", wordings(k).sign, count[k], card.LowerFirst(pluralless(k))))
	}
	return strings.Join(said, ", ")
}

// pluralless is a kind in few words, whatever their number.
func pluralless(k Kind) string {
	switch k {
	case JobFailed:
		return "Failed"
	case Stale:
		return "No sync when one was due"
	case Stuck:
		return "Not moving"
	case Blind:
		return "Perch cannot see"
	case DroppedOff:
		return "Stopped on the way"
	case AuthErrors:
		return "Errors in Finch Connect"
	case LinkUnused:
		return "Link not opened"
	default:
		return wordings(k).what(Problem{}, time.Time{})
	}
}

// SummaryList names the problems of a summary or outage, for its thread: those
// that are not over first.
func SummaryList(ps []Problem, now time.Time) card.Message {
	ordered := shownFirst(ps)
	var lines []card.Part
	text := ""
	for _, p := range ordered[:min(len(ordered), maxListed)] {
		line := p.line(now)
		lines = append(lines, line.part)
		text += line.text + "\n"
	}
	blocks := card.Blocks{card.Bullets(lines...)}
	if rest := len(ordered) - maxListed; rest > 0 {
		more := fmt.Sprintf("and %d more: press All affected.", rest)
		blocks, text = append(blocks, card.Context(more)), text+more
	}
	return card.Message{Text: card.FallbackText(text), Blocks: blocks}
}

// listLine is a problem in one line, as rich text and as mrkdwn.
type listLine struct {
	part card.Part
	text string
}

func (p Problem) line(now time.Time) listLine {
	sign, state, at := p.sign(), card.LowerFirst(pluralless(p.Key.Kind))+", since", p.Opened
	switch {
	case p.State == Resolved:
		sign, state, at = ":large_green_circle:", card.LowerFirst(p.endWord()), p.Over
	case p.State == Closed:
		sign, state, at = ":heavy_minus_sign:", "closed", p.Over
	case p.Key.Kind == JobFailed && p.Count > 1:
		state = fmt.Sprintf("failed %d times in a row, since", p.Count)
	}
	name := firstSaid(p.Subject.CustomerName, p.Subject.CustomerID, p.Key.ConnectionID, "Perch itself")
	provider := firstSaid(p.Subject.ProviderName, p.Subject.ProviderID)
	about := []string{card.Cut(card.Clean(name), maxName)}
	if provider != "" {
		about = append(about, card.Cut(card.Clean(provider), maxName))
	}
	rest := ", " + state + " "
	return listLine{
		part: card.Line(card.Emoji(sign), card.Normal(" "), card.Bold(about[0]), card.Normal(strings.Join(append([]string{""}, about[1:]...), " · ")+rest), card.Date(at, now)),
		text: fmt.Sprintf("%s %s%s%s", sign, card.Escape(strings.Join(about, " · ")), rest, card.When(at, now)),
	}
}
