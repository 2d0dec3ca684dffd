package commands

import (
	"context"
	"fmt"
	"strings"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/finch"
)

// jobsPage is how many jobs a page shows: few enough to read on a phone, and
// their text is far from what Slack takes in one message.
const jobsPage = 20

// list answers with the first page.
func (j jobs) list(ctx context.Context, r *bot.Request, q finch.JobQuery) error {
	l, err := j.page(ctx, q)
	if err != nil {
		return err
	}
	l.CanShare = canShare(r)
	return r.Reply(ctx, jobsCard(l))
}

// turn puts another page or selection in the list's place.
func (j jobs) turn(ctx context.Context, r *bot.Request) error {
	l, err := j.page(ctx, parseJobs(r.Value))
	if err != nil {
		return err
	}
	l.CanShare = canShare(r)
	return put(ctx, r, jobsCard(l))
}

func (j jobs) page(ctx context.Context, q finch.JobQuery) (jobList, error) {
	l := jobList{Now: j.Now()}
	if q.ConnectionID != "" {
		known, err := j.known(ctx, q.ConnectionID)
		if err != nil {
			return l, err
		}
		l.Of = known
		if q.EntityID, err = entityOf(known, q.EntityID); err != nil {
			return l, err
		}
	}
	if q.ConnectionID == "" && q.EntityID != "" && !wholeEntity(q.EntityID) {
		return l, wrong("*entity:* by name needs the customer too, as in `harbor entity:bakery`. Without one it can be Finch's id of the entity.")
	}
	q.Limit = jobsPage
	page, err := j.Jobs.Jobs(ctx, q)
	if err != nil {
		return l, fmt.Errorf("list jobs: %w", err)
	}
	l.Query, l.Page = q, page
	return l, nil
}

// entityOf finds the entity of a connection that was meant: by id, by the id it
// has at the provider, or by a part of its name. What could be an id of Finch's
// is taken for one: a webhook can name an entity before Finch lists it.
func entityOf(c finch.Connection, words string) (id string, err error) {
	if words == "" || wholeEntity(words) {
		return words, nil
	}
	var found, names []string
	for _, e := range c.Entities {
		switch {
		case e.ID == words, strings.EqualFold(e.SourceID, words):
			return e.ID, nil
		case strings.Contains(strings.ToLower(e.Name), strings.ToLower(words)):
			found = append(found, e.ID)
		}
		names = append(names, fmt.Sprintf("%s (`%s`)", card.EscapeCut(e.Name, 60), card.EscapeCut(e.SourceID, maxShownID)))
	}
	if len(found) == 1 {
		return found[0], nil
	}
	return "", noEntity(words, len(found), names)
}

// wholeEntity reports whether the words could be Finch's id of an entity.
func wholeEntity(words string) bool { return looksLikeJob(words) && len(words) == 36 }

func noEntity(words string, found int, names []string) error {
	sentence := "*entity:* No entity of this connection is called \"%s\"."
	if found > 1 {
		sentence = "*entity:* Several entities of this connection match \"%s\"."
	}
	sentence = fmt.Sprintf(sentence, card.EscapeCut(words, 60))
	if len(names) == 0 {
		return wrong("%s Finch names none here.", sentence)
	}
	return wrong("%s There are %s.", sentence, strings.Join(names[:min(len(names), maxEntities)], ", "))
}
