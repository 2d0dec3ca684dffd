package commands

import (
	"context"
	"fmt"
	"strings"
	"time"

	"perch/bot"
	"perch/bot/card"
)

// Status is how Perch itself is. A zero time is: never, as far as Perch knows.
type Status struct {
	// Sockets are open to Slack, of Wanted.
	Sockets, Wanted int
	// FinchGood is when Finch last answered; FinchBad when it last did not.
	FinchGood, FinchBad time.Time
	// WebhooksOn tells whether Perch is set up to hear of Finch by itself; Webhook
	// is when it last did.
	WebhooksOn bool
	Webhook    time.Time
	// Owed are the messages that channels have not been told yet, the oldest since
	// Oldest; Held are those that wait for their time, as wished.
	Owed, Held int
	Oldest     time.Time
	// Heard is when an employer in Finch Connect was last heard of; Underway are
	// those on their way, Stopped those who left it.
	Heard             time.Time
	Underway, Stopped int
	// Unread are the Connect sessions of which news waits to be read, the oldest
	// since UnreadSince.
	Unread      int
	UnreadSince time.Time
	// Channels are those where Perch reads along, Threads those that it follows;
	// Replies wait to be sent there, the oldest since RepliesSince.
	Channels, Threads, Replies int
	RepliesSince               time.Time
	// Silenced are the subscriptions that Perch paused because Slack takes no
	// messages in their channels.
	Silenced int
	// Latency is how long the last messages took from the moment that Perch knew,
	// at the median and at the slowest of a hundred; zero where none was told.
	Latency, Slowest time.Duration
	// Connections are watched, Open problems are open.
	Connections, Open int
	// Database is "SQLite" or "PostgreSQL".
	Database string
	Version  string
	// Since is when this process began.
	Since time.Time
}

// status answers how Perch itself is.
func (p perch) status(ctx context.Context, r *bot.Request, _ string) error {
	s, err := p.Status.Status(ctx)
	if err != nil {
		return fmt.Errorf("read how Perch is: %w", err)
	}
	return r.Reply(ctx, statusCard(s, r.As, p.Now()))
}

func (p perch) statusAgain(ctx context.Context, r *bot.Request) error {
	s, err := p.Status.Status(ctx)
	if err != nil {
		return fmt.Errorf("read how Perch is: %w", err)
	}
	return r.Update(ctx, statusCard(s, r.As, p.Now()))
}

const (
	well    = ":large_green_circle:"
	unwell  = ":warning:"
	unknown = ":grey_question:"
)

// lateAfter is how long something may wait before it is remarkable: a channel is
// told in a second, several at once in some more, and a session is read in one.
const lateAfter = time.Minute

func statusCard(s Status, as bot.Names, now time.Time) card.Message {
	lines := []string{s.slack(), s.finch(now), s.webhooks(now), s.sessions(as, now), s.threads(as, now), s.telling(now)}
	if s.Silenced > 0 {
		lines = append(lines, s.silenced())
	}
	lines = append(lines, s.pace())
	foot := fmt.Sprintf("Perch %s · %s · running for %s", card.EscapeCut(s.Version, 60), card.EscapeCut(s.Database, 40), card.Span(now.Sub(s.Since)))
	blocks := card.Blocks{card.Header("How Perch is")}
	for _, line := range lines {
		blocks = append(blocks, card.Text(line))
	}
	watching := fmt.Sprintf("It watches %s; %s open.", card.Counted(s.Connections, "connection"), card.Counted(s.Open, "problem is", "problems are"))
	blocks = append(blocks, card.Text(watching), card.Actions("status", card.Button("perch.status", "again", "Refresh")), card.Context(foot))
	said := append([]string{"How Perch is"}, append(lines, watching, foot)...)
	return card.Message{Text: card.FallbackText(strings.Join(said, "\n")), Blocks: blocks}
}

func (s Status) slack() string {
	switch {
	case s.Sockets >= s.Wanted:
		return fmt.Sprintf("%s *Slack* hears Perch on %s.", well, card.Counted(s.Sockets, "connection"))
	case s.Sockets > 0:
		return fmt.Sprintf("%s *Slack* hears Perch on %d of %d connections. One is enough; the others are being opened again.", well, s.Sockets, s.Wanted)
	default:
		return fmt.Sprintf("%s *Slack:* no connection is open. Perch keeps trying.", unwell)
	}
}

