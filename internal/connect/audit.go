package connect

import "time"

// Audit is one entry of the audit log: who did what to whom. It holds no secret.
type Audit struct {
	At time.Time
	// Who is a Slack user's id, "employer", or "host".
	Who string
	// What was done: "link made", "code refused".
	What string
	// About is the session's, the customer's or the connection's id.
	About  string
	Detail string
}
