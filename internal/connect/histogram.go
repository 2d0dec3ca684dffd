package connect

import "time"

// Histogram counts how long things took, from a second to 30 days, in buckets
// that grow by a fixed ratio. The zero Histogram is empty. It is compact as JSON.
type Histogram struct{ counts []int }

// Add counts one more.
func (h *Histogram) Add(d time.Duration) {}

// Remove takes back what Add counted.
func (h *Histogram) Remove(d time.Duration) {}

// Merge adds all of another.
func (h *Histogram) Merge(o Histogram) {}

// Total is how many it has counted.
func (h Histogram) Total() int { return 0 }

// Quantile is the time that the part q of all took at the most; 0 if it is empty.
func (h Histogram) Quantile(q float64) time.Duration { return 0 }

// MarshalJSON writes the buckets that are not empty.
func (h Histogram) MarshalJSON() ([]byte, error) { return []byte("{}"), nil }

// UnmarshalJSON reads what MarshalJSON wrote.
func (h *Histogram) UnmarshalJSON(b []byte) error { return nil }
