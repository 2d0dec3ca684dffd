package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"perch/bot/card"
)

// mention collects the answers to a message that speaks to Perch: they cannot
// replace each other, so the last alone is shown.
type mention struct{ answer *card.Message }

// mentioned answers somebody who wrote to Perch. Whatever comes of it is said, so it
// is done after that; only what Perch's own stopping cut short is left to be tried
// again. work is the part of ctx that the answer may take.
func (b *Bot) mentioned(ctx, work context.Context, t talk) error {
	r := b.overheard(t)
	r.mention = &mention{}
	line := b.beginTalk(t, r)
	err := guarded(func() error { return b.addressed(work, t, r) })
	if ctx.Err() != nil {
		line.end(errors.Join(errStopping, err))
		return errStopping
	}
	refusal, refused := errors.AsType[*Refusal](err)
	switch {
	case refused && b.isBot(work, t.User):
	case refused:
		if failed := r.whisper(work, note(refusal.Sentence())); failed != nil {
			r.Note(fmt.Errorf("tell the author: %w", failed))
		}
	default:
		if err != nil {
			err = b.tell(work, r, err)
		}
		err = errors.Join(err, b.deliver(work, r))
	}
	b.words.drop(t.key())
	line.end(err)
	return nil
}

// addressed has the Listener answer, who is given the words first.
func (b *Bot) addressed(ctx context.Context, t talk, r *Request) error {
	if err := b.admit(ctx, t.asker(), r); err != nil {
		return err
	}
	u, found, err := b.wordsOf(ctx, t)
	if err != nil {
		return Tell("Perch was restarted before it came to this, and Slack does not repeat what you wrote. Write it again.", err)
	}
	if !found {
		return nil // taken back, so nobody waits
	}
	r.Text, r.Quoted.Text = without(u.Text, b.home.UserID), u.words()
	return b.listener.Mentioned(ctx, r)
}

// deliver shows the answer, if there is one: in the thread, or as a direct message
// where the asker is not to be reached there.
func (b *Bot) deliver(ctx context.Context, r *Request) error {
	if r.mention.answer == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), b.refusalTime())
	defer cancel()
	err := r.whisper(ctx, *r.mention.answer)
	if verdict, _ := Judge(err); err == nil || isUnsure(err) || verdict == Malformed {
		return err
	}
	r.Note(err)
	return r.Message(ctx, *r.mention.answer)
}

// isMention is true of a text that speaks to a user. Slack: <@U1>, or <@U1|name>.
func isMention(text, userID string) bool {
	_, _, found := cutMention(text, userID)
	return found
}

func cutMention(text, userID string) (before, after string, found bool) {
	mark := "<@" + userID
	for from := 0; ; {
		at := strings.Index(text[from:], mark)
		if userID == "" || at < 0 {
			return text, "", false
		}
		at += from
		from = at + len(mark)
		switch rest := text[from:]; {
		case strings.HasPrefix(rest, ">"):
			return text[:at], rest[1:], true
		case strings.HasPrefix(rest, "|"):
			if _, after, closed := strings.Cut(rest, ">"); closed {
				return text[:at], after, true
			}
		}
	}
}

// without is a text without the mentions of a user, wherever they stand, and what
// people write behind a name.
func without(text, userID string) string {
	for {
		before, after, found := cutMention(text, userID)
		if !found {
			return tidy(text)
		}
		after = strings.TrimLeft(after, ":, \t\u00a0")
		text = strings.TrimSpace(before) + " " + after
	}
}

// cannotOpen refuses a modal to somebody who wrote to Perch: Slack opens one only
// after a command or a press.
func (r *Request) cannotOpen() error {
	if r.mention == nil {
		return nil
	}
	slash := r.As.Of("perch")
	if words := strings.Fields(strings.ToLower(r.Text)); len(words) > 0 {
		slash = r.bot.commands.like(strings.TrimPrefix(words[0], "/"))
	}
	return Tell(fmt.Sprintf("A mention cannot open a form. Type `%s` in the message field of the channel instead.", slash), nil)
}

// like is what to type for a word that begins a command's own name, or that is one
// of those behind /perch.
func (t table) like(word string) string {
	i := slices.IndexFunc(t.commands, func(c Command) bool { return word != "" && strings.HasPrefix(c.Name, word) })
	if i < 0 {
		return t.as.Of("perch") + " " + card.Escape(card.Cut(word, 40))
	}
	return t.as.Of(t.commands[i].Name)
}
