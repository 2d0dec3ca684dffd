// Package connect knows the life of a Connect session: what an employer did in
// Finch Connect, as far as anybody told, and what can be read off it.
//
// Finch tells of no session, by API or by webhook. What is known of one comes
// from the application that embeds Finch Connect, from the employer's browser,
// from Perch itself where it made the session, and from what Finch later says of
// the connection. Every Event says which.
//
// # Guarantees
//
// Everything here is pure: it takes the time as an argument and touches nothing.
// Read gives the same Progress for the same events in any order, however often
// each is there. A stage is never inferred: where nobody told of stages, none is
// named. A success outweighs whatever came before or after it. What a browser
// alone claims of success is provisional.
//
// What two tellers tell of the same moment counts once: an application and the
// browser often tell of the same opening and the same error.
//
// # Duties of its callers
//
// Messages and stages are text from outside: whoever shows them cleans them. What
// a browser sends is checked by Check before it is kept.
package connect
