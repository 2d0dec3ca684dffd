package commands

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/explore"
	"perch/internal/finch"
)

// asked is what was asked of whom: "GET /employer/directory · Harbor Coffee
// Roasters · Harbor Coffee LLC".
func (s sight) asked() card.Part {
	line := card.Code(card.Cut(requestLine(s.Result.Query), 300))
	whose, entity := connectionName(s.Of), askedEntity(s.Of, s.Result.Query)
	if entity == whose {
		entity = "" // said once
	}
	for _, name := range []string{whose, entity} {
		if name != "" {
			line = card.Line(line, card.Normal(" · "), card.Bold(card.Cut(card.Clean(name), 120)))
		}
	}
	return line
}

// requestLine is the method and the path that were asked, ids filled in.
func requestLine(q explore.Query) string {
	if request, err := q.Request(); err == nil && request.Path != "" {
		return request.Method + " " + request.Path
	}
	return q.Endpoint.Name()
}

// connectionName is what people call a connection; empty for none.
func connectionName(c finch.Connection) string {
	return cmp.Or(c.CustomerName, c.CustomerID, c.ID)
}

// askedEntity is the entity that was asked about: the one chosen, or the only one.
func askedEntity(c finch.Connection, q explore.Query) string {
	chosen := q.Values["entity_ids"]
	for _, e := range c.Entities {
		if len(chosen) == 1 && chosen[0] == e.ID || len(chosen) == 0 && len(c.Entities) == 1 {
			return entityName(e)
		}
	}
	return ""
}

// status is how it went: "200 OK · 412 ms · data from 07:14 today · request 5f3c…".
func (s sight) status() card.Part {
	r := s.Result
	line := card.Line(card.Bold(strings.TrimSpace(fmt.Sprintf("%d %s", r.Status, http.StatusText(r.Status)))), card.Normal(" · "+callTook(r.Took)))
	if !r.Retrieved.IsZero() && !r.Query.Endpoint.Writes { // else it is not what was asked for
		line = card.Line(line, card.Normal(" · data from "), card.Date(r.Retrieved, s.Now))
	}
	if r.RequestID != "" {
		line = card.Line(line, card.Normal(" · request "), card.Code(shortID(r.RequestID)+"…"))
	}
	if r.Left >= 0 {
		line = card.Line(line, card.Normal(" · "+card.Counted(r.Left, "call")+" left this minute"))
	}
	return line
}

// staleness says that Finch tried to bring newer data and did not.
func (s sight) staleness() string {
	r := s.Result
	if !r.Attempted.After(r.Retrieved) || r.Query.Endpoint.Writes {
		return ""
	}
	when := card.When(r.Attempted, s.Now)
	switch r.Attempt {
	case "error":
		return fmt.Sprintf(":warning: Finch last tried to fetch newer data %s, and failed.", when)
	case "partial_error":
		return fmt.Sprintf(":warning: Finch last tried to fetch newer data %s, and got only a part of it.", when)
	default:
		return ""
	}
}

// callTook is a length of time as a call takes it: "412 ms", "3.2 s".
func callTook(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// items says which part of the long list is shown: "25 of 412 people", "people 26
// to 50 of 412". Finch's own count is told where it goes beyond the answer.
func (s sight) items() string {
	e, body, page := s.Result.Query.Endpoint, s.Result.Body, s.Page
	if e.Items == "" {
		return ""
	}
	noun, nouns := nounsOf(e, "entry", "entries")
	offset, all := max(0, body.Offset), max(body.Items, body.Total)
	from, to := offset+page.From, offset+page.To
	switch {
	case page.To-page.From == all:
		return card.Counted(all, noun, nouns)
	case from == 0:
		return fmt.Sprintf("%d of %s", to, card.Counted(all, noun, nouns))
	default:
		return fmt.Sprintf("%s %d to %d of %d", card.UpperFirst(nouns), from+1, to, all)
	}
}

// nounsOf is what an entry of the endpoint's list is called, one and several.
func nounsOf(e finch.Endpoint, noun, nouns string) (one, several string) {
	if e.Noun == "" {
		return noun, nouns
	}
	return e.Noun, cmp.Or(e.Nouns, e.Noun+"s")
}

// hidden says how much is masked and why.
func (s sight) hidden() string {
	n := s.Result.Body.Hidden
	if n == 0 {
		return ""
	}
	said := fmt.Sprintf("Masked (••••): %s of the answer, names, pay and all else personal.", card.Counted(n, "value"))
	switch {
	case s.Result.Query.Endpoint.Writes || len(revealable(s.Result.Body)) == 0:
		return said
	case s.Who.Role >= bot.NamedAdmin:
		return said + " _Reveal …_, in the menu, shows you some."
	default:
		return said + " An admin named in PERCH_ADMINS can reveal."
	}
}

// ids are the ids to copy.
func (s sight) ids() []string {
	var lines []string
	add := func(name, id string) {
		if id = card.Cut(card.Clean(id), maxShownID); id != "" {
			lines = append(lines, fmt.Sprintf("%-11s %s", name, id))
		}
	}
	add("request", s.Result.RequestID)
	add("connection", s.Result.Query.ConnectionID)
	add("job", s.Result.JobID)
	return lines
}

// How JSON is laid out: Slack takes 3000 characters in a block, and a modal should
// stay readable.
const (
	previewBlock  = 2900
	previewBlocks = 4
)

// preview shows lines in as many blocks as they need; what does not fit is left
// out (see overflows).
func preview(lines []string) []slack.Block {
	var blocks []slack.Block
	for _, part := range inBlocks(lines) {
		if len(blocks) == previewBlocks {
			break
		}
		blocks = append(blocks, card.Preformatted(part))
	}
	return blocks
}

// overflows reports whether preview leaves lines out.
func overflows(lines []string) bool { return len(inBlocks(lines)) > previewBlocks }

// inBlocks groups lines so that each group fits into a block. A line longer than
// that is cut.
func inBlocks(lines []string) []string {
	var blocks []string
	room := 0
	for _, line := range lines {
		line = card.Cut(line, previewBlock)
		need := 1 + 2*utf8.RuneCountInString(line) // Slack may count an emoji as two
		if len(line) == utf8.RuneCountInString(line) {
			need = 1 + len(line)
		}
		if need > room {
			blocks, room = append(blocks, ""), previewBlock+1
		} else {
			blocks[len(blocks)-1] += "\n"
		}
		blocks[len(blocks)-1] += line
		room -= need
	}
	return blocks
}
