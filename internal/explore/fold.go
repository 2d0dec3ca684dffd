package explore

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"
)

// style is how JSON is folded into lines.
type style struct {
	// width is how long a line may be.
	width int
	// deep is the level from which objects and lists are folded: those in the root
	// are at level 1.
	deep int
	// open is the level from which they are folded if they do not fit into a line.
	open int
	// fill: short members share lines.
	fill bool
}

var (
	// entryStyle keeps an entry short. What is directly in it may take lines of its
	// own, since of a batch's entries that is all there is to see.
	entryStyle = style{width: 110, deep: 3, open: 2, fill: true}
	// documentStyle gives each member its line, in three levels.
	documentStyle = style{width: 110, deep: 3, open: 3}
	// loneStyle is of the only entry there is, as the pay statements of one payment:
	// it has the room to itself, so it goes deep.
	loneStyle = style{width: 110, deep: 7, open: 7}
)

const (
	// maxString is how many characters of a string are shown.
	maxString = 80
	// maxMembers is how many members of an object or list are read, maxNodes how many
	// in all, far more than fit into any room; those behind them are counted.
	maxMembers = 500
	maxNodes   = 20_000
)

// hole is how the place of the long list is written. No JSON holds it.
const hole = "\x00"

const noHole = -1

// node is a piece of JSON with its members in their order.
type node struct {
	kind jsontext.Kind
	// text is a string, number or word as it is shown.
	text string
	keys []string
	kids []node
	// count is how many members there are, kids or not.
	count int
}

// readNode reads a value for a style. at is where the hole is in it, or noHole.
func (s style) readNode(raw []byte, at int) node {
	dec := jsontext.NewDecoder(bytes.NewReader(raw), jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	return (&nodeReader{dec, int64(at), s.deep, maxNodes}).node(0)
}

type nodeReader struct {
	*jsontext.Decoder
	hole int64
	deep int // the level from which members are only counted
	left int // how many more nodes are read
}

// node reads the next value. What is no JSON is shown as "…".
func (r *nodeReader) node(level int) node {
	kind := r.PeekKind()
	if kind != '{' && kind != '[' {
		return r.scalar()
	}
	if _, err := r.ReadToken(); err != nil {
		return node{text: "…"}
	}
	n := node{kind: kind}
	if r.InputOffset() == r.hole+1 {
		n = node{text: hole}
	}
	for more := r.PeekKind(); more != '}' && more != ']'; more = r.PeekKind() {
		if !r.member(&n, level) {
			break
		}
	}
	_, _ = r.ReadToken() // its end, or what is no JSON: the loop saw it
	return n
}

// member reads the next member of n, if there is one.
func (r *nodeReader) member(n *node, level int) bool {
	n.count++
	known := level < r.deep && len(n.kids) < maxMembers && r.left > 0
	if n.kind == '{' {
		key, err := r.ReadToken()
		if err != nil {
			return false
		}
		if known {
			n.keys = append(n.keys, jsonString(key.String()))
		}
	}
	if known {
		r.left--
		n.kids = append(n.kids, r.node(level+1))
		return n.kids[len(n.kids)-1].text != "…"
	}
	return r.SkipValue() == nil
}

func (r *nodeReader) scalar() node {
	token, err := r.ReadToken()
	if err != nil {
		return node{text: "…"}
	}
	if token.Kind() == '"' {
		return node{kind: '"', text: jsonString(token.String())}
	}
	return node{kind: token.Kind(), text: cutText(token.String(), maxString)}
}

// jsonString is a string as JSON, cut. What cannot be seen is written out, so that no
// text can turn the reading direction and pass for another.
func jsonString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range cutText(strings.ToValidUTF8(s, "�"), maxString) {
		switch {
		case r == '"' || r == '\\':
			b.WriteRune('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r != ' ' && !unicode.IsPrint(r):
			b.WriteString(escaped(r))
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func escaped(r rune) string {
	if r > 0xFFFF {
		r -= 0x10000
		return fmt.Sprintf(`\u%04x\u%04x`, 0xD800+r>>10, 0xDC00+r&0x3FF)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// brackets are what a node stands in.
func (n node) brackets() (begin, end string) {
	if n.kind == '{' {
		return "{", "}"
	}
	return "[", "]"
}

func (n node) holds() bool { return n.kind == '{' || n.kind == '[' }

// folded is a node of which only the number of its members is told.
func (n node) folded() string {
	begin, end := n.brackets()
	if n.count == 0 {
		return begin + end
	}
	return fmt.Sprintf("%s…%d%s", begin, n.count, end)
}

// line is a node on one line, however long.
func (s style) line(n node, level int) string {
	if !n.holds() {
		return n.text
	}
	if level >= s.deep || n.count > len(n.kids) {
		return n.folded()
	}
	begin, end := n.brackets()
	members := make([]string, len(n.kids))
	for i, kid := range n.kids {
		members[i] = n.key(i) + s.line(kid, level+1)
	}
	return begin + strings.Join(members, ", ") + end
}

// key is what stands before a member.
func (n node) key(i int) string {
	if n.kind != '{' {
		return ""
	}
	return n.keys[i] + ": "
}

// lines is a node at an indentation of so many spaces.
func (s style) lines(n node, indent int) []string { return s.block("", n, 0, indent) }

// block is a node behind its key: on one line where it fits, else with its
// members on lines of their own, else folded.
func (s style) block(key string, n node, level, indent int) []string {
	margin := strings.Repeat(" ", indent)
	line := margin + key + s.line(n, level)
	switch {
	case !n.holds() || width(line) < s.width && n.count <= len(n.kids): // the comma comes behind it
		return []string{line}
	case level >= s.open || s.fill && level > 0 && n.kind == '[' || len(n.kids) == 0:
		return []string{margin + key + n.folded()}
	}
	begin, end := n.brackets()
	if s.fill {
		lines := s.members(n, level, indent+1)
		lines[0] = margin + key + begin + strings.TrimLeft(lines[0], " ")
		lines[len(lines)-1] += end
		return lines
	}
	return append(append([]string{margin + key + begin}, s.members(n, level, indent+2)...), margin+end)
}

// members are a node's members as lines.
func (s style) members(n node, level, indent int) []string {
	var lines []string
	short := false // whether the last line can be shared
	for i, kid := range n.kids {
		block := s.block(n.key(i), kid, level+1, indent)
		if i+1 < n.count {
			block[len(block)-1] += ","
		}
		if s.fill && short && len(block) == 1 {
			joined := lines[len(lines)-1] + " " + strings.TrimLeft(block[0], " ")
			if width(joined) <= s.width {
				lines[len(lines)-1] = joined
				continue
			}
		}
		short = len(block) == 1
		lines = append(lines, block...)
	}
	if len(n.kids) < n.count {
		lines = append(lines, strings.Repeat(" ", indent)+"…")
	}
	return lines
}
