package packet_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"perch/internal/golden"
	"perch/internal/packet"
)

var now = time.Date(2026, 11, 21, 10, 14, 0, 0, time.UTC)

const (
	jobID        = "453bd7d7-5355-4d6d-a38e-d9e7eb218c3f"
	connectionID = "c0ffee00-1111-4222-8333-444455556666"
	entityID     = "11111111-aaaa-4bbb-8ccc-000000000001"
)

func job() packet.Facts {
	at := now.Add(-4 * time.Hour)
	return packet.Facts{
		Kind: "job", ID: jobID, Now: now, At: at,
		JobID: jobID, ConnectionID: connectionID, CompanyID: "a9a9a9a9-0000-4000-8000-000000000001", CustomerID: "cust_1042", EntityIDs: []string{entityID},
		ProviderID: "adp_run", ProviderName: "ADP Run", Methods: []string{"credential"}, Environment: "production",
		JobType: "data_sync_all", Status: "error", Message: `Provider did not answer for "Ana Souza"`,
		Created: now.Add(-90 * 24 * time.Hour), Scheduled: at.Add(-time.Minute), Started: at, Completed: at.Add(4 * time.Minute), FirstSeen: at.Add(time.Minute),
		Requests: []string{"5f3c0000-1111-4222-8333-444455556666", "7d3c2f7a-1111-4222-8333-444455556666"},
		Steps: []packet.Step{
			{At: now.Add(-2 * time.Hour), From: "connected", To: "reauth", Source: "webhook"},
			{At: now.Add(-3 * 24 * time.Hour), EntityID: entityID, From: "processing", To: "connected", Source: "introspect"},
			{At: now.Add(-4 * 24 * time.Hour), Method: "credential", To: "processing", Source: "introspect"},
			{At: now.Add(-30 * 24 * time.Hour), From: "pending", To: "processing", Source: "introspect"},
		},
		Before: []packet.Job{
			{ID: "00000000-0000-4000-8000-000000000002", Status: "complete", At: at.Add(-24 * time.Hour), Started: at.Add(-24 * time.Hour), Ended: at.Add(-24*time.Hour + 3*time.Minute)},
			{ID: "00000000-0000-4000-8000-000000000001", Status: "error", At: at.Add(-48 * time.Hour)},
		},
		After: []packet.Job{{ID: "00000000-0000-4000-8000-000000000003", Status: "running", At: at.Add(2 * time.Hour)}},
	}
}

func problem() packet.Facts {
	f := job()
	f.Kind, f.ID = "problem", "17"
	f.Problem = &packet.Problem{Kind: "failed syncs", State: "open", Move: "Finch's move", Opened: f.Started, Count: 3}
	f.Tried = []packet.Tried{
		{At: now.Add(-time.Hour), What: "sent to Finch, reference", Detail: "#48211"},
		{At: now.Add(-3 * time.Hour), What: "somebody claimed it"},
		{At: now.Add(-2 * time.Hour), What: "a reconnect link was made"},
	}
	return f
}

func connection() packet.Facts {
	f := job()
	f.Kind, f.ID, f.JobID, f.JobType, f.Requests, f.Before, f.After = "connection", connectionID, "", "", nil, nil, nil
	f.Status, f.Message, f.Started, f.Completed, f.Assisted, f.Sandbox = "pending", "Waiting for the employer to invite Finch", time.Time{}, time.Time{}, true, true
	f.LastSync = now.Add(-3 * time.Hour)
	return f
}

