package commands

import (
	"context"
	"fmt"
	"strings"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/audit"
	"perch/internal/thread"
)

// threads answers /perch threads: whether Perch reads along here, on, or off.
func (p perch) threads(ctx context.Context, r *bot.Request, rest string) error {
	if !canShare(r) || r.Channel == "" {
		return bot.Tell("Perch reads along in channels only. Type this in one.", nil)
	}
	switch strings.ToLower(rest) {
	case "":
		return p.threadsNow(ctx, r, "", r.Reply)
	case "on":
		return p.readAlongHere(ctx, r, false)
	case "off":
		return p.readNoMore(ctx, r)
	default:
		return bot.Tell(fmt.Sprintf("`%s threads` takes `on` or `off`, or nothing to see how it is.", card.Escape(r.As.Of("perch"))), nil)
	}
}

// answerer is how an answer is given: beside what was pressed, or in its place.
type answerer func(context.Context, card.Message) error

// beside answers in the place of a card that the presser alone sees, else beside it.
func beside(r *bot.Request) answerer {
	if r.Ephemeral {
		return r.Update
	}
	return r.Reply
}

// threadsNow shows whether Perch reads along here.
func (p perch) threadsNow(ctx context.Context, r *bot.Request, notice string, answer answerer) error {
	c, err := p.threadChannel(ctx, r)
	if err != nil {
		return err
	}
	bound := 0
	if c.On {
		if bound, err = p.ThreadChannels.CountThreads(ctx, r.Channel); err != nil {
			return fmt.Errorf("count the threads of a channel: %w", err)
		}
	}
	return answer(ctx, p.threadsCard(c, bound, notice, r.As))
}

func (p perch) threadChannel(ctx context.Context, r *bot.Request) (thread.Channel, error) {
	c, err := p.ThreadChannels.ThreadChannel(ctx, r.Channel)
	if err != nil {
		return c, fmt.Errorf("see whether Perch reads along: %w", err)
	}
	return c, nil
}

// threadsCard says how it is, with what can be changed.
func (p perch) threadsCard(c thread.Channel, bound int, notice string, as bot.Names) card.Message {
	sentence, button := p.isOff(c), card.Button("perch.threads_on", "", "Read along here", card.Primary())
	if c.On {
		sentence = p.isOn(c) + " " + threadsBound(bound)
		button = card.Button("perch.threads_off", "", "Stop reading along")
	}
	if notice != "" {
		sentence += "\n" + notice
	}
	m := buttons(sentence, button)
	m.Blocks = append(m.Blocks, card.Context(card.Escape(as.Of("perch"))+" threads help: what Perch does in threads, and what it keeps."))
	return m
}

func threadsBound(n int) string {
	if n == 0 {
		return "It follows no thread yet."
	}
	return "It follows " + card.Counted(n, "thread") + "."
}

// isOn says who switched it on, as mrkdwn.
func (p perch) isOn(c thread.Channel) string {
	words := "Perch reads along here, switched on "
	if isSlackID(c.By) {
		words += "by <@" + c.By + "> "
	}
	words += card.When(c.At, p.Now())
	if isSlackID(c.SharedBy) {
		words += ". <@" + c.SharedBy + "> lets people of other companies read its replies"
	}
	return words + "."
}

func (p perch) isOff(c thread.Channel) string {
	if !isSlackID(c.By) {
		return "Perch does not read along here: ids in messages get no reply."
	}
	return fmt.Sprintf("Perch does not read along here: ids in messages get no reply. <@%s> switched it off, %s.", c.By, card.When(c.At, p.Now()))
}

// announcement is what everybody in the channel is told.
func (p perch) announcement(c thread.Channel, as bot.Names) card.Message {
	return note(fmt.Sprintf("%s A message that quotes a Job, connection, session, company or customer id which it knows gets one reply in its thread. `%s threads off` ends it.",
		p.isOn(c), card.Escape(as.Of("perch"))))
}

// readAlongHere switches reading along on, if that may be. consented is an admin's
// word that people of other companies may read the replies.
func (p perch) readAlongHere(ctx context.Context, r *bot.Request, consented bool) error {
	venue, err := r.Venue(ctx, r.Channel)
	if err != nil {
		return err
	}
	before, err := p.threadChannel(ctx, r)
	if err != nil {
		return err
	}
	shared := venue == bot.SharedOut
	switch {
	case venue != bot.Open && !shared:
		return beside(r)(ctx, cannotReadAlong(venue))
	case before.On && (!shared || before.SharedBy != ""):
		return p.switched(ctx, r, before, false)
	case shared && r.Who.Role < bot.Admin:
		return bot.Tell("People of other companies read this channel, so only an admin can have Perch read along here. "+r.Who.Ask, nil)
	case shared && !consented:
		return beside(r)(ctx, shareThreads())
	}
	after := thread.Channel{ID: r.Channel, On: true, By: r.Who.ID, At: p.Now()}
	detail := ""
	if shared {
		after.SharedBy, detail = r.Who.ID, "shared channel"
	}
	if err := p.switchTo(ctx, after, detail); err != nil {
		return err
	}
	return p.switched(ctx, r, after, true)
}

