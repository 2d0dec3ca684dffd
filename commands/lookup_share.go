package commands

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/thread"
)

// quotedAt is the message that a look-up began with, as modals carry it; zero where
// it began with none.
type quotedAt struct {
	Channel string `json:"channel"`
	TS      string `json:"ts"`
	Root    string `json:"root"`
	// IDs are what was found, "kind id".
	IDs []string `json:"ids,omitempty"`
	// Said are the readers whom the asker was told of.
	Said bot.Audience `json:"said,omitempty"`
}

// whereQuoted is the message that a shortcut was used on.
func whereQuoted(r *bot.Request) quotedAt {
	return quotedAt{Channel: r.Channel, TS: r.Quoted.TS, Root: r.Quoted.Thread}
}

func (q quotedAt) String() string {
	raw, err := json.Marshal(q)
	if err != nil || q.Channel == "" || len(raw) > maxPrivate {
		return ""
	}
	return string(raw)
}

// quotedAtOf reads it back. It went through the user's client.
func quotedAtOf(private string) (q quotedAt, err error) {
	if private == "" {
		return quotedAt{}, nil
	}
	if json.Unmarshal([]byte(private), &q) != nil || !isSlackID(q.Channel) || !slackTS.MatchString(q.TS) || !slackTS.MatchString(q.Root) ||
		len(q.IDs) > thread.MaxIDs || q.Said < bot.Colleagues || q.Said > bot.WithOthers || slices.ContainsFunc(q.IDs, isNoBond) {
		return quotedAt{}, errStrange
	}
	return q, nil
}

// isChannel: others read there.
func (q quotedAt) isChannel() bool { return q.Channel != "" && !strings.HasPrefix(q.Channel, "D") }

// isNoBond is true of what is no "kind id".
func isNoBond(value string) bool {
	_, _, err := bondOf(value)
	return err != nil
}

// bondOf reads the value of a Details button.
func bondOf(value string) (kind thread.Kind, id string, err error) {
	word, id, _ := strings.Cut(value, " ")
	switch kind = thread.Kind(word); kind {
	case thread.Job, thread.Connection, thread.Session, thread.Company, thread.Customer:
	default:
		return "", "", errStrange
	}
	if id == "" || len(id) > maxThreadID || id != card.Clean(id) {
		return "", "", errStrange
	}
	return kind, id, nil
}

