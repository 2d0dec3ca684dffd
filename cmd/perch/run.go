package main

import (
	"context"
	"fmt"
	"io"

	"github.com/alecthomas/kong"
)

// process is what a subcommand has of the world: no global is read elsewhere.
type process struct {
	ctx    context.Context
	getenv func(string) string
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
}

// grammar is the command line.
type grammar struct {
	Serve       serveCommand       `cmd:"" help:"Run the bot."`
	Playground  playgroundCommand  `cmd:"" help:"Try everything on this machine: the bot, a local Slack, a local Finch and a page to use them. Needs no account."`
	Check       checkCommand       `cmd:"" help:"Check settings, tokens, scopes, database and Finch; says what to do about each failure."`
	Manifest    manifestCommand    `cmd:"" help:"Print the Slack app manifest for these settings."`
	Connections connectionsCommand `cmd:"" help:"Add, import, list and remove Finch connections (the token vault)."`
	Version     versionCommand     `cmd:"" help:"Print the version."`
	Help        helpCommand        `cmd:"" help:"Explain a command."`
}

// run is the whole program: main and the tests call it alike. It returns when
// the command is done or ctx has ended.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) error {
	var g grammar
	helped := false
	parser, err := kong.New(&g,
		kong.Name("perch"),
		kong.Description("Perch brings Finch into Slack. Start with: perch playground"),
		kong.Writers(stdout, stderr),
		kong.Exit(func(int) { helped = true }), // --help was printed
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		return fmt.Errorf("build the command line: %w", err)
	}
	call, err := parser.Parse(args)
	if helped {
		return nil
	}
	if err != nil {
		return usageError{fmt.Errorf("%w. See: perch help", err)}
	}
	return call.Run(&process{ctx, getenv, stdin, stdout, stderr}, parser)
}

// helpCommand is `perch help [command]`.
type helpCommand struct {
	Command []string `arg:"" optional:"" help:"The command to explain."`
}

func (c *helpCommand) Run(parser *kong.Kong) error {
	at, err := kong.Trace(parser, c.Command)
	if err == nil {
		err = at.Error
	}
	if err != nil && at.Selected() == nil && len(c.Command) > 0 {
		return usageError{fmt.Errorf("no command %q. See: perch help", c.Command[0])}
	}
	return at.PrintUsage(false)
}
