package alert_test

import (
	"testing"

	"perch/internal/alert"
	"perch/internal/finch"
)

func TestStatuses(t *testing.T) {
	t.Parallel()
	refused := finch.JobReauthError
	judge(t, []judged{
		{"reauth of the connection", well("Mon 07:00", status(finch.Reauth, "Mon 06:50")), "reauth, employer, since Mon 06:50"},
		{"under its old name", well("Mon 07:00", status("error_reauth", "Mon 06:50")), "reauth, employer, since Mon 06:50"},
		{"permissions of the connection", well("Mon 07:00", status(finch.NoPermissions, "Mon 06:50")), "permissions, administrator, since Mon 06:50"},
		{"an account that is not set up", well("Mon 07:00", status(finch.NotSetUp, "Mon 06:50")), "not_set_up, employer, since Mon 06:50"},
		{"connected again", well("Mon 07:00", status(finch.Connected, "Mon 06:50")), ""},

		{
			"the whole, where no entity differs", well("Mon 07:00", status(finch.Reauth, "Mon 06:50"), has("e1 reauth", "e2 reauth"), method("credential", finch.Reauth)),
			"reauth, employer, since Mon 06:50",
		},
		{
			"the whole, where entities say nothing of it", well("Mon 07:00", status(finch.Reauth, "Mon 06:50"), has("e1 connected", "e2 connected")),
			"reauth, employer, since Mon 06:50",
		},
		{
			"the entities, where some differ", well("Mon 07:00", status(finch.Reauth, "Mon 06:50"), has("e1 reauth", "e2 connected")),
			"reauth e1/, employer, since Mon 06:50",
		},
		{
			"the entities, where the connection says connected", well("Mon 07:00", has("e1 reauth", "e2 connected", "e3 reauth"), became(finch.Reauth, "e1", "Mon 06:51"), became(finch.Reauth, "e3", "Mon 06:53")),
			"reauth e1/, employer, since Mon 06:51\nreauth e3/, employer, since Mon 06:53",
		},
		{"an only entity is the connection", well("Mon 07:00", has("e1 reauth", "e2 disconnected"), became(finch.Reauth, "e1", "Mon 06:51")), "reauth, employer, since Mon 06:51"},
		{"an entity let go is no trouble", well("Mon 07:00", has("e1 connected", "e2 disconnected")), ""},
		{
			"a method, where nothing else tells", well("Mon 07:00", method("credential", finch.Connected), method("assisted", finch.NoPermissions)),
			"permissions /assisted, administrator, since Mon 06:00",
		},
		{
			"two troubles of two entities", well("Mon 07:00", has("e1 reauth", "e2 error_permissions"), status(finch.Connected, "Mon 06:50")),
			"reauth e1/, employer, since Mon 06:50\npermissions e2/, administrator, since Mon 06:50",
		},
		{
			"since its newest step to the status", well("Wed 07:00", status(finch.Reauth, "Wed 06:50"), became(finch.Reauth, "", "Mon 06:00"), became(finch.Connected, "", "Tue 06:00"), became(finch.Reauth, "", "Wed 06:49")),
			"reauth, employer, since Wed 06:49",
		},

		{
			"a job joins the status", well("Tue 07:00", status(finch.Reauth, "Tue 06:40"), jobs(sync("b", refused, "Tue 06:30"))),
			"reauth, employer, [b], since Tue 06:34",
		},
		{"a job stands alone until the status follows", well("Tue 06:36", jobs(sync("b", refused, "Tue 06:30"))), "reauth, employer, [b], since Tue 06:34"},
		{"and for ever if it does not follow", well("Tue 06:36", status(finch.Connected, "Tue 06:34"), jobs(sync("b", refused, "Tue 06:30"))), "reauth, employer, [b], since Tue 06:34"},
		{"the status was seen to become connected after it", well("Tue 09:00", status(finch.Connected, "Tue 06:35"), jobs(sync("b", refused, "Tue 06:30"))), ""},
		{"a part came back after it", well("Tue 09:00", method("assisted", finch.Pending), became(finch.Connected, "", "Tue 06:35"), jobs(sync("b", refused, "Tue 06:30"))), ""},
		{
			"another entity came back after it", well("Tue 09:00", status(finch.Connected, "Mon 06:00"), has("e1 connected", "e2 connected"), became(finch.Connected, "e2", "Tue 06:35"), jobs(sync("b", refused, "Tue 06:30", ofEntity("e1")))),
			"reauth, employer, [b], since Tue 06:34",
		},
		{"not while it is processing", well("Tue 09:00", status(finch.Processing, "Tue 08:00"), jobs(sync("b", refused, "Tue 06:30"))), "reauth, employer, [b], since Tue 06:34"},
		{"a later job of the type completed", well("Tue 09:00", jobs(sync("b", refused, "Tue 06:30"), sync("c", finch.JobComplete, "Tue 08:30"))), ""},
		{
			"one of another type did", well("Tue 09:00", jobs(sync("b", refused, "Tue 06:30"), sync("c", finch.JobComplete, "Tue 08:30", ofType("w4_form_employee_sync")))),
			"reauth, employer, [b], since Tue 06:34",
		},
		{
			"a job joins its entity's status alone", well("Tue 07:00", has("e1 reauth", "e2 reauth", "e3 connected"), status(finch.Connected, "Tue 06:40"), jobs(sync("b", refused, "Tue 06:30", ofEntity("e1")))),
			"reauth e1/, employer, [b], since Tue 06:34\nreauth e2/, employer, since Tue 06:40",
		},
		{"jobs tell of permissions too", well("Tue 07:00", jobs(sync("b", finch.JobPermissionsError, "Tue 06:30"))), "permissions, administrator, [b], since Tue 06:34"},
	})
}

func TestAStatusFindingHoldsWhatFinchSays(t *testing.T) {
	t.Parallel()
	s := well("Mon 07:00", status(finch.NoPermissions, "Mon 06:50"))
	s.Connection.Report.Message = "Add the Payroll role"
	found, _ := alert.Assess(s)
	f := found[0]
	if f.Facts.Status != finch.NoPermissions || f.Facts.Message != "Add the Payroll role" || !f.Facts.LastGood.Equal(on("Mon 06:34")) {
		t.Errorf("facts are %+v", f.Facts)
	}
	if !f.LastSeen.Equal(on("Mon 07:00")) || f.Class != "permissions" {
		t.Errorf("last seen %v, class %s", f.LastSeen, f.Class)
	}
}
