package store_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The SQLite driver works with exactly the libc that its own go.mod names (its
// documentation says why); another module may lift it unnoticed.
func TestLibcIsTheOneThatSQLiteNames(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command to ask")
	}
	const libc = "modernc.org/libc"
	content, err := os.ReadFile(module(t, "{{.GoMod}}", "modernc.org/sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	want := ""
	for line := range strings.Lines(string(content)) {
		words := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		if len(words) >= 2 && words[0] == libc {
			want = words[1]
		}
	}
	if got := module(t, "{{.Version}}", libc); want == "" || got != want {
		t.Errorf("%s is %s here, and %q in sqlite's go.mod: go get %s@%s", libc, got, want, libc, want)
	}
}

// module asks the go command about a module of this build.
func module(t *testing.T, what, name string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", what, name)
	command.Env = append(os.Environ(), "GOFLAGS=-mod=readonly", "GOPROXY=off")
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go list -m %s: %v", name, err)
	}
	return strings.TrimSpace(string(out))
}
