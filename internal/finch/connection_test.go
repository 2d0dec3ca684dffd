package finch

import (
	"testing"
	"time"
)

var (
	noon      = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	yesterday = noon.Add(-24 * time.Hour)
	tomorrow  = noon.Add(24 * time.Hour)
)

// alive is a connection that is well and last synced this morning.
func alive(change func(*Connection)) Connection {
	c := Connection{
		HasToken: true,
		Learned:  noon,
		Report:   StatusReport{Status: Connected, LastSync: SyncTime{At: noon.Add(-5 * time.Hour)}},
	}
	if change != nil {
		change(&c)
	}
	return c
}

func TestNextSync(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		change  func(*Connection)
		want    time.Time
		quality Quality
	}{
		{"a scheduled job is exact", func(c *Connection) { c.NextScheduled = tomorrow }, tomorrow, Exact},
		{"automated without a job: a day after the last sync", nil, noon.Add(19 * time.Hour), Estimated},
		{"assisted without a job: a week after the last sync", func(c *Connection) { c.Assisted = true }, noon.Add(163 * time.Hour), Estimated},
		{"a schedule that passed without a success was due", func(c *Connection) { c.NextScheduled = noon.Add(-time.Hour) }, noon.Add(-time.Hour), Exact},
		{"a schedule that the last sync fulfilled says nothing more", func(c *Connection) { c.NextScheduled = noon.Add(-6 * time.Hour) }, noon.Add(19 * time.Hour), Estimated},
		{"an estimate that passed was due and does not move on", func(c *Connection) { c.Report.LastSync.At = noon.Add(-30 * time.Hour) }, noon.Add(-6 * time.Hour), Estimated},
		{"only a method knows the last sync", func(c *Connection) {
			c.Report.LastSync = SyncTime{}
			c.Methods = []Method{{Report: StatusReport{LastSync: SyncTime{At: yesterday}}}}
		}, noon, Estimated},
		{"a method that synced later does not move the whole", func(c *Connection) {
			c.Methods = []Method{{Type: "assisted", Report: StatusReport{LastSync: SyncTime{At: noon}}}}
		}, noon.Add(19 * time.Hour), Estimated},
		{"never synced", func(c *Connection) { c.Report.LastSync = SyncTime{} }, time.Time{}, Unknown},
		{"never synced, but scheduled", func(c *Connection) { c.Report.LastSync, c.NextScheduled = SyncTime{}, tomorrow }, tomorrow, Exact},
		{"a last sync that is not a time", func(c *Connection) { c.Report.LastSync = SyncTime{Raw: "soon"} }, time.Time{}, Unknown},
		{"a last sync in the far future", func(c *Connection) { c.Report.LastSync.At = noon.AddDate(900, 0, 0) }, time.Time{}, Unknown},
		{"a clock that runs a little ahead", func(c *Connection) { c.Report.LastSync.At = noon.Add(time.Minute) }, noon.Add(24*time.Hour + time.Minute), Estimated},
		{"processing", func(c *Connection) { c.Report.Status, c.NextScheduled = Processing, tomorrow }, tomorrow, Exact},
		{"a status that is new to us still syncs", func(c *Connection) { c.Report.Status, c.NextScheduled = "resting", tomorrow }, tomorrow, Exact},
		{"an error that is new to us does not", func(c *Connection) { c.Report.Status, c.NextScheduled = "error_moon", tomorrow }, time.Time{}, Unknown},
		{"reauth", func(c *Connection) { c.Report.Status, c.NextScheduled = Reauth, tomorrow }, time.Time{}, Unknown},
		{"reauth by its old name", func(c *Connection) { c.Report.Status, c.NextScheduled = "error_reauth", tomorrow }, time.Time{}, Unknown},
		{"pending", func(c *Connection) { c.Report.Status = Pending }, time.Time{}, Unknown},
		{"permissions missing", func(c *Connection) { c.Report.Status = NoPermissions }, time.Time{}, Unknown},
		{"not set up", func(c *Connection) { c.Report.Status = NotSetUp }, time.Time{}, Unknown},
		{"ended", func(c *Connection) { c.DisconnectedAt, c.NextScheduled = yesterday, tomorrow }, time.Time{}, Unknown},
		{"no token", func(c *Connection) { c.HasToken, c.NextScheduled = false, tomorrow }, time.Time{}, Unknown},
		{"the Finch Sandbox has no schedule", func(c *Connection) { c.FinchSandbox, c.NextScheduled = true, tomorrow }, time.Time{}, Unknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, quality := alive(tt.change).NextSync(noon)
			if !got.Equal(tt.want) || quality != tt.quality {
				t.Errorf("next sync %v, %s; want %v, %s", got, quality, tt.want, tt.quality)
			}
		})
	}
}