// switchTo notes what is done, then does it.
func (p perch) switchTo(ctx context.Context, c thread.Channel, detail string) error {
	what := "threads off"
	if c.On {
		what = "threads on"
	}
	err := p.Audits.NoteAudit(ctx, audit.Entry{At: c.At, Who: c.By, What: what, About: c.ID, Detail: detail})
	if err != nil {
		return fmt.Errorf("note that reading along is switched: %w", err)
	}
	if err := p.ThreadChannels.SwitchThreads(ctx, c); err != nil {
		return fmt.Errorf("switch reading along: %w", err)
	}
	return nil
}

// switched says that Perch reads along: to everybody if that is new, or if what was
// pressed is the offer that everybody sees.
func (p perch) switched(ctx context.Context, r *bot.Request, c thread.Channel, fresh bool) error {
	warning := ""
	if fresh {
		warning = p.guestsRead(ctx, r)
	}
	if r.Pressed && r.TS != "" && !r.Ephemeral && r.Quoted == nil {
		m := p.announcement(c, r.As)
		if warning != "" {
			m = marked(m, warning)
		}
		return r.Update(ctx, m)
	}
	if fresh {
		if err := everybody(ctx, r, p.announcement(c, r.As)); err != nil {
			r.Note(fmt.Errorf("tell the channel that Perch reads along: %w", err))
		}
	}
	return p.threadsNow(ctx, r, warning, beside(r))
}

// everybody tells the channel. Who wrote to Perch by its name has one answer, their
// own, so that this is a message beside it.
func everybody(ctx context.Context, r *bot.Request, m card.Message) error {
	if r.Quoted != nil {
		return r.Post(ctx, r.Channel, m)
	}
	return r.Publish(ctx, m)
}

// guestsRead warns of readers who are no colleagues, "" where there are none.
func (p perch) guestsRead(ctx context.Context, r *bot.Request) string {
	audience, err := r.Audience(ctx)
	switch {
	case err != nil:
		r.Note(fmt.Errorf("find out who reads along: %w", err))
		return "Perch could not see who reads this channel: whoever does sees the replies."
	case audience == bot.WithGuests:
		return "Guests read this channel too and will see the replies."
	case audience == bot.Crowd:
		return "This channel is too large for Perch to see whether guests read it: they would see the replies too."
	case audience == bot.WithOthers:
		return "Replies here name no customer and link to no other thread."
	default:
		return ""
	}
}

// cannotReadAlong says why Perch cannot read along, and the way in.
func cannotReadAlong(venue bot.Venue) card.Message {
	again := card.Button("perch.threads_on", "", "Try again")
	switch venue {
	case bot.Archived:
		return note("This channel is archived, so nothing is said here any more.")
	case bot.ReadOnly:
		return buttons("Only some may post in this channel, and Perch is not among them. An admin of the channel can let it post.", again)
	default:
		return buttons("Perch is no member of this channel, so it reads nothing here. Type `/invite @perch`, then press Try again.", again)
	}
}

// shareThreads asks an admin for consent.
func shareThreads() card.Message {
	return buttons("People of other companies read this channel, or will once they accept. Replies here name no customer and link to no other thread, "+
		"but they do say how the quoted jobs and connections stand.",
		card.Button("perch.threads_shared", "", "Read along all the same",
			card.Confirm("Let others read the replies?", "People of other companies read this channel. Replies name no customer.", "They may", "No")),
		card.Button("perch.threads_no", "", "No, thanks"))
}

// readNoMore switches reading along off.
func (p perch) readNoMore(ctx context.Context, r *bot.Request) error {
	c, err := p.threadChannel(ctx, r)
	if err != nil {
		return err
	}
	if c.On {
		after := thread.Channel{ID: r.Channel, By: r.Who.ID, At: p.Now()}
		if err := p.switchTo(ctx, after, ""); err != nil {
			return err
		}
	}
	return p.threadsNow(ctx, r, "", beside(r))
}

// threadsOn is the button of the offer, and of the card that says how it is.
func (p perch) threadsOn(ctx context.Context, r *bot.Request) error {
	return p.readAlongHere(ctx, r, false)
}

// threadsShared is an admin's consent. The card may be older than the role.
func (p perch) threadsShared(ctx context.Context, r *bot.Request) error {
	return p.readAlongHere(ctx, r, true)
}

// threadsNo turns the offer down, or the question. Where Perch reads along already it
// says so instead.
func (p perch) threadsNo(ctx context.Context, r *bot.Request) error {
	c, err := p.threadChannel(ctx, r)
	if err != nil {
		return err
	}
	if c.On && !r.Ephemeral {
		return r.Update(ctx, p.announcement(c, r.As))
	}
	if c.On {
		return p.threadsNow(ctx, r, "", r.Update)
	}
	return r.Update(ctx, note(fmt.Sprintf("Perch does not read along here. `%s threads on` changes that.", card.Escape(r.As.Of("perch")))))
}
