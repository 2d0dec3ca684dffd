package watch_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"perch/internal/explore"
	"perch/internal/finch"
	"perch/internal/mask"
	"perch/internal/watch"
)

// directory is an answer that holds what nobody may see.
const directory = `{"paging":{"count":2,"offset":0},"individuals":[
 {"id":"5d0b6d1e-0000-4000-8000-000000000001","first_name":"Ada","last_name":"Canarybird","department":{"name":"Bar"},"manager":null,"is_active":true},
 {"id":"5d0b6d1e-0000-4000-8000-000000000002","first_name":"Bob","last_name":"Canarybird","email":"bob@canary.example","department":null,"manager":null,"is_active":false}]}`

// answers makes a Finch that answers every call so.
func answers(status int, body string) *fakeFinch {
	f := newFinch()
	f.call = func(context.Context, string, finch.Request) (finch.Answer, error) { return answered(status, body), nil }
	return f
}

// refuses makes a Finch that refuses every call.
func refuses(refusal error) *fakeFinch {
	f := newFinch()
	f.call = func(context.Context, string, finch.Request) (finch.Answer, error) {
		return finch.Answer{Took: time.Second}, refusal
	}
	return f
}

func explored(t *testing.T, w *watch.Watcher, o explore.Order) explore.Result {
	t.Helper()
	r, err := w.Explore(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAReadIsMaskedAndAccountedFor(t *testing.T) {
	t.Parallel()
	f, l := newFinch(), &fakeLedger{}
	var asked finch.Request
	at := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	f.call = func(_ context.Context, id string, r finch.Request) (finch.Answer, error) {
		if asked = r; id != "c1" {
			t.Errorf("asked with the token of %q", id)
		}
		a := answered(http.StatusOK, directory)
		a.Retrieved, a.Attempted, a.Attempt = at, at.Add(time.Hour), "success"
		return a, nil
	}
	o := ask(t, "c1", "GET /employer/directory", "limit=2")
	r := explored(t, exploring(f, newStore("c1"), l), o)
	if asked.Path != "/employer/directory" || asked.Query.Get("limit") != "2" {
		t.Errorf("asked was %+v", asked)
	}
	if r.Status != 200 || r.RequestID != "request-1" || r.Took != 20*time.Millisecond || r.At.IsZero() || r.Size != len(directory) || r.Left != -1 ||
		!r.Retrieved.Equal(at) || !r.Attempted.Equal(at.Add(time.Hour)) || r.Attempt != "success" || r.Refused != nil || !reflect.DeepEqual(r.Query, o.Query) {
		t.Errorf("got %+v", r)
	}
	if shown := string(r.Body.JSON); r.Body.Items != 2 || strings.Contains(shown, "anary") || !strings.Contains(shown, "5d0b6d1e-0000-4000-8000-000000000002") || !strings.Contains(shown, "Bar") {
		t.Errorf("shown is %s", shown)
	}
	if got := l.said(); !slices.Equal(got, []string{"U1 explorer read c1: GET /employer/directory limit=2 · 200 · request request-1"}) {
		t.Errorf("the account says %q", got)
	}
}

func TestWhatFitsIntoTheMinuteIsTold(t *testing.T) {
	t.Parallel()
	w := watch.New(watch.Options{Finch: newFinch(), Store: newStore("c1"), Ledger: &fakeLedger{}, Spare: spare{"/employer/company": 7}, Log: zerolog.Nop()})
	if r := explored(t, w, ask(t, "c1", "GET /employer/company")); r.Left != 7 {
		t.Errorf("left are %d", r.Left)
	}
}

type spare map[string]int

func (s spare) Left(path string) int { return s[path] }

func TestNobodyIsAskedWithoutATokenOrAQuestion(t *testing.T) {
	t.Parallel()
	s := newStore("c1", "c2")
	s.connections["c2"].token = finch.Token{}
	reveal := ask(t, "c1", "GET /employer/directory")
	reveal.Reveal = []string{"individuals[].first_name"}
	again := ask(t, "c1", "POST /disconnect")
	again.Reveal, again.Reason = []string{"status"}, "to see"
	for name, c := range map[string]struct {
		order explore.Order
		want  error
	}{
		"nobody's":                   {ask(t, "c9", "GET /employer/directory"), finch.ErrUnknown},
		"without a token":            {ask(t, "c2", "GET /employer/directory"), finch.ErrNoToken},
		"incomplete":                 {ask(t, "c1", "POST /employer/individual"), nil},
		"a reveal without a reason":  {reveal, nil},
		"a write made again to look": {again, nil},
	} {
		f, l := newFinch(), &fakeLedger{}
		_, err := exploring(f, s, l).Explore(t.Context(), c.order)
		if err == nil || c.want != nil && !errors.Is(err, c.want) || len(f.calls) > 0 || l.count() > 0 {
			t.Errorf("%s: %v, calls %v, account %q", name, err, f.calls, l.said())
		}
	}
	if _, err := newWatcher(newFinch(), s).Explore(t.Context(), ask(t, "c1", "GET /employer/directory")); err == nil {
		t.Error("it explores where nobody keeps account")
	}
}

func TestTheApplicationAsksForItself(t *testing.T) {
	t.Parallel()
	f, l := answers(http.StatusOK, `{"connection_id":"c1"}`), &fakeLedger{}
	o := ask(t, "", "POST /sandbox/connections/accounts", "company_id=a9a9a9a9-0000-4000-8000-000000000001", "provider_id=gusto")
	explored(t, exploring(f, newStore(), l), o)
	if got := l.said(); len(got) != 2 || !strings.HasPrefix(got[0], "U1 explorer write application: POST /sandbox/connections/accounts ") {
		t.Errorf("the account says %q", got)
	}
}

func TestAWriteIsAccountedForBeforeAndAfter(t *testing.T) {
	t.Parallel()
	f, l := newFinch(), &fakeLedger{}
	f.call = func(context.Context, string, finch.Request) (finch.Answer, error) {
		if l.count() != 1 {
			t.Errorf("asked with %d notes", l.count())
		}
		return answered(http.StatusOK, `{"status":"success"}`), nil
	}
	explored(t, exploring(f, newStore("c1"), l), ask(t, "c1", "POST /disconnect"))
	if got := l.said(); !slices.Equal(got, []string{"U1 explorer write c1: POST /disconnect · asked", "U1 explorer write c1: POST /disconnect · 200 · request request-1"}) {
		t.Errorf("the account says %q", got)
	}
}

func TestFieldsAreRevealedForAReasonAndAccountedForBeforehand(t *testing.T) {
	t.Parallel()
	f, l := answers(http.StatusOK, directory), &fakeLedger{}
	o := ask(t, "c1", "GET /employer/directory")
	o.Reveal, o.Reason, o.From, o.Count = []string{"individuals[].last_name"}, "a wrong\nname", 1, 1
	r := explored(t, exploring(f, newStore("c1"), l), o)
	shown := string(r.Body.JSON)
	if !strings.Contains(shown, "Canarybird") || strings.Contains(shown, "Bob") || strings.Contains(shown, "canary.example") || strings.Contains(shown, "000000000001") ||
		!slices.Equal(r.Revealed, o.Reveal) {
		t.Errorf("shown is %s, revealed %v", shown, r.Revealed)
	}
	const why = " · fields: individuals[].last_name · reason: a wrong name"
	if got := l.said(); !slices.Equal(got, []string{
		"U1 explorer revealed c1: GET /employer/directory · asked" + why, "U1 explorer revealed c1: GET /employer/directory · 200 · request request-1" + why,
	}) {
		t.Errorf("the account says %q", got)
	}
}

// While the audit log cannot be written nothing is asked that must be accounted for,
// and no answer is shown.
func TestWithoutAnAccountNothingIsAskedOrShown(t *testing.T) {
	t.Parallel()
	reveal := ask(t, "c1", "GET /employer/directory")
	reveal.Reveal, reveal.Reason = []string{"individuals[].last_name"}, "a wrong name"
	for name, c := range map[string]struct {
		order   explore.Order
		noteErr int
		calls   int
	}{
		"a write":                 {ask(t, "c1", "POST /disconnect"), 1, 0},
		"a reveal":                {reveal, 1, 0},
		"a reveal, its end":       {reveal, 2, 1},
		"a read":                  {ask(t, "c1", "GET /employer/directory"), 1, 1},
		"a read that was refused": {ask(t, "c1", "GET /employer/company"), 1, 1},
	} {
		f, s, l := answers(http.StatusOK, directory), newStore("c1"), &fakeLedger{noteErr: c.noteErr}
		if strings.Contains(name, "refused") {
			f = refuses(revoked())
		}
		r, err := exploring(f, s, l).Explore(t.Context(), c.order)
		if !errors.Is(err, explore.ErrUnaccounted) || !reflect.DeepEqual(r, explore.Result{}) || len(f.calls) != c.calls || len(l.forgotten) > 0 {
			t.Errorf("%s: %+v, %v; calls %v", name, r, err, f.calls)
		}
	}
	l := &fakeLedger{noteErr: 2} // a write that is done is done
	if r := explored(t, exploring(newFinch(), newStore("c1"), l), ask(t, "c1", "POST /disconnect")); r.Status != 200 || len(l.forgotten) != 1 {
		t.Errorf("a write: %+v, %v", r, l.forgotten)
	}
}

func TestARefusalIsExplained(t *testing.T) {
	t.Parallel()
	until := time.Now().Add(time.Minute)
	for name, c := range map[string]struct {
		order   string
		refusal *finch.Error
		want    explore.Refusal
		end     string
	}{
		"no such thing": {
			"GET /employer/company",
			&finch.Error{Status: 404, Name: "not_found_error", Code: "item_not_found", Message: "No Ada at ada@canary.example, born 1987-06-05", RequestID: "request-9"},
			explore.Refusal{Status: 404, Name: "not_found_error", Code: "item_not_found", Trouble: finch.TroubleNotFound},
			"404 · request request-9",
		},
		"too many": {
			"GET /employer/company", &finch.Error{Status: 429, Until: until},
			explore.Refusal{Status: 429, Trouble: finch.TroubleRateLimited, Until: until},
			"429",
		},
		"a gateway": {
			"GET /employer/company", &finch.Error{Status: 502, NotJSON: true},
			explore.Refusal{Status: 502, Trouble: finch.TroubleUnreachable, NotJSON: true},
			"502",
		},
		"nobody": {
			"GET /employer/company", &finch.Error{},
			explore.Refusal{Trouble: finch.TroubleUnreachable},
			"no answer",
		},
	} {
		l := &fakeLedger{}
		r := explored(t, exploring(refuses(c.refusal), newStore("c1"), l), ask(t, "c1", c.order))
		c.want.Sentence, c.want.Move, c.want.Message = finch.Sentence(c.refusal), c.want.Trouble.Move(), mask.Text(c.refusal.Message)
		if r.Refused == nil || !reflect.DeepEqual(*r.Refused, c.want) || r.Body != nil || r.Took != time.Second || strings.Contains(r.Refused.Message, "anary") || strings.Contains(r.Refused.Message, "1987") {
			t.Errorf("%s: got %+v\nwant %+v", name, r.Refused, c.want)
		}
		if got := l.said(); !slices.Equal(got, []string{"U1 explorer read c1: GET /employer/company · " + c.end}) {
			t.Errorf("%s: the account says %q", name, got)
		}
	}
}

func TestASentenceOfItsOwnForAWriteNobodyAnswered(t *testing.T) {
	t.Parallel()
	for order, want := range map[string]string{
		"POST /disconnect":                "Finch did not say whether this was done",
		"POST /jobs/automated":            "Finch did not say whether the sync was started",
		"GET /employer/company":           "Finch does not answer at the moment",
		"PUT /sandbox/jobs/configuration": "Finch did not say whether this was done",
	} {
		o := ask(t, "c1", order, map[bool][]string{true: {"type=data_sync_all"}}[strings.Contains(order, "jobs")]...)
		if strings.Contains(order, "configuration") {
			o.Query.Values["completion_status"] = []string{"complete"}
		}
		r := explored(t, exploring(refuses(unreachable()), newStore("c1"), &fakeLedger{}), o)
		if r.Refused == nil || !strings.HasPrefix(r.Refused.Sentence, want) {
			t.Errorf("%s: %+v", order, r.Refused)
		}
	}
}

func TestARefusalTellsOfTheConnection(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		refusal    error
		lost, look bool
	}{
		"revoked":     {revoked(), true, false},
		"reauth":      {&finch.Error{Status: 401, Name: "authentication_error", Code: "reauthenticate_user"}, false, true},
		"no scope":    {&finch.Error{Status: 403, Name: "insufficient_scope_error"}, false, false},
		"unreachable": {unreachable(), false, false},
	} {
		s := calm("c1")
		s.connections["c1"].connection.Report.Status = finch.Connected
		explored(t, exploring(refuses(c.refusal), s, &fakeLedger{}), ask(t, "c1", "GET /employer/company"))
		if _, lost := s.lost["c1"]; lost != c.lost {
			t.Errorf("%s: lost %v", name, s.lost)
		}
		if look := !s.next("c1").IsZero() && s.next("c1").Before(time.Now().Add(time.Hour)); look != c.look {
			t.Errorf("%s: next look %v", name, s.next("c1"))
		}
	}
}

func TestWhatIsNoJSONIsNotShown(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]*fakeFinch{
		"a page":     answers(http.StatusOK, "<html>Ada Canarybird</html>"),
		"half of it": answers(http.StatusOK, directory[:200]),
	} {
		r := explored(t, exploring(f, newStore("c1"), &fakeLedger{}), ask(t, "c1", "GET /employer/directory"))
		if r.Refused == nil || !r.Refused.NotJSON || r.Refused.Sentence == "" || r.Body != nil || strings.Contains(fmt.Sprintf("%+v", *r.Refused), "anary") {
			t.Errorf("%s: %+v", name, r)
		}
	}
	// The client may say so itself.
	garbled := refuses(&finch.Error{Status: 200, NotJSON: true})
	if r := explored(t, exploring(garbled, newStore("c1"), &fakeLedger{}), ask(t, "c1", "GET /employer/company")); !strings.HasPrefix(r.Refused.Sentence, "What came back is no JSON") {
		t.Errorf("told as refusal: %+v", r.Refused)
	}
	if r := explored(t, exploring(garbled, newStore("c1"), &fakeLedger{}), ask(t, "c1", "POST /disconnect")); !strings.HasPrefix(r.Refused.Sentence, "Finch did not say whether") {
		t.Errorf("of a write: %+v", r.Refused)
	}
	if r := explored(t, exploring(answers(http.StatusOK, ""), newStore("c1"), &fakeLedger{}), ask(t, "c1", "GET /employer/directory")); r.Refused != nil || r.Body != nil || r.Status != 200 {
		t.Errorf("an empty answer: %+v", r)
	}
}

func TestAWriteGoesOnWhenNobodyWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for order, want := range map[string]error{"POST /disconnect": nil, "GET /employer/company": context.Canceled} {
			ctx, cancel := context.WithCancel(t.Context())
			f, l := newFinch(), &fakeLedger{}
			var got error
			f.call = func(ctx context.Context, _ string, _ finch.Request) (finch.Answer, error) {
				cancel()
				synctest.Wait()
				got = ctx.Err()
				return answered(http.StatusOK, `{}`), nil
			}
			if _, err := exploring(f, newStore("c1"), l).Explore(ctx, ask(t, "c1", order)); err != nil || !errors.Is(got, want) || l.count() == 0 {
				t.Errorf("%s: the call's context says %v; %v, account %q", order, got, err, l.said())
			}
		}
	})
}

// Finch is not blamed for what nobody waited for. That it was asked is accounted for.
func TestAReadThatIsCutShortIsNoRefusal(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	f, l := newFinch(), &fakeLedger{}
	f.call = func(context.Context, string, finch.Request) (finch.Answer, error) {
		cancel()
		return finch.Answer{}, &finch.Error{}
	}
	r, err := exploring(f, newStore("c1"), l).Explore(ctx, ask(t, "c1", "GET /employer/company"))
	if err == nil || r.Refused != nil || !slices.Equal(l.said(), []string{"U1 explorer read c1: GET /employer/company · no answer"}) {
		t.Errorf("%+v, %v; the account says %q", r, err, l.said())
	}
}

