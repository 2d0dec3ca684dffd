package mask_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"perch/internal/mask"
)

func TestValue(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"words", "Customer Success (EMEA), level 3", "Customer Success (EMEA), level 3"},
		{"short numbers", "Floor 12, Suite 400", "Floor 12, Suite 400"},
		{"a year", "401k 2026", "401k 2026"},
		{"an SSN", "SSN 123-45-6789.", "SSN ••••."},
		{"dotted", "123.45.6789", "••••"},
		{"spaced", "123 45 6789", "••••"},
		{"undashed", "a123456789b", "a••••b"},
		{"with long dashes", "123–45—6789", "••••"},
		{"in full width", "１２３４５６７８９", "••••"},
		{"in Arabic digits", "١٢٣٤٥٦٧٨٩", "••••"},
		{"parted by what is invisible", "123\u200b45\u200b\u200b\u200b\u200b6789", "••••"},
		{"with more signs than people write", "123 - . - 45\n\n\n\n6789", "••••"},
		{"in quotes of numbers", "512'667’788", "••••"},
		{"with other signs", "123:45:6789 or 123•45|6789 or 123\\45=6789", "•••• or •••• or ••••"},
		{"in keys", "1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣9", "••••"},
		{"raised and in circles", "¹²³⁴⁵⁶⁷ or ①②③④⑤⑥⑦", "•••• or ••••"},
		{"parted by letters that nobody sees", "123\u316445\uffa06789", "••••"},
		{"crossed out", "XXX-XX-6789 and ***-**-6789", "XXX-•••• and ***-••••"},
		{"a routing number", "ABA 021000021", "ABA ••••"},
		{"six digits", "123456", "123456"},
		{"seven", "1234567", "••••"},
		{"an IBAN", "DE89 3704 0044 0532 0130 00", "DE••••"},
		{"a phone", "(415) 555-0100", "(••••"},
		{"a phone of abroad", "+44 20 7946 0018", "+••••"},
		{"a short phone", "555-0100", "••••"},
		{"dotted phone", "415.555.0100 x12", "•••• x12"},
		{"an email", "Ops <ops+x@harbor.example>, Bo", "Ops <••••>, Bo"},
		{"an email in an address", "mailto:bo%40harbor.example", "••••"},
		{"an email in full width", "bo＠harbor.example", "••••"},
		{"an email with a space in it", `"Bo Li"@harbor.example or bo @ harbor.example`, "•••• or ••••"},
		{"an email spelled out", "bo(at)harbor.example, bo&#64;harbor.example", "••••, ••••"},
		{"a signed token", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcDEF123", "••••"},
		{"tokens by their first letters", "sk_live_abc123 ghp_0123456789abcdef AKIAIOSFODNN7EXAMPLE", "•••• •••• ••••"},
		{"a short one", "sk_live_abc", "••••"},
		{"words with such letters", "night_shift_differential in_test_mode weighs_live_animals", "night_shift_differential in_test_mode weighs_live_animals"},
		{"Slack's tokens", "use xoxb-1-abc", "use ••••"},
		{"a header", "Authorization: Bearer ab.cd", "••••"},
		{"a bearer", "Bearer 11111111-2222-4333-8444-555555555555", "••••"},
		{"basic", "Basic Y2xpZW50OnNlY3JldA==", "••••"},
		{"no header", "Basic Research", "Basic Research"},
		{"a key and its value", "api_key=abc&x=1", "••••&x=1"},
		{"long hex", "0123456789abcdef01234567", "••••"},
		{"long base64", "see dGhpcyBpcyBhIHNlY3JldCBrZXk9MQ==", "see ••••"},
		{"a long word", "native_hawaiian_or_pacific_islander", "native_hawaiian_or_pacific_islander"},
		{"a date among words", "since 2026-11-28", "since ••••"},
		{"a date of birth", "CEO 1987-03-14 or 3/4/1987 or 03.14.87 or March 4th, 1987 or 4. Mar 1987", "CEO •••• or •••• or •••• or •••• or ••••"},
		{"days that are nobody's", "on the 15th and 30th, from May 2026, version 1.2.3", "on the 15th and 30th, from May 2026, version 1.2.3"},
		{"a UUID", "11111111-2222-4333-8444-555555555555", "11111111-2222-4333-8444-555555555555"},
		{"masked already", "a •••• b ••••", "a •••• b ••••"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := mask.Value(tt.in)
			if got != tt.want {
				t.Errorf("%q became %q, want %q", tt.in, got, tt.want)
			}
			if again := mask.Value(got); again != got {
				t.Errorf("%q became %q the second time", got, again)
			}
		})
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	const id = "d1d1d1d1-0000-4000-8000-00000000000a"
	tests := []struct{ name, in, want string }{
		{"Finch's words", "Please reauthenticate user", "Please reauthenticate user"},
		{"a field", "[body:description]: Not a valid string", "[body:description]: Not a valid string"},
		{"a status", "HTTP 404 after 30 seconds", "HTTP 404 after 30 seconds"},
		{"an id", "could not find job with id " + id + ".", "could not find job with id " + id + "."},
		{"an id in quotes", "no job '" + id + "'", "no job '" + id + "'"},
		{"half an id", id + "-6789", "••••"},
		{"four digits", "ending in 6789", "ending in ••••"},
		{"a date", "born 1985-03-04", "born ••••"},
		{"a time", "at 2026-11-28T07:14:03.12Z.", "at ••••."},
		{"slashes", "born 3/4/85, hired 03/04/1999", "born ••••, hired ••••"},
		{"a month", "born 4 March 1985 or Mar 4, 1985 or 4th of March", "born •••• or •••• or ••••"},
		{"no month", "it may fail 3 times; decline 5", "it may fail 3 times; decline 5"},
		{"a plain word in quotes", `field "start_date" is missing`, `field "start_date" is missing`},
		{"a name in quotes", `no individual "Ana Souza", 'Bo Li' or “Cy Dee”`, `no individual "••••", '••••' or “••••”`},
		{"a quotation without end", `got "Ana Souza`, `got "••••`},
		{"apostrophes", "the employer's plan doesn't say", "the employer's plan doesn't say"},
		{"JSON", `{"first_name": "Ana", "ssn":"123-45-6789"}`, `{"first_name": "••••", "ssn":"••••"}`},
		{"JSON in a string", `{\"first_name\":\"Ana\"}`, `{\"first_name\":\"••••\"}`},
		{"an email", "ask ana@harbor.example.", "ask ••••"},
		{"a token", "token: abc is wrong", "•••• is wrong"},
		{"a token that is a UUID", "Bearer " + id + " is wrong", "•••• is wrong"},
		{"lines", "a\nb\u202ec\x00", "a bc"},
		{"a number parted by what is invisible", "12\u200b34\u00ad5", "••••"},
		{"half a quotation that masking left", "0@`0`", "••••••••`••••"},
		{"no UTF-8", "a\xffb", "ab"},
		{"nothing", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := mask.Text(tt.in)
			if got != tt.want {
				t.Errorf("%q became %q, want %q", tt.in, got, tt.want)
			}
			if again := mask.Text(got); again != got {
				t.Errorf("%q became %q the second time", got, again)
			}
		})
	}
}

