package slack

import (
	"fmt"
	"unicode/utf8"
)

func newRules() *rules {
	return &rules{blocks: blockRules(), elements: elementShapes(), rich: richShapes(), view: viewShape()}
}

func blockRules() map[string]blockRule {
	r := map[string]blockRule{}
	plainBlocks(r)
	gridBlocks(r)
	groupBlocks(r)
	return r
}

func fields(f ...field) shape { return shape{fields: f} }

// plainBlocks are those every client draws.
func plainBlocks(r map[string]blockRule) {
	r["section"] = blockRule{everywhere, shape{
		fields: []field{
			allow("text", anyText(maxSectionText)), allow("fields", list(1, maxFields, anyText(maxField))),
			allow("accessory", element(accessories()...)), allow("expand", boolean),
		},
		also: needsOneOf("text", "fields"),
	}}
	r["header"] = blockRule{everywhere, fields(need("text", plain(maxHeader)), allow("level", number(1, 4)))}
	r["context"] = blockRule{everywhere, fields(need("elements", list(1, maxContext, contextElement)))}
	r["actions"] = blockRule{everywhere, shape{
		fields: []field{need("elements", list(1, maxActions, element(actionElements()...)))}, also: uniqueActions,
	}}
	r["divider"] = blockRule{everywhere, shape{}}
	r["image"] = blockRule{everywhere, shape{
		fields: append(imageFields(), allow("title", plain(maxLabel))), also: needsOneOf("image_url", "slack_file"),
	}}
	r["input"] = blockRule{everywhere, shape{
		fields: []field{
			need("label", plain(maxLabel)), need("element", element(inputElements()...)), allow("hint", plain(maxLabel)),
			allow("optional", boolean), allow("dispatch_action", boolean),
		},
		also: func(v *validation, _ string, _ object) { v.inputs++ },
	}}
	r["rich_text"] = blockRule{everywhere, fields(need("elements", list(1, 0, richElement)))}
	r["markdown"] = blockRule{inMessage, shape{fields: []field{need("text", str(1, maxMarkdown))}, also: countMarkdown}}
	r["video"] = blockRule{everywhere, fields(
		need("alt_text", str(1, maxAlt)), need("title", plain(maxVideoTitle)), need("thumbnail_url", webAddress), need("video_url", webAddress),
		allow("title_url", webAddress), allow("author_name", str(1, maxVideoAuthor)), allow("provider_name", str(1, 0)),
		allow("provider_icon_url", webAddress), allow("description", plain(maxVideoText)),
	)}
	r["alert"] = blockRule{inModal, fields(
		need("text", anyText(maxAlert)), allow("level", oneOf("default", "info", "warning", "error", "success")),
	)}
	r["context_actions"] = blockRule{inMessage, shape{
		fields: []field{need("elements", list(1, maxContextAction, element("feedback_buttons", "icon_button")))}, also: uniqueActions,
	}}
}

func needsOneOf(names ...string) func(*validation, string, object) {
	return func(v *validation, at string, o object) {
		for _, name := range names {
			if o[name] != nil {
				return
			}
		}
		v.fail(at, "missing_field", "must have one of: %v", names)
	}
}

func contextElement(v *validation, at string, x any) {
	if o, _ := x.(object); o["type"] == "image" {
		element("image")(v, at, x)
		return
	}
	anyText(0)(v, at, x)
}

func countMarkdown(v *validation, at string, o object) {
	words, _ := o["text"].(string)
	v.markdown += utf8.RuneCountInString(words)
	if v.markdown > maxMarkdown {
		v.limit(at+"/text", "too_long", maxMarkdown, "markdown blocks together must be no more than %d characters")
	}
}

