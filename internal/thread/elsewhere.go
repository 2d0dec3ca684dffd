package thread

import (
	"fmt"
	"strings"

	"perch/bot/card"
	"perch/internal/alert"
	"perch/internal/finch"
)

// maxOthers is how many other threads are named.
const maxOthers = 3

// others are where else it is talked about. Readers of other companies are not told.
func (s Shown) others() string {
	if len(s.Others) == 0 || s.Shared {
		return ""
	}
	var places []string
	for _, o := range s.Others[:min(len(s.Others), maxOthers)] {
		places = append(places, place(o))
	}
	words := "Also discussed in " + strings.Join(places, ", ")
	if more := len(s.Others) - len(places); more > 0 {
		words += fmt.Sprintf(" and %d more", more)
	}
	return words
}

func place(o alert.Discussion) string {
	return card.Linked(o.Permalink, "a thread") + " in <#" + card.Escape(o.Channel) + ">"
}

// dashboard is the address of Finch's page on the one connection that the thread is
// about. It may hold a customer's id.
func (s Shown) dashboard() string {
	if len(s.Entries) != 1 || s.Shared {
		return ""
	}
	c, ok := theConnection(s.Entries[0])
	if address := s.Dashboard.Of(c); ok && card.WebAddress(address) {
		return address
	}
	return ""
}

// theConnection is the one that an entry is about, if there is exactly one.
func theConnection(e Entry) (finch.Connection, bool) {
	if len(e.Connections) != 1 || e.Of > 1 || e.Gone {
		return finch.Connection{}, false
	}
	return e.Connections[0], true
}
