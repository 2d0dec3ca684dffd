package main

import (
	"encoding/json"
	"fmt"

	"go.yaml.in/yaml/v3"

	"perch/bot"
	"perch/commands"
	"perch/internal/dotenv"
)

// manifestCommand is `perch manifest [--json]`. It needs no tokens, only the
// names of the commands.
type manifestCommand struct {
	JSON bool `help:"Print JSON instead of YAML." name:"json"`
}

func (c manifestCommand) Run(p *process) error {
	getenv, err := dotenv.Over(p.getenv, ".env")
	if err != nil {
		return err
	}
	e := &environment{getenv: getenv}
	names := e.commandNames("PERCH_COMMANDS")
	if err := e.err(); err != nil {
		return err
	}
	m := manifestFor(commands.All(commands.Sources{}), names)
	if c.JSON {
		out := json.NewEncoder(p.stdout)
		out.SetIndent("", "  ")
		out.SetEscapeHTML(false)
		return out.Encode(m)
	}
	text, err := yaml.Marshal(m)
	if err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	_, err = p.stdout.Write(text)
	return err
}

// scopes are what this version needs of Slack, and why.
var scopes = []string{
	"commands",          // slash commands
	"chat:write",        // alerts, and answers where a response URL is spent
	"users:read",        // who may do what: guests, admins
	"usergroups:read",   // groups named in PERCH_ADMINS and PERCH_OPERATORS
	"channels:read",     // who reads along, before something is shared
	"groups:read",       // the same in private channels
	"app_mentions:read", // who writes to Perch by its name
	"channels:history",  // reading along; and after an unclear answer: was the alert posted?
	"groups:history",    // the same in private channels
	"im:history",        // and in direct messages
	"im:write",          // files go to the asker's direct messages
	"files:write",       // CSV files
}

// botEvents are what this version reacts to.
var botEvents = []string{
	"app_mention", "message.channels", "message.groups", "member_joined_channel",
	"app_uninstalled", "tokens_revoked",
}

// tokenEvents are those that speak of tokens taken back.
var tokenEvents = []string{"app_uninstalled", "tokens_revoked"}

// shortcuts are what Slack offers on every message, and everywhere. Slack: a name
// of at most 24 characters, a description of at most 150.
var shortcuts = []shortcut{
	{"Look up with Perch", "message", "perch.look_up", "Find the Job, connection, session, company and customer ids in a message, and show how they are"},
	{"Save as resolution", "message", "perch.resolution", "Keep a message as how a problem was resolved, to be shown the next time"},
	{"Look up with Perch", "global", "perch.find", "Show how a job, connection, session, company or customer is, by its id"},
}

// manifest is Slack's app manifest, as far as Perch fills it. It is our own
// type because slack-go's lags behind Slack.
type manifest struct {
	Metadata struct {
		Major int `json:"major_version" yaml:"major_version"`
	} `json:"_metadata" yaml:"_metadata"`
	Display  display  `json:"display_information" yaml:"display_information"`
	Features features `json:"features" yaml:"features"`
	OAuth    struct {
		Scopes struct {
			Bot []string `json:"bot" yaml:"bot"`
		} `json:"scopes" yaml:"scopes"`
	} `json:"oauth_config" yaml:"oauth_config"`
	Settings manifestSettings `json:"settings" yaml:"settings"`
}

type display struct {
	Name            string `json:"name" yaml:"name"`
	Description     string `json:"description" yaml:"description"`
	BackgroundColor string `json:"background_color" yaml:"background_color"`
}

type features struct {
	Home struct {
		Home     bool `json:"home_tab_enabled" yaml:"home_tab_enabled"`
		Messages bool `json:"messages_tab_enabled" yaml:"messages_tab_enabled"`
		ReadOnly bool `json:"messages_tab_read_only_enabled" yaml:"messages_tab_read_only_enabled"`
	} `json:"app_home" yaml:"app_home"`
	User struct {
		Name   string `json:"display_name" yaml:"display_name"`
		Online bool   `json:"always_online" yaml:"always_online"`
	} `json:"bot_user" yaml:"bot_user"`
	Shortcuts []shortcut     `json:"shortcuts" yaml:"shortcuts"`
	Commands  []slashCommand `json:"slash_commands" yaml:"slash_commands"`
}

// shortcut is one on messages, of type "message", or a "global" one.
type shortcut struct {
	Name        string `json:"name" yaml:"name"`
	Type        string `json:"type" yaml:"type"`
	CallbackID  string `json:"callback_id" yaml:"callback_id"`
	Description string `json:"description" yaml:"description"`
}

type slashCommand struct {
	Command     string `json:"command" yaml:"command"`
	Description string `json:"description" yaml:"description"`
	Hint        string `json:"usage_hint,omitempty" yaml:"usage_hint,omitempty"`
	Escape      bool   `json:"should_escape" yaml:"should_escape"`
}

type manifestSettings struct {
	Events struct {
		Bot []string `json:"bot_events" yaml:"bot_events"`
	} `json:"event_subscriptions" yaml:"event_subscriptions"`
	Interactivity struct {
		Enabled bool `json:"is_enabled" yaml:"is_enabled"`
	} `json:"interactivity" yaml:"interactivity"`
	OrgDeploy     bool `json:"org_deploy_enabled" yaml:"org_deploy_enabled"`
	SocketMode    bool `json:"socket_mode_enabled" yaml:"socket_mode_enabled"`
	TokenRotation bool `json:"token_rotation_enabled" yaml:"token_rotation_enabled"`
}

// manifestFor lists the commands of this version under this installation's names.
func manifestFor(all []bot.Command, names bot.Names) manifest {
	var m manifest
	m.Metadata.Major = 2
	m.Display = display{
		Name:            "Perch",
		Description:     "Payroll connections in Slack: are they healthy, whose move is it, and the ids to copy",
		BackgroundColor: "#1d3557",
	}
	m.Features.Home.Messages, m.Features.Home.ReadOnly = true, true
	m.Features.User.Name, m.Features.User.Online = "perch", true
	for _, c := range all {
		m.Features.Commands = append(m.Features.Commands,
			slashCommand{Command: names.Of(c.Name), Description: c.About, Hint: c.Hint, Escape: c.Mentions})
	}
	m.Features.Shortcuts = shortcuts
	m.OAuth.Scopes.Bot = scopes
	m.Settings.Events.Bot = botEvents
	m.Settings.Interactivity.Enabled = true
	m.Settings.SocketMode = true
	return m
}
