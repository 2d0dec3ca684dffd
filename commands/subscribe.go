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
	"perch/internal/alert"
)

// lookFirst is how long the channel is looked at before a form opens: Slack
// gives a form three seconds, and the channel is looked at again before anything
// is saved.
const lookFirst = time.Second

func subscribeHelp(as bot.Names) card.Message {
	typed := as.Of("perch") + " subscribe"
	return helpCard("Subscribe", []usage{
		{typed, "a form, filled in with the usual: new problems and recoveries here, sandbox left out"},
		{typed + " reauth provider:gusto", "the same form, filled in so"},
		{typed + " jobs -customer:harbor now", "now at the end saves without the form"},
		{"kinds", strings.Join(kindWords(), ", ") + "; jobs for the first six, sessions for the last four, all for all"},
		{"filters", "customer:, provider:, env:, type:, product:, entity:, stage: (of employers who stop or fail there; it narrows nothing else). A leading - leaves out; several of one name mean any of them; different names must all hold. A name with spaces goes into quotes: customer:\"blue fern\""},
		{"when", "after:3 for failures in a row, open-for:30m for what stays open so long"},
		{"how", "updates:channel, remind:daily, digest:9:00, quiet:22-7, zone:Europe/Berlin"},
	}, "In the messages with Perch it is you who will hear. Sandbox stays out unless env: says otherwise.")
}

func kindWords() []string {
	var words []string
	for _, k := range alert.AllKinds() {
		words = append(words, string(k))
	}
	return words
}

// subscribe opens the form, filled in as far as the text goes, or saves at once
// where the text ends in now.
func (p perch) subscribe(ctx context.Context, r *bot.Request, text string) error {
	return p.subscribing(ctx, r, text, false)
}

// subscribeAgain is Try again, once Perch was let into the channel.
func (p perch) subscribeAgain(ctx context.Context, r *bot.Request) error {
	return p.subscribing(ctx, r, r.Value, false)
}

// subscribeShared is an admin's word that other companies may read along.
func (p perch) subscribeShared(ctx context.Context, r *bot.Request) error {
	if r.Who.Role < bot.Admin {
		return errOthersRead
	}
	return p.subscribing(ctx, r, r.Value, true)
}

// subscribeMe is for who cannot have it in the channel.
func (p perch) subscribeMe(ctx context.Context, r *bot.Request) error {
	return p.form(ctx, r, draft{Channel: r.Who.ID}, r.Value)
}

var errOthersRead = bot.Tell("People of other companies read this channel, so only an admin can have problems told here.", nil)

func (p perch) subscribing(ctx context.Context, r *bot.Request, text string, confirmed bool) error {
	d, venue, err := p.draftFor(ctx, r)
	if err != nil {
		return err
	}
	switch venue {
	case bot.Open:
	case bot.SharedOut:
		if !confirmed {
			return p.askToShare(ctx, r, text)
		}
		d.Shared = true
	default:
		return r.Reply(ctx, cannotPost(venue, text))
	}
	return p.form(ctx, r, d, text)
}

// draftFor is an empty draft for the place where the asker is. A venue that
// Slack does not tell in time counts as open: it is looked at again.
func (p perch) draftFor(ctx context.Context, r *bot.Request) (draft, bot.Venue, error) {
	if strings.HasPrefix(r.Channel, "D") {
		own, err := r.OwnMessages(ctx)
		if err != nil {
			return draft{}, bot.Outside, err
		}
		if own != r.Channel {
			return draft{}, bot.Outside, bot.Tell("Perch is no part of this conversation, so it cannot tell anything here. "+
				"Type the same in a channel, or in your messages with Perch to hear of it yourself.", nil)
		}
		return draft{Channel: r.Who.ID}, bot.Open, nil
	}
	soon, cancel := context.WithTimeout(ctx, lookFirst)
	defer cancel()
	venue, err := r.Venue(soon, r.Channel)
	if err != nil {
		r.Note(err)
		venue = bot.Open
	}
	return draft{Channel: r.Channel, Here: r.Channel}, venue, nil
}

// form opens the form, or saves where the text says now.
func (p perch) form(ctx context.Context, r *bot.Request, d draft, text string) error {
	wish, now, wrong := parseAsFarAs(text)
	d.Wish = wish
	if d.Wish.Zone == "" {
		d.Wish.Zone = r.Who.Zone
	}
	d.All = beyondBasics(wish)
	switch {
	case now && wrong != "":
		return r.Reply(ctx, buttons(wrong+" Nothing was saved.", card.Button("perch.subscribe", value(text), "Open the form")))
	case now:
		return p.saveNow(ctx, r, d)
	default:
		return r.Open(ctx, d.view(wrong))
	}
}

