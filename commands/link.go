package commands

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/connect"
	"perch/internal/finch"
)

func linkHelp(as bot.Names) card.Message {
	typed := as.Of("perch") + " link"
	return helpCard("Links for employers", []usage{
		{typed, "a form for a new link"},
		{typed + " harbor", "the same form for the customer whose name contains \"harbor\", or for any id of theirs"},
		{typed + " cust_1042 \"Harbor Coffee\"", "for somebody new: your id of the customer and their name"},
		{typed + " cust_1042 provider:gusto method:credential", "straight to a provider and a way to sign in"},
		{"filled in too", "email:, products:company,directory, expires:7d, sandbox:finch or provider, redirect:"},
	}, "Only you see the link. A customer who is connected gets a reconnect link instead.")
}

// newLink opens the form for a link, filled in as far as the text goes.
func (p perch) newLink(ctx context.Context, r *bot.Request, text string) error {
	t := parseLink(text)
	found, err := p.customers(ctx, t.words)
	switch {
	case err != nil:
		return err
	case len(found) == 1:
		return r.Open(ctx, t.viewOfOne(found[0]))
	case len(found) > 1 && len(t.text) > maxFilters:
		return bot.Tell(fmt.Sprintf("Several customers match \"%s\", and too much was typed to wait for a choice. Type the id of the one you mean.", card.EscapeCut(t.words, 80)), nil)
	case len(found) > 1:
		return r.Reply(ctx, t.whose(found, p.Now()))
	}
	v, err := p.viewOfNew(ctx, t)
	if err != nil {
		return err
	}
	return r.Open(ctx, v)
}

// makeLink makes the link that the form asks for. Finch may take longer than Slack
// waits.
func (p perch) makeLink(_ context.Context, r *bot.Request) (bot.Submitted, error) {
	w, wrong := readLink(r.View.Form)
	if len(wrong) > 0 {
		return bot.Wrong(wrong), nil
	}
	w.Maker = r.Who.ID
	return r.Slowly(linkComing(w), func(ctx context.Context) (bot.Submitted, error) {
		link, err := p.orders.once(ctx, fmt.Sprintf("%s %#v", r.View.ID, w.LinkOrder), func(ctx context.Context) (connect.Link, error) {
			return p.Links.MakeLink(ctx, w.LinkOrder)
		})
		return p.linkMade(w, link, err)
	})
}

// linkMade is what the form turns into.
func (p perch) linkMade(w linkWish, link connect.Link, err error) (bot.Submitted, error) {
	connected, isConnected := errors.AsType[*connect.ConnectedError](err)
	refusal, isRefused := errors.AsType[*finch.Error](err)
	switch {
	case err == nil:
		return bot.Next(linkView(link, p.Now())), nil
	case isConnected:
		return bot.Next(connectedView(w, connected.ConnectionID)), nil
	case isRefused && refusal.Message != "" && 400 <= refusal.Status && refusal.Status < 500 && refusal.Trouble() != finch.TroubleBadClient:
		return w.refused(refusal), nil
	default:
		return bot.Submitted{}, refusedLink(err)
	}
}

// linkComing stands in the form's place while Finch makes the link.
func linkComing(w linkWish) slack.ModalViewRequest {
	return card.Modal{Title: "New link", Close: "Close", Blocks: card.Blocks{
		card.Text(":hourglass_flowing_sand: Finch is making the link. It will stand here in a moment."),
		card.Plain("For " + w.name()),
	}}.View()
}

// linkView is the link with a text to send.
func linkView(link connect.Link, now time.Time) slack.ModalViewRequest {
	said := linkSaid(link, "A link", now)
	again := "Resend link, on the session's timeline, shows it again. "
	return card.Modal{Title: "New link", Close: "Done", Blocks: append(said.blocks(link.URL), card.Context(again), card.Actions("link", revokeButton(link)))}.View()
}

