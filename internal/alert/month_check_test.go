package alert_test

import (
	"cmp"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"perch/internal/alert"
)

// heard is what one subscription heard of one problem, as the database has it.
type heard struct {
	state  alert.TellingState
	reason string
	cardID int64
}

// account is all that there was in the month, and who heard what of it.
type account struct {
	problems map[int64]alert.Problem
	heard    map[int64]map[int64]heard // by subscription and problem
	cards    map[int64]alert.Card
}

// check wants nothing untold, nothing told twice, and nothing untrue to stand.
func (m *month) check(path string) {
	m.Helper()
	m.checkDone()
	a := m.account(path)
	for _, sub := range m.subs {
		m.checkHeard(a, sub)
	}
	m.checkCards(a)
	m.checkOutages(a)
}

func (m *month) account(path string) account {
	m.Helper()
	a := account{problems: map[int64]alert.Problem{}, heard: map[int64]map[int64]heard{}, cards: map[int64]alert.Card{}}
	query := alert.ProblemQuery{Limit: 1000}
	for {
		page, err := m.store.Problems(m.Context(), query)
		if err != nil {
			m.Fatal(err)
		}
		for _, p := range page.Problems {
			a.problems[p.ID] = p
		}
		if query.After = page.Next; query.After == "" {
			break
		}
	}
	pool, err := sql.Open("sqlite", path)
	if err != nil {
		m.Fatal(err)
	}
	defer pool.Close()
	rowsOf(m.T, pool, `SELECT subscription_id, problem_id, state, reason, card_id FROM tellings`, func(scan func(...any) error) error {
		var sub, problem int64
		var h heard
		if err := scan(&sub, &problem, &h.state, &h.reason, &h.cardID); err != nil {
			return err
		}
		if a.heard[sub] == nil {
			a.heard[sub] = map[int64]heard{}
		}
		a.heard[sub][problem] = h
		return nil
	})
	rowsOf(m.T, pool, `SELECT id, kind, subscription_id, problem_id, channel, place, ts, thread_ts, dirty FROM cards`, func(scan func(...any) error) error {
		var c alert.Card
		var dirty int64
		err := scan(&c.ID, &c.Kind, &c.SubscriptionID, &c.ProblemID, &c.Channel, &c.Place, &c.TS, &c.ThreadTS, &dirty)
		if dirty != 0 {
			m.Errorf("card %d waits to be edited", c.ID)
		}
		a.cards[c.ID] = c
		return err
	})
	return a
}

