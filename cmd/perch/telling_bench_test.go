package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"perch/internal/alert"
	"perch/internal/finch"
	localfinch "perch/internal/playground/finch"
	localslack "perch/internal/playground/slack"
	"perch/store"
)

// loose is the program without a budget for Finch, which on this machine sets none.
func loose() {
	s, err := readSettings(os.Getenv, needSlack)
	if err == nil {
		s.LooseBudget = true
		err = serve(context.Background(), s, newLog(os.Stderr, s.LogLevel), nil)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// town is the program between a local Slack and a Finch of which any number of
// connections fail.
type town struct {
	b     *testing.B
	slack *localslack.Server
	hook  string
	env   []string
	db    string
	run   *exec.Cmd

	mu       sync.Mutex
	received map[string]time.Time // by customer: when a message first named them
	posts    int
}

var numbered = regexp.MustCompile(`Customer \d{5}`)

// newTown makes so many connections, the nth of provider(n), and a subscription
// for each channel that channelOf names.
func newTown(b *testing.B, connections int, provider, channelOf func(n int) string) *town {
	b.Helper()
	t := &town{b: b, received: map[string]time.Time{}, slack: localslack.New(unlimited())}
	slackAt, finchAt := httptest.NewServer(t.watched(t.slack.API())), httptest.NewServer(stubFinch(provider))
	dir := b.TempDir()
	t.db = filepath.Join(dir, "perch.db")
	addr, err := freeAddress()
	t.check(err)
	t.hook = "http://" + addr + "/finch/webhook"
	t.env = append(os.Environ(), "SLACK_BOT_TOKEN="+localslack.BotToken, "SLACK_APP_TOKEN="+localslack.AppToken, "SLACK_API_URL="+slackAt.URL+"/api/",
		"FINCH_API_URL="+finchAt.URL, "FINCH_WEBHOOK_SECRET="+scriptSecret, "PERCH_HTTP_ADDR="+addr, "PERCH_DATABASE="+t.db, "PERCH_LOG_LEVEL=warn", "HOME="+dir)
	t.settle(connections, provider, channelOf)
	t.run = exec.Command("perch-loose")
	t.run.Env, t.run.Stderr = t.env, os.Stderr
	t.check(t.run.Start())
	b.Cleanup(func() {
		_ = t.run.Process.Kill()
		_ = t.run.Wait()
		t.slack.Close()
		slackAt.CloseClientConnections()
		slackAt.Close()
		finchAt.Close()
	})
	t.check(t.slack.WaitLive(b.Context(), 2))
	return t
}

func (t *town) check(err error) {
	t.b.Helper()
	if err != nil {
		t.b.Fatal(err)
	}
}

// watched notes when a message is received, and whom it names.
func (t *town) watched(api http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/chat.postMessage") || strings.HasSuffix(r.URL.Path, "/chat.update") {
			at := time.Now()
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			t.note(at, strings.ReplaceAll(string(body), "+", " "), strings.HasSuffix(r.URL.Path, "/chat.postMessage"))
		}
		api.ServeHTTP(w, r)
	})
}

func (t *town) note(at time.Time, body string, post bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if post {
		t.posts++
	}
	for _, name := range numbered.FindAllString(body, -1) {
		if t.received[name].IsZero() {
			t.received[name] = at
		}
	}
}

func customer(n int) string   { return fmt.Sprintf("Customer %05d", n) }
func connection(n int) string { return fmt.Sprintf("conn-%05d", n) }

