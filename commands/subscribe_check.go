package commands

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/alert"
)

// replayFor is how far back a wish is tried out before it is saved.
const replayFor = 14 * 24 * time.Hour

// check answers the form with what it means, said in one sentence and tried out
// on the last two weeks; nothing is saved yet.
func (p perch) check(ctx context.Context, r *bot.Request) (bot.Submitted, error) {
	d, err := draftOf(r)
	if err != nil {
		return bot.Submitted{}, err
	}
	d, wrong := d.read(r.View.Form, r.Who.ID)
	if wrong != nil {
		return bot.Wrong(wrong), nil
	}
	if d, err = p.allowed(ctx, r, d); err != nil {
		return bot.Submitted{}, err
	}
	v, err := p.checkView(ctx, d)
	return bot.Next(v), err
}

// allowed judges whether the asker may have this draft saved, now.
func (p perch) allowed(ctx context.Context, r *bot.Request, d draft) (draft, error) {
	if d.ID != 0 {
		s, err := p.mine(ctx, r, d.ID)
		if err != nil {
			return d, err
		}
		d.Channel, d.SharedBy = s.Channel, s.SharedBy
	}
	return d, p.placeError(ctx, r, d)
}

// checkView says a draft back.
func (p perch) checkView(ctx context.Context, d draft) (slack.ModalViewRequest, error) {
	c, err := p.meaning(ctx, d.subscription())
	if err != nil {
		return slack.ModalViewRequest{}, err
	}
	return d.saidBack(c), nil
}

func (d draft) subscription() alert.Subscription {
	return alert.Subscription{ID: d.ID, Channel: d.Channel, Wish: d.Wish}
}

// meaning is what a subscription says, and what it would have told.
type meaning struct {
	Subscription alert.Subscription
	Rehearsal    alert.Rehearsal
	// From is since when it was tried out.
	From time.Time
	// Names are whom its filters mean, where that is not plain.
	Names string
	// OpenNow is how many problems it would hear of are open now.
	OpenNow int
	Now     time.Time
}

