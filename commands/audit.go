package commands

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/audit"
	"perch/internal/finch"
)

// auditPage is how many entries a page of the audit log shows.
const auditPage = 15

var errAdminsOnly = bot.Tell("Only admins may read the audit log.", nil)

// forAdmins refuses a press to all but admins: the card may be older than a role.
func forAdmins(press bot.Handler) bot.Handler {
	return func(ctx context.Context, r *bot.Request) error {
		if r.Who.Role < bot.Admin {
			return errAdminsOnly
		}
		return press(ctx, r)
	}
}

func auditHelp(as bot.Names) card.Message {
	typed := as.Of("perch") + " audit"
	return helpCard("Audit log", []usage{
		{typed, "who did what that is kept account of, newest first"},
		{typed + " harbor", "about one connection, by a part of the customer's name or an id; about:harbor says the same. The id of a session or customer finds what was noted under it"},
		{typed + " who:@ann", "what one person did; who:me, who:employer and who:host too"},
		{typed + " what:explorer", "by how it is called: explorer, \"explorer revealed\", link, code"},
		{typed + " since:7d", "of a time; until: too, as in since:2026-09-01 until:2026-10-01"},
	}, "For admins. It holds no token and no personal value. PERCH_RETENTION says how long it is kept.")
}

// audit answers with the newest entries of the audit log.
func (p perch) audit(ctx context.Context, r *bot.Request, text string) error {
	if r.Who.Role < bot.Admin {
		return errAdminsOnly
	}
	q, words, err := parseAudit(text, r.Who.ID, p.Now())
	if err != nil {
		return err
	}
	if words == "" {
		return p.showAudit(ctx, r, q)
	}
	found, err := p.Known.Find(ctx, words, maxPicks+1)
	if err != nil {
		return fmt.Errorf("find connections: %w", err)
	}
	switch len(found) {
	case 0: // an entry may be about a session or a customer
		q.About = words
	case 1:
		q.About = found[0].ID
	default:
		return r.Reply(ctx, picker{command: "perch", block: auditValue(q, 0)}.several(words, found, p.Now()))
	}
	return p.showAudit(ctx, r, q)
}

// pickAudited answers for the connection that was picked.
func (p perch) pickAudited(ctx context.Context, r *bot.Request) error {
	q, _ := auditOf(r.Block)
	q.About = r.Value
	return p.showAudit(ctx, r, q)
}

func (p perch) showAudit(ctx context.Context, r *bot.Request, q audit.Query) error {
	l, err := p.listAudit(ctx, q, 0)
	if err != nil {
		return err
	}
	return r.Reply(ctx, auditCard(l))
}

// turnAudit puts another page in the card's place, which the presser alone sees.
func (p perch) turnAudit(ctx context.Context, r *bot.Request) error {
	q, skipped := auditOf(r.Value)
	l, err := p.listAudit(ctx, q, skipped)
	if err != nil {
		return err
	}
	if !r.Ephemeral {
		return r.Reply(ctx, auditCard(l))
	}
	return r.Update(ctx, auditCard(l))
}

func (p perch) listAudit(ctx context.Context, q audit.Query, skipped int) (auditList, error) {
	q.Limit = auditPage
	l := auditList{Query: q, Skipped: skipped, Names: map[string]string{}, Now: p.Now()}
	page, err := p.Audits.Audits(ctx, q)
	if err != nil {
		return l, fmt.Errorf("read the audit log: %w", err)
	}
	l.Page = page
	return l, p.nameAudited(ctx, l.Names, append(slices.Clip(page.Entries), audit.Entry{About: q.About}))
}

// nameAudited adds the customers' names of the connections that entries are
// about; "" for what is no connection known here.
func (p perch) nameAudited(ctx context.Context, names map[string]string, entries []audit.Entry) error {
	for _, e := range entries {
		if _, done := names[e.About]; done || e.About == "" {
			continue
		}
		known, err := p.Known.Connection(ctx, e.About)
		if err != nil && !errors.Is(err, finch.ErrUnknown) {
			return fmt.Errorf("read the connection of an audit entry: %w", err)
		}
		names[e.About] = known.CustomerName
	}
	return nil
}

// parseAudit reads what was typed; words are a connection's. It fails with a
// sentence about the word that is wrong.
func parseAudit(text, asker string, now time.Time) (q audit.Query, words string, err error) {
	var rest []string
	for _, t := range tokens(text) {
		name, value, named := filterOf(t)
		switch {
		case named && value == "":
			err = wrong("*%s:* wants something behind the colon.", card.EscapeCut(name, 40))
		case !named && slackPerson.MatchString(t.text):
			q.Who, err = auditor(t.text, asker)
		case !named:
			rest = append(rest, t.text)
		case name == "about", name == "customer":
			rest = append(rest, value)
		case name == "who":
			q.Who, err = auditor(value, asker)
		case name == "what":
			q.What = card.Cut(card.Clean(strings.ToLower(value)), maxFilter)
		case name == "since":
			q.Since, err = moment(name, value, now)
		case name == "until":
			q.Until, err = moment(name, value, now)
		default:
			err = wrong("There is no filter *%s:* here. There are `who:`, `about:`, `what:`, `since:` and `until:`. A name that holds a colon goes into quotes.", card.EscapeCut(name, 40))
		}
		if err != nil {
			return q, "", err
		}
	}
	if len(auditValue(q, 0)) > maxFilters {
		return q, "", wrong("These filters are too long. Leave some out.")
	}
	return q, card.Cut(card.Clean(strings.Join(rest, " ")), maxFilter), inOrder(q.Since, q.Until)
}

// slackPerson is a person as Slack writes them into a command.
var slackPerson = regexp.MustCompile(`^<@([A-Z0-9]{1,32})(?:\|[^>]*)?>$`)

// auditor is whom who: means.
func auditor(value, asker string) (string, error) {
	if m := slackPerson.FindStringSubmatch(value); m != nil {
		return m[1], nil
	}
	switch lower := strings.ToLower(value); {
	case lower == "me":
		return asker, nil
	case lower == "employer", lower == "host":
		return lower, nil
	case isSlackID(value):
		return value, nil
	default:
		return "", wrong("*who:* cannot be \"%s\". It can be a person such as `@ann`, `me`, `employer` or `host`.", card.EscapeCut(value, 40))
	}
}
