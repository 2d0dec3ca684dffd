package commands

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"perch/bot"
	"perch/bot/socket"
	"perch/internal/audit"
	"perch/internal/connect"
	"perch/internal/thread"
)

// pigeonholes is an inbox in memory.
type pigeonholes struct {
	mu      sync.Mutex
	waiting []bot.Item
	seen    []string
	over    chan string // ids of events that are done
}

func (p *pigeonholes) TakeIn(_ context.Context, id string, payload []byte) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if slices.Contains(p.seen, id) {
		return false, nil
	}
	p.seen, p.waiting = append(p.seen, id), append(p.waiting, bot.Item{EventID: id, Payload: payload})
	return true, nil
}

func (p *pigeonholes) Claim(_ context.Context, n int, _ time.Duration) ([]bot.Item, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n = min(n, len(p.waiting))
	items := p.waiting[:n]
	p.waiting = p.waiting[n:]
	return items, nil
}

func (p *pigeonholes) Done(_ context.Context, id string) error {
	p.over <- id
	return nil
}

// forum is a store of these tests: threads, channels and the account of them.
type forum struct {
	mu      sync.Mutex
	channel thread.Channel
	ids     []thread.Bond
	looked  int
	bound   []thread.Message
	outcome thread.Outcome
	threads []thread.Thread
	did     []string
	noted   []audit.Entry
	broken  error
	// unaccounted is why nothing can be noted.
	unaccounted error
}

// sources are a register's and the forum's.
func (f *forum) sources() Sources {
	g := &register{readings: []connect.Reading{{Session: blueFern()}}}
	s := g.sources(&ledger{})
	s.Threads, s.BoundThreads, s.ThreadEntries, s.ThreadChannels, s.Audits = f, f, f, f, f
	s.Now = func() time.Time { return now }
	return s
}

func (f *forum) KnownIDs(_ context.Context, candidates []string) ([]thread.Bond, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.looked++
	var known []thread.Bond
	for _, c := range candidates {
		for _, b := range f.ids {
			begins := b.Kind == thread.Job && len(c) == 8 && strings.HasPrefix(b.ID, c)
			if (b.ID == c || begins) && !slices.Contains(known, b) && len(known) < thread.MaxIDs {
				known = append(known, b)
			}
		}
	}
	return known, f.broken
}

func (f *forum) Bind(_ context.Context, m thread.Message) (thread.Outcome, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.bound = append(f.bound, m)
	if f.outcome != "" {
		return f.outcome, f.broken
	}
	return thread.Replied, f.broken
}

func (f *forum) ThreadAt(context.Context, string, string) (thread.Thread, error) {
	return thread.Thread{}, thread.ErrUnknown
}

func (f *forum) Thread(_ context.Context, id int64) (thread.Thread, error) {
	for _, t := range f.threads {
		if t.ID == id {
			return t, f.broken
		}
	}
	return thread.Thread{}, thread.ErrUnknown
}

func (f *forum) StopThread(_ context.Context, id int64, who string) error {
	return f.do("stop %d %s", id, who)
}

func (f *forum) ResumeThread(_ context.Context, id int64) error { return f.do("go %d", id) }

func (f *forum) WatchThread(_ context.Context, id int64, userID string, on bool) error {
	return f.do("watch %d %s %t", id, userID, on)
}

func (f *forum) do(format string, a ...any) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.did = append(f.did, fmt.Sprintf(format, a...))
	return f.broken
}

func (f *forum) Entries(_ context.Context, bonds []thread.Bond) ([]thread.Entry, error) {
	var entries []thread.Entry
	for _, b := range bonds {
		e := thread.Entry{Bond: b}
		if b.Kind == thread.Job {
			j := harborArchive().jobs[0]
			e.Job = &j
		}
		entries = append(entries, e)
	}
	return entries, f.broken
}

func (f *forum) ThreadChannel(context.Context, string) (thread.Channel, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.channel, f.broken
}

func (f *forum) SwitchThreads(_ context.Context, c thread.Channel) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.channel = c
	return f.broken
}

func (f *forum) OfferThreads(_ context.Context, channel string) error {
	return f.do("offer %s", channel)
}

func (f *forum) CountThreads(context.Context, string) (int, error) { return 3, f.broken }

func (f *forum) NoteAudit(_ context.Context, e audit.Entry) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.unaccounted == nil {
		f.noted = append(f.noted, e)
	}
	return f.unaccounted
}

func (*forum) Audits(context.Context, audit.Query) (audit.Page, error) { return audit.Page{}, nil }

// was is what was bound, done and noted so far.
func (f *forum) was() (bound []thread.Message, did []string, noted []audit.Entry) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.bound), slices.Clone(f.did), slices.Clone(f.noted)
}

// aJob and aCustomer are ids that the forum knows.
func aJob() thread.Bond { return thread.Bond{Kind: thread.Job, ID: harborArchive().jobs[0].ID} }

func aCustomer() thread.Bond { return thread.Bond{Kind: thread.Customer, ID: "cust_1042"} }

// listens has what is written worked off, as serve does.
func (d *desk) listens() {
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan error, 1)
	go func() { over <- d.Events().Run(ctx) }()
	d.t.Cleanup(func() {
		cancel()
		if err := <-over; err != nil {
			d.t.Errorf("work the inbox off: %v", err)
		}
	})
}

// says writes a message into a thread. Its ts is of this moment: old ones are let go.
func (d *desk) writes(text string) (ts string) {
	d.t.Helper()
	ts = fmt.Sprintf("%d.%06d", time.Now().Unix(), d.written)
	d.written++
	raw, err := json.Marshal(map[string]any{
		"team_id": "T1", "api_app_id": "A1", "type": "event_callback", "event_id": "Ev" + ts,
		"event": map[string]any{
			"type": "message", "channel": "C1", "channel_type": "channel", "user": "U1", "team": "T1",
			"text": text, "ts": ts, "thread_ts": "1700000000.000001", "client_msg_id": "m" + ts,
		},
	})
	if err != nil {
		d.t.Fatal(err)
	}
	if err := d.Keep(d.t.Context(), socket.Envelope{ID: "e", Kind: socket.Event, Type: "events_api", Payload: raw, Received: time.Now()}); err != nil {
		d.t.Errorf("not kept: %v", err)
	}
	return ts
}

// worksOff waits until what follows from a message is done.
func (d *desk) worksOff() {
	d.t.Helper()
	select {
	case <-d.inbox.over:
	case <-time.After(patient):
		d.t.Fatal("nothing followed from a message")
	}
}

// whispered waits for what the asker alone sees in the thread.
func (d *desk) whispered(want string) string {
	d.t.Helper()
	select {
	case w := <-d.whispers:
		if !strings.Contains(w, want) && !strings.Contains(w, jsonText(want)) {
			d.t.Errorf("whispered %s\nwant %q", w, want)
		}
		return w
	case <-time.After(patient):
		d.t.Fatalf("nobody whispered %q", want)
		return ""
	}
}

// silent checks that nothing was said to anybody.
func (d *desk) silent() {
	d.t.Helper()
	select {
	case w := <-d.whispers:
		d.t.Errorf("whispered %s", w)
	case a := <-d.says:
		d.t.Errorf("said %s", a.raw)
	case p := <-d.posts:
		d.t.Errorf("posted %s", p)
	default:
	}
}

var errForum = errors.New("disk full")

func forumDesk(t *testing.T, f *forum, admins ...string) *desk {
	d := newDesk(t, f.sources(), admins...)
	d.listens()
	return d
}
