package alert

import "time"

// Sense is one of the ways in which Perch sees, and how well it does.
type Sense struct {
	// Name is finch, webhook_secret, webhooks or account.
	Name string
	// Good and Bad are when it last worked and last failed.
	Good, Bad time.Time
	// Since is since when it fails, zero if it does not; Count the failures since.
	Since time.Time
	Count int
	// Detail is what was said at the last failure, fit for a card.
	Detail string
}

// AssessSight says which senses Perch has lost, and when time alone could change
// that, zero for never. A name that no rule knows says nothing.
func AssessSight(senses []Sense, now time.Time) (found []Finding, next time.Time) {
	for _, s := range senses {
		r, known := sights()[s.Name]
		if !known {
			continue
		}
		key := Key{Kind: Blind, Part: s.Name}
		since, from, until := r.lost(s)
		switch {
		case since.IsZero() || !until.IsZero() && !now.Before(until):
			found = append(found, Finding{Key: key, Word: Right, Over: s.Good})
		case now.Before(from):
			found, next = append(found, Finding{Key: key, Word: Right, Over: s.Good}), earlier(next, from)
		default:
			found, next = append(found, s.lost(r.move, since)), earlier(next, until)
		}
	}
	return found, next
}

func (s Sense) lost(move Move, since time.Time) Finding {
	return Finding{
		Key: Key{Kind: Blind, Part: s.Name}, Class: string(Blind), Move: move, Opened: since, LastSeen: s.Bad,
		Facts: Facts{LastGood: s.Good, Message: s.Detail},
	}
}

// fails reports whether it failed last.
func (s Sense) fails() bool { return !s.Since.IsZero() && !s.Good.After(s.Since) }
