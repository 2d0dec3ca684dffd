package explore

import (
	"fmt"
	"runtime/metrics"
	"strings"
	"sync"
	"testing"
	"time"
)

// directory is the answer of a company with n people, each in size bytes or a
// little more.
func directory(n, size int) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `{"paging":{"count":%d,"offset":0},"individuals":[`, n)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		from := b.Len()
		fmt.Fprintf(&b, `{"id":"c0ffee00-1111-4222-8333-%012d","first_name":"Ana","middle_name":null,"last_name":"Souza","manager":{"id":"c0ffee00-1111-4222-8333-000000000001"},`+
			`"department":{"name":"Customer Success %d"},"is_active":true,"tags":["remote","level 3"],"since":"2026-11-28","ssn":"123-45-6789","custom_fields":[`, i, i%40)
		for j := 0; b.Len()-from < size-40; j++ {
			fmt.Fprintf(&b, `{"name":"f%d","value":"%09d"},`, j, j)
		}
		b.WriteString(`{"name":"last","value":null}]}`)
	}
	b.WriteString(`]}`)
	return []byte(b.String())
}

func BenchmarkMask1MB(b *testing.B) { benchmarkMask(b, directory(1000, 1048)) }

// A hundred bytes a value are kind to a masker; many short ones are not.
func BenchmarkMask1MBOfShownValues(b *testing.B) { benchmarkMask(b, directory(3000, 0)) }

func BenchmarkMask10MBDirectory(b *testing.B) { benchmarkMask(b, directory(10_000, 1048)) }

func benchmarkMask(b *testing.B, body []byte) {
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	before := heap()
	peak := watchHeap(b)
	var held *Masked
	for b.Loop() {
		m, err := Mask(people, body, Seen{Secrets: []string{token}})
		if err != nil {
			b.Fatal(err)
		}
		held = m
	}
	b.ReportMetric(float64(peak()-min(before, peak()))/1e6, "peak-MB")
	b.ReportMetric(float64(held.Size())/1e6, "held-MB")
}

// watchHeap looks at the heap every millisecond; what it returns stops that and
// tells the most it saw.
func watchHeap(b *testing.B) func() uint64 {
	b.Helper()
	var peak uint64
	var done sync.WaitGroup
	stop := make(chan struct{})
	done.Go(func() {
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for {
			peak = max(peak, heap())
			select {
			case <-stop:
				return
			case <-tick.C:
			}
		}
	})
	return sync.OnceValue(func() uint64 {
		close(stop)
		done.Wait()
		return peak
	})
}

func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// What is allocated in all bounds what is held at any time. It runs alone, since
// others allocate too.
func TestALongDirectoryFitsIntoMemory(t *testing.T) {
	body := directory(10_000, 1048)
	allocated := func() uint64 {
		sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	before := allocated()
	m, err := Mask(people, body, Seen{Secrets: []string{token}})
	if err != nil {
		t.Fatalf("Mask: %v", err)
	}
	if got := allocated() - before; got > 64<<20 {
		t.Errorf("masking %d bytes took %d of memory", len(body), got)
	}
	if m.Items != 10_000 {
		t.Errorf("%d people", m.Items)
	}
}
