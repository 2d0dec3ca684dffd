package alert

import (
	"time"

	"perch/internal/finch"
)

// reauth finds sign-ins that no longer work. Only the employer can mend that,
// with a link for signing in again.
func reauth(s Situation, _ []Finding) ([]Finding, time.Time) {
	r := statusRule{Reauth, finch.Reauth, finch.JobReauthError, Employers}
	return r.judge(s), time.Time{}
}
