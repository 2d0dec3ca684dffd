package commands

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/alert"
)

// subscriptionsPage is how many subscriptions a page shows: their sentences are
// long, and Slack takes so much text in one message.
const subscriptionsPage = 6

// maxSentence is how long a sentence may be to stand in a list whole.
const maxSentence = 900

// subscriptionList is all that the card of a list is made of.
type subscriptionList struct {
	// Channel is whose they are; empty for all that the asker may see.
	Channel string
	All     []alert.Subscription
	// From is the first that is shown.
	From int
	Who  bot.Person
	As   bot.Names
	Now  time.Time
}

// rank sets one's own before the others.
func (l subscriptionList) rank(s alert.Subscription) int {
	switch {
	case s.Channel == l.Who.ID:
		return 0
	case s.Maker == l.Who.ID:
		return 1
	default:
		return 2
	}
}

func subscriptionsCard(l subscriptionList) card.Message {
	if len(l.All) == 0 {
		return l.empty()
	}
	title := "Subscriptions of this channel"
	if l.Channel == "" {
		title = "Who hears of what"
	}
	blocks := card.Blocks{card.Header(title)}
	said := []string{title}
	page := l.All[l.From:min(l.From+subscriptionsPage, len(l.All))]
	if len(page) < len(l.All) {
		count := fmt.Sprintf("%d to %d of %d", l.From+1, l.From+len(page), len(l.All))
		blocks, said = append(blocks, card.Context(count)), append(said, count)
	}
	for _, s := range page {
		one := oneSubscription(s, fmt.Sprintf("subs:%d:%d", s.ID, l.From), l)
		blocks, said = append(blocks, one.Blocks...), append(said, one.Text)
	}
	if row := l.pages(len(page)); len(row) > 0 {
		blocks = append(blocks, card.Actions("pages", row...))
	}
	return card.Message{Text: card.FallbackText(strings.Join(said, "\n")), Blocks: blocks}
}

func (l subscriptionList) empty() card.Message {
	typed := card.Escape(l.As.Of("perch"))
	if l.Channel == "" {
		return note(fmt.Sprintf("Nobody hears of any problem yet. `%s subscribe` here tells you alone; in a channel it tells that channel.", typed))
	}
	m := note("This channel hears of no problem.")
	m.Blocks = append(m.Blocks, card.Actions("empty", card.Button("perch.subscribe", "jobs", "Subscribe", card.Primary())))
	m.Text += fmt.Sprintf(" Type `%s subscribe` to change that.", typed)
	return m
}

func (l subscriptionList) pages(shown int) card.Elements {
	var row card.Elements
	if l.From > 0 {
		row = append(row, card.Button("perch.subs_first", "0", "First page"))
	}
	if next := l.From + shown; next < len(l.All) {
		row = append(row, card.Button("perch.subs_next", strconv.Itoa(next), "Next page"))
	}
	return row
}

// oneSubscription is a subscription with what the reader may do with it. The
// block of its buttons says where the card stands, to be drawn again there.
func oneSubscription(s alert.Subscription, block string, l subscriptionList) card.Message {
	sentence := l.sentence(s)
	past := pastOf(s, l.Now)
	if !mayChange(s, l.Who) {
		past += " · who made it and admins may change it"
	}
	said := sentence + "\n" + past
	blocks := card.Blocks{card.Text(sentence), card.Context(past)}
	if s.Paused && s.PausedBy == "" {
		why := alert.PausedNotice(s, l.As.Of("perch")).Text
		blocks, said = append(blocks, card.Text(why)), said+"\n"+why
	}
	if mayChange(s, l.Who) {
		blocks = append(blocks, card.Actions(block, subscriptionButtons(s)...))
	}
	return card.Message{Text: card.FallbackText(said), Blocks: blocks}
}

// sentence says a subscription to the reader: a place that is elsewhere by its
// name.
func (l subscriptionList) sentence(s alert.Subscription) string {
	elsewhere := s.Channel != l.Channel && s.Channel != l.Who.ID
	said := s.Sentence()
	if elsewhere {
		said = s.SentenceElsewhere()
	}
	if utf8.RuneCountInString(said) <= maxSentence {
		return said
	}
	said = card.UpperFirst(s.Wish.Short()) + ". There is more to it than fits here: see Change."
	if elsewhere {
		said = hearer(s.Channel, l.Who.ID) + ": " + said
	}
	return said
}

// placeOf names where a subscription is told.
func placeOf(s alert.Subscription, reader string) string {
	switch {
	case direct(s) && s.Channel == reader:
		return "your messages with Perch"
	case direct(s):
		return "the messages of <@" + card.Escape(s.Channel) + ">"
	default:
		return "<#" + card.Escape(s.Channel) + ">"
	}
}

// pastOf is who made and changed it, and who paused it.
func pastOf(s alert.Subscription, now time.Time) string {
	said := []string{fmt.Sprintf("Made by <@%s> %s", card.Escape(s.Maker), card.When(s.Made, now))}
	if s.Changer != "" {
		said = append(said, fmt.Sprintf("changed by <@%s> %s", card.Escape(s.Changer), card.When(s.Changed, now)))
	}
	if s.SharedBy != "" {
		said = append(said, fmt.Sprintf("<@%s> lets other companies read along", card.Escape(s.SharedBy)))
	}
	switch {
	case s.Paused && s.PausedBy != "":
		said = append(said, fmt.Sprintf(":double_vertical_bar: *paused* by <@%s> %s", card.Escape(s.PausedBy), card.When(s.PausedAt, now)))
	case s.Paused:
		said = append(said, fmt.Sprintf(":double_vertical_bar: *paused* by Perch %s", card.When(s.PausedAt, now)))
	}
	return strings.Join(said, " · ")
}

// subscriptionButtons are what can be done with a subscription.
func subscriptionButtons(s alert.Subscription) card.Elements {
	id, what := strconv.FormatInt(s.ID, 10), s.Wish.Short()
	says := func(verb string) card.ButtonOption { return card.Says(verb + ": " + what) }
	stop := card.Button("perch.pause", id, "Pause", says("Pause"))
	if s.Paused {
		stop = card.Button("perch.resume", id, "Resume", card.Primary(), says("Resume"))
	}
	return card.Elements{
		card.Button("perch.edit", id, "Change", says("Change")), stop,
		card.Button("perch.sample", id, "Send a sample", says("Send a sample")),
		card.Button("perch.unsub", id, "Delete", card.Danger(), says("Delete"),
			card.Confirm("Delete this subscription?", "Nothing more is told by it. Cards that stand there stay, and stay true.", "Delete", "Keep")),
	}
}
