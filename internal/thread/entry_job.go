package thread

import (
	"cmp"
	"fmt"
	"slices"

	"perch/bot/card"
	"perch/internal/alert"
	"perch/internal/finch"
)

func (s Shown) job(e Entry, d depth) told {
	j := e.Job
	sign, state, when := s.jobState(j.KnownJob)
	what := jobWord(j.KnownJob, d.name) + s.whose(cmp.Or(j.CustomerName, j.CustomerID), cmp.Or(j.ProviderName, j.ProviderID), d)
	first := fmt.Sprintf("%s %s %s: %s%s.", sign, s.named(e.Bond), state, what, when)
	if d.brief {
		return told{first: first}
	}
	first += people(j.Results)
	rest := e.Problems
	healed := e.Healed.ID != ""
	if i := slices.IndexFunc(rest, func(p alert.Problem) bool { return slices.Contains(p.Jobs, j.ID) }); i >= 0 && j.Status.Failed() && !healed {
		first += " " + s.openSince(rest[i], j.Completed)
		rest = slices.Delete(slices.Clone(rest), i, i+1)
	}
	if healed {
		first += fmt.Sprintf(" :large_green_circle: The next sync completed %s.", card.When(cmp.Or(e.Healed.Completed, e.Healed.At()), s.Now))
	}
	return told{first, s.problems(rest, d, false)}
}

// jobState is how a job stands, and since when.
func (s Shown) jobState(j finch.KnownJob) (sign, state, when string) {
	word := card.JobStatus(string(j.Status))
	ended := s.at(", ", cmp.Or(j.Completed, j.At()))
	switch {
	case j.Status == finch.JobComplete:
		return word.Emoji, "is complete", ended
	case j.Status == finch.JobReauthError:
		return word.Emoji, "failed, and the employer must reconnect", ended
	case j.Status == finch.JobPermissionsError:
		return word.Emoji, "failed, since Finch lacks permissions at the provider", ended
	case j.Status.Failed():
		return word.Emoji, "failed", ended
	case j.Status == finch.JobMissing:
		return word.Emoji, "did not run", s.at(", due ", j.Scheduled)
	case j.Gone:
		return ":grey_question:", "is gone from Finch", ""
	case j.Learned.IsZero() && j.Created.IsZero() && (j.Status == finch.JobPending || j.Status == ""):
		return ":hourglass_flowing_sand:", "has a result that is not read yet", ""
	case j.Status == finch.JobRunning:
		return word.Emoji, "is running", s.at(", since ", j.Started)
	case j.Status == finch.JobPending && j.Scheduled.IsZero():
		return word.Emoji, "waits to run", s.at(", asked for ", j.Created)
	case j.Status == finch.JobPending:
		return word.Emoji, "is scheduled", s.at(", for ", j.Scheduled)
	default:
		return word.Emoji, fmt.Sprintf("is in the state \"%s\"", name(word.Word, maxName)), ""
	}
}
