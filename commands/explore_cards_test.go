package commands

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"perch/bot"
	"perch/internal/explore"
	"perch/internal/finch"
)

// directory is the endpoint of most of these tests.
func directory() finch.Endpoint {
	return finch.Endpoint{
		Method: "GET", Path: "/employer/directory", Product: "directory", Items: "individuals", Noun: "person", Nouns: "people", Paged: true,
		Shown: []string{"individuals[].id", "individuals[].is_active", "individuals[].department.name"},
	}
}

// people is a masked directory of n people, as its fields and the page at from say.
func people(n, from int) (*explore.Masked, explore.Page) {
	m := &explore.Masked{
		JSON: []byte(`{"individuals":[]}`), Items: n, Total: -1, Offset: -1, Hidden: 2 * n,
		Fields: []explore.Field{
			{Path: "individuals", Types: []string{"list"}, Count: 1},
			{Path: "individuals[].id", Types: []string{"string"}, Count: n, Shown: true},
			{Path: "individuals[].first_name", Types: []string{"string", "null"}, Count: n, Masked: true},
			{Path: "individuals[].last_name", Types: []string{"string"}, Count: n, Masked: true},
			{Path: "individuals[].access_token", Types: []string{"string"}, Count: 1, Masked: true, Secret: true},
		},
	}
	page := explore.Page{From: from, To: min(n, from+pageItems)}
	for i := page.From; i < page.To; i++ {
		page.Lines = append(page.Lines, fmt.Sprintf(`{"id": "11111111-0000-4000-8000-%012d", "first_name": "••••", "department": {"name": "Roastery"}}`, i))
	}
	return m, page
}

// answered is a look at an answer of so many people.
func answered(n, from int, by ...func(*sight)) sight {
	body, page := people(n, from)
	s := sight{
		look: look{ID: "held-1", From: from, Channel: "C1", Ask: harbor().ID + " GET /employer/directory"},
		Result: explore.Result{
			Query:  explore.Query{Endpoint: directory(), ConnectionID: harbor().ID, Values: map[string][]string{"entity_ids": {harbor().Entities[0].ID}}},
			Status: 200, Took: 412 * time.Millisecond, At: now, RequestID: "5f3c2a10-1111-4222-8333-444455556666",
			Retrieved: now.Add(-3 * time.Hour), Attempted: now.Add(-3 * time.Hour), Attempt: "success", Left: 17, Size: 48_000, Body: body,
		},
		Of: harbor(), Page: page, Who: bot.Person{ID: "U1", Role: bot.Admin}, Now: now,
	}
	for _, change := range by {
		change(&s)
	}
	return s
}

// refusedAs is a look at an answer that brings nothing.
func refusedAs(f explore.Refusal) sight {
	return answered(0, 0, func(s *sight) {
		s.Result.Body, s.Page = nil, explore.Page{}
		s.Result.Status, s.Result.Retrieved, s.Result.Attempted, s.Result.Refused = f.Status, time.Time{}, time.Time{}, &f
	})
}

// reauth is the refusal of the sketch.
var reauth = explore.Refusal{
	Status: 401, Name: "authentication_error", Code: "reauthenticate_user", Message: "Please reauthenticate user", Trouble: finch.TroubleReauth,
	Sentence: "The employer must reconnect before Finch can read data.", Move: "the employer's",
}

func namedAdmin(s *sight) { s.Who.Role = bot.NamedAdmin }

func batchErrors(s *sight) {
	s.Result.Query.Endpoint = finch.Endpoint{Method: "POST", Path: "/employer/individual", Items: "responses", Noun: "person", Nouns: "people"}
	for i := range 7 {
		s.Result.Body.Failed = append(s.Result.Body.Failed, explore.Failure{
			ID: fmt.Sprintf("11111111-0000-4000-8000-%012d", i), Status: 404, Name: "not_found_error", Code: "individual_not_found", Message: "No such individual",
		})
	}
}

func hostileResult(s *sight) {
	s.Of = finch.Connection{ID: hostile, CustomerName: hostile, Entities: []finch.Entity{{ID: "e", Name: hostile}}}
	s.Result.Query = explore.Query{Endpoint: directory(), ConnectionID: hostile}
	s.Result.RequestID, s.Result.Attempt, s.Result.JobID, s.Result.TokenID, s.Result.TokenOf = hostile, hostile, hostile, hostile, hostile
	s.Page.Lines = []string{`{"x": "` + hostile + `"}`}
	s.Result.Body.Failed = []explore.Failure{{ID: hostile, Status: 500, Name: hostile, Code: hostile, Message: hostile}}
	s.Result.Body.Fields = []explore.Field{{Path: hostile, Types: []string{"string"}, Masked: true}}
}

