// Package slack is a local Slack: one workspace with one installed app, its
// Web API, its Socket Mode and the people who use it.
//
// It imitates what an app can observe, and is honest about limits: what Slack
// rejects it rejects, with Slack's error names and JSON pointers. Where Slack's
// documentation and observation differ, the stricter reading holds. It shares
// no code with the bot it checks and keeps its own table of limits.
//
// There are two doors. [Server.API] is the imitated one: /api/<method>, /link
// (the websocket), /hooks/… (response URLs) and /upload/…. [Server.Control] is
// outside the imitation: people typing, clicking and submitting, what each of
// them sees, and switches for faults. Every act of the control door is also a
// Go method, for tests in the same process.
//
// Guarantees:
//   - each envelope goes to exactly one live socket, chosen at random;
//   - commands, clicks and submissions are never sent twice, events are retried
//     three times on [Timing.Retries];
//   - nothing is shown to a person who could not see it in Slack;
//   - a response URL, a trigger and a ticket end as Slack's do.
//
// Duties of the caller: serve both doors, and call [Server.Close] at the end,
// which closes the sockets and waits for what is under way.
//
// It is a simulation for one machine: everything lives in memory, tokens are
// not secret, and the control door asks nobody who they are.
package slack
