package card

import "github.com/slack-go/slack"

// shownOn is where Slack shows each type of block. Where its sources disagree
// the narrower one is taken. Blocks that only Slack itself makes are nowhere.
var shownOn = map[string]surface{
	"section":   everywhere,
	"header":    everywhere,
	"context":   everywhere,
	"actions":   everywhere,
	"divider":   everywhere,
	"image":     everywhere,
	"input":     everywhere,
	"rich_text": everywhere,
	"video":     everywhere,

	"table":      onMessage | onHome,
	"data_table": onMessage | onHome,
	"card":       onMessage | onHome,
	"carousel":   onMessage | onHome,
	"layout":     onMessage | onHome,

	"markdown":           onMessage,
	"container":          onMessage,
	"context_actions":    onMessage,
	"data_visualization": onMessage,
	"plan":               onMessage,
	"task_card":          onMessage,

	"alert": inModal,

	"file":          nowhere,
	"call":          nowhere,
	"auth_provider": nowhere,
}

func (n node) blocks(key string, least, most int) {
	for _, b := range n.list(key, least, most) {
		b.block()
	}
}

func (n node) block() {
	if !n.isObject() {
		n.fail("must be a block")
		return
	}
	kind := n.string("type")
	allowed, known := shownOn[kind]
	switch {
	case !known:
		n.child("type").fail("is %q, which is no block known here", kind)
		return
	case allowed == nowhere:
		n.fail("%s blocks cannot be sent", kind)
	case allowed&n.in.surface == 0:
		n.fail("%s blocks cannot stand in %s", kind, n.in.surface)
	}
	n.blockID()
	clear(n.in.actionIDs)
	n.blockOf(kind)
}

func (n node) blockID() {
	n.optional("block_id", maxID)
	id := n.string("block_id")
	if id == "" {
		return
	}
	if n.in.blockIDs[id] {
		n.child("block_id").fail("%q stands twice", id)
	}
	if n.in.blockIDs == nil {
		n.in.blockIDs = map[string]bool{}
	}
	n.in.blockIDs[id] = true
}

// blockOf checks what is particular to a type. A divider has nothing.
func (n node) blockOf(kind string) {
	switch kind {
	case "section":
		n.section()
	case "header":
		n.text("text", maxHeader, plainOnly)
		n.number("level", 1, maxHeadLevel)
	case "context":
		n.context()
	case "actions":
		n.elements("elements", maxActions, inActions)
	case "context_actions":
		n.elements("elements", maxContextActions, inContextActions)
	case "image":
		n.image()
		n.optionalText("title", maxImageTitle, plainOnly)
	case "input":
		n.input()
	case "rich_text":
		n.richText()
	case "video":
		n.video()
	case "alert":
		n.text("text", maxAlert, anyText)
		n.oneOf("level", "default", "info", "warning", "error", "success")
	case "markdown":
		n.markdown()
	default:
		n.newBlockOf(kind)
	}
}

// newBlockOf is blockOf for the types that came after 2024 and hold others.
func (n node) newBlockOf(kind string) {
	switch kind {
	case "table":
		n.table()
	case "data_table":
		n.dataTable()
	case "data_visualization":
		n.chart()
	case "card":
		n.card()
	case "carousel":
		for _, c := range n.list("elements", 1, maxCarousel) {
			c.block()
		}
	case "container":
		n.container()
	case "layout":
		n.layout()
	case "plan":
		n.required("title", maxText)
		n.blocks("tasks", 0, maxMessageBlocks)
	case "task_card":
		n.required("task_id", maxID)
		n.required("title", maxText)
	}
}

func (n node) section() {
	fields := n.list("fields", 0, maxFields)
	for _, f := range fields {
		f.textObject(maxFieldText, anyText)
	}
	if len(fields) == 0 || n.has("text") {
		n.text("text", maxText, anyText)
	}
	if n.has("accessory") {
		n.child("accessory").element(inSection)
	}
}

func (n node) context() {
	for _, e := range n.list("elements", 1, maxContext) {
		switch e.string("type") {
		case slack.PlainTextType, slack.MarkdownType:
			e.textObject(maxFieldText, anyText)
		default:
			e.element(inContext)
		}
	}
}

func (n node) input() {
	n.in.inputs++
	n.text("label", maxLabel, plainOnly)
	n.optionalText("hint", maxLabel, plainOnly)
	n.child("element").element(inInput)
	if v, ok := n.member("dispatch_action"); ok && v != true && v != false {
		n.child("dispatch_action").fail("must be true or false")
	}
}

// image is an image block or an image element.
func (n node) image() {
	n.required("alt_text", maxAltText)
	n.child("alt_text").readable("")
	if n.has("image_url") == n.has("slack_file") {
		n.fail("needs either image_url or slack_file")
	}
	n.address("image_url")
}

func (n node) video() {
	n.text("title", maxVideoTitle, plainOnly)
	n.optionalText("description", maxVideoText, plainOnly)
	n.optional("author_name", maxVideoAuthor)
	n.required("alt_text", maxAltText)
	n.required("video_url", maxURL)
	n.required("thumbnail_url", maxURL)
}

func (n node) markdown() {
	n.required("text", maxMarkdown)
	text := n.child("text")
	text.readable("")
	before := n.in.markdown
	n.in.markdown += length(n.string("text"))
	if before > 0 && n.in.markdown > maxMarkdown {
		text.fail("%d characters in all markdown blocks, at most %d", n.in.markdown, maxMarkdown)
	}
}

func (n node) card() {
	n.optionalText("title", maxCardTitle, anyText)
	n.optionalText("subtitle", maxCardTitle, anyText)
	n.optionalText("body", maxCardBody, anyText)
	n.optionalText("subtext", maxCardBody, anyText)
	if n.has("actions") {
		n.elements("actions", maxCardActions, inCard)
	}
	for _, key := range []string{"hero_image", "icon"} {
		if n.has(key) {
			n.child(key).image()
		}
	}
	if n.has("icon") && n.has("slack_icon") {
		n.fail("has both icon and slack_icon")
	}
	if !n.has("hero_image") && !n.has("title") && !n.has("actions") && !n.has("body") {
		n.fail("needs a hero_image, a title, actions or a body")
	}
}

// contained are the blocks that a container may hold.
var contained = map[string]bool{
	"actions": true, "context": true, "divider": true, "header": true, "image": true,
	"input": true, "rich_text": true, "section": true, "table": true, "video": true, "layout": true,
}

func (n node) container() {
	if n.has("rich_text_title") {
		n.child("rich_text_title").richText()
	} else {
		n.text("title", maxCardTitle, plainOnly)
	}
	n.optionalText("subtitle", maxCardTitle, plainOnly)
	n.oneOf("width", "narrow", "standard", "wide", "full")
	for _, b := range n.list("child_blocks", 1, maxContained) {
		if kind := b.string("type"); !contained[kind] {
			b.fail("%s blocks cannot stand in a container", kind)
		}
		b.block()
	}
}

func (n node) layout() {
	n.required("label", maxLabel)
	for _, row := range n.list("rows", 1, maxTableRows) {
		for _, item := range row.list("items", 1, maxTableColumns) {
			item.child("block").block()
		}
	}
}
