package explore

import (
	"context"
	"encoding/json"
	"errors"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"
)

// calm is a patience that no expression which ends by itself exhausts, however
// slow the machine.
const calm = time.Minute

const staff = `{"individuals":[` +
	`{"id":"a1","first_name":"••••","department":{"name":"Kitchen"},"n":100000000000000000001},` +
	`{"id":"b2","first_name":"••••","department":{"name":"Bar"},"n":1.10}]}`

func TestNarrow(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, expression string
		want             string // its lines
		values           int
		cut              bool
	}{
		{"one value", ".individuals[0].id", `"a1"`, 1, false},
		{"several values", ".individuals[].id", "\"a1\"\n\"b2\"", 2, false},
		{"no value", "empty", "", 0, false},
		{"an object over lines", ".individuals[0].department", "{\n  \"name\": \"Kitchen\"\n}", 1, false},
		{"digits are kept", ".individuals[].n", "100000000000000000001\n1.10", 2, false},
		{"what is masked stays masked", ".individuals[0].first_name", `"••••"`, 1, false},
		{"grouping", "[.individuals[].department.name] | sort | join(\", \")", `"Bar, Kitchen"`, 1, false},
		{"halt is an end", "1, halt, 2", "1", 1, false},
		{"no environment", "$ENV, env", "{}\n{}", 2, false},
		{"angle brackets", `"<&>"`, `"<&>"`, 1, false},
		{"a path", `getpath(["individuals",1,"id"])`, `"b2"`, 1, false},
		{"a shell word", `"a'b" | @sh`, `"'a'\\''b'"`, 1, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := few.narrow(t.Context(), &Masked{JSON: []byte(staff)}, tt.expression, calm)
			if err != nil {
				t.Fatal(err)
			}
			if lines := strings.Join(got.Lines, "\n"); lines != tt.want || got.Values != tt.values || got.Cut != tt.cut {
				t.Errorf("made %q (%d values, cut %t), want %q (%d, %t)", lines, got.Values, got.Cut, tt.want, tt.values, tt.cut)
			}
		})
	}
}

func TestNarrowSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	answer := &Masked{JSON: []byte(staff)}
	tests := []struct {
		name, expression string
		m                *Masked
		want             string
	}{
		{"nothing", "  ", answer, "Write a jq expression, such as .individuals[0]."},
		{"a bracket too many", ".individuals[0]]", answer, `jq: unexpected token "]" at character 16.`},
		{"after letters of two bytes", `"éé" ] `, answer, `jq: unexpected token "]" at character 6.`},
		{"an end too early", ".individuals[", answer, "jq: the expression ends too early."},
		{"an unknown function", "foo", answer, "jq: function not defined: foo/0."},
		{"an unknown variable", "$__prog_args", answer, "jq: variable not defined: $__prog_args."},
		{"a line number", "input_line_number", answer, "jq: function not defined: input_line_number/0."},
		{"input", "input", answer, "jq: input(s)/0 is not allowed."},
		{"a fault of its own", `error("no")`, answer, "jq: error: no."},
		{"a lot of a fault", `error("x" * 1000)`, answer, "jq: error: " + strings.Repeat("x", 192) + "…."},
		{"too long", strings.Repeat("x", 1001), answer, "The jq expression is too long (1000 characters at most)."},
		{"too large", ".", &Masked{JSON: make([]byte, 10<<20)}, "The answer is too large for jq here (10 MB). Ask for a part of it with limit=."},
		{"no answer", ".", &Masked{}, "There is no answer to run jq on."},
		{"nothing at all", ".", nil, "There is no answer to run jq on."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := few.narrow(t.Context(), tt.m, tt.expression, calm)
			if err == nil || err.Error() != tt.want {
				t.Errorf("said %v\nwant %s", err, tt.want)
			}
		})
	}
}

// TestNarrowIsBounded tries what could take all of time, memory or output. Which
// bound ends an expression can depend on the machine; that one does, does not.
func TestNarrowIsBounded(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("memory is bounded on Linux")
	}
	hostile := []string{
		"range(1e9)",
		"[range(1e12)]",
		`"x" * 1e10`,
		`"x" * 5e8 | . + . | length`,
		`"x" * 1e8 | [., .] | tostring | tostring | tostring`,
		`"x" * 1e8 | explode`,
		".[1e9] = 1",
		"null | .[1e8] = 1",
		"null | .[536870911] = 1",
		"def f: f; f",
		"def f: 1 + f; f",
		"def f: [f]; f",
		"limit(1e9; repeat(1))",
		"[limit(1e9; repeat(1))]",
		"last(repeat(1))",
		"reduce range(50) as $i (1; [., .])",
		"reduce range(50) as $i (1; [., .]) | tostring | length",
		`reduce range(50) as $i ("x"; . + .) | length`,
		"reduce range(1e9) as $i ([]; . + [$i]) | length",
		"[limit(1e8; repeat(\"x\" * 1000))] | join(\"\")",
		"[range(1e7)] | combinations(3)",
		"[range(3000)] | [combinations(4)] | length",
		`"a" * 1e7 | [match("a*?"; "g")] | length`,
		`"a" * 1e8 | gsub("a"; "bbbbbbbbbb") | length`,
		"1e1000 | tostring",
		"pow(10; 308) | floor | . * . * .",
		"reduce range(100) as $i (10; . * .) | tostring",
		"[.] | until(false; . + .)",
		"try error(repeat(1)) catch .",
		"label $x | repeat(1)",
		"[splits(\"\")]",
		"path(repeat(.))",
		"[paths(..)] | while(true; . + .)",
		"debug", "stderr", "input", "inputs", "input_filename", "now", "halt_error", `"a" | halt_error`,
		`import "x" as $x; 1`, `include "x"; 1`, `"/etc/passwd" | modulemeta`, "get_search_list", "$__loc__", "@sh",
	}
	for _, expression := range hostile {
		t.Run(expression, func(t *testing.T) {
			t.Parallel()
			got, err := few.narrow(t.Context(), &Masked{JSON: []byte(staff)}, expression, time.Second/2)
			if err != nil {
				checkSentence(t, err)
			}
			if n := len(strings.Join(got.Lines, "\n")); n > maxNarrowed || got.Values > maxValues {
				t.Errorf("%d bytes in %d values came out", n, got.Values)
			}
			if errors.Is(err, errNoStart) || errors.Is(err, errTooMuch) {
				t.Errorf("the child did not keep its own bounds: %v", err)
			}
		})
	}
}

