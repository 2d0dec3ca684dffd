// Package packet makes what is handed to Finch's support, or pasted into a ticket:
// the ids, times and statuses around one event, and what was tried. It is pure.
//
// It guarantees that nothing personal and no secret is in it, whatever it is made
// of: everything that comes from outside is masked by its looks (internal/mask), ids
// and statuses too, and there is no place in it for the name of a person or of a
// customer. Callers take the names that they know out of texts. All times are UTC.
//
// The same Facts make the same Packet. Every list is limited, and says so where
// something was left out.
package packet

import (
	"fmt"
	"strings"
	"time"
)

// Packet is what support needs to know of one event.
type Packet struct {
	kind, id string
	made     time.Time
	sections []section
}

// section is a part of it under a title of ours.
type section struct {
	title string
	rows  []row
}

// row is a name of ours, or a time, with what stands behind it, made fit to be seen.
// Quoted is somebody's exact words, as far as they may be seen.
type row struct {
	name, value string
	quoted      string
}

// Make makes the packet.
func Make(f Facts) Packet {
	p := Packet{kind: f.kind(), id: f.shownID(), made: f.Now.UTC()}
	p.add("IDs", f.ids())
	p.add("Provider", f.provider())
	p.add("Status", f.status())
	p.add("Times (UTC)", f.times())
	p.add("Problem", f.problem())
	p.add("Finch request IDs", f.requests())
	p.add("Stages of Finch Connect (UTC)", f.stages())
	p.add("Errors that the employer saw (UTC)", f.errors())
	p.add("Status history (UTC)", f.history())
	p.add("Jobs around it (UTC)", f.jobs())
	p.add("What happened and what was tried (UTC)", f.tried())
	return p
}

func (p *Packet) add(title string, rows []row) {
	if len(rows) > 0 {
		p.sections = append(p.sections, section{title, rows})
	}
}

// Title names what the packet is about: "Support packet: job 453bd7d7-…".
func (p Packet) Title() string { return "Support packet: " + p.kind + " " + p.id }

// footnote says what is not in it.
const footnote = "Left out: names of people and customers, payroll data, tokens. •••• stands where a text had what looks personal."

// Text is all of it as plain text, its columns in line.
func (p Packet) Text() string {
	var b strings.Builder
	for i, block := range p.blocks() {
		if i > 0 {
			b.WriteString("\n\n")
		}
		b.WriteString(block)
	}
	return b.String()
}

// blocks are the text's paragraphs.
func (p Packet) blocks() []string {
	blocks := []string{p.Title() + "\nMade " + clock(p.made) + " UTC"}
	for _, s := range p.sections {
		blocks = append(blocks, s.text())
	}
	return append(blocks, footnote)
}

func (s section) text() string {
	lines := []string{strings.ToUpper(s.title)}
	width := s.width()
	for _, r := range s.rows {
		lines = append(lines, strings.TrimRight(fmt.Sprintf("%-*s  %s", width, r.name, r.value), " "))
		if r.quoted != "" {
			lines = append(lines, "    "+r.quoted)
		}
	}
	return strings.Join(lines, "\n")
}

// width is that of the first column. All names are plain ASCII.
func (s section) width() int {
	width := 0
	for _, r := range s.rows {
		width = max(width, len(r.name))
	}
	return width
}

// maxPart is how many characters Slack takes in one preformatted text.
const maxPart = 3000

// Parts is the text in parts that Slack takes each, cut between lines.
func (p Packet) Parts() []string {
	var parts []string
	part, size := []string{}, 0
	for line := range strings.SplitSeq(p.Text(), "\n") {
		n := units(line) + 1
		if size+n > maxPart {
			parts = append(parts, strings.Trim(strings.Join(part, "\n"), "\n"))
			part, size = nil, 0
		}
		part, size = append(part, line), size+n
	}
	return append(parts, strings.Trim(strings.Join(part, "\n"), "\n"))
}

// Filename is the Markdown file's: "support-packet-job-453bd7d7.md".
func (p Packet) Filename() string {
	words := []string{"support-packet", p.kind}
	if id := fileWord(p.id); id != "" {
		words = append(words, id)
	}
	return strings.Join(words, "-") + ".md"
}

// fileWord is the beginning of an id, fit for a file's name on any machine.
func fileWord(id string) string {
	plain := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '_':
			return r
		}
		return '-'
	}, id)
	return strings.Trim(plain[:min(len(plain), 8)], "-")
}
