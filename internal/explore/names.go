package explore

import (
	"strconv"
	"strings"

	"perch/internal/mask"
)

// maxNames is how many names of fields are remembered while an answer is masked.
const maxNames = 1000

// name is what can be said of a field's name without its value.
type name struct {
	spelled string
	// shown: it is a plain word with nothing personal in it.
	shown bool
	// holds: there is one of the caller's secrets in it.
	holds bool
	// secret: what it names looks like a token.
	secret bool
}

// path is the name as it stands in a path.
func (n name) path() string {
	if n.shown {
		return n.spelled
	}
	return mask.Mark
}

// name judges a name, once for all its occurrences.
func (k *masker) name(spelled []byte) name {
	if known, ok := k.names[string(spelled)]; ok {
		return known
	}
	s := string(spelled)
	n := name{spelled: s, holds: k.secrets.in(s), secret: isSecret(s)}
	n.shown = !n.holds && mask.IsPlain(s) && k.secrets.text(s) == s
	if len(k.names) < maxNames {
		k.names[s] = n
	}
	return n
}

// labels are the names of an object's fields as they are written; masked ones
// are numbered, since no two may be the same.
type labels struct {
	any   bool
	masks int
}

func (l *labels) label(n name, revealed bool) string {
	l.any = true
	if n.shown || revealed && !n.holds && !strings.HasPrefix(n.spelled, mask.Mark) {
		return n.spelled
	}
	l.masks++
	if l.masks == 1 {
		return mask.Mark
	}
	return mask.Mark + strconv.Itoa(l.masks)
}

// isProse tells whether a field holds what somebody wrote to be read, in which
// anything may be quoted.
func isProse(name string) bool { return name == "message" || name == "error_message" }

// isSecret tells whether a field's name is that of a token or another secret,
// however it is spelled: access_token, accessToken, X-Api-Key.
func isSecret(name string) bool {
	name = strings.ToLower(strings.Map(func(r rune) rune {
		if strings.ContainsRune("_-. ", r) {
			return -1
		}
		return r
	}, name))
	for _, end := range []string{"token", "tokens", "secret", "secrets"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	for _, part := range []string{"password", "passwd", "passphrase", "authorization", "apikey", "privatekey", "accesskey", "signingkey", "secretkey", "encryptionkey", "credential", "cookie", "accesstoken", "clientsecret", "jwt"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}
