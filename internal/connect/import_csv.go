package connect

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

var errLongRow = errors.New("the row is too long")

// rowLimit ends the reading where a row does not: a quote that nobody closes would
// take in all of the file.
type rowLimit struct {
	from io.Reader
	left int
}

// readAhead is how much more than a row a csv.Reader may have asked for.
const readAhead = 64 << 10

func (l *rowLimit) next() { l.left = maxImportLine + readAhead }

func (l *rowLimit) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errLongRow
	}
	n, err := l.from.Read(p[:min(len(p), readAhead/4)])
	l.left -= n
	return n, err
}

// readCSV reads a header and one event a row. Semicolons and tabs are taken as
// spreadsheets write them.
func (in *importer) readCSV(text *bufio.Reader) error {
	skipped := skipSeparatorLine(text)
	limit := &rowLimit{from: text}
	limit.next()
	rows := csv.NewReader(limit)
	rows.Comma, rows.FieldsPerRecord, rows.ReuseRecord = separator(text), -1, true
	header, err := rows.Read()
	if errors.Is(err, io.EOF) {
		in.fault(1, "the file is empty")
		return nil
	}
	if err != nil {
		return in.broken(err, 1+skipped)
	}
	columns, ok := in.header(header, 1+skipped)
	if !ok {
		return nil
	}
	return in.readRows(rows, limit, columns, skipped)
}

// readRows reads what is under the header.
func (in *importer) readRows(rows *csv.Reader, limit *rowLimit, columns []string, skipped int) error {
	last := 1
	for n := 1; ; n++ {
		limit.next()
		cells, err := rows.Read()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return in.broken(err, last+1+skipped)
		}
		last, _ = rows.FieldPos(0)
		switch {
		case empty(cells):
		case n > in.most:
			in.tooMany(last + skipped)
			return nil
		default:
			in.takeCells(last+skipped, columns, cells)
		}
	}
}

// broken names what keeps the rest from being read; what failed to come at all is
// returned.
func (in *importer) broken(err error, line int) error {
	var parse *csv.ParseError
	switch {
	case errors.Is(err, errLongRow):
		in.fault(line, fmt.Sprintf("the row is longer than %d bytes: is a quote not closed?", maxImportLine))
	case errors.As(err, &parse):
		in.fault(max(parse.StartLine, line), "the quotes are not as in CSV; nothing after this line was read")
	default:
		return err
	}
	return nil
}

// header reads the names of the columns.
func (in *importer) header(cells []string, line int) (columns []string, ok bool) {
	for _, cell := range cells {
		columns = append(columns, columnName(cell))
	}
	for len(columns) > 0 && columns[len(columns)-1] == "" {
		columns = columns[:len(columns)-1]
	}
	faults := len(in.faults.Faults)
	for i, name := range columns {
		switch {
		case !slices.Contains(importColumns, name):
			in.fault(line, unknownColumn(name))
		case slices.Contains(columns[:i], name):
			in.fault(line, "column "+name+" is there twice")
		}
	}
	for _, needed := range []string{"session_id", "customer_id", "at", "type"} {
		if !slices.Contains(columns, needed) {
			in.fault(line, "column "+needed+" is missing")
		}
	}
	return columns, len(in.faults.Faults) == faults
}

func (in *importer) takeCells(line int, columns, cells []string) {
	if len(cells) > len(columns) && !empty(cells[len(columns):]) {
		in.fault(line, fmt.Sprintf("the row has %d cells, the header %d", len(cells), len(columns)))
		return
	}
	row := make(importRow, len(columns))
	for i, cell := range cells[:min(len(cells), len(columns))] {
		row[columns[i]] = trimmed(columns[i], plainCell(cell))
	}
	in.take(line, row)
}

// plainCell takes off the ' that Perch and spreadsheets put before what would be a
// formula.
func plainCell(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && strings.ContainsRune("=+-@", rune(cell[1])) {
		return cell[1:]
	}
	return cell
}

func empty(cells []string) bool {
	return !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" })
}

// skipSeparatorLine passes over the line "sep=;" that one spreadsheet writes.
func skipSeparatorLine(text *bufio.Reader) (lines int) {
	head, _ := text.Peek(16)
	if !strings.HasPrefix(strings.ToLower(string(head)), "sep=") {
		return 0
	}
	_, _, _ = nextLine(text)
	return 1
}

// separator is what stands between the cells of the first line.
func separator(text *bufio.Reader) rune {
	head, _ := text.Peek(4096)
	first, _, _ := strings.Cut(string(head), "\n")
	best := ','
	for _, r := range ";\t" {
		if strings.Count(first, string(r)) > strings.Count(first, string(best)) {
			best = r
		}
	}
	return best
}
