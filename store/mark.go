package store

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// markKey is what a mark's key is derived for, so that it opens nothing else.
const markKey = "perch mark 1"

// Mark stands for a personal value in the audit log: twelve digits by which the
// same value is known again, and from which nobody without the first key tells
// which it was. With another first key the marks are others.
func (s *Store) Mark(value string) string {
	if len(s.keys) == 0 {
		return "unmarked"
	}
	return hex.EncodeToString(keyed(keyed(s.keys[0].secret[:], markKey), value)[:6])
}

// keyed is an HMAC of the text: a key derived for what the text names, or a mark.
func keyed(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}
