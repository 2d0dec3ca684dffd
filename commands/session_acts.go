package commands

import (
	"context"
	"fmt"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/connect"
)

// nudge shows a text fit to send to the employer, for the presser alone.
func (t sessions) nudge(ctx context.Context, r *bot.Request) error {
	reading, err := t.session(ctx, r.Value)
	if err != nil {
		return err
	}
	return r.Reply(ctx, nudgeCard(reading))
}

func nudgeCard(reading connect.Reading) card.Message {
	about := fmt.Sprintf(":speech_balloon: *A text for %s.* Only you see this, and nothing was sent.", card.EscapeCut(sessionName(reading.Session), 80))
	text := connect.NudgeText(reading)
	closing := "Put the link into the text if they need it again."
	var row card.Elements
	switch l := (timeline{Reading: reading}); {
	case l.resendable():
		row = append(row, card.Button("session-timeline.resend", reading.Session.ID, "Show the link"))
	case reading.Progress.Outcome != connect.Connected:
		closing = "The link they had cannot be shown here; Renew link makes another."
		row = append(row, renewButton(reading.Session))
	default:
		closing = "They are connected, so there is nothing to remind them of."
	}
	m := card.Message{
		Text:   card.FallbackText(about + "\n" + escapeLines(text) + "\n" + closing),
		Blocks: card.Blocks{card.Text(about), card.Preformatted(text), card.Context(closing)},
	}
	if len(row) > 0 {
		m.Blocks = append(m.Blocks, card.Actions("nudge", row...))
	}
	return m
}

// watch has the presser told when the customer's session moves.
func (t sessions) watch(ctx context.Context, r *bot.Request) error {
	return t.watching(ctx, r, t.Watches.WatchCustomer,
		":eyes: *You will be told* in your direct messages when this moves: they go on, stop, connect, or the link ends.")
}

func (t sessions) unwatch(ctx context.Context, r *bot.Request) error {
	return t.watching(ctx, r, t.Watches.UnwatchCustomer, "You will not be told of this any more.")
}

func (t sessions) watching(ctx context.Context, r *bot.Request, change func(ctx context.Context, customerID, userID string) error, notice string) error {
	v := sessionValueOf(r.Value)
	reading, err := t.session(ctx, v.ID)
	if err != nil {
		return err
	}
	if reading.Session.CustomerID == "" {
		return bot.Tell("Nobody told whose session this is, so it cannot be watched.", nil)
	}
	if err := change(ctx, reading.Session.CustomerID, r.Who.ID); err != nil {
		return fmt.Errorf("change who watches: %w", err)
	}
	if r.Ephemeral {
		return t.again(ctx, r, v, notice)
	}
	return r.Reply(ctx, note(notice))
}
