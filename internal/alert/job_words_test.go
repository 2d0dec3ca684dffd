package alert_test

import (
	"testing"

	"perch/internal/alert"
	"perch/internal/finch"
)

func TestJobWordsTellHowAJobEnded(t *testing.T) {
	t.Parallel()
	of := func(status finch.JobStatus, change ...func(*finch.JobLine)) finch.JobLine {
		j := finch.JobLine{KnownJob: finch.KnownJob{ID: "453bd7d7", ConnectionID: "c1", Type: finch.DataSync, Status: status}, CustomerName: "Harbor Coffee Roasters"}
		for _, c := range change {
			c(&j)
		}
		return j
	}
	untyped := func(j *finch.JobLine) { j.Type = "" }
	for _, c := range []struct {
		job   finch.JobLine
		about string
		want  string
	}{
		{of(finch.JobComplete), "", ":white_check_mark: The job you began has completed: data sync for *Harbor Coffee Roasters*. Job 453bd7d7"},
		{of(finch.JobFailed), "", ":x: The job you began has failed: data sync for *Harbor Coffee Roasters*. Job 453bd7d7"},
		{of(finch.JobPermissionsError), "", ":no_entry: The job you began has failed, since Finch lacks permissions at the provider: data sync for *Harbor Coffee Roasters*. Job 453bd7d7"},
		{of(finch.JobComplete, untyped), "Enrol people", ":white_check_mark: The job you began has completed: enrol people for *Harbor Coffee Roasters*. Job 453bd7d7"},
		{of(finch.JobComplete, untyped), "", ":white_check_mark: The job you began has completed: a job of an unknown type for *Harbor Coffee Roasters*. Job 453bd7d7"},
		{of(finch.JobPending, func(j *finch.JobLine) { j.Gone, j.CustomerName = true, "" }), "", ":grey_question: The job you began is gone from Finch, so nobody knows how it ended: data sync for *c1*. Job 453bd7d7"},
		{of(finch.JobComplete, func(j *finch.JobLine) {
			j.Results = []finch.JobResult{{Code: 0, Count: 1}, {Code: 201, Count: 3}, {Code: 404, Count: 1}, {Code: 422, Count: 1}}
		}), "", ":white_check_mark: The job you began has completed: data sync for *Harbor Coffee Roasters*. 2 of 6 people failed. Job 453bd7d7"},
		{
			of(finch.JobComplete, func(j *finch.JobLine) { j.CustomerName, j.Type, j.ID = "*<!channel>*", "new_<type>", "<@U1>" }), "",
			":white_check_mark: The job you began has completed: new &lt;type&gt; for *∗&lt;!channel&gt;∗*. Job &lt;@U1&gt;",
		},
	} {
		if got := alert.JobWords(c.job, c.about); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}