func longestResult(s *sight) {
	long := strings.Repeat("very long name ", 40)
	s.Of.CustomerName, s.Of.Entities[0].Name = long, long
	s.Result.Attempt, s.Result.Attempted, s.Result.JobID, s.Result.TokenID, s.Result.TokenOf = "partial_error", now, long, long, long
	s.Page.Cut, s.Page.Lines = true, nil
	for range 400 {
		s.Page.Lines = append(s.Page.Lines, strings.Repeat("😀", 50)+long)
	}
	s.Page.Lines[0] = strings.Repeat(long, 20)
	batchErrors(s)
	s.Notes = []string{strings.Repeat("note ", 100), "another"}
	s.JQ, s.Ask = strings.Repeat("界", maxJQ), strings.Repeat("x", 2*maxLook)
	namedAdmin(s)
}

func TestResultViews(t *testing.T) {
	views := map[string]sight{
		"one":       answered(1, 0),
		"many":      answered(412, 0, func(s *sight) { s.Page.Cut = true }),
		"second":    answered(412, 25),
		"last":      answered(412, 400, namedAdmin),
		"at_finch":  answered(100, 50, func(s *sight) { s.Result.Body.Total, s.Result.Body.Offset = 412, 100 }),
		"empty":     answered(0, 0, func(s *sight) { s.Result.Body.Fields = nil; s.Page.Lines = []string{`{"individuals": []}`} }),
		"namesake":  answered(1, 0, func(s *sight) { s.Of.CustomerName = s.Of.Entities[0].Name }),
		"no_list":   answered(0, 0, func(s *sight) { s.Result.Query.Endpoint = finch.Endpoint{Method: "GET", Path: "/introspect"} }),
		"no_body":   answered(0, 0, func(s *sight) { s.Result.Body = nil }),
		"typed_dm":  answered(3, 0, func(s *sight) { s.Channel = "D1" }),
		"stale":     answered(3, 0, func(s *sight) { s.Result.Attempt, s.Result.Attempted = "error", now.Add(-time.Hour) }),
		"partly":    answered(3, 0, func(s *sight) { s.Result.Attempt, s.Result.Attempted = "partial_error", now.Add(-time.Hour) }),
		"unlimited": answered(3, 0, func(s *sight) { s.Result.Left = -1; s.Result.Took = 3200 * time.Millisecond }),
		"batch":     answered(25, 0, batchErrors),
		"narrowed": answered(412, 0, func(s *sight) {
			s.JQ, s.Narrowed = ".individuals[].department.name", true
			s.Narrow = explore.Narrowed{Lines: []string{`"Roastery"`, `"Bakery"`}, Values: 412, Cut: true}
		}),
		"followed": answered(0, 0, func(s *sight) {
			s.Result.Query.Endpoint = finch.Endpoint{Method: "POST", Path: "/employer/benefits", Writes: true}
			s.Result.Status, s.Result.JobID = 201, "453bd7d7-5355-4d6d-a38e-d9e7eb218c3f"
		}),
		"token": answered(0, 0, func(s *sight) {
			s.Result.Query = explore.Query{Endpoint: finch.Endpoint{Method: "POST", Path: "/auth/token", Writes: true}}
			s.Result.TokenID, s.Result.TokenOf, s.Of = "6f0c2b7e-8a53-4f7a-9a44-0d8d0c6f5a11", harbor().ID, finch.Connection{}
		}),
		"token_lost": answered(0, 0, func(s *sight) {
			s.Result.Query = explore.Query{Endpoint: finch.Endpoint{Method: "POST", Path: "/auth/token", Writes: true}}
			s.Of, s.Result.Notes = finch.Connection{}, []string{"The token of the answer could not be kept, <!here>."}
		}),
		"again":   answered(3, 0, func(s *sight) { s.Notes = []string{"Asked again: the earlier answer was no longer held."} }),
		"hostile": answered(1, 0, hostileResult),
		"longest": answered(10_000, 25, longestResult),
	}
	for name, s := range views {
		t.Run(name, func(t *testing.T) { checkModal(t, "explore_"+name, s.view()) })
	}
}

