package finch

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/rs/zerolog"
)

// secret is the token of these tests; its hex and decimal forms are looked for too.
const secret = "5ec2e7a1-0000-4000-8000-feedfacecafe"

func tellsSecret(s string) bool {
	hex := fmt.Sprintf("%x", secret)
	return strings.Contains(s, secret) || strings.Contains(strings.ToLower(s), hex) || strings.Contains(s, "53 101 99") || strings.Contains(s, "0x35, 0x65")
}

func TestTokenHidesInEveryVerb(t *testing.T) {
	t.Parallel()
	token := NewToken(secret)
	type inside struct {
		hidden Token
		Shown  Token
		ptr    *Token
	}
	holder := inside{token, token, &token}
	values := map[string]any{
		"a token": token, "a pointer": &token, "a field": holder, "a pointer to it": &holder, "a slice": []Token{token},
		"a map": map[string]Token{"k": token}, "a key": map[Token]int{token: 1}, "a grant": Grant{Token: token}, "a call": call{token: token},
	}
	for name, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o", "%b", "%c", "%U", "%e", "%t", "%p", "%T", "% x", "%#x", "%10.3s"} {
			if got := fmt.Sprintf(verb, v); tellsSecret(got) {
				t.Errorf("%s printed with %s tells the secret: %s", name, verb, got)
			}
		}
	}
}

func TestTokenHidesInEveryEncoding(t *testing.T) {
	t.Parallel()
	token := NewToken(secret)
	record := struct {
		Token  Token
		Mapped map[string]Token
		hidden Token
	}{token, map[string]Token{"k": token}, token}
	var out bytes.Buffer
	log := zerolog.New(&out)
	log.Info().Interface("a", token).Interface("b", record).Any("c", &token).Stringer("d", token).Str("e", token.String()).
		Err(fmt.Errorf("with %v", token)).Msgf("%v %+v", token, record)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "a", token, "b", record)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "a", token, "b", record)
	if err := json.NewEncoder(&out).Encode(record); err != nil {
		t.Error(err)
	}
	if err := xml.NewEncoder(&out).Encode(token); err != nil {
		t.Error(err)
	}
	fmt.Fprint(&out, record, token.Digest())
	if tellsSecret(out.String()) {
		t.Errorf("the secret is in %s", out.String())
	}
	if !strings.Contains(out.String(), redacted) {
		t.Error("nothing was redacted: is this test still looking at tokens?")
	}
}

func TestTokenIsItsSecret(t *testing.T) {
	t.Parallel()
	token := NewToken(secret)
	if token.Reveal() != secret || token.IsZero() || !token.sendable() {
		t.Error("a token should reveal what it was made of")
	}
	if token != NewToken(strings.Clone(secret)) || token == NewToken("another") {
		t.Error("tokens should be equal when their secrets are, and only then")
	}
	if token.Digest() != NewToken(secret).Digest() || token.Digest() == NewToken("another").Digest() {
		t.Error("digests should tell secrets apart")
	}
	var none Token
	if !none.IsZero() || none != NewToken("") || none.Reveal() != "" || none.sendable() {
		t.Error("no secret should be no token")
	}
	for _, bad := range []string{" ", "a b", "a\nb", "a\r\nX-Evil: 1", "\x00", "tök"} {
		if NewToken(bad).sendable() {
			t.Errorf("%q should not be sendable", bad)
		}
	}
}
