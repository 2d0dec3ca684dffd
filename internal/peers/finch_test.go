package peers

import (
	"slices"
	"testing"
	"time"

	"perch/internal/playground/finch"
)

const harbor = "c0ffee00-1111-4222-8333-444455556666"

// finchReport is what finch.mjs prints.
type finchReport struct {
	Introspection struct {
		ConnectionID     string `json:"connection_id"`
		CustomerName     string `json:"customer_name"`
		ProviderID       string `json:"provider_id"`
		ConnectionStatus struct {
			Status string `json:"status"`
		} `json:"connection_status"`
		Methods []struct {
			Type     string   `json:"type"`
			Products []string `json:"products"`
		} `json:"authentication_methods"`
		Entities []struct {
			Status string `json:"status"`
		} `json:"entities"`
	} `json:"introspection"`
	Providers []string `json:"providers"`
	Scheduled finchJob `json:"scheduled"`
	Job       finchJob `json:"job"`
	Company   string   `json:"company"`
	People    int      `json:"people"`
	More      bool     `json:"more"`
	Batch     []int    `json:"batch"`
	Errors    struct {
		UnknownToken    finchRefusal `json:"unknown_token"`
		SeveralEntities finchRefusal `json:"several_entities"`
		Reauth          finchRefusal `json:"reauth"`
		NoSuchJob       finchRefusal `json:"no_such_job"`
	} `json:"errors"`
	ReauthStatus string `json:"reauth_status"`
	Webhook      struct {
		Type       string `json:"type"`
		Connection string `json:"connection"`
		Status     string `json:"status"`
		Forged     string `json:"forged"`
	} `json:"webhook"`
}

type finchJob struct {
	ID          string    `json:"job_id"`
	Type        string    `json:"type"`
	Status      string    `json:"status"`
	ScheduledAt time.Time `json:"scheduled_at"`
}

type finchRefusal struct {
	Type      string `json:"type"`
	Status    int    `json:"status"`
	Name      string `json:"name"`
	FinchCode string `json:"finch_code"`
}

func TestFinchsOwnClientAgreesWithTheLocalFinch(t *testing.T) {
	t.Parallel()
	needPeers(t)
	server := finch.New(finch.Options{Seed: 1})
	t.Cleanup(server.Close)
	url := serve(t, server.API(), server.Control())
	broken := otherThan(t, server, harbor)
	if err := server.SetStatus(broken, "reauth", ""); err != nil {
		t.Fatal(err)
	}
	var got finchReport
	node(
		t, &got, "finch.mjs", "FINCH_URL="+url, "FINCH_CONTROL="+url+"/_control",
		"FINCH_CONNECTION="+harbor, "FINCH_TOKEN="+server.Tokens()[harbor], "FINCH_REAUTH_TOKEN="+server.Tokens()[broken],
	)
	t.Run("introspect", func(t *testing.T) { checkIntrospection(t, got) })
	t.Run("jobs", func(t *testing.T) { checkJobs(t, got) })
	t.Run("data", func(t *testing.T) { checkData(t, got) })
	t.Run("errors", func(t *testing.T) { checkFinchErrors(t, got) })
	t.Run("webhook", func(t *testing.T) {
		w := got.Webhook
		if w.Type != "account.updated" || w.Connection != harbor || w.Status != "reauth" {
			t.Errorf("the delivered event reads %+v", w)
		}
		if w.Forged != "Error" {
			t.Errorf("a forged body gave %q, want the client's Error", w.Forged)
		}
	})
}

func checkIntrospection(t *testing.T, got finchReport) {
	in := got.Introspection
	if in.ConnectionID != harbor || in.CustomerName != "Harbor Coffee Roasters" || in.ConnectionStatus.Status != "connected" {
		t.Errorf("introspect reads %+v", in)
	}
	if len(in.Methods) != 2 || len(in.Entities) != 2 {
		t.Errorf("%d methods and %d entities, want two of each", len(in.Methods), len(in.Entities))
	}
	if !slices.Contains(got.Providers, in.ProviderID) {
		t.Errorf("provider %q is not among %q", in.ProviderID, got.Providers)
	}
	if got.ReauthStatus != "reauth" {
		t.Errorf("the broken connection introspects as %q, want reauth", got.ReauthStatus)
	}
}

func checkJobs(t *testing.T, got finchReport) {
	if got.Scheduled.Type != "data_sync_all" || got.Scheduled.Status != "pending" || got.Scheduled.ScheduledAt.IsZero() {
		t.Errorf("the next job reads %+v", got.Scheduled)
	}
	if got.Job != got.Scheduled {
		t.Errorf("by id the job reads %+v, in the list %+v", got.Job, got.Scheduled)
	}
}

func checkData(t *testing.T, got finchReport) {
	if got.Company == "" {
		t.Error("the company has no legal name")
	}
	if got.People != 5 || !got.More {
		t.Errorf("a page of 5 people had %d, more: %t", got.People, got.More)
	}
	if want := []int{200, 404}; !slices.Equal(got.Batch, want) {
		t.Errorf("somebody and nobody read as %v, want %v", got.Batch, want)
	}
}

func checkFinchErrors(t *testing.T, got finchReport) {
	tests := []struct {
		name      string
		got, want finchRefusal
	}{
		{"a token nobody has", got.Errors.UnknownToken, finchRefusal{"AuthenticationError", 401, "invalid_token_error", ""}},
		{"data of no entity in particular", got.Errors.SeveralEntities, finchRefusal{"BadRequestError", 400, "bad_request", "invalid_request"}},
		{"a connection that must reconnect", got.Errors.Reauth, finchRefusal{"AuthenticationError", 401, "authentication_error", "reauthenticate_user"}},
		{"a job nobody has", got.Errors.NoSuchJob, finchRefusal{"NotFoundError", 404, "not_found_error", ""}},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, tt.got, tt.want)
		}
	}
}

// otherThan is a healthy automated connection besides the one named.
func otherThan(t *testing.T, server *finch.Server, id string) string {
	t.Helper()
	for _, c := range server.Connections() {
		if c.ID != id && c.Status == "connected" && !c.Assisted {
			return c.ID
		}
	}
	t.Fatal("no other healthy connection")
	return ""
}
