package card

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/slack-go/slack"
)

// surface is where blocks are shown.
type surface uint8

const (
	onMessage surface = 1 << iota
	inModal
	onHome

	nowhere    surface = 0
	everywhere         = onMessage | inModal | onHome
)

func (s surface) String() string {
	switch s {
	case onMessage:
		return "a message"
	case inModal:
		return "a modal"
	default:
		return "a home"
	}
}

// inspection is what is found in one message or view: the faults, and what
// must be counted over the whole of it.
type inspection struct {
	surface surface
	size    int // bytes of JSON
	faults  []error

	blockIDs map[string]bool
	// actionIDs are those of the block at hand.
	actionIDs map[string]bool

	text      int // characters in all blocks
	markdown  int // characters in markdown blocks
	tableText int // characters in cells of tables
	tables    int
	inputs    int
	focused   int
}

// node is a value in the JSON of a card, with the pointer to it.
type node struct {
	in    *inspection
	at    string
	value any
}

func (n node) fail(format string, args ...any) {
	n.in.faults = append(n.in.faults, &Fault{Pointer: n.at, Rule: fmt.Sprintf(format, args...)})
}

func (n node) member(key string) (any, bool) {
	object, ok := n.value.(map[string]any)
	if !ok {
		return nil, false
	}
	v, ok := object[key]
	return v, ok && v != nil
}

func (n node) has(key string) bool {
	_, ok := n.member(key)
	return ok
}

func (n node) child(key string) node {
	v, _ := n.member(key)
	return node{in: n.in, at: n.at + "/" + key, value: v}
}

// string is a member that is a string, or "".
func (n node) string(key string) string {
	v, _ := n.member(key)
	s, _ := v.(string)
	return s
}

func (n node) isTrue(key string) bool {
	v, _ := n.member(key)
	b, _ := v.(bool)
	return b
}

func (n node) isObject() bool {
	_, ok := n.value.(map[string]any)
	return ok
}

// list is a member's entries, with a fault when there are too few or too many.
func (n node) list(key string, least, most int) []node {
	return n.child(key).entries(least, most)
}

func (n node) entries(least, most int) []node {
	entries, ok := n.value.([]any)
	switch {
	case n.value != nil && !ok:
		n.fail("must be a list")
	case len(entries) == 0 && least > 0:
		n.fail("is empty, at least %d", least)
	case len(entries) < least:
		n.fail("%d entries, at least %d", len(entries), least)
	case len(entries) > most:
		n.fail("%d entries, at most %d", len(entries), most)
	}
	nodes := make([]node, len(entries))
	for i, e := range entries {
		nodes[i] = node{in: n.in, at: n.at + "/" + strconv.Itoa(i), value: e}
	}
	return nodes
}

// required is a member that must be a string of 1 to most characters.
func (n node) required(key string, most int) {
	if n.string(key) == "" {
		n.child(key).fail("is required and must not be empty")
		return
	}
	n.optional(key, most)
}

// optional is a member that may be absent or a string of up to most characters.
func (n node) optional(key string, most int) {
	c := n.child(key)
	if c.value == nil {
		return
	}
	s, ok := c.value.(string)
	if !ok {
		c.fail("must be a string")
		return
	}
	if got := length(s); got > most {
		c.fail("%d characters, at most %d", got, most)
	}
}

// oneOf is a member that may be absent or one of the words.
func (n node) oneOf(key string, words ...string) {
	if !n.has(key) {
		return
	}
	got := n.string(key)
	if slices.Contains(words, got) {
		return
	}
	n.child(key).fail("is %q, must be one of %s", got, strings.Join(words, ", "))
}

// number is a member that may be absent or a whole number from least to most.
func (n node) number(key string, least, most int) {
	if !n.has(key) {
		return
	}
	c := n.child(key)
	f, ok := c.value.(float64)
	if !ok || f != float64(int64(f)) || f < float64(least) || f > float64(most) {
		c.fail("is %v, must be a whole number from %d to %d", c.value, least, most)
	}
}

// address is a member that may be absent or a web address.
func (n node) address(key string) {
	if s := n.string(key); n.has(key) && !WebAddress(s) {
		n.child(key).fail("must be an http or https address of at most %d characters", maxURL)
	}
}

// textKind is which types of text object may stand in a place.
type textKind string

const (
	plainOnly textKind = "plain_text"
	anyText   textKind = "plain_text or mrkdwn"
)

// text is a member that must be a text object of 1 to most characters.
func (n node) text(key string, most int, kind textKind) {
	if !n.has(key) {
		n.child(key).fail("is required")
		return
	}
	n.child(key).textObject(most, kind)
}

func (n node) optionalText(key string, most int, kind textKind) {
	if n.has(key) {
		n.child(key).textObject(most, kind)
	}
}

func (n node) textObject(most int, kind textKind) {
	if !n.isObject() {
		n.fail("must be a text object")
		return
	}
	got := n.string("type")
	if got != slack.PlainTextType && (got != slack.MarkdownType || kind == plainOnly) {
		n.child("type").fail("is %q, must be %s", got, kind)
	}
	if got == slack.MarkdownType && n.has("emoji") {
		n.child("emoji").fail("stands beside plain_text only")
	}
	n.required("text", most)
	n.child("text").readable(got)
}

// readable is text that people read: counted, and free of what deceives.
func (n node) readable(kind string) {
	s, _ := n.value.(string)
	n.in.text += length(s)
	for _, r := range s {
		if keepVisible(r) == -1 {
			n.fail("holds %U, an invisible or bidirectional character", r)
			break
		}
	}
	if kind == slack.MarkdownType && pingsAll(s) {
		n.fail("pings everybody")
	}
}

func pingsAll(mrkdwn string) bool {
	for _, broadcast := range []string{"<!channel", "<!here", "<!everyone"} {
		if strings.Contains(mrkdwn, broadcast) {
			return true
		}
	}
	return false
}
