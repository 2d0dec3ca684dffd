package alert_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"perch/bot/card"
	"perch/internal/alert"
)

// talkedOf is a failed sync that is talked about in so many threads.
func talkedOf(threads int, change ...func(*alert.Shown)) alert.Shown {
	s := alert.Shown{Problem: northwind(), Subscription: hears, Now: cardNow}
	for i := range threads {
		s.Discussed = append(s.Discussed, alert.Discussion{
			Channel: fmt.Sprintf("CSUPPORT%d", i+1), Since: cardNow.Add(-time.Duration(i+1) * time.Hour),
			Permalink: fmt.Sprintf("https://acme.slack.com/archives/CSUPPORT%d/p1700000000000100?thread_ts=1700000000.000100&cid=CSUPPORT%d", i+1, i+1),
		})
	}
	for _, c := range change {
		c(&s)
	}
	return s
}

func solved(text, permalink string) func(*alert.Shown) {
	return func(s *alert.Shown) {
		s.LastTime = &alert.Resolution{ID: 1, ProblemID: 3, Text: text, By: "UBO", At: cardNow.Add(-49 * 24 * time.Hour), Permalink: permalink}
	}
}

func changed(change ...func(*alert.Problem)) func(*alert.Shown) {
	return func(s *alert.Shown) { s.Problem = with(s.Problem, change...) }
}

func handedOver(ref string) func(*alert.Problem) {
	return func(p *alert.Problem) {
		p.SentBy, p.SentAt, p.SentRef = "UBO", cardNow.Add(-2*time.Hour), ref
	}
}

func finchsMove(p *alert.Problem) {
	p.Count, p.Move, p.Opened = 3, alert.Finchs, cardNow.Add(-50*time.Hour)
}

const (
	hostileWords = "<!channel> *all* of _it_ ~no~ `rm -rf`\n\nsee <https://evil|https://good> & <@U1>, cust_1042 \u202e"
	saidThere    = "https://acme.slack.com/archives/C1/p1700000000000100"
)

func withConsent(s *alert.Shown) { s.Subscription.SharedBy = "UADMIN" }

func askedFor(s *alert.Shown) { s.Subscription = alert.Subscription{} }

func TestCardsOfWhatIsTalkedAbout(t *testing.T) {
	t.Parallel()
	advice := solved("Their admin had to renew the ADP certificate.", saidThere)
	for name, s := range map[string]alert.Shown{
		"sent":                   talkedOf(0, changed(finchsMove, handedOver("12345"))),
		"sent_without_reference": talkedOf(0, changed(handedOver(""))),
		"sent_over":              talkedOf(0, changed(finchsMove, handedOver("12345"), over(alert.Resolved, 49*time.Hour))),
		"sent_hostile":           talkedOf(0, changed(handedOver("*<!channel>* REQ_7_b _x_ "+strings.Repeat("&", 90)))),
		"discussed":              talkedOf(1),
		"discussed_in_three":     talkedOf(3),
		"discussed_in_five":      talkedOf(5, changed(handedOver("12345"), func(p *alert.Problem) { p.ClaimedBy, p.ClaimedAt = "UBO", cardNow.Add(-time.Hour) })),
		"discussed_somewhere":    talkedOf(1, func(s *alert.Shown) { s.Discussed[0].Permalink = "" }),
		"discussed_hostile": talkedOf(2, func(s *alert.Shown) {
			s.Discussed[0].Channel, s.Discussed[0].Permalink = "C1> <!channel", "https://evil|good> <!channel>"
			s.Discussed[1].Permalink = "javascript:alert(1)"
		}),
		"last_time":              talkedOf(1, advice),
		"last_time_without_link": talkedOf(0, solved("Their admin had to renew the ADP certificate.", "")),
		"last_time_longest":      talkedOf(0, solved(strings.Repeat("word & ", 200), saidThere)),
		"last_time_hostile":      talkedOf(0, solved(hostileWords, "https://evil|good> <!channel>")),
		"last_time_over":         talkedOf(1, advice, changed(over(alert.Resolved, time.Hour))),
		"last_time_invisible":    talkedOf(0, solved(" \u200b\n\u202e ", saidThere)),
		"talk_stays_in_company":  talkedOf(3, advice, withConsent, changed(handedOver("12345"))),
		"talk_asked_for":         talkedOf(1, advice, askedFor),
		"packet_ready":           talkedOf(0, changed(finchsMove)),
		"packet_flapping_well": talkedOf(0, changed(finchsMove, func(p *alert.Problem) {
			p.Flapping, p.WellSince, p.Openings = true, cardNow.Add(-time.Hour), make([]time.Time, 3)
		})),
		"packet_of_what_is_over": talkedOf(0, changed(finchsMove, over(alert.Resolved, 49*time.Hour))),
		"packet_of_nothing_known": talkedOf(0, func(s *alert.Shown) {
			s.Problem = with(blind("finch"), func(p *alert.Problem) { p.Move = alert.Finchs })
		}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := alert.ProblemMessage(s)
			checkCard(t, "problem_"+name, m)
			raw := rawOf(t, m)
			for _, astray := range []string{"<https://evil", "<javascript"} {
				if strings.Contains(m.Text, astray) || strings.Contains(raw, `"url":"`+astray[1:]) {
					t.Errorf("it leads astray: %s", raw)
				}
			}
		})
	}
}

