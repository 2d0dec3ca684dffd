package commands

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/finch"
)

// jobs is the command /jobs.
type jobs struct {
	Sources
}

// Jobs answers with the history of jobs, of one connection or of all, or with
// one job.
func Jobs(s Sources) bot.Command {
	j := jobs{s}
	one, list := j.sharingOne(), j.sharingList()
	return bot.Command{
		Name:  "jobs",
		About: "What Finch's jobs did, and their Job IDs",
		Hint:  "[customer, id or Job ID] [status:failed] [type:…] [provider:…] [since:7d]",
		Help:  jobsHelp,
		Run:   j.run,
		Actions: map[string]bot.Handler{
			"open":              j.open,
			"of":                j.of,
			"pick":              j.pick,
			"near_1":            j.pick,
			"near_2":            j.pick,
			"near_3":            j.pick,
			"near_4":            j.pick,
			"near_5":            j.pick,
			"refresh":           j.refresh,
			"share":             one.share,
			"share_anyway":      one.anyway,
			"first":             j.turn,
			"next":              j.turn,
			"statuses":          j.turn,
			"clear":             j.turn,
			"csv":               j.csv,
			"share_list":        list.share,
			"share_list_anyway": list.anyway,
		},
	}
}

func jobsHelp(as bot.Names) card.Message {
	slash := as.Of("jobs")
	return helpCard("Jobs", []usage{
		{slash, "the newest jobs of all connections"},
		{slash + " harbor", "those of one connection: by customer's name, or customer, connection or company id"},
		{slash + " 453bd7d7", "one job, by its Job ID or the first eight characters of it"},
		{slash + " status:failed", "by status: " + strings.Join(statusWords(), ", ")},
		{slash + " type:" + finch.DataSync, "by type: " + strings.Join(card.JobTypes(), ", ")},
		{slash + " provider:gusto", "by the provider's id or a part of its name"},
		{slash + " since:7d until:2026-11-01", "by time: 24h, 7d or 2w ago, a day, or 2026-11-01T15:04 (UTC)"},
		{slash + " harbor entity:0099123", "jobs for which a webhook named this entity"},
	}, "Finch keeps no history: this one begins when Perch first saw the connection.")
}

// run answers the command as typed.
func (j jobs) run(ctx context.Context, r *bot.Request) error {
	a, err := parseAsked(r.Text, j.Now())
	switch {
	case err != nil:
		return err
	case a.Words == "":
		return j.list(ctx, r, a.Query)
	case looksLikeJob(a.Words):
		return j.byID(ctx, r, a)
	default:
		return j.ofCustomer(ctx, r, a)
	}
}

// jobID is a UUID or its beginning, at least eight characters.
var jobID = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F-]{0,27})?$`)

func looksLikeJob(words string) bool { return jobID.MatchString(words) }

// byID shows the job of an id. What no job is called may still be a connection.
func (j jobs) byID(ctx context.Context, r *bot.Request, a asked) error {
	line, err := j.History.Job(ctx, strings.ToLower(a.Words))
	switch {
	case errors.Is(err, finch.ErrUnknownJob):
		return j.ofCustomer(ctx, r, a)
	case errors.Is(err, finch.ErrAmbiguousJob):
		return bot.Tell(fmt.Sprintf("The ids of several jobs begin with `%s`. Type more of the one you mean.", card.Escape(a.Words)), nil)
	case err != nil:
		return fmt.Errorf("find job %s: %w", a.Words, err)
	default:
		return j.show(ctx, r, line)
	}
}

// ofCustomer lists the jobs of the connection that the words mean.
func (j jobs) ofCustomer(ctx context.Context, r *bot.Request, a asked) error {
	found, err := j.Known.Find(ctx, a.Words, maxPicks+1)
	if err != nil {
		return fmt.Errorf("find connections: %w", err)
	}
	choose := picker{command: "jobs", block: jobsValue(a.Query)}
	switch len(found) {
	case 0:
		return j.nothing(ctx, r, a, choose)
	case 1:
		a.Query.ConnectionID = found[0].ID
		return j.list(ctx, r, a.Query)
	default:
		return r.Reply(ctx, choose.several(a.Words, found, j.Now()))
	}
}

// nothing says that no connection matches, and which come nearest; of an id,
// that no job is known by it either.
func (j jobs) nothing(ctx context.Context, r *bot.Request, a asked, choose picker) error {
	if looksLikeJob(a.Words) {
		return bot.Tell(fmt.Sprintf("No job or connection with the id `%s` is known here. "+
			"Perch learns of a job from a webhook, or when it looks at the job's connection.", card.Escape(a.Words)), nil)
	}
	if shortOfID.MatchString(a.Words) && strings.ContainsAny(a.Words, "0123456789") {
		return bot.Tell(fmt.Sprintf("Nothing matches `%s`. Of a Job ID, type the first eight characters or more.", card.Escape(a.Words)), nil)
	}
	if found, err := j.ofProvider(ctx, r, a); found || err != nil {
		return err
	}
	near, err := j.Known.Nearest(ctx, a.Words, maxNear)
	if err != nil {
		return fmt.Errorf("find the nearest names: %w", err)
	}
	return r.Reply(ctx, choose.nothing(a.Words, near, r.As))
}

// shortOfID could be the beginning of an id, but is too short to say which.
var shortOfID = regexp.MustCompile(`^[0-9a-fA-F]{4,7}$`)

// ofProvider lists the jobs of a provider, if it is one that the words mean: a
// person who types its name as for /connection is understood here too.
func (j jobs) ofProvider(ctx context.Context, r *bot.Request, a asked) (found bool, err error) {
	q := a.Query
	if q.Provider != "" || q.EntityID != "" {
		return false, nil
	}
	q.Provider = card.Clean(a.Words)
	if len(jobsValue(q)) > maxFilters {
		return false, nil
	}
	page, err := j.Jobs.Jobs(ctx, finch.JobQuery{Provider: q.Provider, Limit: 1})
	if err != nil {
		return false, fmt.Errorf("list jobs of a provider: %w", err)
	}
	if len(page.Jobs) == 0 {
		return false, nil
	}
	return true, j.list(ctx, r, q)
}

// pick lists the jobs of the connection that was chosen, under the filters that
// were typed before.
func (j jobs) pick(ctx context.Context, r *bot.Request) error {
	q := parseJobs(r.Block)
	q.ConnectionID = r.Value
	return j.list(ctx, r, q)
}

// of lists the jobs of the connection whose button was pressed.
func (j jobs) of(ctx context.Context, r *bot.Request) error {
	return j.list(ctx, r, finch.JobQuery{ConnectionID: r.Value})
}

// open shows the job whose button or option was chosen.
func (j jobs) open(ctx context.Context, r *bot.Request) error {
	line, err := j.job(ctx, r.Value)
	if err != nil {
		return err
	}
	return j.show(ctx, r, line)
}
