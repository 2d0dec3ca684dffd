package playground

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// TestThePageKnowsTheEmojiOfCards: one it does not know stands there as its name.
func TestThePageKnowsTheEmojiOfCards(t *testing.T) {
	t.Parallel()
	table, err := os.ReadFile("page/emoji.js")
	if err != nil {
		t.Fatal(err)
	}
	var known []string
	for _, m := range regexp.MustCompile(`(?m)(?:^|[|\x60])([a-z0-9_+-]+) `).FindAllSubmatch(table, -1) {
		known = append(known, string(m[1]))
	}
	inCards := regexp.MustCompile(`(?:^|[\s"*n])(:([a-z_]*[a-z][a-z0-9_]*):)[ *"]`)
	seen := 0
	for _, folder := range []string{"../../commands/testdata", "../alert/testdata"} {
		goldens, err := filepath.Glob(filepath.Join(folder, "*.json"))
		if err != nil {
			t.Fatal(err)
		}
		for _, golden := range goldens {
			text, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range inCards.FindAllSubmatch(text, -1) {
				seen++
				if name := string(m[2]); !slices.Contains(known, name) {
					t.Errorf("%s has :%s:, which the page does not know", filepath.Base(golden), name)
				}
			}
		}
	}
	if seen == 0 {
		t.Error("no card has an emoji")
	}
}
