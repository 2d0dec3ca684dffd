package commands

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"perch/internal/connect"
	"perch/internal/finch"
)

// town is a counter that knows more customers than Harbor, whose entity must
// reconnect: two by their connections, one by a link alone.
func town(t *testing.T) (*desk, *register) {
	t.Helper()
	connected := func(id, customerID, name string, status finch.Status) finch.Connection {
		return finch.Connection{ID: id, CustomerID: customerID, CustomerName: name, HasToken: true, Report: finch.StatusReport{Status: status}}
	}
	left := connected("left", "cust_1043", "Arbor Clinic", finch.Connected)
	left.DisconnectedAt = now
	a := &archive{connections: []finch.Connection{
		harbor(), left, connected("c-inn", "acme", "Harbor Inn", finch.Connected),
		connected("c-bikes", "cust_7", "Acme Bikes", finch.Connected),
	}}
	g := &register{readings: []connect.Reading{{Session: blueFern()}, {Session: connect.Session{ID: "s-inn", CustomerID: "acme", CustomerName: "Harbor Inn"}}}}
	s := g.sources(&ledger{made: connect.Link{URL: "https://connect.example/r", Session: connect.Session{ID: "r1", Reconnect: true, Expires: now.Add(24 * time.Hour)}}})
	s.Known = a
	return newDesk(t, s), g
}

func TestALinkIsForWhomTheWordsMean(t *testing.T) {
	t.Parallel()
	for text, tt := range map[string]struct{ id, name, says string }{
		"roasters":                      {"cust_1042", "Harbor Coffee Roasters", `"roasters" is Harbor Coffee Roasters here`},
		"harbor coffee":                 {"cust_1042", "Harbor Coffee Roasters", "Reconnect needed"},
		`"Harbor Inn" provider:gusto`:   {"acme", "Harbor Inn", "If they must sign in again"},
		harbor().ID:                     {"cust_1042", "Harbor Coffee Roasters", "Reconnect needed"},
		"blue fern":                     {"cust_2001", "Blue Fern Dental", `"blue fern" is Blue Fern Dental here`},
		"arbor clinic":                  {"cust_1043", "Arbor Clinic", "Arbor Clinic here"},
		"cust_1042":                     {"cust_1042", "Harbor Coffee Roasters", "Reconnect needed"},
		"acme":                          {"acme", "Harbor Inn", "is connected already"},
		"CUST_7":                        {"cust_7", "Acme Bikes", "is connected already"},
		"roasters stage:mfa":            {"cust_1042", "Harbor Coffee Roasters", "There is no field *stage:*"},
		"harbour":                       {"harbour", "", `Nothing matches "harbour", so this is somebody new. Nearest: Harbor Coffee Roasters, `},
		"cust_104":                      {"cust_104", "", "somebody new"},
		`cust_1042 "Harbor"`:            {"cust_1042", "Harbor", ""},
		"cust_3000 New Bakery":          {"cust_3000", "New Bakery", ""},
		"customer:harbor":               {"harbor", "", ""},
		`name:"Harbor Two" customer:h2`: {"h2", "Harbor Two", ""},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			d, _ := town(t)
			d.slash("/perch", "link "+text)
			v := d.sees(tt.says)
			if id, name := typedIn(v, "customer"), typedIn(v, "name"); id != tt.id || name != tt.name {
				t.Errorf("filled in with %q, %q", id, name)
			}
			if (tt.says == "") == strings.Contains(v.raw, "information_source") && !strings.Contains(v.raw, "is connected already") {
				t.Errorf("shown %s", v.raw)
			}
			if strings.Contains(text, "gusto") && typedIn(v, "provider") != "gusto" {
				t.Errorf("what else was typed is lost: %s", v.raw)
			}
		})
	}
}

// typedIn is what a text field begins with.
func typedIn(v shown, block string) string {
	for _, b := range v.View.Blocks.BlockSet {
		if in, ok := b.(*slack.InputBlock); ok && in.BlockID == block {
			if field, ok := in.Element.(*slack.PlainTextInputBlockElement); ok {
				return field.InitialValue
			}
		}
	}
	return ""
}

