package thread_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"perch/internal/thread"
)

const (
	jobID  = "453bd7d7-5355-4d6d-a38e-d9e7eb218c3f"
	connID = "0c9f6a1e-3b54-4a77-9d0a-6f1a5c0e7b21"
)

func TestFind(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"nothing", "", nil},
		{"prose", "The customer says that the sync failed. Can you look?", nil},
		{"numbers and words alone", "10423 customers at 10:42, Northwind", nil},
		{"a job", "customer says the sync failed, job " + jobID, []string{jobID}},
		{"upper case", strings.ToUpper(jobID), []string{jobID}},
		{"both cases", jobID + " " + strings.ToUpper(jobID), []string{jobID}},
		{"label and comma", "job:" + jobID + ", please", []string{jobID, "job:" + jobID}},
		{"brackets", "(" + jobID + ") [" + connID + "]", []string{jobID, connID}},
		{"full stop", "It is " + jobID + ".", []string{jobID}},
		{"a fragment", jobID + "#x", []string{jobID}},
		{"a query", "<https://finch.example/jobs?id=" + jobID + "&amp;tab=2>", []string{jobID}},
		{"a path", "https://finch.example/" + connID + "/jobs", []string{connID}},
		{"an address in an address", "<https://a.example/?to=%2Fjobs%2F" + jobID + "|here>", []string{jobID}},
		{"a link with a label", "<https://finch.example/jobs/" + jobID + "|" + jobID[:8] + "…>", []string{jobID, "453bd7d7"}},
		{"backticks", "`" + jobID + "`", []string{jobID}},
		{"a block", "```\njob        " + jobID + "\nconnection " + connID + "\n```", []string{jobID, connID}},
		{"a quote", "&gt; " + jobID + "\n&gt;" + connID, []string{jobID, connID}},
		{"escaped brackets", "&lt;" + jobID + "&gt;", []string{jobID}},
		{"smart quotes", "“" + jobID + "” ‘cust_1042’ – " + connID + "…", []string{jobID, connID, "cust_1042"}},
		{"invisible", "\u200b" + jobID + "\u200b\u202e" + connID + "\u2069\ufeff", []string{jobID, connID}},
		{"a script without spaces", "顧客cust_1042のジョブ" + jobID + "です", []string{jobID, "cust_1042"}},
		{"italic, bold, struck", "_cust_1042_ *cust_1043* ~cust_1044~", []string{"cust_1042", "cust_1043", "cust_1044"}},
		{"UUIDs come first", "cust_1042 " + jobID + " sess_9f2 " + connID, []string{jobID, connID, "cust_1042", "sess_9f2"}},
		{"a prefix", "sess_" + jobID, []string{jobID, "sess_" + jobID}},
		{"a word and a dash", "job-" + jobID, []string{jobID, "job-" + jobID}},
		{"a longer run before", "a" + jobID, []string{"a" + jobID}},
		{"a longer run behind", jobID + "0", []string{jobID + "0"}},
		{"a word behind", jobID + "x", []string{jobID + "x"}},
		{"a further group behind", jobID + "-beef", []string{jobID + "-beef"}},
		{"a further group before", "beef-" + jobID, []string{"beef-" + jobID}},
		{"a dash behind", jobID + "- it failed", []string{jobID}},
		{"groups of wrong lengths", "453bd7d7-535-54d6d-a38e-d9e7eb218c3f", []string{"453bd7d7-535-54d6d-a38e-d9e7eb218c3f"}},
		{"no hex", "g53bd7d7-5355-4d6d-a38e-d9e7eb218c3f", []string{"g53bd7d7-5355-4d6d-a38e-d9e7eb218c3f"}},
		{"no digit", "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", []string{"aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"}},
		{"no letter", "11111111-2222-4333-8444-555555555555", []string{"11111111-2222-4333-8444-555555555555"}},
		{"a customer behind a label", "customer:cust_1042", []string{"customer:cust_1042", "cust_1042"}},
		{"an id with colons", "acme:eu:1042x", []string{"acme:eu:1042x", "1042x"}},
		{"case is kept", "Cust_1042 cust_1042", []string{"Cust_1042", "cust_1042"}},
		{"once each", "cust_1042, cust_1042.", []string{"cust_1042"}},
		{"too short", "a1b2", nil},
		{"as long as may be", strings.Repeat("a1", 64), []string{strings.Repeat("a1", 64)}},
		{"too long", strings.Repeat("a1", 64) + "b", nil},
		{"a user", "<@U0123ABCDE> <@U0123ABCDF|bo1042>", nil},
		{"a channel", "<#C0123ABCDE|finch-alerts2>", nil},
		{"a group and a date", "<!subteam^S0123ABCD|@ops12> <!date^1764230400^{date_short}|2026-11-27x>", nil},
		{"a mention that does not end", "<@U0123ABCDE " + jobID, []string{jobID, "U0123ABCDE"}},
		{"a mention beside an id", "<@U0123ABCDE>cust_1042<@U0123ABCDE>", []string{"cust_1042"}},
		{"emoji", ":custom_emoji_2: :x1234::y1234:", nil},
		{"an emoji beside an id", ":x1234: cust_1042", []string{"cust_1042"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := thread.Find(tt.text, 40); !slices.Equal(got, tt.want) {
				t.Errorf("Find(%q)\n got %q\nwant %q", tt.text, got, tt.want)
			}
		})
	}
}

func TestAsk(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text string
		want []string
	}{
		{"10423", []string{"10423"}},
		{"harbor", []string{"harbor"}},
		{"a 7", nil},
		{"job 453bd7d7… failed", []string{"453bd7d7", "job", "failed"}},
		{"453BD7D7", []string{"453BD7D7", "453bd7d7"}},
		{"look at cust_1042 and " + jobID, []string{jobID, "cust_1042", "look", "at", "and"}},
		{"ops &amp; support &gt; <@U0123ABCDE> :tada:", []string{"ops", "support"}},
		{"acme:42", []string{"acme:42", "42", "acme"}},
	} {
		if got := thread.Ask(tt.text, 40); !slices.Equal(got, tt.want) {
			t.Errorf("Ask(%q)\n got %q\nwant %q", tt.text, got, tt.want)
		}
	}
	if got := thread.Ask(strings.Repeat("word words wordy ", 99)+" 1042 last_1042", 3); !slices.Equal(got, []string{"1042", "last_1042", "word"}) {
		t.Errorf("in a long text: %q", got)
	}
}

func TestFindTakesNoMoreThanAskedFor(t *testing.T) {
	t.Parallel()
	text := uuids(60, 60) + words(60)
	for _, limit := range []int{-1, 0, 1, 40, 60, 61, 119, 120, 500} {
		got := thread.Find(text, limit)
		if want := min(max(limit, 0), 120); len(got) != want {
			t.Errorf("limit %d: %d results, want %d", limit, len(got), want)
		}
	}
}

// uuids is n of them, of which distinct differ.
func uuids(n, distinct int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "453bd7d7-5355-4d6d-a38e-%012x ", i%distinct)
	}
	return b.String()
}

func words(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "cust_%04d ", i)
	}
	return b.String()
}

func FuzzFind(f *testing.F) {
	for _, seed := range []string{
		"", "job:" + jobID + ", (" + connID + ")", "<https://finch.example/jobs?id=" + jobID + "&amp;x=1|label>", "<@U0123ABCDE> <#C1|x1234>",
		":x1234: customer:cust_1042", "%2F" + jobID, "\u200b" + jobID + "\u202e", strings.Repeat("-", 99), strings.ToUpper(jobID) + "-beef", "<@<#<!\n>",
	} {
		f.Add(seed, 40)
	}
	f.Fuzz(func(t *testing.T, text string, limit int) {
		limit = min(limit, 100)
		for name, find := range map[string]func(string, int) []string{"Find": thread.Find, "Ask": thread.Ask} {
			checkFound(t, name, text, limit, find(text, limit))
			for _, marks := range [][2]string{{"`", "`"}, {"```\n", "\n```"}, {"“", "”"}, {"\"", "\""}, {"&gt; ", "\n"}, {"(", ")"}} {
				wrapped := marks[0] + text + marks[1]
				if got, want := find(wrapped, limit), find(text, limit); !slices.Equal(got, want) {
					t.Fatalf("%s(%q) is %q, %s(%q) %q", name, wrapped, got, name, text, want)
				}
			}
		}
		if !strings.ContainsAny(text, "<>\n") {
			link := "<https://finch.example/" + text + ">"
			if got, want := thread.Find(link, limit), thread.Find(text, limit); !slices.Equal(got, want) {
				t.Fatalf("Find(%q) is %q, without the link %q", link, got, want)
			}
		}
	})
}

func checkFound(t *testing.T, name, text string, limit int, found []string) {
	t.Helper()
	if len(found) > max(limit, 0) {
		t.Fatalf("%s(%q, %d): %d results", name, text, limit, len(found))
	}
	seen := map[string]bool{}
	for _, id := range found {
		if seen[id] {
			t.Fatalf("%s(%q): %q twice", name, text, id)
		}
		seen[id] = true
		if !strings.Contains(text, id) && !strings.Contains(lower(text), id) {
			t.Fatalf("%s(%q): %q is not there", name, text, id)
		}
		if len(id) < 2 || len(id) > 128 {
			t.Fatalf("%s(%q): %q is %d long", name, text, id, len(id))
		}
	}
}

// lower is the text with ASCII in lower case: no other letter becomes one of an id.
func lower(text string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, text)
}

const megabyte = 1_000_000

// texts are a megabyte each: what people write, and what would be slow if anything was.
func texts() []struct{ name, text string } {
	fill := func(part string) string { return strings.Repeat(part, megabyte/len(part)+1)[:megabyte] }
	return []struct{ name, text string }{
		{"prose", fill("The customer says that the sync failed again this morning, can you have a look? Thanks! ")},
		{"ids", fill("job " + jobID + " of cust_1042, see <https://finch.example/jobs/" + connID + "|there>\n")},
		{"same UUIDs", fill(uuids(39, 39))},
		{"same words", fill(words(39))},
		{"dashes", fill("-")},
		{"hex", fill("a1")},
		{"almost UUIDs", fill("453bd7d7-5355-4d6d-a38e-d9e7eb218c3-")},
		{"endless UUID", fill("453bd7d7-5355-4d6d-a38e-d9e7eb218c3f-")},
		{"eights", fill("453bd7d7-")},
		{"colons", fill("a:")},
		{"mentions", fill("<@")},
		{"one long mention", "<@" + fill("a1")},
		{"entities", fill("&amp;&am")},
		{"percent", fill("%4")},
		{"beyond ASCII", fill("“日本語” ")},
	}
}

func BenchmarkFind(b *testing.B) { bench(b, thread.Find) }
func BenchmarkAsk(b *testing.B)  { bench(b, thread.Ask) }

func bench(b *testing.B, find func(string, int) []string) {
	for _, tt := range texts() {
		b.Run(tt.name, func(b *testing.B) {
			b.SetBytes(megabyte)
			for b.Loop() {
				find(tt.text, 40)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms/MB")
		})
	}
}
