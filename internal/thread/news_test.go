package thread_test

import (
	"strings"
	"testing"
	"time"

	"perch/bot/card"
	"perch/internal/alert"
	"perch/internal/connect"
	"perch/internal/finch"
	"perch/internal/thread"
)

func TestJobLine(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		change func(*finch.JobLine)
		want   string
	}{
		{func(j *finch.JobLine) { j.Status = finch.JobComplete }, ":white_check_mark: Job 453bd7d7… has completed: data sync, 06:34."},
		{func(*finch.JobLine) {}, ":x: Job 453bd7d7… has failed: data sync, 06:34."},
		{func(j *finch.JobLine) { j.Status = finch.JobReauthError }, ":key: Job 453bd7d7… has failed, and the employer must reconnect: data sync, 06:34."},
		{func(j *finch.JobLine) { j.Status = finch.JobPermissionsError }, ":no_entry: Job 453bd7d7… has failed, since Finch lacks permissions at the provider: data sync, 06:34."},
		{func(j *finch.JobLine) { unended(finch.JobRunning)(j); j.Gone = true }, ":grey_question: Job 453bd7d7… is gone from Finch, so nobody knows how it ended: data sync."},
		{unended(finch.JobRunning), ""},
		{unended(finch.JobPending), ""},
		{unended("sleeping"), ""},
		{func(j *finch.JobLine) { j.Type, j.Kind = "", finch.Manual }, ":x: Job 453bd7d7… has failed: deduction job, 06:34."},
		{func(j *finch.JobLine) { j.Type = "<!here> *x*" }, ":x: Job 453bd7d7… has failed: &lt;!here&gt; ∗x∗, 06:34."},
		{func(j *finch.JobLine) {
			j.Status, j.Type, j.Results = finch.JobComplete, "benefit_update", []finch.JobResult{{Code: 200, Count: 3}, {Code: 404, Count: 2}}
		}, ":white_check_mark: Job 453bd7d7… has completed: deduction: update, 06:34. It failed for 2 of 5 people."},
	} {
		if got := clocks(thread.JobLine(job(tt.change), now)); got != tt.want {
			t.Errorf("\n got %s\nwant %s", got, tt.want)
		}
	}
}

