package commands

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"perch/bot/card"
	"perch/internal/connect"
)

// funnelReport is all that the card of a funnel is made of.
type funnelReport struct {
	connect.Funnel
	Query  connect.FunnelQuery
	Before connect.Funnel
	Now    time.Time
	// CanShare offers the Share button; SharedBy names who used it.
	CanShare bool
	SharedBy string
}

// maxFunnelLines is how many stages, and how many providers, the card lists.
const maxFunnelLines = 15

// funnelCard is a chart with the same in words, or the words alone where Slack
// draws no charts.
func funnelCard(f funnelReport) card.Message {
	head := card.Blocks{card.Header("How far employers come"), card.Context(f.summary()), card.Text(f.headline())}
	said := []string{"How far employers come: " + f.summary(), unstarred(f.headline())}
	var body card.Blocks
	for _, part := range []struct {
		title string
		lines []string
	}{{"By stage", f.stageLines()}, {"By provider", f.providerLines()}} {
		if len(part.lines) == 0 {
			continue
		}
		lines := []card.Part{card.Bold(part.title)}
		said = append(said, part.title+":")
		for _, line := range part.lines {
			lines, said = append(lines, card.Normal(line)), append(said, card.Escape(line))
		}
		body = append(body, card.Rich(lines...))
	}
	body = append(body, f.foot()...)
	m := card.Message{Text: card.FallbackText(strings.Join(said, "\n")), Blocks: slices.Concat(head, body)}
	if chart := f.chart(); chart != nil {
		m.Blocks, m.Simpler = slices.Concat(head, card.Blocks{chart}, body), m.Blocks
	}
	return m
}

func (f funnelReport) summary() string {
	said := []string{fmt.Sprintf("%s to %s", card.WhenPlain(f.Query.Since), card.WhenPlain(f.Query.Until)), "compared with the " + card.Span(f.Query.Until.Sub(f.Query.Since)) + " before"}
	if f.Query.Provider != "" {
		said = append(said, "provider \""+card.EscapeCut(f.Query.Provider, maxFilter)+"\"")
	}
	return strings.Join(append(said, "without sandbox and reconnects"), " · ")
}

// headline is the one number, beside what it was before.
func (f funnelReport) headline() string {
	if f.Sessions == 0 {
		return "No session began in that time." + f.headlineBefore()
	}
	if f.Opened == 0 {
		return fmt.Sprintf("%s made, none of them opened.%s", card.Counted(f.Sessions, "link was", "links were"), f.headlineBefore())
	}
	said := fmt.Sprintf("*%d of %d who opened their link connected (%s).*%s", f.Connected, f.Opened, percent(f.Connected, f.Opened), f.headlineBefore())
	if unopened := f.Sessions - f.Opened; unopened > 0 {
		said += fmt.Sprintf(" %s made; %d not opened.", card.Counted(f.Sessions, "link was", "links were"), unopened)
	}
	switch {
	case f.Staged == 0:
		said += " Nobody told of stages, so where they stopped is not known."
	case f.Staged < f.Opened:
		said += fmt.Sprintf(" The stages are known of %d of them.", f.Staged)
	}
	return said
}

func (f funnelReport) headlineBefore() string {
	if f.Before.Opened == 0 {
		return " Nobody opened one in the time before."
	}
	return fmt.Sprintf(" Before: %d of %d (%s).", f.Before.Connected, f.Before.Opened, percent(f.Before.Connected, f.Before.Opened))
}

// percent is a share in whole percent.
func percent(part, all int) string {
	if all <= 0 {
		return "–"
	}
	return fmt.Sprintf("%d %%", (200*part+all)/(2*all))
}

// reached are the stages that somebody came to, now or before. Of the last one the
// headline tells.
func (f funnelReport) reached() []connect.FunnelStage {
	var stages []connect.FunnelStage
	for _, s := range f.Stages {
		if s.Stage != connect.Success && (s.Reached > 0 || f.stageBefore(s.Stage).Reached > 0) {
			stages = append(stages, s)
		}
	}
	return stages[:min(len(stages), maxFunnelLines)]
}

func (f funnelReport) stageBefore(stage connect.Stage) connect.FunnelStage {
	i := slices.IndexFunc(f.Before.Stages, func(s connect.FunnelStage) bool { return s.Stage == stage })
	if i < 0 {
		return connect.FunnelStage{}
	}
	return f.Before.Stages[i]
}

func (f funnelReport) providerBefore(id string) connect.FunnelProvider {
	i := slices.IndexFunc(f.Before.Providers, func(p connect.FunnelProvider) bool { return p.ProviderID == id })
	if i < 0 {
		return connect.FunnelProvider{}
	}
	return f.Before.Providers[i]
}

