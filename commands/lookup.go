package commands

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/thread"
)

// The bounds of what is looked up on purpose.
const (
	maxLookedUp = thread.MaxIDs
	// maxLookUp is how much can be typed.
	maxLookUp = 1000
)

const lookUpTitle = "Look up"

// looks reports whether anything is kept that could be looked up.
func (p perch) looks() bool { return p.Threads != nil && p.ThreadEntries != nil }

// lookUp shows what is known of the ids in a message, to whoever asked alone.
func (p perch) lookUp(ctx context.Context, r *bot.Request) error {
	if r.Quoted == nil || !p.looks() {
		return p.lookUpWhat(ctx, r)
	}
	return r.Meanwhile(ctx, lookingUp(), func(ctx context.Context) (slack.ModalViewRequest, error) {
		bonds, err := p.Threads.KnownIDs(ctx, thread.Ask(r.Quoted.Text, thread.MaxCandidates))
		if err != nil {
			return slack.ModalViewRequest{}, fmt.Errorf("look up the ids of a message: %w", err)
		}
		at := whereQuoted(r)
		if len(bonds) == 0 {
			return lookUpForm("Nothing in this message is the id of something known here.", at), nil
		}
		return p.lookedUp(ctx, r, bonds, at)
	})
}

// lookUpWhat asks what to look up.
func (p perch) lookUpWhat(ctx context.Context, r *bot.Request) error {
	if !p.looks() {
		return p.looksNothingUp(r)
	}
	return r.Open(ctx, lookUpForm("", quotedAt{}))
}

func (p perch) looksNothingUp(r *bot.Request) error {
	return bot.Tell(fmt.Sprintf("Perch keeps nothing here that could be looked up so. `%s` finds connections.", card.Escape(r.As.Of("connection"))), nil)
}

func lookingUp() slack.ModalViewRequest {
	return card.Modal{Title: lookUpTitle, Close: "Close", Blocks: card.Blocks{card.Text(":hourglass_flowing_sand: Looking it up …")}}.View()
}

// lookUpForm has a line above its field, unless that is empty. It remembers the
// message that it began with.
func lookUpForm(mrkdwn string, at quotedAt) slack.ModalViewRequest {
	var blocks card.Blocks
	if mrkdwn != "" {
		blocks = append(blocks, card.Text(mrkdwn))
	}
	blocks = append(blocks, card.TextField(card.Field{
		BlockID: "words", ActionID: "perch.words", Label: "Ids, or part of a customer's name",
		Hint: "Ids of jobs, connections, sessions, companies or customers; the first eight characters of a job's are enough.",
	}, "", maxLookUp))
	return card.Modal{CallbackID: "perch.find", Title: lookUpTitle, Submit: "Look up", Private: at.String(), Blocks: blocks}.View()
}

// lookedUp is the modal with what is known of each, and the way into the thread of
// the message that it began with.
func (p perch) lookedUp(ctx context.Context, r *bot.Request, bonds []thread.Bond, at quotedAt) (slack.ModalViewRequest, error) {
	shown, err := p.knownOf(ctx, bonds)
	if err != nil {
		return slack.ModalViewRequest{}, err
	}
	blocks := thread.Reply(shown).Blocks
	if n := len(shown.Entries); n > 1 {
		blocks[0] = card.Text(fmt.Sprintf("*%d ids that are known here*", n)) // of no thread yet
	}
	m := card.Modal{Title: lookUpTitle, Close: "Close", Blocks: blocks}
	if at.isChannel() {
		return p.offered(ctx, r, m, bonds, at).View(), nil
	}
	return m.View(), nil
}

// knownOf is what is known of ids, for one reader.
func (p perch) knownOf(ctx context.Context, bonds []thread.Bond) (thread.Shown, error) {
	entries, err := p.ThreadEntries.Entries(ctx, bonds)
	if err != nil {
		return thread.Shown{}, fmt.Errorf("read what is known of what was looked up: %w", err)
	}
	return thread.Shown{Entries: entries, Dashboard: p.Dashboard, Now: p.Now()}, nil
}

// find looks up what was typed into the form: ids first, else names.
func (p perch) find(ctx context.Context, r *bot.Request) (bot.Submitted, error) {
	words := card.Cut(card.Clean(r.View.Form.Text("words")), maxLookUp)
	at, err := quotedAtOf(r.View.Private)
	switch {
	case err != nil:
		return bot.Submitted{}, err
	case !p.looks():
		return bot.Submitted{}, p.looksNothingUp(r)
	case words == "":
		return bot.Wrong(map[string]string{"words": "Type an id, or part of a customer's name."}), nil
	}
	return r.Slowly(lookingUp(), func(ctx context.Context) (bot.Submitted, error) {
		bonds, err := p.meant(ctx, words)
		if err != nil {
			return bot.Submitted{}, err
		}
		if len(bonds) == 0 {
			return p.foundNone(ctx, words, at)
		}
		v, err := p.lookedUp(ctx, r, bonds, at)
		if err != nil {
			return bot.Submitted{}, err
		}
		return bot.Next(v), nil
	})
}

// meant are the ids in what was typed; where it holds none, those of the connections
// of whoever is called so, or of their sessions.
func (p perch) meant(ctx context.Context, words string) ([]thread.Bond, error) {
	bonds, err := p.Threads.KnownIDs(ctx, thread.Ask(words, thread.MaxCandidates))
	if err != nil {
		return nil, fmt.Errorf("look up ids: %w", err)
	}
	if len(bonds) > 0 {
		return bonds, nil
	}
	ids, err := p.called(ctx, words)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	if bonds, err = p.Threads.KnownIDs(ctx, ids); err != nil {
		return nil, fmt.Errorf("look up what has a name: %w", err)
	}
	return bonds, nil
}

// called are the ids of what goes by a name.
func (p perch) called(ctx context.Context, words string) (ids []string, err error) {
	found, err := p.Known.Find(ctx, words, maxLookedUp)
	if err != nil {
		return nil, fmt.Errorf("look up a name: %w", err)
	}
	for _, b := range found {
		ids = append(ids, b.ID)
	}
	if len(ids) > 0 || p.Finder == nil {
		return ids, nil
	}
	sessions, err := p.Finder.FindSessions(ctx, words, maxLookedUp)
	if err != nil {
		return nil, fmt.Errorf("look up a name among sessions: %w", err)
	}
	for _, b := range sessions {
		ids = append(ids, b.Session.ID)
	}
	return ids, nil
}

// foundNone keeps the form, with the names that come nearest.
func (p perch) foundNone(ctx context.Context, words string, at quotedAt) (bot.Submitted, error) {
	near, err := p.Known.Nearest(ctx, words, maxLookedUp)
	if err != nil {
		return bot.Submitted{}, fmt.Errorf("look for names like it: %w", err)
	}
	said := "Nothing here has this id or name."
	var names []string
	for _, b := range near[:min(len(near), maxLookedUp)] {
		if name := card.Cut(card.Clean(b.CustomerName), 40); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		said += " The nearest are: " + strings.Join(names, ", ") + "."
	}
	return bot.Wrong(map[string]string{"words": said}).Late(lookUpForm(card.Escape(said), at)), nil
}
