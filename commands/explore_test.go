package commands

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestWhatIsCompleteIsAskedAtOnce(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"c-one GET /employer/directory limit=5":                                                 "c-one GET /employer/directory limit=5",
		"get /jobs/automated/453bd7d7-5355-4d6d-a38e-d9e7eb218c3f":                              "",
		"c-one get /jobs/automated/453bd7d7-5355-4d6d-a38e-d9e7eb218c3f":                        "c-one GET /jobs/automated/453bd7d7-5355-4d6d-a38e-d9e7eb218c3f",
		"c-one GET /providers":                                                                  "c-one GET /providers",
		"c-one POST /employer/individual individual_id=" + sara + "," + omar:                    "c-one POST /employer/individual individual_id=" + sara + "," + omar,
		"harbor GET /employer/directory":                                                        "",
		harbor().ID + " GET /employer/directory":                                                "",
		"c-one GET /employer/payment start_date=2026-11-01":                                     "",
		"c-one GET /employer/payment start_date=soon end_date=2026-11-30":                       "",
		"c-one GET /employer/directory limit=5 colour=red":                                      "",
		"nobody GET /employer/directory":                                                        "",
		"c-one GET /employer/nothing":                                                           "",
		"c-one POST /auth/token client_secret=x":                                                "",
		"c-one POST /employer/individual individual_id=" + strings.Repeat(sara+",", 150) + omar: "long",
	} {
		t.Run(text[:min(40, len(text))], func(t *testing.T) {
			t.Parallel()
			d, q := bench(t)
			d.slash("/explore", text)
			switch want {
			case "":
				select {
				case v := <-d.views:
					d.valid(v, "explore.ask")
				case a := <-d.says:
					if !strings.Contains(a.raw, "changes something") {
						t.Errorf("heard %s", a.raw)
					}
				case <-time.After(patient):
					t.Fatal("nothing came")
				}
				q.nothingAsked(t)
			case "long":
				q.wasAsked(t, text)
			default:
				q.wasAsked(t, want)
			}
		})
	}
}

func TestTheFormSaysWhatWasNotUnderstood(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"harbor":  "2 connections match",
		"harbour": "Nothing matches",
		"c-one":   "Paychex Flex",
		"c-one GET /employer/payment start_date=soon": "start_date is a date such as",
		"c-one GET /employer/nothing":                 "no such operation",
		harbor().ID + " GET /employer/directory":      "Not asked yet. Still needed: Entity.",
		"GET /employer/payment":                       "Still needed: Connection, Start date, End date.",
		"c-one GET /sandbox/jobs/configuration":       "only for connections of Finch",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			d, _ := bench(t)
			d.slash("/explore", text)
			v := d.sees(want)
			if v.method != "views.open" || v.View.CallbackID != "explore.ask" {
				t.Errorf("shown %s", v.raw)
			}
			if text == "c-one" && strings.Contains(v.raw, "information_source") {
				t.Errorf("it complains: %s", v.raw)
			}
		})
	}
}

func TestChoosingMakesTheForm(t *testing.T) {
	t.Parallel()
	d, q := bench(t)
	d.slash("/explore", "")
	v := d.sees("explore.ask")
	if found := d.suggest(v, "explore.connection", "connection.0", "coffee"); !strings.Contains(found, "c-one") || !strings.Contains(found, harbor().ID) {
		t.Errorf("offered %s", found)
	}
	d.press(v, "explore.connection", harbor().ID, map[string][]string{"connection": {harbor().ID}})
	v = d.sees("Harbor Coffee Roasters")
	d.press(v, "explore.endpoint", "POST /employer/individual", map[string][]string{"endpoint": {"POST /employer/individual"}})
	v = d.sees("param:individual_id")
	if v.method != "views.update" || !strings.Contains(v.raw, "Harbor Bakery Inc") {
		t.Errorf("shown %s", v.raw)
	}
	d.press(v, "explore.entity", "e", map[string][]string{"param:entity_ids": {harbor().Entities[1].ID}})
	v = d.sees(harbor().Entities[1].ID)
	if found := d.suggest(v, "explore.pick", "param:individual_id.3", "lind"); !strings.Contains(found, sara) || strings.Contains(found, omar) || strings.Contains(found, "Sara") {
		t.Errorf("offered %s", found)
	}
	d.submit(v, map[string][]string{"param:individual_id": {sara, omar}})
	q.wasAsked(t, fmt.Sprintf("%s POST /employer/individual entity_ids=%s individual_id=%s,%s", harbor().ID, harbor().Entities[1].ID, sara, omar))
}

// Labels are words; what Finch calls a parameter stands in the hint.
func TestFieldsAreCalledWhatPeopleCallThem(t *testing.T) {
	t.Parallel()
	for param, want := range map[string]string{
		"GET /employer/directory entity_ids":                   "Entity",
		"GET /employer/directory limit":                        "Limit",
		"GET /employer/payment start_date":                     "Start date",
		"GET /employer/pay-groups/{pay_group_id} pay_group_id": "Pay group",
		"GET /employer/pay-groups individual_id":               "Individual",
		"POST /employer/individual individual_id":              "Individuals",
		"POST /employer/individual options.include":            "Include",
		"POST /disconnect-entity entity_ids":                   "Entities",
		"POST /connect/sessions integration.provider":          "Provider",
		"POST /sandbox/connections provider_id":                "Provider id",
		"POST /employer/benefits/{benefit_id} benefit_id":      "Benefit",
	} {
		words := strings.Fields(param)
		name := words[2]
		p, ok := paramOf(endpointNamed(words[0]+" "+words[1]), name)
		if got := paramLabel(p); !ok || got != want {
			t.Errorf("%s is called %q, want %q", param, got, want)
		}
		if spelt := strings.Contains(paramHint(p), "In Finch: "+name+"."); spelt == (want == "Limit") {
			t.Errorf("%s is explained by %q", param, paramHint(p))
		}
	}
}

func TestTheCardOfAConnectionLeadsToTheForm(t *testing.T) {
	t.Parallel()
	d, _ := bench(t)
	d.slash("/connection", harbor().ID)
	if answer := d.hears("Harbor Coffee Roasters"); !strings.Contains(answer.raw, "explore.of") {
		t.Errorf("nothing leads there: %s", answer.raw)
	}
	d.click("explore.of", "connection", harbor().ID)
	v := d.sees("explore.ask")
	if v.method != "views.open" || !strings.Contains(v.View.PrivateMetadata, harbor().ID) || strings.Contains(v.raw, "Not asked yet") {
		t.Errorf("shown %s", v.raw)
	}
}

func TestFaultsOfAFormStandBesideTheirFields(t *testing.T) {
	t.Parallel()
	d, q := bench(t)
	d.slash("/explore", "c-one GET /employer/payment start_date=2026-11-30")
	v := d.sees("param:start_date")
	if a := d.submit(v, nil); a.Action != "errors" || !strings.Contains(a.Errors["param:end_date.0"], "end_date is missing") {
		t.Errorf("answered %s", a.raw)
	}
	if a := d.submit(v, map[string][]string{"param:end_date": {"2026-11-01"}}); !strings.Contains(a.Errors["param:end_date.0"], "before start_date") {
		t.Errorf("answered %s", a.raw)
	}
	if a := d.submit(v, map[string][]string{"connection": {}}); !strings.Contains(a.Errors["connection.0"], "Choose whose connection") {
		t.Errorf("answered %s", a.raw)
	}
	if a := d.submit(v, map[string][]string{"endpoint": {}}); !strings.Contains(a.Errors["endpoint.0"], "Choose a call") {
		t.Errorf("answered %s", a.raw)
	}
	q.nothingAsked(t)
	d.submit(v, map[string][]string{"param:end_date": {"2026-12-01"}})
	q.wasAsked(t, "c-one GET /employer/payment start_date=2026-11-30 end_date=2026-12-01")
}

// Slack may send a form in before the one for the newly chosen call is shown.
func TestAFormThatIsOvertakenIsShownAnew(t *testing.T) {
	t.Parallel()
	d, q := bench(t)
	d.slash("/explore", "c-one GET /employer/directory limit=no")
	v := d.sees("param:limit")
	a := d.submit(v, map[string][]string{"endpoint": {"GET /jobs/automated"}, "param:limit": {"5"}})
	if a.Action != "update" || !strings.Contains(a.raw, "These are the fields of GET /jobs/automated") || !strings.Contains(a.raw, `"initial_value":"5"`) {
		t.Errorf("answered %s", a.raw)
	}
	a = d.submit(v, map[string][]string{"connection": {harbor().ID}})
	if a.Action != "update" || !strings.Contains(a.raw, "several entities") || !strings.Contains(a.raw, "param:entity_ids.1") {
		t.Errorf("answered %s", a.raw)
	}
	q.nothingAsked(t)
}

