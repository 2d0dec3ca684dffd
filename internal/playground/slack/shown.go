package slack

import (
	"fmt"
	"strings"
)

// shown is what a reader sees of a message: its blocks' words, else its text,
// and what hangs below.
func shown(m *Message) string {
	var lines []string
	if len(m.Blocks) > 0 {
		lines = append(lines, wordsOfBlocks(m.Blocks)...)
	} else if m.Text != "" {
		lines = append(lines, m.Text)
	}
	for _, x := range m.Attachments {
		a, _ := x.(object)
		for _, name := range []string{"pretext", "title", "text", "footer"} {
			if words, _ := a[name].(string); words != "" {
				lines = append(lines, words)
			}
		}
		inner, _ := a["blocks"].([]any)
		lines = append(lines, wordsOfBlocks(inner)...)
	}
	for _, f := range m.Files {
		lines = append(lines, "["+f.Title+"]")
	}
	return strings.Join(lines, "\n")
}

func shownView(v *view) string {
	lines := []string{}
	if title := words(v.body["title"]); title != "" {
		lines = append(lines, title)
	}
	lines = append(lines, wordsOfBlocks(v.blocks())...)
	for _, name := range []string{"close", "submit"} {
		if label := words(v.body[name]); label != "" {
			lines = append(lines, "["+label+"]")
		}
	}
	return strings.Join(lines, "\n")
}

// wordsOfBlocks gives one line a block, and one a row or child in those that
// have them.
func wordsOfBlocks(blocks []any) []string {
	var lines []string
	for _, x := range blocks {
		b, _ := x.(object)
		if b["type"] == "divider" {
			continue
		}
		line := strings.Trim(words(b), "\n") // spaces in front are the indentation of code
		if strings.TrimSpace(line) != "" {
			lines = append(lines, strings.TrimRight(line, " "))
		}
	}
	return lines
}

// words flattens any part of a block, in reading order.
func words(x any) string {
	switch v := x.(type) {
	case string:
		return v
	case float64:
		return fmt.Sprint(v)
	case []any:
		parts := make([]string, 0, len(v))
		for _, item := range v {
			if part := words(item); part != "" {
				parts = append(parts, part)
			}
		}
		return strings.Join(parts, "  ")
	case object:
		return wordsOfObject(v)
	}
	return ""
}

func wordsOfObject(o object) string {
	typ, _ := o["type"].(string)
	switch typ {
	case "rich_text", "rich_text_section", "rich_text_quote", "rich_text_preformatted", "rich_text_list":
		return richWords(typ, o)
	case "table", "data_table":
		return lineByLine(o["caption"], o["rows"])
	case "container", "carousel":
		return lineByLine(o["title"], firstOf(o["child_blocks"], o["elements"]))
	case "image":
		return words(o["alt_text"])
	case "button", "workflow_button", "icon_button":
		return "[" + words(o["text"]) + "]"
	case "overflow":
		return "[" + words(o["options"]) + "]"
	case "plain_text", "mrkdwn", "raw_text", "markdown":
		return words(o["text"])
	case "emoji":
		return ":" + words(o["name"]) + ":"
	case "user":
		return "<@" + words(o["user_id"]) + ">"
	case "date":
		return words(firstOf(o["fallback"], o["timestamp"]))
	case "link":
		return words(firstOf(o["text"], o["url"]))
	}
	return words(visibleParts(o))
}

// visibleParts lists the fields that readers see, in the order they stand.
func visibleParts(o object) []any {
	return []any{
		o["title"], o["subtitle"], o["label"], o["text"], o["fields"], o["body"], o["subtext"], o["elements"], o["element"], o["accessory"],
		o["placeholder"], o["initial_value"], o["initial_option"], o["initial_options"], o["options"], o["actions"], o["hint"],
		o["description"], o["chart"], o["segments"], o["series"], o["name"],
	}
}

func firstOf(values ...any) any {
	for _, v := range values {
		if v != nil {
			return v
		}
	}
	return nil
}

func lineByLine(head, rows any) string {
	var lines []string
	if h := words(head); h != "" {
		lines = append(lines, h)
	}
	items, _ := rows.([]any)
	for _, item := range items {
		lines = append(lines, words(item))
	}
	return strings.Join(lines, "\n")
}

// richWords joins a line's pieces without space, and containers by line.
func richWords(typ string, o object) string {
	elements, _ := o["elements"].([]any)
	parts := make([]string, 0, len(elements))
	for _, el := range elements {
		parts = append(parts, words(el))
	}
	if typ == "rich_text" || typ == "rich_text_list" {
		return strings.Join(parts, "\n")
	}
	return strings.Join(parts, "")
}
