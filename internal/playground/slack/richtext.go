package slack

import "unicode/utf8"

// richElement is one of the four containers of a rich_text block.
func richElement(v *validation, at string, x any) {
	o, _ := x.(object)
	typ, _ := o["type"].(string)
	switch typ {
	case "rich_text_section", "rich_text_quote", "rich_text_preformatted", "rich_text_list":
		v.object(at, o, v.rich[typ])
	default:
		v.fail(at+"/type", "unsupported_type", "unsupported type: %s", typ)
	}
}

// richLeaf is a piece of a rich text line. Its lesser fields are not checked:
// Slack adds to them often.
func richLeaf(v *validation, at string, x any) {
	o, _ := x.(object)
	typ, _ := o["type"].(string)
	sh, ok := v.rich[typ]
	if !ok {
		v.fail(at+"/type", "unsupported_type", "unsupported type: %s", typ)
		return
	}
	for _, f := range sh.fields {
		switch value := o[f.name]; {
		case value == nil && f.must:
			v.fail(at, "missing_field", "missing required field: %s", f.name)
		case value != nil:
			f.is(v, at+"/"+f.name, value)
		}
	}
	words, _ := o["text"].(string)
	v.text += utf8.RuneCountInString(words)
}

func richSection(v *validation, at string, x any) {
	o, _ := x.(object)
	if o["type"] != "rich_text_section" {
		v.fail(at+"/type", "unsupported_type", "unsupported type: %v", o["type"])
		return
	}
	v.object(at, o, v.rich["rich_text_section"])
}

func richShapes() map[string]shape {
	leaves := need("elements", list(1, 0, richLeaf))
	border := allow("border", number(0, 1))
	word := str(1, 0)
	return map[string]shape{
		"rich_text_section":      fields(need("elements", list(0, 0, richLeaf))),
		"rich_text_quote":        fields(leaves, border),
		"rich_text_preformatted": fields(leaves, border, allow("language", word)),
		"rich_text_list": fields(
			need("elements", list(1, 0, richSection)), need("style", oneOf("bullet", "ordered")),
			allow("indent", number(0, 8)), allow("offset", number(0, 0)), border,
		),
		"text":      fields(need("text", word)),
		"link":      fields(need("url", word), allow("text", str(0, 0))),
		"emoji":     fields(need("name", word)),
		"user":      fields(need("user_id", word)),
		"usergroup": fields(need("usergroup_id", word)),
		"channel":   fields(need("channel_id", word)),
		"team":      fields(need("team_id", word)),
		"broadcast": fields(need("range", oneOf("here", "channel", "everyone"))),
		"color":     fields(need("value", pattern(`^#[0-9a-fA-F]{6}$`))),
		"date":      fields(need("timestamp", number(0, 0)), need("format", word), allow("fallback", str(0, 0))),
	}
}