func TestFormsFromElsewhereAreRefused(t *testing.T) {
	t.Parallel()
	d, q := bench(t)
	d.slash("/explore", "c-one")
	v := d.sees("explore.ask")
	for _, private := range []string{"", "{", `{"at":"<!channel>"}`} {
		v.View.PrivateMetadata = private
		if a := d.submit(v, nil); !strings.Contains(a.raw, "cannot be read any more") {
			t.Errorf("%q was answered %s", private, a.raw)
		}
	}
	v.View.PrivateMetadata = `{"call":"GET /nothing","turn":-7}`
	d.submit(v, nil)
	q.nothingAsked(t)
}

// An operator may not, whatever door is tried, and each try stands in the account.
func TestWhoMayNotIsRefusedAtEveryDoor(t *testing.T) {
	t.Parallel()
	d, q := bench(t, "UANN")
	d.asker = `{}`
	d.slash("/explore", "c-one GET /employer/directory")
	d.hears("only admins may ask for. Ask <@UANN> (admins).")
	d.slash("/explore", "c-one")
	v := d.sees("left out")
	if strings.Contains(v.raw, "/employer/directory") {
		t.Errorf("offered %s", v.raw)
	}
	d.press(v, "explore.endpoint", "x", map[string][]string{"endpoint": {"GET /employer/directory"}})
	d.sees("only admins may ask for")
	if a := d.submit(v, map[string][]string{"endpoint": {"GET /employer/directory"}}); !strings.Contains(a.raw, "only admins may ask for") {
		t.Errorf("answered %s", a.raw)
	}
	v.View.PrivateMetadata = `{"at":"C1","call":"POST /employer/individual","of":"c-one"}`
	if found := d.suggest(v, "explore.pick", "param:individual_id.0", "lind"); found != `{"options":[]}` {
		t.Errorf("offered %s", found)
	}
	q.nothingAsked(t)
	if got := q.refusals(); len(got) != 3 || got[0] != "U1 c-one GET /employer/directory" {
		t.Errorf("the account says %q", got)
	}
	if q.looks > 0 {
		t.Error("the directory was read for an operator")
	}
}

// Who may filter pay groups by a person may not search for people.
func TestNoListTellsMoreThanItsReaderMayKnow(t *testing.T) {
	t.Parallel()
	d, q := bench(t, "UANN")
	d.asker = `{}`
	d.slash("/explore", "c-one GET /employer/pay-groups colour=red")
	v := d.sees("param:individual_id")
	if found := d.suggest(v, "explore.pick", "param:individual_id.0", sara); !strings.Contains(found, sara) || !strings.Contains(found, "Only admins can search") {
		t.Errorf("offered %s", found)
	}
	d.press(v, "explore.connection", "c-one", map[string][]string{"param:individual_id": {sara}})
	d.sees(sara)
	if q.looks > 0 {
		t.Error("the directory was read for an operator")
	}
}

func TestWritesNeedTheSettingAndANamedAdmin(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		on     bool
		admins []string
		says   string
	}{
		"off":       {false, []string{"U1"}, "set to only read"},
		"not named": {true, []string{"UANN"}, "only admins named in PERCH_ADMINS may do. Ask <@UANN> (admins)."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, q := bench(t)
			s := q.sources()
			s.ExploreWrites = tt.on
			d := newDesk(t, s, tt.admins...)
			d.slash("/explore", "c-one POST /jobs/automated type=data_sync_all")
			d.hears(tt.says)
			q.nothingAsked(t)
			if got := q.refusals(); len(got) != 1 {
				t.Errorf("the account says %q", got)
			}
		})
	}
	_, q := bench(t)
	s := q.sources()
	s.ExploreWrites = true
	d := newDesk(t, s, "U1")
	d.slash("/explore", "c-one POST /jobs/automated type=data_sync_all")
	d.sees("This changes something")
	q.nothingAsked(t)
}

func TestARefusalStandsEvenIfItCannotBeNoted(t *testing.T) {
	t.Parallel()
	d, q := bench(t, "UANN")
	q.broken = errors.New("disk full")
	d.slash("/explore", "c-one GET /employer/directory")
	d.hears("only admins may ask for")
	q.nothingAsked(t)
}
