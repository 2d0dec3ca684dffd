package peers

import (
	"encoding/json"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"perch/internal/explore"
	"perch/internal/finch"
	local "perch/internal/playground/finch"
)

// reading is one question of Finch's own client, as reads.mjs tells of it.
type reading struct {
	Endpoint string              `json:"endpoint"`
	Values   map[string][]string `json:"values"`
	// Path, Query and Body are what the client sent.
	Path  string `json:"path"`
	Query string `json:"query"`
	Body  string `json:"body"`
	// Answer came back; Items is how many entries the client found in it, -1 where
	// it sees no list.
	Answer json.RawMessage `json:"answer"`
	Items  int             `json:"items"`
}

// TestFinchsOwnClientReadsWhatPerchReads asks every endpoint that reads, by
// Finch's client and by the explorer's table, and wants the same question and the
// same answer.
func TestFinchsOwnClientReadsWhatPerchReads(t *testing.T) {
	t.Parallel()
	needPeers(t)
	// No sync ends in so short a time, so what is read does not change.
	world := local.New(local.Options{Seed: 1, SyncTakes: time.Hour})
	t.Cleanup(world.Close)
	at, token := serve(t, world.API(), world.Control()), world.Tokens()[sandboxed(t, world)]
	var readings []reading
	node(t, &readings, "reads.mjs", "FINCH_URL="+at, "FINCH_TOKEN="+token)
	client, err := finch.New(finch.Options{BaseURL: at, Budget: finch.NewLooseBudget()})
	if err != nil {
		t.Fatal(err)
	}
	read := map[string]bool{}
	for _, theirs := range readings {
		read[theirs.Endpoint] = true
		t.Run(theirs.Endpoint, func(t *testing.T) { compareReadings(t, client, finch.NewToken(token), theirs) })
	}
	for _, e := range finch.Endpoints() {
		if !e.Writes && !read[e.Name()] {
			t.Errorf("%s was not read", e.Name())
		}
	}
}

// sandboxed is a well connection of the sandbox: it has every product.
func sandboxed(t *testing.T, world *local.Server) string {
	t.Helper()
	for _, c := range world.Connections() {
		if c.Environment == "sandbox" && c.Status == "connected" {
			return c.ID
		}
	}
	t.Fatal("no well connection of the sandbox")
	return ""
}

func compareReadings(t *testing.T, client *finch.Client, token finch.Token, theirs reading) {
	method, path, _ := strings.Cut(theirs.Endpoint, " ")
	endpoint, _, ok := finch.FindEndpoint(method, path)
	if !ok {
		t.Fatal("the table has no such endpoint")
	}
	asked := explore.Query{Endpoint: endpoint, ConnectionID: "c1", Values: theirs.Values}
	if faults := asked.Check(); len(faults) > 0 {
		t.Fatalf("it is no complete question: %+v", faults)
	}
	ours, err := asked.Request()
	if err != nil {
		t.Fatal(err)
	}
	compareRequests(t, endpoint, ours, theirs)
	answer, err := client.Call(t.Context(), token, ours)
	if err != nil || answer.Status != 200 {
		t.Fatalf("status %d, %v", answer.Status, err)
	}
	if got, want := decoded(t, answer.Body), decoded(t, theirs.Answer); !reflect.DeepEqual(got, want) {
		t.Errorf("Perch reads %.2000s\nthey read %.2000s", answer.Body, theirs.Answer)
	}
	if n := entries(decoded(t, answer.Body), endpoint.Items); theirs.Items >= 0 && n != theirs.Items {
		t.Errorf("%q has %d entries, they find %d", endpoint.Items, n, theirs.Items)
	}
}

func compareRequests(t *testing.T, e finch.Endpoint, ours finch.Request, theirs reading) {
	t.Helper()
	if ours.Path != theirs.Path {
		t.Errorf("Perch asks for %s, they for %s", ours.Path, theirs.Path)
	}
	query, err := url.ParseQuery(theirs.Query)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := said(e, ours.Query), said(e, query); !reflect.DeepEqual(got, want) {
		t.Errorf("Perch says %v, they say %v", got, want)
	}
	if (len(ours.Body) == 0) != (theirs.Body == "") {
		t.Fatalf("Perch sends %q, they send %q", ours.Body, theirs.Body)
	}
	if theirs.Body != "" && !reflect.DeepEqual(decoded(t, ours.Body), decoded(t, []byte(theirs.Body))) {
		t.Errorf("Perch sends %s, they send %s", ours.Body, theirs.Body)
	}
}

// said are the parameters of a query. Lists that Finch documents with commas its
// client sends in brackets, so these two count as the same.
func said(e finch.Endpoint, query url.Values) url.Values {
	all := url.Values{}
	for name, values := range query {
		bare, _ := strings.CutSuffix(name, "[]")
		if p, ok := e.Param(bare); ok && p.CSV {
			name, values = bare, strings.Split(strings.Join(values, ","), ",")
		}
		all[name] = slices.Concat(all[name], values)
	}
	return all
}

func decoded(t *testing.T, raw []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatalf("%q is no JSON: %v", raw, err)
	}
	return v
}

// entries is how many entries the list at a path has, -1 where there is none.
func entries(answer any, path string) int {
	if object, ok := answer.(map[string]any); ok {
		answer = object[path]
	}
	list, ok := answer.([]any)
	if !ok {
		return -1
	}
	return len(list)
}
