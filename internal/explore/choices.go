package explore

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"perch/internal/finch"
	"perch/internal/mask"
)

// Choices are what an id can be chosen from. The words that people are found by
// stay inside: whatever prints or encodes Choices gets no more than their number.
type Choices struct{ list []choosable }

// Choice is one of them; Label and About may be shown. No label holds a person's
// name.
type Choice struct{ ID, Label, About string }

// choosable is a choice with what it is found by, all folded.
type choosable struct {
	Choice
	// names are whole words of a person's name; starts are an id and words of what
	// may be shown.
	names, starts []string
}

const (
	// maxChoices is how many entries of an answer are kept.
	maxChoices = 20_000
	// minStart is how many characters of a word must be typed.
	minStart = 4
	// maxLabel is how many characters Slack allows an option's text and description.
	maxLabel = 75
)

// ChoicesFrom names the endpoint that lists what a parameter is chosen from; none
// for what is known without asking Finch.
func ChoicesFrom(p finch.Pick) (method, path string, ok bool) {
	switch p {
	case finch.PickPerson:
		path = "/employer/directory"
	case finch.PickPayment:
		path = "/employer/payment"
	case finch.PickPayGroup:
		path = "/employer/pay-groups"
	case finch.PickBenefit:
		path = "/employer/benefits"
	case finch.PickRule:
		path = "/employer/pay-statement-item/rule"
	case finch.PickDocument:
		path = "/employer/documents"
	default:
		return "", "", false
	}
	return "GET", path, true
}

// ReadChoices reads them off the answer of the endpoint that ChoicesFrom names, at
// most 20,000. Entries without an id, or unlike what Finch documents, are left
// out. Payments come newest first, all else as Finch has it. It fails where the answer as a whole is not as documented; the error quotes
// nothing of it.
func ReadChoices(p finch.Pick, body []byte) (*Choices, error) {
	entries, err := entriesOf(p, body)
	if err != nil {
		return nil, fmt.Errorf("read what a %s can be chosen from: %w", p, err)
	}
	c := &Choices{list: make([]choosable, 0, min(len(entries), maxChoices))}
	for _, raw := range entries[:min(len(entries), maxChoices)] {
		if one, ok := readChoice(p, raw); ok {
			c.list = append(c.list, one)
		}
	}
	if p == finch.PickPayment {
		slices.SortStableFunc(c.list, func(a, b choosable) int { return strings.Compare(paid(b), paid(a)) })
	}
	return c, nil
}

// paid is the beginning of a payment's label where Finch told its pay date, and empty
// where it did not.
func paid(c choosable) string {
	if !strings.HasPrefix(c.Label, paidOn) {
		return ""
	}
	return c.Label
}

// paidOn stands before the pay date in a payment's label.
const paidOn = "paid "

// entriesOf are the entries of an answer: a list at the root, or under one of three
// names.
func entriesOf(p finch.Pick, body []byte) ([]json.RawMessage, error) {
	if p == finch.PickPayment || p == finch.PickPayGroup || p == finch.PickBenefit {
		var root []json.RawMessage
		if json.Unmarshal(body, &root) != nil {
			return nil, sentence("the answer is no list")
		}
		return root, nil
	}
	var answer struct {
		Individuals, Responses, Documents []json.RawMessage
	}
	if json.Unmarshal(body, &answer) != nil {
		return nil, sentence("the answer is no object with a list")
	}
	switch p {
	case finch.PickPerson:
		return answer.Individuals, nil
	case finch.PickRule:
		return answer.Responses, nil
	case finch.PickDocument:
		return answer.Documents, nil
	}
	return nil, sentence("no answer lists it")
}

// listEntry is what is read of an entry, of whatever kind; Finch leaves out or nulls
// what a provider does not tell.
type listEntry struct {
	ID         string
	BenefitID  string `json:"benefit_id"`
	FirstName  string `json:"first_name"`
	MiddleName string `json:"middle_name"`
	LastName   string `json:"last_name"`
	Department struct{ Name string }
	IsActive   *bool  `json:"is_active"`
	PayDate    string `json:"pay_date"`
	PayPeriod  struct {
		StartDate string `json:"start_date"`
		EndDate   string `json:"end_date"`
	} `json:"pay_period"`
	Name, Type, Frequency string
	Year                  json.Number
}

