package alert_test

import (
	"testing"
	"time"

	"perch/internal/alert"
)

func TestWhatALaneDoesNext(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	owed := func(kind alert.MessageKind, change ...func(*alert.Delivery)) *alert.Delivery {
		d := &alert.Delivery{ID: 1, Channel: "C1", Kind: kind, ProblemID: 7, SubscriptionID: 1, Owed: now.Add(-time.Second)}
		for _, c := range change {
			c(d)
		}
		return d
	}
	tried := func(ago time.Duration) func(*alert.Delivery) {
		return func(d *alert.Delivery) { d.Tried, d.FirstTried = now.Add(-ago), now.Add(-time.Hour) }
	}
	standing := func(change ...func(*alert.Card)) *alert.Card {
		c := &alert.Card{ID: 3, ProblemID: 7, Channel: "C1", Place: "C1", TS: "1.1", Posted: now.Add(-time.Hour), Grown: now.Add(-time.Hour)}
		for _, change := range change {
			change(c)
		}
		return c
	}
	summary := func(grown, posted time.Duration) *alert.Card {
		return standing(func(c *alert.Card) {
			c.Kind, c.ProblemID, c.Grown, c.Posted = alert.SummaryCard, 0, now.Add(-grown), now.Add(-posted)
		})
	}
	pending := summary(time.Hour, 0)
	pending.Posted, pending.TS = time.Time{}, ""
	threaded := func(lines int, list string) *alert.Card {
		c := summary(time.Hour, time.Hour)
		c.Lines, c.ThreadTS = lines, list
		return c
	}
	reply := func(change ...func(*alert.Card)) *alert.Card {
		return standing(append([]func(*alert.Card){func(c *alert.Card) { c.Kind, c.ProblemID, c.Root = alert.ThreadCard, 0, "0.9" }}, change...)...)
	}
	coming := reply(func(c *alert.Card) { c.TS, c.Posted = "", time.Time{} })
	told := func(lines int) *alert.Card { return reply(func(c *alert.Card) { c.Lines = lines }) }
	tests := []struct {
		name string
		turn alert.Turn
		want alert.Plan
	}{
		{"nothing is owed", alert.Turn{}, alert.Plan{Act: alert.DoRest}},
		{"sent off a moment ago: Slack may still show it", alert.Turn{Head: owed(alert.CardMessage, tried(4*time.Second)), Fresh: 2}, alert.Plan{Act: alert.DoPause, Until: now.Add(time.Second)}},
		{"sent off and not heard of", alert.Turn{Head: owed(alert.CardMessage, tried(5*time.Second)), Fresh: 2}, alert.Plan{Act: alert.DoLook}},
		{"one new problem", alert.Turn{Head: owed(alert.CardMessage), Fresh: 1}, alert.Plan{Act: alert.DoSend}},
		{"one that was looked for and not found", alert.Turn{Head: owed(alert.CardMessage)}, alert.Plan{Act: alert.DoSend}},
		{"two new problems", alert.Turn{Head: owed(alert.CardMessage), Fresh: 2}, alert.Plan{Act: alert.DoFold}},
		{"two new problems behind a line", alert.Turn{Head: owed(alert.LineMessage), Fresh: 2, Card: standing()}, alert.Plan{Act: alert.DoFold}},
		{"one new problem soon after a summary", alert.Turn{Head: owed(alert.CardMessage), Fresh: 1, Summary: summary(119*time.Second, time.Hour)}, alert.Plan{Act: alert.DoFold}},
		{"one new problem long after a summary", alert.Turn{Head: owed(alert.CardMessage), Fresh: 1, Summary: summary(2*time.Minute, time.Hour)}, alert.Plan{Act: alert.DoSend}},
		{"the third new problem in two minutes", alert.Turn{Head: owed(alert.CardMessage), Fresh: 1, Burst: true}, alert.Plan{Act: alert.DoFold}},
		{"nothing new after many", alert.Turn{Head: owed(alert.LineMessage), Card: standing(), Burst: true}, alert.Plan{Act: alert.DoSend}},
		{"one new problem while the summary could not be posted yet", alert.Turn{Head: owed(alert.ManyMessage), Fresh: 1, Summary: pending}, alert.Plan{Act: alert.DoFold}},
		{"a problem that the channel sees already", alert.Turn{Head: owed(alert.CardMessage), Fresh: 1, Card: standing()}, alert.Plan{Act: alert.DoJoin}},
		{"an outage", alert.Turn{Head: owed(alert.CardMessage), Outage: true}, alert.Plan{Act: alert.DoSend}},
		{"an outage whose problems share a card", alert.Turn{Head: owed(alert.CardMessage), Outage: true, OfOutage: true, Summary: summary(0, 29*time.Minute)}, alert.Plan{Act: alert.DoBecome}},
		{"an outage whose problems share a card that is still on its way", alert.Turn{Head: owed(alert.CardMessage), Outage: true, OfOutage: true, Summary: func() *alert.Card {
			c := summary(time.Second, 0)
			c.Posted = time.Time{}
			return c
		}()}, alert.Plan{Act: alert.DoBecome}},
		{"an outage whose problems shared a card long ago", alert.Turn{Head: owed(alert.CardMessage), Outage: true, OfOutage: true, Summary: summary(0, 30*time.Minute)}, alert.Plan{Act: alert.DoSend}},
		{"an outage and a summary that holds others too", alert.Turn{Head: owed(alert.CardMessage), Outage: true, Summary: summary(0, time.Minute)}, alert.Plan{Act: alert.DoSend}},
		{"a recovery", alert.Turn{Head: owed(alert.LineMessage), Card: standing()}, alert.Plan{Act: alert.DoSend}},
		{"a recovery before the card was posted", alert.Turn{Head: owed(alert.LineMessage), Card: standing(func(c *alert.Card) { c.Posted = now })}, alert.Plan{Act: alert.DoAbandon, Reason: "the card was posted later"}},
		{"a recovery whose card is on its way", alert.Turn{Head: owed(alert.LineMessage), Card: standing(func(c *alert.Card) { c.Posted = time.Time{} })}, alert.Plan{Act: alert.DoAbandon, Reason: "the card was posted later"}},
		{"a recovery without a card", alert.Turn{Head: owed(alert.LineMessage)}, alert.Plan{Act: alert.DoAbandon, Reason: "no card stands"}},
		{"a recovery on a summary", alert.Turn{Head: owed(alert.LineMessage), Card: threaded(1, "1.2")}, alert.Plan{Act: alert.DoAbandon, Reason: "the summary says so"}},
		{"an escalation", alert.Turn{Head: owed(alert.EscalateMessage), Card: standing()}, alert.Plan{Act: alert.DoSend}},
		{"an escalation on a summary", alert.Turn{Head: owed(alert.EscalateMessage), Card: threaded(1, "1.2")}, alert.Plan{Act: alert.DoGather}},
		{"several escalations on a summary", alert.Turn{Head: owed(alert.EscalateMessage, func(d *alert.Delivery) { d.Body.Problems = []int64{7, 8} }), Card: threaded(2, "1.2")}, alert.Plan{Act: alert.DoSend}},
		{"a reminder on a summary whose thread is full", alert.Turn{Head: owed(alert.ReminderMessage), Card: threaded(3, "1.2")}, alert.Plan{Act: alert.DoAbandon, Reason: "the thread is full"}},
		{"a reminder on a summary that needs the last place for its list", alert.Turn{Head: owed(alert.ReminderMessage), Card: threaded(2, "")}, alert.Plan{Act: alert.DoAbandon, Reason: "the thread is full"}},
		{"an outage's own reminder", alert.Turn{Head: owed(alert.ReminderMessage), Card: standing(func(c *alert.Card) { c.Lines = 3 })}, alert.Plan{Act: alert.DoSend}},
		{"a list", alert.Turn{Head: owed(alert.ListMessage), Card: threaded(0, "")}, alert.Plan{Act: alert.DoSend}},
		{"a list that stands", alert.Turn{Head: owed(alert.ListMessage), Card: threaded(1, "1.2")}, alert.Plan{Act: alert.DoAbandon, Reason: "the list stands"}},
		{"a list whose card is gone", alert.Turn{Head: owed(alert.ListMessage)}, alert.Plan{Act: alert.DoAbandon, Reason: "no card stands"}},
		{"a summary", alert.Turn{Head: owed(alert.ManyMessage), Card: pending}, alert.Plan{Act: alert.DoSend}},
		{"a summary whose problems were taken back", alert.Turn{Head: owed(alert.ManyMessage), Card: pending, Empty: true}, alert.Plan{Act: alert.DoAbandon, Reason: "nothing is left to say"}},
		{"a digest", alert.Turn{Head: owed(alert.DigestMessage)}, alert.Plan{Act: alert.DoSend}},
		{"a notice", alert.Turn{Head: owed(alert.NoticeMessage)}, alert.Plan{Act: alert.DoSend}},
		{"a reply", alert.Turn{Head: owed(alert.ReplyMessage), Card: coming}, alert.Plan{Act: alert.DoSend}},
		{"a reply whose thread was let go", alert.Turn{Head: owed(alert.ReplyMessage)}, alert.Plan{Act: alert.DoAbandon, Reason: "the thread was let go"}},
		{"a reply with the card of something else", alert.Turn{Head: owed(alert.ReplyMessage), Card: standing()}, alert.Plan{Act: alert.DoAbandon, Reason: "the thread was let go"}},
		{"a reply that stands", alert.Turn{Head: owed(alert.ReplyMessage), Card: reply()}, alert.Plan{Act: alert.DoAbandon, Reason: "the reply stands"}},
		{"a reply sent off a moment ago", alert.Turn{Head: owed(alert.ReplyMessage, tried(time.Second)), Card: coming}, alert.Plan{Act: alert.DoPause, Until: now.Add(4 * time.Second)}},
		{"a reply sent off and not heard of", alert.Turn{Head: owed(alert.ReplyMessage, tried(time.Minute)), Card: coming}, alert.Plan{Act: alert.DoLook}},
		{"a reply in a burst, soon after a summary", alert.Turn{Head: owed(alert.ReplyMessage), Card: coming, Burst: true, Summary: summary(0, 0)}, alert.Plan{Act: alert.DoSend}},
		{"two new problems behind a reply", alert.Turn{Head: owed(alert.ReplyMessage), Card: coming, Fresh: 2}, alert.Plan{Act: alert.DoFold}},
		{"news", alert.Turn{Head: owed(alert.NewsMessage), Card: told(99)}, alert.Plan{Act: alert.DoSend}},
		{"news whose thread was let go", alert.Turn{Head: owed(alert.NewsMessage)}, alert.Plan{Act: alert.DoAbandon, Reason: "the thread was let go"}},
		{"news for the card of something else", alert.Turn{Head: owed(alert.NewsMessage), Card: standing()}, alert.Plan{Act: alert.DoAbandon, Reason: "the thread was let go"}},
		{"news before the reply", alert.Turn{Head: owed(alert.NewsMessage), Card: coming}, alert.Plan{Act: alert.DoAbandon, Reason: "the reply was posted later"}},
		{"news that the reply says already", alert.Turn{Head: owed(alert.NewsMessage), Card: reply(func(c *alert.Card) { c.Posted = now })}, alert.Plan{Act: alert.DoAbandon, Reason: "the reply was posted later"}},
		{"news in a thread that is full", alert.Turn{Head: owed(alert.NewsMessage), Card: told(100)}, alert.Plan{Act: alert.DoAbandon, Reason: "the thread is full"}},
		{"news sent off and not heard of", alert.Turn{Head: owed(alert.NewsMessage, tried(time.Minute)), Card: told(100)}, alert.Plan{Act: alert.DoLook}},
		{"an offer", alert.Turn{Head: owed(alert.OfferMessage)}, alert.Plan{Act: alert.DoSend}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.turn.Now = now
			if got := tt.turn.Plan(); got != tt.want {
				t.Errorf("plans %+v, want %+v", got, tt.want)
			}
		})
	}
}
