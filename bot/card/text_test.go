package card_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"perch/bot/card"
)

const family = "👩‍👩‍👧"

func TestCleanLeavesOnlyWhatAReaderSees(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want string }{
		"plain text":                    {"Harbor Coffee Roasters", "Harbor Coffee Roasters"},
		"nothing":                       {"", ""},
		"line breaks and tabs":          {"a\r\n\tb\vc\u2028d\u0085e", "a b c d e"},
		"runs of space, and at ends":    {"  a \u00a0 b\u3000c  ", "a b c"},
		"control characters":            {"a\x00b\x1b[31mc\x7f", "ab[31mc"},
		"text that turns itself around": {"safe\u202egpj.exe\u202c", "safegpj.exe"},
		"isolates and marks":            {"\u2066a\u2069\u200eb\u200fc\u061c", "abc"},
		"zero width disguise":           {"pay\u200broll\ufeff\u2060", "payroll"},
		"a joiner between Latin":        {"ad\u200dmin", "admin"},
		"a joiner at an end":            {"\u200da\u200d", "a"},
		"a doubled joiner":              {"👩\u200d\u200d👧", "👩\u200d👧"},
		"a family":                      {family, family},
		"a Persian non-joiner":          {"می\u200cخواهم", "می\u200cخواهم"},
		"accents":                       {"Café Zürich", "Café Zürich"},
		"a tower of accents":            {"x" + strings.Repeat("\u0301", 40), "x" + strings.Repeat("\u0301", 8)},
		"invisible tags":                {"a\U000e0041\U000e0042b", "ab"},
		"broken UTF-8":                  {"a\xffb", "a\ufffdb"},
		"formatting stays":              {"*a* _b_ ~c~ `d`", "*a* _b_ ~c~ `d`"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := card.Clean(c.in); got != c.want {
				t.Errorf("Clean(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestCleanLinesKeepsLinesAndIndentation(t *testing.T) {
	t.Parallel()
	got := card.CleanLines("\n{\r\n\t\"a\": 1,\u2028  \u202e\"b\": 2\n}\n\n")
	if want := "{\n  \"a\": 1,\n  \"b\": 2\n}"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCutNeverTearsWhatBelongsTogether(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in    string
		limit int
		want  string
	}{
		"short enough":             {"Harbor", 6, "Harbor"},
		"one over":                 {"Harbors", 6, "Harbo…"},
		"no space before the dots": {"Harbor Coffee", 8, "Harbor…"},
		"an accent of its own":     {"cafe\u0301s", 5, "caf…"},
		"a family goes whole":      {"ab" + family + "cd", 8, "ab…"},
		"a family stays whole":     {"ab" + family + "cd", 11, "ab" + family + "…"},
		"a flag":                   {"🇨🇭🇨🇭", 6, "🇨🇭…"},
		"room for the dots alone":  {"Harbor", 1, "…"},
		"no room":                  {"Harbor", 0, ""},
		"fewer bytes than limit":   {"é", 2, "é"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := card.Cut(c.in, c.limit); got != c.want {
				t.Errorf("Cut(%q, %d) = %q, want %q", c.in, c.limit, got, c.want)
			}
		})
	}
}

func TestEscapeStopsPingsAndLinks(t *testing.T) {
	t.Parallel()
	got := card.Escape("<!channel> & <https://evil|\u202ehttps://good>")
	if want := "&lt;!channel&gt; &amp; &lt;https://evil|https://good&gt;"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEscapeCutFitsAfterEscaping(t *testing.T) {
	t.Parallel()
	got := card.EscapeCut(strings.Repeat("&", 100), 21)
	if want := "&amp;&amp;&amp;&amp;…"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := card.EscapeCut("a < b", 100); got != "a &lt; b" {
		t.Errorf("got %q", got)
	}
	if got := card.EscapeCut("&&", 3); got != "…" {
		t.Errorf("got %q", got)
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{
		"Harbor Coffee", "a\u202eb\r\n\tc", family, "x\u200d\u200d\u200cy", "é\u200d\u0301é", "\xff\xfe",
		"<!channel> & co", strings.Repeat("e\u0301\u200d", 30), "\u1100\u1161\u11a8", "🇨🇭🇨", "&&&&<<<>>>",
	} {
		f.Add(s, 10)
	}
	f.Fuzz(func(t *testing.T, s string, limit int) {
		limit = limit & 0xff
		clean := card.Clean(s)
		mustBeClean(t, clean)
		if again := card.Clean(clean); again != clean {
			t.Errorf("Clean is not done at once: %q, then %q", clean, again)
		}
		lines := card.CleanLines(s)
		mustBeClean(t, strings.ReplaceAll(lines, "\n", ""))
		if again := card.CleanLines(lines); again != lines {
			t.Errorf("CleanLines is not done at once: %q, then %q", lines, again)
		}
		mustFit(t, card.Cut(clean, limit), limit)
		escaped := card.EscapeCut(s, limit)
		mustFit(t, escaped, limit)
		if strings.ContainsAny(escaped, "<>") || strings.ContainsAny(card.Escape(s), "<>") {
			t.Errorf("%q is not escaped", escaped)
		}
	})
}

func mustBeClean(t *testing.T, s string) {
	t.Helper()
	if !utf8.ValidString(s) {
		t.Errorf("%q is not UTF-8", s)
	}
	for _, r := range s {
		bidi := r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200e || r == 0x200f || r == 0x61c
		if bidi || unicode.IsControl(r) {
			t.Errorf("%q holds %U", s, r)
		}
	}
}

func mustFit(t *testing.T, s string, limit int) {
	t.Helper()
	if got := len(utf16.Encode([]rune(s))); got > limit {
		t.Errorf("%q is %d characters, at most %d", s, got, limit)
	}
}

func TestLinkedWordsLeadToWebPagesOnly(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://example.com/a?b=1&c=2":          "<https://example.com/a?b=1&amp;c=2|words>",
		"https://example.com/a|fake> <!channel":  "<https://example.com/a%7Cfake%3E%20%3C!channel|words>",
		"javascript:alert(1)":                    "words",
		"":                                       "words",
		"https://x/" + strings.Repeat("y", 3000): "words",
	} {
		if got := card.Linked(address, "words"); got != want {
			t.Errorf("%.40q: got %.80q, want %q", address, got, want)
		}
	}
}
