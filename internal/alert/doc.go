// Package alert knows what is wrong, who should hear of it, and tells each once.
//
// # Problems
//
// The rules are pure: they take what is known and the time, and touch nothing.
// Assess says what is wrong with one connection now, AssessSight what Perch
// itself cannot see, AssessSessions where an employer's way through Finch Connect
// has come to a stop, AdvanceOutage what many connections of a provider have in
// common, AdvanceSurge where more employers stop than usual. Each looks only at the present, so it does not matter in which order,
// how late or how often anything became known. Advance compares that with the
// problems there are and says what happened: opened, recurred, resolved. What
// people do to a problem is a method of Problem (Claim, Snooze, Close).
//
// A problem's Key holds every dimension that can fail alone. A sibling's success
// resolves nothing. One trouble is one problem: statuses of parts that only
// repeat the whole's make none of their own, and a trouble that comes to be known
// by another name keeps its card. What opens again within ReopenWithin is the
// same problem, what opens a third time within FlapWindow one that stays open
// until it has been well for FlapCalm.
//
// Silence is no evidence against Finch while nobody looked: what depends on
// nothing having happened by some time is found only after a look since.
//
// # Telling
//
// A Subscription is a wish to hear; Decide says whether and when one hears of a
// problem, and by which rule. What is owed is written down in the transaction
// that records the problem, then sent, then marked as told, so that nothing is
// lost and nothing is told twice. Cards are made when they are sent, from what is
// true then, and are kept true by edits.
//
// Replies, news and offers of reading along go the same way, though nobody
// subscribed to them: what they say is asked of Threads when they are sent, with
// whether people of other companies read it. They pause no subscription, and are
// left out rather than said twice.
//
// # Duties of its callers
//
// Whoever records something of a connection judges it in the same transaction,
// and again when Assess said that time alone could change the judgement, or
// Problem.WakeAt comes. Of Advance's steps each is stored, in order; a problem
// with ID 0 is new. Times are UTC. Texts from Finch are not trusted: whoever
// shows them cleans them.
package alert
