package watch_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"perch/internal/connect"
	"perch/internal/explore"
	"perch/internal/finch"
	"perch/internal/watch"
)

const benefit = "b0b0b0b0-0000-4000-8000-000000000001"

func TestAJobThatWasBegunIsFollowedAndItsEndTold(t *testing.T) {
	t.Parallel()
	sync := finch.KnownJob{Kind: finch.Automated, Type: finch.DataSync, Status: finch.JobPending}
	running := sync
	running.Status = finch.JobRunning
	for name, c := range map[string]struct {
		order  []string
		status int
		want   finch.KnownJob
		about  string
	}{
		"a sync":              {[]string{"POST /jobs/automated", "type=data_sync_all"}, 200, sync, "Ask for a sync now"},
		"one that runs":       {[]string{"POST /jobs/automated", "type=data_sync_all"}, 202, running, "Ask for a sync now"},
		"a deduction":         {[]string{"POST /employer/benefits/" + benefit, "description=401k"}, 200, finch.KnownJob{Kind: finch.Manual, Type: "benefit_update", Status: finch.JobPending}, "Change a deduction's description"},
		"a type of nobody's":  {[]string{"POST /jobs/automated", `body={"type":"Ada Lovelace"}`}, 200, finch.KnownJob{Kind: finch.Automated, Status: finch.JobPending}, "Ask for a sync now"},
		"a sync in a sandbox": {[]string{"POST /sandbox/jobs", "type=data_sync_all"}, 200, sync, "Run a sync"},
	} {
		synctest.Test(t, func(t *testing.T) {
			f, s, l := answers(c.status, `{"benefit_id":"x","job_id":"job-1"}`), calm("c1"), &fakeLedger{}
			r := explored(t, exploring(f, s, l), ask(t, "c1", c.order[0], c.order[1:]...))
			j := s.known("job-1")
			if r.JobID != "job-1" || len(r.Notes) > 0 || j.Kind != c.want.Kind || j.Type != c.want.Type || j.Status != c.want.Status || j.ConnectionID != "c1" || j.RequestIDs[0] != "request-1" {
				t.Errorf("%s: %+v; known is %+v", name, r, j)
			}
			if due := s.reads.at["job-1"]; due.IsZero() || due.After(time.Now()) {
				t.Errorf("%s: read at %v", name, due)
			}
			if !slices.Equal(l.asks, []string{"job-1 U1 " + c.about}) {
				t.Errorf("%s: asked for %q", name, l.asks)
			}
		})
	}
}

