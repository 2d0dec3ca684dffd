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
	"perch/internal/finch"
)

// maxChanges is how many steps a status history shows: they fit one message
// however long the names are.
const maxChanges = 30

// statusHistory is all that the card of a status history is made of.
type statusHistory struct {
	Of finch.Connection
	// Steps are newest first, at most maxChanges; More tells that there are older.
	Steps    []finch.Change
	More     bool
	Now      time.Time
	CanShare bool
	SharedBy string
}

// changes shows how the status of a connection, of the ways of access to it and
// of its entities changed.
func (c connections) changes(ctx context.Context, r *bot.Request) error {
	h, err := c.statusHistory(ctx, r.Value)
	if err != nil {
		return err
	}
	h.CanShare = canShare(r)
	return r.Reply(ctx, changesCard(h))
}

func (c connections) statusHistory(ctx context.Context, id string) (statusHistory, error) {
	known, err := c.known(ctx, id)
	if err != nil {
		return statusHistory{}, err
	}
	steps, err := c.Steps.Changes(ctx, known.ID, maxChanges+1)
	if err != nil {
		return statusHistory{}, fmt.Errorf("read the status history of %s: %w", id, err)
	}
	h := statusHistory{Of: known, Steps: steps, Now: c.Now()}
	if len(steps) > maxChanges {
		h.Steps, h.More = steps[:maxChanges], true
	}
	return h, nil
}

// sharingChanges shows the status history to a channel.
func (c connections) sharingChanges() sharing {
	return sharing{yes: "connection.share_changes_anyway", cards: func(ctx context.Context, r *bot.Request) (own, public card.Message, err error) {
		h, err := c.statusHistory(ctx, r.Value)
		if err != nil {
			return own, public, err
		}
		own = changesCard(h)
		h.SharedBy = r.Who.ID
		return own, changesCard(h), nil
	}}
}

func changesCard(h statusHistory) card.Message {
	blocks := []slack.Block{card.Header(h.title()), card.Context(h.summary())}
	if len(h.Steps) == 0 {
		blocks = append(blocks, card.Text(h.nothingYet()))
	} else {
		lines := make([]card.Part, 0, len(h.Steps))
		for _, t := range h.turns() {
			lines = append(lines, card.Line(
				card.Date(t.At, h.Now), card.Normal(" · "+t.who()+": "), card.Status(string(t.To)).Part(), card.Normal(t.rest())))
		}
		blocks = append(blocks, card.Bullets(lines...), card.Context(changesFoot))
	}
	if h.SharedBy != "" {
		blocks = append(blocks, sharedBy(h.SharedBy))
	} else {
		blocks = append(blocks, h.actions())
	}
	return card.Message{Text: h.fallback(), Blocks: blocks}
}

// changesFoot says how well the times are known.
const changesFoot = "Finch keeps no such history; this is what reached Perch. What a webhook told happened about then. " +
	"What Perch saw when it asked may have happened some time before."

func (h statusHistory) title() string {
	return "Status history of " + card.Cut(card.Clean(customerName(h.Of)), 120)
}

func (h statusHistory) summary() string {
	parts := []string{"Now " + card.Status(string(h.Of.Overall())).String()}
	if !h.Of.FirstSeen.IsZero() {
		parts = append(parts, "known here since "+card.Day(h.Of.FirstSeen))
	}
	switch {
	case h.More:
		parts = append(parts, fmt.Sprintf("the newest %d changes, newest first; there are older ones", maxChanges))
	case len(h.Steps) > 1:
		parts = append(parts, "newest first")
	}
	return strings.Join(parts, " · ")
}

func (h statusHistory) nothingYet() string {
	return "No change of status has been seen yet. Changes are kept from the day on which the connection came to Perch: Finch has no list of earlier ones."
}

// turn is one or more steps of one kind at one time: a connection and what
// belongs to it mostly change together.
type turn struct {
	finch.Change
	parts []string
}

// together is how far apart steps of one kind may lie that are told as one.
const together = 10 * time.Second

func (h statusHistory) turns() []turn {
	var list []turn
	for _, s := range h.Steps {
		if n := len(list) - 1; n >= 0 && list[n].alike(s) {
			list[n].add(h.part(s), s)
			continue
		}
		list = append(list, turn{s, []string{h.part(s)}})
	}
	return list
}

func (t turn) alike(s finch.Change) bool {
	return t.From == s.From && t.To == s.To && t.Source == s.Source && t.At.Sub(s.At) < together
}

// add names one more part; the connection itself comes first.
func (t *turn) add(part string, s finch.Change) {
	if s.EntityID == "" && s.Method == "" {
		t.parts = slices.Insert(t.parts, 0, part)
		return
	}
	t.parts = append(t.parts, part)
}

// maxParts is how many parts that changed together are named.
const maxParts = 5

// who names what changed.
func (t turn) who() string {
	names := t.parts[:min(len(t.parts), maxParts)]
	who := strings.Join(names, ", ")
	if more := len(t.parts) - len(names); more > 0 {
		who += fmt.Sprintf(" and %d more", more)
	}
	return who
}

// rest is what a line says behind the new status.
func (t turn) rest() string {
	text := ""
	if t.From != "" {
		text = ", was " + strings.ToLower(card.Clean(card.Status(string(t.From)).Word))
	}
	if from := heardFrom(t.Source); from != "" {
		text += " · " + from
	}
	return text
}

// part is what changed: the connection, a way of access to it, or an entity.
func (h statusHistory) part(s finch.Change) string {
	switch {
	case s.EntityID != "":
		return plainEntity(h.Of, s.EntityID)
	case s.Method == "assisted":
		return "assisted access"
	case s.Method != "":
		return "access by " + plainMethod(s.Method)
	default:
		return "the connection"
	}
}

func heardFrom(source string) string {
	switch source {
	case finch.FromWebhook:
		return "told by a webhook"
	case finch.FromIntrospect:
		return "seen when Perch asked"
	default:
		return card.Cut(card.Clean(source), 40)
	}
}

func (h statusHistory) actions() slack.Block {
	buttons := []slack.BlockElement{
		card.Button("connection.open", h.Of.ID, "Connection"),
		card.Button("jobs.of", h.Of.ID, "Jobs"),
	}
	if h.CanShare && len(h.Steps) > 0 {
		buttons = append(buttons, card.Button("connection.share_changes", h.Of.ID, "Share"))
	}
	return card.Actions("changes", buttons...)
}

// fallback says the card in words, for notifications and screen readers.
func (h statusHistory) fallback() string {
	lines := []string{card.Escape(h.title() + ": now " + strings.ToLower(card.Clean(card.Status(string(h.Of.Overall())).Word)))}
	if len(h.Steps) == 0 {
		lines = append(lines, h.nothingYet())
	}
	for _, t := range h.turns() {
		lines = append(lines, card.Escape(card.WhenPlain(t.At)+" · "+t.who()+": "+card.Clean(card.Status(string(t.To)).Word)+t.rest()))
	}
	if h.More {
		lines = append(lines, "There are older ones.")
	}
	return card.FallbackText(strings.Join(lines, "\n"))
}
