package finch

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// says answers everything with one status and body.
func says(t *testing.T, status int, body string) *Client {
	t.Helper()
	return over(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Finch-Request-Id", "req-1")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

func TestAnAutomatedJobIsReadByItsID(t *testing.T) {
	t.Parallel()
	created := time.Date(2026, 3, 2, 15, 20, 11, 0, time.UTC)
	due := time.Date(2026, 11, 22, 7, 14, 0, 0, time.UTC)
	tests := map[string]struct {
		body string
		want KnownJob
	}{
		"done": {
			`{"job_id":"d1","type":"data_sync_all","status":"complete","created_at":"2026-03-02T15:20:11.000Z","scheduled_at":"2026-11-22T07:14:00.000Z",
			  "started_at":"2026-11-22T08:14:01.000+01:00","completed_at":"2026-11-22T07:14:04.120Z","params":null,"job_url":"https://elsewhere.example/"}`,
			KnownJob{Type: DataSync, Status: JobComplete, Created: created, Scheduled: due, Started: due.Add(time.Second), Completed: due.Add(4120 * time.Millisecond)},
		},
		"waiting": {
			`{"job_id":"d1","type":"data_sync_all","status":"pending","created_at":"2026-03-02T15:20:11.000Z","scheduled_at":"2026-11-22T07:14:00.000Z","started_at":null}`,
			KnownJob{Type: DataSync, Status: JobPending, Created: created, Scheduled: due},
		},
		"of a type and status that nobody knows": {
			`{"job_id":"d1","type":"moon_sync","status":"eclipsed","created_at":"later","params":{"individual_id":"i"}}`,
			KnownJob{Type: "moon_sync", Status: "eclipsed"},
		},
		"with words where codes should be": {
			`{"job_id":"d1","type":"<b>sync</b>","status":["error"]}`,
			KnownJob{},
		},
		"with the id in capitals": {`{"job_id":"D1","status":"error"}`, KnownJob{Status: JobFailed}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := time.Now()
			got, err := says(t, 200, test.body).AutomatedJob(t.Context(), NewToken(secret), "d1")
			if err != nil {
				t.Fatal(err)
			}
			if got.Learned.Before(before) || got.Learned.After(time.Now()) {
				t.Errorf("learned %s", got.Learned)
			}
			test.want.ID, test.want.Kind, test.want.Learned, test.want.RequestIDs = "d1", Automated, got.Learned, []string{"req-1"}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("read %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func TestAManualJobIsSummedUp(t *testing.T) {
	t.Parallel()
	crowd := make([]map[string]any, 30)
	for i := range crowd {
		crowd[i] = map[string]any{"individual_id": fmt.Sprint("i", i), "code": 201}
	}
	many, err := json.Marshal(crowd)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		body string
		want string // the results as fmt prints them
	}{
		"people by code": {
			`[{"individual_id":"b","code":404,"message":"Ana Lopez not found"},{"individual_id":"a","code":201},{"individual_id":"c","code":404}]`,
			"[{201 1 [a]} {404 2 [b c]}]",
		},
		"no more than twenty names a code": {string(many), "[{201 30 [i0 i1 i2 i3 i4 i5 i6 i7 i8 i9 i10 i11 i12 i13 i14 i15 i16 i17 i18 i19]}]"},
		"codes in quotes":                  {`[{"individual_id":"a","code":"201"}]`, "[{201 1 [a]}]"},
		"codes that are none":              {`[{"individual_id":"a"},{"individual_id":"b","code":"created"},{"code":99},{"code":1e9},{"code":null}]`, "[{0 5 [a b]}]"},
		"items that are none":              {`["a",null,7,[],{}]`, "[{0 5 []}]"},
		"what is no id of a person":        {`[{"individual_id":"ana@harbor.example","code":200},{"individual_id":7,"code":200}]`, "[{200 2 []}]"},
		"an object for a list":             {`{"responses":[]}`, "[]"},
		"a text for a list":                {`"done"`, "[]"},
		"nobody":                           {`[]`, "[]"},
		"nothing":                          {`null`, "[]"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := says(t, 200, `{"job_id":"m1","status":"complete","body":`+test.body+`}`)
			got, err := c.ManualJob(t.Context(), NewToken(secret), "m1")
			if err != nil || got.ID != "m1" || got.Kind != Manual || got.Status != JobComplete || got.Learned.IsZero() || got.RequestIDs[0] != "req-1" {
				t.Fatalf("read %+v, %v", got, err)
			}
			if results := fmt.Sprint(got.Results); results != test.want {
				t.Errorf("results %s, want %s", results, test.want)
			}
		})
	}
}

func TestJobsAreAskedForWhereTheyAre(t *testing.T) {
	t.Parallel()
	var asked atomic.Value
	c := over(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Store(r.Method + " " + r.RequestURI)
		_, _ = io.WriteString(w, `{"job_id":"j-1","status":"pending"}`)
	})
	if _, err := c.AutomatedJob(t.Context(), NewToken(secret), "j-1"); err != nil || asked.Load() != "GET /jobs/automated/j-1" {
		t.Errorf("asked %v, %v", asked.Load(), err)
	}
	if _, err := c.ManualJob(t.Context(), NewToken(secret), "j-1"); err != nil || asked.Load() != "GET /jobs/manual/j-1" {
		t.Errorf("asked %v, %v", asked.Load(), err)
	}
}

func TestAnIDThatIsNoneIsNotAskedFor(t *testing.T) {
	t.Parallel()
	c := over(t, func(http.ResponseWriter, *http.Request) { t.Error("Finch was asked") })
	for _, id := range []string{"", ".", "..", "../../introspect", "a/b", "a?b", "a b", "%2e%2e", "a\r\nb", strings.Repeat("a", 101)} {
		_, err := c.AutomatedJob(t.Context(), NewToken(secret), id)
		if e := asError(t, err); e.Trouble() != TroubleNotFound {
			t.Errorf("%q: %v is %s", id, e, e.Trouble())
		}
		if _, err := c.ManualJob(t.Context(), NewToken(secret), id); asError(t, err).Trouble() != TroubleNotFound {
			t.Errorf("%q as a manual job: %v", id, err)
		}
	}
}

func TestAnswersThatAreNotAboutTheJob(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"job_id":"d2","status":"complete"}`, `{}`, `[]`, ``, `{"job_id":"d1"`} {
		c := says(t, 200, body)
		_, err := c.AutomatedJob(t.Context(), NewToken(secret), "d1")
		if e := asError(t, err); e.Trouble() != TroubleOther || e.RequestID != "req-1" {
			t.Errorf("%q: %v is %s", body, e, e.Trouble())
		}
		if _, err := c.ManualJob(t.Context(), NewToken(secret), "d1"); asError(t, err).Trouble() != TroubleOther {
			t.Errorf("%q as a manual job: %v", body, err)
		}
	}
}

func TestASyncIsAskedFor(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		status int
		body   string
		want   string // RunSync as JSON
	}{
		"queued":                        {201, `{"job_id":"d1","job_url":"https://x/","allowed_refreshes":1,"remaining_refreshes":0}`, `{"JobID":"d1","Already":false,"Remaining":0,"RequestID":"req-1"}`},
		"queued, and 200":               {200, `{"job_id":"d1","remaining_refreshes":4}`, `{"JobID":"d1","Already":false,"Remaining":4,"RequestID":"req-1"}`},
		"running already":               {202, `{"job_id":"d1","remaining_refreshes":1}`, `{"JobID":"d1","Already":true,"Remaining":1,"RequestID":"req-1"}`},
		"without a word of the quota":   {201, `{"job_id":"d1"}`, `{"JobID":"d1","Already":false,"Remaining":null,"RequestID":"req-1"}`},
		"with a quota of another form":  {201, `{"job_id":"d1","remaining_refreshes":"many"}`, `{"JobID":"d1","Already":false,"Remaining":null,"RequestID":"req-1"}`},
		"with a quota that is a half":   {201, `{"job_id":"d1","remaining_refreshes":0.5}`, `{"JobID":"d1","Already":false,"Remaining":null,"RequestID":"req-1"}`},
		"with a quota that is not said": {201, `{"job_id":"d1","remaining_refreshes":null}`, `{"JobID":"d1","Already":false,"Remaining":null,"RequestID":"req-1"}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var request, sent string
			c := over(t, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				request, sent = r.Method+" "+r.RequestURI+" "+r.Header.Get("Content-Type"), string(body)
				w.Header().Set("Finch-Request-Id", "req-1")
				w.WriteHeader(test.status)
				_, _ = io.WriteString(w, test.body)
			})
			got, err := c.RunSync(t.Context(), NewToken(secret))
			if err != nil {
				t.Fatal(err)
			}
			if request != "POST /jobs/automated application/json" || sent != `{"type":"data_sync_all"}` {
				t.Errorf("asked %s with %s", request, sent)
			}
			if said, err := json.Marshal(got); err != nil || string(said) != test.want {
				t.Errorf("read %s, %v, want %s", said, err, test.want)
			}
		})
	}
}

