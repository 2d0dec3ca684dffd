package alert

import (
	"fmt"
	"strconv"

	"perch/bot/card"
	"perch/internal/finch"
)

// The ways to put a problem off, as the menu's values.
const (
	SnoozeHour     = "1h"
	SnoozeTomorrow = "tomorrow" // 9:00 in the presser's time zone
	SnoozeChange   = "change"   // until the problem changes
)

// buttons are what can be done about a problem now. What is over is only looked at.
func (s Shown) buttons() card.Elements {
	p := s.Problem
	id := strconv.FormatInt(p.ID, 10)
	press := func(verb, label string, options ...card.ButtonOption) card.Elements {
		says := card.Says(label + ": " + firstSaid(p.Subject.CustomerName, p.Subject.ProviderName, string(p.Key.Kind)))
		return card.Elements{card.Button("perch."+verb, id, label, append(options, says)...)}
	}
	details := press("details", "Details")
	if p.Key.Kind == Outage {
		details = press("affected", "All affected")
	}
	if p.State != Open {
		return details
	}
	row := s.remedy(press)
	if p.packetReady() {
		// A packet is of several things, so the value says of which.
		says := card.Says("Support packet: " + firstSaid(p.Subject.CustomerName, p.Subject.ProviderName, string(p.Key.Kind)))
		row = append(row, card.Button("perch.packet", "problem "+id, "Support packet", says))
	}
	if p.ClaimedBy == "" {
		row = append(row, press("claim", "Claim")...)
	} else {
		row = append(row, press("release", "Let go")...)
	}
	if p.SnoozedBy == "" {
		row = append(row, card.Select("perch.snooze", "Snooze", []card.Choice{
			{Value: id + " " + SnoozeHour, Label: "For 1 hour"},
			{Value: id + " " + SnoozeTomorrow, Label: "Until tomorrow 9:00"},
			{Value: id + " " + SnoozeChange, Label: "Until it changes"},
		}))
	} else {
		row = append(row, press("wake", "Wake")...)
	}
	row = append(row, details...)
	if rest := s.rest(id); len(rest) > 0 {
		row = append(row, card.Overflow("perch.more", rest...))
	}
	return row
}

// packetOf reports whether a packet for Finch's support can be made of it: there is
// a connection or a Connect session whose ids say where to look.
func (p Problem) packetOf() bool {
	return p.Key.ConnectionID != "" || p.Key.Kind.bySession() && p.Facts.Session.ID != ""
}

// packetReady reports whether a packet is what to reach for now.
func (p Problem) packetReady() bool {
	return p.State == Open && p.Move == Finchs && p.WellSince.IsZero() && p.packetOf()
}

type presser func(verb, label string, options ...card.ButtonOption) card.Elements

// remedy is what may help, where Perch can do it.
func (s Shown) remedy(press presser) card.Elements {
	p := s.Problem
	switch {
	case p.Key.Kind.bySession():
		return s.sessionButtons()
	case p.Key.Kind == Reauth:
		return press("link", "Get reconnect link", card.Primary())
	case p.Key.Kind == Stale && !p.Subject.Assisted,
		p.Key.Kind == JobFailed && !p.Subject.Assisted && p.Facts.Job.Type == finch.DataSync:
		return press("sync", "Run sync now")
	default:
		return nil
	}
}

// rest is behind the ⋯ menu.
func (s Shown) rest(id string) []card.Choice {
	var rest []card.Choice
	if s.Subscription.ID != 0 {
		both := fmt.Sprintf("%s %d", id, s.Subscription.ID)
		rest = append(rest,
			card.Choice{Value: "mute " + both, Label: "Mute like this"},
			card.Choice{Value: "manage " + both, Label: "Change what is told here"})
	}
	if s.Problem.packetOf() && !s.Problem.packetReady() {
		rest = append(rest, card.Choice{Value: "packet " + id, Label: "Support packet"})
	}
	if s.Problem.Key.Kind != Outage {
		rest = append(rest, card.Choice{Value: "close " + id, Label: "Close: nobody need act"})
	}
	return rest
}
