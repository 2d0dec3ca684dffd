package commands

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/connect"
)

// funnelFor is how far back a funnel reaches where nothing else is typed.
const funnelFor = 30 * 24 * time.Hour

// maxFunnelNames is how many of those who stopped at a stage are named.
const maxFunnelNames = 50

func funnelHelp(as bot.Names) card.Message {
	typed := as.Of("perch") + " funnel"
	return helpCard("How far employers come", []usage{
		{typed, "the sessions of the last 30 days, beside the 30 days before"},
		{typed + " provider:gusto", "those of one provider, by its id at Finch"},
		{typed + " since:90d", "further back; until: too, as in since:2026-09-01 until:2026-10-01"},
	}, "Sandbox and reconnects do not count. Stages are known only where your application tells of them.")
}

// funnel answers with how far employers came.
func (p perch) funnel(ctx context.Context, r *bot.Request, text string) error {
	q, err := parseFunnel(text, p.Now())
	if err != nil {
		return err
	}
	f, err := p.countFunnel(ctx, q)
	if err != nil {
		return err
	}
	f.CanShare = canShare(r)
	return r.Reply(ctx, funnelCard(f))
}

// parseFunnel reads what was typed. It fails with a sentence about the word that
// is wrong.
func parseFunnel(text string, now time.Time) (connect.FunnelQuery, error) {
	now = now.UTC().Truncate(time.Millisecond) // as buttons carry it
	q := connect.FunnelQuery{Until: now}
	var err error
	for _, t := range tokens(text) {
		name, value, named := filterOf(t)
		switch {
		case !named, name == "provider":
			if !named {
				value = t.text
			}
			if q.Provider != "" {
				return q, wrong("*provider:* can be given once.")
			}
			q.Provider = card.Cut(card.Clean(value), maxFilter)
		case name == "since":
			q.Since, err = moment(name, value, now)
		case name == "until":
			q.Until, err = moment(name, value, now)
		default:
			err = wrong("There is no filter *%s:* here. There are `provider:`, `since:` and `until:`.", card.EscapeCut(name, 40))
		}
		if err != nil {
			return q, err
		}
	}
	if q.Since.IsZero() {
		q.Since = q.Until.Add(-funnelFor)
	}
	return q, inOrder(q.Since, q.Until)
}

// before is the period of the same length that ends where another begins.
func before(q connect.FunnelQuery) connect.FunnelQuery {
	return connect.FunnelQuery{Provider: q.Provider, Since: q.Since.Add(-q.Until.Sub(q.Since)), Until: q.Since}
}

func (p perch) countFunnel(ctx context.Context, q connect.FunnelQuery) (funnelReport, error) {
	f := funnelReport{Query: q, Now: p.Now()}
	var err error
	if f.Funnel, err = p.Funnels.Funnel(ctx, q); err != nil {
		return f, fmt.Errorf("count how far employers came: %w", err)
	}
	if f.Before, err = p.Funnels.Funnel(ctx, before(q)); err != nil {
		return f, fmt.Errorf("count how far employers came before: %w", err)
	}
	return f, nil
}

// sharingFunnel shows the funnel to a channel.
func (p perch) sharingFunnel() sharing {
	return sharing{yes: "perch.share_funnel_anyway", cards: func(ctx context.Context, r *bot.Request) (own, public card.Message, err error) {
		q, err := funnelOf(r.Value)
		if err != nil {
			return own, public, err
		}
		f, err := p.countFunnel(ctx, q)
		if err != nil {
			return own, public, err
		}
		own = funnelCard(f)
		f.SharedBy = r.Who.ID
		return own, funnelCard(f), nil
	}}
}

// funnelNames opens a modal with those who stopped at the chosen stage.
func (p perch) funnelNames(ctx context.Context, r *bot.Request) error {
	q, err := funnelOf(r.Block)
	if err != nil {
		return err
	}
	stage := connect.Stage(r.Value)
	names, err := p.Funnels.FunnelNames(ctx, q, stage, maxFunnelNames+1)
	if err != nil {
		return fmt.Errorf("read who stopped at a stage: %w", err)
	}
	return r.Open(ctx, funnelNamesView(stage, names, p.Now()))
}

// funnelCSV sends the numbers as a file into the asker's direct messages.
func (p perch) funnelCSV(ctx context.Context, r *bot.Request) error {
	q, err := funnelOf(r.Value)
	if err != nil {
		return err
	}
	f, err := p.countFunnel(ctx, q)
	if err != nil {
		return err
	}
	file := f.sheet()
	name := fmt.Sprintf("perch-funnel-%s.csv", p.Now().UTC().Format("2006-01-02"))
	if err := file.send(ctx, r, name, "How far employers came"); err != nil {
		return err
	}
	return r.Reply(ctx, note(fmt.Sprintf("The numbers are in your direct messages with Perch, as %s.", name)))
}

func (f funnelReport) sheet() *sheet {
	file := newSheet("part", "id", "name", "reached", "went_on", "stopped", "median_seconds", "nine_in_ten_seconds",
		"reached_before", "went_on_before", "stopped_before", "since", "until")
	add := func(part, id, name string, numbers ...int) {
		row := []string{part, id, name}
		for _, n := range numbers {
			row = append(row, strconv.Itoa(n))
		}
		file.add(append(row, csvTime(f.Query.Since), csvTime(f.Query.Until))...)
	}
	add("all", "", "opened and connected", f.Opened, f.Connected, f.Opened-f.Connected, 0, 0, f.Before.Opened, f.Before.Connected, f.Before.Opened-f.Before.Connected)
	for _, s := range f.Stages {
		was := f.stageBefore(s.Stage)
		add("stage", string(s.Stage), stageName(s.Stage), s.Reached, s.Passed, s.Dropped, int(s.Median.Seconds()), int(s.Ninth.Seconds()), was.Reached, was.Passed, was.Dropped)
	}
	for _, pr := range f.Providers {
		was := f.providerBefore(pr.ProviderID)
		add("provider", pr.ProviderID, pr.ProviderName, pr.Opened, pr.Connected, pr.Dropped, 0, 0, was.Opened, was.Connected, was.Dropped)
	}
	return file
}

// funnelValue is which funnel a button means.
func funnelValue(q connect.FunnelQuery) string {
	v := url.Values{"since": {millis(q.Since)}, "until": {millis(q.Until)}}
	if q.Provider != "" {
		v.Set("provider", q.Provider)
	}
	return v.Encode()
}

// funnelOf reads a value back.
func funnelOf(value string) (connect.FunnelQuery, error) {
	v, _ := url.ParseQuery(value) // what cannot be read is left out
	q := connect.FunnelQuery{Provider: card.Cut(card.Clean(v.Get("provider")), maxFilter), Since: fromMillis(v.Get("since")), Until: fromMillis(v.Get("until"))}
	if !q.Since.Before(q.Until) || q.Since.IsZero() {
		return q, errStrange
	}
	return q, nil
}
