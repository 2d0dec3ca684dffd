package alert

import (
	"time"

	"perch/internal/finch"
)

// notSetUp finds assisted set-ups whose employer never invited Finch. No job
// tells of it: without an invitation there are none.
func notSetUp(s Situation, _ []Finding) ([]Finding, time.Time) {
	r := statusRule{NotSetUp, finch.NotSetUp, "", Employers}
	return r.judge(s), time.Time{}
}
