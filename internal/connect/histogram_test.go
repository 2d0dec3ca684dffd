package connect

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestBucketsReachFromASecondTo30Days(t *testing.T) {
	t.Parallel()
	if last := time.Duration(bounds[len(bounds)-1]) * time.Millisecond; last < 30*24*time.Hour || last > 40*24*time.Hour {
		t.Errorf("the last bound is %s", last)
	}
	if bucket(-time.Second) != 0 || bucket(time.Second) != 0 || bucket(1001*time.Millisecond) != 1 || bucket(math.MaxInt64) != buckets-1 {
		t.Error("a time is in the wrong bucket")
	}
}

func TestQuantilesAreNear(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	var h Histogram
	var all []time.Duration
	for range 5000 {
		d := time.Duration(math.Exp(r.Float64()*12)*1000) * time.Millisecond
		h.Add(d)
		all = append(all, d)
	}
	slices.Sort(all)
	for _, q := range []float64{0, 0.1, 0.5, 0.9, 0.99, 1} {
		exact := all[max(int(math.Ceil(q*5000))-1, 0)]
		if got := h.Quantile(q); math.Abs(got.Seconds()/exact.Seconds()-1) > 0.1 {
			t.Errorf("the quantile %v is %s, exactly %s", q, got, exact)
		}
	}
}

func TestHistogramsTakeBackAndMerge(t *testing.T) {
	t.Parallel()
	var a, b Histogram
	a.Add(time.Minute)
	a.Add(time.Hour)
	b.Add(time.Hour)
	a.Remove(time.Minute)
	if a != b {
		t.Errorf("%v is not %v", a, b)
	}
	a.Remove(time.Second)
	a.Merge(b)
	if a.Total() != 2 || (Histogram{}).Quantile(0.5) != 0 {
		t.Errorf("merged to %d", a.Total())
	}
}

func TestHistogramsAreCompactAsJSON(t *testing.T) {
	t.Parallel()
	var h, again Histogram
	for range 3 {
		h.Add(time.Minute)
	}
	text, err := json.Marshal(h)
	if err != nil || string(text) != "[23,3]" {
		t.Fatalf("written as %s, %v", text, err)
	}
	if err := json.Unmarshal(text, &again); err != nil || again != h {
		t.Errorf("read back as %v, %v", again, err)
	}
	if empty, _ := json.Marshal(Histogram{}); string(empty) != "[]" {
		t.Errorf("an empty one is written as %s", empty)
	}
	for _, bad := range []string{"{}", "[1]", "[84,1]", "[-1,1]", "[1,-1]", "[1,99999999999]", `["a"]`} {
		if err := json.Unmarshal([]byte(bad), &again); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}
