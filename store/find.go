package store

import (
	"cmp"
	"context"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"

	"perch/internal/finch"
	"perch/store/internal/db"
)

// idPrefix is the least number of characters that count as the beginning of an
// id: eight hexadecimal digits are what people copy, six still say one thing.
const idPrefix = 6

// lines puts folded texts, which hold no line breaks of their own, on a line
// each, so that a search can ask for the beginning of one.
func lines(folded ...string) string { return "\n" + strings.Join(folded, "\n") + "\n" }

// Find returns the connections that the words name, at most limit: those whose
// connection, customer or company id they are exactly (in any case), and only
// if there is none, those whose customer name contains them (whatever case and
// accents) or one of whose ids begins with them, closest names first.
func (s *Store) Find(ctx context.Context, words string, limit int) ([]finch.Brief, error) {
	word := foldWords(words)
	if word == "" {
		return nil, nil
	}
	var found []finch.Brief
	err := s.view(ctx, func(q *db.Queries) error {
		exact, err := q.ExactMatches(ctx, db.ExactMatchesParams{Word: word, Count: count(limit)})
		if err != nil {
			return fmt.Errorf("look for an id: %w", err)
		}
		for _, row := range exact {
			found = append(found, briefOf(db.BriefRow(row)))
		}
		if len(found) > 0 {
			return nil
		}
		found, err = contained(ctx, q, word, limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find connections: %w", err)
	}
	return found, nil
}

func contained(ctx context.Context, q *db.Queries, word string, limit int) ([]finch.Brief, error) {
	pattern := literal(word)
	arg := db.MatchesParams{Word: word, Within: "%" + pattern + "%", Prefix: pattern + "%", Count: count(limit)}
	if utf8.RuneCountInString(word) >= idPrefix {
		arg.IDPrefix = "%\n" + pattern + "%"
	}
	rows, err := q.Matches(ctx, arg)
	if err != nil {
		return nil, fmt.Errorf("look for a name: %w", err)
	}
	var found []finch.Brief
	for _, row := range rows {
		found = append(found, briefOf(db.BriefRow(row)))
	}
	return found, nil
}

// Nearest returns the connections whose customer names come closest to the
// words, at most limit, for when Find finds none. Names that have little in
// common with them are left out.
func (s *Store) Nearest(ctx context.Context, words string, limit int) ([]finch.Brief, error) {
	word := cut(foldWords(words), 40)
	if word == "" {
		return nil, nil
	}
	var nearest []finch.Brief
	err := s.view(ctx, func(q *db.Queries) error {
		names, err := q.Names(ctx)
		if err != nil {
			return fmt.Errorf("read the names: %w", err)
		}
		var customers []customer[string]
		for _, n := range names {
			customers = append(customers, customer[string]{n.ID, n.NameFolded})
		}
		for _, id := range closest(word, customers, limit) {
			row, err := q.Brief(ctx, id)
			if err != nil {
				return fmt.Errorf("read a line: %w", err)
			}
			nearest = append(nearest, briefOf(row))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find the nearest names: %w", err)
	}
	return nearest, nil
}

// farthest is the share of characters that may differ in a near name.
const farthest = 0.34

// customer is whom a name belongs to, by a key to find them again.
type customer[K cmp.Ordered] struct {
	key  K
	name string // folded
}

type candidate[K cmp.Ordered] struct {
	customer[K]
	distance float64
}

func closest[K cmp.Ordered](word string, names []customer[K], limit int) []K {
	var near []candidate[K]
	for _, n := range names {
		if d := distance(word, n.name); d <= farthest {
			near = append(near, candidate[K]{n, d})
		}
	}
	slices.SortFunc(near, func(a, b candidate[K]) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.name, b.name), cmp.Compare(a.key, b.key))
	})
	var keys []K
	for _, c := range near[:min(len(near), max(limit, 0))] {
		keys = append(keys, c.key)
	}
	return keys
}

// distance is 0 for the same and 1 for nothing in common: the least share of
// characters to change between the words and the name, or as many following
// words of the name as were given.
func distance(words, name string) float64 {
	least := apart(words, name)
	size := strings.Count(words, " ") + 1
	parts := strings.Fields(name)
	for i := 0; i+size <= len(parts); i++ {
		least = min(least, apart(words, strings.Join(parts[i:i+size], " ")))
	}
	return least
}

// apart is the share of characters to change between two texts, or 1 where
// their lengths or letters alone set them too far apart: that is quick to see,
// and true of most of ten thousand names.
func apart(a, b string) float64 {
	la, lb := utf8.RuneCountInString(a), utf8.RuneCountInString(b)
	longest, inA, inB := float64(max(la, lb)), letters(a), letters(b)
	least := max(la-lb, lb-la, bits.OnesCount32(inA&^inB), bits.OnesCount32(inB&^inA))
	if longest == 0 || float64(least)/longest > farthest {
		return 1
	}
	return float64(levenshtein.ComputeDistance(a, b)) / longest
}

// letters is the set of letters a to z in a folded text. Each that only one of
// two texts has costs a change.
func letters(s string) (set uint32) {
	for i := range len(s) {
		if 'a' <= s[i] && s[i] <= 'z' {
			set |= 1 << (s[i] - 'a')
		}
	}
	return set
}

func briefOf(r db.BriefRow) finch.Brief {
	since := timeOf(r.WorstSince)
	if r.WorstSince == r.FirstSeen { // it was so when it was first looked at
		since = time.Time{}
	}
	return finch.Brief{
		ID: r.ID, CustomerID: r.CustomerID, CustomerName: r.CustomerName,
		ProviderID: r.ProviderID, ProviderName: cmp.Or(r.ProviderName, r.ProviderID), Environment: r.Environment,
		Overall: finch.Status(r.Status), Status: finch.Status(r.Worst), StatusSince: since,
		LastSync: timeOf(r.NewestSync), Learned: timeOf(r.Learned), FailedSyncs: int(r.Failures),
	}
}
