package finch_test

import (
	"strings"
	"testing"
	"time"

	"perch/internal/finch"
)

func TestEventsAreRead(t *testing.T) {
	t.Parallel()
	const sync = "job.data_sync_all.completed"
	tests := map[string]struct {
		body string
		want finch.Event
	}{
		"a status, its method a text": {
			vectorBody,
			finch.Event{ConnectionID: "n", CompanyID: "c", Type: finch.AccountUpdated, Status: finch.Reauth, Method: "credential"},
		},
		"a status, its method an object": {
			`{"connection_id":"n","entity_id":"e","event_type":"account.updated","data":{"status":"connected","authentication_method":{"type":"assisted","benefits_support":null,"supported_fields":{}}}}`,
			finch.Event{ConnectionID: "n", EntityID: "e", Type: finch.AccountUpdated, Status: finch.Connected, Method: "assisted"},
		},
		"a status of the older spelling": {
			`{"connection_id":"n","event_type":"account.updated","data":{"status":"error_reauth","authentication_method":null}}`,
			finch.Event{ConnectionID: "n", Type: finch.AccountUpdated, Status: finch.Reauth},
		},
		"a status, its method of a form that nobody knows": {
			`{"connection_id":"n","event_type":"account.updated","data":{"authentication_method":["oauth"],"status":"reauth"}}`,
			finch.Event{ConnectionID: "n", Type: finch.AccountUpdated, Status: finch.Reauth},
		},
		"a job, its address elsewhere": {
			`{"company_id":"c","connection_id":"n","entity_id":null,"event_type":"job.data_sync_all.completed","data":{"job_id":"d1d1","job_url":"https://elsewhere.example/jobs/automated/d2d2"}}`,
			finch.Event{ConnectionID: "n", CompanyID: "c", Type: sync, JobID: "d1d1"},
		},
		"a type that nobody knows, and no data": {
			`{"connection_id":"n","event_type":"moon.risen","data":null,"phase":3}`,
			finch.Event{ConnectionID: "n", Type: "moon.risen"},
		},
		"the dashboard's test": {
			`{"company_id":"c","event_type":"test","data":{"individual_id":"i"}}`,
			finch.Event{CompanyID: "c", Type: "test"},
		},
		"data of another form": {
			`{"connection_id":"n","event_type":"company.updated","data":[1,2]}`,
			finch.Event{ConnectionID: "n", Type: "company.updated"},
		},
		"ids of another form": {
			`{"connection_id":7,"event_type":"test","data":{"job_id":{}}}`,
			finch.Event{Type: "test"},
		},
		"an id that leads elsewhere": {
			`{"connection_id":"n","event_type":"job.data_sync_all.completed","data":{"job_id":"../../introspect"}}`,
			finch.Event{ConnectionID: "n", Type: sync},
		},
		"an id that is the way up": {
			`{"event_type":"job.data_sync_all.completed","data":{"job_id":".."}}`,
			finch.Event{Type: sync},
		},
		"an id with a line break": {
			`{"connection_id":"n\nforged","event_type":"test"}`,
			finch.Event{Type: "test"},
		},
		"nothing": {`{}`, finch.Event{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := finch.ParseEvent([]byte(test.body))
			if err != nil || got != test.want {
				t.Errorf("read %+v, %v\nwant %+v", got, err, test.want)
			}
		})
	}
}

func TestWhatIsNoEvent(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "null", "[]", `"text"`, "job_id=1", `{"event_type":"test"`, `{"event_type":"test"}{}`} {
		if got, err := finch.ParseEvent([]byte(body)); err == nil || got != (finch.Event{}) {
			t.Errorf("%q was read as %+v", body, got)
		}
	}
}

func TestJobsOfEvents(t *testing.T) {
	t.Parallel()
	tests := []struct {
		event   string
		kind    finch.JobKind
		jobType string
	}{
		{"job.data_sync_all.completed", finch.Automated, "data_sync_all"},
		{"job.w4_form_employee_sync.completed", finch.Automated, "w4_form_employee_sync"},
		{"job.initial_data_sync_org.succeeded", finch.Automated, "data_sync_all"},
		{"job.initial_data_sync_payroll.succeeded", finch.Automated, "data_sync_all"},
		{"job.benefit_create.completed", finch.Manual, "benefit_create"},
		{"job.benefit_register.completed", finch.Manual, "benefit_register"},
		{"job.benefit_update.completed", finch.Manual, "benefit_update"},
		{"job.benefit_enroll.completed", finch.Manual, "benefit_enroll"},
		{"job.benefit_unenroll.completed", finch.Manual, "benefit_unenroll"},
		{"job.moon_sync.completed", "", ""},
		{"job.data_sync_all", "", ""},
		{"job.", "", ""},
		{"account.updated", "", ""},
		{"", "", ""},
	}
	sent := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	for _, test := range tests {
		e := finch.Event{ID: "msg_1", ConnectionID: "n", EntityID: "e", Type: test.event, JobID: "d1d1", Sent: sent}
		job, ok := e.Job()
		if ok != (test.kind != "") || job.Kind != test.kind || job.Type != test.jobType {
			t.Errorf("%s: %v %+v", test.event, ok, job)
		}
		if ok && (job.ID != "d1d1" || job.ConnectionID != "n" || job.EntityID != "e" || job.Status != finch.JobPending || !job.FirstSeen.Equal(sent) || !job.Learned.IsZero()) {
			t.Errorf("%s: %+v", test.event, job)
		}
		if _, ok := (finch.Event{Type: test.event}).Job(); ok {
			t.Errorf("%s: a job without an id", test.event)
		}
	}
}

// FuzzEvent reads anything; what comes out can stand in a path, a log and a list.
func FuzzEvent(f *testing.F) {
	f.Add([]byte(vectorBody))
	f.Add([]byte(`{"event_type":"job.benefit_enroll.completed","data":{"job_id":"j"}}`))
	f.Add([]byte(`{"data":{"status":3,"authentication_method":{"type":[]}}}`))
	const harmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := finch.ParseEvent(body)
		if err != nil && e != (finch.Event{}) {
			t.Errorf("failed, but read %+v", e)
		}
		for _, text := range []string{e.ConnectionID, e.CompanyID, e.EntityID, e.Type, e.JobID, string(e.Status), e.Method} {
			if strings.Trim(text, harmless) != "" || len(text) > 100 || text == "." || text == ".." {
				t.Errorf("unsafe: %q", text)
			}
		}
		if job, ok := e.Job(); ok && (job.ID == "" || job.Kind == "" || job.Type == "") {
			t.Errorf("half a job: %+v", job)
		}
	})
}
