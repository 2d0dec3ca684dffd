package connect

import "fmt"

// Secrets are what leads into a session that Perch made. They print themselves as
// [redacted]: a link is for the employer and nobody else.
type Secrets struct {
	// Link is the secret part of the hosted page's address; empty where there is
	// no such page.
	Link string
	// URL is Finch's own connect URL.
	URL string
	// RedirectURI is what the session was made with: an exchange must repeat it.
	RedirectURI string
	// Wishes are what the session was made for, as its maker wrote them down to
	// make another of the same. They hold an e-mail address.
	Wishes string
}

// Format prints [redacted], whatever the verb.
func (Secrets) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[redacted]")) }

// MarshalJSON keeps them out of JSON too, logs among it.
func (Secrets) MarshalJSON() ([]byte, error) { return []byte(`"[redacted]"`), nil }
