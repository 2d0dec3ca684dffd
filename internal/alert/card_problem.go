package alert

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"perch/bot/card"
)

// Shown is a problem with all that its card says.
type Shown struct {
	Problem Problem
	// Subscription is why it is told; its zero value for a card that a person
	// asked for.
	Subscription Subscription
	Odds         Odds
	// Parent is the outage it belongs to, if any.
	Parent *Problem
	// Children of an outage, those that are not over first.
	Children []Problem
	// Discussed are the threads in which it is talked about, newest first.
	Discussed []Discussion
	// LastTime is how the like of it was resolved before, nil if nobody said.
	LastTime *Resolution
	Now      time.Time
}

// ProblemMessage is the card of a problem in its present state, an outage's
// included: what is it, whose move is it, what exactly, what can I do, why do I
// see it.
func ProblemMessage(s Shown) card.Message {
	lines := []string{s.headline(), s.move(), s.exactly(), s.standing()}
	blocks := card.Blocks{card.Text("*" + lines[0] + "*")}
	said := []string{lines[0]}
	for _, line := range lines[1:] {
		if line != "" {
			blocks, said = append(blocks, card.Text(line)), append(said, line)
		}
	}
	if rich, mrkdwn, ok := s.lastTime(); ok {
		blocks, said = append(blocks, card.Rich(rich)), append(said, mrkdwn)
	}
	if ids := s.ids(); len(ids) > 0 {
		blocks, said = append(blocks, card.Preformatted(ids...)), append(said, inert.Replace(strings.Join(ids, " · ")))
	}
	if buttons := s.buttons(); len(buttons) > 0 {
		blocks = append(blocks, card.Actions(fmt.Sprintf("problem:%d", s.Problem.ID), buttons...))
	}
	if why := s.Subscription.why(); why != "" {
		blocks, said = append(blocks, card.Context(why)), append(said, why)
	}
	return card.Message{Text: card.FallbackText(strings.Join(said, "\n")), Blocks: blocks}
}

// headline is what it is, or how it ended, and who it is about.
func (s Shown) headline() string {
	p := s.Problem
	if p.Key.Kind == Outage {
		return s.outageHeadline()
	}
	about := p.about()
	switch {
	case p.Key.Kind == Blind && p.State == Open:
		return fmt.Sprintf("%s Perch cannot see well: %s", p.sign(), p.what(s.Now))
	case p.State == Resolved:
		return fmt.Sprintf(":large_green_circle: %s after %s: %s", p.endWord(), card.Span(p.Over.Sub(p.Opened)), about)
	case p.State == Closed:
		return fmt.Sprintf(":heavy_minus_sign: Closed after %s: %s", card.Span(p.Over.Sub(p.Opened)), about)
	case p.Flapping && !p.WellSince.IsZero():
		return fmt.Sprintf(":part_alternation_mark: Well for now: %s", about)
	case p.Flapping:
		return fmt.Sprintf(":part_alternation_mark: %s, on and off: %s", p.what(s.Now), about)
	default:
		return fmt.Sprintf("%s %s: %s", p.sign(), p.what(s.Now), about)
	}
}

// about names the customer and the provider.
func (p Problem) about() string {
	if p.Key.Kind == Blind {
		return "Perch's own sight"
	}
	name := p.Subject.CustomerName
	if name == "" {
		name = firstSaid(p.Subject.CustomerID, "connection "+p.Key.ConnectionID)
	}
	parts := []string{card.EscapeCut(name, maxName)}
	if p.Key.EntityID != "" {
		parts[0] += ", " + card.EscapeCut(firstSaid(p.Subject.EntityName, p.Key.EntityID), maxName)
	}
	if provider := firstSaid(p.Subject.ProviderName, p.Subject.ProviderID); provider != "" {
		parts = append(parts, card.EscapeCut(provider, maxName))
	}
	if p.Subject.Sandbox {
		parts = append(parts, "sandbox")
	}
	// In mrkdwn nothing escapes what formats, and this stands in a bold line.
	return strings.ReplaceAll(strings.Join(parts, " · "), "*", "∗")
}

const (
	// maxName is how much of a name from outside a card shows.
	maxName = 80
	// maxID is how much of an id that the host application chose.
	maxID = 200
)

func firstSaid(candidates ...string) string {
	for _, c := range candidates {
		if card.Clean(c) != "" {
			return c
		}
	}
	return ""
}