func TestNoCallBeginsWhilePerchStopsOrBreaksIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFinch()
		w := exploring(f, calm("c1"), &fakeLedger{})
		f.call = func(context.Context, string, finch.Request) (finch.Answer, error) { panic("Ada Canarybird") }
		if _, err := w.Explore(t.Context(), ask(t, "c1", "GET /employer/company")); err == nil || strings.Contains(err.Error(), "anary") {
			t.Errorf("a call that broke off: %v", err)
		}
		run(t, w)()
		before := f.count("GET", "/employer/company")
		if _, err := w.Explore(t.Context(), ask(t, "c1", "GET /employer/company")); !errors.Is(err, finch.ErrStopping) || f.count("GET", "/employer/company") != before {
			t.Errorf("after the end: %v", err)
		}
	})
}

// Neither the log nor the account repeats what anybody said or Finch answered.
func TestNothingOfACallLeaks(t *testing.T) {
	t.Parallel()
	const person = "5d0b6d1e-0000-4000-8000-000000000003" // may stand in the account, not in the log
	var log bytes.Buffer
	l := &fakeLedger{}
	reveal := ask(t, "c1canary", "GET /employer/directory")
	reveal.Reveal, reveal.Reason = []string{"individuals[].last_name"}, "a wrong name, see bob@canary.example"
	orders := []explore.Order{
		ask(t, "c1canary", "GET /employer/directory"), reveal,
		ask(t, "c1canary", "POST /employer/individual", "individual_id="+person),
		ask(t, "c1canary", "PUT /sandbox/individual/{individual_id}", "individual_id="+person, `body={"first_name":"Canarybird"}`),
		ask(t, "c1canary", "POST /employer/individual", "individual_id=Canarybird"),
		ask(t, "c1canary", "GET /jobs/automated/{job_id}", "job_id=Canarybird"),
		ask(t, "c1canary", "GET /employer/pay-statement-item", "name=Canarybird"),
		ask(t, "", "POST /auth/token", "code=canary-code"),
	}
	for _, f := range []*fakeFinch{
		answers(http.StatusOK, directory), answers(http.StatusOK, `{"access_token":"canary-token","connection_id":"c2","last_name":"Canarybird"}`),
		answers(http.StatusOK, "no JSON but Canarybird"),
		refuses(&finch.Error{Status: 400, Name: "bad_request", Message: "bob@canary.example is no good"}), refuses(unreachable()),
	} {
		s := newStore()
		s.add("c1canary", time.Now())
		f.introspect = func(context.Context, string) (finch.Introspection, error) {
			return introspection("c2", finch.Connected), nil
		}
		w := watch.New(watch.Options{Finch: f, Store: s, Ledger: l, Log: zerolog.New(&log)})
		for _, o := range orders {
			r := explored(t, w, o)
			if shown := fmt.Sprintf("%s %+v %q", bodyOf(r), r.Refused, r.Notes); o.Reveal == nil && strings.Contains(shown, "anary") {
				t.Errorf("%s shows %s", o.Query.Endpoint.Name(), shown)
			}
		}
	}
	if strings.Contains(log.String(), person) {
		t.Error("the log names a person")
	}
	written := strings.Join(append(l.said(), log.String()), "\n")
	for _, id := range []string{` c1canary: `, `"connection":"c1canary"`} { // may be told
		written = strings.ReplaceAll(written, id, "")
	}
	if strings.Contains(strings.ToLower(written), "canary") || !strings.Contains(written, "PUT /sandbox/individual/{individual_id}") {
		t.Errorf("written was\n%s", written)
	}
}

func bodyOf(r explore.Result) string {
	if r.Body == nil {
		return ""
	}
	return string(r.Body.JSON)
}
