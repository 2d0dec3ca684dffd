package thread

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"perch/bot/card"
)

// depth is how much a reply says of each entry.
type depth struct {
	// name is how much of a text from outside is shown, in characters.
	name int
	// problems and connections are how many are listed.
	problems, connections int
	// brief: the first sentence is all.
	brief bool
}

// depths are those that a reply may have, from the fullest to the one that fits
// whatever there is.
var depths = []depth{
	{name: maxName, problems: 3, connections: 5},
	{name: 40, problems: 1},
	{name: 24, brief: true},
}

// told is what is said of one entry: a sentence or two, and lines below them.
type told struct {
	first string
	below []string
}

func (t told) text() string { return strings.Join(append([]string{t.first}, t.below...), "\n") }

// of says what is known of an entry.
func (s Shown) of(e Entry, d depth) told {
	switch {
	case e.Gone, e.Bond.Kind == Job && e.Job == nil, e.Bond.Kind == Session && e.Session == nil,
		e.Bond.Kind == Connection && len(e.Connections) == 0:
		return told{first: ":grey_question: " + s.named(e.Bond) + " is not known here any more."}
	case e.Bond.Kind == Job:
		return s.job(e, d)
	case e.Bond.Kind == Connection:
		return s.connection(e, d)
	case e.Bond.Kind == Session:
		return s.session(e, d)
	default:
		return s.customer(e, d)
	}
}

// named is a bond at the beginning of a sentence: "Job 453bd7d7…".
func (s Shown) named(b Bond) string {
	switch {
	case !s.hides(b):
		return b.Kind.called() + " " + short(b.ID)
	case len(s.Entries) > 1 && !b.At.IsZero():
		return fmt.Sprintf("The %s quoted %s", b.Kind, card.When(b.At, s.Now))
	default:
		return fmt.Sprintf("The %s quoted here", b.Kind)
	}
}

// hides reports whether an id may not be said because it tells who the customer is,
// whichever of those that the thread is about.
func (s Shown) hides(b Bond) bool {
	if !s.Shared {
		return false
	}
	return b.Kind == Customer || tells(b.ID, b.CustomerID, "") || slices.ContainsFunc(s.Entries, func(e Entry) bool {
		return tells(b.ID, e.Bond.CustomerID, customerOf(e))
	})
}

// customerOf is what the customer is called that an entry is about.
func customerOf(e Entry) string {
	switch {
	case e.Job != nil && e.Job.CustomerName != "":
		return e.Job.CustomerName
	case e.Session != nil && e.Session.Session.CustomerName != "":
		return e.Session.Session.CustomerName
	case len(e.Connections) > 0:
		return e.Connections[0].CustomerName
	default:
		return ""
	}
}

// whose names the customer and the provider: " for Harbor Coffee (Gusto)".
func (s Shown) whose(customer, provider string, d depth) string {
	words := ""
	if customer = name(customer, d.name); customer != "" && !s.Shared {
		words = " for " + customer
	}
	if provider = name(provider, d.name); provider != "" {
		words += " (" + provider + ")"
	}
	return words
}

// at is a time with the words before it, nothing where it is not known.
func (s Shown) at(words string, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return words + card.When(t, s.Now)
}