func TestOverallAndWorst(t *testing.T) {
	t.Parallel()
	method := func(s Status) Method { return Method{Report: StatusReport{Status: s}} }
	tests := []struct {
		name           string
		change         func(*Connection)
		overall, worst Status
	}{
		{"all is well", nil, Connected, Connected},
		{"a method waits", func(c *Connection) { c.Methods = []Method{method(Connected), method(Pending)} }, Connected, Pending},
		{"an entity needs a reconnect", func(c *Connection) { c.Entities = []Entity{{Status: Connected}, {Status: Reauth}} }, Connected, Reauth},
		{"the worst of many", func(c *Connection) {
			c.Methods = []Method{method(Pending)}
			c.Entities = []Entity{{Status: NotSetUp}, {Status: NoPermissions}, {Status: Processing}}
		}, Connected, NoPermissions},
		{"an entity let go alone is nothing wrong", func(c *Connection) { c.Entities = []Entity{{Status: Disconnected}} }, Connected, Connected},
		{"a method without a status says nothing", func(c *Connection) { c.Methods = []Method{method("")} }, Connected, Connected},
		{"an entity without a status says nothing", func(c *Connection) { c.Entities = []Entity{{}} }, Connected, Connected},
		{"a status that is new to us wants a look", func(c *Connection) { c.Entities = []Entity{{Status: "molten"}} }, Connected, "molten"},
		{"an old name is told by the new one", func(c *Connection) { c.Report.Status = "error_reauth" }, Reauth, Reauth},
		{"an entity's old name too", func(c *Connection) { c.Entities = []Entity{{Status: "error_reauth"}} }, Connected, Reauth},
		{"ended, whatever the parts say", func(c *Connection) {
			c.DisconnectedAt = yesterday
			c.Entities = []Entity{{Status: Reauth}}
		}, Disconnected, Disconnected},
		{"ended in Finch's own words", func(c *Connection) { c.Report.Status = Disconnected }, Disconnected, Disconnected},
		{"without a token the last word is not the present", func(c *Connection) { c.HasToken = false }, NoToken, NoToken},
		{"ended and without a token", func(c *Connection) { c.HasToken, c.DisconnectedAt = false, yesterday }, Disconnected, Disconnected},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := alive(tt.change)
			if got := c.Overall(); got != tt.overall {
				t.Errorf("overall %q, want %q", got, tt.overall)
			}
			if got := c.Worst(); got != tt.worst {
				t.Errorf("worst %q, want %q", got, tt.worst)
			}
		})
	}
}

func TestLastSyncIsTheNewest(t *testing.T) {
	t.Parallel()
	c := alive(func(c *Connection) {
		c.Methods = []Method{
			{Report: StatusReport{LastSync: SyncTime{At: yesterday}}},
			{Report: StatusReport{LastSync: SyncTime{At: noon}}},
			{},
		}
	})
	if got := c.LastSync(); !got.Equal(noon) {
		t.Errorf("last sync %v, want %v", got, noon)
	}
	if got := (Connection{}).LastSync(); !got.IsZero() {
		t.Errorf("last sync of nothing is %v, want none", got)
	}
}

