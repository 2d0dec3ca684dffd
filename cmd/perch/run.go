package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

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
	Sessions    sessionsCommand    `cmd:"" help:"Bring in the history of Connect sessions."`
	Version     versionCommand     `cmd:"" help:"Print the version."`
	Help        helpCommand        `cmd:"" help:"Explain a command."`

	ShowVersion kong.VersionFlag `name:"version" help:"Print the version."`
}

// run is the whole program: main and the tests call it alike. It returns when
// the command is done or ctx has ended.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) error {
	var g grammar
	answered := false
	parser, err := kong.New(&g,
		kong.Name("perch"),
		kong.Description("Perch brings Finch into Slack. Start with: perch playground"),
		kong.Writers(stdout, stderr),
		kong.Exit(func(int) { answered = true }), // by --help or --version
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Vars{"version": versionLine()},
	)
	if err != nil {
		return fmt.Errorf("build the command line: %w", err)
	}
	if len(args) == 0 {
		_, _ = parser.Parse([]string{"--help"}) // prints, and then misses a command too
		return usageError{errors.New("say what to do. To try it out: perch playground")}
	}
	call, err := parser.Parse(args)
	if answered {
		return nil
	}
	if err != nil {
		return usageError{wrongCall(parser, args[0], err)}
	}
	return call.Run(&process{ctx, getenv, stdin, stdout, stderr}, parser)
}

// wrongCall says what is wrong with a call. Of the token vault's commands it
// repeats nothing: the argument that is too many may be a token.
func wrongCall(parser *kong.Kong, first string, err error) error {
	known := func(n *kong.Node) bool { return n.Name == first }
	switch {
	case first == "connections":
		return errors.New("this is no call of perch connections; add reads the token from standard input, never as an argument. See: perch help connections")
	case !strings.HasPrefix(first, "-") && !slices.ContainsFunc(parser.Model.Children, known):
		return unknownCommand(first)
	}
	return fmt.Errorf("%w. See: perch help", err)
}

func unknownCommand(word string) error {
	return fmt.Errorf("no command %q. See: perch help", word)
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
		return usageError{unknownCommand(c.Command[0])}
	}
	return at.PrintUsage(false)
}
