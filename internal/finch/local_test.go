package finch_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"perch/internal/finch"
	local "perch/internal/playground/finch"
)

const harbor = "c0ffee00-1111-4222-8333-444455556666"

// startLocal starts a local Finch and a client of it.
func startLocal(t *testing.T) (*local.Server, *finch.Client) {
	t.Helper()
	world := local.New(local.Options{Seed: 1})
	server := httptest.NewServer(world.API())
	t.Cleanup(server.Close)
	t.Cleanup(world.Close)
	client, err := finch.New(finch.Options{BaseURL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	return world, client
}

func trouble(t *testing.T, err error) finch.Trouble {
	t.Helper()
	e, ok := errors.AsType[*finch.Error](err)
	if !ok {
		t.Fatalf("%v is no *finch.Error", err)
	}
	return e.Trouble()
}

// TestTheWholeLocalWorldIsUnderstood asks about every connection of a world
// that has all statuses, kinds and a hostile name.
func TestTheWholeLocalWorldIsUnderstood(t *testing.T) {
	t.Parallel()
	world, client := startLocal(t)
	scheduled := 0
	for id, secret := range world.Tokens() {
		token := finch.NewToken(secret)
		in, err := client.Introspect(t.Context(), token)
		if err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		if in.ConnectionID != id || in.TokenID == "" || in.ProviderID == "" || in.ConnectionStatus.Status == "" || len(in.Products) == 0 {
			t.Errorf("%s: read %+v", id, in)
		}
		if strings.Contains(fmt.Sprintf("%+v", in), secret) {
			t.Errorf("%s: the answer repeats the token", id)
		}
		if scheduled > 20 {
			continue
		}
		jobs, err := client.AutomatedJobs(t.Context(), token)
		if err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		if job, ok := jobs.NextSync(time.Now()); ok {
			scheduled++
			if job.CreatedAt.IsZero() || !job.ScheduledAt.After(job.CreatedAt) {
				t.Errorf("%s: next sync is %+v", id, job)
			}
		}
	}
	if scheduled == 0 {
		t.Error("no connection has a next sync")
	}
	providers, err := client.Providers(t.Context(), finch.NewToken(world.Tokens()[harbor]))
	if err != nil || len(providers) == 0 || providers[0].DisplayName == "" {
		t.Errorf("read %d providers, %v", len(providers), err)
	}
}

func TestWhatTheLocalFinchRefuses(t *testing.T) {
	t.Parallel()
	world, client := startLocal(t)
	token := finch.NewToken(world.Tokens()[harbor])
	if _, err := client.Introspect(t.Context(), finch.NewToken("00000000-0000-4000-8000-000000000000")); trouble(t, err) != finch.TroubleRevoked {
		t.Errorf("a wrong token is %s", trouble(t, err))
	}
	if err := world.SetStatus(harbor, "reauth", ""); err != nil {
		t.Fatal(err)
	}
	in, err := client.Introspect(t.Context(), token)
	if err != nil || in.ConnectionStatus.Status != finch.Reauth {
		t.Errorf("a connection that needs a reconnect: %+v, %v", in.ConnectionStatus, err)
	}
	world.Fault(local.Fault{Path: "/introspect", Status: 429, Body: json.RawMessage(`{"name":"rate_limit_exceeded_error","finch_code":"finch_api_ip_rl"}`)})
	if _, err := client.Introspect(t.Context(), token); trouble(t, err) != finch.TroubleAddressBlocked {
		t.Errorf("a blocked address is %s", trouble(t, err))
	}
	world.Mend()
	if _, err := client.Introspect(t.Context(), token); trouble(t, err) != finch.TroubleAddressBlocked {
		t.Errorf("a blocked address stays so for an hour, but it is %s", trouble(t, err))
	}
}

func TestARevokedTokenAtTheLocalFinch(t *testing.T) {
	t.Parallel()
	world, client := startLocal(t)
	token := finch.NewToken(world.Tokens()[harbor])
	if _, err := world.Revoke(harbor); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Introspect(t.Context(), token); trouble(t, err) != finch.TroubleRevoked {
		t.Errorf("a token taken back is %s", trouble(t, err))
	}
}