func rowsOf(t *testing.T, pool *sql.DB, query string, read func(scan func(...any) error) error) {
	t.Helper()
	rows, err := pool.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := read(rows.Scan); err != nil {
			t.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

// checkHeard wants each problem that a subscription asked for to be told to it, or
// not to be for a good reason.
func (m *month) checkHeard(a account, sub alert.Subscription) {
	m.Helper()
	asked := 0
	for _, p := range a.problems {
		if ok, _ := sub.Wish.Matches(p); !ok {
			continue
		}
		asked++
		h, known := a.heard[sub.ID][p.ID]
		if !known {
			h.state, h.reason = alert.Dropped, alert.BecausePaused // or it is wrong
		}
		if wrong := m.unheard(a, sub, p, h); wrong != "" {
			m.Errorf("%s did not hear of problem %d (%s, %s, opened %s, over %s, %d times): %d %q: %s",
				sub.Channel, p.ID, p.Key, p.State, p.Noted, p.Over, p.Count, h.state, h.reason, wrong)
		}
	}
	m.asked = append(m.asked, asked)
	if asked < len(m.trace.clients)/20 {
		m.Errorf("only %d problems: this proves nothing", asked)
	}
}

// unheard is why it is wrong that a subscription heard of a problem as it did;
// empty if it is not.
func (m *month) unheard(a account, sub alert.Subscription, p alert.Problem, h heard) string {
	began := slices.MaxFunc(append([]time.Time{p.Noted}, p.Openings...), time.Time.Compare)
	few := p.Key.Kind == alert.JobFailed && p.Count < sub.Wish.After
	digest := sub.Wish.Digest && !m.digestBetween(began, cmp.Or(p.Over, time.Now()))
	switch {
	case h.state == alert.Told:
		if c := a.cards[h.cardID]; c.TS == "" || c.Channel != sub.Channel {
			return "the card does not stand"
		}
		return ""
	case h.state == alert.Held:
		if p.State == alert.Open && (few || digest) {
			return ""
		}
		return "its time has come"
	case h.state == alert.Owed:
		return "it is not sent"
	case h.reason == alert.BecauseOutage:
		if a.heard[sub.ID][p.ParentID].state == alert.Told {
			return ""
		}
		parent := a.problems[p.ParentID]
		if sub.Wish.Digest && parent.State != alert.Open && a.heard[sub.ID][p.ParentID].reason == alert.BecauseHealed && !m.digestBetween(parent.Noted, parent.Over) {
			return ""
		}
		return "its outage was not told"
	case h.reason == alert.BecauseHealed && p.State != alert.Open && (few || digest):
		return ""
	case h.reason == alert.BecausePaused && sub.ID == m.subs[resting].ID && p.State != alert.Open && m.at(began) >= restsFrom && m.at(p.Over) <= restsTill:
		return ""
	}
	return "no good reason"
}

// at is how long after the start a time is.
func (m *month) at(t time.Time) time.Duration { return t.Sub(m.start) }

// digestBetween reports whether a digest was due between two times: at 9 in
// Berlin, on no weekend.
func (m *month) digestBetween(from, to time.Time) bool {
	for at := m.start.Truncate(day).Add(8 * time.Hour); at.Before(to); at = at.Add(day) {
		if at.After(from) && at.Weekday() != time.Saturday && at.Weekday() != time.Sunday {
			return true
		}
	}
	return false
}

// checkCards wants each card to say whether what it shows is over, and each
// problem to stand on one card of a channel.
func (m *month) checkCards(a account) {
	m.Helper()
	own := map[string]int64{}
	for _, c := range a.cards {
		if c.ProblemID == 0 {
			continue
		}
		key := fmt.Sprint(c.ProblemID, c.Channel)
		if other, twice := own[key]; twice {
			m.Errorf("problem %d has the cards %d and %d in %s", c.ProblemID, other, c.ID, c.Channel)
		}
		own[key] = c.ID
	}
	for _, sub := range m.subs {
		for id, h := range a.heard[sub.ID] {
			if own, has := own[fmt.Sprint(id, sub.Channel)]; has && h.cardID != own {
				m.Errorf("problem %d has the card %d of its own in %s, and is told on %d", id, own, sub.Channel, h.cardID)
			}
		}
		for _, n := range m.town.said(sub.Channel, false) {
			m.checkCard(n)
		}
	}
}

func (m *month) checkCard(n *note) {
	m.Helper()
	c, ok, err := m.store.CardAt(m.Context(), n.Place.Channel, n.TS)
	if err != nil || !ok {
		m.Errorf("no card is kept for %q: %v", n.Message.Text, err)
		return
	}
	want, over := "", false
	if c.Kind == alert.ProblemCard {
		p, err := m.store.Problem(m.Context(), c.ProblemID)
		if err != nil {
			m.Fatal(err)
		}
		over = strings.HasPrefix(n.Message.Text, ":large_green_circle:") || strings.HasPrefix(n.Message.Text, ":heavy_minus_sign:")
		if over != (p.State != alert.Open) {
			m.Errorf("problem %d is %s; its card says %q", p.ID, p.State, n.Message.Text)
		}
		return
	}
	ps, err := m.store.OnCard(m.Context(), c)
	if err != nil {
		m.Fatal(err)
	}
	open := 0
	for _, p := range ps {
		if p.State == alert.Open {
			open++
		}
	}
	switch {
	case c.Kind == alert.DigestCard:
		want = fmt.Sprintf("%d still open", open)
	case open == 0:
		want = "All of them are over."
	default:
		want = fmt.Sprintf("%d open, %d over.", open, len(ps)-open)
	}
	if !strings.Contains(n.Message.Text, want) {
		m.Errorf("card %d does not say %q: %q", c.ID, want, n.Message.Text)
	}
}

// checkOutages wants one problem for each outage, and one card of it wherever it
// is told and not listed in a digest. Whether it is told its parts ask.
func (m *month) checkOutages(a account) {
	m.Helper()
	outages := 0
	for _, p := range a.problems {
		if p.Key.Kind != alert.Outage {
			continue
		}
		outages++
		if p.State != alert.Resolved || p.Recovered != p.Affected {
			m.Errorf("outage %d is %s: %d of %d recovered", p.ID, p.State, p.Recovered, p.Affected)
		}
		for _, sub := range m.subs {
			cards := 0
			for _, c := range a.cards {
				if c.ProblemID == p.ID && c.Channel == sub.Channel {
					cards++
				}
			}
			told := a.heard[sub.ID][p.ID].state == alert.Told && !sub.Wish.Digest
			if cards > 1 || told && cards == 0 {
				m.Errorf("outage %d has %d cards in %s", p.ID, cards, sub.Channel)
			}
		}
	}
	if outages != m.trace.outages {
		m.Errorf("%d outages were seen, of %d", outages, m.trace.outages)
	}
}

// noise is what a subscription put into Slack. Slack tells people of what is
// posted to the channel itself, and of what is said in a thread to it too.
type noise struct{ posts, lines, edits, pings int }

func (m *month) noise(sub alert.Subscription) noise {
	var made noise
	for _, n := range m.town.said(sub.Channel, false) {
		made.posts++
		made.pings++
		made.edits += len(n.edits)
	}
	place := strings.Replace(sub.Channel, "U", "D", 1) // threads are where the card stands
	for _, n := range m.town.said(place, true) {
		made.lines++
		made.edits += len(n.edits)
		if n.Broadcast {
			made.pings++
		}
	}
	return made
}

// pingsByKind are a subscription's pings, by what they tell.
func (m *month) pingsByKind(sub alert.Subscription) map[string]int {
	told := map[string]int{}
	for _, n := range m.town.said(sub.Channel, false) {
		c, _, err := m.store.CardAt(m.Context(), n.Place.Channel, n.TS)
		if err != nil {
			m.Fatal(err)
		}
		what := "several at once"
		if c.ProblemID != 0 {
			p, err := m.store.Problem(m.Context(), c.ProblemID)
			if err != nil {
				m.Fatal(err)
			}
			what = string(p.Key.Kind)
		}
		told[what]++
	}
	for _, n := range m.town.said(sub.Channel, true) {
		if n.Broadcast {
			told["escalated"]++
		}
	}
	return told
}

// inWords counts what there is of each, and how many that are.
func inWords(counts map[string]int) (words string, sum int) {
	var parts []string
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%s %d", what, counts[what]))
		sum += counts[what]
	}
	return strings.Join(parts, ", "), sum
}

// report says how quiet it was.
func (m *month) report() {
	m.Helper()
	kinds, naive := inWords(m.trace.naive())
	m.Logf("%d connections, %v, %d things heard; a bot that tells each failure pings %d times: %s",
		len(m.trace.clients), m.trace.length, len(m.trace.news), naive, kinds)
	kinds, _ = inWords(m.pingsByKind(m.subs[0]))
	m.Logf("The default subscription pings for: %s", kinds)
	m.Logf("%-22s %8s %6s %6s %6s %6s %6s", "", "problems", "posts", "lines", "edits", "pings", "fewer")
	for i, name := range []string{"default", "after:2", "quiet hours and digest", "direct, all kinds"} {
		made := m.noise(m.subs[i])
		fewer := 1 - float64(made.pings)/float64(naive)
		m.Logf("%-22s %8d %6d %6d %6d %6d %5.1f%%", name, m.asked[i], made.posts, made.lines, made.edits, made.pings, 100*fewer)
		if i == 0 && fewer < quieter && wholeMonth() && !raceDetector {
			m.Errorf("only %.1f%% fewer pings", 100*fewer)
		}
	}
}