// exactly are the facts behind it, in one line.
func (s Shown) exactly() string {
	p := s.Problem
	var said []string
	if p.State != Open && p.Key.Kind != Outage {
		said = append(said, "It was: "+card.LowerFirst(p.what(p.Over))+".")
	}
	said = append(said, p.evidence(s.Now)...)
	if p.Flapping {
		said = append(said, fmt.Sprintf("Opened %d times within 24 h, so it is one problem until it has been well for %s.", len(p.Openings), card.Span(FlapCalm)))
	}
	return strings.Join(said, " ")
}

// standing is who holds it, what it is part of, and where it is talked about.
func (s Shown) standing() string {
	p := s.Problem
	var lines []string
	if p.State == Open && p.ClaimedBy != "" {
		lines = append(lines, fmt.Sprintf(":raised_hand: <@%s> is on it since %s.", card.Escape(p.ClaimedBy), card.When(p.ClaimedAt, s.Now)))
	}
	if p.State == Open && p.SnoozedBy != "" {
		until := "until it changes"
		if !p.SnoozedUntil.IsZero() {
			until = "until " + card.When(p.SnoozedUntil, s.Now)
		}
		lines = append(lines, fmt.Sprintf(":zzz: Snoozed %s by <@%s>.", until, card.Escape(p.SnoozedBy)))
	}
	if p.State == Open && p.LinkBy != "" {
		lines = append(lines, fmt.Sprintf(":link: <@%s> got a reconnect link %s.", card.Escape(p.LinkBy), card.When(p.LinkAt, s.Now)))
	}
	if sent := s.sent(); sent != "" {
		lines = append(lines, sent)
	}
	if s.Parent != nil && s.Parent.State == Open && s.Parent.surge() {
		lines = append(lines, ":chart_with_upwards_trend: One of many: "+card.LowerFirst(s.Parent.surgeWords())+".")
	} else if s.Parent != nil && s.Parent.State == Open {
		provider := card.EscapeCut(firstSaid(s.Parent.Subject.ProviderName, s.Parent.Subject.ProviderID), maxName)
		lines = append(lines, fmt.Sprintf(":rotating_light: Part of the outage at %s: %d of %d connections.", provider, s.Parent.Affected, s.Parent.Of))
	}
	if discussed := s.discussed(); discussed != "" {
		lines = append(lines, discussed)
	}
	return strings.Join(lines, "\n")
}

// inert escapes ids as card.Escape does, and keeps the spaces that line them up.
var inert = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// ids are what people copy into a ticket.
func (s Shown) ids() []string {
	p := s.Problem
	if f := p.Facts.Session; p.Key.Kind.bySession() {
		return []string{"session     " + card.Cut(card.Clean(f.ID), maxID), "customer    " + card.Cut(card.Clean(f.CustomerID), maxID)}
	}
	if p.Key.ConnectionID == "" {
		return nil
	}
	var ids []string
	if len(p.Jobs) > 0 {
		ids = append(ids, "job         "+card.Clean(p.Jobs[len(p.Jobs)-1]))
	}
	ids = append(ids, "connection  "+card.Clean(p.Key.ConnectionID))
	return ids
}

// why says whose wish put a card here, and whom it is for.
func (s Subscription) why() string {
	if s.ID == 0 {
		return ""
	}
	who := card.EscapeCut(firstSaid(s.MakerName, "somebody who has left"), maxName)
	said := fmt.Sprintf("%s %s, set up by %s", s.hearer(), s.Wish.Short(), who)
	if len(s.Wish.Mention) > 0 && !s.direct() {
		said += " · for " + mentions(s.Wish.Mention)
	}
	return said
}

// mentions name users and user groups so that Slack tells them. Slack: an edit
// tells nobody again.
func mentions(ids []string) string {
	named := make([]string, 0, len(ids))
	for _, id := range ids {
		if strings.HasPrefix(id, "S") {
			named = append(named, "<!subteam^"+card.Escape(id)+">")
			continue
		}
		named = append(named, "<@"+card.Escape(id)+">")
	}
	return strings.Join(named, " ")
}

// hearer begins a sentence on what a subscription tells.
func (s Subscription) hearer() string {
	if s.direct() {
		return "You hear"
	}
	return fmt.Sprintf("<#%s> hears", card.Escape(s.Channel))
}

// direct reports whether it is told to a person.
func (s Subscription) direct() bool {
	return strings.HasPrefix(s.Channel, "U") || strings.HasPrefix(s.Channel, "W") || strings.HasPrefix(s.Channel, "D")
}

// shownFirst are the problems that are not over, then the others, each oldest first.
func shownFirst(ps []Problem) []Problem {
	return slices.SortedStableFunc(slices.Values(ps), func(a, b Problem) int {
		if (a.State == Open) != (b.State == Open) {
			if a.State == Open {
				return -1
			}
			return 1
		}
		return a.Opened.Compare(b.Opened)
	})
}
