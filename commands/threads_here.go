package commands

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/thread"
)

// showAlone shows what is known of ids to who asked, with a button for the others.
func (s Sources) showAlone(ctx context.Context, r *bot.Request, bonds []thread.Bond) error {
	m, err := s.aloneCard(ctx, bonds)
	if err != nil {
		return err
	}
	if r.Quoted != nil && canShare(r) {
		h := here{Root: r.Quoted.Thread, Bonds: bonds}
		m.Blocks = append(m.Blocks, card.Actions("thread_here", card.Button("perch.thread_here", h.String(), "Share to thread")))
	}
	return r.Reply(ctx, m)
}

// aloneCard is what is known of ids, for one reader.
func (s Sources) aloneCard(ctx context.Context, bonds []thread.Bond) (card.Message, error) {
	entries, err := s.ThreadEntries.Entries(ctx, bonds)
	if err != nil {
		return card.Message{}, fmt.Errorf("read what is known of what was quoted: %w", err)
	}
	shown := thread.Shown{Entries: entries, Dashboard: s.Dashboard, Now: s.Now()}
	return card.Message{Text: thread.Reply(shown).Text, Blocks: thread.Body(shown)}, nil
}

// here is the value of a Share to thread button: which thread, and what was asked for.
type here struct {
	Root  string
	Bonds []thread.Bond
}

func (h here) String() string {
	words := []string{h.Root}
	for _, b := range h.Bonds {
		words = append(words, string(b.Kind), b.ID)
	}
	return strings.Join(words, " ")
}

// slackTS is how Slack names a message.
var slackTS = regexp.MustCompile(`^\d{1,12}\.\d{1,6}$`)

// parseHere reads the value back. It went through the user's client, so that of the
// bonds only the ids are believed, to be looked up again.
func parseHere(value string) (root string, ids []string, err error) {
	words := strings.Fields(value)
	if len(words) < 3 || len(words)%2 == 0 || len(words) > 1+2*thread.MaxIDs || !slackTS.MatchString(words[0]) {
		return "", nil, errStrange
	}
	for i := 2; i < len(words); i += 2 {
		ids = append(ids, words[i])
	}
	return words[0], ids, nil
}

// shareHere has the thread get its reply, unless people read along who should be
// thought of first.
func (p perch) shareHere(ctx context.Context, r *bot.Request) error {
	audience, err := r.Audience(ctx)
	if err != nil {
		return fmt.Errorf("find out who reads along: %w", err)
	}
	readers, err := readAlong(audience, r.Who.Role)
	if err != nil {
		return err
	}
	if readers == "" {
		return p.bindHere(ctx, r, audience)
	}
	question := readers + " Share it with them too?"
	if audience == bot.WithOthers {
		question = readers + " The reply names no customer there, but the ids. Share it all the same?"
	}
	return r.Reply(ctx, buttons(question, card.Button("perch.thread_here_yes", r.Value, "Share")))
}

// shareHereAnyway is the answer yes; the audience may have changed since it was asked.
func (p perch) shareHereAnyway(ctx context.Context, r *bot.Request) error {
	audience, err := r.Audience(ctx)
	if err != nil {
		return fmt.Errorf("find out who reads along: %w", err)
	}
	if _, err := readAlong(audience, r.Who.Role); err != nil {
		return err
	}
	return p.bindHere(ctx, r, audience)
}

func (p perch) bindHere(ctx context.Context, r *bot.Request, audience bot.Audience) error {
	root, ids, err := parseHere(r.Value)
	if err != nil {
		return err
	}
	bonds, err := p.Threads.KnownIDs(ctx, ids)
	if err != nil {
		return fmt.Errorf("look up what was quoted: %w", err)
	}
	if len(bonds) == 0 {
		return bot.Tell("None of it is known here any more.", nil)
	}
	m := thread.Message{TS: root, Root: root, Bonds: bonds, Asked: true}
	if r.Thread != "" { // where it was pressed is Slack's own word
		m.TS, m.Root = r.Thread, r.Thread
	}
	if audience == bot.WithOthers {
		m.SharedBy = r.Who.ID
	}
	outcome, err := p.bind(ctx, r, m)
	if err != nil {
		return err
	}
	return r.Update(ctx, note(bound(outcome)))
}
