package thread

import (
	"strconv"

	"perch/bot/card"
)

// buttons are what can be done: about the one thing that was quoted, and about the
// thread. What was only looked up is no thread yet.
func (s Shown) buttons() card.Elements {
	var row card.Elements
	id := strconv.FormatInt(s.Thread.ID, 10)
	goesOn := s.Thread.ID != 0 && s.Thread.StoppedBy == ""
	if len(s.Entries) == 1 && s.opens(s.Entries[0]) {
		row = append(row, details(s.Entries[0].Bond)...)
	}
	if goesOn {
		row = append(row, card.Button("perch.thread_watch", id, "Watch", card.Says("Watch: hear in direct messages what is added here")))
	}
	row = append(row, s.outside()...)
	if goesOn {
		row = append(row, card.Button("perch.thread_stop", id, "Stop", card.Says("Stop: nothing more is added to this thread")))
	} else if s.Thread.ID != 0 {
		row = append(row, card.Button("perch.thread_go", id, "Go on", card.Says("Go on: add news to this thread again")))
	}
	return row
}

// outside are the buttons that take the one thing elsewhere: to Finch's support, and
// to Finch's dashboard.
func (s Shown) outside() card.Elements {
	var row card.Elements
	if len(s.Entries) == 1 && s.opens(s.Entries[0]) {
		if b, ok := packetOf(s.Entries[0]); ok {
			row = append(row, card.Button("perch.packet", value(b), "Support packet"))
		}
	}
	if address := s.dashboard(); address != "" {
		c, _ := theConnection(s.Entries[0])
		row = append(row, card.Button("connection.dashboard", c.ID, "Finch's dashboard", card.URL(address)))
	}
	return row
}

// packetOf is what a packet can be made of: the one thing itself, or the only
// connection of a customer or company.
func packetOf(e Entry) (Bond, bool) {
	switch e.Bond.Kind {
	case Job, Connection, Session:
		return e.Bond, true
	}
	c, only := theConnection(e)
	return Bond{Kind: Connection, ID: c.ID}, only
}

// opens reports whether there is more to see of an entry, and its id may be in a
// button, where programs of all readers see it.
func (s Shown) opens(e Entry) bool {
	return !e.Gone && !s.hides(e.Bond)
}

func details(b Bond) card.Elements {
	return card.Elements{card.Button("perch.thread_details", value(b), "Details", card.Says("Details: "+string(b.Kind)+" "+b.ID))}
}

func value(b Bond) string { return string(b.Kind) + " " + b.ID }
