package commands

import (
	"slices"
	"testing"
	"time"

	"perch/internal/connect"
)

// exchangedTwice is an exchange of which both the application and Perch tell.
func exchangedTwice() []connect.Event {
	return []connect.Event{
		{At: now.Add(-2 * time.Minute), Type: connect.TokenExchanged, Source: connect.FromHost},
		{At: now.Add(-time.Minute), Type: connect.TokenExchanged, Source: connect.FromPerch},
	}
}

// TestWhatTwoTellIsOneEvent: the application and the browser tell of the same
// opening and the same errors.
func TestWhatTwoTellIsOneEvent(t *testing.T) {
	t.Parallel()
	at := func(after time.Duration, what connect.Type, by connect.Source) connect.Event {
		return connect.Event{At: now.Add(after), Type: what, Source: by}
	}
	failed := func(after time.Duration, by connect.Source, stage connect.Stage) connect.Event {
		e := at(after, connect.Failed, by)
		e.Message, e.Stage = wrongPassword, stage
		return e
	}
	events := []connect.Event{
		at(0, connect.Opened, connect.FromHost), at(time.Second, connect.Opened, connect.FromBrowser),
		failed(time.Minute, connect.FromBrowser, ""), failed(time.Minute+time.Second, connect.FromHost, connect.Authentication),
		failed(time.Minute+2*time.Second, connect.FromHost, connect.Authentication), failed(time.Minute+3*time.Second, connect.FromBrowser, ""),
		at(2*time.Minute, connect.Opened, connect.FromBrowser),
	}
	all := tell(events)
	if all[1].words != "opened Finch Connect" {
		t.Errorf("the same opening is told as %q", all[1].words)
	}
	sign := "saw an error at Sign-in: \"" + wrongPassword + "\""
	want := []string{"opened Finch Connect", sign, sign, "opened Finch Connect again"}
	var got []string
	for _, e := range once(all) {
		got = append(got, e.words)
	}
	if !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}
