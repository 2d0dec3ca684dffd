// Package commands are the slash commands with their cards and buttons, one
// command a file family: what was typed is parsed into a value, one small
// interface is asked, and a pure function makes the card.
//
// A command guarantees that its cards are valid for Slack in every state and
// that no text from outside can ping, link or format more than its own row. It
// never touches the store: it asks through the interfaces named here.
package commands
