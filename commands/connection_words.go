package commands

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"perch/bot/card"
	"perch/internal/finch"
)

// moveLine says who must act, or nothing when nobody must.
func (o overview) moveLine() string {
	overall := o.Overall()
	var lines []string
	if line := o.move(); line != "" {
		lines = append(lines, line)
	}
	if message := o.Report.Message; message != "" && overall != finch.Connected && overall != finch.Disconnected {
		lines = append(lines, "Finch says: "+card.EscapeCut(message, 300))
	}
	if overall == finch.Connected || overall == finch.Processing {
		lines = append(lines, o.waiting()...)
	}
	return strings.Join(lines, "\n")
}

// move is the sentence for the connection's own status, or nothing when all is well.
func (o overview) move() string {
	switch o.Overall() {
	case finch.Connected:
		return ""
	case finch.Processing:
		if !o.LastSync().IsZero() {
			return "*Nothing to do:* Finch is fetching data."
		}
		return "*Nothing to do:* Finch is fetching the first data. That can take up to 14 days."
	case finch.Pending:
		return "*The employer's move:* Finch waits for their invitation to the payroll system."
	case finch.Reauth:
		return "*The employer must reconnect.* Nothing syncs until they sign in again."
	case finch.NoPermissions:
		return "*The employer's administrator must act:* Finch was let in with too few rights."
	case finch.NotSetUp:
		return "*The employer must finish set-up:* Finch was never invited to the payroll system."
	case finch.Disconnected:
		return "*Ours to decide:* this connection has ended. Connecting again makes a new one."
	case finch.NoToken:
		return "*Our move:* Finch knows this connection, but Perch has no access token for it."
	default:
		return "Finch reports a status that this version of Perch does not know."
	}
}

// partMove is whose move it is for a part of a connection: a product or an entity.
func partMove(s finch.Status) string {
	switch s.Known() {
	case finch.Pending:
		return "the employer must invite Finch"
	case finch.Reauth:
		return "the employer must reconnect"
	case finch.NoPermissions:
		return "the employer's administrator must give Finch more rights"
	case finch.NotSetUp:
		return "the employer must finish set-up"
	default:
		return "somebody should look: " + card.Escape(strings.ToLower(card.Status(string(s)).Word))
	}
}

// waiting names what is not well inside a connection that is well itself.
func (o overview) waiting() []string {
	var lines []string
	for _, g := range o.Groups() {
		if status := g.Report.Status.Known(); g.Granted && status != o.Overall() && status.NeedsAttention() {
			lines = append(lines, fmt.Sprintf("*%s:* %s.", groupName(g), partMove(status)))
		}
	}
	lines = append(lines, o.brokenEntities()...)
	if line := o.failing(); line != "" {
		return append(lines, line)
	}
	if line := o.silence(); line != "" {
		lines = append(lines, line)
	}
	return lines
}

// failing tells of the last scheduled syncs where they failed.
func (o overview) failing() string {
	n := finch.FailedInARow(o.Syncs)
	switch {
	case n == 0:
		return ""
	case n >= finch.TooManyFailures:
		return fmt.Sprintf("*The last %d syncs failed: Finch's move.* Their support wants the Job ID, see Jobs.", n)
	case n == 1:
		return "*The last sync failed.* Your move: none yet, the next one tries again."
	default:
		return fmt.Sprintf("*The last %d syncs failed.* Your move: none yet, the next one tries again.", n)
	}
}

// maxNamed is how many entities are named above the list of all.
const maxNamed = 3

// brokenEntities names the entities that want somebody, by what they want.
func (o overview) brokenEntities() []string {
	names := map[finch.Status][]string{}
	var order []finch.Status
	for _, e := range o.Entities {
		status := e.Status.Known()
		if !status.NeedsAttention() {
			continue
		}
		if !slices.Contains(order, status) {
			order = append(order, status)
		}
		names[status] = append(names[status], card.EscapeCut(entityName(e), 60))
	}
	var lines []string
	for _, status := range order {
		who := strings.Join(names[status][:min(len(names[status]), maxNamed)], ", ")
		if more := len(names[status]) - maxNamed; more > 0 {
			who += fmt.Sprintf(" and %d more", more)
		}
		lines = append(lines, fmt.Sprintf("*%s* (%d of %d %s): %s.",
			who, len(names[status]), len(o.Entities), plural(len(o.Entities), "entity", "entities"), partMove(status)))
	}
	return lines
}

// silence tells of a sync that should have come long ago, where nothing else
// tells of it.
func (o overview) silence() string {
	next, quality := o.NextSync(o.Now)
	if quality == finch.Unknown || o.Now.Sub(next) < silentAfter || o.LastSync().IsZero() {
		return ""
	}
	lasted := "for " + card.Span(o.Now.Sub(o.LastSync()))
	if o.SharedBy != "" { // in a channel an age would grow old
		lasted = "since " + card.When(o.LastSync(), o.Now)
	}
	return fmt.Sprintf("*No successful sync %s;* %s.", lasted, o.cadence())
}

// silentAfter is how late a sync may be before the card remarks on it.
const silentAfter = 6 * time.Hour

// noSync says why no sync is to be expected, and until when.
func (o overview) noSync() string {
	switch {
	case o.FinchSandbox:
		return "none: Finch's sandbox does not sync by itself"
	case o.LastSync().IsZero() && o.Overall() == finch.Connected:
		return "not known yet"
	}
	switch o.Overall() {
	case finch.Processing:
		return "after the first data has arrived"
	case finch.Pending, finch.NotSetUp:
		return "once the employer has invited Finch"
	case finch.Reauth:
		return "once the employer has signed in again"
	case finch.NoPermissions:
		return "once Finch has the permissions"
	case finch.Disconnected:
		return "none: this connection has ended"
	case finch.NoToken:
		return "not known without an access token"
	default:
		return "not known"
	}
}