func (s Status) finch(now time.Time) string {
	switch {
	case s.FinchGood.IsZero() && s.FinchBad.IsZero():
		return unknown + " *Finch* has not been asked anything yet."
	case s.FinchGood.IsZero():
		return fmt.Sprintf("%s *Finch* has not answered yet; last asked %s.", unwell, card.Ago(s.FinchBad, now))
	case s.FinchBad.After(s.FinchGood):
		return fmt.Sprintf("%s *Finch* did not answer when last asked, %s. Its last answer came %s; what cards say is as old as they say it is.",
			unwell, card.Ago(s.FinchBad, now), card.Ago(s.FinchGood, now))
	default:
		return fmt.Sprintf("%s *Finch* answered %s.", well, card.Ago(s.FinchGood, now))
	}
}

func (s Status) webhooks(now time.Time) string {
	switch {
	case !s.WebhooksOn:
		return unknown + " *Finch's webhooks* are not set up, so Perch learns by asking: up to some 20 minutes later. An operator sets FINCH_WEBHOOK_SECRET."
	case s.Webhook.IsZero():
		return unknown + " *Finch's webhooks:* none has come yet."
	default:
		return fmt.Sprintf("%s *Finch's webhooks:* the last came %s.", well, card.Ago(s.Webhook, now))
	}
}

func (s Status) sessions(as bot.Names, now time.Time) string {
	light, words := unknown, fmt.Sprintf("no employer was heard of yet. Finch tells of none: your application does, or the links of `%s link`.", card.Escape(as.Of("perch")))
	if !s.Heard.IsZero() {
		light, words = well, fmt.Sprintf("an employer was last heard of %s. %s in Finch Connect now; %s on the way.", card.Ago(s.Heard, now),
			card.Counted(s.Underway, "employer is", "employers are"), card.Counted(s.Stopped, "has stopped", "have stopped"))
	}
	switch late := now.Sub(s.UnreadSince) > lateAfter; {
	case s.Unread == 0:
	case late:
		light = unwell
		words += fmt.Sprintf(" News of %s waits to be read, the oldest for %s: until then cards do not show it. Nothing is lost.",
			card.Counted(s.Unread, "session"), card.Span(now.Sub(s.UnreadSince)))
	default:
		words += fmt.Sprintf(" News of %s is being read.", card.Counted(s.Unread, "session"))
	}
	return light + " *Connect sessions:* " + words
}

func (s Status) threads(as bot.Names, now time.Time) string {
	light, where := well, "in "+card.Counted(s.Channels, "channel")
	if s.Channels == 0 {
		light, where = unknown, "in no channel"
	}
	words := fmt.Sprintf("*Threads:* Perch reads along %s and follows %s.", where, card.Counted(s.Threads, "thread"))
	if s.Channels == 0 {
		words += fmt.Sprintf(" `%s threads on`, typed in a channel, has it read along there.", card.Escape(as.Of("perch")))
	}
	if s.Replies > 0 {
		words += fmt.Sprintf(" %s to be sent, the oldest for %s.", card.Counted(s.Replies, "reply waits", "replies wait"), card.Span(now.Sub(s.RepliesSince)))
		if now.Sub(s.RepliesSince) > lateAfter {
			light = unwell
		}
	}
	return light + " " + words
}

func (s Status) silenced() string {
	are, their := "subscriptions are", "their makers know why"
	if s.Silenced == 1 {
		are, their = "subscription is", "its maker knows why"
	}
	return fmt.Sprintf("%s *%d %s paused* because Slack takes no messages there; %s, and an operator sees it with `perch check`. What is owed is kept until somebody resumes.",
		unwell, s.Silenced, are, their)
}

func (s Status) telling(now time.Time) string {
	held := ""
	if s.Held > 0 {
		held = fmt.Sprintf(" %s for its time, as wished (quiet hours, summaries).", card.Counted(s.Held, "more waits", "more wait"))
		if s.Held > 1 {
			held = strings.Replace(held, "its time", "their time", 1)
		}
	}
	switch {
	case s.Owed == 0:
		return well + " *Nothing is waiting* to be told." + held
	case now.Sub(s.Oldest) > lateAfter:
		return fmt.Sprintf("%s *%s to be told*, the oldest for %s. Nothing is lost: each is told as soon as Slack takes it.%s",
			unwell, card.Counted(s.Owed, "message waits", "messages wait"), card.Span(now.Sub(s.Oldest)), held)
	default:
		return fmt.Sprintf("%s *%s to be told*, the oldest for %s.%s",
			well, card.Counted(s.Owed, "message waits", "messages wait"), card.Span(now.Sub(s.Oldest)), held)
	}
}

func (s Status) pace() string {
	if s.Latency == 0 {
		return unknown + " *How fast it tells* is not known: nothing was told since it runs."
	}
	return fmt.Sprintf("%s *From knowing to telling* it takes %s as a rule; 99 of 100 messages took no more than %s.", well, quick(s.Latency), quick(s.Slowest))
}

// quick is a short time in words.
func quick(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", max(1, d.Milliseconds()))
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	default:
		return card.Span(d)
	}
}