func rawOf(t *testing.T, m card.Message) string {
	t.Helper()
	raw, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// Who handed it over is not told to hand it over.
func TestWhatIsSentIsNotAskedForAgain(t *testing.T) {
	t.Parallel()
	row := changed(finchsMove, handedOver("12345"))
	text := alert.ProblemMessage(talkedOf(0, row)).Text
	if strings.Contains(text, "contact their support") || !strings.Contains(text, "*Finch's move:* their support has the packet.") {
		t.Errorf("it says %s", text)
	}
	again := changed(func(p *alert.Problem) { p.Opened = p.SentAt.Add(time.Minute) })
	if text = alert.ProblemMessage(talkedOf(0, row, again)).Text; !strings.Contains(text, "contact their support") {
		t.Errorf("of one that opened again since it says %s", text)
	}
}

// What is said in the company is on no card that others read, in no form of it.
func TestTalkStaysInTheCompany(t *testing.T) {
	t.Parallel()
	s := talkedOf(3, solved("The canary sings.", saidThere))
	for _, secret := range []string{"canary", "acme.slack.com", "CSUPPORT", "iscussed", "Last time"} {
		if raw := rawOf(t, alert.ProblemMessage(s)); !strings.Contains(raw, secret) {
			t.Errorf("in the company it does not say %q", secret)
		}
		shared := s
		withConsent(&shared)
		if raw := rawOf(t, alert.ProblemMessage(shared)); strings.Contains(raw, secret) {
			t.Errorf("others read %q", secret)
		}
	}
}

// Whatever people write, the card stays within Slack's limits and pings nobody.
func TestTalkOfAnyLength(t *testing.T) {
	t.Parallel()
	for _, piece := range []string{"x", "é", "👩‍👩‍👧‍👦", "&", "<!channel>", "*_~`", "_a_ ", "\n"} {
		long := strings.Repeat(piece, 3000)
		m := alert.ProblemMessage(talkedOf(50, solved(long, "https://acme.slack.com/"+strings.Repeat("&", 270)), changed(handedOver(long)), func(s *alert.Shown) {
			for i := range s.Discussed {
				s.Discussed[i].Channel, s.Discussed[i].Permalink = "C"+strings.Repeat("1", 40), "https://acme.slack.com/"+strings.Repeat("&", 270)
			}
		}))
		if err := m.Validate(); err != nil {
			t.Errorf("%q: Slack would refuse it: %v", piece, err)
		}
		if strings.Contains(m.Text, "<!channel") {
			t.Errorf("%q: it pings: %s", piece, m.Text)
		}
	}
}

// A packet is one press away where it is Finch's move, behind the menu otherwise,
// and not offered where there is nothing to look for.
func TestWhereASupportPacketIsOffered(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		s            alert.Shown
		button, menu bool
	}{
		"an open problem":              {talkedOf(0), false, true},
		"an open one, Finch's move":    {talkedOf(0, changed(finchsMove)), true, false},
		"one that is over":             {talkedOf(0, changed(over(alert.Resolved, time.Hour))), false, false},
		"one that was Finch's move":    {talkedOf(0, changed(finchsMove, over(alert.Closed, time.Hour))), false, false},
		"Perch's own sight":            {talkedOf(0, changed(func(p *alert.Problem) { *p = with(blind("finch"), func(p *alert.Problem) { p.Move = alert.Finchs }) })), false, false},
		"an outage":                    {talkedOf(0, changed(func(p *alert.Problem) { p.Key = alert.Key{Kind: alert.Outage, Part: "gusto"}; p.Move = alert.Finchs })), false, false},
		"a Connect session's":          {talkedOf(0, changed(onTheWay)), false, true},
		"a Connect session's, id lost": {talkedOf(0, changed(onTheWay, func(p *alert.Problem) { p.Facts.Session.ID = "" })), false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw := rawOf(t, alert.ProblemMessage(tt.s))
			button := strings.Contains(raw, `"action_id":"perch.packet"`) && strings.Contains(raw, `"value":"problem 7"`)
			if button != tt.button || strings.Contains(raw, `"value":"packet 7"`) != tt.menu {
				t.Errorf("button %v (want %v): %s", button, tt.button, raw)
			}
		})
	}
}

func onTheWay(p *alert.Problem) {
	p.Key = alert.Key{Kind: alert.DroppedOff, Part: alert.PartOfCustomer("cust_77")}
	p.Facts = alert.Facts{Session: alert.SessionFacts{ID: "sess_1", CustomerID: "cust_77"}}
}
