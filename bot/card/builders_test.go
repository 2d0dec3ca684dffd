package card_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"perch/bot/card"
	"perch/internal/golden"
)

// sample is a card with one of nearly everything, around one name from
// outside.
func sample(name string) card.Message {
	choices := []card.Choice{{"c1", name, name}, {"c2", "Other " + name, ""}}
	refresh := card.Button("connection.refresh", "c1", "Refresh", card.Primary(), card.Says("Refresh "+name))
	remove := card.Button("connection.remove", "c1", "Remove", card.Danger(),
		card.Confirm("Remove "+name+"?", "The token of "+name+" is forgotten.", "Remove", "Keep"))
	docs := card.Button("connection.docs", "", "Docs", card.URL("https://developer.tryfinch.com"))
	return card.Message{
		Text: card.FallbackText(card.Escape(name) + ": " + card.Status("connected").String()),
		Blocks: []slack.Block{
			card.Header(name),
			card.Text(card.Status("connected").String() + " since " + card.When(noon, noon)),
			card.Plain(name),
			card.TextWith("*"+card.Escape(name)+"*", card.Button("connection.open", "c1", "Open")),
			card.PlainWith(name, card.Overflow("connection.more", choices...)),
			card.Fields("Last sync\n"+card.Day(noon), card.EscapeCut(name, 100)),
			card.Rich(
				card.Line(card.Bold(name), card.Normal(" · "), card.Status("reauth").Part()),
				card.Line(card.Italic("seen "), card.Date(noon, noon), card.Code(name)),
				card.Line(card.Link("https://example.com/x", name), card.User("UANN"), card.Emoji(":key:")),
			),
			card.Bullets(card.Normal(name), card.Status("pending").Part()),
			card.Quote(card.Normal(name)),
			card.Preformatted("connection  c0ffee00", "customer    "+name),
			card.Divider(),
			card.Table([]string{"Customer", "Seen"}, []card.Part{card.Bold(name), card.Date(noon, noon)}, []card.Part{card.Code(name)}),
			card.Actions("main", refresh, remove, docs, card.Select("connection.pick", "Pick one", choices)),
			card.Context("From Finch "+card.Ago(noon, noon), card.Escape(name)),
		},
	}
}

func sampleModal(name string) card.Modal {
	return card.Modal{
		CallbackID: "connection.find", Title: "Find " + name, Submit: "Find", Close: "Back", Private: "C1", NotifyOnClose: true,
		Blocks: []slack.Block{
			card.TextField(card.Field{BlockID: "words", ActionID: "words", Label: "Words", Placeholder: "harbor", Hint: name}, name, 50),
			card.TextArea(card.Field{BlockID: "note", ActionID: "note", Label: name, Optional: true}, name+"\n"+name, 9000),
			card.SelectField(card.Field{BlockID: "tab", ActionID: "tab", Label: "Tab"},
				[]card.Choice{{Value: "live", Label: "Live"}, {Value: "staged", Label: name}}, "staged"),
			card.ExternalField(card.Field{BlockID: "conn", ActionID: "conn", Label: "Connection"}, 2, card.Choice{Value: "c1", Label: name}),
		},
	}
}

func TestCardsLookAsTheyDid(t *testing.T) {
	t.Parallel()
	golden.JSON(t, "message.json", sample("Harbor Coffee Roasters"))
	golden.JSON(t, "hostile.json", sample("<!channel> *Evil* `&` \u202e:large_green_circle:\nConnected"))
	golden.JSON(t, "modal.json", sampleModal("Harbor Coffee Roasters").View())
	golden.JSON(t, "home.json", card.Home(card.Header("Perch"), card.Text("*61* live")))
	golden.JSON(t, "suggestions.json", card.Suggest([]card.Choice{{"c1", "Harbor Coffee", "Paychex Flex"}}))
	golden.JSON(t, "no_suggestions.json", card.Suggest(nil))
}

func TestEveryGoldenIsWithinSlacksLimits(t *testing.T) {
	t.Parallel()
	if err := card.ValidateFiles(os.DirFS("testdata")); err != nil {
		t.Error(err)
	}
}

