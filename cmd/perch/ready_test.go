package main

import (
	"testing"
	"time"

	"perch/bot/socket"
)

func TestReadinessSaysSinceWhenNoSocketIsLive(t *testing.T) {
	at := time.Date(2026, 11, 21, 8, 14, 59, 0, time.FixedZone("CET", 3600))
	tests := map[string]struct {
		stats socket.Stats
		want  string
	}{
		"one is live, another left": {socket.Stats{Live: 1, LastDisconnect: "warning", LastDisconnectAt: at}, ""},
		"none ever was":             {socket.Stats{}, "no live socket yet"},
		"the last one left":         {socket.Stats{LastDisconnect: "link_disabled", LastDisconnectAt: at}, "no live socket since 07:14 UTC; last: link_disabled"},
	}
	for name, tt := range tests {
		if got := socketReason(tt.stats); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}