func TestOneOfSeveralCustomersIsPicked(t *testing.T) {
	t.Parallel()
	d, g := town(t)
	const text = `harbor provider:gusto`
	d.slash("/perch", "link "+text)
	d.hears(`2 customers match "harbor". Which one?`)
	d.click("perch.link_pick", text, "c-inn")
	v := d.sees("is connected already")
	if typedIn(v, "customer") != "acme" || typedIn(v, "provider") != "gusto" || strings.Contains(v.raw, "information_source") {
		t.Errorf("shown %s", v.raw)
	}
	d.click("perch.link_new", text, "")
	if v := d.sees("Make link"); typedIn(v, "customer") != "harbor" || typedIn(v, "provider") != "gusto" || strings.Contains(v.raw, "information_source") {
		t.Errorf("shown %s", v.raw)
	}
	d.slash("/perch", "link e")
	d.hears("cust_2001")
	d.click("perch.link_pick", "e", blueFern().ID)
	if v := d.sees("Make link"); typedIn(v, "customer") != "cust_2001" {
		t.Errorf("shown %s", v.raw)
	}
	d.click("perch.link_pick", "e", "gone")
	d.hears("not known here any more")
	d.slash("/perch", "link harbor redirect:https://x.example/"+strings.Repeat("y", maxFilters))
	d.hears("Type the id of the one you mean")
	g.broken = errors.New("disk full")
	d.slash("/perch", "link harbor")
	d.hears("Reference")
}

func TestTheFormLeadsToAReconnectLink(t *testing.T) {
	t.Parallel()
	d, _ := town(t)
	d.slash("/perch", "link roasters")
	v := d.sees("Get reconnect link")
	d.press(v, "perch.relink", harbor().ID, nil)
	if made := d.sees("https://connect.example/r"); made.method != "views.update" {
		t.Errorf("shown %s", made.raw)
	}
}

// A customer of two connections counts once, by the one that matters to a link.
func TestACustomerIsOfferedOnce(t *testing.T) {
	t.Parallel()
	was := func(id string, status finch.Status) finch.Brief {
		return finch.Brief{ID: id, CustomerID: "c", CustomerName: "Acme", Status: status}
	}
	session := connect.Brief{Session: connect.Session{ID: "s", CustomerID: "c"}}
	nobodys := connect.Brief{Session: connect.Session{ID: "s2", CustomerName: "Acme"}}
	for _, tt := range []struct {
		connections []finch.Brief
		want        string
	}{
		{[]finch.Brief{was("old", finch.Disconnected), was("new", finch.Connected)}, "new"},
		{[]finch.Brief{was("new", finch.Connected), was("old", finch.Disconnected)}, "new"},
		{[]finch.Brief{was("one", finch.Connected), was("two", "error_reauth")}, "two"},
		{[]finch.Brief{was("one", finch.Reauth), was("two", finch.Connected)}, "one"},
		{nil, ""},
	} {
		list := eachOnce(tt.connections, []connect.Brief{session, nobodys})
		if len(list) != 1 || list[0].connection.ID != tt.want || list[0].id() != "c" {
			t.Errorf("%v are %+v", tt.connections, list)
		}
	}
	unnamed := []finch.Brief{{ID: "a"}, {ID: "b"}}
	if list := eachOnce(unnamed, nil); len(list) != 2 {
		t.Errorf("those without an id are %+v", list)
	}
}

func TestLinkWhoseCards(t *testing.T) {
	reauth, evil := brief("Blue Fern Dental", finch.Reauth), brief(hostile, finch.Connected)
	evil.CustomerID = hostile
	session := briefOf(atTheTerms())
	session.Session.ID, session.Session.CustomerID, session.Session.CustomerName = "5e55105e-evil", hostile, hostile
	typed := parseLink("fern provider:gusto stage:mfa")
	check(t, "link_pick", typed.whose([]customer{{connection: reauth}, {session: briefOf(atTheTerms())}, {connection: evil}, {session: session}}, now))
	check(t, "link_pick_hostile", parseLink(hostile).whose([]customer{{connection: evil}, {session: session}}, now))
	for name, v := range map[string]slack.ModalViewRequest{
		"reauth":  typed.viewOfOne(customer{connection: reauth}),
		"live":    parseLink("cust_1042").viewOfOne(customer{connection: brief("Harbor Coffee", finch.Connected)}),
		"evil":    parseLink(hostile).viewOfOne(customer{connection: evil}),
		"session": typed.viewOfOne(customer{session: briefOf(atTheTerms())}),
	} {
		t.Run(name, func(t *testing.T) { checkModal(t, "link_form_of_"+name, v) })
	}
}
