package house

import (
	"io/fs"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	settingName = regexp.MustCompile(`\b(?:SLACK|FINCH|PERCH)_[A-Z][A-Z_]*[A-Z]\b`)
	moduleName  = regexp.MustCompile(`[a-z]+(?:\.[a-z]+)+(?:/[\w.-]+)+`)
)

func TestEverySettingIsInTheReadme(t *testing.T) {
	t.Parallel()
	read := settingsRead(repository(t))
	if len(read) == 0 {
		t.Skip("no program yet")
	}
	compare(t, "setting", read, firstColumn(section(t, "Settings"), settingName))
}

func TestEveryDependencyIsInTheReadme(t *testing.T) {
	t.Parallel()
	compare(t, "dependency", direct(string(text(t, "go.mod"))), firstColumn(section(t, "Dependencies"), moduleName))
}

// TestLibcIsTheDrivers holds the C library that SQLite was translated with to
// the version its driver names: the maintainers ask for exactly that one, and
// another module can lift it unseen.
func TestLibcIsTheDrivers(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.GoMod}}", "modernc.org/sqlite").Output()
	if err != nil {
		t.Fatalf("find the driver's go.mod: %v", err)
	}
	drivers, err := os.ReadFile(strings.TrimSpace(string(out)))
	if err != nil {
		t.Fatal(err)
	}
	want, got := required(string(drivers), "modernc.org/libc"), required(string(text(t, "go.mod")), "modernc.org/libc")
	if want == "" || got != want {
		t.Errorf("go.mod has modernc.org/libc %q, the driver wants exactly %q", got, want)
	}
}

// settingsRead is every setting that the program's own sources name: in a
// field's tag, a message, a call.
func settingsRead(tr tree) []string {
	var names []string
	for _, s := range tr.files {
		if _, ok := within(s.dir, "cmd/perch"); ok && !s.test {
			for _, literal := range literals(s.ast) {
				names = append(names, settingName.FindAllString(literal, -1)...)
			}
		}
	}
	return set(names)
}

// section is the README's text under one heading of the second level.
func section(t *testing.T, heading string) string {
	t.Helper()
	_, rest, ok := strings.Cut(string(text(t, "README.md")), "\n## "+heading+"\n")
	if !ok {
		t.Fatalf("README.md has no section %q", heading)
	}
	body, _, _ := strings.Cut(rest, "\n## ")
	return body
}

// firstColumn is what matches in the first cells of a section's tables.
func firstColumn(section string, pattern *regexp.Regexp) []string {
	var found []string
	for line := range strings.Lines(section) {
		if cells := strings.Split(line, "|"); len(cells) > 2 && cells[0] == "" {
			found = append(found, pattern.FindAllString(cells[1], -1)...)
		}
	}
	return set(found)
}

// direct is the modules a go.mod requires on purpose.
func direct(mod string) []string {
	var found []string
	for line := range strings.Lines(mod) {
		words := strings.Fields(strings.TrimPrefix(line, "require "))
		if len(words) == 2 && moduleName.MatchString(words[0]) && strings.HasPrefix(words[1], "v") {
			found = append(found, words[0])
		}
	}
	return set(found)
}

// required is the version of one module in a go.mod.
func required(mod, module string) string {
	for line := range strings.Lines(mod) {
		if words := strings.Fields(line); len(words) > 1 && words[0] == module {
			return words[1]
		}
	}
	return ""
}

// compare wants the program and its papers to name the same things.
func compare(t *testing.T, kind string, program, papers []string) {
	t.Helper()
	for _, name := range program {
		if !slices.Contains(papers, name) {
			t.Errorf("%s %s is not in the README's table", kind, name)
		}
	}
	for _, name := range papers {
		if !slices.Contains(program, name) {
			t.Errorf("%s %s is in the README's table, but nothing uses it", kind, name)
		}
	}
}

func text(t *testing.T, name string) []byte {
	t.Helper()
	b, err := fs.ReadFile(root(), name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func set(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

func TestDirect(t *testing.T) {
	t.Parallel()
	const mod = `module m

require example.org/alone v1.0.0

require (
	example.org/a/b v1.2.3
	example.org/c v0.0.1 // indirect
)
`
	if got, want := direct(mod), []string{"example.org/a/b", "example.org/alone"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := required(mod, "example.org/c"), "v0.0.1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
