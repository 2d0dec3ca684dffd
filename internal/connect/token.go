package connect

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"
	"time"
)

// An events token lets an employer's browser tell of one session, and nothing
// else. It is the session's id, when the token ends, and a seal over both.
const (
	tokenPrefix = "pe1_" // to be known by in a log, by whoever looks for leaks
	tokenDomain = "perch events token 1\x00"
	tokenHead   = 8 // the seconds at which it ends
)

var (
	// ErrToken means that an events token is not one that Perch made.
	ErrToken = errors.New("the events token is not one of Perch's")
	// ErrTokenExpired means that an events token was good once.
	ErrTokenExpired = errors.New("the events token has expired")
)

// TokenKeys seal events tokens: the first mints, all of them verify, so that keys
// can be exchanged without a browser noticing.
type TokenKeys [][]byte

// Mint makes the events token of a session, good until it expires. It is safe in
// a URL and at most 200 characters long for ids of up to 100. Without a key there
// is none.
func (k TokenKeys) Mint(sessionID string, expires time.Time) string {
	if len(k) == 0 {
		return ""
	}
	body := binary.BigEndian.AppendUint64(nil, uint64(max(expires.Unix(), 0)))
	body = append(body, sessionID...)
	return tokenPrefix + base64.RawURLEncoding.EncodeToString(append(body, seal(k[0], body)...))
}

// Verify says of which session a token is: ErrToken if of none, ErrTokenExpired
// if it was.
func (k TokenKeys) Verify(token string, now time.Time) (sessionID string, err error) {
	text, ok := strings.CutPrefix(token, tokenPrefix)
	if !ok || len(text) > 4*maxID {
		return "", ErrToken
	}
	all, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(all) <= tokenHead+sha256.Size {
		return "", ErrToken
	}
	body, mac := all[:len(all)-sha256.Size], all[len(all)-sha256.Size:]
	if !k.sealed(body, mac) {
		return "", ErrToken
	}
	if now.Unix() >= int64(binary.BigEndian.Uint64(body)) {
		return "", ErrTokenExpired
	}
	return string(body[tokenHead:]), nil
}

// sealed tries every key, and always all of them.
func (k TokenKeys) sealed(body, mac []byte) bool {
	good := false
	for _, key := range k {
		good = hmac.Equal(mac, seal(key, body)) || good
	}
	return good
}

func seal(key, body []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(tokenDomain))
	h.Write(body)
	return h.Sum(nil)
}
