package main

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"perch/internal/finch"
	"perch/internal/watch"
)

// connectionsCommand is `perch connections …`: the token vault by hand.
type connectionsCommand struct {
	Add    addCommand    `cmd:"" help:"Read one access token from standard input, ask Finch whose it is, and keep it."`
	Import importCommand `cmd:"" help:"Keep the tokens of a CSV file with the header connection_id,access_token: all of them or none."`
	List   listCommand   `cmd:"" help:"List the connections. Never prints a token."`
	Remove removeCommand `cmd:"" help:"Forget a connection's token. Its history stays."`
}

// maxTokenLine bounds what is read of standard input, in bytes.
const maxTokenLine = 4 << 10

type addCommand struct{}

func (addCommand) Run(p *process) error {
	line, err := bufio.NewReader(io.LimitReader(p.stdin, maxTokenLine)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the token from standard input: %w", err)
	}
	token := finch.NewToken(strings.TrimSpace(line))
	if token.IsZero() {
		return errors.New("no access token on standard input. Pipe one in: perch connections add < token.txt")
	}
	v, err := openVault(p)
	if err != nil {
		return err
	}
	defer v.close()
	id, created, err := v.watcher.Admit(p.ctx, "", token)
	if err != nil {
		return errors.New(admitSentence(err))
	}
	word := "Replaced the token of"
	if created {
		word = "Added"
	}
	_, err = fmt.Fprintf(p.stdout, "%s connection %s.\n", word, id)
	return err
}

// admitSentence says why a token was not taken.
func admitSentence(err error) string {
	if elsewhere, ok := errors.AsType[*watch.Mismatch](err); ok {
		return elsewhere.Error()
	}
	return finch.Sentence(err)
}

type importCommand struct {
	File string `arg:"" type:"existingfile" help:"The CSV file."`
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
	for i, o := range outcomes {
		if o.Err != nil {
			failed++
			fmt.Fprintf(out, "line %d: %s: %s\n", lines[i], o.ConnectionID, admitSentence(o.Err))
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
		fmt.Fprintf(out, "line %d: %s %s\n", lines[i], o.ConnectionID, word)
	}
	return 0
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

type listCommand struct{}

func (listCommand) Run(p *process) error {
	v, err := openVault(p)
	if err != nil {
		return err
	}
	defer v.close()
	out := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "CONNECTION\tCUSTOMER ID\tCUSTOMER\tPROVIDER\tSTATUS\tTOKEN\tFIRST SEEN\tLAST SEEN")
	for _, tab := range finch.Tabs {
		if err := v.listTab(p, out, tab); err != nil {
			return err
		}
	}
	return out.Flush()
}

func (v *vault) listTab(p *process, out io.Writer, tab finch.Tab) error {
	q := finch.ListQuery{Tab: tab, Limit: 500}
	for {
		page, err := v.store.List(p.ctx, q)
		if err != nil {
			return fmt.Errorf("list connections: %w", err)
		}
		for _, b := range page.Briefs {
			c, err := v.store.Connection(p.ctx, b.ID)
			if err != nil {
				return fmt.Errorf("read connection %s: %w", b.ID, err)
			}
			fmt.Fprintln(out, strings.Join(listRow(c), "\t"))
		}
		if q.After = page.Next; q.After == "" {
			return nil
		}
	}
}

func listRow(c finch.Connection) []string {
	token, last := "none", time.Time{}
	if len(c.Tokens) > 0 {
		token, last = c.Tokens[0].ID[:min(8, len(c.Tokens[0].ID))], c.Tokens[0].LastSeen
	}
	if !c.HasToken {
		token = "none"
	}
	row := []string{
		c.ID, c.CustomerID, c.CustomerName, c.ProviderID, string(c.Worst()), token,
		listTime(c.FirstSeen), listTime(last),
	}
	for i := range row {
		row[i] = printable(row[i])
	}
	return row
}

// printable keeps text from outside from steering a terminal.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || (r >= 0x7f && r < 0xa0) || (r >= 0x202a && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069) {
			return -1
		}
		return r
	}, s)
	if s == "" {
		return "-"
	}
	return s
}

func listTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04")
}

type removeCommand struct {
	ID string `arg:"" help:"The connection's id."`
}

func (c removeCommand) Run(p *process) error {
	v, err := openVault(p)
	if err != nil {
		return err
	}
	defer v.close()
	if err := v.store.Forget(p.ctx, c.ID); errors.Is(err, finch.ErrUnknown) {
		return fmt.Errorf("no connection %q here. See: perch connections list", c.ID)
	} else if err != nil {
		return fmt.Errorf("forget connection %s: %w", c.ID, err)
	}
	_, err = fmt.Fprintf(p.stdout, "Forgot the token of connection %s. Its history stays.\n", c.ID)
	return err
}
