package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"perch/internal/finch"
	"perch/internal/watch"
)

func TestPrintableTextSteersNoTerminal(t *testing.T) {
	for text, want := range map[string]string{
		"a\x1b[31mb\u202ec\u009bd": "a[31mbcd",
		"a\u200eb\u200fc\u061cd":   "abcd",
		"\x00":                     "-",
		"":                         "-",
		"Zoë's Bakery, 東京 & Söhne 👩‍🍳": "Zoë's Bakery, 東京 & Söhne 👩‍🍳",
	} {
		if got := printable(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestALongNameIsCutInTheList(t *testing.T) {
	row := listRow(finch.Connection{ID: "c1", CustomerName: strings.Repeat("long ", 20)})
	if want := strings.Repeat("long ", 7) + "long…"; row[2] != want {
		t.Errorf("got %q, want %q", row[2], want)
	}
}

func TestWhyATokenWasNotTaken(t *testing.T) {
	full := errors.New("keep the token: disk full")
	tests := map[string]struct {
		err  error
		want string
	}{
		"what Finch says":            {fmt.Errorf("verify the token: %w", &finch.Error{Status: 401, Name: "invalid_token_error"}), "does not accept this access token"},
		"another's token":            {&watch.Mismatch{Want: "c1", Got: "c2"}, (&watch.Mismatch{Want: "c1", Got: "c2"}).Error()},
		"what is wrong on this side": {full, full.Error()},
	}
	for name, tt := range tests {
		if got := admitError(tt.err).Error(); !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q does not say %q", name, got, tt.want)
		}
	}
}

func TestAConnectionThatStandsTwiceIsNamedWithItsFirstLine(t *testing.T) {
	var out strings.Builder
	failed := reportImport(&out, []watch.Outcome{
		{ConnectionID: "c1"}, {ConnectionID: "c2"}, {ConnectionID: "c1", Err: watch.ErrTwice}, {ConnectionID: "c1", Err: watch.ErrTwice},
	}, []int{2, 3, 5, 6})
	want := "line 5: c1: stands twice in the file, first in line 2. Keep the line with the newer token.\n" +
		"line 6: c1: stands twice in the file, first in line 2. Keep the line with the newer token.\n"
	if failed != 2 || out.String() != want {
		t.Errorf("%d failed:\n%s", failed, out.String())
	}
}