func TestRefusalViews(t *testing.T) {
	for _, trouble := range finch.Troubles {
		f := explore.Refusal{Status: 400, Name: "some_error", Message: "In Finch's words", Trouble: trouble, Sentence: "What happened. What to do.", Move: "somebody's"}
		if trouble == finch.TroubleReauth {
			f = reauth
		}
		t.Run(string(trouble), func(t *testing.T) { checkModal(t, "explore_refused_"+string(trouble), refusedAs(f).view()) })
	}
	for name, f := range map[string]explore.Refusal{
		"202":      {Status: 202, Trouble: finch.TroubleNotReady, Sentence: "Finch is still fetching this data.", Move: "Finch's", Until: now.Add(10 * time.Minute)},
		"429":      {Status: 429, Name: "rate_limit_exceeded_error", Code: "finch_application_rl", Trouble: finch.TroubleRateLimited, Sentence: "Finch allows no more requests just now.", Move: "nobody's", Until: now.Add(time.Minute)},
		"timeout":  {Trouble: finch.TroubleUnreachable, Sentence: "Finch does not answer at the moment.", Move: "Finch's"},
		"not_json": {Status: 502, Trouble: finch.TroubleUnreachable, Sentence: "Finch does not answer at the moment.", NotJSON: true},
		"hostile":  {Status: 400, Name: hostile, Code: hostile, Message: hostile, Trouble: hostile, Sentence: hostile, Move: hostile},
		"longest": {
			Status: 400, Code: strings.Repeat("c", 500), Message: strings.Repeat("m&", 4000), Trouble: finch.TroubleRejected,
			Sentence: strings.Repeat("s&", 4000), Move: strings.Repeat("w", 4000), NotJSON: true, Until: now.Add(time.Hour),
		},
	} {
		t.Run(name, func(t *testing.T) { checkModal(t, "explore_refused_"+name, refusedAs(f).view()) })
	}
}

// proposed is a proposal to send a body to an endpoint.
func proposed(path, body string) proposal {
	return proposal{
		Query:   explore.Query{Endpoint: finch.Endpoint{Method: "POST", Path: path, Writes: true}, ConnectionID: harbor().ID},
		Request: finch.Request{Method: "POST", Path: path, Body: []byte(body)}, Of: harbor(),
	}
}

func TestProposalViews(t *testing.T) {
	l := look{ID: "held-1", Channel: "C1"}
	views := map[string]proposal{
		"benefit":     proposed("/employer/benefits", `{"type":"401k","description":"Retirement","frequency":"every_paycheck"}`),
		"disconnect":  proposed("/disconnect", ""),
		"application": {Query: explore.Query{Endpoint: finch.Endpoint{Method: "POST", Path: "/auth/token", Writes: true, Notes: "A code is good once."}}, Request: finch.Request{Method: "POST", Path: "/auth/token"}},
		"hostile":     proposed("/employer/benefits", `{"description":"`+strings.ReplaceAll(hostile, "\x07", "")+`"}`),
		"longest":     proposed("/employer/benefits", `{"a":["`+strings.Repeat(`x","`, 9000)+`"]}`),
	}
	sandbox := views["disconnect"]
	sandbox.Of.Environment = "sandbox"
	views["sandbox"] = sandbox
	for name, p := range views {
		t.Run(name, func(t *testing.T) { checkModal(t, "explore_write_"+name, p.view(l, "")) })
	}
}

// formOf compares what is made of a result with its golden file.
func formOf(t *testing.T, name string, s sight, show showing) {
	t.Helper()
	v, err := show(t.Context(), &bot.Request{Who: s.Who}, s)
	if err != nil {
		t.Fatal(err)
	}
	checkModal(t, "explore_"+name, v)
}

func TestFormsAboutResults(t *testing.T) {
	all := answered(412, 25, namedAdmin)
	many := answered(3, 0, namedAdmin, func(s *sight) {
		for i := range 400 {
			s.Result.Body.Fields = append(s.Result.Body.Fields, explore.Field{Path: fmt.Sprintf("individuals[].%s_%d", strings.Repeat("very_long", 10), i), Types: []string{"string"}, Masked: true})
		}
	})
	for name, s := range map[string]sight{"all": all, "hostile": answered(1, 0, namedAdmin, hostileResult), "longest": many} {
		t.Run(name, func(t *testing.T) {
			formOf(t, "fields_"+name, s, fieldsOf)
			formOf(t, "reveal_"+name, s, explorer{}.revealForm)
			formOf(t, "jq_"+name, s, jqForm)
			formOf(t, "save_"+name, s, saveForm)
		})
	}
	formOf(t, "save_dm", answered(1, 0, func(s *sight) { s.Channel = "D1" }), saveForm)
	formOf(t, "fields_none", answered(0, 0, func(s *sight) { s.Result.Body.Fields = nil }), fieldsOf)
	checkModal(t, "explore_asking", askingView(all.Result.Query))
}

func TestSharingSaysWhatLeaves(t *testing.T) {
	for name, s := range map[string]sight{
		"many": answered(412, 25),
		"narrowed": answered(412, 0, func(s *sight) {
			s.JQ, s.Narrowed, s.Narrow = ".individuals[].department.name", true, explore.Narrowed{Lines: []string{`"Roastery"`}, Values: 1}
		}),
		"hostile": answered(1, 0, hostileResult),
		"longest": answered(10_000, 25, longestResult),
	} {
		t.Run(name, func(t *testing.T) {
			v := s.shareView("Guests may read this channel.")
			if l := lookOf(v.PrivateMetadata); len(l.Once) < 20 || l.ID != s.ID || !strings.HasSuffix(l.Once, " Guests may read this channel.") {
				t.Errorf("the look is %+v", l)
			}
			v.PrivateMetadata = s.look.String()
			checkModal(t, "explore_share_"+name, v)
			check(t, "explore_shared_"+name, s.sharedCard())
		})
	}
}