func TestBuildersStayWithinLimitsWhateverComes(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing":         "",
		"only spaces":     " \t\n ",
		"only invisibles": "\u202e\u200b\x00",
		"very long":       strings.Repeat("payroll ", 5000),
		"emoji":           strings.Repeat("👩‍👩‍👧", 700),
		"markup":          strings.Repeat("<!channel>&", 700),
		"one endless":     "x" + strings.Repeat("\u0301", 9000),
		"broken":          strings.Repeat("\xff\xc3", 3000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, b := range sample(text).Blocks {
				if err := (card.Message{Text: "x", Blocks: []slack.Block{b}}).Validate(); err != nil {
					t.Error(err)
				}
			}
			if err := (card.Message{Text: card.FallbackText(card.Escape(text))}).Validate(); err != nil {
				t.Error(err)
			}
			if err := card.ValidateView(sampleModal(text).View()); err != nil {
				t.Error(err)
			}
			if err := card.ValidateHome(card.Home(card.Header(text))); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestListsAreCutToWhatSlackTakes(t *testing.T) {
	t.Parallel()
	many := make([]string, 30)
	choices := make([]card.Choice, 300)
	var buttons []slack.BlockElement
	for i := range 30 {
		id := string(rune('a' + i))
		buttons = append(buttons, card.Button(id, id, id))
	}
	for i := range choices {
		choices[i] = card.Choice{Value: strings.Repeat("v", 1+i/100) + string(rune(0x100+i)), Label: "x"}
	}
	m := card.Message{Text: "x", Blocks: []slack.Block{
		card.Fields(many...), card.Context(many...), card.Actions("a", buttons...), card.Fields(), card.Context(),
		card.TextWith("x", card.Select("s", "", choices)), card.TextWith("x", card.Overflow("o", choices...)),
		card.Rich(), card.Bullets(), card.Quote(), card.Preformatted(),
	}}
	if err := m.Validate(); err != nil {
		t.Error(err)
	}
	if got := len(card.Suggest(choices).Options); got != 100 {
		t.Errorf("%d suggestions", got)
	}
}

func TestTablesAreCutToWhatSlackTakes(t *testing.T) {
	t.Parallel()
	long := card.Normal(strings.Repeat("payroll ", 20))
	var many [][]card.Part
	for range 200 {
		many = append(many, []card.Part{long, card.Date(noon, noon), card.Line(card.Emoji("x"), card.Normal(" Failed"))})
	}
	var narrow [][]card.Part
	for range 200 {
		narrow = append(narrow, []card.Part{card.Normal("x")})
	}
	for name, b := range map[string]slack.Block{
		"too much text":    card.Table([]string{"a", "b", "c"}, many...),
		"too many rows":    card.Table([]string{"a"}, narrow...),
		"too many columns": card.Table(strings.Split(strings.Repeat("a ", 30), " "), narrow...),
		"rows too wide":    card.Table([]string{"a"}, many[:3]...),
		"rows too short":   card.Table([]string{"a", "b"}, nil, narrow[0]),
		"no rows":          card.Table([]string{""}),
		"no columns":       card.Table(nil, narrow...),
	} {
		if err := (card.Message{Text: "x", Blocks: []slack.Block{b}}).Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBothVersionsOfACardAreValidated(t *testing.T) {
	t.Parallel()
	m := card.Message{Text: "x", Blocks: []slack.Block{card.Divider()}, Simpler: []slack.Block{slack.NewHeaderBlock(nil)}}
	if m.Validate() == nil {
		t.Error("a wrong block in the simpler version was not seen")
	}
}

func TestMarkupIsNeverCutInside(t *testing.T) {
	t.Parallel()
	date := card.When(noon, noon)
	for name, tail := range map[string]string{"a date": date, "an entity": "&amp;"} {
		for lack := 1; lack < len(tail)+2; lack++ {
			s := strings.Repeat("x", 3000-len(tail)+lack) + tail
			got := wire(t, card.Text(s))
			if strings.Contains(got, "<!") && !strings.Contains(got, ">") || strings.Contains(got, "&") && !strings.Contains(got, "&amp;") {
				t.Errorf("%s is torn: …%s", name, got[len(got)-80:])
			}
		}
	}
}

func TestOutsideTextIsNeitherMarkupNorEmoji(t *testing.T) {
	t.Parallel()
	const name = ":large_green_circle: *Connected*"
	if got := wire(t, card.Header(name)); !strings.Contains(got, `"emoji":false`) {
		t.Errorf("a header draws emoji: %s", got)
	}
	if got := wire(t, card.Rich(card.Bold(name))); !strings.Contains(got, name) || strings.Contains(got, `"type":"emoji"`) {
		t.Errorf("rich text changes a name: %s", got)
	}
	if got := wire(t, card.Text("x")); !strings.Contains(got, `"verbatim":true`) {
		t.Errorf("a section links by itself: %s", got)
	}
}

func TestLinksLeadToWebPagesOnly(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"javascript:alert(1)", "ftp://x/y", "//x", "https://", "x", "", "https://x/" + strings.Repeat("y", 3000)} {
		if b := card.Button("a", "", "x", card.URL(address)); b.URL != "" {
			t.Errorf("a button leads to %q", b.URL)
		}
		if got := wire(t, card.Rich(card.Link(address, "text"))); strings.Contains(got, `"link"`) {
			t.Errorf("a link leads to %.30q: %s", address, got)
		}
	}
	if got := wire(t, card.Rich(card.Link("https://example.com/a|b", ""))); !strings.Contains(got, `"url":"https://example.com/a|b"`) {
		t.Errorf("a web page is not linked: %s", got)
	}
}

func TestAnUnknownDateIsAWord(t *testing.T) {
	t.Parallel()
	if got := wire(t, card.Rich(card.Date(time.Time{}, noon))); !strings.Contains(got, `"text":"unknown"`) {
		t.Error(got)
	}
}

func TestSpacesBetweenPartsStay(t *testing.T) {
	t.Parallel()
	got := wire(t, card.Rich(card.Line(card.Bold("a"), card.Normal(" · b\n"), card.Normal(" "), card.Normal("c"))))
	for _, want := range []string{`"a"`, `" · b "`, `" "`, `"c"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
}

func wire(t *testing.T, b slack.Block) string {
	t.Helper()
	raw, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	unescaped := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&")
	return unescaped.Replace(string(raw))
}
