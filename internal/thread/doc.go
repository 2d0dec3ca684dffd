// Package thread knows what a support thread is about: which ids its messages
// quote, what its one reply says, and which news are worth a line in it.
//
// It is pure and keeps nothing of what people write: an id that is known here, the
// place of the message, and no more. It guarantees that
//
//   - Find is quick, linear and bounded, whatever the text;
//   - nothing that names a customer is in a reply or a line made for readers of
//     other companies (Shown.Shared);
//   - every text from outside is escaped or set in plain text.
//
// Whoever owes a reply or a line does so in the transaction that binds the thread
// or records the news, so that each is said once.
package thread
