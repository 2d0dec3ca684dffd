package finch_test

import (
	"encoding/json"
	"errors"
	"fmt"
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

// localWith starts a local Finch made so, and a client of it.
func localWith(t *testing.T, o local.Options) (*local.Server, *finch.Client, string) {
	t.Helper()
	world := local.New(o)
	server := httptest.NewServer(world.API())
	t.Cleanup(server.Close)
	t.Cleanup(world.Close)
	client, err := finch.New(finch.Options{BaseURL: server.URL, Budget: finch.NewLooseBudget()})
	if err != nil {
		t.Fatal(err)
	}
	return world, client, server.URL
}

func tokenOf(world *local.Server, connectionID string) finch.Token {
	return finch.NewToken(world.Tokens()[connectionID])
}

// TestASyncAtTheLocalFinchIsFollowedToItsEnd reads a scheduled sync before,
// while and after it runs, for each way it can end.
func TestASyncAtTheLocalFinchIsFollowedToItsEnd(t *testing.T) {
	t.Parallel()
	for _, end := range []finch.JobStatus{finch.JobComplete, finch.JobFailed, finch.JobReauthError, finch.JobPermissionsError} {
		t.Run(string(end), func(t *testing.T) {
			t.Parallel()
			world, client, _ := localWith(t, local.Options{Seed: 1})
			id, at, err := world.Sync(local.Due{ConnectionID: harbor, Outcome: string(end), In: time.Hour, Takes: time.Minute})
			if err != nil {
				t.Fatal(err)
			}
			read := func() finch.KnownJob {
				job, err := client.AutomatedJob(t.Context(), tokenOf(world, harbor), id)
				if err != nil || job.ID != id || job.Kind != finch.Automated || job.Type != finch.DataSync || len(job.RequestIDs) != 1 {
					t.Fatalf("read %+v, %v", job, err)
				}
				return job
			}
			if job := read(); job.Status != finch.JobPending || job.Scheduled.Sub(at).Abs() > time.Millisecond || !job.Started.IsZero() || job.Status.Final() {
				t.Errorf("before: %+v", job)
			}
			world.Advance(time.Hour + time.Second)
			if job := read(); job.Status != finch.JobRunning || job.Started.IsZero() || !job.Completed.IsZero() || job.Status.Final() {
				t.Errorf("while it runs: %+v", job)
			}
			world.Advance(time.Minute)
			if job := read(); job.Status != end || !job.Status.Final() || job.Took(time.Now()) != time.Minute {
				t.Errorf("after: %+v, took %s", job, job.Took(time.Now()))
			}
		})
	}
}

func TestJobsTheLocalFinchDoesNotKnow(t *testing.T) {
	t.Parallel()
	world, client, _ := localWith(t, local.Options{Seed: 1})
	other := world.Connections()[1]
	job, _, err := world.Sync(local.Due{ConnectionID: harbor})
	if err != nil {
		t.Fatal(err)
	}
	token := tokenOf(world, other.ID)
	for _, id := range []string{"00000000-0000-4000-8000-000000000000", job} {
		if _, err := client.AutomatedJob(t.Context(), token, id); trouble(t, err) != finch.TroubleNotFound {
			t.Errorf("%s: %v", id, err)
		}
		if _, err := client.ManualJob(t.Context(), token, id); trouble(t, err) != finch.TroubleNotFound {
			t.Errorf("%s as a manual job: %v", id, err)
		}
	}
}

func TestAJobOfTheLocalFinchsListIsKnown(t *testing.T) {
	t.Parallel()
	world, client, _ := localWith(t, local.Options{Seed: 1})
	list, err := client.AutomatedJobs(t.Context(), tokenOf(world, harbor))
	if err != nil || len(list.Jobs) == 0 {
		t.Fatalf("listed %+v, %v", list, err)
	}
	listed := list.Jobs[0].Known(harbor)
	read, err := client.AutomatedJob(t.Context(), tokenOf(world, harbor), listed.ID)
	if err != nil {
		t.Fatal(err)
	}
	if listed.ConnectionID != harbor || !listed.Learned.IsZero() {
		t.Errorf("listed %+v", listed)
	}
	read.ConnectionID, read.Learned, read.RequestIDs = harbor, time.Time{}, nil
	if fmt.Sprintf("%+v", listed) != fmt.Sprintf("%+v", read) {
		t.Errorf("the list says  %+v\nthe job itself %+v", listed, read)
	}
}

// TestTheLocalFinchsRulesForASyncOnRequest goes through all that POST
// /jobs/automated answers.
func TestTheLocalFinchsRulesForASyncOnRequest(t *testing.T) {
	t.Parallel()
	world, client, _ := localWith(t, local.Options{Seed: 1, SyncTakes: 30 * time.Second})
	token := tokenOf(world, harbor)
	first, err := client.RunSync(t.Context(), token)
	if err != nil || first.Already || first.JobID == "" || first.Remaining == nil || *first.Remaining != 0 || first.RequestID == "" {
		t.Fatalf("first: %+v, %v", first, err)
	}
	again, err := client.RunSync(t.Context(), token)
	if err != nil || !again.Already || again.JobID != first.JobID {
		t.Errorf("while it runs: %+v, %v", again, err)
	}
	world.Advance(time.Minute)
	job, err := client.AutomatedJob(t.Context(), token, first.JobID)
	if err != nil || job.Status != finch.JobComplete || !job.Scheduled.IsZero() || job.Created.IsZero() {
		t.Errorf("the job: %+v, %v", job, err)
	}
	_, err = client.RunSync(t.Context(), token)
	used, ok := errors.AsType[*finch.Error](err)
	if !ok || used.Trouble() != finch.TroubleRateLimited || time.Until(used.Until).Round(10*time.Minute) != time.Hour {
		t.Fatalf("within the hour: %+v", used)
	}
	if said := finch.SyncSentence(err); !strings.Contains(said, used.Until.UTC().Add(time.Minute).Format("15:04 UTC")) {
		t.Errorf("within the hour: %s", said)
	}
	if _, err := client.AutomatedJobs(t.Context(), token); err != nil {
		t.Errorf("a quota that is used up must not keep from reading: %v", err)
	}
	world.Advance(time.Hour)
	if third, err := client.RunSync(t.Context(), token); err != nil || third.JobID == first.JobID {
		t.Errorf("an hour later: %+v, %v", third, err)
	}
}

func TestWhoHasNoSyncOnRequest(t *testing.T) {
	t.Parallel()
	world, client, _ := localWith(t, local.Options{Seed: 1})
	connections := world.Connections()
	assisted := slices.IndexFunc(connections, func(c local.Connection) bool {
		return c.Methods[0].Type == "assisted" && c.Status == "connected"
	})
	if assisted < 0 {
		t.Fatal("nobody is assisted")
	}
	_, err := client.RunSync(t.Context(), tokenOf(world, connections[assisted].ID))
	if trouble(t, err) != finch.TroubleRejected || !strings.Contains(finch.SyncSentence(err), "assisted") {
		t.Errorf("assisted: %v: %s", err, finch.SyncSentence(err))
	}
	poor, client, _ := localWith(t, local.Options{Seed: 1, Refreshes: -1})
	_, err = client.RunSync(t.Context(), tokenOf(poor, harbor))
	if trouble(t, err) != finch.TroubleNoScope || !strings.Contains(finch.SyncSentence(err), "add-on") {
		t.Errorf("without the add-on: %v: %s", err, finch.SyncSentence(err))
	}
}

// events keeps the bodies of webhooks.
type events struct {
	mu     sync.Mutex
	bodies [][]byte
}

func (e *events) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.bodies = append(e.bodies, body)
}

