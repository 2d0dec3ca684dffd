package peers

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// patience is how long a script may take; a slow machine under the race
// detector needs some of it.
const patience = 2 * time.Minute

// node runs a script of this folder with settings (NAME=value) added to the
// environment, and reads what it prints into report.
func node(t *testing.T, report any, script string, settings ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", script)
	cmd.Env = append(os.Environ(), settings...)
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("node %s: %v\n%s", script, err, complaint.String())
	}
	if err := json.Unmarshal(out, report); err != nil {
		t.Fatalf("node %s printed %q: %v", script, out, err)
	}
}

// needPeers skips a test where the clients, or programs besides them, are not
// installed, unless they were promised to be.
func needPeers(t *testing.T, programs ...string) {
	t.Helper()
	_, err := os.Stat("node_modules")
	for _, program := range append(programs, "node") {
		_, missing := exec.LookPath(program)
		err = cmp.Or(err, missing)
	}
	switch {
	case err == nil:
	case os.Getenv("PERCH_PEERS") == "required":
		t.Fatalf("the peers are required and not there: %v", err)
	default:
		t.Skipf("needs Node.js and `npm ci` in internal/peers, and for some Chromium: %v", err)
	}
}

// serve listens on this machine, with an imitated API at the root and its
// control door under /_control.
func serve(t *testing.T, api, control http.Handler) (url string) {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/", api)
	mux.Handle("/_control/", http.StripPrefix("/_control", control))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}
