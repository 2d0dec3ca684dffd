// Command count reads what `go test -json` printed.
//
//	count show FILE      prints a line for each package and, of the tests that
//	                     failed, what they said
//	count tally FILE...  prints "PASSED FAILED SKIPPED"
//
// A test or subtest counts once however often it ran: as failed if it failed
// in any run, as skipped only if it ran in none.
package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// event is one line of `go test -json`; see `go doc test2json`.
type event struct {
	Action     string
	Package    string
	ImportPath string // of a package that did not build
	Test       string
	Elapsed    float64
	Output     string
}

// result is how a test ended; the larger wins when it ran more than once.
type result int

const (
	skipped result = iota + 1
	passed
	failed
)

var ends = map[string]result{"skip": skipped, "pass": passed, "fail": failed}

// name is a test, or with an empty test the package around it.
type name struct{ pkg, test string }

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "count:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	switch {
	case len(args) == 2 && args[0] == "show":
		return read(args[1], show(out))
	case len(args) >= 1 && args[0] == "tally":
		return tally(args[1:], out)
	}
	return errors.New("say show FILE or tally FILE")
}

// read hands over every event of a file. Lines that are no event (the go
// command's own words, if a pipe mixed them in) are passed by.
func read(file string, visit func(event)) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(text)) {
		var e event
		if json.Unmarshal([]byte(line), &e) == nil {
			visit(e)
		}
	}
	return nil
}

// show prints what a person wants to see of a run.
func show(out io.Writer) func(event) {
	said := map[name]string{}
	tests := map[string]int{}
	return func(e event) {
		key := name{cmp.Or(e.Package, strings.Fields(e.ImportPath + " ?")[0]), e.Test}
		switch {
		case strings.HasPrefix(e.Output, "=== "):
		case e.Output != "":
			said[key] += e.Output
		case e.Action == "build-fail":
			fmt.Fprint(out, said[key])
			delete(said, key)
		case e.Action == "fail":
			fmt.Fprint(out, said[key])
			if e.Test == "" {
				fmt.Fprintf(out, "FAIL  %s  %.1fs\n", key.pkg, e.Elapsed)
			}
		case e.Test != "" && ends[e.Action] != 0:
			tests[key.pkg]++
		case e.Action == "pass":
			fmt.Fprintf(out, "ok    %s  %.1fs  %d tests\n", key.pkg, e.Elapsed, tests[key.pkg])
		}
	}
}

func tally(files []string, out io.Writer) error {
	best := map[name]result{}
	for _, file := range files {
		if err := read(file, func(e event) {
			if end := ends[e.Action]; end != 0 {
				key := name{e.Package, e.Test}
				best[key] = max(best[key], end)
			}
		}); err != nil {
			return err
		}
	}
	blamed := map[string]bool{}
	for key, end := range best {
		blamed[key.pkg] = blamed[key.pkg] || key.test != "" && end == failed
	}
	var count [failed + 1]int
	for key, end := range best {
		// A package counts only if it failed and no test of it did: it did
		// not build, or it died.
		if key.test != "" || end == failed && !blamed[key.pkg] {
			count[end]++
		}
	}
	_, err := fmt.Fprintln(out, count[passed], count[failed], count[skipped])
	return err
}
