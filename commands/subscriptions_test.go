package commands

import (
	"strings"
	"testing"
	"time"

	"perch/internal/alert"
)

func TestSubscriptionsOfAPlace(t *testing.T) {
	t.Parallel()
	mine, elsewhere, anns := byAnn(1, "U1"), byAnn(2, "C2"), byAnn(3, "UANN")
	mine.Maker = "U1"
	l := &ledger{subs: []alert.Subscription{elsewhere, anns, byAnn(4, "C1"), mine}}
	d := newDesk(t, l.sources())
	d.slash("/perch", "subscriptions")
	if a := d.hears("Subscriptions of this channel"); strings.Contains(a.raw, "C2") {
		t.Errorf("another channel's stand there too: %s", a.raw)
	}
	d.in("D1", "subscriptions")
	a := d.hears("Who hears of what")
	if strings.Contains(a.raw, `"value":"3"`) || strings.Contains(a.raw, "<@UANN> will") {
		t.Errorf("it shows what somebody else is told: %s", a.raw)
	}
	if own, other := strings.Index(a.raw, "You will hear"), strings.Index(a.raw, "C2"); own < 0 || other < own {
		t.Errorf("one's own do not stand first: %s", a.raw)
	}
	empty := newDesk(t, (&ledger{}).sources())
	empty.slash("/perch", "subscriptions")
	empty.hears("This channel hears of no problem.")
	empty.in("D1", "subscriptions")
	empty.hears("Nobody hears of any problem yet.")
}

func TestWhoMayChangeASubscription(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		asker string
		maker string
		may   bool
	}{
		"who made it":      {maker: "U1", may: true},
		"another operator": {maker: "UANN"},
		"an admin":         {maker: "UANN", asker: `{"is_admin":true}`, may: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := byAnn(1, "C1")
			s.Maker = tt.maker
			l := &ledger{subs: []alert.Subscription{s}}
			d := newDesk(t, l.sources())
			if tt.asker != "" {
				d.asker = tt.asker
			}
			d.slash("/perch", "subscriptions")
			if a := d.hears(""); strings.Contains(a.raw, "perch.pause") != tt.may {
				t.Errorf("offered %s", a.raw)
			}
			for _, action := range []string{"perch.pause", "perch.resume", "perch.sample", "perch.unsub"} {
				d.click(action, "sub:1", "1")
				want := "who made it, and admins"
				if tt.may {
					want = map[string]string{"perch.pause": "Paused.", "perch.resume": "It goes on.", "perch.sample": "A sample stands", "perch.unsub": "Deleted"}[action]
				}
				d.hears(want)
			}
			if n := len(l.all()); (n == 0) != tt.may {
				t.Errorf("%d subscriptions are left", n)
			}
			if tt.may {
				d.posted("C1 :test_tube:")
			}
		})
	}
}

func TestASubscriptionIsChanged(t *testing.T) {
	t.Parallel()
	s := byAnn(1, "C1")
	s.Maker, s.Wish.Mention = "U1", []string{"U7", "S9"}
	l := &ledger{subs: []alert.Subscription{s}}
	d := newDesk(t, l.sources())
	d.click("perch.edit", "sub:1", "1")
	form := d.sees("Change a subscription")
	if strings.Contains(form.raw, `"block_id":"where.0"`) {
		t.Errorf("it asks where: %s", form.raw)
	}
	d.submit(d.submit(form, map[string][]string{"kinds": {"reauth"}, "except": {`customer:"blue fern" provider:gusto`}}), nil)
	got := l.all()[0]
	if want := canonical(t, `reauth -customer:"blue fern" -provider:gusto mention:<@U7>,<!subteam^S9>`); got.Wish.Text() != want || got.Changer != "U1" || got.Maker != "U1" {
		t.Errorf("now %q by %q, want %q", got.Wish.Text(), got.Changer, want)
	}
}

