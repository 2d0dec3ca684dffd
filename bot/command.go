package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"perch/bot/card"
)

// Command is one slash command with all that can be pressed on its cards. An
// action_id is "<command>.<verb>", so the table of commands is the whole routing.
type Command struct {
	// Name is the command's own name, without the slash; installations may
	// rename it (see Names).
	Name string
	// About says in one line what it answers with; Hint is Slack's usage hint.
	About, Hint string
	// Mentions has Slack send people and groups that are typed with @ as <@U1|ann>
	// and <!subteam^S1|ops>, so that they can be told apart from words.
	Mentions bool
	// Help is shown for "help".
	Help func(Names) card.Message
	// Run answers the command as typed.
	Run Handler
	// Actions answer what is pressed, by verb.
	Actions map[string]Handler
	// Options fill a searching select, by verb, within Slack's 3 s.
	Options map[string]Suggest
	// Submissions answer a modal that is sent in, by the verb of its callback_id,
	// within Slack's 3 s.
	Submissions map[string]Submit
}

// Handler answers a request, or says in its error why it could not.
type Handler func(ctx context.Context, r *Request) error

// Suggest returns at most 100 options for what was typed so far (r.Value).
type Suggest func(ctx context.Context, r *Request) ([]*slack.OptionBlockObject, error)

// Names are the slash commands of this installation by their own name, for
// those that were renamed with PERCH_COMMANDS.
type Names map[string]string

// Of is the slash command to type, e.g. "/connection".
func (n Names) Of(command string) string {
	if renamed := n[command]; renamed != "" {
		return renamed
	}
	return "/" + command
}

// table finds commands by what Slack sends.
type table struct {
	commands []Command
	as       Names
}

func (t table) typed(slash string) (Command, bool) {
	i := slices.IndexFunc(t.commands, func(c Command) bool { return t.as.Of(c.Name) == slash })
	if i < 0 {
		return Command{}, false
	}
	return t.commands[i], true
}

// pressed splits an action_id into its command and verb.
func (t table) pressed(actionID string) (Command, string, bool) {
	name, verb, ok := strings.Cut(actionID, ".")
	i := slices.IndexFunc(t.commands, func(c Command) bool { return c.Name == name })
	if !ok || i < 0 {
		return Command{}, "", false
	}
	return t.commands[i], verb, true
}

// unknown says what there is, to somebody who typed what there is not.
func (t table) unknown(slash string) error {
	var have []string
	for _, c := range t.commands {
		have = append(have, t.as.Of(c.Name))
	}
	return Tell(fmt.Sprintf("This version of Perch has no %s. It has %s.",
		card.Escape(card.Cut(slash, 40)), strings.Join(have, ", ")), nil)
}
