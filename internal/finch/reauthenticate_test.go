package finch_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"perch/internal/finch"
	local "perch/internal/playground/finch"
)

func TestALinkForSigningInAgainWorksAtTheLocalFinch(t *testing.T) {
	t.Parallel()
	world, _, address := localWith(t, local.Options{Seed: 1, ConnectURL: "https://connect.example"})
	id, secret := world.Client("production")
	client, err := finch.New(finch.Options{
		BaseURL: address, Budget: finch.NewLooseBudget(), Credentials: &finch.Credentials{ID: id, Secret: finch.NewToken(secret)},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := world.SetStatus(harbor, "reauth", ""); err != nil {
		t.Fatal(err)
	}
	link, err := client.Reauthenticate(t.Context(), harbor)
	if err != nil || !strings.HasPrefix(link.URL, "https://connect.example/authorize?session="+link.SessionID) {
		t.Fatalf("link %+v, %v", link, err)
	}
	if days := time.Until(link.Expires).Hours() / 24; days < 29.9 || days > 30 {
		t.Errorf("it is good for %.1f days", days)
	}
	if _, err := world.FinishSession(link.SessionID); err != nil {
		t.Fatal(err)
	}
	in, err := client.Introspect(t.Context(), tokenOf(world, harbor))
	if err != nil || in.ConnectionStatus.Status != finch.Connected {
		t.Errorf("afterwards the connection is %+v, %v", in.ConnectionStatus, err)
	}
}

func TestNoLinkWithoutWhatItTakes(t *testing.T) {
	t.Parallel()
	world, bare, address := localWith(t, local.Options{Seed: 1})
	id, _ := world.Client("production")
	wrong, err := finch.New(finch.Options{
		BaseURL: address, Budget: finch.NewLooseBudget(), Credentials: &finch.Credentials{ID: id, Secret: finch.NewToken("hunter2")},
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, client := range map[string]*finch.Client{"no credentials": bare, "a wrong secret": wrong} {
		_, err := client.Reauthenticate(t.Context(), harbor)
		refusal, ok := errors.AsType[*finch.Error](err)
		if !ok || refusal.Trouble() != finch.TroubleBadClient || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
