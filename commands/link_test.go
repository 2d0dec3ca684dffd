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

// counter makes links.
func counter(t *testing.T) (*desk, *register) {
	t.Helper()
	g := &register{link: connect.Link{Session: blueFern(), URL: "https://perch.example/connect/abc?x=1&y=2", Hosted: true}}
	return newDesk(t, g.sources(&ledger{made: connect.Link{URL: "https://connect.example/r", Session: connect.Session{ID: "r1", CustomerName: "Harbor Coffee Roasters", Reconnect: true, Expires: now.Add(24 * time.Hour)}}})), g
}

// whom is a form filled in as far as it must be.
var whom = map[string][]string{"customer": {"cust_2001"}, "name": {"Blue Fern Dental"}}

func TestALinkIsMadeInAForm(t *testing.T) {
	t.Parallel()
	d, g := counter(t)
	d.slash("/perch", `link cust_2001 "Blue Fern Dental" provider:gusto method:credential products:company,directory expires:7d sandbox:finch email:a@b.example redirect:https://x.example/back`)
	v := d.sees("Make link")
	if v.method != "views.open" || strings.Contains(v.raw, "information_source") {
		t.Errorf("shown %s", v.raw)
	}
	made := d.submit(v, nil)
	for _, want := range []string{`https://perch.example/connect/abc?x=1\u0026y=2`, "It is good until", "please connect your payroll system (Gusto)", "session-timeline.revoke", "Perch's own page"} {
		if made.Action != "update" || !strings.Contains(made.raw, want) {
			t.Errorf("it does not say %q: %s", want, made.raw)
		}
	}
	want := connect.LinkOrder{
		CustomerID: "cust_2001", CustomerName: "Blue Fern Dental", Email: "a@b.example", Products: []string{"company", "directory"},
		Provider: "gusto", Method: "credential", Expires: 7 * 24 * time.Hour, Sandbox: "finch", Redirect: "https://x.example/back", Maker: "U1",
	}
	if got := g.orders(); len(got) != 1 || !equalOrders(got[0], want) {
		t.Errorf("ordered %+v, want %+v", got, want)
	}
	if again := d.submit(v, nil); again.Action != "update" || len(g.orders()) != 1 {
		t.Errorf("sent twice, it was made %d times: %s", len(g.orders()), again.raw)
	}
	d.press(made, "session-timeline.revoke", blueFern().ID, nil)
	if gone := d.sees("The link was taken back."); gone.method != "views.update" || strings.Contains(gone.raw, "perch.example") {
		t.Errorf("shown %s", gone.raw)
	}
}

func equalOrders(a, b connect.LinkOrder) bool {
	same := strings.Join(a.Products, " ") == strings.Join(b.Products, " ")
	a.Products, b.Products = nil, nil
	return same && a.CustomerID == b.CustomerID && a.CustomerName == b.CustomerName && a.Email == b.Email && a.Provider == b.Provider &&
		a.Method == b.Method && a.Expires == b.Expires && a.Sandbox == b.Sandbox && a.Redirect == b.Redirect && a.Maker == b.Maker
}

func TestTheUsualLinkLeavesMuchToFinch(t *testing.T) {
	t.Parallel()
	d, g := counter(t)
	d.slash("/perch", "link")
	d.submit(d.sees("Make link"), whom)
	if got := g.orders(); len(got) != 1 || got[0].Method != "" || got[0].Sandbox != "" || got[0].Provider != "" || got[0].Expires != connect.LinkLife || len(got[0].Products) != len(usualProducts) {
		t.Errorf("ordered %+v", got)
	}
}

