package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"perch/internal/alert"
	localfinch "perch/internal/playground/finch"
	localslack "perch/internal/playground/slack"
	"perch/store"
)

// How much happens in TestKilledManyTimes.
const (
	usualKills = 15
	shortKills = 5
	// Each customer has a channel of its own, quarters hear of every fourth, and
	// one channel hears of all: summaries wait for the pace of edits, cards do not.
	quarters = 4
	// perClass is how many connections of a provider fail in one way: one fewer
	// than make an outage.
	perClass = 4
)

// TestKilledManyTimes kills the program at random instants, again and again, while
// problems come in and Slack fails in every way. In the end each problem was told
// once in each channel that subscribed to it. PERCH_KILLS is how many times.
func TestKilledManyTimes(t *testing.T) {
	kills := usualKills
	if testing.Short() {
		kills = shortKills
	}
	if n, err := strconv.Atoi(os.Getenv("PERCH_KILLS")); err == nil {
		kills = n
	}
	v := newVictim(t, kills)
	began := time.Now()
	for n := range kills {
		v.run(func() {
			v.trouble(n, kills)
			v.spoil()
			v.awaitMoment()
		})
	}
	killed := time.Since(began)
	v.mend()
	v.run(func() { v.awaitPeace() })
	lost, doubled := v.reckon()
	t.Logf("%d kills in %.0f s, all told %.0f s later: %d problems, %d tellings on %d cards in %d channels, lost = %d, doubled = %d",
		kills, killed.Seconds(), (time.Since(began) - killed).Seconds(), len(v.troubled), v.expected(), v.cards(), len(v.wants), lost, doubled)
	if lost != 0 || doubled != 0 || len(v.troubled) == 0 {
		t.Fail()
	}
}

// victim is the program that is killed, and what surrounds it.
type victim struct {
	t     *testing.T
	world *world
	env   []string
	db    string

	// prey are the connections that will have a problem, in the order they get it.
	prey []localfinch.Connection
	how  map[string]string
	// troubled are those that have had one.
	troubled []string
	// wants are the customers that a channel hears of, by connection.
	wants map[string][]string
	log   *bytes.Buffer
}

func newVictim(t *testing.T, kills int) *victim {
	t.Helper()
	v := &victim{t: t, how: map[string]string{}, wants: map[string][]string{}, log: &bytes.Buffer{}}
	dir := t.TempDir()
	v.db = filepath.Join(dir, "perch.db")
	addr, err := freeAddress()
	v.check(err)
	v.world = &world{http: addr}
	v.world.slack = localslack.New(unlimited())
	v.world.finch = localfinch.New(localfinch.Options{Seed: 2, Connections: 200})
	slackAt, finchAt := httptest.NewServer(v.world.slack.API()), httptest.NewServer(v.world.finch.API())
	t.Cleanup(func() {
		v.world.slack.Close()
		v.world.finch.Close()
		slackAt.CloseClientConnections()
		slackAt.Close()
		finchAt.CloseClientConnections()
		finchAt.Close()
		if t.Failed() {
			t.Logf("the end of the log:\n%s", v.log.Bytes()[max(0, v.log.Len()-20_000):])
		}
	})
	v.env = append(os.Environ(),
		"SLACK_BOT_TOKEN="+localslack.BotToken, "SLACK_APP_TOKEN="+localslack.AppToken, "SLACK_API_URL="+slackAt.URL+"/api/",
		"FINCH_API_URL="+finchAt.URL, "FINCH_WEBHOOK_SECRET="+scriptSecret, "PERCH_HTTP_ADDR="+addr,
		"PERCH_DATABASE="+v.db, "PERCH_API_KEY="+scriptAPIKey, "HOME="+dir, "PERCH_LOG_LEVEL=warn",
	)
	v.world.finch.SetWebhook(localfinch.Webhook{
		URL: "http://" + addr + "/finch/webhook", Secrets: []string{scriptSecret}, Retries: slices.Repeat([]time.Duration{50 * time.Millisecond}, 100_000),
	})
	v.choosePrey(20 + kills)
	v.settle(dir)
	return v
}

func (v *victim) check(err error) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
}

// choosePrey picks at most so many well connections, so few of each provider and
// way to fail that none of it is an outage.
func (v *victim) choosePrey(most int) {
	ways := []string{"error", "reauth_error", "permissions_error"}
	taken := map[string]int{}
	for _, c := range v.world.finch.Connections() {
		n := taken[c.ProviderID]
		if c.Status != "connected" || c.Environment != "production" || c.CustomerName == nil || c.Assisted || len(c.Entities) > 1 ||
			n == perClass*len(ways) || strings.Contains(*c.CustomerName, "<") {
			continue
		}
		taken[c.ProviderID]++
		v.how[c.ID] = ways[n/perClass]
		v.prey = append(v.prey, c)
	}
	rand.Shuffle(len(v.prey), func(i, j int) { v.prey[i], v.prey[j] = v.prey[j], v.prey[i] })
	v.prey = v.prey[:min(most, len(v.prey))]
}

