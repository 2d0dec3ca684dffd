package finch

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Connection is all that Perch knows of one connection: Finch's own words
// from the last time it answered, and what Finch does not keep (when each was
// learned, which tokens there were). Times are UTC; a zero time means unknown.
type Connection struct {
	ID           string
	CustomerID   string
	CustomerName string
	CompanyID    string
	ProviderID   string
	// ProviderName is the catalogue's display name, or the id until it is known.
	ProviderName string
	// Environment is production, development or sandbox.
	Environment string
	// FinchSandbox is true where the data is made by Finch and no syncs are scheduled.
	FinchSandbox bool
	Assisted     bool
	Report       StatusReport
	Products     []string
	Methods      []Method
	Entities     []Entity
	// StatusSince is when the worst status was first seen here.
	StatusSince time.Time

	// Created is when the connection was made; CreatedExact tells Finch's own
	// word (the scheduled job's created_at) from "first seen here".
	Created      time.Time
	CreatedExact bool
	// NextScheduled is the scheduled_at of the next pending data sync.
	NextScheduled time.Time

	// Learned is when Finch last answered /introspect for it.
	Learned time.Time
	// JobsLearned is when Finch last answered /jobs/automated for it.
	JobsLearned time.Time
	// FirstSeen is when it came to Perch.
	FirstSeen time.Time
	// DisconnectedAt is when it was found ended or its token was taken back.
	DisconnectedAt time.Time
	// HasToken is false once the token was removed or revoked.
	HasToken bool
	// Tokens are the access tokens seen, newest first, at most five.
	Tokens []TokenSeen
}

// TokenSeen is an access token by its fingerprint: Finch's id of the token,
// which is no secret.
type TokenSeen struct {
	ID        string
	FirstSeen time.Time
	LastSeen  time.Time
	// Replaced is when a newer token took its place; zero for the current one.
	Replaced time.Time
}

// Brief is a connection as one line of a list.
type Brief struct {
	ID           string
	CustomerID   string
	CustomerName string
	ProviderID   string
	ProviderName string
	Environment  string
	// Overall is the connection's own status in Finch's last word, Status the
	// worst of connection, methods and entities (see Worst).
	Overall Status
	Status  Status
	// StatusSince is when Status was first seen; zero where it was so already
	// when Perch first looked.
	StatusSince time.Time
	LastSync    time.Time
	Learned     time.Time
	// FailedSyncs is how many of the last scheduled syncs failed in a row.
	FailedSyncs int
}

// NeedsAttention reports whether a person may have to act: the status says so,
// or syncs keep failing under a status that is well.
func (b Brief) NeedsAttention() bool {
	return b.Status.NeedsAttention() || b.FailedSyncs >= TooManyFailures && b.Status != Disconnected
}

// Tab is one of the three lists that Finch's dashboard keeps.
type Tab string

const (
	Live   Tab = "live"
	Staged Tab = "staged"
	Ended  Tab = "disconnected"
)

// Tabs are all of them, in the order shown.
var Tabs = []Tab{Live, Staged, Ended}

// ListQuery asks for a part of a tab. Those that need attention come first,
// then by customer name, then by id.
type ListQuery struct {
	Tab Tab
	// Words narrows to customers, providers or ids that contain them.
	Words string
	// Attention narrows to those that need it (true) or do not (false).
	Attention *bool
	// After is the cursor of the page before; empty for the first. Skipped is how
	// many came before it: a list shows it, the store does not need it.
	After   string
	Skipped int
	// Limit is how many to return, 1 to 10,000.
	Limit int
}

// ListPage is a part of a list. Next is empty on the last page.
type ListPage struct {
	Briefs []Brief
	Next   string
}

// Counts are how many connections stand in each tab, and how many of the
// live ones need attention.
type Counts struct {
	Live, Staged, Disconnected int
	Attention                  int
}

// Worst is the status that most wants a person: of the connection itself, of
// its methods and of its entities. An entity that was disconnected alone was
// let go on purpose and makes nothing worse.
func (c Connection) Worst() Status {
	worst := c.Overall()
	if worst == Disconnected || worst == NoToken {
		return worst
	}
	for _, m := range c.Methods {
		worst = worse(worst, m.Report.Status)
	}
	for _, e := range c.Entities {
		worst = worse(worst, e.Status)
	}
	return worst
}

// Overall is the connection's own status, or what is truer than Finch's last
// word: it has ended, or there is no token left to ask with.
func (c Connection) Overall() Status {
	switch {
	case !c.DisconnectedAt.IsZero():
		return Disconnected
	case !c.HasToken:
		return NoToken
	default:
		return c.Report.Status.Known()
	}
}

// worse leaves out parts that say nothing or have ended.
func worse(whole, part Status) Status {
	if part == "" || part == Disconnected || part.Urgency() <= whole.Urgency() {
		return whole
	}
	return part.Known()
}

