package commands

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/thread"
)

// How much of what was written to Perch is read: as a command, and as a name.
const (
	maxSpoken = 1000
	leastName = 3
	mostName  = 80
)

// Mentioned answers who writes to Perch by its name: what begins like a command, as
// that command does; else ids that are known here; else a customer's name.
func (l listener) Mentioned(ctx context.Context, r *bot.Request) error {
	said := l.hear(r.Text, r.As)
	switch {
	case said.help != nil:
		return r.Reply(ctx, said.help(r.As))
	case said.nothing:
		return nil
	case said.run == nil:
	case said.form:
		return bot.Tell(needsForm(said, r.As), nil)
	case !said.strict || said.rest == "":
		return l.runAs(ctx, r, said)
	}
	bonds, err := l.askedFor(ctx, r)
	switch {
	case err != nil:
		return err
	case len(bonds) > 0:
		return l.lookUp(ctx, r, bonds)
	case said.run != nil:
		return l.runAs(ctx, r, said)
	default:
		return l.named(ctx, r)
	}
}

// askedFor are the ids in all that was written.
func (l listener) askedFor(ctx context.Context, r *bot.Request) ([]thread.Bond, error) {
	if l.Threads == nil {
		return nil, nil
	}
	text := r.Text
	if r.Quoted != nil {
		text += "\n" + r.Quoted.Text
	}
	candidates := thread.Ask(text, thread.MaxCandidates)
	if len(candidates) == 0 {
		return nil, nil
	}
	bonds, err := l.Threads.KnownIDs(ctx, candidates)
	if err != nil {
		return nil, fmt.Errorf("look up what was quoted: %w", err)
	}
	return bonds, nil
}

// runAs has the command answer that was meant.
func (l listener) runAs(ctx context.Context, r *bot.Request, said spoken) error {
	r.Text = said.text()
	if said.command == "jobs" {
		meant, err := l.withStatus(ctx, r.Text)
		if err != nil {
			return err
		}
		r.Text = meant
	}
	return said.run(ctx, r)
}

// withStatus has "harbor failed" mean harbor's failed jobs, unless somebody is called so.
func (l listener) withStatus(ctx context.Context, text string) (string, error) {
	words := strings.Fields(text)
	if len(words) == 0 || strings.Contains(text, "status:") {
		return text, nil
	}
	last := strings.ToLower(words[len(words)-1])
	if len(statusesFor(last)) == 0 {
		return text, nil
	}
	found, err := l.Known.Find(ctx, text, 1)
	if err != nil {
		return "", fmt.Errorf("find connections: %w", err)
	}
	if len(found) > 0 {
		return text, nil
	}
	words[len(words)-1] = "status:" + last
	return strings.Join(words, " "), nil
}

// lookUp answers somebody who wrote ids: everybody in the thread where Perch reads
// along, else them alone.
func (l listener) lookUp(ctx context.Context, r *bot.Request, bonds []thread.Bond) error {
	public, err := l.readsHere(ctx, r)
	if err != nil {
		return err
	}
	if !public {
		return l.showAlone(ctx, r, bonds)
	}
	outcome, err := l.bind(ctx, r, thread.Message{TS: r.Quoted.TS, Root: r.Quoted.Thread, ClientID: r.Quoted.ClientID, Bonds: bonds, Asked: true})
	switch {
	case err != nil:
		return err
	case outcome == thread.Replied, outcome == thread.Extended:
		return nil // the reply in the thread is the answer
	case outcome == thread.Full:
		return r.Reply(ctx, note(bound(outcome)))
	default: // in a long thread the reply that says it may be far up
		return l.showAlone(ctx, r, bonds)
	}
}

// bound says what came of binding a thread, as mrkdwn.
func bound(o thread.Outcome) string {
	switch o {
	case thread.Replied:
		return "The reply comes in the thread."
	case thread.Extended:
		return "The reply in the thread is extended."
	case thread.Full:
		return fmt.Sprintf("This thread has taken as many ids as it may: %d in an hour, %d in all. Begin another thread.", thread.MaxHourly, thread.MaxBonds)
	case thread.Unheard:
		return "Nothing was added to the thread: Perch may not reply there."
	default:
		return "Perch's reply in this thread says it already."
	}
}

// readsHere reports whether the reply may stand in the thread for all to read.
func (l listener) readsHere(ctx context.Context, r *bot.Request) (bool, error) {
	if l.ThreadChannels == nil || r.Quoted == nil {
		return false, nil
	}
	c, err := l.ThreadChannels.ThreadChannel(ctx, r.Channel)
	if err != nil {
		return false, fmt.Errorf("see whether Perch reads along: %w", err)
	}
	if !c.On || c.SharedBy != "" {
		return c.On, nil
	}
	// A channel can be opened to other companies after it was switched on. Then
	// nothing is told there until an admin consents.
	venue, err := r.Venue(ctx, r.Channel)
	if err != nil {
		return false, err
	}
	return venue == bot.Open, nil
}

// named answers what is neither a command nor an id: with the customer who is called
// so, or whose name is all that is left of a sentence, or with what would be understood.
func (l listener) named(ctx context.Context, r *bot.Request) error {
	words := unpunctuated(firstLine(r.Text))
	for _, called := range []string{words, withoutTalk(words)} {
		if n := utf8.RuneCountInString(called); n < leastName || n > mostName {
			continue
		}
		found, err := l.Known.Find(ctx, unquoted(called), 1)
		if err != nil {
			return fmt.Errorf("find connections: %w", err)
		}
		if len(found) > 0 {
			r.Text = called
			return connections{l.Sources}.run(ctx, r)
		}
	}
	return r.Reply(ctx, l.notUnderstood(words, r.As))
}

// notUnderstood says what could be asked, and first what was probably meant.
func (l listener) notUnderstood(words string, as bot.Names) card.Message {
	sentence := fmt.Sprintf("Perch did not understand \"%s\".", card.Cut(card.Clean(words), 60))
	first, _, _ := strings.Cut(words, " ")
	if near := l.nearest(bare(first), as); near != "" {
		sentence += fmt.Sprintf(" Did you mean %s?", near)
	}
	m := mentionHelp(as)
	m.Text = card.FallbackText(card.Escape(sentence) + " " + m.Text)
	m.Blocks = append(card.Blocks{card.Plain(sentence)}, m.Blocks...)
	return m
}

// mentionHelp says what can be asked by name.
func mentionHelp(as bot.Names) card.Message {
	slash := as.Of("perch")
	return helpCard("Write to Perch by its name", []usage{
		{"@Perch jobs harbor failed", "what " + as.Of("jobs") + " answers, also in a thread"},
		{"@Perch connection cust_1042", "what " + as.Of("connection") + " answers; a customer's name alone will do"},
		{"@Perch session harbor", "what " + as.Of("session-timeline") + " answers"},
		{"@Perch problems", "what " + slash + " problems answers; so do status, subscriptions, funnel, audit and threads"},
		{"@Perch 453bd7d7-…", "what is known of an id, or of several"},
		{"@Perch jobs help", "how to ask for it"},
		{as.Of("explore"), "opens a form, so type it in the channel, like " + slash + " subscribe and " + slash + " link"},
	}, "Answers are seen by you alone until you press Share. Where Perch reads along, ids are answered in the thread.")
}
