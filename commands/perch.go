package commands

import (
	"context"
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
)

// Perch is the command /perch: the way to everything that has no command of
// its own. This version has help alone.
func Perch(others []bot.Command) bot.Command {
	p := perch{others: others}
	return bot.Command{
		Name:  "perch",
		About: "What Perch can do",
		Hint:  "help",
		Help:  p.help,
		Run:   p.run,
	}
}

type perch struct{ others []bot.Command }

func (p perch) run(ctx context.Context, r *bot.Request) error {
	m := p.help(r.As)
	if word := strings.ToLower(r.Text); word != "" {
		sentence := fmt.Sprintf("%s has no \"%s\".", r.As.Of("perch"), card.Cut(card.Clean(word), 40))
		if near := p.nearest(word); near != "" {
			sentence += fmt.Sprintf(" Did you mean %s?", r.As.Of(near))
		}
		m.Text = card.FallbackText(card.Escape(sentence) + " " + m.Text)
		m.Blocks = append([]slack.Block{card.Plain(sentence)}, m.Blocks...)
	}
	return r.Reply(ctx, m)
}

// nearest is the command whose name is at most two letters from the word.
func (p perch) nearest(word string) string {
	for _, c := range p.others {
		if levenshtein.ComputeDistance(strings.TrimPrefix(word, "/"), c.Name) <= 2 {
			return c.Name
		}
	}
	return ""
}

func (p perch) help(as bot.Names) card.Message {
	lines := []usage{{as.Of("perch") + " help", "shows this"}}
	for _, c := range p.others {
		lines = append(lines, usage{as.Of(c.Name), lowerFirst(c.About)}, usage{as.Of(c.Name) + " help", "how to ask for it"})
	}
	return helpCard("Perch brings Finch into Slack", lines, "Answers are seen by you alone until you press Share.")
}

// usage is one line of help: what to type, and what comes of it.
type usage struct{ Type, Get string }

func helpCard(title string, lines []usage, closing string) card.Message {
	rich := make([]card.Part, 0, len(lines))
	plain := []string{title}
	for _, l := range lines {
		rich = append(rich, card.Line(card.Code(l.Type), card.Normal(" "+l.Get)))
		plain = append(plain, l.Type+" "+l.Get)
	}
	plain = append(plain, closing)
	return card.Message{
		Text:   card.FallbackText(card.Escape(strings.Join(plain, " · "))),
		Blocks: []slack.Block{card.Header(title), card.Bullets(rich...), card.Context(closing)},
	}
}

// note is a card of one sentence.
func note(mrkdwn string) card.Message {
	return card.Message{Text: mrkdwn, Blocks: []slack.Block{card.Text(mrkdwn)}}
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
