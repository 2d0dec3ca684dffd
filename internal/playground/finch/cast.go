package finch

import (
	"strings"
	"time"
)

// character is a customer with a part to play; what is left out takes the
// usual value: automated, production, connected, one entity, syncs complete.
type character struct {
	name     string // none: the customer has no name
	provider string
	method   string // the provider's first, where left out
	env      string
	source   string // byProvider, where left out
	status   string
	message  string
	entities []string
	// outcome is how its syncs end from now on.
	outcome string
	// ago is how long ago it last synced, in days of syncing; 0 is the usual.
	ago int
	// gap is how many days before its last sync one was missed.
	gap int
	// fresh is a connection made hours ago that has not synced yet.
	fresh bool
	// deductions gives it an assisted second method of this status.
	deductions string
}

const (
	hostileName = "<!channel> *Pwn* <https://evil.example|click> & Co\u202e\u0007"
	accentName  = "Café Zoë 東京 ☕️👩‍👩‍👧‍👧"
	twinName    = "Riverside Dental Group"
)

// longName is a name of 255 characters, the most that Finch takes.
func longName() string {
	const saying = "The Very Long And Proudly Named Consolidated Regional Cooperative Of Independent Orchard Keepers, Cider Makers And Allied Trades "
	return strings.TrimSpace(strings.Repeat(saying, 3)[:254]) + "."
}

// cast is who plays after Harbor Coffee Roasters, in this order.
func cast() []character {
	return []character{
		{name: "Blue Fern Dental", provider: "gusto", status: reauth, ago: 2},
		{name: "Northwind Logistics", provider: "adp_run", outcome: failed, ago: 3},
		{name: "Arbor Clinic", provider: "rippling"},
		{name: "Acme Bikes", provider: "gusto"},
		{name: hostileName, provider: "bamboo_hr"},
		{name: longName(), provider: "paylocity", method: credential},
		{name: accentName, provider: "hibob"},
		{name: twinName, provider: "gusto"},
		{name: twinName, provider: "justworks"},
		{provider: "paycom"},
		{
			name: "Summit Ridge Hospitality", provider: "adp_workforce_now",
			entities: []string{"Summit Ridge Hotels LLC", "Summit Ridge Kitchens LLC", "Summit Ridge Spa Inc", "Summit Ridge Events LLC"},
		},
		{name: "Copper Kettle Brewing", provider: "paychex_flex", method: assisted, status: pending, message: "Waiting for the employer to invite Finch", fresh: true},
		{name: "Lakeview Veterinary", provider: "insperity", status: processing, fresh: true},
		{name: "Granite State Roofing", provider: "adp_run", method: assisted, status: noPermissions, message: "The invited account may not read payroll", ago: 2},
		{name: "Little Oaks Preschool", provider: "paylocity", method: assisted, status: notSetUp, message: "The employer has not invited Finch", fresh: true},
		{name: "Old Mill Press", provider: "square_payroll", status: disconnected, ago: 30},
		{name: "Prairie Wind Energy", provider: "trinet", status: reauth, ago: 9},
		{name: "Beacon Street Legal", provider: "justworks", status: reauth, ago: 1},
		{name: "O'Malley & Sons Plumbing", provider: "adp_run", deductions: connected},
		{name: "Saffron Table", provider: "zenefits"},
		{name: "Redwood Robotics", provider: "rippling", entities: []string{"Redwood Robotics Inc", "Redwood Field Services LLC"}},
		{name: "Silver Lake Dairy", provider: "insperity", gap: 4},
		{name: "Tidewater Marine", provider: "adp_workforce_now", method: assisted},
		{name: "Perch Sandbox One", provider: "gusto", method: credential, env: sandbox, source: byFinch},
		{name: "Perch Sandbox Two", provider: "bamboo_hr", env: sandbox, source: byFinch, status: reauth},
		{name: "Perch Sandbox Assisted", provider: "insperity", env: sandbox, source: byFinch, status: pending},
		{name: "Staging Bakery", provider: "gusto", env: development},
		{
			name: "Staging Clinic", provider: "adp_run", env: development, outcome: permissionsError,
			status: noPermissions, message: "The account lacks permissions at the provider", ago: 4,
		},
		{name: "Juniper Street Books", provider: "trinet", status: processing, fresh: true},
		{name: "Mesa Verde Builders", provider: "paychex_flex", outcome: failed, ago: 1},
	}
}

// The connection of Finch's own documentation examples, ids and all.
const (
	harborName       = "Harbor Coffee Roasters"
	harborConnection = "c0ffee00-1111-4222-8333-444455556666"
	harborToken      = "6f0c2b7e-8a53-4f7a-9a44-0d8d0c6f5a11"
	harborCompany    = "a9a9a9a9-0000-4000-8000-000000000001"
	harborAccount    = "e5e5e5e5-0000-4000-8000-000000000001"
	harborJob        = "d1d1d1d1-0000-4000-8000-00000000000a"
	harborCustomer   = "cust_1042"
	productionClient = "b1f7c9de-4a30-4f77-9d12-2a9f6f0f7c01"
)

// harbor is automated for all but its deductions, which wait for the
// employer; one of its two entities must reconnect.
func (w *world) harbor() *connection {
	automated := append(append([]string(nil), organization...), payroll...)
	c := &connection{
		id: harborConnection, companyID: harborCompany, accountID: harborAccount,
		client: w.clients[production], source: byProvider, provider: "paychex_flex",
		customer: customer{id: harborCustomer, name: new(harborName), email: new("ops@harbor.example")},
		username: new("payroll.admin@harbor.example"),
		products: append(append([]string(nil), automated...), "benefits"),
		methods: []*method{
			{kind: credential, status: connected, products: automated},
			{kind: assisted, status: pending, message: "Waiting for the employer to invite Finch", products: []string{"benefits"}},
		},
		entities: []*entity{
			{id: "11111111-aaaa-4bbb-8ccc-000000000001", name: "Harbor Coffee LLC", sourceID: "0099123", status: connected},
			{id: "11111111-aaaa-4bbb-8ccc-000000000002", name: "Harbor Bakery Inc", sourceID: "0099124", status: reauth},
		},
		status: connected, outcome: complete,
		created: time.Date(2026, 3, 2, 15, 20, 11, 0, time.UTC),
	}
	if !c.created.Before(w.born) {
		c.created = w.born.AddDate(0, 0, -264)
	}
	return c
}

// quarterPast7 is the next 07:14 UTC, when Harbor syncs in a world whose day
// has 24 hours.
func quarterPast7(now time.Time) time.Time {
	at := time.Date(now.Year(), now.Month(), now.Day(), 7, 14, 0, 0, time.UTC)
	if !at.After(now) {
		at = at.AddDate(0, 0, 1)
	}
	return at
}
