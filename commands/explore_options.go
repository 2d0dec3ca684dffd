package commands

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/explore"
	"perch/internal/finch"
)

const (
	// searchPatience is how long somebody who types waits for Finch: Slack waits 3 s,
	// and the way there and back needs some of them.
	searchPatience = 1500 * time.Millisecond
	// labelPatience is how long a form waits for what chosen ids are called.
	labelPatience = 300 * time.Millisecond
	// noChoice is the value of what is offered only to be read.
	noChoice = "none"
)

// suggestConnections fills the connection field: what is typed narrows, and before
// that stand those that the typed command meant, or the first of the list.
func (x explorer) suggestConnections(ctx context.Context, r *bot.Request) ([]*slack.OptionBlockObject, error) {
	s, err := standingOf(r)
	if err != nil {
		return nil, err
	}
	words := strings.TrimSpace(r.Value)
	if words == "" {
		words = s.Words
	}
	found, err := x.connections(ctx, words)
	if err != nil {
		return nil, err
	}
	options := make([]card.Choice, 0, len(found))
	for _, b := range found {
		options = append(options, card.Choice{Value: b.ID, Label: whoseLabel(briefName(b), b.ProviderName, b.Environment), Description: pickDetail(b, x.Now())})
	}
	return card.Suggest(options).Options, nil
}

func (x explorer) connections(ctx context.Context, words string) ([]finch.Brief, error) {
	if words == "" {
		page, err := x.Lister.List(ctx, finch.ListQuery{Tab: finch.Live, Limit: maxSuggestions})
		if err != nil {
			return nil, fmt.Errorf("list connections: %w", err)
		}
		return page.Briefs, nil
	}
	found, err := x.Known.Find(ctx, words, maxSuggestions)
	if err != nil {
		return nil, fmt.Errorf("find connections: %w", err)
	}
	return found, nil
}

// suggestIDs fills a field of ids. Who may not make the call gets none, since what
// ids are called is in the same answers.
func (x explorer) suggestIDs(ctx context.Context, r *bot.Request) ([]*slack.OptionBlockObject, error) {
	s, err := standingOf(r)
	if err != nil {
		return nil, err
	}
	e := s.endpoint()
	p, ok := e.Param(strings.TrimPrefix(strings.TrimSuffix(r.Block, s.block("")), paramField))
	if !ok || !searched(p) || x.may(r.Who, e) != nil {
		return card.Suggest(nil).Options, nil
	}
	words := strings.TrimSpace(r.Value)
	found, err := x.ids(ctx, r, idSearch{s, e, p.Pick}, words)
	if err != nil {
		return nil, err
	}
	return card.Suggest(withPasted(found, words)).Options, nil
}

// idSearch is what ids are looked for.
type idSearch struct {
	formStanding
	of   finch.Endpoint
	pick finch.Pick
}

func (x explorer) ids(ctx context.Context, r *bot.Request, s idSearch, words string) ([]card.Choice, error) {
	if s.pick == finch.PickJob {
		return x.jobIDs(ctx, s, words)
	}
	if s.ConnectionID == "" {
		return onlyRead("Choose a connection first"), nil
	}
	choices, done, err := x.choices(ctx, r.Who, s, searchPatience)
	switch {
	case errors.Is(err, errNotListed):
		return onlyRead("Only admins can search these"), nil
	case err != nil:
		r.Note(err)
		return onlyRead(readable(err)), nil
	case !done:
		return onlyRead("Still loading: type again in a moment"), nil
	}
	var found []card.Choice
	for _, c := range choices.Find(words, maxSuggestions) {
		if len(c.ID) <= maxOptionValue {
			found = append(found, card.Choice{Value: c.ID, Label: c.Label, Description: c.About})
		}
	}
	return found, nil
}

// readable is why Finch gave no ids, in the room of an option.
func readable(err error) string {
	if sentence := finch.Sentence(err); sentence != "" {
		return sentence
	}
	return "Finch did not say which there are"
}

var errNotListed = errors.New("the list is for admins")

// onlyRead is a choice that chooses nothing.
func onlyRead(sentence string) []card.Choice {
	return []card.Choice{{Value: noChoice, Label: sentence, Description: "An id can be pasted here all the same."}}
}

// choices are the ids of one kind. Finch may take long: then done is false, the
// asking goes on, and a later search finds its answer.
func (x explorer) choices(ctx context.Context, who bot.Person, s idSearch, patience time.Duration) (choices *explore.Choices, done bool, err error) {
	if !maySearch(who, s.pick) {
		return nil, false, errNotListed
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	choices, err = x.Explorer.Choices(ctx, explore.ChoicesOrder{Who: who.ID, ConnectionID: s.ConnectionID, EntityID: s.EntityID, Pick: s.pick})
	if err != nil && ctx.Err() != nil {
		return nil, false, nil
	}
	return choices, true, err
}

// jobIDs are the jobs that Perch knows, newest first.
func (x explorer) jobIDs(ctx context.Context, s idSearch, words string) ([]card.Choice, error) {
	page, err := x.Jobs.Jobs(ctx, finch.JobQuery{ConnectionID: s.ConnectionID, Limit: 4 * maxSuggestions})
	if err != nil {
		return nil, fmt.Errorf("list jobs: %w", err)
	}
	kind := finch.Automated
	if strings.HasPrefix(s.of.Path, "/jobs/manual") {
		kind = finch.Manual
	}
	var found []card.Choice
	for _, j := range page.Jobs {
		c := card.Choice{Value: j.ID, Label: plainJobType(j.KnownJob) + " · " + jobState(j.KnownJob).Word + " · " + card.Ago(j.At(), x.Now()), Description: j.ID}
		means := strings.Contains(finch.Fold(c.Label+" "+j.ID), finch.Fold(words))
		if j.Kind == kind && means && len(found) < maxSuggestions && len(j.ID) <= maxOptionValue {
			found = append(found, c)
		}
	}
	return found, nil
}

// likeOneID is a word that can be an id: letters, digits, - and _, some digit among
// them.
var likeOneID = regexp.MustCompile(`^[A-Za-z0-9_-]*[0-9][A-Za-z0-9_-]*$`)

// withPasted offers what was typed itself where it looks like an id and is none of
// those found.
func withPasted(found []card.Choice, typed string) []card.Choice {
	known := slices.ContainsFunc(found, func(c card.Choice) bool { return c.Value == typed })
	if known || len(typed) < 8 || len(typed) > maxOptionValue || !likeOneID.MatchString(typed) {
		return found
	}
	return append([]card.Choice{{Value: typed, Label: typed, Description: "This id, as it was typed."}}, found...)
}

// labels are what the ids in a form are called, as far as that is known soon.
func (x explorer) labels(ctx context.Context, who bot.Person, f exploreForm) map[string]string {
	labels := map[string]string{}
	s := f.formStanding
	s.ConnectionID, s.EntityID = f.Query.ConnectionID, f.entity()
	for _, p := range f.params() {
		values := f.Query.Values[p.Name]
		if !searched(p) || p.Pick == finch.PickEntity || p.Pick == finch.PickJob || len(values) == 0 {
			continue
		}
		choices, done, err := x.choices(ctx, who, idSearch{s, f.Query.Endpoint, p.Pick}, labelPatience)
		if !done || err != nil {
			continue // the ids stand for themselves
		}
		for _, id := range values {
			if c, ok := choices.Choice(id); ok {
				labels[id] = c.Label
			}
		}
	}
	return labels
}