func readChoice(p finch.Pick, raw json.RawMessage) (choosable, bool) {
	var e listEntry
	if json.Unmarshal(raw, &e) != nil {
		return choosable{}, false
	}
	id := e.ID
	if p == finch.PickBenefit {
		id = e.BenefitID
	}
	if !usableID(id) {
		return choosable{}, false
	}
	c := choosable{Choice: Choice{ID: id, Label: label(e.shown(p), id), About: about(id)}, starts: []string{finch.Fold(id)}}
	switch p {
	case finch.PickPerson:
		c.names = wordsIn(e.FirstName, e.MiddleName, e.LastName)
		c.starts = append(c.starts, wordsIn(mask.Text(e.Department.Name))...)
	default:
		c.starts = append(c.starts, wordsIn(c.Label)...)
	}
	return c, true
}

// shown is what of an entry tells it from others and may be seen; parts that Finch
// did not tell are empty.
func (e listEntry) shown(p finch.Pick) []string {
	switch p {
	case finch.PickPerson:
		return []string{mask.Text(e.Department.Name), e.activity()}
	case finch.PickPayment:
		return []string{after(paidOn, day(e.PayDate)), e.period()}
	case finch.PickPayGroup:
		return []string{mask.Text(e.Name)}
	case finch.PickBenefit:
		return []string{codeWord(e.Type), codeWord(e.Frequency)}
	case finch.PickDocument:
		return []string{codeWord(e.Type), year(e.Year)}
	}
	return nil
}

func (e listEntry) activity() string {
	switch {
	case e.IsActive == nil:
		return ""
	case *e.IsActive:
		return "active"
	}
	return "inactive"
}

func (e listEntry) period() string {
	from, to := day(e.PayPeriod.StartDate), day(e.PayPeriod.EndDate)
	if from == "" || to == "" {
		return ""
	}
	return "period " + from + " to " + to
}

// label is what is shown of a choice. Several can look alike, so each has the
// beginning of its id, except for a payment, which its dates tell apart.
func label(parts []string, id string) string {
	short := id
	if utf8.RuneCountInString(id) > 8 {
		short = string([]rune(id)[:8])
	}
	var b strings.Builder
	for _, part := range parts {
		if part != "" {
			b.WriteString(part + " · ")
		}
	}
	return cutText(b.String(), maxLabel-width(short)) + short
}

// about is an id as it fits under a label.
func about(id string) string { return cutText(id, maxLabel) }

// usableID tells whether an id can be sent and shown: one word of characters that
// can be seen.
func usableID(id string) bool {
	return id != "" && len(id) <= 150 && !strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' })
}

// IsID tells whether what an answer names as an id may be kept and shown as one: a
// word that looks like nobody's number or address.
func IsID(id string) bool { return usableID(id) && mask.Line(id) == id }

// codeLike is a word as Finch's lists of types have it.
var codeLike = regexp.MustCompile(`^[a-z][a-z]{0,15}[0-9]{0,3}[a-z]{0,3}(_[a-z]{1,15}|_[0-9]{1,4}){0,4}$`)

// day is a date if it is one, as year is of years.
func day(s string) string {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return ""
	}
	return s
}

// codeWord is one of Finch's own words, as "w4_2020", which has more digits than
// are left in a text; anything else is a text.
func codeWord(s string) string {
	if codeLike.MatchString(s) {
		return s
	}
	return mask.Text(s)
}

// after is a text behind another, if there is one.
func after(before, s string) string {
	if s == "" {
		return ""
	}
	return before + s
}

func year(n json.Number) string {
	if y, err := n.Int64(); err != nil || y < 1900 || y > 2999 {
		return ""
	}
	return n.String()
}

// wordsIn are the words of texts, folded. A name of several parts joined by a hyphen
// counts whole and in parts.
func wordsIn(texts ...string) []string {
	var found []string
	for _, text := range texts {
		for word := range strings.FieldsSeq(finch.Fold(text)) {
			found = append(found, word)
			if parts := strings.FieldsFunc(word, func(r rune) bool { return r == '-' || r == '.' || r == '·' }); len(parts) > 1 {
				found = append(found, parts...)
			}
		}
	}
	return found
}
