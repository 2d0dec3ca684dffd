package commands

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/explore"
	"perch/internal/finch"
)

// explorer is the command /explore: a question to Finch is put together in a form
// or typed, asked, and its answer read.
type explorer struct {
	Sources
	shelf *shelf
	jq    *explore.Narrowers
}

// Explore asks Finch's API live, as far as who asks may.
func Explore(s Sources) bot.Command {
	x := explorer{s, newShelf(s.Now), explore.NewNarrowers()}
	return bot.Command{
		Name:        "explore",
		About:       "Ask Finch's API live and read what it answers, personal data masked",
		Hint:        "[customer or id] [METHOD /path] [param=value …] | saved | help",
		Help:        exploreHelp,
		Run:         x.run,
		Actions:     x.actions(),
		Options:     map[string]bot.Suggest{"connection": x.suggestConnections, "pick": x.suggestIDs},
		Submissions: x.submissions(),
	}
}

func (x explorer) actions() map[string]bot.Handler {
	actions := map[string]bot.Handler{
		// what is chosen in the form
		"connection": x.rechoose,
		"endpoint":   x.rechoose,
		"entity":     x.rechoose,
		"saved":      x.chooseSaved,
		"of":         x.of,
		// what stands in the list of saved questions
		"saved_open": x.openSaved,
		"saved_drop": x.dropSaved,
	}
	maps.Copy(actions, x.resultActions())
	return actions
}

func (x explorer) submissions() map[string]bot.Submit {
	submissions := map[string]bot.Submit{"ask": x.ask}
	maps.Copy(submissions, x.resultSubmissions())
	return submissions
}

func exploreHelp(as bot.Names) card.Message {
	slash := as.Of("explore")
	return helpCard("Explore Finch's API", []usage{
		{slash, "a form: choose a connection and a call, fill in what it wants, ask"},
		{slash + " harbor", "the same form for the customer whose name contains \"harbor\", or for any id of theirs"},
		{slash + " harbor GET /employer/directory limit=5", "asks at once, since nothing is missing"},
		{slash + " harbor POST /employer/individual individual_id=id1,id2", "several ids make a batch"},
		{slash + " harbor GET /jobs/automated/<job id>", "ids may stand in the path"},
		{slash + " … body={…}", "a whole body as JSON"},
		{slash + " saved", "the questions kept under a name, yours and this channel's"},
	}, "Answers are masked and seen by you alone. Admins ask for personal and pay data; operators for jobs, providers, pay groups and introspect. "+
		"What changes something is off unless it was turned on, and is shown before it is sent.")
}

// run answers the command as typed. Slack gives three seconds for a modal to open,
// so until then only what is known here is asked.
func (x explorer) run(ctx context.Context, r *bot.Request) error {
	if strings.EqualFold(r.Text, "saved") {
		return x.listSaved(ctx, r)
	}
	typed := explore.ParseText(r.Text)
	s := formStanding{Channel: r.Channel}
	notices := sentences(typed.Faults)
	if typed.Who != "" {
		id, notice, err := x.whose(ctx, typed.Who)
		if err != nil {
			return err
		}
		typed.Query.ConnectionID = id
		if notice != "" {
			notices = append(notices, notice)
			s.Words = card.Cut(card.Clean(typed.Who), maxWords)
		}
	}
	return x.start(ctx, r, s, typed.Query, notices)
}

// start asks at once what is complete and only reads; everything else opens the
// form, filled in as far as it goes, with the notices above it.
func (x explorer) start(ctx context.Context, r *bot.Request, s formStanding, q explore.Query, notices []string) error {
	if chosen(q.Endpoint) {
		if err := x.allow(ctx, r, q.Endpoint, q.ConnectionID); err != nil {
			return err
		}
	}
	f, err := x.form(ctx, r.Who, s, q)
	if err != nil {
		return err
	}
	faults := f.faults()
	if len(notices) == 0 && len(f.Notices) == 0 && len(faults) == 0 && !q.Endpoint.Writes {
		return x.running(ctx, r, f.question(), s.Channel, look{})
	}
	f.Notices = slices.Concat(notices, f.Notices, sentences(f.said(faults)))
	if lacking := f.lacking(); len(f.Notices) == 0 && len(lacking) > 0 {
		f.Notices = append(f.Notices, "Not asked yet. Still needed: "+strings.Join(lacking, ", ")+".")
	}
	return r.Open(ctx, f.view())
}

// of opens the form for the connection whose card was pressed.
func (x explorer) of(ctx context.Context, r *bot.Request) error {
	return x.start(ctx, r, formStanding{Channel: r.Channel}, explore.Query{ConnectionID: r.Value}, nil)
}

// maxWords is how much of a name a form remembers.
const maxWords = 80

// whose finds the connection that the words mean. Where it is not one, the notice
// says so in plain text.
func (x explorer) whose(ctx context.Context, words string) (id, notice string, err error) {
	found, err := x.Known.Find(ctx, words, maxPicks+1)
	if err != nil {
		return "", "", fmt.Errorf("find connections: %w", err)
	}
	quoted := `"` + card.Cut(card.Clean(words), maxWords) + `"`
	switch {
	case len(found) == 1:
		return found[0].ID, "", nil
	case len(found) > maxPicks:
		return "", fmt.Sprintf("More than %d connections match %s. Choose one of them.", maxPicks, quoted), nil
	case len(found) > 1:
		return "", fmt.Sprintf("%d connections match %s. Choose one of them.", len(found), quoted), nil
	}
	near, err := x.Known.Nearest(ctx, words, maxNear)
	if err != nil {
		return "", "", fmt.Errorf("find the nearest names: %w", err)
	}
	return "", "Nothing matches " + quoted + "." + nearestNames(near), nil
}

func nearestNames(near []finch.Brief) string {
	if len(near) == 0 {
		return ""
	}
	names := make([]string, 0, len(near))
	for _, b := range near {
		names = append(names, card.Cut(card.Clean(briefName(b)), maxWords))
	}
	return " Nearest: " + strings.Join(names, ", ") + "."
}

// chosen reports whether an endpoint is one at all.
func chosen(e finch.Endpoint) bool { return e.Path != "" }

// sentences are what faults say.
func sentences(faults []explore.Fault) []string {
	var said []string
	for _, f := range faults {
		said = append(said, f.Sentence)
	}
	return said
}
