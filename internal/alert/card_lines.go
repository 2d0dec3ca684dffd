package alert

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"perch/bot/card"
	"perch/internal/connect"
)

// LineText is a short line for the thread of a problem's card: what happened
// since. Where the kind of message is EscalateMessage the channel sees it too.
func LineText(p Problem, b Body, now time.Time) card.Message {
	return words(p.lineWords(b, now))
}

func (p Problem) lineWords(b Body, now time.Time) string {
	switch b.Happening {
	case HasResolved:
		return fmt.Sprintf(":large_green_circle: %s after %s. %s", p.endWord(), card.Span(p.Over.Sub(p.Opened)), Shown{Problem: p, Now: now}.ending())
	case HasReopened:
		return fmt.Sprintf("%s Again: %s. %s", p.sign(), card.LowerFirst(p.what(now)), p.shortly())
	case HasFlapped:
		return fmt.Sprintf(":part_alternation_mark: It comes and goes: opened %d times within 24 h. Perch counts it as recovered once it has been well for %s.", len(p.Openings), card.Span(FlapCalm))
	case HasEscalated:
		return fmt.Sprintf("%s %s: %s\n%s", p.sign(), p.what(now), p.about(), Shown{Problem: p, Now: now}.move())
	case HasJoined:
		if p.Key.Kind.bySession() {
			return ":chart_with_upwards_trend: Many employers stop like this at the moment. Follow the card of all of them."
		}
		return ":rotating_light: Many connections of this provider fail the same way: it is an outage. Follow its card."
	case HasClosed:
		return ":heavy_minus_sign: Closed."
	default:
		return fmt.Sprintf("%s %s: %s", p.sign(), p.what(now), p.about())
	}
}

// shortly says how short the time was for which it had been well.
func (p Problem) shortly() string {
	if p.Key.Kind.bySession() {
		return "They had gone on for less than an hour."
	}
	return "It had been well for less than an hour."
}

// ReminderText says that a problem is still there.
func ReminderText(p Problem, now time.Time) card.Message {
	text := fmt.Sprintf(":bell: Still open after %s: %s: %s", card.Span(now.Sub(p.Opened)), card.LowerFirst(p.what(now)), p.about())
	if p.Key.Kind == Outage {
		text = fmt.Sprintf(":bell: Still open after %s: %s", card.Span(now.Sub(p.Opened)), withoutSign(Shown{Problem: p, Now: now}.outageHeadline()))
	}
	return words(text)
}

// withoutSign leaves out the emoji at the beginning of a headline.
func withoutSign(headline string) string {
	_, rest, _ := strings.Cut(headline, ": ")
	return rest
}

// DigestText is what was held, in one message: those still open first.
func DigestText(ps []Problem, sub Subscription, now time.Time) card.Message {
	if len(ps) == 0 {
		return words("Nothing to tell.")
	}
	open := 0
	for _, p := range ps {
		if p.State == Open {
			open++
		}
	}
	headline := fmt.Sprintf(":sunrise: While it was quiet: %s, %d still open", card.Counted(len(ps), "problem"), open)
	if sub.Wish.Digest {
		headline = fmt.Sprintf(":sunrise: Since the last summary: %s, %d still open", card.Counted(len(ps), "problem"), open)
	}
	list := SummaryList(ps, now)
	blocks := append(card.Blocks{card.Text("*" + headline + "*")}, list.Blocks...)
	said := headline + "\n" + list.Text
	blocks = append(blocks, card.Actions("digest", card.Button("perch.affected", "", "All affected")))
	if why := sub.why(); why != "" {
		blocks, said = append(blocks, card.Context(why)), said+"\n"+why
	}
	return card.Message{Text: card.FallbackText(said), Blocks: blocks}
}

// SampleText shows what a subscription's cards look like, and says that it is
// none.
func SampleText(sub Subscription, now time.Time) card.Message {
	p, sample := sampleProblem(sub.Wish, now)
	sample = ":test_tube: A sample. " + sample + "; this is how it will look."
	s := Shown{Problem: p, Subscription: sub, Now: now}
	lines := []string{s.headline(), s.move(), s.exactly()}
	blocks := card.Blocks{card.Context(sample), card.Text("*" + lines[0] + "*"), card.Text(lines[1]), card.Text(lines[2])}
	if why := sub.why(); why != "" {
		blocks, lines = append(blocks, card.Context(why)), append(lines, why)
	}
	return card.Message{Text: card.FallbackText(sample + "\n" + strings.Join(lines, "\n")), Blocks: blocks}
}

