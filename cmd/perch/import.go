package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"perch/internal/finch"
	"perch/internal/watch"
)

// importCommand is `perch connections import FILE.csv`.
type importCommand struct {
	File string `arg:"" help:"The CSV file."`
}

func (c importCommand) Run(p *process) error {
	applicants, lines, err := readApplicants(c.File)
	if faulty, ok := errors.AsType[faultyLines](err); ok {
		fmt.Fprintln(p.stdout, strings.Join(faulty, "\n"))
		return fmt.Errorf("%d lines cannot be read, so nothing was stored. Mend them and import again", len(faulty))
	}
	if err != nil {
		return err
	}
	v, err := openVault(p)
	if err != nil {
		return err
	}
	defer v.close()
	outcomes, err := v.watcher.AdmitAll(p.ctx, applicants)
	failed := reportImport(p.stdout, outcomes, lines)
	switch {
	case failed > 0:
		return fmt.Errorf("%d of %d lines cannot be taken, so nothing was stored. Mend them and import again", failed, len(lines))
	case err != nil:
		return fmt.Errorf("nothing was stored: %w", err)
	}
	return nil
}

// reportImport prints a line for each line of the file and counts the failed.
func reportImport(out io.Writer, outcomes []watch.Outcome, lines []int) (failed int) {
	first := map[string]int{}
	for i, o := range outcomes {
		if o.Err != nil {
			failed++
			fmt.Fprintf(out, "line %d: %s: %s\n", lines[i], printable(o.ConnectionID), refusedLine(o, first[o.ConnectionID]))
		}
		if first[o.ConnectionID] == 0 {
			first[o.ConnectionID] = lines[i]
		}
	}
	if failed > 0 {
		return failed
	}
	for i, o := range outcomes {
		word := "replaced"
		if o.Created {
			word = "added"
		}
		fmt.Fprintf(out, "line %d: %s %s\n", lines[i], printable(o.ConnectionID), word)
	}
	return 0
}

// refusedLine says why a line was not taken; first is where its connection
// stands first.
func refusedLine(o watch.Outcome, first int) string {
	if errors.Is(o.Err, watch.ErrTwice) {
		return fmt.Sprintf("stands twice in the file, first in line %d. Keep the line with the newer token.", first)
	}
	return admitError(o.Err).Error()
}

// faultyLines are the lines of a file that cannot be read, each with its number.
type faultyLines []string

func (f faultyLines) Error() string { return strings.Join(f, "; ") }

// maxImport bounds an import, in lines.
const maxImport = 50_000

// readApplicants reads the CSV file. Its errors name lines, never tokens.
func readApplicants(path string) ([]watch.Applicant, []int, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("open the CSV file: %w", err)
	}
	defer file.Close()
	r := csv.NewReader(file)
	header, err := r.Read()
	if err != nil || len(header) != 2 || !named(header[0], "connection_id") || !named(header[1], "access_token") {
		return nil, nil, fmt.Errorf("%s: line 1 is not the header connection_id,access_token", path)
	}
	return readRows(r, path)
}

func readRows(r *csv.Reader, path string) (applicants []watch.Applicant, lines []int, err error) {
	var faults faultyLines
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if wrong, ok := errors.AsType[*csv.ParseError](err); ok {
			return nil, nil, fmt.Errorf("%s: line %d: %w", path, wrong.Line, wrong.Err)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("read %s: %w", path, err)
		}
		line, _ := r.FieldPos(0)
		id, token := strings.TrimSpace(row[0]), strings.TrimSpace(row[1])
		if id == "" || token == "" {
			faults = append(faults, fmt.Sprintf("line %d: the connection id or the token is empty", line))
			continue
		}
		applicants = append(applicants, watch.Applicant{ConnectionID: id, Token: finch.NewToken(token)})
		lines = append(lines, line)
		if len(lines) > maxImport {
			return nil, nil, fmt.Errorf("%s: more than %d lines. Import it in parts", path, maxImport)
		}
	}
	switch {
	case len(faults) > 0:
		return nil, nil, faults
	case len(applicants) == 0:
		return nil, nil, fmt.Errorf("%s: no connections below the header", path)
	}
	return applicants, lines, nil
}

// named compares a header cell, which a spreadsheet may begin with a byte-order mark.
func named(cell, name string) bool {
	return strings.EqualFold(strings.TrimSpace(strings.TrimPrefix(cell, "\ufeff")), name)
}
