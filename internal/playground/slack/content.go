package slack

import (
	"slices"
	"strconv"
	"strings"
)

// message checks blocks and attachments and returns them as Slack keeps them:
// with an id on every block and element.
func (r *rules) message(blocks, attachments any) (kept, keptAttachments []any, err error) {
	v := r.validation(inMessage)
	if blocks != nil {
		if _, ok := blocks.([]any); !ok {
			return nil, nil, apiErr("invalid_blocks_format")
		}
		v.blockList("/blocks", blocks, maxMessageBlocks)
	}
	if err := v.verdict("invalid_blocks"); err != nil {
		return nil, nil, err
	}
	if attachments != nil {
		if err := v.attachments(attachments); err != nil {
			return nil, nil, err
		}
	}
	kept, _ = deepCopy(blocks).([]any)
	keptAttachments, _ = deepCopy(attachments).([]any)
	name(kept)
	for i, a := range keptAttachments {
		if o, ok := a.(object); ok {
			o["id"] = i + 1
			inner, _ := o["blocks"].([]any)
			name(inner)
		}
	}
	return kept, keptAttachments, nil
}

// verdict is the error of a message with problems.
func (v *validation) verdict(code string) error {
	for _, p := range v.problems {
		if p.Code == "only_one_table_allowed" {
			code = "invalid_attachments"
		}
	}
	switch {
	case len(v.problems) > 0:
		return &apiError{Code: code, Messages: v.messages()}
	case v.text > maxBlocksText:
		return apiErr("msg_blocks_too_long")
	}
	return nil
}

func (v *validation) attachments(x any) error {
	items, ok := x.([]any)
	switch {
	case !ok:
		return apiErr("invalid_attachments")
	case len(items) > maxAttachments:
		return apiErr("too_many_attachments")
	}
	for i, item := range items {
		at := "/attachments/" + strconv.Itoa(i)
		o, ok := item.(object)
		if !ok {
			v.fail(at, "wrong_type", "must be an object")
			continue
		}
		if footer, ok := o["footer"].(string); ok {
			v.length(at+"/footer", footer, 0, 300)
		}
		if o["blocks"] != nil {
			v.blockList(at+"/blocks", o["blocks"], maxMessageBlocks)
		}
	}
	return v.verdict("invalid_attachments")
}

// name gives blocks and elements that have none an id, as Slack does.
func name(blocks []any) {
	for _, x := range blocks {
		b, ok := x.(object)
		if !ok {
			continue
		}
		ensure(b, "block_id")
		elements, _ := b["elements"].([]any)
		actions, _ := b["actions"].([]any)
		for _, el := range slices.Concat(elements, actions, []any{b["accessory"], b["element"]}) {
			if o, ok := el.(object); ok && takesActions(o) {
				ensure(o, "action_id")
			}
		}
		children, _ := b["child_blocks"].([]any)
		name(children)
		if b["type"] == "carousel" {
			name(elements)
		}
	}
}

func ensure(o object, field string) {
	if id, _ := o[field].(string); id == "" {
		o[field] = secret()[:5]
	}
}

// takesActions tells interactive elements from images, texts and cards.
func takesActions(o object) bool {
	switch typ, _ := o["type"].(string); typ {
	case "", "image", "plain_text", "mrkdwn", "card":
		return false
	default:
		return !strings.HasPrefix(typ, "rich_text_") || typ == "rich_text_input"
	}
}

// blocksValidate is Slack's own check of blocks, a view or a message.
func (s *Server) blocksValidate(c *call) (object, error) {
	v := s.rules.validation(inMessage)
	switch view, message := c.args.values["view"], c.args.values["message"]; {
	case view != nil:
		v = s.rules.checkView(view)
	case message != nil:
		o, _ := message.(object)
		v.blockList("/message/blocks", o["blocks"], maxMessageBlocks)
	case c.args.has("blocks"):
		v.blockList("/blocks", c.args.values["blocks"], maxMessageBlocks)
	default:
		return nil, apiErr("invalid_arguments")
	}
	if len(v.problems) > 0 {
		return object{"error": "invalid_blocks", "errors": v.problems}, nil
	}
	return nil, nil
}
