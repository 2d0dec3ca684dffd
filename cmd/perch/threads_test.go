package main

import (
	"context"
	"errors"
	"testing"
	"time"

	"perch/internal/alert"
	"perch/internal/thread"
)

// shelf is a threadLibrary of one thread, with the card 7, in any channel.
type shelf struct {
	thread  thread.Thread
	channel thread.Channel
}

func (s shelf) ThreadShown(_ context.Context, cardID int64) (thread.Shown, error) {
	if cardID != 7 {
		return thread.Shown{}, thread.ErrUnknown
	}
	return thread.Shown{Thread: s.thread}, nil
}

func (s shelf) ThreadChannel(context.Context, string) (thread.Channel, error) { return s.channel, nil }

func TestWhatIsSaidInThreads(t *testing.T) {
	t.Parallel()
	reply, news := alert.Delivery{Kind: alert.ReplyMessage, CardID: 7}, alert.Delivery{Kind: alert.NewsMessage, CardID: 7, Body: alert.Body{Words: "It goes on."}}
	offer := alert.Delivery{Kind: alert.OfferMessage}
	notice := func(who string) alert.Delivery {
		return alert.Delivery{Kind: alert.NoticeMessage, CardID: 7, Body: alert.Body{Who: who, Words: "It goes on."}}
	}
	anHourAgo := time.Now().Add(-time.Hour)
	off := func(made time.Time) shelf {
		return shelf{thread: thread.Thread{Made: made}, channel: thread.Channel{By: "UBO", At: anHourAgo}}
	}
	before, after := off(anHourAgo.Add(-time.Minute)), off(anHourAgo.Add(time.Minute))
	posting := alert.Delivery{ID: 1, Kind: alert.ReplyMessage, CardID: 7}
	stopped, private := shelf{thread: thread.Thread{StoppedBy: "UBO"}}, shelf{thread: thread.Thread{Channel: "CPRIVATE"}}
	consented := shelf{channel: thread.Channel{On: true, By: "UANN", SharedBy: "UANN"}}
	for name, tt := range map[string]struct {
		shelf  shelf
		d      alert.Delivery
		shared bool
		said   bool
	}{
		"a reply":                                {shelf{}, reply, false, true},
		"news":                                   {shelf{}, news, false, true},
		"a new reply that others would read":     {shelf{}, posting, true, false},
		"a reply that others come to read":       {shelf{}, reply, true, true},
		"news that others read":                  {shelf{}, news, true, false},
		"news, with consent for the channel":     {consented, news, true, true},
		"a reply, with consent for the channel":  {consented, reply, true, true},
		"a reply, with consent for the thread":   {shelf{thread: thread.Thread{SharedBy: "UANN"}}, reply, true, true},
		"a thread that was let go":               {shelf{}, alert.Delivery{Kind: alert.ReplyMessage, CardID: 8}, false, false},
		"news after a stop, sent off before it":  {stopped, news, false, false},
		"a reply that says it is stopped":        {stopped, reply, false, true},
		"a watcher":                              {private, notice("UIN"), false, true},
		"a watcher who left, or lost the right":  {private, notice("UOUT"), false, false},
		"a watcher of a thread that was let go":  {shelf{}, alert.Delivery{Kind: alert.NoticeMessage, CardID: 8}, false, false},
		"a reply owed when it was switched off":  {before, posting, false, false},
		"news after it was switched off":         {before, news, false, false},
		"an edit after it was switched off":      {before, reply, false, true},
		"a reply asked for though it is off":     {after, posting, false, true},
		"news asked for though it is off":        {after, news, false, true},
		"an offer":                               {shelf{}, offer, false, true},
		"an offer that others read":              {shelf{}, offer, true, false},
		"an offer after somebody switched it":    {shelf{channel: thread.Channel{By: "UBO"}}, offer, false, false},
		"an offer after it was offered, once on": {consented, offer, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := threadWords{library: tt.shelf, slashPerch: "/perch", now: time.Now, mayRead: func(_ context.Context, who, channel string) (bool, error) {
				return who == "UIN" && channel == "CPRIVATE", nil
			}}
			m, err := w.InThread(t.Context(), tt.d, tt.shared)
			if said := err == nil; said != tt.said || err != nil && !errors.Is(err, alert.ErrNotTold) {
				t.Fatalf("said: %v, %v", said, err)
			}
			if tt.d.Kind == alert.NewsMessage && tt.said && (m.Text != "It goes on." || len(m.Blocks) != 1) {
				t.Errorf("it says %+v", m)
			}
		})
	}
}
