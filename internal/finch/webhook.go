package finch

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unique"
)

// Why a webhook is not taken. Neither says more than its name: what is to be
// learnt from a refusal, a forger learns too.
var (
	// ErrSignature: no secret of ours signed this, or a header is missing.
	ErrSignature = errors.New("no valid signature")
	// ErrStale: it is Finch's, but older or newer than webhookWindow: perhaps
	// recorded and played back.
	ErrStale = errors.New("signed too long ago or for the future")
)

// webhookWindow is how far a webhook's time may be from ours, either way.
// Finch: reject what is more than five minutes off.
const webhookWindow = 5 * time.Minute

// Secrets verify that a webhook is Finch's. There are several while a secret
// is being replaced: Finch signs with the old one too for 24 hours. The zero
// Secrets verify nothing. They hide themselves as a Token does, by handles.
type Secrets struct{ keys []unique.Handle[string] }

// ParseSecrets reads secrets as Finch's dashboard shows them, in base64 and
// separated by spaces. A prefix whsec_, as other senders of this signature have
// it, is taken off. An empty text is no secrets. Errors repeat nothing of it.
func ParseSecrets(s string) (Secrets, error) {
	var keys []unique.Handle[string]
	for i, word := range strings.Fields(s) {
		word = strings.TrimRight(strings.TrimPrefix(word, "whsec_"), "=")
		key, err := base64.RawStdEncoding.DecodeString(word)
		if err != nil || len(key) == 0 {
			return Secrets{}, fmt.Errorf("webhook secret %d is not base64", i+1)
		}
		keys = append(keys, unique.Make(string(key)))
	}
	return Secrets{keys: keys}, nil
}

// IsZero reports whether there are none.
func (s Secrets) IsZero() bool { return len(s.keys) == 0 }

func (s Secrets) String() string   { return redacted }
func (s Secrets) GoString() string { return redacted }

// Format hides the secrets from every fmt verb.
func (s Secrets) Format(f fmt.State, _ rune) { fmt.Fprint(f, redacted) }

func (s Secrets) MarshalText() ([]byte, error) { return []byte(redacted), nil }
func (s Secrets) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// Verify reports which event a request brings and when Finch sent it, or
// ErrSignature or ErrStale. The body is what was received, byte for byte.
//
// Finch: the signature is the HMAC-SHA256 of "id.timestamp.body" under the
// secret; Finch-Signature lists one or several as "v1,<base64>", and entries of
// other versions are to be ignored. The id is the same on every retry.
func (s Secrets) Verify(h http.Header, body []byte, now time.Time) (eventID string, sent time.Time, err error) {
	eventID, timestamp := h.Get("Finch-Event-Id"), h.Get("Finch-Timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || eventID == "" || !s.signed(eventID+"."+timestamp+".", body, signatures(h)) {
		return "", time.Time{}, ErrSignature
	}
	window := int64(webhookWindow / time.Second)
	if seconds < now.Unix()-window || seconds > now.Unix()+window {
		return "", time.Time{}, ErrStale
	}
	return eventID, time.Unix(seconds, 0).UTC(), nil
}

// signed reports whether any secret made any of the signatures. It compares
// each with each, so the time it takes tells nothing about which one fits.
func (s Secrets) signed(head string, body []byte, given []string) bool {
	fits := 0
	for _, key := range s.keys {
		mac := hmac.New(sha256.New, []byte(key.Value()))
		_, _ = io.WriteString(mac, head) // a hash takes everything
		_, _ = mac.Write(body)
		ours := []byte(base64.StdEncoding.EncodeToString(mac.Sum(nil)))
		for _, theirs := range given {
			fits |= subtle.ConstantTimeCompare(ours, []byte(theirs))
		}
	}
	return fits == 1
}

// signatures are those of version 1. They may stand in one header, separated by
// spaces, or in several, which a proxy may have joined with commas (RFC 9110,
// 5.3); no signature holds either.
func signatures(h http.Header) []string {
	var found []string
	for _, value := range h.Values("Finch-Signature") {
		words := strings.FieldsFunc(value, func(r rune) bool { return r == ' ' || r == '\t' || r == ',' })
		for pair := range slices.Chunk(words, 2) {
			if len(pair) == 2 && pair[0] == "v1" {
				found = append(found, pair[1])
			}
		}
	}
	return found
}
