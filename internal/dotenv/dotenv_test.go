package dotenv

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLines(t *testing.T) {
	values, err := parse(strings.NewReader("# a comment\nexport A=1\nB='two # three'\nC=\"$HOME\\n\"\n"))
	if err != nil || values["A"] != "1" || values["B"] != "two # three" || values["C"] != "$HOME\n" {
		t.Errorf("read %q, %v", values, err)
	}
}

func TestTheEnvironmentWins(t *testing.T) {
	file := filepath.Join(t.TempDir(), ".env")
	if err := os.WriteFile(file, []byte("A=file\nB=file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	environment := func(name string) string { return map[string]string{"A": "environment"}[name] }
	getenv, err := Over(environment, file)
	if err != nil {
		t.Fatal(err)
	}
	if getenv("A") != "environment" || getenv("B") != "file" || getenv("C") != "" {
		t.Errorf("A=%q B=%q C=%q", getenv("A"), getenv("B"), getenv("C"))
	}
}

func TestNoFileIsNoFault(t *testing.T) {
	getenv, err := Over(os.Getenv, filepath.Join(t.TempDir(), ".env"))
	if err != nil || getenv == nil {
		t.Errorf("without a file: %v", err)
	}
}

func TestAFileOfAnySizeIsRefused(t *testing.T) {
	if _, err := parse(strings.NewReader(strings.Repeat("A=1\n", maxSize))); err == nil {
		t.Error("took it")
	}
}

// Whatever a file holds, reading it ends, and its errors never repeat it.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"A=1", "export A='x'\n#", "A=\"\\u00e9\\n\"", "hunter2", "=x", "A=\"", "\xff=\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		values, err := parse(strings.NewReader("SECRET=hunter2\n" + text))
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error repeats the file: %v", err)
		}
		if err == nil && values["SECRET"] == "" && !strings.Contains(text, "SECRET") {
			t.Errorf("a setting was lost: %q", values)
		}
	})
}
