// Package bot is Slack as a transport: what a person typed or pressed comes
// in, one command answers, and the answer goes back to where the person acted.
//
// It guarantees that
//
//   - every request is answered: with a card, with a refusal, with a safe
//     sentence and a reference to the log, or, when too much is asked at once,
//     with "busy, try again" (four thousand may wait for that; past it the log
//     alone knows); what goes wrong with a modal is said over it, so that nothing
//     typed is lost;
//   - nobody is served who may not be: guests, people of other workspaces, bots
//     and, where operators are named, everybody else are refused at every door;
//   - at most a fixed number of requests run at once, each for at most 30 s, and
//     a panic in one of them ends only that one;
//   - of what people write to each other nothing is kept or logged unless it names
//     something that is known here or Perch itself, and then never the words; bots
//     get no answer;
//   - one log line is written per request, with ids and never with payloads,
//     tokens or response URLs.
//
// A command's duty is to be quick (a person waits), to build a valid card, and
// to return errors instead of showing them.
package bot