// settle brings tokens and subscriptions into the database.
func (v *victim) settle(dir string) {
	var tokens strings.Builder
	tokens.WriteString("connection_id,access_token\n")
	all := v.world.finch.Tokens()
	for _, c := range v.prey {
		fmt.Fprintf(&tokens, "%s,%s\n", c.ID, all[c.ID])
	}
	file := filepath.Join(dir, "tokens.csv")
	v.check(os.WriteFile(file, []byte(tokens.String()), 0o600))
	imported := v.command("connections", "import", file)
	if said, err := imported.CombinedOutput(); err != nil {
		v.t.Fatalf("import: %v\n%s", err, said)
	}
	keys, err := store.KeysFor(v.t.Context(), v.db, "")
	v.check(err)
	st, err := store.Open(v.t.Context(), store.Options{Database: v.db, Keys: keys})
	v.check(err)
	for i, c := range v.prey {
		v.subscribe(st, fmt.Sprintf("CONE%03d", i), []localfinch.Connection{c})
	}
	for i := range quarters {
		var mine []localfinch.Connection
		for n := i; n < len(v.prey); n += quarters {
			mine = append(mine, v.prey[n])
		}
		v.subscribe(st, fmt.Sprintf("CQUARTER%d", i), mine)
	}
	v.subscribe(st, "CALL", v.prey)
	v.check(st.Close())
}

// subscribe has a new channel hear of these connections.
func (v *victim) subscribe(st *store.Store, channel string, to []localfinch.Connection) {
	v.world.slack.PutChannel(localslack.Channel{ID: channel, Name: strings.ToLower(channel), Members: []string{"UBO", localslack.BotUserID}})
	wish := alert.DefaultWish()
	for _, c := range to {
		v.wants[channel] = append(v.wants[channel], c.ID)
		wish.Include.Customers = append(wish.Include.Customers, c.ID)
	}
	_, err := st.Subscribe(v.t.Context(), alert.Subscription{Channel: channel, Wish: wish.Tidy(), Maker: "UBO", MakerName: "Bo"})
	v.check(err)
}

func (v *victim) command(args ...string) *exec.Cmd {
	c := exec.Command("perch", args...)
	c.Env = v.env
	return c
}

// run starts the program, has something happen, and kills it.
func (v *victim) run(happen func()) {
	c := v.command("serve")
	c.Stderr = v.log
	v.check(c.Start())
	happen()
	v.check(c.Process.Kill())
	_ = c.Wait() // it was killed
}

// trouble has the nth share of the connections fail, and now and then one that
// failed before recover.
func (v *victim) trouble(n, of int) {
	until := len(v.prey) * (n + 1) / of
	for _, c := range v.prey[len(v.troubled):until] {
		v.sync(c.ID, v.how[c.ID])
		v.troubled = append(v.troubled, c.ID)
	}
	if id := v.anyOpen(); id != "" && rand.IntN(3) == 0 {
		v.sync(id, "complete")
	}
}

// anyOpen is a connection with a problem that the program knows of; empty for
// none. What recovers before it is known of is none.
func (v *victim) anyOpen() (id string) {
	db := v.open()
	defer db.Close()
	_ = db.QueryRow(`SELECT connection_id FROM problems WHERE state = 'open' ORDER BY RANDOM() LIMIT 1`).Scan(&id)
	return id
}

func (v *victim) sync(id, outcome string) {
	_, _, err := v.world.finch.Sync(localfinch.Due{ConnectionID: id, Outcome: outcome})
	v.check(err)
}

// spoil has some of the next calls fail.
func (v *victim) spoil() {
	faults := []localslack.Fault{
		{Kind: localslack.FaultAcceptDrop},
		{Kind: localslack.FaultAcceptHTTP, Status: http.StatusInternalServerError},
		{Kind: localslack.FaultDrop},
		{Kind: localslack.FaultHTTP, Status: http.StatusBadGateway},
		{Kind: localslack.FaultBare},
		{Kind: localslack.FaultRatelimited, RetryAfter: 1},
		{Kind: localslack.FaultAcceptHang},
		{Kind: localslack.FaultHang},
	}
	methods := []string{"chat.postMessage", "chat.postMessage", "chat.postMessage", "chat.update", "conversations.history", "conversations.info"}
	for range rand.IntN(3) {
		f := faults[rand.IntN(len(faults))]
		f.Method = methods[rand.IntN(len(methods))]
		v.check(v.world.slack.Fault(f))
	}
}

func (v *victim) mend() { v.check(v.world.slack.Fault(localslack.Fault{Kind: localslack.FaultClear})) }

// telling counts what the program did in Slack.
func (v *victim) telling() int {
	total := 0
	for _, method := range []string{"chat.postMessage", "chat.update", "conversations.history"} {
		total += len(v.world.slack.Calls(method)) + v.world.slack.Holding(method)
	}
	return total
}

