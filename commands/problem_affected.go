package commands

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/alert"
)

// affectedPage is how many problems a page of the modal shows.
const affectedPage = 20

// group is what the button "All affected" stands for: the children of an outage,
// or all that a summary or digest lists.
type group struct {
	Outage int64
	Card   int64
	From   int
	Kind   alert.CardKind // of Card
}

func (g group) value() string { return fmt.Sprintf("%d %d %d %d", g.Outage, g.Card, g.From, g.Kind) }

func groupOf(value string) (g group, err error) {
	if n, _ := fmt.Sscanf(value, "%d %d %d %d", &g.Outage, &g.Card, &g.From, &g.Kind); n != 4 || g.From < 0 || (g.Outage <= 0) == (g.Card <= 0) {
		return group{}, errStrange
	}
	return g, nil
}

// affected opens a modal with all problems behind the pressed card.
func (p perch) affected(ctx context.Context, r *bot.Request) error {
	g, err := p.pressedGroup(ctx, r)
	if err != nil {
		return err
	}
	all, err := p.members(ctx, g)
	if err != nil {
		return err
	}
	return r.Open(ctx, affectedView(g, all, p.Now()))
}

// pressedGroup: an outage's button names it; a summary's is known by where it
// stands.
func (p perch) pressedGroup(ctx context.Context, r *bot.Request) (group, error) {
	if id, err := problemID(r.Value); err == nil {
		return group{Outage: id}, nil
	}
	c, ok, err := p.Cards.CardAt(ctx, r.Channel, r.TS)
	switch {
	case err != nil:
		return group{}, fmt.Errorf("find the pressed card: %w", err)
	case !ok:
		return group{}, bot.Tell(fmt.Sprintf("What this card listed is not kept any more. `%s problems` shows what is open.", r.As.Of("perch")), nil)
	default:
		return group{Outage: c.ProblemID, Card: c.ID, Kind: c.Kind}.one(), nil
	}
}

// one keeps what the card stands for: an outage, else the card's own list.
func (g group) one() group {
	if g.Outage != 0 {
		g.Card, g.Kind = 0, alert.ProblemCard
	}
	return g
}

// members are the problems of a group, those that are open first.
func (p perch) members(ctx context.Context, g group) ([]alert.Problem, error) {
	all, err := p.Cards.OnCard(ctx, alert.Card{ID: g.Card, ProblemID: g.Outage, Kind: g.Kind})
	if err != nil {
		return nil, unknownProblem("read all that are affected", err)
	}
	slices.SortStableFunc(all, func(a, b alert.Problem) int {
		return cmp.Or(rankState(a)-rankState(b), a.Opened.Compare(b.Opened))
	})
	return all, nil
}

func rankState(p alert.Problem) int {
	if p.State == alert.Open {
		return 0
	}
	return 1
}

// turnAffected shows another page.
func (p perch) turnAffected(ctx context.Context, r *bot.Request) error {
	g, err := groupOf(r.Value)
	if err != nil {
		return err
	}
	all, err := p.members(ctx, g)
	if err != nil {
		return err
	}
	return r.UpdateView(ctx, affectedView(g, all, p.Now()))
}

func affectedView(g group, all []alert.Problem, now time.Time) slack.ModalViewRequest {
	g.From = max(0, min(g.From, len(all)-1))
	page := all[g.From:min(g.From+affectedPage, len(all))]
	open := 0
	for _, p := range all {
		open += 1 - rankState(p)
	}
	summary := fmt.Sprintf("%s: %d open, %d over.", card.Counted(len(all), "problem"), open, len(all)-open)
	if len(page) < len(all) {
		summary += fmt.Sprintf(" Here %d to %d.", g.From+1, g.From+len(page))
	}
	blocks := card.Blocks{card.Text(summary)}
	for _, p := range page {
		blocks = append(blocks, card.Text(problemList{Now: now}.row(p)))
	}
	blocks = append(blocks, card.Actions("affected", g.tools(len(page), len(all))...))
	return card.Modal{Title: "All affected", Close: "Close", Blocks: blocks}.View()
}

func (g group) tools(shown, all int) card.Elements {
	var row card.Elements
	if g.From > 0 {
		back := g
		back.From = max(0, g.From-affectedPage)
		row = append(row, card.Button("perch.affected_back", back.value(), "Page before"))
	}
	if g.From+shown < all {
		next := g
		next.From += shown
		row = append(row, card.Button("perch.affected_turn", next.value(), "Next page"))
	}
	return append(row, card.Button("perch.affected_csv", g.value(), "CSV", card.Says("Send all of them to me as a CSV file")))
}

// csvAffected sends all of a group as a file into the asker's direct messages.
func (p perch) csvAffected(ctx context.Context, r *bot.Request) error {
	g, err := groupOf(r.Value)
	if err != nil {
		return err
	}
	all, err := p.members(ctx, g)
	if err != nil {
		return err
	}
	file := newSheet("problem_id", "kind", "state", "customer_id", "customer_name", "provider_id", "provider", "connection_id",
		"entity_id", "opened_at", "last_seen_at", "over_at", "count", "job_ids", "claimed_by", "move")
	for _, problem := range all {
		file.add(problemRow(problem)...)
	}
	name := fmt.Sprintf("perch-problems-%s.csv", p.Now().UTC().Format("2006-01-02"))
	if err := file.send(ctx, r, name, "Problems"); err != nil {
		return err
	}
	return r.Push(ctx, card.Modal{Title: "CSV", Close: "Back", Blocks: card.Blocks{
		card.Plain(fmt.Sprintf("%s in your direct messages with Perch, as %s.", card.Counted(len(all), "problem is", "problems are"), name)),
	}}.View())
}

func problemRow(p alert.Problem) []string {
	return []string{
		strconv.FormatInt(p.ID, 10), string(p.Key.Kind), string(p.State), p.Subject.CustomerID, p.Subject.CustomerName,
		p.Subject.ProviderID, p.Subject.ProviderName, p.Key.ConnectionID, p.Key.EntityID, csvTime(p.Opened), csvTime(p.LastSeen),
		csvTime(p.Over), strconv.Itoa(p.Count), strings.Join(p.Jobs, " "), p.ClaimedBy, string(p.Move),
	}
}
