package thread

import (
	"cmp"
	"fmt"
	"slices"

	"perch/bot/card"
	"perch/internal/alert"
)

func (s Shown) session(e Entry, d depth) told {
	r := *e.Session
	whose := s.whose(cmp.Or(r.Session.CustomerName, r.Session.CustomerID), cmp.Or(r.Session.ProviderName, r.Session.ProviderID), d)
	first := fmt.Sprintf("%s %s%s: %s.", alert.SessionSign(r.Progress), s.named(e.Bond), whose, sessionWords(r, s.Now))
	if d.brief {
		return told{first: first}
	}
	said := slices.ContainsFunc(e.Problems[:min(len(e.Problems), d.problems)], func(p alert.Problem) bool { return p.Key.Kind == alert.AuthErrors })
	if n := r.Progress.ErrorCount; n > 0 && !said {
		first += fmt.Sprintf(" They saw %s.", card.Counted(n, "error"))
	}
	return told{first, s.problems(e.Problems, d, false)}
}