func session() packet.Facts {
	return packet.Facts{
		Kind: "session", ID: "5e55105e-0000-4000-8000-000000000001", Now: now,
		SessionID: "5e55105e-0000-4000-8000-000000000001", CustomerID: "cust_2001", ProviderID: "gusto", Outcome: "stopped at Sign-in",
		Created: now.Add(-48 * time.Hour), Opened: now.Add(-2 * time.Hour), Closed: now.Add(-time.Hour), Expires: now.Add(89 * 24 * time.Hour),
		Stages: []packet.Stage{
			{Name: "Terms of Service", First: now.Add(-2 * time.Hour), Last: now.Add(-100 * time.Minute), Visits: 2, Exits: 1},
			{Name: "Sign-in", First: now.Add(-100 * time.Minute), Last: now.Add(-time.Hour), Visits: 1, Errors: 5, Here: true},
			{Name: "Verification"},
		},
		Errors: []packet.Error{
			{Stage: "Sign-in", Message: "The username or password you entered is incorrect.", Type: "employer_connection_error", Count: 4, First: now.Add(-90 * time.Minute), Last: now.Add(-time.Hour)},
			{Message: "\u200b", Count: 1, Last: now.Add(-95 * time.Minute)},
		},
	}
}

// hostile has what looks like Markdown, Slack's markup and control characters
// everywhere.
func hostile() packet.Facts {
	f := filled("<!channel> *Pwn* ```\n# Head\n</script> [x](http://evil.example) `a``b` \u202e\x07\u2028end", 3)
	f.Kind = "job"
	return f
}

// filled has a text in every place that takes one, and so many in each list.
func filled(text string, many int) packet.Facts {
	f := packet.Facts{Now: now}
	fill(reflect.ValueOf(&f).Elem(), text, many)
	f.Now, f.At = now, now
	return f
}

func fill(v reflect.Value, text string, many int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(7)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), text, many)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), many, many))
		for i := range v.Len() {
			fill(v.Index(i), text, many)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(now))
			return
		}
		for _, field := range v.Fields() {
			fill(field, text, many)
		}
	}
}

func TestPackets(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]packet.Facts{
		"job": job(), "problem": problem(), "connection": connection(), "session": session(),
		"longest": filled(strings.Repeat("Ünïcödé 東京 👩‍👩‍👧 ", 20), 60), "hostile": hostile(), "empty": {Now: now},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := packet.Make(f)
			golden.Compare(t, name+".txt", []byte(p.Text()+"\n"))
			golden.Compare(t, name+".md", []byte(p.Markdown()))
			sound(t, p)
			if again := packet.Make(f); again.Text() != p.Text() || again.Markdown() != p.Markdown() {
				t.Error("the same facts made another packet")
			}
		})
	}
}

// sound wants what every packet promises.
func sound(t *testing.T, p packet.Packet) {
	t.Helper()
	for _, s := range []string{p.Text(), p.Markdown(), p.Title(), p.Filename()} {
		if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool {
			return r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029')
		}) {
			t.Errorf("holds what cannot be seen: %q", s)
		}
	}
	parts := p.Parts()
	for _, part := range parts {
		if n := len([]rune(part)); n == 0 || n > 3000 {
			t.Errorf("a part has %d characters", n)
		}
	}
	if len(parts) > 20 {
		t.Errorf("%d parts", len(parts))
	}
	joined := strings.Fields(strings.Join(parts, "\n"))
	if all := strings.Fields(p.Text()); !slices.Equal(joined, all) {
		t.Error("the parts are not the text")
	}
	if strings.Trim(strings.TrimSuffix(p.Filename(), ".md"), "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != "" {
		t.Errorf("the file is called %q", p.Filename())
	}
}

func TestAFileIsNamedByWhatItIsAbout(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]packet.Facts{
		"support-packet-job-453bd7d7.md":     job(),
		"support-packet-problem-17.md":       problem(),
		"support-packet-session-5e55105e.md": session(),
		"support-packet-job.md":              {Kind: "job", ID: "../.."},
		"support-packet-event-no-id.md":      {Kind: "../../x"},
		"support-packet-connection-a_b-c.md": {Kind: "connection", ID: "a_b/c"},
	} {
		if got := packet.Make(f).Filename(); got != want {
			t.Errorf("called %s, want %s", got, want)
		}
	}
}