func TestProblemLine(t *testing.T) {
	t.Parallel()
	set := func(more func(*alert.Problem)) func(*alert.Problem) { return more }
	connected := set(func(p *alert.Problem) { p.Facts.Session.Connected = true })
	provisional := set(func(p *alert.Problem) { p.Facts.Session.Connected, p.Facts.Session.Provisional = true, true })
	row := set(func(p *alert.Problem) { p.Count, p.Move = 3, alert.Finchs })
	sent := set(func(p *alert.Problem) { p.SentAt = now })
	errors := set(func(p *alert.Problem) { p.Count = 5 })
	byMethod := set(func(p *alert.Problem) { p.Key.Part = "assisted" })
	byJob := set(func(p *alert.Problem) { p.Jobs = []string{jobID} }) // that failed for the same reason
	for _, tt := range []struct {
		what   alert.Happening
		change []func(*alert.Problem)
		want   string
	}{
		{alert.HasOpened, nil, ":x: Sync failed: job 453bd7d7…, 06:34."},
		{alert.HasOpened, []func(*alert.Problem){of(alert.Reauth)}, ":key: Employer must reconnect: connection 0c9f6a1e…, 06:34. Nothing syncs until they sign in again."},
		{alert.HasOpened, []func(*alert.Problem){of(alert.Permissions)}, ":no_entry: Permissions missing: connection 0c9f6a1e…, 06:34. Nothing syncs until the employer's administrator gives Finch the rights it lacks."},
		{alert.HasOpened, []func(*alert.Problem){of(alert.NotSetUp)}, ":no_entry: Account not set up: connection 0c9f6a1e…, 06:34. Nothing syncs until the employer has finished the set-up."},
		{alert.HasOpened, []func(*alert.Problem){of(alert.Stale)}, ":grey_question: Syncs have stopped: connection 0c9f6a1e…, 06:34."},
		{alert.HasOpened, []func(*alert.Problem){of(alert.Stuck)}, ":hourglass_flowing_sand: Set-up does not go on: connection 0c9f6a1e…, 06:34."},
		{alert.HasOpened, []func(*alert.Problem){of(alert.Disconnected)}, ":black_circle: Connection ended: connection 0c9f6a1e…, 06:34."},
		{alert.HasOpened, []func(*alert.Problem){ofSession(alert.DroppedOff)}, ":door: Employer stopped at Sign-in: session sess_01J…, 06:34."},
		{alert.HasOpened, []func(*alert.Problem){ofSession(alert.AuthErrors), errors}, ":x: 5 errors at Sign-in: session sess_01J…, 06:34."},
		{alert.HasOpened, []func(*alert.Problem){ofSession(alert.LinkUnused)}, ":envelope: Link not opened: session sess_01J…, 06:34."},
		{alert.HasOpened, []func(*alert.Problem){ofSession(alert.LinkExpired)}, ":hourglass: Link ran out: session sess_01J…, 06:34."},
		{alert.HasOpened, []func(*alert.Problem){of(alert.Reauth), ofEntity}, ":key: Employer must reconnect: entity 11111111… of connection 0c9f6a1e…, 06:34. This entity does not sync until they sign in again."},
		{alert.HasOpened, []func(*alert.Problem){of(alert.Permissions), byMethod}, ":no_entry: Permissions missing: connection 0c9f6a1e…, 06:34. Nothing syncs that way until the employer's administrator gives Finch the rights it lacks."},
		{alert.HasOpened, []func(*alert.Problem){of(alert.Reauth), byJob}, ":key: Employer must reconnect: connection 0c9f6a1e…, 06:34. Nothing syncs until they sign in again."},
		{alert.HasReopened, nil, ":x: Again: sync failed: job 453bd7d7…, 09:50."},
		{alert.HasEscalated, []func(*alert.Problem){row}, ":x: Sync failed 3 times in a row: job 453bd7d7…. It is Finch's move now: contact their support."},
		{alert.HasEscalated, []func(*alert.Problem){row, sent}, ":x: Sync failed 3 times in a row: job 453bd7d7…. It is Finch's move now: their support has the packet."},
		{alert.HasClosed, []func(*alert.Problem){over, set(func(p *alert.Problem) { p.ClosedBy = "UBO" })}, ":heavy_minus_sign: <@UBO> closed this, nobody need act any more: sync failed, job 453bd7d7…."},
		{alert.HasClosed, []func(*alert.Problem){over}, ""},

		{alert.HasResolved, []func(*alert.Problem){over}, ":large_green_circle: The next sync of connection 0c9f6a1e… completed 09:59."},
		{alert.HasResolved, []func(*alert.Problem){of(alert.Reauth), over}, ":large_green_circle: The employer has reconnected: connection 0c9f6a1e… syncs again."},
		{alert.HasResolved, []func(*alert.Problem){of(alert.Reauth), ofEntity, over}, ":large_green_circle: The employer has reconnected: entity 11111111… of connection 0c9f6a1e… syncs again."},
		{alert.HasResolved, []func(*alert.Problem){of(alert.Permissions), over}, ":large_green_circle: Finch has its permissions for connection 0c9f6a1e… again; syncs go on."},
		{alert.HasResolved, []func(*alert.Problem){of(alert.NotSetUp), over}, ":large_green_circle: The account of connection 0c9f6a1e… is set up; syncs go on."},
		{alert.HasResolved, []func(*alert.Problem){of(alert.Stale), over}, ":large_green_circle: A sync of connection 0c9f6a1e… completed 09:59."},
		{alert.HasResolved, []func(*alert.Problem){of(alert.Stuck), over}, ":large_green_circle: The set-up of connection 0c9f6a1e… went on 09:59."},
		{alert.HasResolved, []func(*alert.Problem){set(func(p *alert.Problem) { p.Key.Kind = alert.Stuck }), over}, ":large_green_circle: Job 453bd7d7… moved on 09:59."},
		{alert.HasResolved, []func(*alert.Problem){of(alert.Disconnected), over}, ":large_green_circle: Connection 0c9f6a1e… was connected again 09:59."},
		{alert.HasResolved, []func(*alert.Problem){ofSession(alert.DroppedOff), over}, ":large_green_circle: The employer of session sess_01J… went on 09:59."},
		{alert.HasResolved, []func(*alert.Problem){ofSession(alert.DroppedOff), over, connected}, ":large_green_circle: The employer of session sess_01J… got through 09:59."},
		{alert.HasResolved, []func(*alert.Problem){ofSession(alert.DroppedOff), over, provisional}, ":large_green_circle: The employer of session sess_01J… is through, as their browser reports; no server has confirmed it yet."},
		{alert.HasResolved, []func(*alert.Problem){ofSession(alert.LinkUnused), over}, ":large_green_circle: The employer opened the link of session sess_01J… 09:59."},
		{alert.HasResolved, []func(*alert.Problem){ofSession(alert.LinkExpired), over}, ":large_green_circle: The employer of session sess_01J… was given a new link 09:59."},

		{alert.HasRecurred, nil, ""},
		{alert.HasFlapped, nil, ""},
		{alert.HasJoined, nil, ""},
		{alert.HasClaimed, nil, ""},
		{alert.HasReleased, nil, ""},
		{alert.HasSnoozed, nil, ""},
		{alert.HasWoken, nil, ""},
		{alert.HasLink, nil, ""},
		{alert.HasPacket, nil, ""},
		{alert.HasSent, nil, ""},
		{alert.HasNote, nil, ""},
		{alert.HasChanged, nil, ""},
		{alert.HasOpened, []func(*alert.Problem){of(alert.Outage)}, ""},
		{alert.HasOpened, []func(*alert.Problem){of(alert.Blind)}, ""},
	} {
		step := alert.Step{Problem: problem(tt.change...), Event: alert.Event{At: now.Add(-10 * time.Minute), What: tt.what}}
		got := clocks(thread.ProblemLine(step, now))
		if got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.what, got, tt.want)
		}
		for _, secret := range []string{"Northwind", customerID} {
			if strings.Contains(got, secret) {
				t.Errorf("%s: names %s: %s", tt.what, secret, got)
			}
		}
	}
}

