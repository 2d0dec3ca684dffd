package commands

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/socket"
	"perch/internal/finch"
)

// desk is where a person of these tests sits: commands go in as Slack would
// send them, and what is answered comes back. Whole-program tests use the
// playground's Slack; this one is only as much as commands need.
type desk struct {
	*bot.Bot
	t       *testing.T
	slack   *httptest.Server
	channel string // what conversations.info says
	asker   string // what users.info says of U1
	member  string // what users.info says of everybody else
	says    chan answer
	views   chan shown
	posts   chan string // "channel text" of chat.postMessage
	files   chan string
	// refusesPosts is what Slack says to a post instead of taking it.
	refusesPosts string
	// refusesUpdates is the same for a modal that is changed.
	refusesUpdates string
	titles         chan string
	// unlinked: Slack tells no address of any message.
	unlinked bool
	// whispers are "channel thread user blocks" of chat.postEphemeral.
	whispers chan string
	inbox    *pigeonholes
	written  int // messages
}

// answer is one message through the response URL.
type answer struct {
	Type    string `json:"response_type"`
	Replace bool   `json:"replace_original"`
	Text    string `json:"text"`
	raw     string
}

// newDesk names admins as PERCH_ADMINS does.
func newDesk(t *testing.T, s Sources, admins ...string) *desk {
	d := &desk{
		t: t, says: make(chan answer, 20), views: make(chan shown, 20), posts: make(chan string, 20), files: make(chan string, 5), titles: make(chan string, 5),
		whispers: make(chan string, 20), inbox: &pigeonholes{over: make(chan string, 20)},
		channel: `{"id":"C1","is_member":true}`, asker: `{}`, member: `{}`,
	}
	d.slack = httptest.NewServer(http.HandlerFunc(d.serve))
	t.Cleanup(d.slack.Close)
	if s.Now == nil {
		s.Now = func() time.Time { return now }
	}
	api := slack.New("xoxb-test", slack.OptionAPIURL(d.slack.URL+"/api/"))
	d.Bot = bot.New(bot.Options{
		Slack: api, HTTP: d.slack.Client(), Home: bot.Identity{TeamID: "T1", AppID: "A1", UserID: "UBOT"},
		People: bot.NewPeople(api, "T1", admins, nil), Commands: All(s), Log: zerolog.Nop(),
		Inbox: d.inbox, Listener: Listen(s, All(s)),
	})
	t.Cleanup(func() { _ = d.Drain(context.Background()) })
	return d
}

func (d *desk) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	switch path := strings.TrimPrefix(r.URL.Path, "/api/"); path {
	case "/hook":
		a := answer{raw: string(body)}
		_ = json.Unmarshal(body, &a)
		d.says <- a
		fmt.Fprint(w, "ok")
	case "/upload":
		d.files <- string(body)
	case "users.info":
		user, said := map[string]any{}, d.member
		if r.FormValue("user") == "U1" {
			said = d.asker
		}
		_ = json.Unmarshal([]byte(said), &user)
		user["id"], user["team_id"] = r.FormValue("user"), "T1"
		_ = json.NewEncoder(w).Encode(map[string]any{"ok": true, "user": user})
	case "conversations.info":
		fmt.Fprintf(w, `{"ok":true,"channel":%s}`, d.channel)
	case "views.open", "views.push", "views.update":
		v := shown{method: path, raw: string(body)}
		_ = json.Unmarshal(body, &v)
		if d.refusesUpdates != "" && path == "views.update" {
			fmt.Fprintf(w, `{"ok":false,"error":%q}`, d.refusesUpdates)
			d.views <- v
			return
		}
		d.views <- v
		fmt.Fprint(w, `{"ok":true,"view":{"id":"V1","hash":"h","root_view_id":"V1"}}`)
	case "chat.postMessage":
		if d.refusesPosts != "" {
			fmt.Fprintf(w, `{"ok":false,"error":%q}`, d.refusesPosts)
			return
		}
		d.posts <- r.FormValue("channel") + " " + r.FormValue("text")
		fmt.Fprint(w, `{"ok":true,"channel":"C1","ts":"1.1"}`)
	case "chat.postEphemeral":
		d.whispers <- strings.Join([]string{r.FormValue("channel"), r.FormValue("thread_ts"), r.FormValue("user"), r.FormValue("text"), r.FormValue("blocks")}, " ")
		fmt.Fprint(w, `{"ok":true,"message_ts":"1.2"}`)
	case "chat.getPermalink":
		if d.unlinked {
			fmt.Fprint(w, `{"ok":false,"error":"channel_not_found"}`)
			return
		}
		fmt.Fprintf(w, `{"ok":true,"permalink":"https://perch.slack.com/archives/C1/p%s"}`, strings.ReplaceAll(r.FormValue("message_ts"), ".", ""))
	case "conversations.members":
		fmt.Fprint(w, `{"ok":true,"members":["U1","U2"]}`)
	case "conversations.open":
		fmt.Fprint(w, `{"ok":true,"channel":{"id":"D1"}}`)
	case "files.completeUploadExternal":
		var files []struct{ Title string }
		_ = json.Unmarshal([]byte(r.FormValue("files")), &files)
		for _, f := range files {
			d.titles <- f.Title
		}
		fmt.Fprint(w, `{"ok":true,"files":[{"id":"F1"}]}`)
	case "files.getUploadURLExternal":
		fmt.Fprintf(w, `{"ok":true,"upload_url":%q,"file_id":"F1"}`, d.slack.URL+"/upload")
	default:
		fmt.Fprint(w, `{"ok":true,"files":[{"id":"F1"}]}`)
	}
}

func (d *desk) slash(command, text string) {
	d.take("slash_commands", socket.Command, map[string]any{
		"team_id": "T1", "api_app_id": "A1", "user_id": "U1", "channel_id": "C1",
		"command": command, "text": text, "response_url": d.slack.URL + "/hook", "trigger_id": "t1",
	})
}

func (d *desk) click(action, block, value string) {
	d.take("interactive", socket.Click, map[string]any{
		"type": "block_actions", "team": map[string]any{"id": "T1"}, "api_app_id": "A1",
		"user": map[string]any{"id": "U1", "team_id": "T1"}, "channel": map[string]any{"id": "C1"},
		"response_url": d.slack.URL + "/hook", "trigger_id": "t1",
		"container": map[string]any{"type": "message", "channel_id": "C1", "message_ts": "1.1"},
		"actions":   []any{map[string]any{"action_id": action, "block_id": block, "value": value}},
	})
}

// clickOwn presses something on a card that the person alone sees.
func (d *desk) clickOwn(action, block, value string) {
	d.take("interactive", socket.Click, map[string]any{
		"type": "block_actions", "team": map[string]any{"id": "T1"}, "api_app_id": "A1",
		"user": map[string]any{"id": "U1", "team_id": "T1"}, "channel": map[string]any{"id": "C1"},
		"container":    map[string]any{"is_ephemeral": true},
		"response_url": d.slack.URL + "/hook",
		"actions":      []any{map[string]any{"action_id": action, "block_id": block, "value": value}},
	})
}

func (d *desk) take(wire string, kind socket.Kind, payload map[string]any) {
	d.t.Helper()
	raw, err := json.Marshal(payload)
	if err != nil {
		d.t.Fatal(err)
	}
	d.Take(d.t.Context(), socket.Envelope{ID: "e", Kind: kind, Type: wire, Payload: raw, Received: time.Now()})
}

// patient is how long a test waits for what must come; one that passes never
// waits for it.
const patient = time.Minute

// hears waits for the next answer and checks what it says.
func (d *desk) hears(want string) answer {
	d.t.Helper()
	select {
	case a := <-d.says:
		if !strings.Contains(a.raw, jsonText(want)) {
			d.t.Errorf("heard %s\nwant %q", a.raw, want)
		}
		return a
	case <-time.After(patient):
		d.t.Fatalf("nobody said %q", want)
		return answer{}
	}
}

// jsonText is a text as it stands in JSON.
func jsonText(s string) string {
	raw, _ := json.Marshal(s)
	return strings.Trim(string(raw), `"`)
}

// archive is a store of these tests: connections and jobs in memory.
type archive struct {
	mu          sync.Mutex
	connections []finch.Connection
	jobs        []finch.JobLine // newest first
	asked       []finch.JobQuery
	run         finch.RunSync
	refuse      error
	steps       []finch.Change // newest first
	over        chan struct{}  // closed once the sync that was asked for is over
	hurried     bool           // nobody waits for it
}

func (a *archive) sources() Sources {
	return Sources{Known: a, Lister: a, Looker: a, History: a, Jobs: a, Steps: a, Runner: a}
}

func (a *archive) Connection(_ context.Context, id string) (finch.Connection, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	i := slices.IndexFunc(a.connections, func(c finch.Connection) bool { return c.ID == id })
	if i < 0 {
		return finch.Connection{}, finch.ErrUnknown
	}
	return a.connections[i], nil
}

