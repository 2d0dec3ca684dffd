package slack

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	slackgo "github.com/slack-go/slack"
)

// parse reads a JSON literal of these tests.
func parse(t *testing.T, text string) any {
	t.Helper()
	var out any
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return out
}

func plainText(n int) string {
	return fmt.Sprintf(`{"type":"plain_text","text":%q}`, strings.Repeat("é", n))
}

func button(more string) string {
	return `{"type":"button","text":` + plainText(5) + more + `}`
}

func times(n int, item string) string {
	return strings.TrimSuffix(strings.Repeat(item+",", n), ",")
}

func options(n int) string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf(`{"text":%s,"value":"v%d"}`, plainText(3), i))
	}
	return "[" + strings.Join(out, ",") + "]"
}

func actions(elements string) string { return `{"type":"actions","elements":[` + elements + `]}` }

func TestBlocksThatSlackRejects(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{Unlimited: true})
	cell := `{"type":"raw_text","text":"x"}`
	table := `{"type":"table","rows":[[` + cell + `]]}`
	for name, tt := range map[string]struct{ blocks, pointer string }{
		"header over 150":               {`{"type":"header","text":` + plainText(151) + `}`, "/blocks/0/text/text"},
		"header with mrkdwn":            {`{"type":"header","text":{"type":"mrkdwn","text":"x"}}`, "/blocks/0/text/type"},
		"header level 5":                {`{"type":"header","text":` + plainText(1) + `,"level":5}`, "/blocks/0/level"},
		"section without text":          {`{"type":"section"}`, "/blocks/0"},
		"section with empty text":       {`{"type":"section","text":` + plainText(0) + `}`, "/blocks/0/text/text"},
		"section over 3000":             {`{"type":"section","text":` + plainText(3001) + `}`, "/blocks/0/text/text"},
		"emoji on mrkdwn":               {`{"type":"section","text":{"type":"mrkdwn","text":"x","emoji":true}}`, "/blocks/0/text"},
		"11 fields":                     {`{"type":"section","fields":[` + times(11, plainText(1)) + `]}`, "/blocks/0/fields"},
		"a field over 2000":             {`{"type":"section","fields":[` + plainText(2001) + `]}`, "/blocks/0/fields/0/text"},
		"11 context elements":           {`{"type":"context","elements":[` + times(11, plainText(1)) + `]}`, "/blocks/0/elements"},
		"26 actions":                    {actions(times(26, button(""))), "/blocks/0/elements"},
		"no actions":                    {actions(""), "/blocks/0/elements"},
		"button text over 75":           {actions(`{"type":"button","text":` + plainText(76) + `}`), "/blocks/0/elements/0/text/text"},
		"button value over 2000":        {actions(button(fmt.Sprintf(`,"value":%q`, strings.Repeat("x", 2001)))), "/blocks/0/elements/0/value"},
		"button to nowhere":             {actions(button(`,"url":"javascript:alert(1)"`)), "/blocks/0/elements/0/url"},
		"button of no style":            {actions(button(`,"style":"default"`)), "/blocks/0/elements/0/style"},
		"accessibility label over 75":   {actions(button(fmt.Sprintf(`,"accessibility_label":%q`, strings.Repeat("x", 76)))), "/blocks/0/elements/0/accessibility_label"},
		"confirm over 300":              {actions(button(`,"confirm":{"title":` + plainText(1) + `,"text":` + plainText(301) + `,"confirm":` + plainText(1) + `,"deny":` + plainText(1) + `}`)), "/blocks/0/elements/0/confirm/text/text"},
		"same action_id twice":          {actions(times(2, button(`,"action_id":"a"`))), "/blocks/0/elements/1/action_id"},
		"action_id over 255":            {actions(button(fmt.Sprintf(`,"action_id":%q`, strings.Repeat("x", 256)))), "/blocks/0/elements/0/action_id"},
		"text input among actions":      {actions(`{"type":"plain_text_input"}`), "/blocks/0/elements/0/type"},
		"101 options":                   {actions(`{"type":"static_select","options":` + options(101) + `}`), "/blocks/0/elements/0/options"},
		"select without options":        {actions(`{"type":"static_select"}`), "/blocks/0/elements/0"},
		"option value over 75":          {actions(fmt.Sprintf(`{"type":"static_select","options":[{"text":%s,"value":%q}]}`, plainText(1), strings.Repeat("x", 76))), "/blocks/0/elements/0/options/0/value"},
		"placeholder over 150":          {actions(`{"type":"static_select","options":` + options(1) + `,"placeholder":` + plainText(151) + `}`), "/blocks/0/elements/0/placeholder/text"},
		"6 in an overflow":              {actions(`{"type":"overflow","options":` + options(6) + `}`), "/blocks/0/elements/0/options"},
		"11 checkboxes":                 {actions(`{"type":"checkboxes","options":` + options(11) + `}`), "/blocks/0/elements/0/options"},
		"a date that is none":           {actions(`{"type":"datepicker","initial_date":"tomorrow"}`), "/blocks/0/elements/0/initial_date"},
		"image without alt text":        {`{"type":"image","image_url":"https://x/y.png"}`, "/blocks/0"},
		"two focused":                   {actions(times(2, `{"type":"datepicker","focus_on_load":true}`)), "/blocks/0/elements/1/focus_on_load"},
		"alert in a message":            {`{"type":"alert","text":` + plainText(1) + `}`, "/blocks/0/type"},
		"a type unheard of":             {`{"type":"hologram"}`, "/blocks/0/type"},
		"a field unheard of":            {`{"type":"divider","colour":"red"}`, "/blocks/0"},
		"same block_id twice":           {times(2, `{"type":"divider","block_id":"b"}`), "/blocks/1/block_id"},
		"block_id over 255":             {fmt.Sprintf(`{"type":"divider","block_id":%q}`, strings.Repeat("x", 256)), "/blocks/0/block_id"},
		"empty raw_text":                {`{"type":"table","rows":[[{"type":"raw_text","text":""}]]}`, "/blocks/0/rows/0/0/text"},
		"21 columns":                    {`{"type":"table","rows":[[` + times(21, cell) + `]]}`, "/blocks/0/rows/0"},
		"101 rows":                      {`{"type":"table","rows":[` + times(101, "["+cell+"]") + `]}`, "/blocks/0/rows"},
		"align empty":                   {`{"type":"table","rows":[[` + cell + `]],"column_settings":[{"align":""}]}`, "/blocks/0/column_settings/0/align"},
		"10,001 characters of cells":    {fmt.Sprintf(`{"type":"table","rows":[[{"type":"raw_text","text":%q}]]}`, strings.Repeat("x", 10001)), "/blocks/0/rows"},
		"uneven data table":             {`{"type":"data_table","caption":"c","rows":[[` + cell + `],[` + cell + "," + cell + `]]}`, "/blocks/0/rows/1"},
		"empty card":                    {`{"type":"card"}`, "/blocks/0"},
		"card with 3 buttons":           {`{"type":"card","actions":[` + times(3, button("")) + `]}`, "/blocks/0/actions"},
		"11 cards":                      {`{"type":"carousel","elements":[` + times(11, `{"type":"card","title":`+plainText(1)+`}`) + `]}`, "/blocks/0/elements"},
		"container in a container":      {`{"type":"container","title":` + plainText(1) + `,"child_blocks":[{"type":"container"}]}`, "/blocks/0/child_blocks/0/type"},
		"chart of 7 series":             {`{"type":"data_visualization","title":"t","chart":{"type":"bar","series":[` + times(7, `{"name":"n","data":[{"label":"l","value":1}]}`) + `]}}`, "/blocks/0/chart/series"},
		"markdown over 12,000 together": {times(2, fmt.Sprintf(`{"type":"markdown","text":%q}`, strings.Repeat("x", 6001))), "/blocks/1/text"},
		"rich text of unknown pieces":   {`{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"smell"}]}]}`, "/blocks/0/elements/0/elements/0/type"},
		"rich text with an empty text":  {`{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":""}]}]}`, "/blocks/0/elements/0/elements/0/text"},
	} {
		t.Run(name, func(t *testing.T) {
			got := s.call("chat.postMessage", map[string]any{"channel": "CALERTS", "text": "x", "blocks": parse(t, "["+tt.blocks+"]")})
			if got.error() != "invalid_blocks" || !strings.Contains(got.messages(), "[json-pointer:"+tt.pointer+"]") {
				t.Fatalf("answer is %v, want a pointer to %s", got.body, tt.pointer)
			}
		})
	}
	got := s.call("chat.postMessage", map[string]any{"channel": "CALERTS", "text": "x", "blocks": parse(t, "["+table+","+table+"]")})
	if got.error() != "invalid_attachments" || !strings.Contains(got.messages(), "only_one_table_allowed") {
		t.Fatalf("two tables: %v", got.body)
	}
	if n := len(s.MessagesSeenBy("UBO", "CALERTS")); n != 0 {
		t.Fatalf("%d of them were posted", n)
	}
}

func TestBlocksAtTheLimitPass(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{Unlimited: true})
	for name, blocks := range map[string]string{
		"header 150":     `{"type":"header","text":` + plainText(150) + `,"level":4}`,
		"section 3000":   `{"type":"section","text":` + plainText(3000) + `}`,
		"25 actions":     actions(times(25, button(""))),
		"100 options":    actions(`{"type":"static_select","options":` + options(100) + `}`),
		"10 fields":      `{"type":"section","fields":[` + times(10, plainText(100)) + `]}`,
		"100x20 table":   `{"type":"table","rows":[` + times(100, "["+times(20, `{"type":"raw_text","text":"x"}`)+"]") + `]}`,
		"input":          `{"type":"input","label":` + plainText(2000) + `,"element":{"type":"plain_text_input","max_length":3000}}`,
		"five overflows": actions(`{"type":"overflow","options":` + options(5) + `}`),
		"alert's kin":    `{"type":"markdown","text":"**x**"}`,
	} {
		t.Run(name, func(t *testing.T) {
			got := s.call("chat.postMessage", map[string]any{"channel": "CALERTS", "blocks": parse(t, "["+blocks+"]")})
			if got.error() != "" {
				t.Fatalf("answer is %v", got.body)
			}
		})
	}
}

// What slack-go writes for common blocks must pass: it is what an app sends.
func TestBlocksMadeBySlackGoPass(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{Unlimited: true})
	plain := func(text string) *slackgo.TextBlockObject {
		return slackgo.NewTextBlockObject(slackgo.PlainTextType, text, true, false)
	}
	mrkdwn := slackgo.NewTextBlockObject(slackgo.MarkdownType, "*b*", false, true)
	option := slackgo.NewOptionBlockObject("v", plain("one"), plain("more"))
	confirm := slackgo.NewConfirmationBlockObject(plain("Sure?"), mrkdwn, plain("Yes"), plain("No"))
	button := slackgo.NewButtonBlockElement("a.b", "v", plain("Go")).WithStyle(slackgo.StylePrimary).WithConfirm(confirm).WithURL("https://x.example")
	menu := slackgo.NewOptionsSelectBlockElement(slackgo.OptTypeStatic, plain("Pick"), "a.c", option)
	external := slackgo.NewOptionsSelectBlockElement(slackgo.OptTypeExternal, plain("Pick"), "a.d")
	table := slackgo.NewTableBlock("t").WithColumnSettings(slackgo.ColumnSetting{Align: slackgo.ColumnAlignmentLeft})
	table.AddRow(slackgo.NewTableRawTextCell("x"))
	blocks := []slackgo.Block{
		slackgo.NewHeaderBlock(plain("Head")),
		slackgo.NewSectionBlock(mrkdwn, []*slackgo.TextBlockObject{mrkdwn}, slackgo.NewAccessory(slackgo.NewOverflowBlockElement("a.o", option))),
		slackgo.NewContextBlock("c", mrkdwn, slackgo.NewImageBlockElement("https://x.example/y.png", "alt")),
		slackgo.NewActionBlock("acts", button, menu, external, slackgo.NewDatePickerBlockElement("a.e"),
			slackgo.NewCheckboxGroupsBlockElement("a.f", option), slackgo.NewRadioButtonsBlockElement("a.g", option),
			slackgo.NewOptionsSelectBlockElement(slackgo.OptTypeConversations, plain("Where"), "a.h"),
			slackgo.NewOptionsMultiSelectBlockElement(slackgo.MultiOptTypeStatic, plain("Which"), "a.i", option)),
		slackgo.NewDividerBlock(),
		slackgo.NewImageBlock("https://x.example/y.png", "alt", "img", plain("Title")),
		slackgo.NewInputBlock("in", plain("Label"), plain("Hint"), slackgo.NewPlainTextInputBlockElement(plain("…"), "a.j")).WithOptional(true),
		slackgo.NewRichTextBlock("rich",
			slackgo.NewRichTextSection(slackgo.NewRichTextSectionTextElement("x", &slackgo.RichTextSectionTextStyle{Bold: true}), slackgo.NewRichTextSectionUserElement("UBO", nil)),
			slackgo.NewRichTextList(slackgo.RTEListBullet, 0, slackgo.NewRichTextSection(slackgo.NewRichTextSectionLinkElement("https://x.example", "x", nil))),
			&slackgo.RichTextPreformatted{Type: slackgo.RTEPreformatted, Elements: []slackgo.RichTextSectionElement{slackgo.NewRichTextSectionTextElement("ids", nil)}}),
		table,
	}
	_, _, err := s.api.PostMessageContext(s.ctx, "CALERTS", slackgo.MsgOptionBlocks(blocks...), slackgo.MsgOptionText("t", false))
	if err != nil {
		t.Fatalf("%v: %v", err, s.Calls("chat.postMessage")[0])
	}
	m := s.MessagesSeenBy("UBO", "CALERTS")[0]
	for _, x := range m.Blocks {
		b, _ := x.(map[string]any)
		if id, _ := b["block_id"].(string); id == "" {
			t.Errorf("a block has no id: %v", b)
		}
	}
	for _, want := range []string{"Head", "*b*", "[Go]", "Pick", "Label", "<@UBO>", "ids", "alt"} {
		if !strings.Contains(m.Shown, want) {
			t.Errorf("%q is not shown in:\n%s", want, m.Shown)
		}
	}
}

func TestBlocksValidateTellsEachProblem(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	got := s.callAs("", "blocks.validate", map[string]any{"blocks": parse(t, `[{"type":"header","text":`+plainText(151)+`},{"type":"alert"}]`)})
	list, _ := got.body["errors"].([]any)
	if got.error() != "invalid_blocks" || len(list) != 2 {
		t.Fatalf("answer is %v", got.body)
	}
	first, _ := list[0].(map[string]any)
	if first["pointer"] != "/blocks/0/text/text" || first["code"] != "too_long" || first["field"] != "text" || first["constraint"] != 151.0 {
		t.Fatalf("first problem is %v", first)
	}
	for _, fine := range []map[string]any{
		{"blocks": parse(t, `[{"type":"divider"}]`)},
		{"message": parse(t, `{"blocks":[{"type":"divider"}]}`)},
		{"view": parse(t, `{"type":"modal","title":`+plainText(3)+`,"blocks":[{"type":"alert","text":`+plainText(3)+`}]}`)},
	} {
		if got := s.callAs("", "blocks.validate", fine); got.error() != "" || got.body["ok"] != true {
			t.Errorf("%v: %v", fine, got.body)
		}
	}
}
