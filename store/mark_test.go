package store_test

import (
	"regexp"
	"testing"

	"perch/store"
)

func TestAMarkTellsTheSameValueAndNothingElse(t *testing.T) {
	t.Parallel()
	p, other := sqlitePlace(t), sqlitePlace(t)
	s := p.open(t)
	mark := s.Mark("ada@harbor.example")
	if !regexp.MustCompile(`^[0-9a-f]{12}$`).MatchString(mark) {
		t.Errorf("the mark is %q", mark)
	}
	if s.Mark("ada@harbor.example") != mark || p.open(t).Mark("ada@harbor.example") != mark {
		t.Error("the same value has another mark")
	}
	if s.Mark("bob@harbor.example") == mark || other.open(t).Mark("ada@harbor.example") == mark {
		t.Error("another value, or the same under another key, has that mark too")
	}
	older := store.NewKey()
	p.keys = append(p.keys, older)
	if p.open(t).Mark("ada@harbor.example") != mark {
		t.Error("a key that only opens changes the marks")
	}
}