// stillKnown are those that are known still, with all that belongs to them.
func (p perch) stillKnown(ctx context.Context, values []string) ([]thread.Bond, error) {
	var ids []string
	for _, v := range values {
		_, id, err := bondOf(v)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	bonds, err := p.Threads.KnownIDs(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("look up again what was found: %w", err)
	}
	return slices.DeleteFunc(bonds, func(b thread.Bond) bool { return !slices.Contains(values, string(b.Kind)+" "+b.ID) }), nil
}

// readers are who would read what is shared in a channel.
type readers struct {
	bot.Audience
	// Line says so, or why nothing is shared there, as mrkdwn; empty where colleagues
	// alone read it.
	Line string
	// May: the asker may share there.
	May bool
}

const inviteToShare = "Type `/invite @perch` in the channel to share there: Perch is no member of it."

// readersOf asks Slack who would read it.
func (p perch) readersOf(ctx context.Context, r *bot.Request, channel string) (readers, error) {
	venue, err := r.Venue(ctx, channel)
	if err != nil {
		return readers{}, err
	}
	switch venue {
	case bot.Outside:
		return readers{bot.Hidden, inviteToShare, false}, nil
	case bot.Archived:
		return readers{bot.Hidden, "This channel is archived, so nothing can be shared there.", false}, nil
	case bot.ReadOnly:
		return readers{bot.Hidden, "Only some may post in this channel, and Perch is not among them, so nothing can be shared there.", false}, nil
	}
	audience, err := r.AudienceOf(ctx, channel)
	if err != nil {
		return readers{}, fmt.Errorf("find out who reads along: %w", err)
	}
	return readBy(audience, r.Who), nil
}

func readBy(audience bot.Audience, who bot.Person) readers {
	switch {
	case audience == bot.Colleagues:
		return readers{audience, "", true}
	case audience == bot.WithGuests:
		return readers{audience, "Guests may read this channel: they see what is shared too.", true}
	case audience == bot.Crowd:
		return readers{audience, "This channel is too large for Perch to see whether guests read it: they would see what is shared too.", true}
	case audience == bot.WithOthers && who.Role >= bot.Admin:
		return readers{audience, "People of other companies read this channel. Replies there name no customer.", true}
	case audience == bot.WithOthers:
		return readers{audience, "People of other companies read this channel, so only an admin can share there. " + who.Ask, false}
	default:
		return readers{audience, inviteToShare, false}
	}
}

// offered adds to what was found the way into the thread, or why there is none.
func (p perch) offered(ctx context.Context, r *bot.Request, m card.Modal, bonds []thread.Bond, at quotedAt) card.Modal {
	there, err := p.readersOf(ctx, r, at.Channel)
	if err != nil {
		r.Note(err)
		there = readers{Line: "Slack does not say at the moment who reads this channel, so this cannot be shared there. Look it up again in a minute."}
	}
	switch {
	case !there.May:
		m.Blocks = append(m.Blocks, card.Context(there.Line))
		return m
	case there.Line != "":
		m.Blocks = append(m.Blocks, card.Text(":warning: "+there.Line))
	}
	at.IDs, at.Said = nil, there.Audience
	for _, b := range bonds[:min(len(bonds), thread.MaxIDs)] {
		at.IDs = append(at.IDs, string(b.Kind)+" "+b.ID)
	}
	if private := at.String(); private != "" {
		m.CallbackID, m.Submit, m.Private = "perch.thread_share", "Share to thread", private
	}
	return m
}

// shareLookedUp has the thread get its reply on what was found.
func (p perch) shareLookedUp(_ context.Context, r *bot.Request) (bot.Submitted, error) {
	at, err := quotedAtOf(r.View.Private)
	switch {
	case err != nil:
		return bot.Submitted{}, err
	case !at.isChannel() || len(at.IDs) == 0:
		return bot.Submitted{}, errStrange
	case !p.looks():
		return bot.Submitted{}, p.looksNothingUp(r)
	}
	return r.Slowly(sharingInThread(), func(ctx context.Context) (bot.Submitted, error) { return p.bindLookedUp(ctx, r, at) })
}

// bindLookedUp asks once more who reads along: where that are others than was said,
// nothing is shared.
func (p perch) bindLookedUp(ctx context.Context, r *bot.Request, at quotedAt) (bot.Submitted, error) {
	there, err := p.readersOf(ctx, r, at.Channel)
	switch {
	case err != nil:
		return bot.Submitted{}, err
	case !there.May:
		return bot.Over(lookUpNote(there.Line)), nil
	case privacy(there.Audience) > privacy(at.Said):
		return bot.Over(lookUpNote(there.Line + " That was not so before, so nothing was shared. Look it up again to share it all the same.")), nil
	}
	bonds, err := p.stillKnown(ctx, at.IDs)
	if err != nil {
		return bot.Submitted{}, err
	}
	if len(bonds) == 0 {
		return bot.Next(lookUpNote("None of it is known here any more, so nothing was shared.")), nil
	}
	m := thread.Message{Channel: at.Channel, TS: at.TS, Root: at.Root, Bonds: bonds, Asked: true}
	if there.Audience == bot.WithOthers {
		m.SharedBy = r.Who.ID
	}
	outcome, err := p.bind(ctx, r, m)
	if err != nil {
		return bot.Submitted{}, err
	}
	return bot.Next(lookUpNote(sharedOutcome(outcome))), nil
}

// privacy ranks audiences: the higher, the less private.
func privacy(a bot.Audience) int {
	return map[bot.Audience]int{bot.Colleagues: 0, bot.WithGuests: 1, bot.Crowd: 1, bot.WithOthers: 2, bot.Hidden: 3}[a]
}

// sharedOutcome says what came of it, as mrkdwn.
func sharedOutcome(o thread.Outcome) string {
	switch o {
	case thread.Replied, thread.Extended:
		return ":white_check_mark: Shared in the thread."
	case thread.Nothing:
		return "It stands in the thread already."
	default:
		return bound(o)
	}
}

func sharingInThread() slack.ModalViewRequest {
	return lookUpNote(":hourglass_flowing_sand: Sharing it in the thread …")
}

func lookUpNote(mrkdwn string) slack.ModalViewRequest {
	return card.Modal{Title: lookUpTitle, Close: "Close", Blocks: card.Blocks{card.Text(mrkdwn)}}.View()
}