func (a *archive) Find(_ context.Context, words string, limit int) ([]finch.Brief, error) {
	var found []finch.Brief
	for _, c := range a.connections {
		begins := len(words) >= 6 && strings.HasPrefix(c.CustomerID, words)
		if c.ID == words || strings.EqualFold(c.CustomerID, words) || begins || strings.Contains(strings.ToLower(c.CustomerName), strings.ToLower(words)) {
			found = append(found, finch.Brief{ID: c.ID, CustomerID: c.CustomerID, CustomerName: c.CustomerName, Status: c.Worst()})
		}
	}
	return found[:min(limit, len(found))], nil
}

func (a *archive) Nearest(ctx context.Context, _ string, limit int) ([]finch.Brief, error) {
	return a.Find(ctx, "", limit)
}

func (*archive) List(context.Context, finch.ListQuery) (finch.ListPage, error) {
	return finch.ListPage{}, nil
}

// Counts knows one provider, Gusto.
func (*archive) Counts(_ context.Context, words string) (finch.Counts, error) {
	if words == "gusto" {
		return finch.Counts{Live: 1}, nil
	}
	return finch.Counts{}, nil
}

func (a *archive) Look(ctx context.Context, id string) (finch.Connection, error) {
	return a.Connection(ctx, id)
}

func (a *archive) ReadJob(ctx context.Context, id string) (finch.JobLine, error) {
	return a.Job(ctx, id)
}

func (a *archive) Changes(_ context.Context, _ string, n int) ([]finch.Change, error) {
	return a.steps[:min(n, len(a.steps))], nil
}

func (a *archive) Job(_ context.Context, id string) (finch.JobLine, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var found []finch.JobLine
	for _, j := range a.jobs {
		if strings.HasPrefix(j.ID, id) {
			found = append(found, j)
		}
	}
	switch len(found) {
	case 0:
		return finch.JobLine{}, finch.ErrUnknownJob
	case 1:
		return found[0], nil
	default:
		return finch.JobLine{}, finch.ErrAmbiguousJob
	}
}

func (a *archive) JobsBefore(_ context.Context, job finch.KnownJob, n int) ([]finch.KnownJob, error) {
	var before []finch.KnownJob
	for _, j := range a.jobs {
		if j.At().Before(job.At()) && len(before) < n {
			before = append(before, j.KnownJob)
		}
	}
	return before, nil
}

func (a *archive) LastSyncs(context.Context, string, int) ([]finch.KnownJob, error) {
	return harborPast().Syncs, nil
}

// Jobs pages by the number of the job to begin with.
func (a *archive) Jobs(_ context.Context, q finch.JobQuery) (finch.JobPage, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, q)
	from := 0
	if q.After != "" {
		if _, err := fmt.Sscan(q.After, &from); err != nil {
			return finch.JobPage{}, fmt.Errorf("read the cursor: %w", err)
		}
	}
	to := min(from+q.Limit, len(a.jobs))
	page := finch.JobPage{Jobs: a.jobs[from:to]}
	if !q.Since.IsZero() {
		page.Jobs = slices.DeleteFunc(slices.Clone(page.Jobs), func(j finch.JobLine) bool { return j.At().Before(q.Since) })
	}
	if q.Provider != "" {
		page.Jobs = slices.DeleteFunc(slices.Clone(page.Jobs), func(j finch.JobLine) bool { return !strings.EqualFold(j.ProviderName, q.Provider) })
	}
	if to < len(a.jobs) {
		page.Next = fmt.Sprint(to)
	}
	return page, nil
}

func (a *archive) RunSync(context.Context, string) (finch.RunSync, error) { return a.run, a.refuse }

func (a *archive) Follow(ctx context.Context, id string) (finch.KnownJob, error) {
	if !a.hurried {
		select {
		case <-a.over:
		case <-ctx.Done():
		}
	}
	job, err := a.Job(ctx, id)
	return job.KnownJob, err
}

// lastAsked is the last query of the list, without the limit.
func (a *archive) lastAsked() finch.JobQuery {
	a.mu.Lock()
	defer a.mu.Unlock()
	q := a.asked[len(a.asked)-1]
	q.Limit = 0
	return q
}

// becomes changes a job, as the watcher does when Finch has answered.
func (a *archive) becomes(id string, by func(*finch.KnownJob)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := range a.jobs {
		if a.jobs[i].ID == id {
			by(&a.jobs[i].KnownJob)
		}
	}
}

// harborArchive knows Harbor Coffee and its last jobs.
func harborArchive() *archive {
	a := &archive{connections: []finch.Connection{harbor()}}
	for day := range 3 {
		a.jobs = append(a.jobs, line(endedAs(finch.JobComplete, day)))
	}
	return a
}