func TestASyncThatIsRefused(t *testing.T) {
	t.Parallel()
	soon := time.Now().Add(40 * time.Minute).UTC().Truncate(time.Millisecond)
	past := time.Now().Add(-time.Hour).UTC()
	quota := func(at time.Time) string {
		return `{"allowed_refreshes":1,"remaining_refreshes":0,"retry_at":"` + at.Format(time.RFC3339Nano) + `"}`
	}
	after := soon.Add(time.Minute).Format("15:04 UTC")
	tests := map[string]struct {
		status  int
		body    string
		trouble Trouble
		until   time.Time
		says    string
	}{
		"assisted":               {400, `{"statusCode":400,"status":400,"code":400,"message":"no","name":"bad_request"}`, TroubleRejected, time.Time{}, "assisted connections"},
		"the hour's used up":     {429, quota(soon), TroubleRateLimited, soon, "after " + after},
		"it ends in the past":    {429, quota(past), TroubleRateLimited, time.Time{}, "in an hour"},
		"it ends in years":       {429, quota(past.AddDate(3, 0, 0)), TroubleRateLimited, time.Time{}, "in an hour"},
		"it ends at no time":     {429, `{"retry_at":"soon"}`, TroubleRateLimited, time.Time{}, "in an hour"},
		"too many of all kinds":  {429, `{"code":429,"name":"rate_limit_exceeded_error","finch_code":"upstream_rate_limit_exceeded"}`, TroubleRateLimited, time.Time{}, "Finch allows no more requests just now"},
		"the add-on's not there": {403, `{"code":403,"name":"insufficient_scope_error"}`, TroubleNoScope, time.Time{}, "add-on"},
		"forbidden in no words":  {403, ``, TroubleOther, time.Time{}, "add-on"},
		"permissions":            {403, `{"code":403,"name":"error_permissions"}`, TroublePermissions, time.Time{}, "lacks permissions"},
		"a reconnect is needed":  {401, `{"code":401,"name":"authentication_error","finch_code":"reauthenticate_user"}`, TroubleReauth, time.Time{}, "reconnect"},
		"the token ended":        {401, `{"code":401,"name":"invalid_token_error"}`, TroubleRevoked, time.Time{}, "does not accept this access token"},
		"unpaid":                 {402, `{"code":402,"name":"payment_required"}`, TroubleUnpaid, time.Time{}, "invoice"},
		"Finch fails":            {500, `{"code":500,"name":"server_error"}`, TroubleUnreachable, time.Time{}, "does not ask twice"},
		"busy for a moment":      {503, ``, TroubleUnreachable, time.Time{}, "does not ask twice"},
		"taken, but no job":      {201, `{}`, TroubleOther, time.Time{}, "did not say whether"},
		"running, but no job":    {202, ``, TroubleOther, time.Time{}, "did not say whether"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int32
			c := over(t, func(w http.ResponseWriter, _ *http.Request) {
				asked.Add(1)
				w.WriteHeader(test.status)
				_, _ = io.WriteString(w, test.body)
			})
			_, err := c.RunSync(t.Context(), NewToken(secret))
			e := asError(t, err)
			if e.Trouble() != test.trouble || !e.Until.Round(time.Millisecond).Equal(test.until) {
				t.Errorf("%v is %s until %s, want %s until %s", e, e.Trouble(), e.Until, test.trouble, test.until)
			}
			if said := SyncSentence(err); !strings.Contains(said, test.says) {
				t.Errorf("says %q", said)
			}
			if asked.Load() != 1 {
				t.Errorf("asked %d times", asked.Load())
			}
		})
	}
}