// sampleProblem is a failed sync, or, for who hears of Connect sessions alone, an
// employer who stopped; and what it says of itself.
func sampleProblem(w Wish, now time.Time) (p Problem, nothing string) {
	p = Problem{
		Key:     Key{Kind: JobFailed, ConnectionID: "c0ffee00-1111-4222-8333-444455556666", Part: "data_sync_all"},
		Subject: Subject{CustomerName: "Example Customer", ProviderName: "Example Payroll"},
		State:   Open, Move: Nobodys, Count: 1, Opened: now.Add(-4 * time.Minute),
		Jobs: []string{"453bd7d7-5355-4d6d-a38e-d9e7eb218c3f"},
	}
	if len(w.Kinds) > 0 && !slices.ContainsFunc(w.Kinds, func(k Kind) bool { return !k.bySession() }) {
		p.Key, p.Jobs, p.Move, p.Opened = Key{Kind: DroppedOff, Part: PartOfCustomer("example")}, nil, Ours, now.Add(-32*time.Minute)
		p.Facts.Session = SessionFacts{Stage: connect.TermsOfService, Spent: 14 * time.Minute, Visits: 6, Attempts: 1, Expires: now.Add(connect.LinkLife)}
		return p, "Nobody has stopped"
	}
	p.Facts.Job.Type = p.Key.Part
	p.Facts.Job.Started, p.Facts.Job.Completed = now.Add(-8*time.Minute), now.Add(-4*time.Minute)
	return p, "Nothing has failed"
}

// PausedNotice tells a subscription's maker why Perch had to pause it, and the
// way back.
func PausedNotice(sub Subscription, slashPerch string) card.Message {
	place := fmt.Sprintf("in <#%s>", card.Escape(sub.Channel))
	if sub.direct() {
		place = "in your direct messages"
	}
	return words(fmt.Sprintf(":double_vertical_bar: Perch has paused what it tells %s: %s. %s Nothing is lost: what is open then is told when it goes on. It was to tell %s.",
		place, pauseWords(sub.PauseReason), wayBack(sub.PauseReason, slashPerch), sub.Wish.Short()))
}

// pauseWords says what Slack's reason means.
func pauseWords(reason string) string {
	switch reason {
	case "not_in_channel":
		return "it is no member of the channel any more"
	case "channel_not_found":
		return "the channel is gone, or private and Perch is no member"
	case "is_archived", "is_inactive":
		return "the channel is archived"
	case "restricted_action", "restricted_action_read_only_channel":
		return "only some people may post there"
	case "missing_scope":
		return "the app lacks a permission (scope) that this needs"
	case "shared":
		return "people of another company read along now (Slack Connect)"
	case "user_disabled", "user_not_found":
		return "that person is no member of the workspace any more"
	default:
		return "Slack refuses: " + card.EscapeCut(reason, 60)
	}
}

func wayBack(reason, slashPerch string) string {
	resume := fmt.Sprintf("then type `%s subscriptions` there and press Resume.", card.Escape(slashPerch))
	switch reason {
	case "not_in_channel", "channel_not_found":
		return "Invite it with `/invite @perch`, " + resume
	case "is_archived", "is_inactive":
		return "Bring the channel back, or subscribe another one; " + resume
	case "missing_scope":
		return "An admin installs the app again with the present manifest, " + resume
	case "shared":
		return "An admin confirms it, or subscribe another channel; " + resume
	default:
		return "When that is mended, " + resume
	}
}

// LinkDoneNotice tells who asked for a reconnect link that the employer has
// signed in.
func LinkDoneNotice(p Problem, now time.Time) card.Message {
	return words(fmt.Sprintf(":large_green_circle: %s is connected again since %s, after the link you asked for.", p.about(), card.When(p.Over, now)))
}

// words is a message of plain mrkdwn.
func words(mrkdwn string) card.Message {
	return card.Message{Text: card.FallbackText(mrkdwn), Blocks: card.Blocks{card.Text(mrkdwn)}}
}

// WordsNotice is a word of its own to one person, with the way to what it is about.
func WordsNotice(b Body) card.Message {
	m := words(b.Words)
	if b.JobID != "" {
		m.Blocks = append(m.Blocks, card.Actions("notice", card.Button("jobs.open", b.JobID, "Details", card.Says("Details of the job"))))
	}
	return m
}
