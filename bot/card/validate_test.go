package card_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/slack-go/slack"

	"perch/bot/card"
)

// message, modal and home put blocks, as JSON, where they are shown.
func message(blocks string) string { return `{"text":"x","blocks":[` + blocks + `]}` }

func modal(blocks string) string {
	return `{"type":"modal","title":` + plain(5) + `,"submit":` + plain(5) + `,"blocks":[` + blocks + `]}`
}
func home(blocks string) string { return `{"type":"home","blocks":[` + blocks + `]}` }

func letters(n int) string { return strings.Repeat("x", n) }
func plain(n int) string   { return `{"type":"plain_text","text":"` + letters(n) + `"}` }
func mrkdwn(n int) string  { return `{"type":"mrkdwn","text":"` + letters(n) + `"}` }

// times repeats JSON n times, with # for the index.
func times(n int, json string) string {
	list := make([]string, n)
	for i := range list {
		list[i] = strings.ReplaceAll(json, "#", fmt.Sprint(i))
	}
	return strings.Join(list, ",")
}

func section(members string) string { return `{"type":"section",` + members + `}` }
func actions(els string) string     { return `{"type":"actions","elements":[` + els + `]}` }
func accessory(el string) string    { return section(`"text":` + plain(1) + `,"accessory":` + el) }
func input(el string) string {
	return `{"type":"input","label":` + plain(5) + `,"element":` + el + `}`
}

func button(members string) string {
	return `{"type":"button","action_id":"a#","text":` + plain(5) + members + `}`
}

func option(text, value int) string {
	return `{"text":` + plain(text) + `,"value":"#` + letters(value-1) + `"}`
}

// distinct is an option that differs from the others of times.
const distinct = `{"text":{"type":"plain_text","text":"x"},"value":"v#"}`

func menu(kind string, n int) string {
	return `{"type":"` + kind + `","action_id":"m","options":[` + times(n, distinct) + `]}`
}

func confirm(title, text, yes, no int) string {
	return button(fmt.Sprintf(`,"confirm":{"title":%s,"text":%s,"confirm":%s,"deny":%s}`, plain(title), plain(text), plain(yes), plain(no)))
}

func table(rows int, row string) string {
	return `{"type":"table","rows":[` + times(rows, `[`+row+`]`) + `]}`
}

func cell(n int) string { return `{"type":"raw_text","text":"` + letters(n) + `"}` }

func rich(elements string) string { return `{"type":"rich_text","elements":[` + elements + `]}` }

func richSection(inlines string) string {
	return rich(`{"type":"rich_text_section","elements":[` + inlines + `]}`)
}

const picture = `{"type":"image","image_url":"https://example.com/a.png","alt_text":"a"}`

func pie(title, segments int) string {
	return `{"type":"data_visualization","title":"` + letters(title) + `","chart":{"type":"pie","segments":[` + times(segments, `{"label":"a#","value":1}`) + `]}}`
}

func dataTable(rows int, heading, row string) string {
	return `{"type":"data_table","caption":"c","rows":[[` + heading + `],` + times(rows-1, `[`+row+`]`) + `]}`
}

