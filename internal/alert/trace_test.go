package alert_test

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"perch/internal/finch"
)

const day = 24 * time.Hour

// news is one thing that Perch hears of a connection, at a time after the start.
type news struct {
	at     time.Duration
	client int
	what   hearsay
	job    finch.JobStatus // of a sync that ended
	status finch.Status    // that a look finds
	// failure is what a bot that tells each failure calls it; empty if it is none.
	// times is how often Finch says so: of each entity, where there are several.
	failure string
	times   int
	// dull news is that all is well where all was: when it comes matters little.
	dull bool
}

// hearsay is how Perch hears it.
type hearsay int

const (
	synced   hearsay = iota // a sync ended
	found                   // a look found a status
	named                   // Finch named a sync that will never begin
	missed                  // that one is given up
	arrived                 // a connection is new
	revoked                 // Finch has ended it
	unwanted                // somebody here has
)

// client is a connection, and what befalls it.
type client struct {
	provider int
	assisted bool
	entities int           // zero for one
	clock    time.Duration // when in the day it syncs
	spells   []spell
	arrives  time.Duration // zero for those of old
	ends     time.Duration // zero for never
}

// spell is a time in which something is wrong with a connection.
type spell struct {
	from, to time.Duration
	status   finch.Status    // that it has then; empty if it stays connected
	job      finch.JobStatus // how its syncs end then; empty if none begins
	failure  string
	told     bool // Finch names the syncs that do not begin
}

// trace is a month of many connections, made from a seed.
type trace struct {
	random  *rand.Rand
	length  time.Duration
	clients []client
	news    []news
	outages int
}

// The connections of twelve providers, in parts of a hundred. Most sync at any
// hour, those of the fourth provider all within half an hour of the night.
var shares = []int{20, 15, 13, 10, 9, 8, 7, 6, 4, 3, 3, 2}

const nightly = 3

// newTrace makes the month of n connections. So many of two thousand, in thirty
// days: 80 syncs fail once, 25 connections fail for days, 20 fall silent, 60 need
// a reconnect or rights for hours to days, 30 come and go all day for days, 25 are
// set up of which a third gets stuck, 10 end; and three providers have an outage.
func newTrace(n, days int) *trace {
	t := &trace{random: rand.New(rand.NewPCG(4, 30)), length: time.Duration(days) * day}
	for i := range n {
		t.clients = append(t.clients, t.newClient(i*100/n))
	}
	month := n * days / 30
	t.failOnce(month / 25)
	t.failForDays(month / 80)
	t.fallSilent(month / 100)
	t.breakUp(month * 3 / 100)
	t.comeAndGo(month * 3 / 200)
	t.setUp(month / 80)
	t.end(month / 200)
	t.failTogether()
	for i := range t.clients {
		t.live(i)
	}
	slices.SortStableFunc(t.news, func(a, b news) int { return cmp.Compare(a.at, b.at) })
	return t
}

func (t *trace) newClient(percent int) client {
	c := client{clock: t.upTo(day), assisted: t.random.IntN(100) < 8}
	if t.random.IntN(6) == 0 {
		c.entities = 3
	}
	for sum := 0; c.provider < len(shares); c.provider++ {
		if sum += shares[c.provider]; percent < sum {
			break
		}
	}
	if c.provider == nightly {
		c.assisted, c.clock = false, 2*time.Hour+t.upTo(25*time.Minute)
	}
	return c
}

// upTo is a time below d, any alike.
func (t *trace) upTo(d time.Duration) time.Duration { return time.Duration(t.random.Int64N(int64(d))) }

// between is a time from a to b; short ones are as many as long ones ten times as long.
func (t *trace) between(a, b time.Duration) time.Duration {
	return time.Duration(float64(a) * math.Pow(float64(b)/float64(a), t.random.Float64()))
}

// any is an automated connection to which nothing happens yet.
func (t *trace) any() *client {
	for {
		c := &t.clients[t.random.IntN(len(t.clients))]
		if !c.assisted && len(c.spells) == 0 && c.ends == 0 && c.arrives == 0 {
			return c
		}
	}
}

// begins is when something may begin to be wrong, so that the end of it is seen too.
func (t *trace) begins() time.Duration { return 6*time.Hour + t.upTo(t.length*3/4) }