func TestTextCutsLongTexts(t *testing.T) {
	t.Parallel()
	for _, part := range []string{"'", `"`, `\"`, "1-", "a@", "“", "words and ", "123-45-6789 and ", `no "Ana Souza" `} {
		got := mask.Text(strings.Repeat(part, 5000))
		if utf8.RuneCountInString(got) > 4000 || !strings.HasSuffix(got, "…") {
			t.Errorf("%q many times became %d characters", part, utf8.RuneCountInString(got))
		}
		if strings.Contains(got, "123") || strings.Contains(got, "Souza") {
			t.Errorf("%q is seen in %.100s", part, got)
		}
	}
	for i := range 20 { // wherever a number is cut
		if got := mask.Text(strings.Repeat("a ", 2000-10) + strings.Repeat("b", i) + " 123-45-6789 again"); strings.Contains(got, "12") {
			t.Errorf("the number is seen behind %d: %q", i, got[len(got)-100:])
		}
	}
}

func TestLine(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"ticket 41523 of Ann":                            "ticket 41523 of Ann",
		"PAY-20417, see 2 others":                        "PAY-20417, see 2 others",
		"see d1d1d1d1-0000-4000-8000-00000000000a again": "see d1d1d1d1-0000-4000-8000-00000000000a again",
		"SSN 123-45-6789\nborn 3/4/1987":                 "SSN •••• born ••••",
		"asked by\u202e bo@harbor.example, token: abc":   "asked by ••••, ••••",
		"": "",
	} {
		if got := mask.Line(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
		if got := mask.Line(want); got != want {
			t.Errorf("%q became %q the second time", want, got)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add(`could not find "Ana Souza", born 4 March 1985, SSN 123-45-6789`)
	f.Add(`{"a":"b c", 'd`)
	f.Add("d1d1d1d1-0000-4000-8000-00000000000a")
	f.Fuzz(func(t *testing.T, s string) {
		got := mask.Text(s)
		if !utf8.ValidString(got) || strings.ContainsAny(got, "\n\r\x00\u202e") {
			t.Errorf("%q became %q", s, got)
		}
		if again := mask.Text(got); again != got {
			t.Errorf("%q became %q, then %q", s, got, again)
		}
	})
}

func BenchmarkText(b *testing.B) {
	const s = `could not find individual "Ana Souza", born 4 March 1985, in job d1d1d1d1-0000-4000-8000-00000000000a`
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		mask.Text(s)
	}
}
