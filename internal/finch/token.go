package finch

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// redacted is what every printed secret looks like.
const redacted = "[redacted]"

// Token is a connection's access token. Finch's tokens never expire, so a
// leaked one is a leaked payroll: whatever prints a Token, in any verb or
// encoding, prints "[redacted]". Reveal is the only way to the secret, and
// only the request writer and the vault have reason to call it.
type Token struct{ secret string }

// NewToken wraps a secret as it came from Finch or from an operator.
func NewToken(secret string) Token { return Token{secret: secret} }

// Reveal returns the secret itself.
func (t Token) Reveal() string { return t.secret }

// IsZero reports whether there is no token.
func (t Token) IsZero() bool { return t.secret == "" }

// Digest is a one-way mark of the secret, fit to tell two tokens apart in
// memory; it is not shown to anybody.
func (t Token) Digest() string {
	sum := sha256.Sum256([]byte(t.secret))
	return hex.EncodeToString(sum[:8])
}

func (t Token) String() string   { return redacted }
func (t Token) GoString() string { return redacted }

// Format hides the secret from every fmt verb, %x and %q included.
func (t Token) Format(f fmt.State, _ rune) { fmt.Fprint(f, redacted) }

func (t Token) MarshalText() ([]byte, error) { return []byte(redacted), nil }
func (t Token) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }
