package card

// inlineNeeds is the member without which each inline element of rich text
// means nothing. Those that only Slack itself makes are left out.
var inlineNeeds = map[string]string{
	"text":      "text",
	"link":      "url",
	"emoji":     "name",
	"user":      "user_id",
	"usergroup": "usergroup_id",
	"channel":   "channel_id",
	"team":      "team_id",
	"color":     "value",
	"date":      "format",
	"broadcast": "range",
}

func (n node) richText() {
	for _, e := range n.list("elements", 1, maxText) {
		e.richElement()
	}
}

func (n node) richElement() {
	switch kind := n.string("type"); kind {
	case "rich_text_section", "rich_text_quote":
		n.inlines(false)
	case "rich_text_preformatted":
		n.inlines(true)
	case "rich_text_list":
		n.richList()
	default:
		n.child("type").fail("is %q, which is no rich text known here", kind)
	}
}

func (n node) richList() {
	n.oneOf("style", "ordered", "bullet")
	if !n.has("style") {
		n.child("style").fail("is required")
	}
	n.number("indent", 0, 8)
	n.number("border", 0, 1)
	for _, item := range n.list("elements", 1, maxText) {
		if kind := item.string("type"); kind != "rich_text_section" {
			item.child("type").fail("is %q, must be rich_text_section", kind)
			continue
		}
		item.inlines(false)
	}
}

// inlines checks a run of inline elements; preformatted text takes text and
// links only.
func (n node) inlines(preformatted bool) {
	for _, e := range n.list("elements", 1, maxText) {
		kind := e.string("type")
		need, known := inlineNeeds[kind]
		switch {
		case !known:
			e.child("type").fail("is %q, which is no rich text known here", kind)
			continue
		case preformatted && kind != "text" && kind != "link":
			e.fail("%s cannot stand in preformatted text", kind)
		case kind == "broadcast":
			e.fail("pings everybody")
		}
		e.required(need, maxMessageText)
		e.inlineOf(kind)
	}
}

func (n node) inlineOf(kind string) {
	n.child("text").readable("")
	switch kind {
	case "link":
		n.address("url")
	case "date":
		if _, ok := n.child("timestamp").value.(float64); !ok {
			n.child("timestamp").fail("is required, in seconds")
		}
	}
}
