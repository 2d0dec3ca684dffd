package bot

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"perch/bot/socket"
)

// errNotHome marks traffic of another workspace or app on our sockets.
var errNotHome = errors.New("of another workspace or app")

// request makes a Request of what came in; Who is filled by admit.
func (b *Bot) request(e socket.Envelope, p payload) *Request {
	ref := newRef()
	log := b.log.With().Str("ref", ref).Logger()
	return &Request{
		Channel: p.channel(), Text: tidy(p.Text), Value: p.action().value(),
		Block:     p.action().BlockID,
		Ephemeral: p.Container.Ephemeral, Pressed: e.Type != "slash_commands", Ref: ref, As: b.commands.as,
		TS: p.Container.MessageTS, Thread: p.thread(), Quoted: p.quoted(), View: p.View.open(),
		asker: p.user(), shortcut: p.isShortcut(), trigger: p.TriggerID,
		bot: b, log: &log,
		back: &responseURL{url: p.ResponseURL, client: b.http, expiry: e.Received.Add(responseLife)},
	}
}

// admit decides whether this person may ask anything at all. It runs at every
// door, since a card may be older than the rights of whoever presses it.
func (b *Bot) admit(ctx context.Context, p payload, r *Request) error {
	if err := b.atHome(p); err != nil {
		return err
	}
	who, err := b.people.Person(ctx, p.user())
	if err != nil {
		return Tell("Slack does not say who you are at the moment, so nothing was done. Try again in a minute.", err)
	}
	if who.Role == Nobody {
		return &Refusal{Outsider: who.Guest, Admins: b.people.admins}
	}
	r.Who = who
	return nil
}

// atHome refuses what is meant for another workspace or another app: one app's
// sockets can carry several workspaces, and a wrong token carries another app.
// In a shared channel people of other workspaces can press our buttons: to them
// it is the same refusal as to guests.
func (b *Bot) atHome(p payload) error {
	foreign := func(team string) bool { return team != "" && team != b.home.TeamID }
	switch {
	case p.user() == "":
		return errors.New("a payload that names no user")
	case p.AppID != "" && b.home.AppID != "" && p.AppID != b.home.AppID, foreign(p.TeamID):
		return Tell("This Perch belongs to another workspace or app, so it does nothing here.",
			fmt.Errorf("team %q app %q: %w", p.team(), p.AppID, errNotHome))
	case foreign(p.Team.ID), foreign(p.User.TeamID):
		return &Refusal{Outsider: true}
	default:
		return nil
	}
}

// Refusal is the one line for people who may not use Perch.
type Refusal struct {
	// Outsider: a guest, or of another workspace. No admin can help them.
	Outsider bool
	// Admins are the ids of users and groups to ask, where some are named.
	Admins []string
}

func (e *Refusal) Error() string { return "not an operator" }

// Sentence says whom to ask.
func (e *Refusal) Sentence() string {
	if e.Outsider {
		return "Only operators may use Perch here, and guests and people of other workspaces cannot be that. A colleague of this workspace can share a card with you."
	}
	return "Only operators may use Perch here. " + askAdmins(e.Admins)
}

// askAdmins says whom to ask for more rights, as mrkdwn.
func askAdmins(admins []string) string {
	if len(admins) == 0 {
		return "Ask an admin of this workspace."
	}
	mentions := make([]string, 0, len(admins))
	for _, id := range admins {
		if strings.HasPrefix(id, "S") {
			mentions = append(mentions, "<!subteam^"+id+">")
			continue
		}
		mentions = append(mentions, "<@"+id+">")
	}
	return fmt.Sprintf("Ask %s (admins).", strings.Join(mentions, " or "))
}

func isHelp(text string) bool {
	switch strings.ToLower(text) {
	case "help", "-h", "--help", "?":
		return true
	default:
		return false
	}
}

// tidy undoes what keyboards and Slack do to typed text: smart quotes,
// non-breaking spaces, <url|label>, entities, and backticks around all of it.
func tidy(text string) string {
	text = strings.NewReplacer("“", `"`, "”", `"`, "‘", "'", "’", "'", "\u00a0", " ", "\u202f", " ").Replace(text)
	text = entities.Replace(linked.ReplaceAllString(text, "$1"))
	return strings.Trim(strings.TrimSpace(text), "` ")
}

// entities are how Slack sends the three characters of its markup.
var entities = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// linked is what Slack makes of text that looks like a web address.
var linked = regexp.MustCompile(`<(?:https?://|mailto:)[^|>]*\|([^>]*)>`)