func TestWhatIsWrongStandsBesideItsField(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		filled map[string][]string
		field  string
		want   string
	}{
		"no id":            {map[string][]string{"customer": {" "}, "name": {"x"}}, "customer", "Finch wants an id"},
		"no name":          {map[string][]string{"customer": {"x"}, "name": {""}}, "name", "Finch wants the customer's name"},
		"method alone":     {map[string][]string{"customer": {"x"}, "name": {"x"}, "method": {"oauth"}}, "provider", "only beside a provider"},
		"strange provider": {map[string][]string{"customer": {"x"}, "name": {"x"}, "provider": {"ADP Run"}}, "provider", "Finch's id of a provider"},
		"strange address":  {map[string][]string{"customer": {"x"}, "name": {"x"}, "redirect": {"ftp://x"}}, "redirect", "https://"},
		"strange email":    {map[string][]string{"customer": {"x"}, "name": {"x"}, "email": {"nobody"}}, "email", "name@domain"},
		"no products":      {map[string][]string{"customer": {"x"}, "name": {"x"}, "products": {}}, "products", "at least one product"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, g := counter(t)
			d.slash("/perch", "link")
			if got := d.submit(d.sees("Make link"), tt.filled); got.Action != "errors" || !strings.Contains(got.Errors[tt.field], tt.want) || len(got.Errors) != 1 {
				t.Errorf("answered %s", got.raw)
			}
			if len(g.orders()) != 0 {
				t.Error("a link was made all the same")
			}
		})
	}
}

func TestFinchsWordsStandBesideTheFieldTheyName(t *testing.T) {
	t.Parallel()
	d, g := counter(t)
	d.slash("/perch", "link cust_2001 fern")
	v := d.sees("Make link")
	for message, field := range map[string]string{
		"customer_email must be an email":                                        "email",
		"integration.auth_method is not offered by this provider":                "method",
		"products: unknown product payroll":                                      "products",
		"redirect_uri is not registered":                                         "redirect",
		"minutes_to_expire must not be greater than 129600 <https://evil|click>": "expires",
	} {
		g.noLink = &finch.Error{Status: 400, Name: "bad_request", Message: message}
		if got := d.submit(v, nil); got.Action != "errors" || got.Errors[field] != "Finch says: "+message || len(got.Errors) != 1 {
			t.Errorf("%q: answered %s", message, got.raw)
		}
	}
	g.noLink = &finch.Error{Status: 400, Name: "bad_request", Message: "No. <!channel>"}
	if got := d.submit(v, nil); got.Action != "update" || !strings.Contains(got.raw, `Finch says: No. \u0026lt;!channel\u0026gt;`) || !strings.Contains(got.raw, "cust_2001") {
		t.Errorf("answered %s", got.raw)
	}
	g.noLink = &finch.Error{Status: 401, Name: "invalid_client_error", Message: "bad client"}
	if got := d.submit(v, nil); got.Action != "push" || !strings.Contains(got.raw, "FINCH_CLIENT_ID") {
		t.Errorf("answered %s", got.raw)
	}
	g.noLink = errors.New("disk full: https://secret")
	if got := d.submit(v, nil); got.Action != "push" || strings.Contains(got.raw, "secret") || !strings.Contains(got.raw, "Reference") {
		t.Errorf("answered %s", got.raw)
	}
	g.noLink = nil // what failed may be tried again
	if got := d.submit(v, nil); got.Action != "update" || !strings.Contains(got.raw, "perch.example") {
		t.Errorf("answered %s", got.raw)
	}
}

func TestWhoIsConnectedGetsAReconnectLink(t *testing.T) {
	t.Parallel()
	d, g := counter(t)
	g.noLink = &connect.ConnectedError{ConnectionID: harbor().ID}
	d.slash("/perch", `link cust_1042 "Harbor Coffee Roasters"`)
	v := d.submit(d.sees("Make link"), nil)
	if v.Action != "update" || !strings.Contains(v.raw, "is connected already") || !strings.Contains(v.raw, "perch.relink") {
		t.Fatalf("answered %s", v.raw)
	}
	d.press(v, "perch.relink", harbor().ID, nil)
	if made := d.sees("https://connect.example/r"); made.method != "views.update" || !strings.Contains(made.raw, "has signed us out") {
		t.Errorf("shown %s", made.raw)
	}
}

func TestAFormWaitsWhileFinchIsSlow(t *testing.T) {
	t.Parallel()
	d, g := counter(t)
	g.slow = make(chan struct{})
	d.slash("/perch", "link cust_2001 fern")
	v := d.sees("Make link")
	if got := d.submit(v, nil); got.Action != "update" || !strings.Contains(got.raw, "Finch is making the link") {
		t.Fatalf("answered %s", got.raw)
	}
	close(g.slow)
	if made := d.sees("https://perch.example/connect/abc"); made.method != "views.update" || !strings.Contains(made.raw, `"view_id":"V1"`) {
		t.Errorf("shown %s", made.raw)
	}
}

