// Package audit is the account of who did what that must be accounted for. It is
// pure; the store keeps it for as long as the retention says.
//
// An entry holds no token, no code and no personal value in clear: whoever writes
// one sees to that.
package audit

import "time"

// Entry is one line of the account: who did what to whom.
type Entry struct {
	// Seq orders entries; the store gives it.
	Seq int64
	At  time.Time
	// Who is a Slack user's id, "employer", or "host".
	Who string
	// What was done, in two words: "link made", "code refused", "explorer read",
	// "explorer revealed".
	What string
	// About is the session's, the customer's or the connection's id.
	About  string
	Detail string
}

// Query asks for a part of the account. Empty fields ask for all.
type Query struct {
	Who, About string
	// What is the beginning of what was done: "explorer".
	What         string
	Since, Until time.Time
	// Before is the Seq to go on below, 0 from the newest.
	Before int64
	// Limit is how many are wanted, at most 1000.
	Limit int
}

// Page is a part of the account, newest first.
type Page struct {
	Entries []Entry
	// More: there are older ones.
	More bool
	// Total is how many there are in all.
	Total int
}