func checkSentence(t *testing.T, err error) {
	t.Helper()
	said := err.Error()
	if len([]rune(said)) > 250 || !strings.HasSuffix(said, ".") || strings.ContainsAny(said, "\n\x00") {
		t.Errorf("no sentence: %q", said)
	}
}

func TestNarrowNamesTheBound(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, expression string
		patience         time.Duration
		want             error
	}{
		{"time", "def f: f; f", time.Second / 5, errPatience},
		{"work", "def f: f; f", calm, errPatience},
		{"memory", `"x" * 1e8 | [range(30) as $i | . + "y"] | length`, calm, errMemory},
		{"memory in one step", `"x" * 1e8 | explode`, calm, errMemory},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if runtime.GOOS != "linux" && tt.patience == calm {
				t.Skip("memory and work are bounded on Linux")
			}
			_, err := few.narrow(t.Context(), &Masked{JSON: []byte(staff)}, tt.expression, tt.patience)
			if !errors.Is(err, tt.want) {
				t.Errorf("said %v, want %v", err, tt.want)
			}
		})
	}
}

func TestNarrowCutsWhatIsLong(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, expression string
		values           int
	}{
		{"many values", "range(1e9)", 1000},
		{"a long string", `"é" * 3e5`, 1},
		{"a long value after a short one", `1, ("é" * 3e5), 2`, 2},
		{"a value of many lines", "[range(1e5)]", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := few.narrow(t.Context(), &Masked{JSON: []byte(`{}`)}, tt.expression, calm)
			if err != nil {
				t.Fatal(err)
			}
			all := strings.Join(got.Lines, "\n")
			if !got.Cut || got.Values != tt.values || len(all) > maxNarrowed || all == "" || all != strings.ToValidUTF8(all, "") {
				t.Errorf("%d bytes in %d values, cut %t", len(all), got.Values, got.Cut)
			}
		})
	}
}

func TestNarrowHonoursItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := few.Narrow(ctx, &Masked{JSON: []byte(`{}`)}, "."); err == nil {
		t.Error("ran for somebody who left")
	}
}

// TestReplyIsBounded has a child in the place of ours that never stops writing.
func TestReplyIsBounded(t *testing.T) {
	t.Parallel()
	yes, err := exec.LookPath("yes")
	if err != nil {
		t.Skip("there is no yes here")
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out := &reply{full: stop}
	child := exec.CommandContext(ctx, yes)
	child.Stdout = out
	died := child.Run()
	if _, err := out.read(died, context.Cause(ctx)); !errors.Is(err, errTooMuch) || out.Len() > maxReply {
		t.Errorf("took %d bytes and said %v", out.Len(), err)
	}
}

func TestChildHasNoEnvironment(t *testing.T) {
	t.Setenv("PERCH_TEST_SECRET", "x")
	child, err := narrower(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(child.Env) != 1 || len(child.Args) != 1 {
		t.Errorf("the child gets the environment %q and the arguments %q", child.Env, child.Args)
	}
}

func TestChildHasNoChildren(t *testing.T) {
	t.Setenv(narrowerMark, "1")
	if _, err := few.Narrow(t.Context(), &Masked{JSON: []byte(`{}`)}, "."); err == nil {
		t.Error("a child began another")
	}
}

// FuzzUnderstand: no expression brings down who reads it, and what is wrong with
// one is a sentence.
func FuzzUnderstand(f *testing.F) {
	for _, seed := range []string{".", ".a[0]", "]", `"\(`, "def f: f; f", "import \"a\" as a; 1", "é]", "{a:1}|.b?//2", "reduce .[] as [$a] (0;.+$a)"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, expression string) {
		if len([]rune(expression)) > maxExpression {
			return
		}
		code, err := understand(expression)
		if (code == nil) == (err == nil) {
			t.Fatalf("code %v and error %v", code, err)
		}
		if err != nil {
			checkSentence(t, err)
		}
	})
}

// FuzzServeNarrower gives the child any input.
func FuzzServeNarrower(f *testing.F) {
	f.Add("\".\"\n{}")
	f.Add("\".a\"\n{\"a\":1e400}")
	f.Add("{}\n\n")
	f.Fuzz(func(t *testing.T, work string) {
		if strings.ContainsAny(strings.SplitN(work, "\n", 2)[0], "*(|+$=abcdefghijklmnopqrstuvwxyz") {
			return // what computes is tried in a real child
		}
		said := serveNarrower(strings.NewReader(work))
		if said.Error != "" {
			checkSentence(t, sentence(said.Error))
		}
		if _, err := json.Marshal(said); err != nil {
			t.Error(err)
		}
	})
}

func BenchmarkNarrow(b *testing.B) {
	m := longDirectory(b, 1<<20)
	b.SetBytes(int64(len(m.JSON)))
	for b.Loop() {
		if _, err := few.narrow(b.Context(), m, "[.individuals[] | select(.is_active)] | length", calm); err != nil {
			b.Fatal(err)
		}
	}
}
