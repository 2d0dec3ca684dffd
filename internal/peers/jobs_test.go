package peers

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"perch/internal/finch"
	local "perch/internal/playground/finch"
)

const webhookSecret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"

// delivery is a webhook as it arrived, for jobs.mjs.
type delivery struct {
	Token   string            `json:"token"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
}

// jobSeen is a job that a webhook named, as Finch's own client sees it.
type jobSeen struct {
	EventType    string `json:"event_type"`
	ConnectionID string `json:"connection_id"`
	Job          struct {
		ID        string     `json:"job_id"`
		Type      string     `json:"type"`
		Status    string     `json:"status"`
		Created   time.Time  `json:"created_at"`
		Scheduled *time.Time `json:"scheduled_at"`
		Started   *time.Time `json:"started_at"`
		Completed *time.Time `json:"completed_at"`
		Body      []struct {
			IndividualID string `json:"individual_id"`
			Code         int    `json:"code"`
		} `json:"body"`
	} `json:"job"`
}

// TestFinchsOwnClientSeesTheJobsThatPerchSees asks both for the jobs that
// webhooks of the past name: one job of each type and status.
func TestFinchsOwnClientSeesTheJobsThatPerchSees(t *testing.T) {
	t.Parallel()
	needPeers(t)
	world := local.New(local.Options{Seed: 1, History: 10, Webhook: local.Webhook{Secrets: []string{webhookSecret}}})
	t.Cleanup(world.Close)
	url := serve(t, world.API(), world.Control())
	known, deliveries := oneOfEach(t, url, replayed(t, world))
	given, err := json.Marshal(deliveries)
	if err != nil {
		t.Fatal(err)
	}
	var seen []jobSeen
	node(t, &seen, "jobs.mjs", "FINCH_URL="+url, "FINCH_SECRET="+webhookSecret, "FINCH_DELIVERIES="+string(given))
	if len(seen) != len(known) {
		t.Fatalf("Finch's client sees %d jobs, Perch %d", len(seen), len(known))
	}
	statuses := map[finch.JobStatus]bool{}
	for i, ours := range known {
		statuses[ours.Status] = true
		t.Run(ours.Type+" "+string(ours.Status), func(t *testing.T) { compareJobs(t, ours, seen[i]) })
	}
	for _, status := range []finch.JobStatus{finch.JobComplete, finch.JobFailed, finch.JobReauthError, finch.JobPermissionsError} {
		if !statuses[status] {
			t.Errorf("no job of the past is %s", status)
		}
	}
}

// replayed are the webhooks of all past jobs, as they arrive.
func replayed(t *testing.T, world *local.Server) []delivery {
	t.Helper()
	tokens := world.Tokens()
	var mu sync.Mutex
	var arrived []delivery
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		event, parseErr := finch.ParseEvent(body)
		if err != nil || parseErr != nil {
			http.Error(w, "unreadable", http.StatusBadRequest)
			return
		}
		headers := map[string]string{}
		for name := range r.Header {
			headers[strings.ToLower(name)] = r.Header.Get(name)
		}
		mu.Lock()
		defer mu.Unlock()
		arrived = append(arrived, delivery{tokens[event.ConnectionID], headers, string(body)})
	}))
	t.Cleanup(receiver.Close)
	world.SetWebhook(local.Webhook{URL: receiver.URL, Secrets: []string{webhookSecret}})
	if err := world.Replay(t.Context()); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	return arrived
}

// oneOfEach are the jobs that the deliveries name as Perch's client reads them,
// the first of each type and status, and the deliveries of those.
func oneOfEach(t *testing.T, url string, arrived []delivery) (known []finch.KnownJob, of []delivery) {
	t.Helper()
	client, err := finch.New(finch.Options{BaseURL: url, Budget: finch.NewLooseBudget()})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range arrived {
		job := readByPerch(t, client, d)
		if slices.ContainsFunc(known, func(k finch.KnownJob) bool { return k.Type == job.Type && k.Status == job.Status }) {
			continue
		}
		known, of = append(known, job), append(of, d)
	}
	return known, of
}

func readByPerch(t *testing.T, client *finch.Client, d delivery) finch.KnownJob {
	t.Helper()
	event, err := finch.ParseEvent([]byte(d.Body))
	if err != nil {
		t.Fatal(err)
	}
	named, ok := event.Job()
	if !ok {
		t.Fatalf("no job in %s", d.Body)
	}
	read := client.AutomatedJob
	if named.Kind == finch.Manual {
		read = client.ManualJob
	}
	job, err := read(t.Context(), finch.NewToken(d.Token), named.ID)
	if err != nil {
		t.Fatalf("job of %s: %v", d.Body, err)
	}
	job.ConnectionID = named.ConnectionID
	if job.Type == "" { // of a manual job only the event tells
		job.Type = named.Type
	}
	return job
}

func compareJobs(t *testing.T, ours finch.KnownJob, theirs jobSeen) {
	job := theirs.Job
	if job.ID != ours.ID || job.Status != string(ours.Status) || theirs.ConnectionID != ours.ConnectionID {
		t.Errorf("they see %+v, Perch %+v", theirs, ours)
	}
	if theirs.EventType != "job."+ours.Type+".completed" {
		t.Errorf("the event is %s, the job %s", theirs.EventType, ours.Type)
	}
	if ours.Kind == finch.Automated && (job.Type != ours.Type || ours.Started.IsZero() || ours.Completed.IsZero()) {
		t.Errorf("they see type %s, Perch %+v", job.Type, ours)
	}
	for name, times := range map[string]struct {
		theirs *time.Time
		ours   time.Time
	}{
		"created": {&job.Created, ours.Created}, "scheduled": {job.Scheduled, ours.Scheduled},
		"started": {job.Started, ours.Started}, "completed": {job.Completed, ours.Completed},
	} {
		if times.theirs == nil {
			times.theirs = new(time.Time)
		}
		if !times.theirs.Equal(times.ours) {
			t.Errorf("%s at %v by them, at %v by Perch", name, times.theirs, times.ours)
		}
	}
	people := map[int]int{}
	for _, one := range job.Body {
		people[one.Code]++
	}
	for _, result := range ours.Results {
		if people[result.Code] != result.Count {
			t.Errorf("%d people with code %d by them, %d by Perch", people[result.Code], result.Code, result.Count)
		}
		delete(people, result.Code)
	}
	if len(people) > 0 {
		t.Errorf("codes that Perch does not see: %v", people)
	}
}