// stubFinch answers for any number of connections, whose tokens are their ids;
// every job of theirs has failed.
func stubFinch(provider func(int) string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/introspect", func(w http.ResponseWriter, r *http.Request) {
		id := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		n, _ := strconv.Atoi(strings.TrimPrefix(id, "conn-"))
		_ = json.NewEncoder(w).Encode(introspected(n, provider))
	})
	mux.HandleFunc("/jobs/automated", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"data":[],"paging":{"count":0,"offset":0}}`)
	})
	mux.HandleFunc("/jobs/automated/{id}", func(w http.ResponseWriter, r *http.Request) {
		now := time.Now().UTC().Format(time.RFC3339Nano)
		fmt.Fprintf(w, `{"job_id":%q,"type":"data_sync_all","status":"error","created_at":%q,"scheduled_at":%q,"started_at":%q,"completed_at":%q}`,
			r.PathValue("id"), now, now, now, now)
	})
	return mux
}

func introspected(n int, provider func(int) string) finch.Introspection {
	return finch.Introspection{
		TokenID: "token-" + connection(n), ClientType: "production", ConnectionID: connection(n), ConnectionType: "provider",
		ConnectionStatus: finch.StatusReport{Status: finch.Connected}, CustomerID: "cust-" + connection(n), CustomerName: customer(n),
		ProviderID: provider(n), Products: []string{"company"},
	}
}

// settle brings connections, none of which is due, and subscriptions into the database.
func (t *town) settle(connections int, provider, channelOf func(int) string) {
	ctx := t.b.Context()
	keys, err := store.KeysFor(ctx, t.db, "")
	t.check(err)
	st, err := store.Open(ctx, store.Options{Database: t.db, Keys: keys})
	t.check(err)
	var grants []finch.Grant
	wishes := map[string]*alert.Wish{}
	for n := range connections {
		grants = append(grants, finch.Grant{
			Token: finch.NewToken(connection(n)), Facts: finch.Facts{Introspection: introspected(n, provider), At: time.Now()},
		})
		wish := wishes[channelOf(n)]
		if wish == nil {
			wish = &alert.Wish{Kinds: []alert.Kind{alert.JobFailed}}
			wishes[channelOf(n)] = wish
		}
		if connections <= 2000 {
			wish.Include.Customers = append(wish.Include.Customers, "cust-"+connection(n))
		}
	}
	for batch := range slices.Chunk(grants, 500) {
		_, err := st.Grant(ctx, batch)
		t.check(err)
	}
	for channel, wish := range wishes {
		t.slack.PutChannel(localslack.Channel{ID: channel, Name: strings.ToLower(channel), Members: []string{"UBO", localslack.BotUserID}})
		_, err := st.Subscribe(ctx, alert.Subscription{Channel: channel, Wish: wish.Tidy(), Maker: "UBO"})
		t.check(err)
	}
	for {
		due, err := st.ClaimDue(ctx, 10_000, time.Minute)
		t.check(err)
		if len(due) == 0 {
			break
		}
		var group sync.WaitGroup
		for batch := range slices.Chunk(due, len(due)/64+1) {
			group.Go(func() {
				for _, d := range batch {
					_ = st.Postpone(ctx, d, time.Now().Add(time.Hour))
				}
			})
		}
		group.Wait()
	}
	t.check(st.Close())
}

// fail tells by webhook that the nth connection's sync is over.
func (t *town) fail(n int) {
	body := fmt.Appendf(nil, `{"connection_id":%q,"company_id":"c","account_id":"a","event_type":"job.data_sync_all.completed","data":{"job_id":"job-%d","job_url":"x"}}`, connection(n), n)
	id, timestamp := fmt.Sprintf("msg_%d", n), strconv.FormatInt(time.Now().Unix(), 10)
	signature, err := localfinch.Sign([]string{scriptSecret}, id, timestamp, body)
	if err != nil {
		t.b.Error(err)
		return
	}
	req, err := http.NewRequest(http.MethodPost, t.hook, bytes.NewReader(body))
	if err != nil {
		t.b.Error(err)
		return
	}
	req.Header = http.Header{"Content-Type": {"application/json"}, "Finch-Event-Id": {id}, "Finch-Timestamp": {timestamp}, "Finch-Signature": {signature}}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.b.Error(err)
		return
	}
	resp.Body.Close()
}

// failAll fails connections at a rate, and returns when each webhook was begun.
func (t *town) failAll(n int, every time.Duration) []time.Time {
	began := make([]time.Time, n)
	var group sync.WaitGroup
	tick := time.NewTicker(every)
	defer tick.Stop()
	for i := range n {
		<-tick.C
		began[i] = time.Now()
		group.Go(func() { t.fail(i) })
	}
	group.Wait()
	return began
}

// memory is what the program has in memory, in MB.
func (t *town) memory() float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", t.run.Process.Pid))
	if err != nil {
		return 0
	}
	found := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindSubmatch(status)
	if found == nil {
		return 0
	}
	kb, _ := strconv.ParseFloat(string(found[1]), 64)
	return kb / 1024
}

func at(took []time.Duration, percent int) float64 {
	if len(took) == 0 {
		return -1
	}
	slices.Sort(took)
	return float64(took[(len(took)-1)*percent/100].Microseconds()) / 1000
}

// benchPatience is how long a benchmark waits for what may never come.
const benchPatience = time.Minute

func within(b *testing.B, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(b.Context(), d)
	b.Cleanup(cancel)
	return ctx
}

// BenchmarkFromWebhookToMessage is how long it takes from a webhook's first byte
// until Slack receives the message, at 50 problems a second over 200 channels.
func BenchmarkFromWebhookToMessage(b *testing.B) {
	const problems = 600
	provider := func(n int) string { return fmt.Sprintf("provider-%d", n/4) } // too few of each for an outage
	for b.Loop() {
		t := newTown(b, problems, provider, func(n int) string { return fmt.Sprintf("CBENCH%03d", n%200) })
		began := t.failAll(problems, time.Second/50)
		told := func() bool { t.mu.Lock(); defer t.mu.Unlock(); return len(t.received) >= problems }
		if err := t.slack.Wait(within(b, benchPatience), told); err != nil {
			b.Logf("%d of %d were told", len(t.received), problems)
		}
		var took []time.Duration
		for n, at := range began {
			if got := t.received[customer(n)]; !got.IsZero() {
				took = append(took, got.Sub(at))
			}
		}
		b.ReportMetric(at(took, 50), "p50-ms")
		b.ReportMetric(at(took, 99), "p99-ms")
	}
}

// BenchmarkOutage is a provider that fails at 10,000 connections within a minute,
// told in one channel, while people type commands.
func BenchmarkOutage(b *testing.B) {
	const problems = 10_000
	for b.Loop() {
		t := newTown(b, problems, func(int) string { return "gusto" }, func(int) string { return "CALERTS" })
		before, most := t.memory(), 0.0
		var acks []time.Duration
		over := make(chan struct{})
		var people sync.WaitGroup
		people.Go(func() {
			tick := time.NewTicker(250 * time.Millisecond)
			defer tick.Stop()
			for {
				select {
				case <-over:
					return
				case <-tick.C:
				}
				began := time.Now()
				if err := t.slack.Slash(b.Context(), "UBO", "CSUPPORT", "/perch status"); err != nil {
					b.Log(err)
				}
				acks, most = append(acks, time.Since(began)), max(most, t.memory())
			}
		})
		t.failAll(problems, 5*time.Millisecond)
		_ = t.slack.Wait(within(b, benchPatience), func() bool {
			all := t.slack.MessagesSeenBy("UBO", "CALERTS")
			return slices.ContainsFunc(all, func(m localslack.Message) bool {
				return strings.Contains(strings.ReplaceAll(m.Shown, ",", ""), strconv.Itoa(problems))
			})
		})
		close(over)
		people.Wait()
		b.ReportMetric(float64(t.posts), "posts")
		b.ReportMetric(most-before, "MB-more")
		b.ReportMetric(at(acks, 50), "ack-p50-ms")
		b.ReportMetric(at(acks, 99), "ack-p99-ms")
	}
}
