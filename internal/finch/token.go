package finch

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unique"
)

// redacted is what every printed secret looks like.
const redacted = "[redacted]"

// Token is a connection's access token. Finch's tokens never expire, so a
// leaked one is a leaked payroll: whatever prints a Token, in any verb or
// encoding, prints "[redacted]". Reveal is the only way to the secret, and
// only the request writer and the vault have reason to call it. Tokens of the
// same secret are equal by ==.
//
// The secret is held by a handle, not as a string: where a Token is an
// unexported field of another struct, fmt cannot call its methods and prints
// what is inside, which is then an address.
type Token struct{ secret unique.Handle[string] }

// NewToken wraps a secret as it came from Finch or from an operator.
func NewToken(secret string) Token {
	if secret == "" {
		return Token{}
	}
	return Token{secret: unique.Make(secret)}
}

// Reveal returns the secret itself.
func (t Token) Reveal() string {
	if t.IsZero() {
		return ""
	}
	return t.secret.Value()
}

// IsZero reports whether there is no token.
func (t Token) IsZero() bool { return t == Token{} }

// sendable reports whether a request can carry the token: visible ASCII only.
func (t Token) sendable() bool {
	return !t.IsZero() && !strings.ContainsFunc(t.Reveal(), func(r rune) bool { return r <= ' ' || r > '~' })
}

// Digest is a one-way mark of the secret, fit to tell two tokens apart in
// memory; it is not shown to anybody.
func (t Token) Digest() string {
	sum := sha256.Sum256([]byte(t.Reveal()))
	return hex.EncodeToString(sum[:8])
}

func (t Token) String() string   { return redacted }
func (t Token) GoString() string { return redacted }

// Format hides the secret from every fmt verb, %x and %q included.
func (t Token) Format(f fmt.State, _ rune) { fmt.Fprint(f, redacted) }

func (t Token) MarshalText() ([]byte, error) { return []byte(redacted), nil }
func (t Token) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }
