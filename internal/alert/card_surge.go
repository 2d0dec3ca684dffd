package alert

import (
	"fmt"
	"strings"

	"perch/bot/card"
)

// surgeHeadline says what rose: "7 of 9 employers stopped at Verification since …;
// usually 1 in 10".
func (s Shown) surgeHeadline() string {
	p := s.Problem
	span := card.Span(p.Over.Sub(p.Opened))
	switch p.State {
	case Open:
		return fmt.Sprintf(":chart_with_upwards_trend: %s since %s; %s", p.surgeWords(), card.When(p.Opened, s.Now), p.usualWords())
	case Closed:
		return fmt.Sprintf(":heavy_minus_sign: Closed after %s: %s", span, card.LowerFirst(p.surgeWords()))
	default:
		return fmt.Sprintf(":large_green_circle: As usual again after %s: %s", span, card.LowerFirst(p.surgeWords()))
	}
}

// surgeWords are how many of how many stopped where.
func (p Problem) surgeWords() string {
	return fmt.Sprintf("%d of %d employers stopped at %s", p.Affected, max(p.Of, p.Affected), p.surgePlace())
}

// surgePlace is the stage, or the provider, where they stopped.
func (p Problem) surgePlace() string {
	if stage := p.Facts.Session.Stage; stage != "" {
		return stageWords(stage)
	}
	return strings.ReplaceAll(card.EscapeCut(firstSaid(p.Subject.ProviderName, p.Subject.ProviderID, "a provider"), maxName), "*", "∗")
}

// usualWords say how many stop there otherwise.
func (p Problem) usualWords() string {
	switch usual := p.Facts.Usual; {
	case usual <= 0:
		return "usually almost none"
	case usual <= 50:
		return fmt.Sprintf("usually 1 in %d", (100+usual/2)/usual)
	default:
		return fmt.Sprintf("usually %d %%", usual)
	}
}

func moveSurge(s Shown) string {
	p := s.Problem
	on := fmt.Sprintf("%d of %d went on.", p.Recovered, p.Affected)
	if p.State != Open {
		return on
	}
	if p.Recovered == 0 {
		on = "None has gone on yet."
	}
	look := "open their timelines and look for what they have in common"
	if p.Facts.Session.Stage == "" {
		look += "; if their errors are the same, ask Finch's support"
	}
	return fmt.Sprintf("*Your move:* something there stops many at once: %s. The names are in the thread. %s", look, on)
}
