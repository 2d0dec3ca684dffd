package thread

import (
	"cmp"
	"fmt"
	"strings"

	"perch/bot/card"
	"perch/internal/alert"
	"perch/internal/finch"
)

func (s Shown) customer(e Entry, d depth) told {
	n := max(e.Of, len(e.Connections))
	who := s.named(e.Bond)
	if called := customerName(e); called != "" && !s.Shared {
		who += ", " + name(called, d.name) + ","
	}
	if n == 1 && len(e.Connections) == 1 {
		c := e.Connections[0]
		of := s.whose("", cmp.Or(c.ProviderName, c.ProviderID), d)
		return s.standing(e, strings.TrimSuffix(who, ",")+", connection "+short(c.ID)+of, s.besides(e, d), d)
	}
	if n == 0 {
		first := fmt.Sprintf(":grey_question: %s has no connection here.", who)
		return told{first, s.besides(e, d)}
	}
	sign, attention := attention(e, n)
	t := told{first: fmt.Sprintf("%s %s has %s; %s.", sign, who, card.Counted(n, "connection"), attention)}
	for _, c := range e.Connections[:min(len(e.Connections), d.connections)] {
		t.below = append(t.below, s.oneOf(c, d))
	}
	if more := n - len(t.below); more > 0 && d.connections > 0 {
		t.below = append(t.below, fmt.Sprintf("and %d more", more))
	}
	t.below = append(t.below, s.besides(e, d)...)
	return t
}

func customerName(e Entry) string {
	if e.Session != nil && e.Session.Session.CustomerName != "" {
		return e.Session.Session.CustomerName
	}
	if len(e.Connections) > 0 {
		return e.Connections[0].CustomerName
	}
	return ""
}

// attention is how many of the connections need it, by what Finch says of them and by
// what is open, and the sign of the first. Those that Finch says it of come first.
func attention(e Entry, n int) (sign, words string) {
	needing := map[string]bool{}
	for _, c := range e.Connections {
		if c.Worst().NeedsAttention() {
			sign = cmp.Or(sign, card.Status(string(c.Worst())).Emoji)
			needing[c.ID] = true
		}
	}
	saidByFinch := len(needing)
	for _, p := range e.Problems {
		if id := p.Key.ConnectionID; id != "" && !needing[id] {
			mark, _ := kindWords(p)
			sign = cmp.Or(sign, mark)
			needing[id] = true
		}
	}
	switch {
	case len(needing) == 0:
		return ":large_green_circle:", "none needs attention"
	case saidByFinch == len(e.Connections) && n > len(needing):
		words = fmt.Sprintf("at least %d need attention", len(needing))
	case len(needing) == 1:
		words = "1 needs attention"
	default:
		words = fmt.Sprintf("%d need attention", len(needing))
	}
	return sign, words
}

// oneOf is one of several connections.
func (s Shown) oneOf(c finch.Connection, d depth) string {
	word := card.Status(string(c.Worst()))
	parts := []string{word.Emoji + " " + name(word.Word, maxName)}
	if provider := name(cmp.Or(c.ProviderName, c.ProviderID), d.name); provider != "" {
		parts = append(parts, provider)
	}
	parts = append(parts, "connection "+short(c.ID))
	if !c.LastSync().IsZero() {
		parts = append(parts, "last sync "+card.When(c.LastSync(), s.Now))
	}
	return strings.Join(parts, " · ")
}

// besides are a customer's session that is not over, and what is open.
func (s Shown) besides(e Entry, d depth) []string {
	if d.brief {
		return nil
	}
	var lines []string
	if e.Session != nil {
		r := *e.Session
		bond := Bond{Kind: Session, ID: r.Session.ID, CustomerID: r.Session.CustomerID}
		lines = append(lines, fmt.Sprintf("%s %s: %s.", alert.SessionSign(r.Progress), s.named(bond), sessionWords(r, s.Now)))
	}
	return append(lines, s.problems(e.Problems, d, max(e.Of, len(e.Connections)) != 1)...)
}
