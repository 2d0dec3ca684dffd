package commands

import (
	"slices"
	"strings"
	"time"

	"perch/bot/card"
	"perch/internal/connect"
)

// told is an event with what it says, in plain text.
type told struct {
	connect.Event
	words string
	// repeats: somebody else told of the same, and no less.
	repeats bool
	// paired: somebody else told of the same moment.
	paired bool
}

// tell puts the events of a session, in order, into words. What they say depends
// on what came before: whoever enters a stage again comes back to it.
func tell(events []connect.Event) []told {
	list := make([]told, 0, len(events))
	been := map[connect.Stage]bool{}
	opened, exchanged := false, false
	for _, e := range events {
		list = append(list, told{Event: e, words: eventWords(e, opened, been[e.Stage]), repeats: exchanged && e.Type == connect.TokenExchanged})
		pairUp(list)
		opened, exchanged = opened || e.Type == connect.Opened, exchanged || e.Type == connect.TokenExchanged
		if e.Type == connect.StageEntered {
			been[e.Stage] = true
		}
	}
	return list
}

// echo is how long after one teller another may tell of the same thing.
const echo = 10 * time.Second

// pairUp finds for the last event the one by which somebody else told of the same
// moment. Both get the words of the first: nobody opens Finch Connect again by
// being heard of twice. A browser's word repeats that of others.
func pairUp(list []told) {
	last := &list[len(list)-1]
	for i := len(list) - 2; i >= 0 && last.At.Sub(list[i].At) <= echo; i-- {
		first := &list[i]
		if first.paired || !first.same(last.Event) {
			continue
		}
		first.paired, last.paired = true, true
		if last.Type != connect.Failed {
			last.words = first.words
		}
		if first.Source == connect.FromBrowser {
			first.repeats = true
		} else {
			last.repeats = true
		}
		return
	}
}

// same reports whether two tell of the same; one may not know at which stage.
func (e told) same(o connect.Event) bool {
	return e.Type == o.Type && e.Source != o.Source && card.Clean(e.Message) == card.Clean(o.Message) && (e.Stage == o.Stage || e.Stage == "" || o.Stage == "")
}

// once are the events without what somebody else told before: the card has no room
// to say a thing twice.
func once(events []told) []told {
	return slices.DeleteFunc(events, func(e told) bool { return e.repeats })
}

func eventWords(e connect.Event, opened, been bool) string {
	switch e.Type {
	case connect.Opened:
		if opened {
			return "opened Finch Connect again"
		}
		return "opened Finch Connect"
	case connect.StageEntered:
		if been {
			return "came back to " + stageName(e.Stage)
		}
		return "came to " + stageName(e.Stage)
	case connect.StageExited:
		return "left " + stageName(e.Stage)
	case connect.Failed:
		return sawError(e)
	case connect.Closed:
		return "closed Finch Connect"
	case connect.Succeeded:
		return "finished in Finch Connect"
	case connect.TokenExchanged:
		return "connected: the code was exchanged for an access token"
	case connect.Expired:
		return "the link expired"
	case connect.StatusChanged:
		return "status of the connection: " + card.LowerFirst(card.Clean(card.Status(e.Message).Word))
	case connect.FirstData:
		return "first data arrived: " + card.LowerFirst(card.JobType(e.Message))
	default:
		return card.Cut(card.Clean(string(e.Type)), 60)
	}
}

func sawError(e connect.Event) string {
	at := ""
	if e.Stage != "" {
		at = " at " + stageName(e.Stage)
	}
	return "saw an error" + at + ": " + quoted(e.Message, 200)
}

// doubt marks what nobody but the employer's browser says.
func (e told) doubt() string {
	if e.Source == connect.FromBrowser {
		return " (reported by the browser)"
	}
	return ""
}

// teller is who told of it, as in the full timeline.
func (e told) teller() string {
	if e.Source == connect.FromBrowser {
		return "reported by the browser"
	}
	for _, s := range tellers {
		if s.source == e.Source {
			return strings.TrimPrefix(s.name, "an ")
		}
	}
	return card.Cut(card.Clean(string(e.Source)), 40)
}