// atTheLimit passes, oneOver is refused at pointer, for each limit of Slack's.
var limits = []struct {
	name                string
	atTheLimit, oneOver string
	pointer             string
}{
	{"blocks of a message", message(times(50, `{"type":"divider"}`)), message(times(51, `{"type":"divider"}`)), "/blocks"},
	{"blocks of a modal", modal(times(100, `{"type":"divider"}`)), modal(times(101, `{"type":"divider"}`)), "/blocks"},
	{"blocks of a home", home(times(100, `{"type":"divider"}`)), home(times(101, `{"type":"divider"}`)), "/blocks"},
	{"text of a message", `{"text":"` + letters(4000) + `"}`, `{"text":"` + letters(4001) + `"}`, "/text"},
	{"text of a message, absent", `{"text":"x"}`, `{"blocks":[{"type":"divider"}]}`, "/text"},
	{
		"all text of a message", message(times(4, section(`"text":`+plain(3000))) + "," + section(`"text":`+plain(1200))),
		message(times(4, section(`"text":`+plain(3000))) + "," + section(`"text":`+plain(1201))), "/blocks",
	},
	{"section text", message(section(`"text":` + mrkdwn(3000))), message(section(`"text":` + mrkdwn(3001))), "/blocks/0/text/text"},
	{"section text, empty", message(section(`"text":` + mrkdwn(1))), message(section(`"text":` + mrkdwn(0))), "/blocks/0/text/text"},
	{"section fields", message(section(`"fields":[` + times(10, mrkdwn(1)) + `]`)), message(section(`"fields":[` + times(11, mrkdwn(1)) + `]`)), "/blocks/0/fields"},
	{"field text", message(section(`"fields":[` + mrkdwn(2000) + `]`)), message(section(`"fields":[` + mrkdwn(2001) + `]`)), "/blocks/0/fields/0/text"},
	{"section with nothing", message(section(`"text":` + plain(1))), message(section(`"block_id":"b"`)), "/blocks/0/text"},
	{"header", message(`{"type":"header","text":` + plain(150) + `}`), message(`{"type":"header","text":` + plain(151) + `}`), "/blocks/0/text/text"},
	{"header in mrkdwn", message(`{"type":"header","text":` + plain(1) + `}`), message(`{"type":"header","text":` + mrkdwn(1) + `}`), "/blocks/0/text/type"},
	{"header level", message(`{"type":"header","level":4,"text":` + plain(1) + `}`), message(`{"type":"header","level":5,"text":` + plain(1) + `}`), "/blocks/0/level"},
	{"context", message(`{"type":"context","elements":[` + times(10, mrkdwn(1)) + `]}`), message(`{"type":"context","elements":[` + times(11, mrkdwn(1)) + `]}`), "/blocks/0/elements"},
	{"context with a button", message(`{"type":"context","elements":[` + picture + `]}`), message(`{"type":"context","elements":[` + button("") + `]}`), "/blocks/0/elements/0"},
	{"actions", message(actions(times(25, button("")))), message(actions(times(26, button("")))), "/blocks/0/elements"},
	{"actions, none", message(actions(button(""))), message(actions("")), "/blocks/0/elements"},
	{"block id", message(`{"type":"divider","block_id":"` + letters(255) + `"}`), message(`{"type":"divider","block_id":"` + letters(256) + `"}`), "/blocks/0/block_id"},
	{"block id, twice", message(times(2, `{"type":"divider","block_id":"b#"}`)), message(times(2, `{"type":"divider","block_id":"b"}`)), "/blocks/1/block_id"},
	{"action id", message(actions(`{"type":"button","action_id":"` + letters(255) + `","text":` + plain(1) + `}`)), message(actions(`{"type":"button","action_id":"` + letters(256) + `","text":` + plain(1) + `}`)), "/blocks/0/elements/0/action_id"},
	{"action id, twice in a block", message(actions(button("")) + "," + actions(button(""))), message(actions(button("") + "," + button(""))), "/blocks/0/elements/1/action_id"},

	{"button text", message(actions(`{"type":"button","text":` + plain(75) + `}`)), message(actions(`{"type":"button","text":` + plain(76) + `}`)), "/blocks/0/elements/0/text/text"},
	{"button value", message(actions(button(`,"value":"` + letters(2000) + `"`))), message(actions(button(`,"value":"` + letters(2001) + `"`))), "/blocks/0/elements/0/value"},
	{"button address", message(actions(button(`,"url":"https://x/` + letters(2990) + `"`))), message(actions(button(`,"url":"https://x/` + letters(2991) + `"`))), "/blocks/0/elements/0/url"},
	{"button label for readers", message(actions(button(`,"accessibility_label":"` + letters(75) + `"`))), message(actions(button(`,"accessibility_label":"` + letters(76) + `"`))), "/blocks/0/elements/0/accessibility_label"},
	{"button style", message(actions(button(`,"style":"danger"`))), message(actions(button(`,"style":"default"`))), "/blocks/0/elements/0/style"},
	{"confirm title", message(actions(confirm(100, 1, 1, 1))), message(actions(confirm(101, 1, 1, 1))), "/blocks/0/elements/0/confirm/title/text"},
	{"confirm text", message(actions(confirm(1, 300, 1, 1))), message(actions(confirm(1, 301, 1, 1))), "/blocks/0/elements/0/confirm/text/text"},
	{"confirm button", message(actions(confirm(1, 1, 30, 1))), message(actions(confirm(1, 1, 31, 1))), "/blocks/0/elements/0/confirm/confirm/text"},
	{"deny button", message(actions(confirm(1, 1, 1, 30))), message(actions(confirm(1, 1, 1, 31))), "/blocks/0/elements/0/confirm/deny/text"},

	{"overflow", message(accessory(menu("overflow", 5))), message(accessory(menu("overflow", 6))), "/blocks/0/accessory/options"},
	{"overflow, none", message(accessory(menu("overflow", 1))), message(accessory(menu("overflow", 0))), "/blocks/0/accessory/options"},
	{"checkboxes", message(accessory(menu("checkboxes", 10))), message(accessory(menu("checkboxes", 11))), "/blocks/0/accessory/options"},
	{"radio buttons", message(accessory(menu("radio_buttons", 10))), message(accessory(menu("radio_buttons", 11))), "/blocks/0/accessory/options"},
	{"select", message(accessory(menu("static_select", 100))), message(accessory(menu("static_select", 101))), "/blocks/0/accessory/options"},
	{"option text", message(accessory(`{"type":"static_select","options":[` + option(75, 1) + `]}`)), message(accessory(`{"type":"static_select","options":[` + option(76, 1) + `]}`)), "/blocks/0/accessory/options/0/text/text"},
	{"option value", message(accessory(`{"type":"static_select","options":[` + option(1, 75) + `]}`)), message(accessory(`{"type":"static_select","options":[` + option(1, 76) + `]}`)), "/blocks/0/accessory/options/0/value"},
	{"option value, twice", message(accessory(menu("static_select", 2))), message(accessory(`{"type":"static_select","options":[` + distinct + `,` + distinct + `]}`)), "/blocks/0/accessory/options/1/value"},
	{"option description", message(accessory(`{"type":"overflow","options":[{"text":` + plain(1) + `,"value":"v","description":` + plain(75) + `}]}`)), message(accessory(`{"type":"overflow","options":[{"text":` + plain(1) + `,"value":"v","description":` + plain(76) + `}]}`)), "/blocks/0/accessory/options/0/description/text"},
	{"option address", message(accessory(`{"type":"overflow","options":[{"text":` + plain(1) + `,"value":"v","url":"https://x"}]}`)), message(accessory(`{"type":"static_select","options":[{"text":` + plain(1) + `,"value":"v","url":"https://x"}]}`)), "/blocks/0/accessory/options/0/url"},
	{"option groups", message(accessory(`{"type":"static_select","option_groups":[` + times(100, `{"label":`+plain(75)+`,"options":[`+distinct+`]}`) + `]}`)), message(accessory(`{"type":"static_select","option_groups":[` + times(101, `{"label":`+plain(75)+`,"options":[`+distinct+`]}`) + `]}`)), "/blocks/0/accessory/option_groups"},
	{"group label", message(accessory(`{"type":"static_select","option_groups":[{"label":` + plain(75) + `,"options":[` + distinct + `]}]}`)), message(accessory(`{"type":"static_select","option_groups":[{"label":` + plain(76) + `,"options":[` + distinct + `]}]}`)), "/blocks/0/accessory/option_groups/0/label/text"},
	{"options and groups", message(accessory(menu("static_select", 1))), message(accessory(`{"type":"static_select"}`)), "/blocks/0/accessory"},
	{"chosen among the options", message(accessory(`{"type":"static_select","initial_option":` + distinct + `,"options":[` + distinct + `]}`)), message(accessory(`{"type":"static_select","initial_option":` + option(1, 1) + `,"options":[` + distinct + `]}`)), "/blocks/0/accessory/initial_option"},
	{"placeholder", message(accessory(`{"type":"users_select","placeholder":` + plain(150) + `}`)), message(accessory(`{"type":"users_select","placeholder":` + plain(151) + `}`)), "/blocks/0/accessory/placeholder/text"},
	{"selected at most", message(accessory(`{"type":"multi_users_select","max_selected_items":1}`)), message(accessory(`{"type":"multi_users_select","max_selected_items":0}`)), "/blocks/0/accessory/max_selected_items"},
	{"query length", message(accessory(`{"type":"external_select","min_query_length":0}`)), message(accessory(`{"type":"external_select","min_query_length":-1}`)), "/blocks/0/accessory/min_query_length"},
	{"suggestions", `{"options":[` + times(100, distinct) + `]}`, `{"options":[` + times(101, distinct) + `]}`, "/options"},

	{"input label", modal(`{"type":"input","label":` + plain(2000) + `,"element":{"type":"plain_text_input"}}`), modal(`{"type":"input","label":` + plain(2001) + `,"element":{"type":"plain_text_input"}}`), "/blocks/0/label/text"},
	{"input hint", modal(`{"type":"input","label":` + plain(1) + `,"hint":` + plain(2000) + `,"element":{"type":"plain_text_input"}}`), modal(`{"type":"input","label":` + plain(1) + `,"hint":` + plain(2001) + `,"element":{"type":"plain_text_input"}}`), "/blocks/0/hint/text"},
	{"input element", modal(input(`{"type":"number_input","is_decimal_allowed":false}`)), modal(input(button(""))), "/blocks/0/element"},
	{"input length", modal(input(`{"type":"plain_text_input","max_length":3000}`)), modal(input(`{"type":"plain_text_input","max_length":3001}`)), "/blocks/0/element/max_length"},
	{"input lengths crossed", modal(input(`{"type":"plain_text_input","min_length":3,"max_length":3}`)), modal(input(`{"type":"plain_text_input","min_length":4,"max_length":3}`)), "/blocks/0/element/min_length"},
	{"input's first value", modal(input(`{"type":"plain_text_input","max_length":3,"initial_value":"abc"}`)), modal(input(`{"type":"plain_text_input","max_length":3,"initial_value":"abcd"}`)), "/blocks/0/element/initial_value"},
	{"number bounds", modal(input(`{"type":"number_input","is_decimal_allowed":false,"min_value":"1","max_value":"9","initial_value":"9"}`)), modal(input(`{"type":"number_input","is_decimal_allowed":false,"min_value":"9","max_value":"1"}`)), "/blocks/0/element/min_value"},
	{"number at first", modal(input(`{"type":"number_input","is_decimal_allowed":false,"max_value":"9","initial_value":"9"}`)), modal(input(`{"type":"number_input","is_decimal_allowed":false,"max_value":"9","initial_value":"10"}`)), "/blocks/0/element/initial_value"},
	{"number in quotes", modal(input(`{"type":"number_input","is_decimal_allowed":false,"min_value":"1"}`)), modal(input(`{"type":"number_input","is_decimal_allowed":false,"min_value":1}`)), "/blocks/0/element/min_value"},
	{"taken at most", modal(input(`{"type":"multi_external_select","max_selected_items":2,"initial_options":[` + times(2, distinct) + `]}`)), modal(input(`{"type":"multi_external_select","max_selected_items":1,"initial_options":[` + times(2, distinct) + `]}`)), "/blocks/0/element/initial_options"},
	{"dispatching", modal(strings.Replace(input(`{"type":"datepicker"}`), `"label"`, `"dispatch_action":true,"label"`, 1)), modal(strings.Replace(input(`{"type":"datepicker"}`), `"label"`, `"dispatch_action":"yes","label"`, 1)), "/blocks/0/dispatch_action"},
	{"number input", modal(input(`{"type":"number_input","is_decimal_allowed":true}`)), modal(input(`{"type":"number_input"}`)), "/blocks/0/element/is_decimal_allowed"},
	{"files", modal(input(`{"type":"file_input","max_files":10}`)), modal(input(`{"type":"file_input","max_files":11}`)), "/blocks/0/element/max_files"},
	{"date", modal(input(`{"type":"datepicker","initial_date":"2026-11-21"}`)), modal(input(`{"type":"datepicker","initial_date":"21.11.2026"}`)), "/blocks/0/element/initial_date"},
	{"time", modal(input(`{"type":"timepicker","initial_time":"07:14"}`)), modal(input(`{"type":"timepicker","initial_time":"7 am"}`)), "/blocks/0/element/initial_time"},
	{"moment", modal(input(`{"type":"datetimepicker","initial_date_time":1795245243}`)), modal(input(`{"type":"datetimepicker","initial_date_time":1795245243000}`)), "/blocks/0/element/initial_date_time"},
	{"moment at home", modal(input(`{"type":"datetimepicker"}`)), home(input(`{"type":"datetimepicker"}`)), "/blocks/0/element"},
	{"focus", modal(input(`{"type":"plain_text_input","focus_on_load":true}`)), modal(times(2, input(`{"type":"plain_text_input","focus_on_load":true}`))), "/blocks/1/element/focus_on_load"},
	{"workflow button", message(actions(`{"type":"workflow_button","text":` + plain(1) + `,"workflow":{"trigger":{"url":"https://x"}}}`)), message(actions(`{"type":"workflow_button","text":` + plain(1) + `}`)), "/blocks/0/elements/0/workflow"},
	{
		"feedback", message(`{"type":"context_actions","elements":[{"type":"feedback_buttons","positive_button":{"text":` + plain(1) + `,"value":"y"},"negative_button":{"text":` + plain(1) + `,"value":"n"}}]}`),
		message(`{"type":"context_actions","elements":[{"type":"feedback_buttons","positive_button":{"text":` + plain(1) + `,"value":"y"}}]}`), "/blocks/0/elements/0/negative_button",
	},
	{"icon button", message(`{"type":"context_actions","elements":[` + times(5, `{"type":"icon_button","icon":"trash","text":`+plain(1)+`}`) + `]}`), message(`{"type":"context_actions","elements":[` + times(6, `{"type":"icon_button","icon":"trash","text":`+plain(1)+`}`) + `]}`), "/blocks/0/elements"},

	{"image alt text", message(picture), message(`{"type":"image","image_url":"https://x/y","alt_text":""}`), "/blocks/0/alt_text"},
	{"image alt text, long", message(`{"type":"image","image_url":"https://x/y","alt_text":"` + letters(2000) + `"}`), message(`{"type":"image","image_url":"https://x/y","alt_text":"` + letters(2001) + `"}`), "/blocks/0/alt_text"},
	{"image twice", message(picture), message(`{"type":"image","image_url":"https://x/y","slack_file":{"id":"F1"},"alt_text":"a"}`), "/blocks/0"},
	{"image address", message(`{"type":"image","image_url":"https://x/` + letters(2990) + `","alt_text":"a"}`), message(`{"type":"image","image_url":"https://x/` + letters(2991) + `","alt_text":"a"}`), "/blocks/0/image_url"},
	{"video", message(`{"type":"video","video_url":"https://x","thumbnail_url":"https://y","alt_text":"a","title":` + plain(199) + `}`), message(`{"type":"video","video_url":"https://x","thumbnail_url":"https://y","alt_text":"a","title":` + plain(200) + `}`), "/blocks/0/title/text"},

	{"view title", `{"type":"modal","title":` + plain(24) + `,"blocks":[{"type":"divider"}]}`, `{"type":"modal","title":` + plain(25) + `,"blocks":[{"type":"divider"}]}`, "/title/text"},
	{"view submit", `{"type":"modal","title":` + plain(1) + `,"submit":` + plain(24) + `,"blocks":[{"type":"divider"}]}`, `{"type":"modal","title":` + plain(1) + `,"submit":` + plain(25) + `,"blocks":[{"type":"divider"}]}`, "/submit/text"},
	{"view close", `{"type":"modal","title":` + plain(1) + `,"close":` + plain(24) + `,"blocks":[{"type":"divider"}]}`, `{"type":"modal","title":` + plain(1) + `,"close":` + plain(25) + `,"blocks":[{"type":"divider"}]}`, "/close/text"},
	{"inputs without submit", modal(input(`{"type":"plain_text_input"}`)), `{"type":"modal","title":` + plain(1) + `,"blocks":[` + input(`{"type":"plain_text_input"}`) + `]}`, "/submit"},
	{"private metadata", `{"type":"home","private_metadata":"` + letters(3000) + `","blocks":[{"type":"divider"}]}`, `{"type":"home","private_metadata":"` + letters(3001) + `","blocks":[{"type":"divider"}]}`, "/private_metadata"},
	{"callback id", `{"type":"home","callback_id":"` + letters(255) + `","blocks":[{"type":"divider"}]}`, `{"type":"home","callback_id":"` + letters(256) + `","blocks":[{"type":"divider"}]}`, "/callback_id"},
	{"external id", `{"type":"home","external_id":"` + letters(255) + `","blocks":[{"type":"divider"}]}`, `{"type":"home","external_id":"` + letters(256) + `","blocks":[{"type":"divider"}]}`, "/external_id"},
	{"size of a view", home(times(80, section(`"text":`+plain(3000)))), home(times(85, section(`"text":`+plain(3000)))), ""},
	{"view in an answer", `{"response_action":"update","view":` + home(`{"type":"divider"}`) + `}`, `{"response_action":"update","view":` + home(``) + `}`, "/view/blocks"},

	{"alert", modal(`{"type":"alert","level":"warning","text":` + mrkdwn(200) + `}`), modal(`{"type":"alert","text":` + mrkdwn(201) + `}`), "/blocks/0/text/text"},
	{"alert in a message", modal(`{"type":"alert","text":` + mrkdwn(1) + `}`), message(`{"type":"alert","text":` + mrkdwn(1) + `}`), "/blocks/0"},
	{"table in a modal", home(table(1, cell(1))), modal(table(1, cell(1))), "/blocks/0"},
	{"markdown in a home", message(`{"type":"markdown","text":"x"}`), home(`{"type":"markdown","text":"x"}`), "/blocks/0"},
	{"markdown", message(`{"type":"markdown","text":"` + letters(12000) + `"}`), message(`{"type":"markdown","text":"` + letters(12001) + `"}`), "/blocks/0/text"},
	{"all markdown", message(times(2, `{"type":"markdown","text":"`+letters(6000)+`"}`)), message(`{"type":"markdown","text":"` + letters(6001) + `"},{"type":"markdown","text":"` + letters(6000) + `"}`), "/blocks/1/text"},
	{"files and calls", message(`{"type":"divider"}`), message(`{"type":"call","call_id":"R1"}`), "/blocks/0"},
	{"unknown blocks", message(`{"type":"divider"}`), message(`{"type":"hologram"}`), "/blocks/0/type"},
	{"unknown elements", message(actions(button(""))), message(actions(`{"type":"lever"}`)), "/blocks/0/elements/0/type"},
	{"nothing for a block", message(`{"type":"divider"}`), message(`null`), "/blocks/0"},

	{"table rows", message(table(100, cell(1))), message(table(101, cell(1))), "/blocks/0/rows"},
	{"table columns", message(table(1, times(20, cell(1)))), message(table(1, times(21, cell(1)))), "/blocks/0/rows/0"},
	{"table text", message(table(10, cell(1000))), message(table(10, cell(1000)+","+cell(1))), "/blocks/0"},
	{"table cell, empty", message(table(1, cell(1))), message(table(1, cell(0))), "/blocks/0/rows/0/0/text"},
	{"table cell, null", message(table(1, cell(1))), message(table(1, `null`)), "/blocks/0/rows/0/0"},
	{"table cell, number", message(table(1, richSection(`{"type":"text","text":"x"}`))), message(table(1, `{"type":"raw_number","value":1}`)), "/blocks/0/rows/0/0"},
	{"table alignment", message(`{"type":"table","column_settings":[{"align":"right"}],"rows":[[` + cell(1) + `]]}`), message(`{"type":"table","column_settings":[{"align":""}],"rows":[[` + cell(1) + `]]}`), "/blocks/0/column_settings/0/align"},
	{"tables", message(table(1, cell(1))), message(table(1, cell(1)) + "," + table(1, cell(1))), "/blocks/1"},
	{"data table rows", message(dataTable(101, cell(1), cell(1))), message(dataTable(102, cell(1), cell(1))), "/blocks/0/rows"},
	{"data table heading", message(dataTable(2, cell(1), `{"type":"raw_number","value":1}`)), message(dataTable(2, `{"type":"raw_number","value":1}`, cell(1))), "/blocks/0/rows/0/0"},
	{"data table, ragged", message(dataTable(2, cell(1), `{"type":"action_cell","element":`+button("")+`}`)), message(dataTable(2, cell(1), cell(1)+","+cell(1))), "/blocks/0"},
	{"chart title", message(pie(50, 1)), message(pie(51, 1)), "/blocks/0/title"},
	{"chart segments", message(pie(1, 6)), message(pie(1, 7)), "/blocks/0/chart/segments"},
	{
		"chart points", message(`{"type":"data_visualization","title":"t","chart":{"type":"bar","axis_config":{"categories":["a"]},"series":[{"name":"n","data":[` + times(20, `{"label":"a","value":1}`) + `]}]}}`),
		message(`{"type":"data_visualization","title":"t","chart":{"type":"bar","axis_config":{"categories":["a"]},"series":[{"name":"n","data":[` + times(21, `{"label":"a","value":1}`) + `]}]}}`), "/blocks/0/chart/series/0/data",
	},
	{"card", message(`{"type":"card","title":` + plain(150) + `}`), message(`{"type":"card","title":` + plain(151) + `}`), "/blocks/0/title/text"},
	{"card, empty", message(`{"type":"card","body":` + plain(200) + `}`), message(`{"type":"card"}`), "/blocks/0"},
	{"card actions", message(`{"type":"card","actions":[` + times(2, button("")) + `]}`), message(`{"type":"card","actions":[` + times(3, button("")) + `]}`), "/blocks/0/actions"},
	{"card icons", message(`{"type":"card","body":` + plain(1) + `,"icon":` + picture + `}`), message(`{"type":"card","body":` + plain(1) + `,"icon":` + picture + `,"slack_icon":{"type":"icon","name":"x"}}`), "/blocks/0"},
	{"carousel", message(`{"type":"carousel","elements":[` + times(10, `{"type":"card","body":`+plain(1)+`}`) + `]}`), message(`{"type":"carousel","elements":[` + times(11, `{"type":"card","body":`+plain(1)+`}`) + `]}`), "/blocks/0/elements"},
	{"container", message(`{"type":"container","title":` + plain(150) + `,"child_blocks":[` + times(10, `{"type":"divider"}`) + `]}`), message(`{"type":"container","title":` + plain(150) + `,"child_blocks":[` + times(11, `{"type":"divider"}`) + `]}`), "/blocks/0/child_blocks"},
	{"container in a container", message(`{"type":"container","title":` + plain(1) + `,"child_blocks":[{"type":"divider"}]}`), message(`{"type":"container","title":` + plain(1) + `,"child_blocks":[{"type":"markdown","text":"x"}]}`), "/blocks/0/child_blocks/0"},
	{"layout", message(`{"type":"layout","label":"l","rows":[{"items":[{"block":{"type":"divider"}}]}]}`), message(`{"type":"layout","label":"l","rows":[{"items":[{"block":{"type":"x"}}]}]}`), "/blocks/0/rows/0/items/0/block/type"},
	{"plan", message(`{"type":"plan","title":"t","tasks":[{"type":"task_card","task_id":"1","title":"t"}]}`), message(`{"type":"plan","title":"t","tasks":[{"type":"task_card","task_id":"1"}]}`), "/blocks/0/tasks/0/title"},

	{"rich text", message(richSection(`{"type":"text","text":"x"}`)), message(rich("")), "/blocks/0/elements"},
	{"rich text, empty text", message(richSection(`{"type":"text","text":"x"}`)), message(richSection(`{"type":"text","text":""}`)), "/blocks/0/elements/0/elements/0/text"},
	{"rich text, unknown", message(richSection(`{"type":"emoji","name":"x"}`)), message(richSection(`{"type":"confetti"}`)), "/blocks/0/elements/0/elements/0/type"},
	{"rich text list", message(rich(`{"type":"rich_text_list","style":"bullet","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"x"}]}]}`)), message(rich(`{"type":"rich_text_list","style":"stars","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"x"}]}]}`)), "/blocks/0/elements/0/style"},
	{"preformatted", message(rich(`{"type":"rich_text_preformatted","elements":[{"type":"text","text":"x"}]}`)), message(rich(`{"type":"rich_text_preformatted","elements":[{"type":"emoji","name":"x"}]}`)), "/blocks/0/elements/0/elements/0"},
	{"rich date", message(richSection(`{"type":"date","timestamp":1,"format":"{date}"}`)), message(richSection(`{"type":"date","format":"{date}"}`)), "/blocks/0/elements/0/elements/0/timestamp"},
	{"rich link", message(richSection(`{"type":"link","url":"https://x"}`)), message(richSection(`{"type":"link","url":"javascript:x"}`)), "/blocks/0/elements/0/elements/0/url"},

	{"ping of a channel", message(section(`"text":` + `{"type":"mrkdwn","text":"&lt;!channel>"}`)), message(section(`"text":` + `{"type":"mrkdwn","text":"<!channel>"}`)), "/blocks/0/text/text"},
	{"ping in the fallback", `{"text":"here"}`, `{"text":"<!here|here>"}`, "/text"},
	{"ping in rich text", message(richSection(`{"type":"user","user_id":"U1"}`)), message(richSection(`{"type":"broadcast","range":"channel"}`)), "/blocks/0/elements/0/elements/0"},
	{"text turned around", message(section(`"text":` + `{"type":"plain_text","text":"é"}`)), message(section(`"text":` + `{"type":"plain_text","text":"\u202e"}`)), "/blocks/0/text/text"},
	{"emoji beside mrkdwn", message(section(`"text":{"type":"plain_text","text":"x","emoji":true}`)), message(section(`"text":{"type":"mrkdwn","text":"x","emoji":true}`)), "/blocks/0/text/emoji"},
	{"characters beyond the basic plane", message(`{"type":"header","text":{"type":"plain_text","text":"` + strings.Repeat("😀", 75) + `"}}`), message(`{"type":"header","text":{"type":"plain_text","text":"` + strings.Repeat("😀", 76) + `"}}`), "/blocks/0/text/text"},
}