func TestGroups(t *testing.T) {
	t.Parallel()
	type line struct {
		name    string
		granted bool
		status  Status
	}
	none := []line{{"Organization", false, ""}, {"Payroll", false, ""}, {"Deductions", false, ""}}
	tests := []struct {
		name   string
		change func(*Connection)
		want   []line
	}{
		{"nothing granted", nil, none},
		{"one method carries all", func(c *Connection) {
			c.Products = []string{"company", "payment"}
			c.Methods = []Method{{Products: []string{"company", "payment"}, Report: StatusReport{Status: Reauth}}}
		}, []line{{"Organization", true, Reauth}, {"Payroll", true, Reauth}, {"Deductions", false, ""}}},
		{"deductions by another method", func(c *Connection) {
			c.Products = []string{"directory", "ssn", "pay_statement", "benefits"}
			c.Methods = []Method{
				{Products: []string{"directory", "pay_statement"}, Report: StatusReport{Status: Connected}},
				{Products: []string{"benefits"}, Report: StatusReport{Status: Pending}},
			}
		}, []line{{"Organization", true, Connected}, {"Payroll", true, Connected}, {"Deductions", true, Pending}}},
		{"the worst method of a group is told", func(c *Connection) {
			c.Products = []string{"company", "employment"}
			c.Methods = []Method{
				{Products: []string{"company"}, Report: StatusReport{Status: NoPermissions}},
				{Products: []string{"employment"}, Report: StatusReport{Status: Connected}},
			}
		}, []line{{"Organization", true, NoPermissions}, {"Payroll", false, ""}, {"Deductions", false, ""}}},
		{"no methods: the connection's own status", func(c *Connection) { c.Products = []string{"deduction"} }, []line{{"Organization", false, ""}, {"Payroll", false, ""}, {"Deductions", true, Connected}}},
		{"a method without a status leaves it to the connection", func(c *Connection) {
			c.Products = []string{"payment"}
			c.Methods = []Method{{Products: []string{"payment"}}}
		}, []line{{"Organization", false, ""}, {"Payroll", true, Connected}, {"Deductions", false, ""}}},
		{"prefixes are Finch's old style, on either side", func(c *Connection) {
			c.Products = []string{"employer:company", "payment"}
			c.Methods = []Method{{Products: []string{"company", "employer:payment"}, Report: StatusReport{Status: Processing}}}
		}, []line{{"Organization", true, Processing}, {"Payroll", true, Processing}, {"Deductions", false, ""}}},
		{"others stand last, by name, once each", func(c *Connection) {
			c.Products = []string{"recordkeeping", "documents", "employer:documents"}
		}, append(none[:3:3], line{"documents", true, Connected}, line{"recordkeeping", true, Connected})},
		{"products that name nothing", func(c *Connection) { c.Products = []string{"", "employer:", " "} }, none},
		{"a product that calls itself a group", func(c *Connection) { c.Products = []string{"Payroll"} }, []line{{"Organization", false, ""}, {"Payroll", true, Connected}, {"Deductions", false, ""}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := alive(tt.change).Groups()
			if len(got) != len(tt.want) {
				t.Fatalf("%d groups, want %d: %+v", len(got), len(tt.want), got)
			}
			for i, w := range tt.want {
				if g := (line{got[i].Name, got[i].Granted, got[i].Report.Status}); g != w {
					t.Errorf("group %d is %+v, want %+v", i, g, w)
				}
			}
		})
	}
}

func TestUrgencyOrder(t *testing.T) {
	t.Parallel()
	order := []Status{Connected, Processing, Disconnected, Pending, NoToken, "new to us", NotSetUp, NoPermissions, Reauth}
	for i, s := range order[1:] {
		if s.Urgency() <= order[i].Urgency() {
			t.Errorf("%q (%d) should be more urgent than %q (%d)", s, s.Urgency(), order[i], order[i].Urgency())
		}
	}
	attention := map[Status]bool{Pending: true, NoToken: true, "new to us": true, "": true, NotSetUp: true, NoPermissions: true, Reauth: true, "error_reauth": true}
	for _, s := range append(order, "", "error_reauth") {
		if s.NeedsAttention() != attention[s] {
			t.Errorf("%q needs attention: %v, want %v", s, s.NeedsAttention(), attention[s])
		}
	}
}
