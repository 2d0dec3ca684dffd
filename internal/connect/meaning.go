package connect

// Meaning says what an error usually means and what to tell the employer; both
// empty for one that is not known.
func Meaning(message, errorType string) (what, tell string) { return "", "" }
