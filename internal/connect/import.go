package connect

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// What an import may measure. It is stored in one go, all or nothing, and on SQLite
// whoever tells of something else waits for that: seconds, for so many lines.
const (
	maxImportLines = 250_000
	maxImportLine  = 256 << 10 // bytes
	listedFaults   = 100
)

// Imported is a session that was brought in from elsewhere, with its events.
type Imported struct {
	Session Session
	Events  []Event
	// Line is where the session first occurs.
	Line int
}

// ImportFault is what is wrong with a line. It quotes no more of it than a word.
type ImportFault struct {
	Line int
	What string
}

// ImportFaults are all that is wrong with an import, in order, at most 100 of them
// listed.
type ImportFaults struct {
	Faults []ImportFault
	// More is how many are not listed.
	More int
}

func (f *ImportFaults) Error() string {
	var text strings.Builder
	for i, fault := range f.Faults {
		if i > 0 {
			text.WriteString("\n")
		}
		fmt.Fprintf(&text, "line %d: %s", fault.Line, fault.What)
	}
	if f.More > 0 {
		fmt.Fprintf(&text, "\nand %d more", f.More)
	}
	return text.String()
}

// ImportLines reads session histories from JSON lines or CSV, whichever it is, one
// event a line. It reads all or nothing: the error is an *ImportFaults where lines
// are at fault, which names them all. A session was made when its earliest event
// happened. Events have no id: the same told again is known by what it says.
func ImportLines(r io.Reader, now time.Time) ([]Imported, error) {
	return newImporter(now, maxImportLines).all(r)
}

func (in *importer) all(r io.Reader) ([]Imported, error) {
	text := bufio.NewReaderSize(r, maxImportLine)
	head, err := text.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading the import: %w", err)
	}
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		in.fault(1, "the file is not UTF-8: save it as CSV UTF-8")
		return in.result()
	}
	if bytes.HasPrefix(head, []byte("\ufeff")) {
		_, _ = text.Discard(len("\ufeff"))
	}
	if err := in.read(text); err != nil {
		return nil, fmt.Errorf("reading the import: %w", err)
	}
	return in.result()
}

// read reads a text by what it begins with.
func (in *importer) read(text *bufio.Reader) error {
	head, _ := text.Peek(1024)
	head = bytes.TrimSpace(head)
	switch {
	case bytes.HasPrefix(head, []byte("{")):
		return in.readJSON(text)
	case bytes.HasPrefix(head, []byte("[")):
		in.fault(1, "the file is one JSON array: write one object a line")
		return nil
	}
	return in.readCSV(text)
}

// importer gathers the sessions of an import and what is wrong with it.
type importer struct {
	now      time.Time
	most     int // lines
	sessions map[string]*Imported
	order    []*Imported
	faults   ImportFaults
}

func newImporter(now time.Time, most int) *importer {
	return &importer{now: now, most: most, sessions: map[string]*Imported{}}
}

func (in *importer) fault(line int, what string) {
	if len(in.faults.Faults) == listedFaults {
		in.faults.More++
		return
	}
	in.faults.Faults = append(in.faults.Faults, ImportFault{line, what})
}

// tooMany notes that there are more lines than may be.
func (in *importer) tooMany(line int) {
	in.fault(line, fmt.Sprintf("the file has more than %d lines: split it", in.most))
}

// result is all of it, or what is wrong.
func (in *importer) result() ([]Imported, error) {
	for _, s := range in.order {
		if s.Session.CustomerID == "" {
			in.fault(s.Line, "customer_id is missing in all lines of the session")
		}
	}
	if len(in.faults.Faults) > 0 {
		slices.SortStableFunc(in.faults.Faults, func(a, b ImportFault) int { return a.Line - b.Line })
		return nil, &in.faults
	}
	all := make([]Imported, len(in.order))
	for i, s := range in.order {
		all[i] = *s
	}
	return all, nil
}