func TestEveryLimitHoldsExactly(t *testing.T) {
	t.Parallel()
	for _, c := range limits {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if err := card.ValidateJSON([]byte(c.atTheLimit)); err != nil {
				t.Errorf("at the limit: %v", err)
			}
			faults := faultsOf(t, card.ValidateJSON([]byte(c.oneOver)))
			if len(faults) == 0 {
				t.Fatal("one over the limit passes")
			}
			for _, f := range faults {
				if f.Pointer != c.pointer && !strings.HasPrefix(f.Pointer, c.pointer+"/") {
					t.Errorf("the fault is at %s, want %s", f, c.pointer)
				}
			}
		})
	}
}

func TestAllFaultsAreNamedAtOnce(t *testing.T) {
	t.Parallel()
	m := card.Message{Blocks: []slack.Block{
		slack.NewDividerBlock(),
		slack.NewActionBlock("", slack.NewButtonBlockElement("a", letters(2001), slack.NewTextBlockObject("mrkdwn", letters(76), false, false))),
		nil,
		slack.MustBlockFromJSON(`{"type":"header","text":{"type":"plain_text","text":""}}`),
	}}
	var got []string
	for _, f := range faultsOf(t, m.Validate()) {
		got = append(got, f.Pointer)
	}
	want := []string{
		"/text", "/blocks/1/elements/0/text/type", "/blocks/1/elements/0/text/text", "/blocks/1/elements/0/value",
		"/blocks/2", "/blocks/3/text/text",
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

func TestBlocksUnknownToTheLibraryAreCheckedToo(t *testing.T) {
	t.Parallel()
	var blocks slack.Blocks
	if err := json.Unmarshal([]byte(`[{"type":"hologram","text":"x"}]`), &blocks); err != nil {
		t.Fatal(err)
	}
	err := card.Message{Text: "x", Blocks: blocks.BlockSet}.Validate()
	if err == nil || !strings.Contains(err.Error(), `/blocks/0/type: is "hologram"`) {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsNoCardIsRefused(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{``, `{`, `[]`, `"x"`, `null`, `{"text":1}`, `{"text":"x","blocks":{}}`, `{"text":"x","blocks":[[]]}`} {
		if err := card.ValidateJSON([]byte(raw)); err == nil {
			t.Errorf("%s passes", raw)
		}
	}
}

func TestFilesAreWalkedAndNamed(t *testing.T) {
	t.Parallel()
	err := card.ValidateFiles(fstest.MapFS{
		"good.json":     {Data: []byte(`{"text":"x"}`)},
		"deep/bad.json": {Data: []byte(`{"text":""}`)},
		"notes.txt":     {Data: []byte(`not a card`)},
	})
	if err == nil || !strings.Contains(err.Error(), "deep/bad.json: /text: ") || strings.Contains(err.Error(), "good") {
		t.Errorf("got %v", err)
	}
	if err := card.ValidateFiles(fstest.MapFS{}); err == nil {
		t.Error("an empty tree passes")
	}
}

func FuzzValidate(f *testing.F) {
	for _, c := range limits {
		if len(c.oneOver) < 2000 {
			f.Add([]byte(c.oneOver))
		}
	}
	f.Fuzz(func(_ *testing.T, raw []byte) {
		_ = card.ValidateJSON(raw) // whatever it is, it must end with an answer
	})
}

func faultsOf(t *testing.T, err error) []*card.Fault {
	t.Helper()
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		t.Fatalf("not a list of faults: %v", err)
	}
	var faults []*card.Fault
	for _, e := range joined.Unwrap() {
		f, ok := errors.AsType[*card.Fault](e)
		if !ok {
			t.Fatalf("not a fault: %v", e)
		}
		faults = append(faults, f)
	}
	return faults
}
