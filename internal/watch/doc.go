// Package watch brings what happens at Finch in: it looks at connections when
// their turn comes, lets access tokens in, and keeps the catalogue of providers.
//
// # What is guaranteed
//
//   - People who look at the same connection at the same time share one look,
//     and nobody's leaving ends it for the others. None of them waits longer than
//     about 22 s. The sweep's looks stand apart: a person does not wait for a
//     slow one, and a turn never makes do with what was asked before it came.
//   - A look that comes back with a refusal of an older token takes nothing from
//     the one that has replaced it.
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