func TestASyncWhoseAnswerBreaksOffIsNotAskedForAgain(t *testing.T) {
	t.Parallel()
	c, asked := resetting(t, 1000, func(net.Conn) {})
	_, err := c.RunSync(t.Context(), NewToken(secret))
	if e := asError(t, err); e.Trouble() != TroubleUnreachable || !strings.Contains(SyncSentence(err), "does not ask twice") {
		t.Errorf("%v is %s: %s", e, e.Trouble(), SyncSentence(err))
	}
	if asked.Load() != 1 {
		t.Errorf("asked %d times", asked.Load())
	}
}

func TestSyncSentenceOfOtherErrors(t *testing.T) {
	t.Parallel()
	for _, err := range []error{nil, ErrNoToken, ErrUnknown, io.EOF, &Error{Status: 401, Name: "invalid_request_error"}} {
		if SyncSentence(err) != Sentence(err) {
			t.Errorf("%v: %q", err, SyncSentence(err))
		}
	}
}

func FuzzJobs(f *testing.F) {
	f.Add([]byte(`{"job_id":"m1","status":"complete","body":[{"individual_id":"a","code":201},{"code":"404"}]}`))
	f.Add([]byte(`{"job_id":"d1","type":"data_sync_all","status":"error","created_at":"2026-03-02T15:20:11.000Z","scheduled_at":null}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		automated, _ := decodeAutomated(body)
		manual, _ := decodeManual(body)
		people := 0
		for _, job := range []KnownJob{automated, manual} {
			texts := []string{job.ID, job.Type, string(job.Status)}
			for _, r := range job.Results {
				texts = append(texts, r.Individuals...)
				people += r.Count
				if len(r.Individuals) > maxIndividuals || len(r.Individuals) > r.Count || r.Count < 1 {
					t.Errorf("results %+v", r)
				}
			}
			for _, text := range texts {
				if strings.ContainsFunc(text, func(r rune) bool { return !isWordRune(r) }) || len(text) > maxIdentifier {
					t.Errorf("unsafe: %q", text)
				}
			}
		}
		if people > len(body) {
			t.Errorf("%d people in %d bytes", people, len(body))
		}
	})
}
