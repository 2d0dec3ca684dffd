package connect

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// buckets of a Histogram: the first holds up to a second, each further one a fifth
// more than the one before, the last all above 30 days.
const buckets = 84

// bounds are the upper ends of the buckets but the last, in milliseconds.
var bounds = func() (b [buckets - 1]int64) {
	end := int64(1000)
	for i := range b {
		b[i] = end
		end += end / 5
	}
	return b
}()

// Histogram counts how long things took, from a second to 30 days, in buckets
// that grow by a fifth. The zero Histogram is empty; a copy is a histogram of its
// own. It is compact as JSON.
type Histogram struct{ counts [buckets]int }

// bucket is where a time belongs.
func bucket(d time.Duration) int {
	i, _ := slices.BinarySearch(bounds[:], d.Milliseconds())
	return i
}

// Add counts one more.
func (h *Histogram) Add(d time.Duration) { h.counts[bucket(d)]++ }

// Remove takes back what Add counted. What was never added is not taken back.
func (h *Histogram) Remove(d time.Duration) {
	b := bucket(d)
	h.counts[b] = max(h.counts[b]-1, 0)
}

// Merge adds all of another.
func (h *Histogram) Merge(o Histogram) {
	for i, n := range o.counts {
		h.counts[i] += n
	}
}

// Total is how many it has counted.
func (h Histogram) Total() int {
	total := 0
	for _, n := range h.counts {
		total += n
	}
	return total
}

// Quantile is the time that the part q of all took at the most, within a tenth; 0
// if it is empty.
func (h Histogram) Quantile(q float64) time.Duration {
	total := h.Total()
	if total == 0 {
		return 0
	}
	left := min(max(int(math.Ceil(q*float64(total))), 1), total)
	for i, n := range h.counts {
		if left -= n; left <= 0 {
			return middle(i)
		}
	}
	return 0
}

// middle is what stands for all times of a bucket: as far from its lower end as
// from its upper one, by ratio.
func middle(i int) time.Duration {
	i = min(i, len(bounds)-1)
	ms := float64(bounds[i])
	if i > 0 {
		ms = math.Sqrt(ms * float64(bounds[i-1]))
	}
	return time.Duration(ms) * time.Millisecond
}

// MarshalJSON writes the buckets that are not empty, each followed by its count:
// [12,3,15,1].
func (h Histogram) MarshalJSON() ([]byte, error) {
	pairs := []int{}
	for i, n := range h.counts {
		if n > 0 {
			pairs = append(pairs, i, n)
		}
	}
	return json.Marshal(pairs)
}

var errHistogram = errors.New("no histogram: not pairs of bucket and count")

// UnmarshalJSON reads what MarshalJSON wrote.
func (h *Histogram) UnmarshalJSON(b []byte) error {
	pairs := make([]int, 0, 2*buckets)
	pairs, plain := readInts(b, pairs)
	if !plain { // not as MarshalJSON writes it
		if err := json.Unmarshal(b, &pairs); err != nil {
			return fmt.Errorf("reading a histogram: %w", err)
		}
	}
	*h = Histogram{}
	for pair := range slices.Chunk(pairs, 2) {
		if len(pair) < 2 || pair[0] < 0 || pair[0] >= buckets || pair[1] < 0 || pair[1] > math.MaxInt32 {
			*h = Histogram{}
			return errHistogram
		}
		h.counts[pair[0]] += pair[1]
	}
	return nil
}

// readInts reads a plain list of a few small numbers many times as fast as
// encoding/json: a funnel is put together from thousands of histograms.
func readInts(b []byte, into []int) (numbers []int, plain bool) {
	if len(b) < 2 || b[0] != '[' || b[len(b)-1] != ']' {
		return nil, false
	}
	n, digits := 0, 0
	for _, c := range b[1:] {
		switch {
		case '0' <= c && c <= '9' && digits < 10:
			n, digits = n*10+int(c-'0'), digits+1
		case (c == ',' || c == ']') && digits > 0:
			into, n, digits = append(into, n), 0, 0
		default:
			return nil, false
		}
	}
	return into, true
}
