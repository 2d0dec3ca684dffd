package explore

import (
	"strings"
	"syscall"
	"testing"
)

// TestChildStaysSmall asks the kernel how much memory a child really took.
func TestChildStaysSmall(t *testing.T) {
	t.Parallel()
	for _, expression := range []string{`"x" * 1e7 | [range(200) as $i | . + "y"] | length`, `"x" * 1e8 | explode`} {
		child, err := narrower(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		child.Stdin = strings.NewReader(`"` + strings.ReplaceAll(expression, `"`, `\"`) + "\"\nnull")
		if err := child.Run(); err == nil {
			t.Errorf("%s came to an end", expression)
		}
		taken := child.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10
		if taken > narrowMemory+narrowMemory/4 {
			t.Errorf("%s took %d MiB", expression, taken>>20)
		}
		t.Logf("%s took %d MiB", expression, taken>>20)
	}
}
