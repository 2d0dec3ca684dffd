package card_test

import (
	"testing"

	"perch/bot/card"
)

func TestPhrases(t *testing.T) {
	t.Parallel()
	for got, want := range map[string]string{
		card.Counted(1, "problem"):                       "1 problem",
		card.Counted(0, "problem"):                       "0 problems",
		card.Counted(3, "problem is", "problems are"):    "3 problems are",
		card.LowerFirst("Sync failed"):                   "sync failed",
		card.LowerFirst("Finch does not answer"):         "Finch does not answer",
		card.LowerFirst(""):                              "",
		card.UpperFirst("failed syncs"):                  "Failed syncs",
		card.UpperFirst("") + card.Counted(2, "failure"): "2 failures",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
