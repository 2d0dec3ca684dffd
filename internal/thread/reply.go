package thread

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"perch/bot/card"
)

// Reply is the one reply of a thread, as it is now: what each id that was quoted is
// about, whether it is well, what is open, and what can be done.
func Reply(s Shown) card.Message {
	p := s.page(true)
	return card.Message{Text: card.FallbackText(strings.Join(p.said, "\n")), Blocks: p.blocks}
}

// Body is the same without what can be pressed, for a modal and for one reader.
func Body(s Shown) card.Blocks { return s.page(false).blocks }

// page is blocks, and what they say.
type page struct {
	blocks card.Blocks
	said   []string
}

func (p *page) text(mrkdwn string) {
	p.blocks, p.said = append(p.blocks, card.Text(mrkdwn)), append(p.said, mrkdwn)
}

func (p *page) context(mrkdwn string) {
	p.blocks, p.said = append(p.blocks, card.Context(mrkdwn)), append(p.said, mrkdwn)
}

func (s Shown) page(pressed bool) *page {
	p := &page{}
	s.Entries = owned(s.Entries)
	switch len(s.Entries) {
	case 0:
		p.text(":grey_question: Nothing that was quoted here is known here any more.")
	case 1:
		s.single(p)
	default:
		s.several(p, pressed)
	}
	if others := s.others(); others != "" {
		p.context(others)
	}
	if address := s.dashboard(); address != "" && !pressed {
		p.context(card.Linked(address, "Open in Finch's dashboard"))
	}
	if s.Thread.StoppedBy != "" {
		p.context(fmt.Sprintf("Stopped by <@%s>, nothing more is added here.", card.Escape(s.Thread.StoppedBy)))
	}
	if row := s.buttons(); pressed && len(row) > 0 {
		p.blocks = append(p.blocks, card.Actions(fmt.Sprintf("thread:%d", s.Thread.ID), row...))
	}
	return p
}

// owned are the entries, with whose each is where that is known of what was quoted
// and not of the id.
func owned(entries []Entry) []Entry {
	entries = slices.Clone(entries)
	for i := range entries {
		e := &entries[i]
		if e.Job != nil {
			e.Bond.CustomerID = cmp.Or(e.Bond.CustomerID, e.Job.CustomerID)
		}
		if e.Session != nil {
			e.Bond.CustomerID = cmp.Or(e.Bond.CustomerID, e.Session.Session.CustomerID)
		}
	}
	return entries
}

func (s Shown) single(p *page) {
	t := s.of(s.Entries[0], depths[0])
	p.text(t.first)
	if len(t.below) > 0 {
		p.text(strings.Join(t.below, "\n"))
	}
	if ids := s.ids(s.Entries[0]); len(ids) > 0 {
		p.blocks = append(p.blocks, card.Preformatted(ids...))
		p.said = append(p.said, inert.Replace(strings.Join(ids, " · ")))
	}
}

const (
	// maxEntries are listed in one reply: Slack takes 50 blocks, and some are needed
	// around them.
	maxEntries = MaxBonds + 3
	// roomy is how much text entries may have before each says less, maxRoom how much
	// they may have at all. Slack refuses about 13,200 characters.
	roomy   = 11_000
	maxRoom = 12_000
)

// several lists what was quoted, each as fully as there is room for all.
func (s Shown) several(p *page, pressed bool) {
	title := fmt.Sprintf("%d ids in this thread", len(s.Entries))
	p.blocks, p.said = append(p.blocks, card.Text("*"+title+"*")), append(p.said, title)
	texts, left := s.fitting()
	for i, text := range texts {
		block := card.Text(text)
		if e := s.Entries[i]; pressed && s.opens(e) {
			block = card.TextWith(text, details(e.Bond)[0])
		}
		p.blocks, p.said = append(p.blocks, block), append(p.said, text)
	}
	if left > 0 {
		p.context(fmt.Sprintf("and %d more", left))
	}
}

// fitting is what is said of each entry, and of how many nothing could be said.
func (s Shown) fitting() (texts []string, left int) {
	for _, d := range depths {
		total := 0
		texts = texts[:0]
		for _, e := range s.Entries {
			texts = append(texts, s.of(e, d).text())
			total += length(texts[len(texts)-1])
		}
		if total <= roomy {
			break
		}
	}
	room, kept := maxRoom, 0
	for kept < min(len(texts), maxEntries) && length(texts[kept]) <= room {
		room -= length(texts[kept])
		kept++
	}
	return texts[:kept], len(texts) - kept
}

// length counts characters as Slack may: those beyond the basic plane are two.
func length(text string) int {
	n := 0
	for _, r := range text {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

// inert escapes ids as card.Escape does, and keeps the spaces that line them up.
var inert = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// maxID is how much of an id that the host application chose is shown to copy.
const maxID = 200

// ids are what people copy: the id that was quoted, and those it belongs to.
func (s Shown) ids(e Entry) []string {
	b := e.Bond
	of := map[Kind]string{Connection: b.ConnectionID, Company: b.CompanyID, Customer: b.CustomerID}
	if j := e.Job; j != nil {
		of[Connection], of[Company] = cmp.Or(of[Connection], j.ConnectionID), cmp.Or(of[Company], j.CompanyID)
	}
	if r := e.Session; r != nil && b.Kind == Session {
		of[Connection] = cmp.Or(of[Connection], r.Session.ConnectionID)
	}
	if c, ok := theConnection(e); ok {
		of[Connection], of[Company], of[Customer] = cmp.Or(of[Connection], c.ID), cmp.Or(of[Company], c.CompanyID), cmp.Or(of[Customer], c.CustomerID)
	}
	of[b.Kind] = b.ID
	var lines []string
	for _, k := range []Kind{Job, Session, Connection, Company, Customer} {
		id := card.Cut(card.Clean(of[k]), maxID)
		if id == "" || e.Gone && k != b.Kind || s.hides(Bond{Kind: k, ID: of[k], CustomerID: of[Customer]}) {
			continue
		}
		lines = append(lines, fmt.Sprintf("%-11s %s", k, id))
	}
	return lines
}