// Quality says how well a derived fact is known.
type Quality string

const (
	Exact     Quality = "exact"     // Finch said so
	Estimated Quality = "estimated" // derived from Finch's cadence
	Unknown   Quality = "unknown"
)

// How often Finch syncs by itself. Finch: automated every 24 hours, assisted
// every 7 days.
const (
	automatedCadence = 24 * time.Hour
	assistedCadence  = 7 * 24 * time.Hour
)

// NextSync derives when data will next be fetched: the scheduled job if Finch
// named one, else the last sync plus Finch's cadence, else nothing (a broken or
// sandbox connection does not sync by itself).
//
// A time that is not after now means that the sync should have run and no
// success is known since: say "was due", never "next". It is Exact where a
// scheduled job has passed and Estimated where the cadence has.
func (c Connection) NextSync(now time.Time) (time.Time, Quality) {
	if !c.syncs() {
		return time.Time{}, Unknown
	}
	last := c.LastSync()
	if c.NextScheduled.After(now) || c.NextScheduled.After(last) {
		return c.NextScheduled, Exact
	}
	if own := c.Report.LastSync.At; !own.IsZero() {
		last = own // a method may sync more often than the connection as a whole
	}
	if last.IsZero() || last.After(now.Add(clockSkew)) {
		return time.Time{}, Unknown
	}
	return last.Add(c.cadence()), Estimated
}

// clockSkew is how far Finch's clock may run ahead of ours before a sync "in
// the future" is taken for nonsense.
const clockSkew = time.Hour

// syncs reports whether Finch fetches data for the connection by itself. A
// status that is new to us does not speak against it.
func (c Connection) syncs() bool {
	status := c.Overall()
	switch status {
	case Pending, Reauth, NoPermissions, NotSetUp, Disconnected, NoToken:
		return false
	}
	return !c.FinchSandbox && !strings.HasPrefix(string(status), "error_")
}

func (c Connection) cadence() time.Duration {
	if c.Assisted {
		return assistedCadence
	}
	return automatedCadence
}

// LastSync is the newest successful sync of the connection or any method.
func (c Connection) LastSync() time.Time {
	last := c.Report.LastSync.At
	for _, m := range c.Methods {
		if m.Report.LastSync.At.After(last) {
			last = m.Report.LastSync.At
		}
	}
	return last
}

// Group is a set of products as Finch's dashboard groups them.
type Group struct {
	// Name is Organization, Payroll, Deductions, or the product's own name.
	Name    string
	Granted bool
	Report  StatusReport
}

var groupOf = map[string]string{
	"company": "Organization", "directory": "Organization", "individual": "Organization",
	"employment": "Organization", "ssn": "Organization",
	"payment": "Payroll", "pay_statement": "Payroll",
	"benefits": "Deductions", "deduction": "Deductions",
}

// Groups gives each product group its worst status, the three standard groups
// first whether granted or not, then others by name.
func (c Connection) Groups() []Group {
	groups := []Group{{Name: "Organization"}, {Name: "Payroll"}, {Name: "Deductions"}}
	standard := len(groups)
	for _, p := range c.Products {
		product := BareProduct(p)
		if product == "" {
			continue
		}
		name := ProductGroup(product)
		i := slices.IndexFunc(groups, func(g Group) bool { return g.Name == name })
		if i < 0 {
			i = len(groups)
			groups = append(groups, Group{Name: name})
		}
		groups[i].grant(c.reportsFor(product))
	}
	slices.SortFunc(groups[standard:], func(a, b Group) int { return strings.Compare(a.Name, b.Name) })
	return groups
}

// grant takes in a product's reports and keeps the worst; of equals the first.
func (g *Group) grant(reports []StatusReport) {
	for _, r := range reports {
		if !g.Granted || r.Status.Urgency() > g.Report.Status.Urgency() {
			g.Granted, g.Report = true, r
		}
	}
}

// reportsFor are the reports of the methods that carry a product, or the
// connection's own where no method says anything of it.
func (c Connection) reportsFor(product string) []StatusReport {
	var reports []StatusReport
	for _, m := range c.Methods {
		if m.Report.Status != "" && m.carries(product) {
			reports = append(reports, m.Report)
		}
	}
	if len(reports) == 0 {
		reports = append(reports, c.Report)
	}
	return reports
}

func (m Method) carries(product string) bool {
	return slices.ContainsFunc(m.Products, func(p string) bool { return BareProduct(p) == product })
}

// BareProduct strips the prefix of older answers ("employer:company").
func BareProduct(p string) string {
	return strings.TrimSpace(p[strings.LastIndexByte(p, ':')+1:])
}

// ProductGroup is the group in which Finch's dashboard shows a product:
// Organization, Payroll, Deductions, or the product's own name.
func ProductGroup(p string) string {
	bare := BareProduct(p)
	return cmp.Or(groupOf[bare], bare)
}