// syncAt is shortly before a connection's first sync after a moment.
func (c *client) syncAt(after time.Duration) time.Duration {
	at := after.Truncate(day) + c.clock - time.Minute
	if at < after {
		at += day
	}
	return at
}

func (t *trace) failOnce(n int) {
	for range n {
		c := t.any()
		from := c.syncAt(t.begins())
		c.spells = append(c.spells, spell{from: from, to: from + 12*time.Hour, job: finch.JobFailed, failure: "failed once"})
	}
}

func (t *trace) failForDays(n int) {
	for range n {
		c := t.any()
		from := c.syncAt(t.begins())
		to := from + time.Duration(2+t.random.IntN(6))*day + 12*time.Hour
		c.spells = append(c.spells, spell{from: from, to: to, job: finch.JobFailed, failure: "failed for days"})
	}
}

func (t *trace) fallSilent(n int) {
	for i := range n {
		c := t.any()
		from := c.syncAt(t.begins())
		to := from + time.Duration(t.random.IntN(3))*day + 12*time.Hour
		c.spells = append(c.spells, spell{from: from, to: to, failure: "no sync", told: i%2 == 0})
	}
}

// breakUp has employers change passwords, and administrators take rights away.
func (t *trace) breakUp(n int) {
	for i := range n {
		c := t.any()
		s := spell{status: finch.Reauth, failure: "reconnect"}
		if i%5 == 0 {
			s = spell{status: finch.NoPermissions, failure: "permissions"}
		}
		s.from = t.begins()
		if i%2 == 0 { // the sync finds it out
			s.from = c.syncAt(s.from)
		}
		s.to = s.from + t.between(2*time.Hour, 6*day)
		c.spells = append(c.spells, s)
	}
}

// comeAndGo has connections flap: by day, many times, for days.
func (t *trace) comeAndGo(n int) {
	for range n {
		c := t.any()
		first := t.begins().Truncate(day)
		for i := range 3 + t.random.IntN(8) {
			at := first + time.Duration(i)*day + 6*time.Hour + t.upTo(2*time.Hour)
			for at < first+time.Duration(i)*day+22*time.Hour {
				to := at + t.between(5*time.Minute, 90*time.Minute)
				c.spells = append(c.spells, spell{from: at, to: to, status: finch.Reauth, failure: "flapping"})
				at = to + t.between(5*time.Minute, 2*time.Hour)
			}
		}
	}
}

// setUp has assisted connections arrive. Of three, one waits for days to be let in.
func (t *trace) setUp(n int) {
	for i := range n {
		c := client{provider: t.random.IntN(len(shares)), assisted: true, clock: t.upTo(day), arrives: day + t.upTo(t.length/2)}
		pending, processing := t.between(6*time.Hour, 30*time.Hour), t.between(day, 9*day)
		if i%3 == 0 {
			pending = 6*day + t.upTo(5*day)
		}
		c.spells = []spell{
			{from: c.arrives, to: c.arrives + pending, status: finch.Pending},
			{from: c.arrives + pending, to: c.arrives + pending + processing, status: finch.Processing},
		}
		t.clients = append(t.clients, c)
	}
}

// end has connections end: of two, one because somebody here wanted it.
func (t *trace) end(n int) {
	for range n {
		t.any().ends = t.begins()
	}
}

// failTogether has three providers fail.
func (t *trace) failTogether() {
	t.outages = 3
	// The greatest changes its sign-in, and it takes Finch two days to follow.
	t.together(0, 4*day+9*time.Hour, 10*time.Minute, spell{to: 50 * time.Hour, status: finch.Reauth})
	// One that is synced at night fails in three nights.
	t.together(nightly, t.length/2, 0, spell{to: 60 * time.Hour, job: finch.JobFailed})
	// A smaller one takes rights away, gives them back, and does it again.
	t.together(6, t.length*2/3+15*time.Hour, 5*time.Minute, spell{to: 40 * time.Minute, status: finch.NoPermissions})
	t.together(6, t.length*2/3+16*time.Hour, 5*time.Minute, spell{to: 3 * time.Hour, status: finch.NoPermissions})
}

// together has nine of ten connections of a provider fail alike, beginning within
// a time of each other, if nothing else is wrong with them.
func (t *trace) together(provider int, from, within time.Duration, s spell) {
	lasts := s.to
	for i := range t.clients {
		c := &t.clients[i]
		if c.provider != provider || i%10 == 0 || c.ends > 0 || c.arrives > 0 || len(c.spells) > 0 && c.spells[0].failure != "outage" {
			continue
		}
		s.from, s.to, s.failure = from, from+lasts, "outage"
		if within > 0 {
			s.from, s.to = s.from+t.upTo(within), s.to+t.upTo(within)
		}
		c.spells = append(c.spells, s)
	}
}

