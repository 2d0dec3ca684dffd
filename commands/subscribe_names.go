package commands

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"perch/bot/card"
	"perch/internal/alert"
	"perch/internal/finch"
)

// maxMeant is how many values of a filter are looked up, and maxMeantText how
// much of one is repeated.
const (
	maxMeant     = 10
	maxMeantText = 40
)

// namesIn says whose the ids are that a wish names, and which of its customers
// and providers nothing here is called: a name spelt wrong would tell nothing.
func (p perch) namesIn(ctx context.Context, w alert.Wish) (string, error) {
	var said, unknown []string
	for _, value := range firstOf(w.Include.Customers, w.Exclude.Customers) {
		found, err := p.Known.Find(ctx, value, 1)
		if err != nil {
			return "", fmt.Errorf("find whom a filter means: %w", err)
		}
		quoted := quotedName(value)
		switch {
		case len(found) == 0:
			unknown = append(unknown, quoted)
		case found[0].CustomerName != "" && !strings.Contains(finch.Fold(found[0].CustomerName), finch.Fold(value)):
			said = append(said, fmt.Sprintf("%s is %s.", quoted, card.EscapeCut(found[0].CustomerName, 80)))
		}
	}
	for _, value := range firstOf(w.Include.Providers, w.Exclude.Providers) {
		n, err := p.Lister.Counts(ctx, value)
		if err != nil {
			return "", fmt.Errorf("count whom a filter means: %w", err)
		}
		if n.Live+n.Staged+n.Disconnected == 0 {
			unknown = append(unknown, quotedName(value))
		}
	}
	if len(unknown) > 0 {
		said = append(said, fmt.Sprintf(":warning: Nothing here is called %s yet: see whether it is spelt as you mean it.", strings.Join(unknown, " or ")))
	}
	return strings.Join(said, " "), nil
}

func firstOf(include, exclude []string) []string {
	all := slices.Concat(include, exclude)
	return all[:min(len(all), maxMeant)]
}

func quotedName(value string) string { return `"` + card.EscapeCut(value, maxMeantText) + `"` }
