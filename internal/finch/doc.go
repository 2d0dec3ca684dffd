// Package finch is the Finch API as Go: a client with its errors and limits,
// what Finch answers and sends by webhook, and what can be read off it about a
// connection.
//
// It guarantees that
//
//   - an access token goes to the configured host alone and shows up in nothing
//     that is printed, encoded or returned;
//   - one process stays under Finch's limits, as long as all its clients share
//     one Budget, and asks nothing while Finch blocks its address;
//   - a call ends within 20 seconds or its context, whichever is shorter, and
//     its error is an *Error that tells what it means;
//   - only reads are repeated;
//   - Client.Call sends what Endpoints holds and nothing else, to the paths that
//     stand there;
//   - a webhook that Secrets.Verify lets pass was signed by Finch no
//     more than five minutes ago;
//   - what Finch adds or changes does not break an answer: unknown fields are
//     passed over, unknown values kept, and a value of the wrong type loses
//     itself alone;
//   - no text of an introspection or a catalogue has over 300 characters.
//
// It asks of its users to print an *Error rather than what it wraps, to treat
// every name and message as text from strangers, to mask an Answer before it goes
// anywhere, and to use Client.Background for work that nobody waits for.
package finch