func TestNothingFromOutsideIsReadAsMarkdown(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"`", "``", "a ``` b", "````", "x`", "~~~", "# a", "- a", "a\n# b", "a\n\n```\n# b"} {
		f := job()
		f.Message, f.Status = text, text
		open := ""
		for line := range strings.SplitSeq(packet.Make(f).Markdown(), "\n") {
			line = strings.TrimSpace(line)
			switch {
			case open == "" && strings.HasSuffix(line, "text") && strings.HasPrefix(line, "```"):
				open = strings.TrimSuffix(line, "text")
			case open != "" && strings.Trim(line, "`") == "" && len(line) >= len(open):
				if line != open {
					t.Errorf("%q ended its own fence with %q", text, line)
				}
				open = ""
			case open == "" && strings.HasPrefix(line, "#") && strings.Contains(line, " b"):
				t.Errorf("%q became a heading: %q", text, line)
			}
		}
		if open != "" {
			t.Errorf("%q left a fence open", text)
		}
	}
}

func TestTheHistoryIsThatAroundTheEvent(t *testing.T) {
	t.Parallel()
	f := packet.Facts{Kind: "connection", ID: connectionID, Now: now, At: now.Add(-20 * 24 * time.Hour)}
	for i := range 60 {
		f.Steps = append(f.Steps, packet.Step{At: f.At.Add(time.Duration(i-30) * 12 * time.Hour), From: "connected", To: fmt.Sprintf("step_%d", i)})
	}
	text := packet.Make(f).Text()
	if strings.Count(text, "connection: connected -> ") != 20 || !strings.Contains(text, "and 9 more") {
		t.Errorf("not the 20 nearest:\n%s", text)
	}
	for step, want := range map[string]bool{"step_20": true, "step_30": true, "step_39": true, "step_16": false, "step_44": false} {
		if strings.Contains(text, step) != want {
			t.Errorf("%s is there: %v", step, !want)
		}
	}
}

// canaries must be seen in no packet, wherever they were put.
var canaries = []string{
	"123-45-6789", "123456789", "(415) 555-0100", "ana.souza@harbor.example", "xoxb-17-canary", "sk_live_abc123", "Bearer abc.def", "1985-03-04 is when",
	"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcDEF123", "0123456789abcdef01234567",
}

func TestNoCanaryIsInAPacket(t *testing.T) {
	t.Parallel()
	for _, canary := range canaries {
		for _, text := range []string{canary, "see " + canary + ".", `{"a":"` + canary + `"}`, "\u200b" + canary, strings.Repeat("x ", 290) + canary} {
			assertNone(t, packet.Make(filled(text, 1)), canary)
		}
	}
}

func FuzzNoCanaryIsInAPacket(f *testing.F) {
	f.Add("", "")
	f.Add("see ", ".")
	f.Add("`", "\u202e")
	f.Fuzz(func(t *testing.T, before, after string) {
		for _, canary := range []string{"123-45-6789", "(415) 555-0100", "ana.souza@harbor.example", "xoxb-17-canary"} {
			p := packet.Make(filled(before+canary+after, 1))
			assertNone(t, p, canary)
			sound(t, p)
		}
	})
}

func assertNone(t *testing.T, p packet.Packet, canary string) {
	t.Helper()
	for _, s := range append(p.Parts(), p.Text(), p.Markdown(), p.Title(), p.Filename()) {
		if strings.Contains(s, canary) {
			t.Errorf("%q is seen in %.3000s", canary, s)
			return
		}
	}
}

// Names are kept out by there being no place for them.
func TestFactsHaveNoPlaceForNames(t *testing.T) {
	t.Parallel()
	for _, name := range fieldsOf(reflect.TypeFor[packet.Facts]()) {
		for _, person := range []string{"CustomerName", "EntityName", "Who", "Maker", "By", "Individual"} {
			if strings.Contains(name, person) {
				t.Errorf("a packet has the field %s", name)
			}
		}
	}
}

func fieldsOf(t reflect.Type) (names []string) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[time.Time]() {
		return nil
	}
	for field := range t.Fields() {
		names = append(append(names, field.Name), fieldsOf(field.Type)...)
	}
	return names
}
