package alert

import (
	"time"

	"perch/internal/finch"
)

// permissions finds where Finch was let in with too few rights. The employer's
// administrator at the provider can give them.
func permissions(s Situation, _ []Finding) ([]Finding, time.Time) {
	r := statusRule{Permissions, finch.NoPermissions, finch.JobPermissionsError, Administrators}
	return r.judge(s), time.Time{}
}