// longestLife is how long the program lives at most before it is killed.
const longestLife = 900 * time.Millisecond

// awaitMoment returns at a random instant: after so many calls to Slack, or some
// time, and a little more.
func (v *victim) awaitMoment() {
	ctx, cancel := context.WithTimeout(v.t.Context(), time.Duration(rand.Int64N(int64(longestLife))))
	defer cancel()
	enough := v.telling() + rand.IntN(8)
	_ = v.world.slack.Wait(ctx, func() bool { return v.telling() >= enough }) // or its time is up
	more := time.NewTimer(time.Duration(rand.Int64N(int64(30 * time.Millisecond))))
	defer more.Stop()
	<-more.C
}

// peacePatience is how long it may take until all is told after the last kill.
const peacePatience = 3 * time.Minute

// awaitPeace returns when nothing is owed any more.
func (v *victim) awaitPeace() {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(peacePatience)
	for {
		v.world.finch.Flush()
		if left := v.left(); left == "" {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			v.t.Errorf("all is not told: %s", v.left())
			return
		}
	}
}

// left says what is not told yet; empty if all is. Cards may wait to be brought up
// to date: the pace of that is slow.
func (v *victim) left() string {
	db := v.open()
	defer db.Close()
	for what, query := range map[string]string{
		"events":   `SELECT COUNT(*) FROM inbox WHERE state = 0`,
		"jobs":     `SELECT COUNT(*) FROM jobs WHERE status = '' AND next_read > 0`,
		"messages": `SELECT COUNT(*) FROM outbox WHERE state < 2`,
		"tellings": `SELECT COUNT(*) FROM tellings WHERE state < 2`,
	} {
		n := -1
		if err := db.QueryRow(query).Scan(&n); err != nil || n > 0 {
			return fmt.Sprintf("%d %s (%v)", n, what, err)
		}
	}
	problems := 0
	if err := db.QueryRow(`SELECT COUNT(DISTINCT connection_id) FROM problems`).Scan(&problems); err != nil || problems < len(v.troubled) {
		return fmt.Sprintf("%d of %d problems known (%v)", problems, len(v.troubled), err)
	}
	return ""
}

func (v *victim) open() *sql.DB {
	db, err := sql.Open("sqlite", "file:"+v.db+"?mode=ro")
	v.check(err)
	return db
}

// expected is how many tellings there should be.
func (v *victim) expected() int {
	total := 0
	for _, ids := range v.wants {
		for _, id := range ids {
			if slices.Contains(v.troubled, id) {
				total++
			}
		}
	}
	return total
}

func (v *victim) cards() int {
	total := 0
	for channel := range v.wants {
		total += len(v.world.standing("UBO", channel, false))
	}
	return total
}

// reckon compares what stands in Slack with what should. A problem is told by a
// card of its own or by a place on a summary that stands, and never by two.
func (v *victim) reckon() (lost, doubled int) {
	told := v.told()
	for channel, ids := range v.wants {
		keys, standing := map[string]int{}, map[string]bool{}
		for _, m := range alerts(v.world.slack.MessagesSeenBy("UBO", channel)) {
			keys[keyOf(m)]++
			standing[m.TS] = true
		}
		for key, n := range keys {
			if n > 1 {
				v.t.Errorf("%s: %d messages have the key %s", channel, n, key)
				doubled++
			}
		}
		for _, id := range ids {
			if !slices.Contains(v.troubled, id) {
				continue
			}
			if ts := told[channel+" "+id]; !standing[ts] {
				v.t.Errorf("%s: %s was not told (%q)", channel, id, ts)
				lost++
			}
			if n := v.cardsOf(channel, id); n > 1 {
				v.t.Errorf("%s: %s has %d cards", channel, id, n)
				doubled++
			}
		}
	}
	return lost, doubled
}

// told is where the store says that each problem stands, by channel and connection.
func (v *victim) told() map[string]string {
	db := v.open()
	defer db.Close()
	rows, err := db.Query(`SELECT s.channel, p.connection_id, c.ts FROM tellings t JOIN problems p ON p.id = t.problem_id
		JOIN subscriptions s ON s.id = t.subscription_id JOIN cards c ON c.id = t.card_id WHERE t.state = 2`)
	v.check(err)
	defer rows.Close()
	told := map[string]string{}
	for rows.Next() {
		var channel, id, ts string
		v.check(rows.Scan(&channel, &id, &ts))
		told[channel+" "+id] = ts
	}
	v.check(rows.Err())
	return told
}

// cardsOf counts the cards in a channel that are a connection's own: they show
// its id.
func (v *victim) cardsOf(channel, id string) int {
	return len(slices.DeleteFunc(v.world.standing("UBO", channel, false), func(m localslack.Message) bool { return !strings.Contains(m.Shown, id) }))
}
