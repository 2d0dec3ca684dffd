package packet

import (
	"strings"
)

// Markdown is all of it for a ticket: a heading and a list for each part, and what
// comes from outside as code, so that nothing in it is read as Markdown.
func (p Packet) Markdown() string {
	var b strings.Builder
	b.WriteString("# Support packet: " + p.kind + " " + code(p.id) + "\n\nMade " + clock(p.made) + " UTC\n")
	for _, s := range p.sections {
		b.WriteString("\n## " + s.title + "\n\n")
		for _, r := range s.rows {
			b.WriteString(r.markdown())
		}
	}
	b.WriteString("\n---\n\n" + footnote + "\n")
	return b.String()
}

func (r row) markdown() string {
	line := "-"
	if r.name != "" {
		line += " " + r.name + ":"
	}
	if r.value != "" {
		line += " " + code(r.value)
	}
	if r.quoted == "" {
		return line + "\n"
	}
	fence := fenceOf(r.quoted, 3)
	return line + "\n\n  " + fence + "text\n  " + r.quoted + "\n  " + fence + "\n\n"
}

// code is a text as a code span, whatever backticks are in it.
func code(s string) string {
	fence := fenceOf(s, 1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return fence + s + fence
}

// fenceOf is longer than any row of backticks in a text of one line.
func fenceOf(s string, least int) string {
	longest, run := 0, 0
	for i := range len(s) {
		if s[i] != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return strings.Repeat("`", max(least, longest+1))
}
