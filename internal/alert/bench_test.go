package alert_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	locks "sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	slackgo "github.com/slack-go/slack"

	"perch/bot"
	"perch/internal/alert"
	"perch/internal/finch"
	"perch/store"
)

// desk is a Slack over HTTP that notes when a post came, and nothing else.
type desk struct {
	*httptest.Server
	mu     locks.Mutex
	posts  int
	thread int
	edits  int
	came   map[string]time.Time // by the customer that is named first
	heard  chan struct{}
}

func newDesk(b *testing.B) *desk {
	d := &desk{came: map[string]time.Time{}, heard: make(chan struct{}, 1)}
	d.Server = httptest.NewServer(http.HandlerFunc(d.serve))
	b.Cleanup(d.Close)
	return d
}

func (d *desk) serve(w http.ResponseWriter, r *http.Request) {
	now := time.Now()
	_ = r.ParseForm()
	d.mu.Lock()
	defer d.mu.Unlock()
	switch strings.TrimPrefix(r.URL.Path, "/api/") {
	case "chat.postMessage":
		d.posts++
		if r.Form.Get("thread_ts") != "" {
			d.thread++
		}
		if _, after, ok := strings.Cut(r.Form.Get("text"), "Customer "); ok && len(after) >= 5 {
			d.came[after[:5]] = now
		}
		fmt.Fprintf(w, `{"ok":true,"channel":%q,"ts":"%d.%06d"}`, r.Form.Get("channel"), now.Unix(), d.posts)
	case "chat.update":
		d.edits++
		fmt.Fprintf(w, `{"ok":true,"channel":%q,"ts":%q}`, r.Form.Get("channel"), r.Form.Get("ts"))
	case "conversations.info":
		fmt.Fprintf(w, `{"ok":true,"channel":{"id":%q}}`, r.Form.Get("channel"))
	default:
		fmt.Fprint(w, `{"ok":false,"error":"unknown_method"}`)
	}
	select {
	case d.heard <- struct{}{}:
	default:
	}
}

// office is a store in real time.
type office struct {
	*testing.B
	store *store.Store
}

func newOffice(b *testing.B) office {
	b.Helper()
	s, err := store.Open(b.Context(), store.Options{
		Database: filepath.Join(b.TempDir(), "perch.db"), Keys: []store.Key{store.NewKey()}, Exclusive: true, Log: zerolog.Nop(),
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return office{b, s}
}

func (o office) subscribe(channel string, w alert.Wish) {
	o.Helper()
	if _, err := o.store.Subscribe(o.Context(), alert.Subscription{Channel: channel, Wish: w, Maker: "UANN"}); err != nil {
		o.Fatal(err)
	}
}

func (o office) connect(n int) {
	o.Helper()
	for chunk := range slices.Chunk(numbers(0, n), 500) {
		var grants []finch.Grant
		for _, i := range chunk {
			grants = append(grants, grantOf(i, fmt.Sprintf("provider-%05d", i)))
		}
		if _, err := o.store.Grant(o.Context(), grants); err != nil {
			o.Fatal(err)
		}
	}
}

func (o office) fail(from, to int) {
	o.Helper()
	var jobs []finch.KnownJob
	for i := from; i < to; i++ {
		jobs = append(jobs, jobOf(i, finch.JobFailed))
	}
	if _, err := o.store.RecordJobs(o.Context(), jobs); err != nil {
		o.Fatal(err)
	}
}

// tell runs a teller over HTTP until stop.
func (o office) tell(d *desk) (stop func()) {
	o.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	api := slackgo.New("xoxb-bench", slackgo.OptionAPIURL(d.URL+"/api/"), slackgo.OptionHTTPClient(client))
	teller := alert.NewTeller(alert.TellerOptions{
		Outbox: o.store, Courier: bot.NewCourier(api, bot.Identity{}), Pauser: o.store, Wake: o.store.Owing(), Log: zerolog.Nop(),
	})
	ctx, cancel := context.WithCancel(o.Context())
	done := make(chan error)
	go func() { done <- teller.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			o.Error(err)
		}
	}
}

// BenchmarkTelling has 50 problems a second told to 200 channels, and prints how
// long it takes from the commit until Slack has the post.
func BenchmarkTelling(b *testing.B) {
	const channels, problems, every = 200, 400, 20 * time.Millisecond
	for b.Loop() {
		o, d := newOffice(b), newDesk(b)
		for i := range channels {
			w := alert.DefaultWish()
			for n := i; n < problems; n += channels {
				w.Include.Customers = append(w.Include.Customers, "cust-"+connection(n))
			}
			o.subscribe(fmt.Sprintf("C%03d", i), w)
		}
		o.connect(problems)
		stop := o.tell(d)
		committed := map[string]time.Time{}
		tick := time.NewTicker(every)
		for i := range problems {
			<-tick.C
			o.fail(i, i+1)
			committed[fmt.Sprintf("%05d", i)] = time.Now()
		}
		tick.Stop()
		d.await(b, 30*time.Second, func() bool { return len(d.came) == problems })
		stop()
		var took []time.Duration
		for who, at := range committed {
			took = append(took, d.came[who].Sub(at))
		}
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	}
}

// BenchmarkBurst has 10,000 problems come at once in one channel, and prints how
// many messages and edits that makes, and by how much memory grows.
func BenchmarkBurst(b *testing.B) {
	const problems, batch = 10_000, 100
	for b.Loop() {
		o, d := newOffice(b), newDesk(b)
		o.subscribe("C1", alert.DefaultWish())
		o.connect(problems)
		before := heap(true)
		stop := o.tell(d)
		began, most := time.Now(), uint64(0)
		for from := 0; from < problems; from += batch {
			o.fail(from, from+batch)
			most = max(most, heap(false))
		}
		recorded := time.Since(began)
		d.await(b, 2*time.Minute, func() bool {
			most = max(most, heap(false))
			owed, _, err := o.store.Backlog(b.Context())
			busy, err2 := o.store.HasWork(b.Context())
			return err == nil && err2 == nil && owed == 0 && !busy && o.missing(problems) == 0
		})
		b.ReportMetric(recorded.Seconds(), "s-to-record")
		b.ReportMetric(time.Since(began).Seconds(), "s-to-tell")
		stop()
		b.ReportMetric(float64(d.posts-d.thread), "posts")
		b.ReportMetric(float64(d.thread), "in-threads")
		b.ReportMetric(float64(d.edits), "edits")
		b.ReportMetric(float64(int64(most)-int64(before))/(1<<20), "MB-grown")
		if d.posts-d.thread > 3 || d.thread > 3 {
			b.Errorf("%d posts and %d in threads", d.posts-d.thread, d.thread)
		}
	}
}

// missing is how many of the problems are not open yet.
func (o office) missing(problems int) int {
	o.Helper()
	page, err := o.store.Problems(o.Context(), alert.ProblemQuery{State: alert.Open, Limit: 1})
	if err != nil {
		o.Fatal(err)
	}
	return problems - page.Total
}

func heap(collect bool) uint64 {
	if collect {
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// await waits until a condition holds, looking at each call that comes and now
// and then.
func (d *desk) await(b *testing.B, patience time.Duration, cond func() bool) {
	b.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		d.mu.Lock()
		ok := cond()
		d.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-d.heard:
		case <-tick.C:
		case <-deadline:
			b.Fatal("it did not come about")
		}
	}
}