// gridBlocks are tables and charts.
func gridBlocks(r map[string]blockRule) {
	r["table"] = blockRule{inMessage | inHome, shape{
		fields: []field{
			need("rows", list(1, maxTableRows, list(1, maxTableColumns, tableCell))),
			allow("column_settings", list(0, maxTableColumns, of(fields(
				allow("align", oneOf("left", "center", "right")), allow("is_wrapped", boolean),
			)))),
		},
		also: countTable,
	}}
	r["data_table"] = blockRule{inMessage | inHome, shape{
		fields: []field{
			need("caption", str(1, 0)), need("rows", list(2, maxDataRows, list(1, maxTableColumns, tableCell))),
			allow("page_size", number(1, 100)), allow("row_header_column_index", number(0, maxTableColumns-1)),
		},
		also: evenRows,
	}}
	point := fields(need("label", str(1, maxChartLabel)), need("value", anyNumber))
	series := fields(need("name", str(1, maxChartLabel)), need("data", list(1, maxChartPoints, of(point))))
	axes := fields(need("categories", list(1, maxChartPoints, str(1, maxChartLabel))), allow("x_label", str(1, maxChartTitle)), allow("y_label", str(1, maxChartTitle)))
	chart := fields(
		allow("segments", list(1, maxChartSeries, of(point))), allow("series", list(1, maxChartSeries, of(series))), allow("axis_config", of(axes)),
	)
	chart.also = func(v *validation, at string, o object) {
		oneOf("pie", "bar", "line", "area")(v, at+"/type", o["type"])
		needsOneOf("segments", "series")(v, at, o)
	}
	r["data_visualization"] = blockRule{inMessage | inHome, fields(need("title", str(1, maxChartTitle)), need("chart", of(chart)))}
}

func tableCell(v *validation, at string, x any) {
	o, _ := x.(object)
	switch o["type"] {
	case "raw_text":
		v.object(at, o, fields(need("text", str(1, 0))))
	case "raw_number":
		v.object(at, o, fields(need("value", anyNumber), allow("text", str(1, 0))))
	case "rich_text":
		v.object(at, o, fields(need("elements", list(1, 0, richElement)), allow("block_id", str(0, maxID))))
	case "action":
		v.object(at, o, fields(need("element", element("button")), allow("fallback", tableCell)))
	default:
		v.fail(at+"/type", "unsupported_type", "unsupported type: %v", o["type"])
	}
	words, _ := o["text"].(string)
	v.cells += utf8.RuneCountInString(words)
}

// countTable: one table a message, and a ceiling for all its cells together.
func countTable(v *validation, at string, _ object) {
	v.tables++
	if v.tables > 1 {
		v.fail(at, "only_one_table_allowed", "only_one_table_allowed")
	}
	if v.cells > maxTableText {
		v.limit(at+"/rows", "too_long", maxTableText, "the cells of all tables together must be no more than %d characters")
	}
}

func evenRows(v *validation, at string, o object) {
	rows, _ := o["rows"].([]any)
	width := -1
	for i, x := range rows {
		row, _ := x.([]any)
		if width >= 0 && len(row) != width {
			v.fail(fmt.Sprintf("%s/rows/%d", at, i), "uneven_rows", "all rows must have the same number of cells")
		}
		width = len(row)
	}
	if v.cells > maxDataText {
		v.limit(at+"/rows", "too_long", maxDataText, "cells together must be no more than %d characters")
	}
}

// groupBlocks hold other blocks.
func groupBlocks(r map[string]blockRule) {
	card := shape{
		fields: []field{
			allow("hero_image", element("image")), allow("icon", element("image")), allow("slack_icon", anything),
			allow("title", anyText(maxCardTitle)), allow("subtitle", anyText(maxCardTitle)), allow("body", anyText(maxCardBody)),
			allow("subtext", anyText(maxCardBody)), allow("actions", list(1, maxCardActions, element("button"))),
		},
		also: func(v *validation, at string, o object) {
			needsOneOf("hero_image", "title", "actions", "body")(v, at, o)
			if o["icon"] != nil && o["slack_icon"] != nil {
				v.fail(at, "conflict", "icon and slack_icon cannot be used together")
			}
		},
	}
	r["card"] = blockRule{inMessage | inHome, card} // listed for modals too, and reported not to render there
	inside := shape{fields: append([]field{allow("block_id", str(0, maxID))}, card.fields...), also: card.also}
	r["carousel"] = blockRule{inMessage | inHome, fields(need("elements", list(1, maxCarousel, of(inside))))}
	r["container"] = blockRule{inMessage, shape{
		fields: []field{
			allow("title", plain(maxCardTitle)), allow("rich_text_title", anything), allow("subtitle", anyText(maxCardTitle)), allow("icon", element("image")),
			allow("width", oneOf("narrow", "standard", "wide", "full")), allow("is_collapsible", boolean), allow("default_collapsed", boolean),
			allow("has_header_divider", boolean), need("child_blocks", list(1, maxChildren, child)),
		},
		also: needsOneOf("title", "rich_text_title"),
	}}
}

func child(v *validation, at string, x any) {
	o, _ := x.(object)
	switch o["type"] {
	case "actions", "context", "divider", "header", "image", "input", "rich_text", "section", "table", "video":
		v.block(at, x)
	default:
		v.fail(at+"/type", "unsupported_type", "unsupported type: %v", o["type"])
	}
}
