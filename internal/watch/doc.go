// Package watch brings what happens at Finch in: it looks at connections when
// their turn comes, follows jobs to their end, works webhooks off, lets access
// tokens in, makes links to Finch Connect, and keeps the catalogue of providers.
//
// # How jobs become known
//
// Finch lists a connection's next sync and hands out past jobs only by their
// ids; its webhooks name a job but not how it ended. So every job of a look's
// list and of a webhook is recorded, and read by its id until it is over: a
// scheduled sync first when it should be over, going by how long the
// connection's syncs take, then at least every PollEvery while it may run. With
// the default of 15 minutes a failed sync is noticed within 20 minutes of its
// end, no webhook needed, unless the budget is short because Perch was away. A
// webhook makes a job's reading, or a look, due at once. When a job is over its
// connection is looked at, which names the next sync.
//
// A scheduled sync is missing when two hours after its time it has not begun, or
// Finch knows it no longer, though the connection is well and no other sync
// succeeded instead.
//
// Looks themselves are rare: daily, after a job, and often only where something
// has newly gone wrong; what stands wrong for long is looked at less and less,
// down to every 6 hours.
//
// # Links
//
// A link to Finch Connect is kept with what it was made for. Where the outside
// reaches Perch it leads to a page of Perch's own, since Finch tells of no session.
// Taking a link back closes that page; an address of Finch's cannot be taken back.
//
// # Exploring
//
// A person may ask Finch anything that its endpoint table holds. The answer is
// masked here, before anybody sees it, and kept nowhere; who asked what is accounted
// for, a write or a reveal before it is asked. What follows from a write is drawn
// like that of any other: its job is read until it is over, its token is kept.
//
// # Threads
//
// A thread in which nobody has written for 30 days is let go. Slack is asked when
// somebody did last, so that no message need be noted for it.
//
// # What is guaranteed
//
//   - People who look at the same connection at the same time share one look,
//     and nobody's leaving ends it for the others. None of them waits longer than
//     about 22 s. The sweep's looks stand apart: a person does not wait for a
//     slow one, and a turn never makes do with what was asked before it came.
//   - A look that comes back with a refusal of an older token takes nothing from
//     the one that has replaced it.
//   - Slow answers keep nobody waiting who comes due meanwhile: looks and readings
//     begin as a place gets free, and no connection has more than two of the
//     eight places for readings.
//   - A token is kept only after Finch has named its connection, and a stored
//     token that turns out to be another connection's is not believed.
//   - The code that an employer brings back is given to Finch once, however often
//     it comes, and whoever brings it may leave. Its token is kept only if all that
//     Finch names is what the link was made for; otherwise it is forgotten at once.
//   - All that is learned of jobs goes through one room too, whichever door it
//     came by.
//   - When a connection's or a job's turn comes is written in the store. A
//     restart forgets none, and does not take all of them at once.
//   - Of an explored answer nothing leaves this package but what may be seen, and
//     nothing of it stands in a log, an error or the store but the ids of the job,
//     session or connection that it made. While the audit log cannot be written no
//     write is asked and no answer shown.
//   - A webhook is done only when all it says is recorded. It may come twice, late
//     and in any order.
//   - A panic in a look, a reading, an event or a sweep is logged and ends that
//     one alone.
//   - Run returns within about 6 s of its context's end, and hands back what it
//     had claimed and not begun.
//
// # What is asked of callers
//
// Run is called once. The store's claims are atomic, so any number of processes
// may watch the same store.
package watch
