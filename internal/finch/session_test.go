package finch_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"perch/internal/finch"
	local "perch/internal/playground/finch"
)

// application is a client of a local Finch that has credentials of its own.
func application(t *testing.T, environment string) (*local.Server, *finch.Client) {
	t.Helper()
	world, _, address := localWith(t, local.Options{Seed: 1, ConnectURL: "https://connect.example"})
	id, secret := world.Client(environment)
	return world, clientAt(t, address, id, secret)
}

func clientAt(t *testing.T, address, id, secret string) *finch.Client {
	t.Helper()
	client, err := finch.New(finch.Options{
		BaseURL: address, Budget: finch.NewLooseBudget(), Credentials: &finch.Credentials{ID: id, Secret: finch.NewToken(secret)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func cedar() finch.NewSession {
	return finch.NewSession{CustomerID: "cust_new", CustomerName: "Cedar & Sons", Email: "pay@cedar.example", Products: []string{"company", "directory"}}
}

func TestANewConnectionIsMadeAtTheLocalFinch(t *testing.T) {
	t.Parallel()
	world, client := application(t, "production")
	link, err := client.CreateSession(t.Context(), cedar())
	if err != nil || !strings.HasPrefix(link.URL, "https://connect.example/authorize?session="+link.SessionID) {
		t.Fatalf("link %+v, %v", link, err)
	}
	if days := time.Until(link.Expires).Hours() / 24; days < 89.9 || days > 90 {
		t.Errorf("it is good for %.1f days", days)
	}
	code, err := world.FinishSession(link.SessionID)
	if err != nil {
		t.Fatal(err)
	}
	got, err := client.Exchange(t.Context(), code, "")
	if err != nil || got.CustomerID != "cust_new" || got.ConnectionID == "" {
		t.Fatalf("exchanged for %+v, %v", got, err)
	}
	in, err := client.Introspect(t.Context(), got.Token)
	if err != nil || in.ConnectionID != got.ConnectionID || in.CustomerID != "cust_new" || in.CustomerName != "Cedar & Sons" {
		t.Errorf("the token is of %+v, %v", in, err)
	}
	if strings.Contains(fmt.Sprintf("%+v %#v", got, got), got.Token.Reveal()) {
		t.Error("what was exchanged prints the token")
	}
	_, err = client.Exchange(t.Context(), code, "")
	if trouble(t, err) != finch.TroubleRejected || strings.Contains(err.Error(), code) {
		t.Errorf("a second time: %v", err)
	}
	_, err = client.CreateSession(t.Context(), cedar())
	if refusal, ok := errors.AsType[*finch.Error](err); !ok || !strings.Contains(refusal.Message, "reauthenticate") {
		t.Errorf("a customer id used again: %v", err)
	}
}

// TestWhatASessionIsMadeWith reads what goes over the wire.
func TestWhatASessionIsMadeWith(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		session finch.NewSession
		want    string
	}{
		"as little as can be": {
			finch.NewSession{CustomerID: "c", CustomerName: "n", Products: []string{"company"}},
			`{"customer_id":"c","customer_name":"n","products":["company"],"minutes_to_expire":129600}`,
		},
		"all there is": {
			finch.NewSession{
				CustomerID: "c", CustomerName: "n", Email: "e@x.example", Products: []string{"payment"}, Provider: "gusto", Method: "assisted",
				RedirectURI: "https://x.example/done", Life: 36 * time.Hour, Sandbox: "provider",
			},
			`{"customer_id":"c","customer_name":"n","customer_email":"e@x.example","products":["payment"],` +
				`"integration":{"provider":"gusto","auth_method":"assisted"},"redirect_uri":"https://x.example/done","minutes_to_expire":2160,"sandbox":"provider"}`,
		},
		"a method without its provider": {
			finch.NewSession{CustomerID: "c", CustomerName: "n", Products: []string{"company"}, Method: "oauth"},
			`{"customer_id":"c","customer_name":"n","products":["company"],"minutes_to_expire":129600}`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, heard := scripted(t, 201, `{"session_id":"s1","connect_url":"https://connect.example/authorize?session=s1"}`)
			if _, err := client.CreateSession(t.Context(), test.session); err != nil {
				t.Fatal(err)
			}
			if heard.body != test.want || heard.user != "app" {
				t.Errorf("%s asked for %s", heard.user, heard.body)
			}
		})
	}
}

func TestACodeGoesInTheBodyAlone(t *testing.T) {
	t.Parallel()
	client, heard := scripted(t, 200, `{"access_token":"tok-1","connection_id":"c1","customer_id":null}`)
	got, err := client.Exchange(t.Context(), "code-77", "https://x.example/done")
	if err != nil || got.Token != finch.NewToken("tok-1") || got.ConnectionID != "c1" || got.CustomerID != "" {
		t.Fatalf("%+v, %v", got, err)
	}
	var body map[string]string
	_ = json.Unmarshal([]byte(heard.body), &body)
	if body["code"] != "code-77" || body["client_id"] != "app" || body["client_secret"] != "hunter2" || body["redirect_uri"] != "https://x.example/done" {
		t.Errorf("the body is %v", body)
	}
	if heard.authorization != "" || heard.path != "/auth/token" {
		t.Errorf("asked %s with the header %q", heard.path, heard.authorization)
	}
}

func TestNoErrorOfAnExchangeHoldsASecret(t *testing.T) {
	t.Parallel()
	const secrets = "code-77 hunter2 tok-1"
	answers := map[string]struct {
		status int
		body   string
	}{
		"an echo":            {400, `{"name":"invalid_grant_error","message":"no code-77 of hunter2","finch_code":"code-77"}`},
		"no JSON":            {200, secrets},
		"no token":           {200, `{"connection_id":"c1","token":"tok-1"}`},
		"a token with a gap": {200, `{"connection_id":"c1","access_token":"tok-1 tok-1"}`},
		"no connection":      {200, `{"access_token":"tok-1","note":"code-77"}`},
		"a server that fell": {500, secrets},
	}
	for name, a := range answers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, heard := scripted(t, a.status, a.body)
			_, err := client.Exchange(t.Context(), "code-77", "")
			refusal, ok := errors.AsType[*finch.Error](err)
			if !ok || heard.times != 1 {
				t.Fatalf("%v after %d calls", err, heard.times)
			}
			for _, text := range []string{err.Error(), refusal.Message, refusal.Code, finch.Sentence(err)} {
				for secret := range strings.FieldsSeq(secrets) {
					if strings.Contains(text, secret) {
						t.Errorf("%q holds %s", text, secret)
					}
				}
			}
		})
	}
}

func TestNoSessionAndNoTokenWithoutCredentials(t *testing.T) {
	t.Parallel()
	_, bare, _ := localWith(t, local.Options{Seed: 1})
	if _, err := bare.CreateSession(t.Context(), cedar()); trouble(t, err) != finch.TroubleBadClient {
		t.Errorf("a session: %v", err)
	}
	if _, err := bare.Exchange(t.Context(), "code-77", ""); trouble(t, err) != finch.TroubleBadClient {
		t.Errorf("an exchange: %v", err)
	}
}

// heard is what a scripted Finch was asked last.
type heard struct {
	path, body, user, authorization string
	times                           int
}

// scripted is a client of a Finch that always answers the same.
func scripted(t *testing.T, status int, answer string) (*finch.Client, *heard) {
	t.Helper()
	var h heard
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		h.path, h.body, h.authorization = r.URL.Path, string(body), r.Header.Get("Authorization")
		h.user, _, _ = r.BasicAuth()
		h.times++
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	return clientAt(t, server.URL, "app", "hunter2"), &h
}