func (p perch) meaning(ctx context.Context, s alert.Subscription) (meaning, error) {
	m := meaning{Subscription: s, Now: p.Now()}
	m.From = m.Now.Add(-replayFor)
	past, err := p.Past.PastProblems(ctx, m.From)
	if err != nil {
		return m, fmt.Errorf("read the problems of the last days: %w", err)
	}
	known, err := p.Past.KnownSince(ctx)
	if err != nil {
		return m, fmt.Errorf("read since when problems are known: %w", err)
	}
	m.Rehearsal = alert.Replay(s.Wish, past, later(m.From, known), m.Now)
	if m.OpenNow, err = p.Past.Matching(ctx, s.Wish); err != nil {
		return m, fmt.Errorf("count the open problems that match: %w", err)
	}
	m.Names, err = p.namesIn(ctx, s.Wish)
	return m, err
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// saidBack is the modal that asks whether this is right.
func (d draft) saidBack(m meaning) slack.ModalViewRequest {
	private, ok := d.private()
	if !ok {
		return tooLong()
	}
	blocks := card.Blocks{card.Text(m.Subscription.Sentence())}
	if m.Names != "" {
		blocks = append(blocks, card.Text(m.Names))
	}
	blocks = append(blocks, card.Text(m.rehearsal()))
	row := card.Elements{card.Button("perch.change", "change", "Change it")}
	if n := m.Rehearsal.AfterTwo; d.Wish.After < 2 && n < m.Rehearsal.Messages {
		row = append(row, card.Button("perch.after_two", "2", fmt.Sprintf("After 2 failures: %s", card.Counted(n, "message"))))
	}
	blocks = append(blocks, card.Actions("check", row...), card.Context(m.openNow()))
	return card.Modal{CallbackID: "perch.save", Title: "Is this right?", Submit: "Save", Private: private, Blocks: blocks}.View()
}

// rehearsal is what it would have told, in words.
func (m meaning) rehearsal() string {
	r := m.Rehearsal
	span := fmt.Sprintf("In the last %d days", int(replayFor/(24*time.Hour)))
	if r.First.Sub(m.From) > time.Hour {
		span = fmt.Sprintf("Perch knows only what happened since %s. In that time", card.When(r.First, m.Now))
	}
	if r.Messages == 0 {
		return span + " that would have been *no message*." + m.held()
	}
	said := fmt.Sprintf("%s that would have been *%s*", span, card.Counted(r.Messages, "message"))
	var of []string
	if r.Digests > 0 {
		of = append(of, card.Counted(r.Digests, "summary of what was held", "summaries of what was held"))
	}
	if r.Reminders > 0 {
		of = append(of, card.Counted(r.Reminders, "reminder"))
	}
	if len(of) > 0 {
		said += " (" + strings.Join(of, ", ") + " among them)"
	}
	if r.Healed30 > 0 {
		said += fmt.Sprintf("; %d of the %s healed within 30 minutes", r.Healed30, card.Counted(r.Problems, "problem"))
	}
	return said + "." + m.held()
}

func (m meaning) held() string {
	if m.Rehearsal.Held == 0 {
		return ""
	}
	why := "over before their time, or part of an outage that spoke for them"
	if w := m.Subscription.Wish; w.After < 2 && w.OpenFor == 0 && !w.Digest && !w.Quiet.Weekends && w.Quiet.From == w.Quiet.To {
		why = "part of an outage that spoke for them"
	}
	return fmt.Sprintf(" %s would not have been told: %s.", card.Counted(m.Rehearsal.Held, "more problem"), why)
}

// openNow says how much of it is open already: a subscription hears of what
// opens from now on.
func (m meaning) openNow() string {
	if m.OpenNow == 0 {
		return "Nothing that it would hear of is open now."
	}
	return fmt.Sprintf("%s that it would hear of %s open now; what is open already is not told.", card.Counted(m.OpenNow, "problem"), plural(m.OpenNow, "is", "are"))
}

// changeDraft goes back from the question to the form, filled in.
func (p perch) changeDraft(ctx context.Context, r *bot.Request) error {
	d, err := draftOf(r)
	if err != nil {
		return err
	}
	d.Turn++
	d.All = d.All || beyondBasics(d.Wish)
	if d.Wish.Zone == "" {
		d.Wish.Zone = r.Who.Zone
	}
	return r.UpdateView(ctx, d.view(""))
}

// allFields shows the rest of the form, with what was filled in so far.
func (p perch) allFields(ctx context.Context, r *bot.Request) error {
	d, err := draftOf(r)
	if err != nil {
		return err
	}
	d, _ = d.read(r.View.Form, r.Who.ID) // what is wrong with it is said when it is sent in
	d.All = true
	d.Wish.Zone = r.Who.Zone
	return r.UpdateView(ctx, d.view(""))
}

// afterTwo asks the same about waiting for the second failure.
func (p perch) afterTwo(ctx context.Context, r *bot.Request) error {
	d, err := draftOf(r)
	if err != nil {
		return err
	}
	d.Wish.After = 2
	v, err := p.checkView(ctx, d)
	if err != nil {
		return err
	}
	return r.UpdateView(ctx, v)
}

// save keeps the draft that was said back.
func (p perch) save(ctx context.Context, r *bot.Request) (bot.Submitted, error) {
	d, err := draftOf(r)
	if err == nil {
		d, err = p.allowed(ctx, r, d)
	}
	if err != nil {
		return bot.Submitted{}, err
	}
	s, err := p.keep(ctx, r, d)
	if err != nil {
		return bot.Submitted{}, err
	}
	return bot.Next(savedView(s, r.As)), nil
}

// keep saves a draft. A form that Slack sends twice, and a wish that is there
// already, make no second subscription.
func (p perch) keep(ctx context.Context, r *bot.Request, d draft) (alert.Subscription, error) {
	d.Wish = d.Wish.Tidy()
	if err := d.Wish.Check(); err != nil {
		return alert.Subscription{}, bot.Tell(card.Escape(err.Error()), nil)
	}
	if d.ID != 0 {
		s, err := p.Subscriber.ChangeWish(ctx, d.ID, d.Wish, r.Who.ID, p.Now())
		return s, p.gone("change a subscription", err)
	}
	there, err := p.Subscriptions.Subscriptions(ctx, d.Channel)
	if err != nil {
		return alert.Subscription{}, fmt.Errorf("read the subscriptions of a channel: %w", err)
	}
	for _, s := range there {
		if s.Wish.Text() == d.Wish.Text() && !s.Paused {
			return s, nil
		}
	}
	s := alert.Subscription{Channel: d.Channel, Wish: d.Wish, Maker: r.Who.ID, MakerName: r.Who.Name, Made: p.Now()}
	if d.Shared && !d.direct() && r.Who.Role >= bot.Admin {
		s.SharedBy = r.Who.ID
	}
	s, err = p.Subscriber.Subscribe(ctx, s)
	if err != nil {
		return s, fmt.Errorf("save a subscription: %w", err)
	}
	return s, nil
}

func savedView(s alert.Subscription, as bot.Names) slack.ModalViewRequest {
	return card.Modal{Title: "Saved", Close: "Done", Blocks: card.Blocks{
		card.Text(":white_check_mark: " + s.Sentence()),
		card.Context(fmt.Sprintf("`%s subscriptions` there changes, pauses or ends it, and sends a sample.", card.Escape(as.Of("perch")))),
	}}.View()
}

// saveNow saves without the form and answers what the form would have said.
func (p perch) saveNow(ctx context.Context, r *bot.Request, d draft) error {
	d.Wish = d.Wish.Tidy()
	if err := p.placeError(ctx, r, d); err != nil {
		return err
	}
	m, err := p.meaning(ctx, d.subscription())
	if err != nil {
		return err
	}
	if m.Subscription, err = p.keep(ctx, r, d); err != nil {
		return err
	}
	return r.Reply(ctx, savedCard(m))
}

func savedCard(m meaning) card.Message {
	lines := []string{":white_check_mark: *Saved.* " + m.Subscription.Sentence(), m.rehearsal()}
	if m.Names != "" {
		lines = slices.Insert(lines, 1, m.Names)
	}
	var blocks card.Blocks
	for _, line := range lines {
		blocks = append(blocks, card.Text(line))
	}
	blocks = append(blocks, card.Actions("saved", subscriptionButtons(m.Subscription)...), card.Context(m.openNow()))
	return card.Message{Text: card.FallbackText(strings.Join(append(lines, m.openNow()), "\n")), Blocks: blocks}
}
