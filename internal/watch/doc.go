// Package watch brings what happens at Finch in: it looks at connections when
// their turn comes, lets access tokens in, and keeps the catalogue of providers.
//
// # What is guaranteed
//
//   - There is one room for a look at Finch, Look: the sweep over due
//     connections, a person at a card and a fresh token all pass through it. A
//     connection has one look at a time; who comes meanwhile shares it, and
//     nobody's leaving ends it for the others.
//   - A token is kept only after Finch has named its connection, and a stored
//     token that turns out to be another connection's is not believed.
//   - When a connection's turn comes is written in the store. A restart forgets
//     none, and does not look at all of them at once.
//   - A panic in a look or a sweep is logged and ends that look or sweep alone.
//   - Run returns within about 6 s of its context's end, and hands back what it
//     had claimed and not begun.
//
// # What is asked of callers
//
// Run is called once. The store's claims are atomic, so any number of processes
// may watch the same store.
package watch
