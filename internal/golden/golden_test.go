package golden

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// recorder is a test that notes its failures instead of failing.
type recorder struct {
	testing.TB
	failures []string
}

func (r *recorder) Helper() {}
func (r *recorder) Errorf(format string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

func TestGolden(t *testing.T) {
	t.Chdir(t.TempDir())
	value := map[string]string{"text": `<!date^1|x> & \u003c`}

	expect(t, value, "does not exist yet")

	*update = true
	expect(t, value, "")
	*update = false
	expect(t, value, "")

	raw, err := os.ReadFile("testdata/deep/card.json")
	if err != nil {
		t.Fatal(err)
	}
	if want := "{\n  \"text\": \"<!date^1|x> & \\\\u003c\"\n}\n"; string(raw) != want {
		t.Errorf("the file holds %q, want %q", raw, want)
	}

	value["text"] = "other"
	expect(t, value, `+  "text": "other"`)
}

func expect(t *testing.T, value any, failure string) {
	t.Helper()
	var r recorder
	JSON(&r, "deep/card.json", value)
	switch got := strings.Join(r.failures, "\n"); {
	case failure == "" && got != "":
		t.Errorf("fails: %s", got)
	case !strings.Contains(got, failure):
		t.Errorf("fails with %q, want %q", got, failure)
	}
}

func TestJSONNamesWhatCannotBeWritten(t *testing.T) {
	t.Parallel()
	var r recorder
	JSON(&r, "x.json", func() {})
	if len(r.failures) != 1 || !strings.Contains(r.failures[0], "x.json") {
		t.Errorf("got %v", r.failures)
	}
}
