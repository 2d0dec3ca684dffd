package finch

// Status is the state of a connection, method or entity in Finch's own words.
// Values that Finch adds later are kept as they come.
type Status string

// The statuses that Finch documents, and NoToken, which is Perch's own.
const (
	Connected      Status = "connected"
	Processing     Status = "processing"
	Pending        Status = "pending"
	Reauth         Status = "reauth"
	NoPermissions  Status = "error_permissions"
	NotSetUp       Status = "error_no_account_setup"
	Disconnected   Status = "disconnected"
	NoToken        Status = "no_token"
	reauthOldStyle Status = "error_reauth" // Finch's sandbox texts use it for reauth
)

// Known returns the status under its current name.
func (s Status) Known() Status {
	if s == reauthOldStyle {
		return Reauth
	}
	return s
}

// Urgency says how much a status wants a person: 0 is well. It orders lists
// and finds the worst of several.
func (s Status) Urgency() int {
	switch s.Known() {
	case Connected:
		return 0
	case Processing:
		return 1
	case Disconnected:
		return 2
	case Pending:
		return 3
	case NoToken:
		return 4
	case NotSetUp:
		return 6
	case NoPermissions:
		return 7
	case Reauth:
		return 8
	default:
		return 5 // unknown to us: somebody should look
	}
}

// NeedsAttention reports whether somebody has to act before all is well.
func (s Status) NeedsAttention() bool { return s.Urgency() >= Pending.Urgency() }
