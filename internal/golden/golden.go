// Package golden compares what a test made with what was once looked at and
// found good, kept as a file under the package's testdata directory.
//
// To accept new results, run the tests of the packages concerned with -update
// and read the difference in version control before committing it:
//
//	go test ./bot/card ./commands -update
package golden

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/diff"
)

var update = flag.Bool("update", false, "write what the tests make to their golden files")

// dir is where the files are, seen from the package under test.
const dir = "testdata"

// Compare fails the test, with a diff, when got is not what testdata/name
// holds. With -update it writes the file instead. Line ends may be either kind.
func Compare(t testing.TB, name string, got []byte) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if *update {
		write(t, path, got)
		return
	}
	want, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s does not exist yet; -update writes it with:\n%s", path, got)
		return
	}
	if err != nil {
		t.Errorf("read what is expected: %v", err)
		return
	}
	want = bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n"))
	if d := diff.Diff(path, want, "got", got); len(d) > 0 {
		t.Errorf("not as expected (-update accepts it):\n%s", d)
	}
}

// JSON is Compare for a value as indented JSON, in testdata/name. Angle
// brackets and ampersands are written as they are, since people read the files.
func JSON(t testing.TB, name string, v any) {
	t.Helper()
	raw, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Errorf("write %s as JSON: %v", name, err)
		return
	}
	// The first pair keeps an escaped backslash from lending its tail.
	legible := strings.NewReplacer(`\\`, `\\`, `\u003c`, "<", `\u003e`, ">", `\u0026`, "&")
	Compare(t, name, []byte(legible.Replace(string(raw))+"\n"))
}

func write(t testing.TB, path string, got []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Errorf("make a place for golden files: %v", err)
		return
	}
	if err := os.WriteFile(path, got, 0o644); err != nil {
		t.Errorf("write a golden file: %v", err)
	}
}