func TestAnAnswerWithoutAJobIsOne(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"job_id":null}`, `{}`, `[]`} {
		s, l := calm("c1"), &fakeLedger{}
		r := explored(t, exploring(answers(200, body), s, l), ask(t, "c1", "POST /sandbox/jobs", "type=data_sync_all"))
		if r.JobID != "" || len(r.Notes) > 0 || len(s.jobs) > 0 || len(l.asks) > 0 || r.Body == nil {
			t.Errorf("%s: %+v", body, r)
		}
	}
	for _, strange := range []string{"123-45-6789", "Ada Lovelace", "ada@harbor.example"} {
		s, l := calm("c1"), &fakeLedger{}
		r := explored(t, exploring(answers(200, `{"job_id":"`+strange+`"}`), s, l), ask(t, "c1", "POST /sandbox/jobs", "type=data_sync_all"))
		if r.JobID != "" || len(r.Notes) != 1 || len(s.jobs) > 0 || len(l.asks) > 0 {
			t.Errorf("%s is followed: %+v", strange, r)
		}
	}
	l := &fakeLedger{askErr: errDisk}
	r := explored(t, exploring(answers(200, `{"job_id":"job-1"}`), calm("c1"), l), ask(t, "c1", "POST /sandbox/jobs", "type=data_sync_all"))
	if r.JobID != "" || len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "nobody will be told") {
		t.Errorf("a job that nobody follows: %+v", r)
	}
}

func TestATokenInAnAnswerGoesIntoTheVaultAndNowhereElse(t *testing.T) {
	t.Parallel()
	const body = `{"access_token":"0c0ffee0-0000-4000-8000-00000000feed","connection_id":"c7","products":["company"]}`
	vouches := func(id string) func(context.Context, string) (finch.Introspection, error) {
		return func(context.Context, string) (finch.Introspection, error) {
			return introspection(id, finch.Connected), nil
		}
	}
	o := ask(t, "", "POST /auth/token", "code=the-code")
	f, s := answers(200, body), newStore()
	f.introspect = vouches("c7")
	r := explored(t, exploring(f, s, &fakeLedger{}), o)
	if r.TokenID != "token-of-c7" || r.TokenOf != "c7" || len(r.Notes) > 0 || s.connections["c7"].token.Reveal() != "0c0ffee0-0000-4000-8000-00000000feed" {
		t.Errorf("got %+v", r)
	}
	if strings.Contains(string(r.Body.JSON), "feed") {
		t.Errorf("shown is %s", r.Body.JSON)
	}
	for name, c := range map[string]struct {
		body     string
		vouched  string
		grantErr error
	}{
		"none in it":   {`{"connection_id":"c7"}`, "c7", nil},
		"another's":    {body, "c8", nil},
		"a full vault": {body, "c7", errDisk},
	} {
		f, s := answers(200, c.body), newStore()
		f.introspect, s.grantErr = vouches(c.vouched), c.grantErr
		r := explored(t, exploring(f, s, &fakeLedger{}), o)
		if r.TokenID != "" || len(r.Notes) != 1 || len(s.connections) > 0 || r.Body == nil || strings.Contains(string(r.Body.JSON), "feed") {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestATokenIsKeptThoughFinchFailsForAMoment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := answers(200, `{"access_token":"fresh","connection_id":"c7"}`), newStore()
		f.introspect = func(context.Context, string) (finch.Introspection, error) {
			if f.count("introspect", "fresh") < 3 {
				return finch.Introspection{}, unreachable()
			}
			return introspection("c7", finch.Connected), nil
		}
		l := &fakeLedger{}
		if r := explored(t, exploring(f, s, l), ask(t, "", "POST /auth/token", "code=the-code")); r.TokenOf != "c7" || l.count() != 2 {
			t.Errorf("got %+v; account %q", r, l.said())
		}
	})
}

func TestAnEndedConnectionIsForgottenAndOthersAreLookedAt(t *testing.T) {
	t.Parallel()
	for order, c := range map[string]struct {
		params       []string
		status       int
		forgotten    bool
		looked, told bool
	}{
		"POST /disconnect":                {nil, 200, true, false, false},
		"POST /disconnect-entity":         {[]string{"entity_ids=" + benefit}, 200, false, true, false},
		"PUT /sandbox/jobs/configuration": {[]string{"type=data_sync_all", "completion_status=complete"}, 200, false, true, false},
	} {
		s, l := calm("c1"), &fakeLedger{}
		r := explored(t, exploring(answers(c.status, `{"status":"success"}`), s, l), ask(t, "c1", order, c.params...))
		if looked := !s.next("c1").After(time.Now()); len(r.Notes) > 0 || (len(l.forgotten) == 1) != c.forgotten || looked != c.looked {
			t.Errorf("%s: %+v; forgotten %q, next look %v", order, r, l.forgotten, s.next("c1"))
		}
	}
	refused, l := refuses(&finch.Error{Status: 403}), &fakeLedger{forgetErr: errDisk}
	explored(t, exploring(refused, calm("c1"), l), ask(t, "c1", "POST /disconnect"))
	if len(l.forgotten) > 0 {
		t.Error("a connection that did not end is forgotten")
	}
	if r := explored(t, exploring(newFinch(), calm("c1"), l), ask(t, "c1", "POST /disconnect")); len(r.Notes) != 1 || r.Refused != nil {
		t.Errorf("a connection that could not be forgotten: %+v", r)
	}
}

func TestASessionOfTheExplorersIsKept(t *testing.T) {
	t.Parallel()
	const made = `{"session_id":"session-7","connect_url":"https://connect.example/authorize?session=session-7"}`
	s, b := newStore("c1"), newSessions()
	s.connections["c1"].connection.CustomerID = "cust_9"
	w := watch.New(watch.Options{Finch: answers(201, made), Store: s, Sessions: b, Ledger: &fakeLedger{}, PublicURL: ownAddress, Log: zerolog.Nop()})
	r := explored(t, w, ask(t, "", "POST /connect/sessions", "customer_id=cust_1", "customer_name=Cedar", "products=company", "products=directory",
		"integration.provider=gusto", "minutes_to_expire=60"))
	got := b.sessions["session-7"]
	if len(r.Notes) > 0 || got.CustomerID != "cust_1" || got.CustomerName != "Cedar" || got.ProviderID != "gusto" || got.Maker != "U1" || got.Reconnect ||
		got.Source != connect.FromPerch || got.Expires.Sub(got.Created) != time.Hour {
		t.Errorf("kept %+v; notes %q", got, r.Notes)
	}
	if again, err := w.LinkAgain(t.Context(), "session-7", "U2"); err != nil || !again.Hosted {
		t.Errorf("its link again: %+v, %v", again, err)
	}
	r = explored(t, w, ask(t, "", "POST /connect/sessions/reauthenticate", "connection_id=c1"))
	got = b.sessions["session-7"]
	if len(r.Notes) > 0 || !got.Reconnect || got.ConnectionID != "c1" || got.CustomerID != "cust_9" || got.Expires.Sub(got.Created) != 30*day {
		t.Errorf("kept %+v; notes %q", got, r.Notes)
	}
	b.saveErr = errDisk
	for _, o := range []explore.Order{
		ask(t, "", "POST /connect/sessions/reauthenticate", "connection_id=c1"), ask(t, "", "POST /connect/sessions/reauthenticate", "connection_id=nobody"),
	} {
		if r := explored(t, w, o); len(r.Notes) != 1 || r.Refused != nil {
			t.Errorf("a session that could not be kept: %+v", r)
		}
	}
}
