package commands

import (
	"context"
	"fmt"

	"perch/bot"
	"perch/internal/audit"
	"perch/internal/finch"
)

// may says in its error why somebody may not call an endpoint, and whom to ask; it
// is nil where they may. What is not personal is every operator's, what reads
// personal and pay data an admin's, and what changes something only of those named
// in the settings: running a workspace is no clearance for payroll.
func (x explorer) may(who bot.Person, e finch.Endpoint) error {
	switch {
	case e.Writes && !x.ExploreWrites:
		return bot.Tell(fmt.Sprintf("%s changes something, and Perch is set to only read. Whoever runs Perch can turn it on with PERCH_EXPLORE_WRITES.", e.Name()), nil)
	case e.Writes && who.Role < bot.NamedAdmin:
		return bot.Tell(fmt.Sprintf("%s changes something, which only admins named in PERCH_ADMINS may do. %s", e.Name(), who.Ask), nil)
	case e.Writes, e.Open, who.Role >= bot.Admin:
		return nil
	default:
		return bot.Tell(fmt.Sprintf("%s answers with personal or pay data, which only admins may ask for. %s", e.Name(), who.Ask), nil)
	}
}

// allow is may at a door: who is refused there stands in the audit log.
func (x explorer) allow(ctx context.Context, r *bot.Request, e finch.Endpoint, connectionID string) error {
	refused := x.may(r.Who, e)
	if refused != nil {
		x.noteRefused(ctx, r, e, connectionID)
	}
	return refused
}

// noteRefused puts a refusal into the audit log.
func (x explorer) noteRefused(ctx context.Context, r *bot.Request, e finch.Endpoint, connectionID string) {
	about := connectionID
	if e.Auth != finch.Bearer || about == "" {
		about = "application"
	}
	err := x.Audits.NoteAudit(ctx, audit.Entry{At: x.Now(), Who: r.Who.ID, What: "explorer refused", About: about, Detail: e.Name()})
	if err != nil {
		r.Note(fmt.Errorf("note a refusal: %w", err)) // refused all the same
	}
}

// offered are the endpoints that somebody may call with a connection, and sentences
// on what is left out. Without a connection of Finch's sandbox those of the sandbox
// that need one are left out too, without a word.
func (x explorer) offered(who bot.Person, known finch.Connection) (list []finch.Endpoint, leftOut []string) {
	var personal, writing bool
	for _, e := range finch.Endpoints() {
		switch {
		case e.Sandbox && e.Auth == finch.Bearer && !known.FinchSandbox:
		case x.may(who, e) == nil:
			list = append(list, e)
		case e.Writes:
			writing = true
		default:
			personal = true
		}
	}
	if personal {
		leftOut = append(leftOut, "Calls that answer with personal or pay data are left out: only admins may ask for them. "+who.Ask)
	}
	if writing {
		leftOut = append(leftOut, "Calls that change something are left out: "+x.whyNoWrites()+".")
	}
	return list, leftOut
}

func (x explorer) whyNoWrites() string {
	if !x.ExploreWrites {
		return "Perch is set to only read"
	}
	return "only admins named in PERCH_ADMINS may make them"
}

// maySearch reports whether somebody may search for ids of a kind: the list that they
// come from may tell more than the call that takes one.
func maySearch(who bot.Person, from finch.Pick) bool {
	switch from {
	case finch.PickEntity, finch.PickJob, finch.PickPayGroup:
		return true
	default:
		return who.Role >= bot.Admin
	}
}
