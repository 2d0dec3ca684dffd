package commands

import (
	"encoding/json"
	"fmt"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"perch/bot"
	"perch/internal/explore"
)

// company is the directory of n people, about a kilobyte each.
func company(n int) string {
	var all strings.Builder
	fmt.Fprintf(&all, `{"paging":{"count":%d,"offset":0},"individuals":[`, n)
	for i := range n {
		if i > 0 {
			all.WriteByte(',')
		}
		fmt.Fprintf(&all, `{"id":"c0ffee00-1111-4222-8333-%012d","first_name":"Ana","last_name":"Souza","manager":{"id":"c0ffee00-1111-4222-8333-000000000001"},`+
			`"department":{"name":"Customer Success %d"},"is_active":true,"custom_fields":[`, i, i%40)
		for j := range 26 {
			fmt.Fprintf(&all, `{"name":"f%d","value":"%09d"},`, j, j)
		}
		all.WriteString(`{"name":"last","value":null}]}`)
	}
	all.WriteString(`]}`)
	return all.String()
}

// The way from a submission to the result's view and to another page of it, as they
// go over the wire, beyond Finch's own time: at most 150 ms for an answer of 1 MB,
// and 64 MB of memory for one of 10 MB. All that is allocated bounds what is held at
// any time.
func BenchmarkFromSubmissionToView(b *testing.B) {
	for _, people := range []int{1000, 10_000} {
		b.Run(fmt.Sprint(people, " people"), func(b *testing.B) {
			o := &oracle{answer: company(people)}
			x := explorer{Sources: o.sources(), shelf: newShelf(time.Now)}
			r := &bot.Request{Who: bot.Person{ID: "U1", Role: bot.NamedAdmin}}
			q := explore.Query{Endpoint: endpointNamed("GET /employer/directory"), ConnectionID: harbor().ID}
			before := allocated()
			for b.Loop() {
				s, err := x.asked(b.Context(), r, q, "C1", look{})
				if err != nil || s.Result.Body.Items != people {
					b.Fatal(s.Result, err)
				}
				sent(b, s)
				if s, err = x.seen(b.Context(), r, s.turned(fmt.Sprint(people/2))); err != nil || s.Page.From != people/2 {
					b.Fatal(s.Page, err)
				}
				sent(b, s)
			}
			b.ReportMetric(float64(len(o.answer))/1e6, "answer-MB")
			b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N), "ms-for-both-views")
			b.ReportMetric(float64(allocated()-before)/1e6/float64(b.N), "allocated-MB")
		})
	}
}

// sent writes a view as it goes over the wire.
func sent(b *testing.B, s sight) {
	raw, err := json.Marshal(s.view())
	if err != nil || len(raw) < 1000 {
		b.Fatalf("%s, %v", raw, err)
	}
}

func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
