package card

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/slack-go/slack"
)

// Fault is one place where a card breaks a rule of Slack's, or one of Perch's
// own: nobody is pinged by a broadcast, and no text holds control or
// bidirectional characters.
type Fault struct {
	// Pointer is the JSON pointer (RFC 6901) to the place, "/blocks/3/elements/0/text".
	Pointer string
	// Rule is what is wrong and what would be right.
	Rule string
}

func (f *Fault) Error() string { return f.Pointer + ": " + f.Rule }

// Validate checks a message against every limit that is known of Slack's. It
// works on the JSON that would be sent, so blocks made by hand or from raw JSON
// are checked like any other. The error joins one *Fault for each place; those
// of Simpler are named as if it stood in the place of Blocks.
func (m Message) Validate() error {
	faults := validate(m, node.message)
	if len(m.Simpler) > 0 {
		simpler := Message{Text: m.Text, Blocks: m.Simpler}
		faults = errors.Join(faults, validate(simpler, node.message))
	}
	return faults
}

// ValidateView is Validate for a modal.
func ValidateView(v slack.ModalViewRequest) error { return validate(v, node.modal) }

// ValidateHome is Validate for an App Home.
func ValidateHome(v slack.HomeTabViewRequest) error { return validate(v, node.home) }

// ValidateJSON is Validate for what is about to be sent, as JSON: a message, a
// view, the answer to a submission (its "view" is checked) or the options for
// a menu.
func ValidateJSON(raw []byte) error {
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return fmt.Errorf("read a card: %w", err)
	}
	in := inspection{size: len(raw)}
	node{in: &in, value: value}.any()
	return errors.Join(in.faults...)
}

// ValidateFiles is ValidateJSON for every .json file of a tree; tests walk
// their golden files with it. A tree without any is an error too.
func ValidateFiles(tree fs.FS) error {
	var faults []error
	seen := 0
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".json" {
			return err
		}
		raw, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		seen++
		if err := ValidateJSON(raw); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", name, err))
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("walk the cards: %w", err)
	}
	if seen == 0 {
		return errors.New("no card to check: no .json file")
	}
	return errors.Join(faults...)
}

// validate looks at v as it would travel.
func validate(v any, look func(node)) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return &Fault{Pointer: "", Rule: "is not JSON: " + err.Error()}
	}
	in := inspection{size: len(raw)}
	root := node{in: &in}
	if err := json.Unmarshal(raw, &root.value); err != nil {
		return &Fault{Pointer: "", Rule: "is not JSON: " + err.Error()}
	}
	look(root)
	return errors.Join(in.faults...)
}

// any finds out what a card is by its members.
func (n node) any() {
	switch {
	case n.string("type") == string(slack.VTModal):
		n.modal()
	case n.string("type") == string(slack.VTHomeTab):
		n.home()
	case n.has("view"):
		n.child("view").any()
	case n.has("options"):
		n.options(optionRules{most: maxSelectOptions})
	default:
		n.message()
	}
}

func (n node) message() {
	n.in.surface = onMessage
	n.required("text", maxFallback)
	n.child("text").readable(slack.MarkdownType)
	n.in.text = 0 // the limit on all text is about the blocks
	n.blocks("blocks", 0, maxMessageBlocks)
	if n.in.text > maxMessageText {
		n.child("blocks").fail("%d characters of text in all, at most %d", n.in.text, maxMessageText)
	}
}

func (n node) modal() {
	n.in.surface = inModal
	n.text("title", maxViewTitle, plainOnly)
	n.optionalText("submit", maxViewTitle, plainOnly)
	n.optionalText("close", maxViewTitle, plainOnly)
	n.view()
	if n.in.inputs > 0 && !n.has("submit") {
		n.child("submit").fail("is required beside input blocks")
	}
}

func (n node) home() {
	n.in.surface = onHome
	n.view()
}

func (n node) view() {
	n.optional("callback_id", maxID)
	n.optional("external_id", maxID)
	n.optional("private_metadata", maxPrivateMetadata)
	n.blocks("blocks", 1, maxViewBlocks)
	if n.in.size > maxViewBytes {
		n.fail("%d bytes of JSON, at most %d", n.in.size, maxViewBytes)
	}
}
