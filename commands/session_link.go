package commands

import (
	"context"
	"errors"
	"fmt"
	"time"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/connect"
)

// resend shows the same link again, to the presser alone.
func (t sessions) resend(ctx context.Context, r *bot.Request) error {
	reading, err := t.session(ctx, r.Value)
	if err != nil {
		return err
	}
	if err := usableLink(reading, t.Now()); err != nil {
		return err
	}
	link, err := t.Links.LinkAgain(ctx, r.Value, r.Who.ID)
	switch {
	case errors.Is(err, connect.ErrUnknown):
		return r.Reply(ctx, buttons("Perch did not make this link, so it cannot show it again: your application has it. Renew link makes one that Perch knows.", renewButton(reading.Session)))
	case err != nil:
		return refusedLink(err)
	default:
		return r.Reply(ctx, madeCard(link, "The link again", t.Now()))
	}
}

// usableLink says why a link leads nowhere any more; nil where it still does.
func usableLink(reading connect.Reading, now time.Time) error {
	s := reading.Session
	switch {
	case reading.Progress.Outcome == connect.Connected:
		return bot.Tell("They are through with this link, so it leads nowhere any more. If they must sign in again, the connection's problem has a reconnect link.", nil)
	case !s.Revoked.IsZero():
		return bot.Tell("This link was taken back, so it leads nowhere any more. Renew link makes another.", nil)
	case !s.Expires.IsZero() && !s.Expires.After(now):
		return bot.Tell("This link has expired. Renew link makes another.", nil)
	default:
		return nil
	}
}

// renew makes a new link in the place of the old one. For a session that Perch did
// not make, whose wishes it does not know, the form opens filled in.
func (t sessions) renew(ctx context.Context, r *bot.Request) error {
	reading, err := t.session(ctx, r.Value)
	if err != nil {
		return err
	}
	s := reading.Session
	switch {
	case reading.Progress.Outcome == connect.Connected && !reading.Progress.Provisional:
		return bot.Tell("They are connected already, so no link was made.", nil)
	case s.Reconnect && s.ConnectionID != "" && s.Source != connect.FromPerch:
		return t.reconnect(ctx, r, s)
	case s.Source != connect.FromPerch:
		return r.Open(ctx, wishOf(s).view("Perch did not make the old link, so it does not know what it asked for. Fill in the rest."))
	}
	link, err := t.Links.RenewLink(ctx, s.ID, r.Who.ID)
	connected, isConnected := errors.AsType[*connect.ConnectedError](err)
	switch {
	case link.URL != "":
		if err != nil { // the old one could not be taken back; the new one is good all the same
			r.Note(err)
		}
		return r.Reply(ctx, madeCard(link, "A new link", t.Now()))
	case isConnected:
		return r.Reply(ctx, buttons("They are connected already, so Finch makes no link for a second connection. If they must sign in again, send them a reconnect link.",
			card.Button("perch.relink", connected.ConnectionID, "Get reconnect link")))
	case errors.Is(err, connect.ErrUnknown):
		return r.Open(ctx, wishOf(s).view("What the old link asked for is not known here any more. Fill in the rest."))
	default:
		return refusedLink(err)
	}
}

// reconnect makes a reconnect link in the place of one that the application made.
func (t sessions) reconnect(ctx context.Context, r *bot.Request, s connect.Session) error {
	link, err := t.Linker.ReconnectLink(ctx, s.ConnectionID, r.Who.ID)
	if err != nil {
		return refusedLink(err)
	}
	return r.Reply(ctx, madeCard(link, "A new link", t.Now()))
}

// revoke takes a link back.
func (t sessions) revoke(ctx context.Context, r *bot.Request) error {
	if err := t.Links.RevokeLink(ctx, r.Value, r.Who.ID); err != nil {
		return unknownSession("take a link back", err)
	}
	said := ":black_circle: *The link was taken back.* Perch's own page for it is closed. A link straight to Finch's page opens there until it expires: Finch takes none back."
	if r.View != nil {
		return r.UpdateView(ctx, card.Modal{Title: "Link taken back", Close: "Close", Blocks: card.Blocks{card.Text(said)}}.View())
	}
	return r.Update(ctx, note(said))
}

// madeCard is a link with a text to send, for who asked alone.
func madeCard(link connect.Link, title string, now time.Time) card.Message {
	m := linkSaid(link, title, now).card(link.URL)
	m.Blocks = append(m.Blocks, card.Actions("link", madeButtons(link)...))
	return m
}

// madeLink is what is said of a link.
type madeLink struct{ about, text, closing string }

func (m madeLink) blocks(url string) card.Blocks {
	return card.Blocks{card.Text(m.about), card.Preformatted(url), card.Text("A text to send:"), card.Preformatted(m.text), card.Context(m.closing)}
}

func (m madeLink) card(url string) card.Message {
	text := m.about + "\n" + card.Escape(url) + "\nA text to send:\n" + escapeLines(m.text) + "\n" + m.closing
	return card.Message{Text: card.FallbackText(text), Blocks: m.blocks(url)}
}

func linkSaid(link connect.Link, title string, now time.Time) madeLink {
	s := link.Session
	good, until := "Nobody said how long it is good.", ""
	if !s.Expires.IsZero() {
		good = fmt.Sprintf("It is good until %s.", card.When(s.Expires, now))
		until = fmt.Sprintf("\n\nThe link is good until %s.", s.Expires.UTC().Format("2 January 2006"))
	}
	m := madeLink{
		about:   fmt.Sprintf(":link: *%s for %s.* Only you see this. %s Whoever opens it can sign in, so send it to the employer alone.", title, card.EscapeCut(sessionName(s), 80), good),
		text:    fmt.Sprintf("Hello,\n\nplease connect your payroll system%s with this link. Have your sign-in for it at hand; it takes about five minutes:\n\n%s%s\n\nThank you!", within(providerOf(s)), link.URL, until),
		closing: "What happens there shows in the session's timeline, as far as your application tells of it.",
	}
	if s.Reconnect {
		m.text = fmt.Sprintf("Hello,\n\nyour payroll system%s has signed us out, so we no longer receive data from it. Please open this link and sign in again; it takes about two minutes:\n\n%s%s\n\nThank you!", within(providerOf(s)), link.URL, until)
	}
	if link.Hosted {
		m.closing = "It opens Perch's own page, so the session's timeline shows what happens there."
	}
	return m
}

func madeButtons(link connect.Link) card.Elements {
	return card.Elements{card.Button("session-timeline.open", link.Session.ID, "Timeline"), revokeButton(link)}
}
