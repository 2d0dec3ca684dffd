package store_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"perch/internal/finch"
	"perch/store"
)

func token(t *testing.T, s *store.Store, id string) string {
	t.Helper()
	tok, err := s.Token(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return tok.Reveal()
}

// granted is a grant of a token of the given id, at a time after start.
func granted(tokenID string, after time.Duration) finch.Grant {
	facts := harbor(start.Add(after))
	facts.Introspection.TokenID = tokenID
	return finch.Grant{Token: finch.NewToken("secret " + tokenID), Facts: facts}
}

func TestGrantAndToken(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		created := grant(t, s, named("conn-1", "cust-1", "Acme"), named("conn-2", "cust-2", "Beta"))
		if !slices.Equal(created, []bool{true, true}) {
			t.Errorf("created %v", created)
		}
		created = grant(t, s, named("conn-2", "cust-2", "Beta"), named("conn-3", "cust-3", "Gamma"))
		if !slices.Equal(created, []bool{false, true}) {
			t.Errorf("created %v", created)
		}
		if got := token(t, p.open(t), "conn-2"); got != "secret of conn-2" {
			t.Errorf("token %q", got)
		}
		if _, err := s.Token(t.Context(), "nobody"); !errors.Is(err, store.ErrUnknown) {
			t.Errorf("an unknown connection's token: %v", err)
		}
	})
}

func TestGrantIsAllOrNothing(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		for name, bad := range map[string]finch.Grant{
			"no id":       named("", "cust-2", "Beta"),
			"hostile id":  named("conn\x00", "cust-2", "Beta"),
			"empty token": {Facts: named("conn-2", "cust-2", "Beta").Facts},
		} {
			if _, err := s.Grant(t.Context(), []finch.Grant{named("conn-1", "cust-1", "Acme"), bad}); err == nil {
				t.Errorf("%s: granted", name)
			}
		}
		if _, err := s.Connection(t.Context(), "conn-1"); !errors.Is(err, store.ErrUnknown) {
			t.Errorf("the good one of a refused batch was stored: %v", err)
		}
	})
}

func TestTokenHistory(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		at := func(h int) time.Time { return start.Add(time.Duration(h) * time.Hour) }
		steps := []struct {
			name  string
			grant finch.Grant
			want  []finch.TokenSeen
		}{
			{"the first", granted("a", 0), []finch.TokenSeen{
				{ID: "a", FirstSeen: at(0), LastSeen: at(0)},
			}},
			{"a new one replaces it", granted("b", time.Hour), []finch.TokenSeen{
				{ID: "b", FirstSeen: at(1), LastSeen: at(1)},
				{ID: "a", FirstSeen: at(0), LastSeen: at(0), Replaced: at(1)},
			}},
			{"the old one is taken up again", granted("a", 2*time.Hour), []finch.TokenSeen{
				{ID: "a", FirstSeen: at(0), LastSeen: at(2)},
				{ID: "b", FirstSeen: at(1), LastSeen: at(1), Replaced: at(2)},
			}},
		}
		for _, step := range steps {
			grant(t, s, step.grant)
			if got := connection(t, s, harborID).Tokens; !reflect.DeepEqual(got, step.want) {
				t.Errorf("%s:\ngot  %+v\nwant %+v", step.name, got, step.want)
			}
			if got, want := token(t, s, harborID), step.grant.Token.Reveal(); got != want {
				t.Errorf("%s: token %q, want %q", step.name, got, want)
			}
		}
		for i := range 6 {
			grant(t, s, granted(string(rune('c'+i)), time.Duration(3+i)*time.Hour))
		}
		got := connection(t, s, harborID).Tokens
		if len(got) != 5 || got[0].ID != "h" || got[4].ID != "d" {
			t.Errorf("of eight tokens the newest five, newest first: %+v", got)
		}
	})
}

func TestForget(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		grant(t, s, granted("a", 0))
		p.clock.advance(time.Hour)
		for range 2 { // forgetting twice is no fault
			if err := s.Forget(t.Context(), harborID); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Token(t.Context(), harborID); !errors.Is(err, store.ErrNoToken) {
			t.Errorf("token: %v", err)
		}
		c := connection(t, s, harborID)
		if c.HasToken || c.Worst() != finch.Disconnected || !c.DisconnectedAt.Equal(start.Add(time.Hour)) || !c.StatusSince.Equal(start.Add(time.Hour)) {
			t.Errorf("after: %+v", c)
		}
		if c.CustomerName == "" || len(c.Tokens) != 1 || len(c.Methods) != 2 {
			t.Errorf("what is known must stay: %+v", c)
		}
		if err := s.Learn(t.Context(), harbor(start.Add(2*time.Hour))); err != nil {
			t.Fatal(err)
		}
		if c := connection(t, s, harborID); c.Worst() != finch.Disconnected {
			t.Errorf("a look that was under way brought it back: %+v", c)
		}
	})
}

func TestLost(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		secret string // of the token that Finch refused
		at     time.Duration
		lost   bool
	}{
		{"the token in the vault", "secret a", time.Minute, true},
		{"the token in the vault, by an earlier clock", "secret a", -time.Minute, true},
		{"an older token, refused before the grant", "secret of old", -time.Minute, false},
		{"an older token, refused after the grant", "secret of old", time.Minute, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			onEach(t, func(t *testing.T, p place) {
				s := p.open(t)
				grant(t, s, granted("a", 0))
				if err := s.Lost(t.Context(), harborID, finch.NewToken(c.secret), start.Add(c.at)); err != nil {
					t.Fatal(err)
				}
				got := connection(t, s, harborID)
				if lost := got.Worst() == finch.Disconnected && !got.HasToken && got.DisconnectedAt.Equal(start.Add(c.at)); lost != c.lost {
					t.Errorf("lost %v, want %v: %+v", lost, c.lost, got)
				}
				if _, err := s.Token(t.Context(), harborID); errors.Is(err, store.ErrNoToken) != c.lost {
					t.Errorf("token: %v", err)
				}
			})
		})
	}
}

func TestGrantBringsADisconnectedConnectionBack(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		grant(t, s, granted("a", 0))
		if err := s.Lost(t.Context(), harborID, finch.NewToken("secret a"), start.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if created := grant(t, s, granted("b", 2*time.Hour)); !created[0] {
			t.Error("nothing was replaced, so it counts as created")
		}
		c := connection(t, s, harborID)
		if !c.DisconnectedAt.IsZero() || !c.HasToken || c.Worst() != finch.Pending || !c.StatusSince.Equal(start.Add(2*time.Hour)) {
			t.Errorf("%+v", c)
		}
		if !c.FirstSeen.Equal(start) || len(c.Tokens) != 2 {
			t.Errorf("its history must stay: %+v", c)
		}
	})
}
