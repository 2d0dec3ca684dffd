package store

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"perch/internal/audit"
	"perch/store/internal/db"
)

// NoteAudit adds an entry to the audit log. At is now if it is zero.
func (s *Store) NoteAudit(ctx context.Context, a audit.Entry) error {
	err := s.writes.NoteAudit(ctx, db.NoteAuditParams{
		At: stamp(s.moment(a.At)), Who: word(a.Who), What: word(a.What), About: word(a.About), Detail: clean(a.Detail),
	})
	if err != nil {
		return fmt.Errorf("note who did what: %w", damage(err))
	}
	return nil
}

// mostAudits is how many entries a page holds at most.
const mostAudits = 1000

// Audits reads a part of the audit log, newest first. Limit is brought into 1 to
// 1,000. Since counts itself, Until does not.
func (s *Store) Audits(ctx context.Context, query audit.Query) (audit.Page, error) {
	part := auditPart(query)
	var page audit.Page
	err := s.view(ctx, func(q *db.Queries) error {
		rows, err := part.read(ctx, q)
		if err != nil {
			return fmt.Errorf("select the entries: %w", err)
		}
		if limit := int(part.Count) - 1; len(rows) > limit { // one more was asked for, to know whether there is one
			rows, page.More = rows[:limit], true
		}
		for _, r := range rows {
			page.Entries = append(page.Entries, audit.Entry{
				Seq: r.Seq, At: timeOf(r.At), Who: r.Who, What: r.What, About: r.About, Detail: r.Detail,
			})
		}
		total, err := part.total(ctx, q)
		if err != nil {
			return fmt.Errorf("count the entries: %w", err)
		}
		page.Total = int(total)
		return nil
	})
	if err != nil {
		return audit.Page{}, fmt.Errorf("read the audit log: %w", err)
	}
	return page, nil
}

// auditRange is a part of the audit log as it is asked of the database.
type auditRange db.AuditsAboutParams

func auditPart(query audit.Query) auditRange {
	until := int64(math.MaxInt64)
	if !query.Until.IsZero() {
		until = stamp(query.Until)
	}
	what := word(query.What)
	return auditRange{
		About: word(query.About), Who: word(query.Who), Below: cmp.Or(max(query.Before, 0), math.MaxInt64),
		What: what, WhatEnd: what + "\U0010FFFF", // no letter of Unicode sorts after this one
		Since: stamp(query.Since), Until: until, Count: count(min(max(query.Limit, 1), mostAudits)) + 1,
	}
}

func (a auditRange) read(ctx context.Context, q *db.Queries) ([]db.Audit, error) {
	switch {
	case a.About != "":
		return q.AuditsAbout(ctx, db.AuditsAboutParams(a))
	case a.Who != "":
		return q.AuditsBy(ctx, db.AuditsByParams{
			Who: a.Who, Below: a.Below, What: a.What, WhatEnd: a.WhatEnd, Since: a.Since, Until: a.Until, Count: a.Count,
		})
	default:
		return q.AuditsOfAll(ctx, db.AuditsOfAllParams{
			Below: a.Below, What: a.What, WhatEnd: a.WhatEnd, Since: a.Since, Until: a.Until, Count: a.Count,
		})
	}
}

func (a auditRange) total(ctx context.Context, q *db.Queries) (int64, error) {
	switch {
	case a.About != "":
		return q.CountAuditsAbout(ctx, db.CountAuditsAboutParams{
			About: a.About, Who: a.Who, What: a.What, WhatEnd: a.WhatEnd, Since: a.Since, Until: a.Until,
		})
	case a.Who != "":
		return q.CountAuditsBy(ctx, db.CountAuditsByParams{Who: a.Who, What: a.What, WhatEnd: a.WhatEnd, Since: a.Since, Until: a.Until})
	default:
		return q.CountAuditsOfAll(ctx, db.CountAuditsOfAllParams{What: a.What, WhatEnd: a.WhatEnd, Since: a.Since, Until: a.Until})
	}
}