// connectedView leads to a reconnect link.
func connectedView(w linkWish, connectionID string) slack.ModalViewRequest {
	blocks := append(w.connected(connectionID, inCase), card.Preformatted("connection  "+connectionID))
	return card.Modal{Title: "Connected already", Close: "Close", Blocks: blocks}.View()
}

// When a reconnect link is the right one.
const (
	inCase = "If they must sign in again, send them a reconnect link. The connection stays the same."
	inNeed = ":key: *Reconnect needed.* They must sign in again: send them a reconnect link. The connection stays the same."
)

// connected says that there is a connection, and offers the link that goes with it.
func (w linkWish) connected(connectionID, when string) card.Blocks {
	return card.Blocks{
		card.Plain(w.name() + " is connected already. Finch makes no second connection for the same customer id."),
		card.Text(when),
		card.Actions("connected", card.Button("perch.relink", connectionID, "Get reconnect link", card.Primary())),
	}
}

// relink makes the reconnect link that the form led to.
func (p perch) relink(ctx context.Context, r *bot.Request) error {
	known, err := p.known(ctx, r.Value)
	if err != nil {
		return err
	}
	link, err := p.Linker.ReconnectLink(ctx, known.ID, r.Who.ID)
	if err != nil {
		return refusedLink(err)
	}
	if r.View != nil {
		return r.UpdateView(ctx, linkView(link, p.Now()))
	}
	return r.Reply(ctx, madeCard(link, "A reconnect link", p.Now()))
}

// name is whom the link is for, plain.
func (w linkWish) name() string {
	name := card.Cut(card.Clean(w.CustomerName), 120)
	if id := card.Cut(card.Clean(w.CustomerID), 120); id != "" {
		return strings.TrimSpace(name + " (" + id + ")")
	}
	return name
}

// finchFields are Finch's names for what stands in the form, those that another
// one's holds last.
var finchFields = []struct{ finch, field string }{
	{"customer_email", "email"},
	{"customer_name", "name"},
	{"customer_id", "customer"},
	{"auth_method", "method"},
	{"products", "products"},
	{"product", "products"},
	{"provider", "provider"},
	{"integration", "provider"},
	{"minutes_to_expire", "expires"},
	{"sandbox", "sandbox"},
	{"redirect_uri", "redirect"},
	{"redirect", "redirect"},
	{"email", "email"},
}

// refused is the form with Finch's words, beside the field that they name where
// they name one.
func (w linkWish) refused(err *finch.Error) bot.Submitted {
	words := "Finch says: " + card.Cut(card.Clean(err.Message), maxFieldError)
	form := w.view(card.Escape(words))
	message := strings.ToLower(err.Message)
	for _, f := range finchFields {
		if strings.Contains(message, f.finch) {
			return bot.Wrong(map[string]string{f.field: words}).Late(form)
		}
	}
	return bot.Next(form)
}

func revokeButton(link connect.Link) *slack.ButtonBlockElement {
	warning := "Whoever has it cannot use it any more."
	if !link.Hosted {
		warning = "Perch counts it as over. Finch takes no link back, so its page opens until the link expires."
	}
	return card.Button("session-timeline.revoke", link.Session.ID, "Revoke", card.Danger(), card.Says("Take the link back"),
		card.Confirm("Take the link back?", warning, "Take it back", "Leave it"))
}

// escapeLines is card.Escape for text of several lines.
func escapeLines(text string) string {
	lines := strings.Split(card.CleanLines(text), "\n")
	for i := range lines {
		lines[i] = card.Escape(lines[i])
	}
	return strings.Join(lines, "\n")
}

// linkExpiry is a length of time as the form offers it.
func linkExpiry(d time.Duration) string {
	if d%(24*time.Hour) == 0 {
		return card.Counted(int(d/(24*time.Hour)), "day")
	}
	return fmt.Sprintf("%d hours", int(d.Hours()))
}
