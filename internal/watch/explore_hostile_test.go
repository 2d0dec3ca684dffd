package watch_test

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"perch/internal/explore"
	"perch/internal/finch"
	"perch/internal/watch"
)

// birds are what a hostile Finch puts into whatever it sends; the last two are the
// secrets that it was sent.
var birds = []string{"123-45-6789", "123456789", "ada@canary.example", "anarybird", "canary-secret", "canary-code"}

// hostileFinch answers all calls alike, in headers too, and counts them.
func hostileFinch(t *testing.T, status int, body string, header http.Header) (*finch.Client, *atomic.Int32) {
	t.Helper()
	var calls atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		maps.Copy(w.Header(), header)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	c, err := finch.New(finch.Options{BaseURL: server.URL, Credentials: &finch.Credentials{ID: "client", Secret: finch.NewToken("canary-secret")}})
	if err != nil {
		t.Fatal(err)
	}
	return c, &calls
}

// Whatever Finch or something in its place answers, nothing of it stands in what is
// shown, logged or noted.
func TestNothingOfAHostileFinchLeaks(t *testing.T) {
	t.Parallel()
	all := strings.ReplaceAll(strings.Join(birds, " "), "anarybird", "")
	odd := http.Header{
		"Finch-Request-Id": {"ada@canary.example"}, "Finch-Last-Attempted-Update-Result": {"SSN 123-45-6789"},
		"Finch-Data-Retrieved": {"123-45-6789"}, "Content-Type": {all}, "Retry-After": {all},
	}
	for name, tt := range map[string]struct {
		status int
		body   string
		header http.Header
	}{
		"a refusal":                 {400, `{"code":400,"name":"123-45-6789","finch_code":"n_123456789","message":"` + all + ` \"Ada Canarybird\""}`, odd},
		"a refusal to sign in anew": {401, `{"name":"authentication_error","finch_code":"reauthenticate_user","message":"` + all + `"}`, odd},
		"a page of a gateway":       {502, "<html>" + all + "</html>", odd},
		"no JSON":                   {200, all, odd},
		"half of it":                {200, `{"individuals":[{"id":"` + all, odd},
		"a name twice":              {200, `{"paging":{"` + all + `":1,"` + all + `":2}}`, odd},
		"another place":             {302, all, http.Header{"Location": {"http://127.0.0.1:1/?q=" + all}}},
		"an id that is a number":    {200, `{"job_id":"123-45-6789","session_id":"ada@canary.example","connect_url":"https://x.example/` + all + `","id":"` + all + `","status":"` + all + `"}`, odd},
		"a token for nobody":        {200, `{"access_token":"canary-secret","connection_id":"c7","customer_name":"` + all + `"}`, odd},
		"a job for nobody":          {202, `{"job_id":"` + all + `"}`, odd},
		"too many brackets":         {200, strings.Repeat("[", 5000) + all, odd},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			l := &fakeLedger{}
			s := newStore()
			s.add("c1", time.Now())
			c, calls := hostileFinch(t, tt.status, tt.body, tt.header)
			w := watch.New(watch.Options{Finch: c, Store: s, Ledger: l, Log: zerolog.New(&log)})
			for _, asked := range []struct {
				explore.Order
				birds []string
			}{
				{ask(t, "c1", "GET /jobs/automated/{job_id}", "job_id=123-45-6789"), birds[:4]},
				{ask(t, "c1", "POST /employer/individual", "individual_id=ada@canary.example"), birds[:4]},
				{ask(t, "c1", "POST /jobs/automated", "type=data_sync_all"), birds[:4]},
				{ask(t, "", "POST /connect/sessions", "customer_id=cust_1", "customer_name=123-45-6789", "products=company", "customer_email=ada@canary.example"), birds[:5]},
				{ask(t, "", "POST /auth/token", "code=canary-code"), birds},
			} {
				name, before := asked.Query.Endpoint.Name(), calls.Load()
				r := explored(t, w, asked.Order)
				if calls.Load() == before {
					t.Fatalf("%s was not asked", name)
				}
				r.Query = explore.Query{} // what was asked is the asker's own
				assertNoBird(t, name+" shows", fmt.Sprintf("%s %+v %+v %q", bodyOf(r), r.Refused, r, r.Notes), asked.birds)
				assertNoBird(t, name+" keeps", fmt.Sprintf("%+v", s.jobs), birds)
			}
			assertNoBird(t, "the log says", log.String(), birds)
			assertNoBird(t, "the account says", strings.Join(l.said(), "\n"), birds)
		})
	}
}

func assertNoBird(t *testing.T, where, text string, birds []string) {
	t.Helper()
	for _, bird := range birds {
		if strings.Contains(text, bird) {
			t.Errorf("%s %s: %.600s", where, bird, text)
		}
	}
}