// TestDeductionsAtTheLocalFinch writes deductions for somebody known and somebody
// unknown, hears of the end by webhook and reads what became of it.
func TestDeductionsAtTheLocalFinch(t *testing.T) {
	t.Parallel()
	heard := &events{}
	ear := httptest.NewServer(heard)
	t.Cleanup(ear.Close)
	world, client, url := localWith(t, local.Options{Seed: 1, Webhook: local.Webhook{URL: ear.URL, Secrets: []string{vectorSecret}}})
	byMachine := slices.IndexFunc(world.Connections(), func(c local.Connection) bool {
		return c.Status == "connected" && len(c.Methods) == 1 && c.Methods[0].Type != "assisted" && slices.Contains(c.Methods[0].Products, "benefits")
	})
	if byMachine < 0 {
		t.Fatal("nobody's deductions are written by machine")
	}
	id := world.Connections()[byMachine].ID
	token := tokenOf(world, id)
	var person struct{ Individuals []struct{ ID string } }
	tell(t, "GET", url+"/employer/directory", token, "", &person)
	var made struct {
		Benefit string `json:"benefit_id"`
		Job     string `json:"job_id"`
	}
	tell(t, "POST", url+"/employer/benefits", token, `{"type":"401k","description":"Plan","frequency":"every_paycheck"}`, &made)
	world.Advance(25 * time.Hour)
	var enrolled struct {
		Job string `json:"job_id"`
	}
	tell(t, "POST", url+"/employer/benefits/"+made.Benefit+"/individuals", token,
		`[{"individual_id":"`+person.Individuals[0].ID+`"},{"individual_id":"nobody-1"},{"individual_id":"nobody-2"}]`, &enrolled)
	if job, err := client.ManualJob(t.Context(), token, enrolled.Job); err != nil || job.Status != finch.JobPending || len(job.Results) != 0 {
		t.Errorf("before: %+v, %v", job, err)
	}
	world.Advance(25 * time.Hour)
	world.Flush()
	job, err := client.ManualJob(t.Context(), token, enrolled.Job)
	want := []finch.JobResult{{Code: 201, Count: 1, Individuals: []string{person.Individuals[0].ID}}, {Code: 404, Count: 2, Individuals: []string{"nobody-1", "nobody-2"}}}
	if err != nil || job.Status != finch.JobComplete || fmt.Sprint(job.Results) != fmt.Sprint(want) {
		t.Errorf("after: %+v, %v", job, err)
	}
	if told, ok := heard.job(enrolled.Job); !ok || told.Kind != finch.Manual || told.Type != "benefit_enroll" || told.ConnectionID != id {
		t.Errorf("heard of %+v", told)
	}
}

// job is what was heard of one job.
func (e *events) job(id string) (finch.KnownJob, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, body := range e.bodies {
		event, err := finch.ParseEvent(body)
		if job, ok := event.Job(); err == nil && ok && job.ID == id {
			return job, true
		}
	}
	return finch.KnownJob{}, false
}

// tell makes a call that Perch's client does not have.
func tell(t *testing.T, method, url string, token finch.Token, body string, answer any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token.Reveal())
	request.Header.Set("Finch-API-Version", "2020-09-17")
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	read, _ := io.ReadAll(response.Body)
	if err := json.Unmarshal(read, answer); err != nil || response.StatusCode >= 300 {
		t.Fatalf("%s %s: %d %s", method, url, response.StatusCode, read)
	}
}
