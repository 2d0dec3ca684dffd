package store_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"perch/internal/finch"
	"perch/store"
)

var (
	firstWords  = strings.Fields("Harbor Northwind Blue Acme Arbor Cedar Granite Juniper Lakeside Maple Orchard Pioneer Quarry River Summit Timber Union Valley Willow Zenith")
	secondWords = strings.Fields("Coffee Logistics Dental Bikes Clinic Foods Metals Gardens Books Textiles Farms Outfitters Studios Labs Partners Plumbing Electric Bakery Marine Works")
	statuses    = []finch.Status{finch.Connected, finch.Connected, finch.Connected, finch.Connected, finch.Reauth, finch.Connected, finch.Processing, finch.Connected, finch.Pending, finch.Connected}
)

// crowdOf fills a store with n connections, each with two methods and entities.
func crowdOf(b *testing.B, n int) *store.Store {
	b.Helper()
	p := sqlitePlace(b)
	p.clock.ms.Store(time.Now().UnixMilli())
	s := p.open(b)
	grants := make([]finch.Grant, 0, 500)
	for i := range n {
		facts := harbor(start)
		in := &facts.Introspection
		in.ConnectionID = fmt.Sprintf("%08x-1111-4222-8333-%012x", i*2654435761, i)
		in.CompanyID = fmt.Sprintf("%08x-0000-4000-8000-%012x", i*40503, i)
		in.CustomerID = fmt.Sprintf("cust_%d", i)
		in.CustomerName = fmt.Sprintf("%s %s %d", firstWords[i%20], secondWords[i/20%20], i)
		in.ConnectionStatus.Status = statuses[i%len(statuses)]
		in.Methods[1].Report.Status = finch.Connected
		grants = append(grants, finch.Grant{Token: finch.NewToken(fmt.Sprintf("token %d", i)), Facts: facts})
		if len(grants) == cap(grants) || i == n-1 {
			grant(b, s, grants...)
			grants = grants[:0]
		}
	}
	return s
}

// BenchmarkTenThousand measures what a person waits for at 10,000 connections.
func BenchmarkTenThousand(b *testing.B) {
	s := crowdOf(b, 10_000)
	attention := true
	query := finch.ListQuery{Tab: finch.Live, Limit: 20}
	deep := query
	for range 200 {
		page, err := s.List(b.Context(), deep)
		if err != nil {
			b.Fatal(err)
		}
		deep.After = page.Next
	}
	find := func(words string) func() error {
		return func() error {
			found, err := s.Find(b.Context(), words, 20)
			if err == nil && len(found) == 0 {
				err = fmt.Errorf("nothing found for %q", words)
			}
			return err
		}
	}
	list := func(query finch.ListQuery) func() error {
		return func() error {
			page, err := s.List(b.Context(), query)
			if err == nil && len(page.Briefs) == 0 {
				err = fmt.Errorf("nothing listed for %+v", query)
			}
			return err
		}
	}
	for _, c := range []struct {
		name string
		run  func() error
	}{
		{"find by customer id", find("CUST_7777")},
		{"find by part of a name", find("coffee 7")},
		{"find by the beginning of an id", find("00000000-1111")},
		{"find nothing", func() error { _, err := s.Find(b.Context(), "zebra crossing", 20); return err }},
		{"nearest names", func() error { _, err := s.Nearest(b.Context(), "harbour cofee", 5); return err }},
		{"first page", list(query)},
		{"page 200", list(deep)},
		{"filtered page", list(finch.ListQuery{Tab: finch.Live, Limit: 20, Words: "marine 99", Attention: &attention})},
		{"counts", func() error { _, err := s.Counts(b.Context(), ""); return err }},
		{"filtered counts", func() error { _, err := s.Counts(b.Context(), "coffee"); return err }},
		{"whole list for a file", list(finch.ListQuery{Tab: finch.Live, Limit: 10_000})},
		{"one connection", func() error {
			_, err := s.Connection(b.Context(), "00000000-1111-4222-8333-000000000000")
			return err
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if err := c.run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkTakeIn measures a durable event: one by one, and from many at once.
func BenchmarkTakeIn(b *testing.B) {
	payload := []byte(strings.Repeat("x", 1000))
	s := sqlitePlace(b).open(b)
	var n atomic.Int64
	take := func() error {
		_, err := s.TakeIn(b.Context(), "slack", fmt.Sprint(n.Add(1)), payload)
		return err
	}
	b.Run("one by one", func(b *testing.B) {
		for b.Loop() {
			if err := take(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("32 at once", func(b *testing.B) {
		b.SetParallelism(32)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if err := take(); err != nil {
					b.Error(err)
				}
			}
		})
	})
}

// BenchmarkLearn measures the record of one look.
func BenchmarkLearn(b *testing.B) {
	s := sqlitePlace(b).open(b)
	facts := harbor(start)
	grant(b, s, finch.Grant{Token: finch.NewToken("tok-1"), Facts: facts})
	for b.Loop() {
		facts.At = facts.At.Add(time.Second)
		if err := s.Learn(b.Context(), facts); err != nil {
			b.Fatal(err)
		}
	}
}