// The host application chooses the ids of sessions, and may name the customer in them.
// What is left of one in a sentence tells who that is, even if it is less than all.
func TestNewsDoesNotTellTheCustomerByASessionsID(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ id, customerID, customerName string }{
		{"harbor-coffee-2026-11", "harbor-coffee", "Shop 12"},
		{"HARBOR-COFFEE-2026-11", "harbor-coffee", "Shop 12"},
		{"harborcoffee-2026-11", "cust_77", "Harbor Coffee"},
		{"harbor-1", "cust_77", "Harbor Coffee"},
		{"s_HARBOR_1", "cust_77", "Harbor Coffee"},
	} {
		r := reading(func(r *connect.Reading) {
			r.Session.ID, r.Session.CustomerID, r.Session.CustomerName = tt.id, tt.customerID, tt.customerName
		})
		p := problem(ofSession(alert.DroppedOff), func(p *alert.Problem) {
			p.Subject.CustomerID, p.Subject.CustomerName = tt.customerID, tt.customerName
			p.Facts.Session.ID, p.Facts.Session.CustomerID = tt.id, tt.customerID
		})
		shared := thread.Shown{Entries: []thread.Entry{sessionEntry(r, p)}, Shared: true, Now: now}
		shared.Entries[0].Bond.CustomerID = tt.customerID
		for what, said := range map[string]string{
			"a session's line": thread.SessionLine(r, now),
			"a problem's line": thread.ProblemLine(alert.Step{Problem: p, Event: alert.Event{What: alert.HasOpened}}, now),
			"a reply":          asJSON(t, thread.Reply(shared)),
		} {
			if strings.Contains(strings.ToLower(said), "harb") {
				t.Errorf("%s of %q tells of %s: %s", what, tt.id, tt.customerName, said)
			}
		}
	}
}

func TestSessionLine(t *testing.T) {
	t.Parallel()
	nowhere := func(r *connect.Reading) { r.Progress.Stage = "" }
	for _, tt := range []struct {
		changes []func(*connect.Reading)
		want    string
	}{
		{nil, ":door: Session sess_01J…: the employer stopped at Sign-in, last seen 09:28."},
		{[]func(*connect.Reading){nowhere}, ":door: Session sess_01J…: the employer stopped, last seen 09:28."},
		{[]func(*connect.Reading){outcome(connect.InProgress)}, ":arrows_counterclockwise: Session sess_01J…: the employer is under way at Sign-in, last seen 09:28."},
		{[]func(*connect.Reading){outcome(connect.Connected)}, ":large_green_circle: Session sess_01J…: the employer got through 09:59."},
		{[]func(*connect.Reading){outcome(connect.Connected), func(r *connect.Reading) { r.Progress.Provisional = true }}, ":hourglass_flowing_sand: Session sess_01J…: the employer is through, as their browser reports; no server has confirmed it yet."},
		{[]func(*connect.Reading){outcome(connect.Broken)}, ":x: Session sess_01J…: Finch Connect could not open."},
		{[]func(*connect.Reading){outcome(connect.Lapsed)}, ":hourglass: Session sess_01J…: the employer is not through, got as far as Sign-in, and their link ended 09:59."},
		{[]func(*connect.Reading){outcome(connect.Lapsed), nowhere}, ":hourglass: Session sess_01J…: the employer is not through, and their link ended 09:59."},
		{[]func(*connect.Reading){outcome(connect.Unopened)}, ":envelope: Session sess_01J…: the link made 07:00 is not opened yet."},
		{[]func(*connect.Reading){func(r *connect.Reading) { r.Progress.Stage = "<!here>*" }}, ":door: Session sess_01J…: the employer stopped at &lt;!here&gt;∗, last seen 09:28."},
		{[]func(*connect.Reading){func(r *connect.Reading) { r.Session.ID = "cust_77-1" }}, ":door: A session: the employer stopped at Sign-in, last seen 09:28."},
	} {
		got := thread.SessionLine(reading(tt.changes...), now)
		if clocks(got) != tt.want {
			t.Errorf("\n got %s\nwant %s", clocks(got), tt.want)
		}
		if err := (card.Message{Text: got}).Validate(); err != nil {
			t.Error(err)
		}
	}
}
