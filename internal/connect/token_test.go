package connect

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestTokensOpenTheirSessionUntilTheyExpire(t *testing.T) {
	t.Parallel()
	old, young := []byte("old key"), []byte("young key")
	ends := day.Add(time.Hour)
	id := strings.Repeat("s", 100)
	token := TokenKeys{old}.Mint(id, ends)
	if len(token) > 200 {
		t.Errorf("the token is %d characters long", len(token))
	}
	changed := []byte(token)
	changed[20] ^= 1
	tests := []struct {
		name  string
		keys  TokenKeys
		token string
		now   time.Time
		want  error
	}{
		{"its own key", TokenKeys{old}, token, day, nil},
		{"a key that was exchanged", TokenKeys{young, old}, token, day, nil},
		{"a moment before its end", TokenKeys{old}, token, ends.Add(-time.Second), nil},
		{"at its end", TokenKeys{old}, token, ends, ErrTokenExpired},
		{"another key", TokenKeys{young}, token, day, ErrToken},
		{"no key", nil, token, day, ErrToken},
		{"changed", TokenKeys{old}, string(changed), day, ErrToken},
		{"cut", TokenKeys{old}, token[:len(token)-1], day, ErrToken},
		{"lengthened", TokenKeys{old}, token + "A", day, ErrToken},
		{"empty", TokenKeys{old}, "", day, ErrToken},
		{"no token", TokenKeys{old}, tokenPrefix, day, ErrToken},
		{"of no session", TokenKeys{old}, TokenKeys{old}.Mint("", ends), day, ErrToken},
		{"that never was good", TokenKeys{old}, TokenKeys{old}.Mint(id, time.Time{}), day, ErrTokenExpired},
		{"endless", TokenKeys{old}, tokenPrefix + strings.Repeat("A", 1_000_000), day, ErrToken},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := tt.keys.Verify(tt.token, tt.now)
			if !errors.Is(err, tt.want) || (err == nil) != (got == id) {
				t.Errorf("verified as %q, %v; want %v", got, err, tt.want)
			}
		})
	}
}

func TestNoKeyMintsNoToken(t *testing.T) {
	t.Parallel()
	if got := (TokenKeys{}).Mint("s", day); got != "" {
		t.Errorf("minted %q", got)
	}
}