func TestWhoIsOfferedWhat(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		by   func(*sight)
		want string
	}{
		"an admin":            {func(*sight) {}, "json fields save share"},
		"a named admin":       {namedAdmin, "json fields save share reveal"},
		"in a direct message": {func(s *sight) { s.Channel = "D1" }, "json fields save"},
		"nowhere known":       {func(s *sight) { s.Channel = "" }, "json fields save"},
		"after a write":       {func(s *sight) { namedAdmin(s); s.Result.Query.Endpoint.Writes = true }, "json fields share"},
		"nothing masked":      {func(s *sight) { namedAdmin(s); s.Result.Body.Fields = s.Result.Body.Fields[:2] }, "json fields save share"},
		"tokens alone masked": {func(s *sight) { namedAdmin(s); s.Result.Body.Fields = s.Result.Body.Fields[4:] }, "json fields save share"},
		"refused":             {func(s *sight) { namedAdmin(s); s.Result.Body, s.Result.Refused = nil, &reauth }, "save"},
	} {
		var got []string
		for _, c := range answered(3, 0, tt.by).menu() {
			got = append(got, c.Value)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s is offered %v, want %s", name, got, tt.want)
		}
	}
}

func TestLooksComeBack(t *testing.T) {
	t.Parallel()
	l := look{ID: "A", From: 25, JQ: ".x & .y", Narrowed: true, Channel: "C1", Ask: "c GET /x a=b", Once: "n Guests."}
	if got := lookOf(l.String()); got != l {
		t.Errorf("came back as %+v, want %+v", got, l)
	}
	if got := lookOf("%zz&from=-4&in=<!channel>&id=B"); got != (look{}) && got != (look{ID: "B"}) {
		t.Errorf("forged, it came back as %+v", got)
	}
	long := look{ID: "A", From: 7, JQ: strings.Repeat("界", maxJQ), Narrowed: true, Ask: strings.Repeat("y", maxLook)}
	if got := lookOf(long.String()); len(long.String()) > maxLook || got != (look{ID: "A", From: 7}) {
		t.Errorf("too long, it came back as %+v", got)
	}
	if got := l.turned("50"); got.From != 50 || !got.Narrowed {
		t.Errorf("turned to %+v", got)
	}
	if got := l.turned(unnarrowed); got.Narrowed || got.JQ == "" || got.From != 25 {
		t.Errorf("let go, it is %+v", got)
	}
}

func TestLinesAreCutIntoBlocks(t *testing.T) {
	t.Parallel()
	lines := []string{strings.Repeat("a", 4000), "", strings.Repeat("😀", 1200), strings.Repeat("b", 700), "c"}
	blocks := inBlocks(lines)
	if got := strings.Count(strings.Join(blocks, "\n"), "\n"); got != len(lines)-1 {
		t.Errorf("%d line breaks in %d blocks", got, len(blocks))
	}
	for _, b := range blocks {
		if n := 2*strings.Count(b, "😀") + strings.Count(b, "a") + strings.Count(b, "b"); n > previewBlock {
			t.Errorf("a block of %d", n)
		}
	}
}

func TestNamesOfFiles(t *testing.T) {
	t.Parallel()
	for want, path := range map[string]string{
		"directory-harbor.json": "/employer/directory", "documents-harbor.json": "/employer/documents/{document_id}", "answer-harbor.json": "/",
	} {
		s := answered(1, 0)
		if s.Result.Query.Endpoint.Path = path; fileName(s, "json") != want {
			t.Errorf("%s is called %s, want %s", path, fileName(s, "json"), want)
		}
	}
	s := answered(1, 0, func(s *sight) { s.Of = finch.Connection{ID: "../../évil"} })
	if got := fileName(s, "json"); got != "directory-vil.json" {
		t.Errorf("called %s", got)
	}
}

func TestWhyFinchWasNotAsked(t *testing.T) {
	t.Parallel()
	told := func(err error) string {
		u, _ := errors.AsType[*bot.UserError](unasked(err))
		return fmt.Sprintf("%s|%v", u.Sentence[:20], u.Cause != nil)
	}
	if got := told(finch.ErrNoToken); got != "There is no access t|false" {
		t.Error(got)
	}
	if got := told(errors.New("disk full")); got != "Something went wrong|true" {
		t.Error(got)
	}
}
