package explore

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Page is a part of an answer, folded for reading.
type Page struct {
	// Lines is JSON in which what is deep or long is folded: "{…5}" is an object
	// with five keys, "[…12]" a list of twelve, and long strings end in "…". Where
	// entries follow that it does not show, it ends in a line "…".
	Lines []string
	// From and To are the entries of the long list that it shows, From inclusive
	// from 0, To exclusive; both 0 where there is no list.
	From, To int
	// Cut: not all that was wanted fitted into the room.
	Cut bool
}

// Page folds the entries from from on, as many as fit into room characters, as
// Slack counts them, and at most n, but at least one, which is cut if need be; of an
// answer without a long list, all of it. Only the bytes of what is shown are read, so
// that paging is quick however long the answer.
func (m *Masked) Page(from, n, room int) Page {
	if len(m.places) == 0 {
		return m.whole(room)
	}
	from = min(max(from, 0), len(m.places))
	page := Page{From: from, To: from}
	last := from + min(max(n, 1), len(m.places)-from)
	if from == last {
		return page
	}
	head, tail := m.around()
	out := sheet{room: room}
	if size(head)+size(tail) <= room/2 {
		out.add(head...)
	} else {
		tail = nil
	}
	for page.To < last && !out.cut && out.entry(m.entry(page.To), page.To == from, ending(tail)) {
		page.To++
	}
	switch {
	case out.cut: // that it is cut can be seen
	case page.To < len(m.places):
		out.add(moreFollow)
	default:
		out.add(tail...)
	}
	page.Lines, page.Cut = out.lines, out.cut || page.To < last
	return page
}

// moreFollow stands where entries follow.
const moreFollow = "  …"

// ending is the room to keep for what ends the page.
func ending(tail []string) int { return max(size(tail), size([]string{moreFollow})) }

// entry is one entry of the long list, folded, with the comma behind it.
func (m *Masked) entry(i int) []string {
	style := entryStyle
	if len(m.places) == 1 {
		style = loneStyle
	}
	lines := style.lines(style.readNode(m.JSON[m.places[i].from:m.places[i].to], noHole), 2)
	if i+1 < len(m.places) {
		lines[len(lines)-1] += ","
	}
	return lines
}

// maxAround is how many bytes around the long list are read at most.
const maxAround = 4 << 10

// around is the document around the long list, as what stands before and after
// the list's entries.
func (m *Masked) around() (head, tail []string) {
	before, behind := m.JSON[:m.list.from], m.JSON[m.list.to:]
	if len(before)+len(behind) > maxAround {
		return []string{"["}, []string{"]"}
	}
	document := append(append(bytes.Clone(before), "[]"...), behind...)
	for _, deep := range []int{2, 1} {
		style := style{width: entryStyle.width, deep: deep}
		line := style.line(style.readNode(document, m.list.from), 0)
		if h, t, ok := strings.Cut(line, hole); ok && width(line) <= style.width {
			return []string{h + "["}, []string{"]" + t}
		}
	}
	return []string{"["}, []string{"]"}
}

// whole is a document without a long list.
func (m *Masked) whole(room int) Page {
	out := sheet{room: room}
	out.first(documentStyle.lines(documentStyle.readNode(m.JSON, noHole), 0), 0)
	return Page{Lines: out.lines, Cut: out.cut}
}

// Indented is the whole masked answer as indented JSON that ends in a new line.
func (m *Masked) Indented() []byte {
	var out bytes.Buffer
	if err := json.Indent(&out, m.JSON, "", "  "); err != nil {
		return m.JSON // it was no JSON and stays what it was
	}
	out.WriteByte('\n')
	return out.Bytes()
}

// sheet collects lines in a room of so many characters.
type sheet struct {
	lines []string
	room  int
	cut   bool
}

func (s *sheet) add(lines ...string) {
	s.lines = append(s.lines, lines...)
	s.room -= size(lines)
}

// entry adds an entry if it fits beside what must follow. The first is added in
// any case.
func (s *sheet) entry(lines []string, first bool, keep int) bool {
	switch {
	case size(lines) <= s.room-keep:
		s.add(lines...)
	case first:
		s.first(lines, keep)
	default:
		return false
	}
	return true
}

// first adds as many lines as fit, at least a part of one.
func (s *sheet) first(lines []string, keep int) {
	for i, line := range lines {
		rest := s.room - keep
		if i+1 < len(lines) {
			rest -= 2 // for a "…" on a line of its own
		}
		if size([]string{line}) <= rest {
			s.add(line)
			continue
		}
		s.cut = true
		if i > 0 {
			s.add("…")
			return
		}
		s.add(cutText(line, max(rest-1, 1)))
		return
	}
}

// size is how many characters lines take, with their line ends.
func size(lines []string) int {
	n := 0
	for _, line := range lines {
		n += width(line) + 1
	}
	return n
}

// width is how long Slack takes text to be: a character beyond the first 65,536
// counts twice.
func width(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

// cutText cuts text to a width of at most most, which is at least one; it ends in
// "…" then.
func cutText(s string, most int) string {
	if width(s) <= most {
		return s
	}
	n := 0
	for i, r := range s {
		if n += width(string(r)); n > most-1 {
			return s[:i] + "…"
		}
	}
	return s
}