func TestALateRefusalBringsTheFormBack(t *testing.T) {
	t.Parallel()
	d, g := counter(t)
	g.slow, g.noLink = make(chan struct{}), &finch.Error{Status: 400, Message: "customer_email must be an email"}
	d.slash("/perch", "link cust_2001 fern")
	v := d.sees("Make link")
	d.submit(v, nil)
	close(g.slow)
	if got := d.sees("Finch says: customer_email must be an email"); !strings.Contains(got.raw, "cust_2001") || got.View.CallbackID != "perch.link" {
		t.Errorf("shown %s", got.raw)
	}
}

func TestWhatWasTypedFillsTheLinksForm(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		want  connect.LinkOrder
		wrong string
	}{
		"":                               {},
		"cust_1042":                      {want: connect.LinkOrder{CustomerID: "cust_1042"}},
		"cust_1042 Harbor Coffee":        {want: connect.LinkOrder{CustomerID: "cust_1042", CustomerName: "Harbor Coffee"}},
		`"Harbor Coffee" cust_1`:         {want: connect.LinkOrder{CustomerID: "cust_1", CustomerName: "Harbor Coffee"}},
		"c products:ssn,plans":           {want: connect.LinkOrder{CustomerID: "c", Products: []string{"ssn", "plans"}}},
		"c expires:2w":                   {want: connect.LinkOrder{CustomerID: "c", Expires: 14 * 24 * time.Hour}},
		"c expires:1y":                   {want: connect.LinkOrder{CustomerID: "c"}, wrong: "*expires:* cannot be"},
		"c expires:91d":                  {want: connect.LinkOrder{CustomerID: "c"}, wrong: "*expires:* cannot be"},
		"c method:magic":                 {want: connect.LinkOrder{CustomerID: "c"}, wrong: "*method:* cannot be"},
		"c products:<!channel>":          {want: connect.LinkOrder{CustomerID: "c"}, wrong: "*products:* cannot be"},
		"blue fern dental":               {want: connect.LinkOrder{CustomerName: "blue fern dental"}},
		"cust_7 blue fern":               {want: connect.LinkOrder{CustomerID: "cust_7", CustomerName: "blue fern"}},
		`name:"Blue Fern" customer:blue`: {want: connect.LinkOrder{CustomerID: "blue", CustomerName: "Blue Fern"}},
		"c stage:mfa":                    {want: connect.LinkOrder{CustomerID: "c"}, wrong: "There is no field *stage:*"},
		"c1 sandbox:PROVIDER extra":      {want: connect.LinkOrder{CustomerID: "c1", CustomerName: "extra", Sandbox: "provider"}},
	}
	for text, tt := range tests {
		w := parseLink(text)
		if !equalOrders(w.LinkOrder, tt.want) || (w.wrong != "") != (tt.wrong != "") || !strings.Contains(w.wrong, tt.wrong) {
			t.Errorf("%q is %+v", text, w)
		}
	}
}

func TestLinkForms(t *testing.T) {
	long := strings.Repeat("very long ", 100)
	typed := parseLink(`cust_1042 "Harbor Coffee" provider:gusto method:oauth expires:36h products:company,plans stage:mfa`)
	evil := linkWish{connect.LinkOrder{CustomerID: hostile, CustomerName: hostile, Email: hostile, Provider: hostile, Redirect: hostile}}
	much := linkWish{connect.LinkOrder{CustomerID: long, CustomerName: long, Email: long, Provider: long, Redirect: long, Products: linkProducts}}
	link := connect.Link{Session: blueFern(), URL: "https://perch.example/connect/abc", Hosted: true}
	for name, v := range map[string]slack.ModalViewRequest{
		"empty":     linkWish{}.view(""),
		"typed":     typed.view(typed.wrong),
		"again":     wishOf(blueFern()).view("Fill in the rest."),
		"hostile":   evil.view(""),
		"longest":   much.view(strings.Repeat("Something is wrong. ", 100)),
		"coming":    linkComing(evil),
		"made":      linkView(link, now),
		"connected": connectedView(evil, harbor().ID),
	} {
		t.Run(name, func(t *testing.T) { checkModal(t, "link_form_"+name, v) })
	}
	check(t, "help_link", linkHelp(nil))
}