// maxWrongWords is how many words are explained; past it the text is no wish.
const maxWrongWords = 5

// parseAsFarAs reads a wish and leaves out the words that mean nothing; wrong
// says which those are and what may stand there, as mrkdwn.
func parseAsFarAs(text string) (w alert.Wish, now bool, wrong string) {
	var said []string
	for range maxWrongWords {
		w, now, err := alert.ParseWish(text)
		if err == nil {
			return w, now, strings.Join(said, " ")
		}
		said = append(said, err.Error())
		bad, ok := errors.AsType[*alert.TextError](err)
		if !ok || bad.Word == "" {
			break
		}
		text = withoutWord(text, bad.Word)
	}
	return alert.DefaultWish(), false, strings.Join(said, " ")
}

// withoutWord takes the first such word out of a text.
func withoutWord(text, word string) string {
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return ""
		}
		begin, end := from+i, from+i+len(word)
		if (begin == 0 || text[begin-1] == ' ') && (end == len(text) || text[end] == ' ') {
			return strings.TrimSpace(text[:begin] + text[end:])
		}
		from = end
	}
}

// maxButtonText is how much typed text a button carries.
const maxButtonText = 1500

// value is typed text for a button.
func value(text string) string { return card.Cut(card.Clean(text), maxButtonText) }

// askToShare has an admin confirm that people of other companies will read
// along; others are refused.
func (p perch) askToShare(ctx context.Context, r *bot.Request, text string) error {
	me := card.Button("perch.subscribe_me", value(text), "Tell me alone")
	if r.Who.Role < bot.Admin {
		return r.Reply(ctx, buttons(errOthersRead.Error(), me))
	}
	return r.Reply(ctx, buttons("People of other companies read this channel, or will once they accept (Slack Connect). They would read customers' names here.",
		card.Button("perch.subscribe_shared", value(text), "Subscribe it all the same", letOthersRead),
		me,
	))
}

// letOthersRead asks an admin once more.
func letOthersRead(b *slack.ButtonBlockElement) {
	card.Confirm("Let others read along?", "Everybody in this channel reads which customers' connections fail, people of other companies too.", "They may", "No")(b)
}

// cannotPost says why nothing can be told in a channel, and the way in.
func cannotPost(venue bot.Venue, text string) card.Message {
	me := card.Button("perch.subscribe_me", value(text), "Tell me alone")
	again := card.Button("perch.subscribe", value(text), "Try again")
	switch venue {
	case bot.Archived:
		return buttons("This channel is archived, so nothing can be told here.", me)
	case bot.ReadOnly:
		return buttons("Only some may post in this channel, and Perch is not among them. An admin of the channel can let it post.", again, me)
	default:
		return buttons("Perch is no member of this channel, so it cannot tell anything here. Type `/invite @perch`, then press Try again.", again, me)
	}
}

// buttons is a card of one sentence with buttons below.
func buttons(mrkdwn string, els ...slack.BlockElement) card.Message {
	m := note(mrkdwn)
	m.Blocks = append(m.Blocks, card.Actions("answer", els...))
	return m
}

// placeError is why a draft cannot be told where it is meant to be; nil if it
// can. Slack is asked each time: what was true when the form opened may not be now.
func (p perch) placeError(ctx context.Context, r *bot.Request, d draft) error {
	if d.direct() {
		if d.Channel != r.Who.ID && d.ID == 0 {
			return bot.Tell("Only they themselves can have problems told in somebody's direct messages.", nil)
		}
		return nil
	}
	venue, err := r.Venue(ctx, d.Channel)
	if err != nil {
		return fmt.Errorf("see whether the channel can be posted to: %w", err)
	}
	switch {
	case venue == bot.SharedOut && d.Shared && r.Who.Role >= bot.Admin, venue == bot.SharedOut && d.SharedBy != "":
		return nil
	case venue == bot.SharedOut:
		return errOthersRead
	case venue == bot.Archived:
		return bot.Tell("The channel is archived, so nothing can be told there.", nil)
	case venue == bot.ReadOnly:
		return bot.Tell("Only some may post in that channel, and Perch is not among them. An admin of the channel can let it post.", nil)
	case venue == bot.Outside:
		return bot.Tell("Perch is no member of that channel. Type `/invite @perch` there, then try again: what you filled in stays.", nil)
	default:
		return nil
	}
}
