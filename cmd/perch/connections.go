package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"perch/bot/card"
	"perch/internal/finch"
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
		return admitError(err)
	}
	word := "Replaced the token of"
	if created {
		word = "Added"
	}
	_, err = fmt.Fprintf(p.stdout, "%s connection %s.\n", word, printable(id))
	return err
}

// admitError says in Finch's terms why a token was not taken. What has nothing to do
// with Finch stays as it is: the way out is elsewhere.
func admitError(err error) error {
	if _, told := errors.AsType[*finch.Error](err); told {
		return errors.New(finch.Sentence(err))
	}
	return err
}

type listCommand struct{}

func (listCommand) Run(p *process) error {
	st, err := openExisting(p)
	if err != nil {
		return err
	}
	defer st.close()
	out := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "CONNECTION\tCUSTOMER ID\tCUSTOMER\tPROVIDER\tSTATUS\tTOKEN\tFIRST SEEN\tLAST SEEN")
	listed := 0
	for _, tab := range finch.Tabs {
		n, err := st.listTab(p.ctx, out, tab)
		if err != nil {
			return err
		}
		listed += n
	}
	if listed == 0 {
		fmt.Fprintln(p.stderr, "No connections yet. To add one: perch connections add < token.txt")
	}
	return out.Flush()
}

// listTab prints a tab's rows and counts them.
func (o openedStore) listTab(ctx context.Context, out io.Writer, tab finch.Tab) (listed int, err error) {
	q := finch.ListQuery{Tab: tab, Limit: 500}
	for {
		page, err := o.List(ctx, q)
		if err != nil {
			return listed, fmt.Errorf("list connections: %w", err)
		}
		for _, b := range page.Briefs {
			c, err := o.Connection(ctx, b.ID)
			if err != nil {
				return listed, fmt.Errorf("read connection %s: %w", b.ID, err)
			}
			fmt.Fprintln(out, strings.Join(listRow(c), "\t"))
			listed++
		}
		if q.After = page.Next; q.After == "" {
			return listed, nil
		}
	}
}

// maxName keeps one long name from pushing every column off the screen, in characters.
const maxName = 40

func listRow(c finch.Connection) []string {
	token, last := "none", time.Time{}
	if len(c.Tokens) > 0 {
		token, last = c.Tokens[0].ID[:min(8, len(c.Tokens[0].ID))], c.Tokens[0].LastSeen
	}
	if !c.HasToken {
		token = "none"
	}
	row := []string{
		c.ID, c.CustomerID, card.Cut(card.Clean(c.CustomerName), maxName), c.ProviderID, string(c.Worst()), token,
		listTime(c.FirstSeen), listTime(last),
	}
	for i := range row {
		row[i] = printable(row[i])
	}
	return row
}

// printable keeps text from outside from steering a terminal, or from reading
// as what it is not.
func printable(s string) string { return cmp.Or(card.Clean(s), "-") }

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
	st, err := openExisting(p)
	if err != nil {
		return err
	}
	defer st.close()
	if err := st.Forget(p.ctx, c.ID); errors.Is(err, finch.ErrUnknown) {
		return fmt.Errorf("no connection %q here. See: perch connections list", c.ID)
	} else if err != nil {
		return fmt.Errorf("forget connection %s: %w", c.ID, err)
	}
	_, err = fmt.Fprintf(p.stdout, "Forgot the token of connection %s. Its history stays.\n", printable(c.ID))
	return err
}