// stageLines say each stage in plain text.
func (f funnelReport) stageLines() []string {
	var lines []string
	for _, s := range f.reached() {
		went := fmt.Sprintf("%d came, %d went on (%s%s), %d stopped", s.Reached, s.Passed, percent(s.Passed, s.Reached), shareBefore(f.stageBefore(s.Stage)), s.Dropped)
		if s.Median > 0 {
			went += fmt.Sprintf(" · median about %s, nine in ten within about %s", card.Span(s.Median), card.Span(s.Ninth))
			if was := f.stageBefore(s.Stage); was.Median > 0 {
				went += fmt.Sprintf(" (before %s and %s)", card.Span(was.Median), card.Span(was.Ninth))
			}
		}
		lines = append(lines, stageName(s.Stage)+": "+went)
	}
	return lines
}

func shareBefore(s connect.FunnelStage) string {
	if s.Reached == 0 {
		return ""
	}
	return "; before " + percent(s.Passed, s.Reached)
}

func (f funnelReport) providerLines() []string {
	var lines []string
	for _, p := range f.Providers[:min(len(f.Providers), maxFunnelLines)] {
		name := card.Cut(card.Clean(nameOf(p.ProviderName, p.ProviderID, "without a provider")), 60)
		if p.ProviderName == "" && p.ProviderID == "" {
			name = "Provider not known"
		}
		line := fmt.Sprintf("%s: %d opened, %d connected (%s), %d stopped", name, p.Opened, p.Connected, percent(p.Connected, p.Opened), p.Dropped)
		if was := f.providerBefore(p.ProviderID); was.Opened > 0 {
			line += fmt.Sprintf(" · before: %d opened, %d connected (%s), %d stopped", was.Opened, was.Connected, percent(was.Connected, was.Opened), was.Dropped)
		}
		lines = append(lines, line)
	}
	return lines
}

// chart draws who came and who stopped; nil where there is nothing to draw.
func (f funnelReport) chart() slack.Block {
	came, stopped, was := card.Series{Name: "Came"}, card.Series{Name: "Stopped here"}, card.Series{Name: "Came, before"}
	var names []string
	for _, s := range f.reached() {
		names = append(names, stageName(s.Stage))
		came.Values = append(came.Values, float64(s.Reached))
		stopped.Values = append(stopped.Values, float64(s.Dropped))
		was.Values = append(was.Values, float64(f.stageBefore(s.Stage).Reached))
	}
	if len(names) == 0 {
		return nil
	}
	return card.Bars("Employers by stage", names, came, stopped, was)
}

// foot is what can be done: names, CSV, Share.
func (f funnelReport) foot() card.Blocks {
	if f.SharedBy != "" {
		return card.Blocks{sharedBy(f.SharedBy)}
	}
	var row card.Elements
	if stages := f.whoStopped(); len(stages) > 0 {
		row = append(row, card.Select("perch.funnel_names", "Who stopped at …", stages))
	}
	value := funnelValue(f.Query)
	row = append(row, card.Button("perch.funnel_csv", value, "CSV", card.Says("Send the numbers to me as a CSV file")))
	if f.CanShare && f.Sessions > 0 {
		row = append(row, card.Button("perch.share_funnel", value, "Share"))
	}
	return card.Blocks{card.Actions(funnelBlock(f.Query), row...)}
}

// funnelBlock is which funnel a menu means: a choice has no room for it. Slack: a
// block's id has 255 characters.
func funnelBlock(q connect.FunnelQuery) string {
	if value := funnelValue(q); len(value) <= 255 {
		return value
	}
	q.Provider = ""
	return funnelValue(q)
}

func (f funnelReport) whoStopped() []card.Choice {
	var choices []card.Choice
	for _, s := range f.reached() {
		if s.Dropped > 0 && len(s.Stage) <= maxOptionValue && s.Stage != "" {
			choices = append(choices, card.Choice{Value: string(s.Stage), Label: fmt.Sprintf("%s (%d)", stageName(s.Stage), s.Dropped)})
		}
	}
	return choices
}

func funnelNamesView(stage connect.Stage, names []connect.Brief, now time.Time) slack.ModalViewRequest {
	said := card.Counted(len(names), "employer")
	if len(names) > maxFunnelNames {
		names = names[:maxFunnelNames]
		said = fmt.Sprintf("More than %d employers", maxFunnelNames)
	}
	blocks := card.Blocks{card.Plain(fmt.Sprintf("%s stopped at %s.", said, stageName(stage)))}
	l := sessionList{Now: now}
	var lines []card.Part
	for _, b := range names {
		lines = append(lines, card.Line(card.Normal(l.line(b)+" · "), card.Code(card.Cut(card.Clean(b.Session.ID), maxShownID))))
	}
	if len(lines) > 0 {
		blocks = append(blocks, card.Bullets(lines...), card.Context("Newest first. `/session-timeline` with a name or an id shows one."))
	}
	return card.Modal{Title: "Who stopped", Close: "Close", Blocks: blocks}.View()
}
