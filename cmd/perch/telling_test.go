package main

import (
	"testing"
	"time"
)

func TestHowLongTellingTakes(t *testing.T) {
	tests := map[string]struct {
		took            []time.Duration
		middle, slowest time.Duration
	}{
		"nothing":            {nil, 0, 0},
		"one":                {[]time.Duration{5}, 5, 5},
		"two":                {[]time.Duration{34, 27}, 27, 34},
		"three":              {[]time.Duration{3, 1, 2}, 2, 3},
		"a hundred":          {upTo(100), 50, 99},
		"a thousand":         {upTo(1000), 500, 990},
		"only the last 1000": {append([]time.Duration{time.Hour}, upTo(1000)...), 500, 990},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var l latencies
			for _, took := range tt.took {
				l.note(took)
			}
			if middle, slowest := l.middleAndSlowest(); middle != tt.middle || slowest != tt.slowest {
				t.Errorf("%d and %d, want %d and %d", middle, slowest, tt.middle, tt.slowest)
			}
		})
	}
}

// upTo is 1 to n, the slowest first.
func upTo(n int) []time.Duration {
	took := make([]time.Duration, n)
	for i := range took {
		took[i] = time.Duration(n - i)
	}
	return took
}