// live writes down all that is heard of a connection.
func (t *trace) live(i int) {
	c := &t.clients[i]
	end := t.length
	if c.arrives > 0 {
		t.hear(news{at: c.arrives, client: i, what: arrived, status: finch.Pending})
	}
	if c.ends > 0 {
		end = c.ends
		n := news{at: end, client: i, what: revoked, failure: "ended"}
		if i%2 == 0 {
			n = news{at: end, client: i, what: unwanted}
		}
		t.hear(n)
	}
	t.changes(i, end)
	t.syncs(i, end)
}

func (t *trace) hear(n news) {
	if n.at < t.length {
		t.news = append(t.news, n)
	}
}

// changes are the steps of a connection's status. Finch tells them at once.
func (t *trace) changes(i int, end time.Duration) {
	c := &t.clients[i]
	for j, s := range c.spells {
		if s.status == "" || s.from >= end {
			continue
		}
		from := s.from
		if s.job != "" {
			from += 4 * time.Minute // after the sync that noticed it out, if one did
		}
		t.hear(news{at: from, client: i, what: found, status: s.status, failure: s.failure, times: c.entities})
		for at := from + day; at < s.to; at += day {
			t.hear(news{at: at, client: i, what: found, status: s.status})
		}
		if next := j + 1; next < len(c.spells) && c.spells[next].from == s.to {
			continue // one way of being unwell follows the other
		}
		t.hear(news{at: s.to, client: i, what: found, status: finch.Connected})
		if s.to-s.from > 12*time.Hour || c.arrives > 0 {
			t.hear(news{at: s.to + 6*time.Minute, client: i, what: synced, job: finch.JobComplete}) // Finch catches up
		}
	}
}

// syncs are a connection's syncs, each at its time of the day, or of the week.
func (t *trace) syncs(i int, end time.Duration) {
	c := &t.clients[i]
	cadence := day
	at := c.clock
	if c.assisted {
		cadence = 7 * day
		at += time.Duration(i%7) * day
	}
	well := true
	for at < max(c.arrives, 1) {
		at += cadence
	}
	for ; at < end; at += cadence {
		well = t.sync(i, at+t.upTo(2*time.Minute), well)
	}
}

// refusals are how syncs end while a connection is broken. As the playground's,
// Finch goes on trying.
var refusals = map[finch.Status]finch.JobStatus{
	finch.Reauth:        finch.JobReauthError,
	finch.NoPermissions: finch.JobPermissionsError,
}

// sync is one of a connection's syncs. It reports whether all is well after it,
// as it has to be before for it to be dull.
func (t *trace) sync(i int, at time.Duration, well bool) bool {
	c := &t.clients[i]
	n := news{at: at, client: i, what: synced, job: finch.JobComplete, dull: well}
	for _, s := range c.spells {
		if s.from < at+day && at < s.to+day {
			n.dull = false
		}
	}
	k := slices.IndexFunc(c.spells, func(s spell) bool { return s.from <= at && at < s.to })
	if k < 0 {
		t.hear(n)
		return true
	}
	s := c.spells[k]
	if job, fails := refusals[s.status]; fails {
		s.job = job
	}
	switch {
	case s.status != "" && s.job == "": // being set up, it does not sync
		return false
	case s.job != "":
		n.job, n.dull, n.failure = s.job, false, s.failure
		t.hear(n)
		return false
	}
	if s.told {
		t.hear(news{at: at - time.Hour, client: i, what: named})
		t.hear(news{at: at + 2*time.Hour + 12*time.Minute, client: i, what: missed})
	}
	t.hear(news{at: at + 2*time.Hour + 10*time.Minute, client: i, what: found, status: finch.Connected, failure: s.failure})
	return false
}

// naive is how often a bot speaks that tells each failed sync, each change of a
// status for the worse and each sync that did not happen.
func (t *trace) naive() map[string]int {
	said := map[string]int{}
	for _, n := range t.news {
		if n.failure != "" {
			said[n.failure] += max(n.times, 1)
		}
	}
	return said
}