func TestPressesOnTheListDrawTheListAnew(t *testing.T) {
	t.Parallel()
	l := &ledger{}
	for i := range subscriptionsPage + 2 {
		s := byAnn(int64(i+1), "C1")
		s.Maker = "U1"
		l.subs = append(l.subs, s)
	}
	d := newDesk(t, l.sources())
	d.slash("/perch", "subscriptions")
	if a := d.hears("1 to 6 of 8"); !strings.Contains(a.raw, "perch.subs_next") {
		t.Errorf("no next page: %s", a.raw)
	}
	d.click("perch.subs_next", "pages", "6")
	d.hears("7 to 8 of 8")
	d.click("perch.pause", "subs:7:6", "7")
	a := d.hears("7 to 8 of 8")
	if !a.Replace || !strings.Contains(a.raw, "*paused* by \\u003c@U1") {
		t.Errorf("after a pause: %s", a.raw)
	}
	d.click("perch.unsub", "subs:7:6", "7")
	d.hears("7 to 7 of 7")
	d.click("perch.unsub", "subs:7:6", "7")
	d.hears("somebody deleted it")
	d.click("perch.pause", "subs:7:6", "x")
	d.hears("another version of Perch")
}

func TestResumeLooksWherePerchMayPost(t *testing.T) {
	t.Parallel()
	s := byAnn(1, "C1")
	s.Maker, s.Paused, s.PauseReason = "U1", true, "not_in_channel"
	l := &ledger{subs: []alert.Subscription{s}}
	d := newDesk(t, l.sources())
	d.slash("/perch", "subscriptions")
	d.hears("it is no member of the channel any more")
	d.channel = `{"id":"C1"}`
	d.click("perch.resume", "sub:1", "1")
	d.hears("/invite @perch")
	if !l.all()[0].Paused {
		t.Error("it goes on though nothing can be posted")
	}
	d.channel = `{"id":"C1","is_member":true}`
	d.click("perch.resume", "sub:1", "1")
	d.hears("It goes on.")
	if l.all()[0].Paused {
		t.Error("it is still paused")
	}
}

func TestOnlyAnAdminLetsASharedChannelGoOn(t *testing.T) {
	t.Parallel()
	s := byAnn(1, "C1")
	s.Maker, s.Paused, s.PauseReason = "U1", true, "shared"
	for asker, want := range map[string]string{`{}`: "only an admin", `{"is_admin":true}`: "Go on all the same"} {
		l := &ledger{subs: []alert.Subscription{s}}
		d := newDesk(t, l.sources())
		d.channel, d.asker = `{"id":"C1","is_member":true,"is_ext_shared":true}`, asker
		d.click("perch.resume", "sub:1", "1")
		d.hears(want)
		d.click("perch.resume_shared", "answer", "1")
		admin := asker != `{}`
		d.hears(map[bool]string{true: "It goes on.", false: "only an admin"}[admin])
		if got := l.all()[0]; got.Paused == admin || (got.SharedBy == "U1") != admin {
			t.Errorf("as %s: %+v", asker, got)
		}
	}
}

func TestASampleThatSlackRefusesSaysWhy(t *testing.T) {
	t.Parallel()
	s := byAnn(1, "C1")
	s.Maker = "U1"
	d := newDesk(t, (&ledger{subs: []alert.Subscription{s}}).sources())
	d.refusesPosts = "restricted_action"
	d.click("perch.sample", "sub:1", "1")
	d.hears("Only some may post in that channel")
}

func TestPausedByPerchNamesTheWayBack(t *testing.T) {
	t.Parallel()
	s := byAnn(1, "C1")
	s.Paused, s.PausedAt, s.PauseReason = true, now.Add(-time.Hour), "is_archived"
	d := newDesk(t, (&ledger{subs: []alert.Subscription{s}}).sources())
	d.slash("/perch", "subscriptions")
	a := d.hears("the channel is archived")
	if strings.Contains(a.raw, "perch.resume") {
		t.Errorf("offered to who may not: %s", a.raw)
	}
}
