package alert

import (
	"cmp"
	"fmt"
	"strings"

	"perch/bot/card"
	"perch/internal/finch"
)

// JobWords tell somebody who began a job how it ended, in mrkdwn that is safe to
// show. about is what it was to do, said where Finch did not name its type.
func JobWords(j finch.JobLine, about string) string {
	sign, ended := jobEnd(j.KnownJob)
	what := card.EscapeCut(card.LowerFirst(cmp.Or(card.JobType(j.Type), about, "A job of an unknown type")), maxName)
	whose := strings.ReplaceAll(card.EscapeCut(firstSaid(j.CustomerName, j.CustomerID, j.ConnectionID), maxName), "*", "∗")
	words := fmt.Sprintf("%s The job you began %s: %s for *%s*.", sign, ended, what, whose)
	if failed, all := failedPeople(j.Results); failed > 0 {
		words += fmt.Sprintf(" %d of %d people failed.", failed, all)
	}
	return words + " Job " + card.EscapeCut(j.ID, maxName)
}

// jobEnd says how a job ended.
func jobEnd(j finch.KnownJob) (sign, ended string) {
	status := card.JobStatus(string(j.Status))
	switch {
	case j.Status == finch.JobComplete:
		return status.Emoji, "has completed"
	case j.Status == finch.JobReauthError:
		return status.Emoji, "has failed, and the employer must reconnect"
	case j.Status == finch.JobPermissionsError:
		return status.Emoji, "has failed, since Finch lacks permissions at the provider"
	case j.Status.Failed():
		return status.Emoji, "has failed"
	default:
		return ":grey_question:", "is gone from Finch, so nobody knows how it ended"
	}
}

// failedPeople is how many people a manual job failed for, as far as Finch said.
func failedPeople(results []finch.JobResult) (failed, all int) {
	for _, r := range results {
		all += r.Count
		if r.Code >= 400 {
			failed += r.Count
		}
	}
	return failed, all
}
