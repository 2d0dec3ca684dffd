package explore

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"perch/internal/mask"
)

// maxSentence is how long a failure's sentence may be, in characters.
const maxSentence = 300

// trouble is an entry of a batch as Finch writes one that failed: inside a 200,
// with a code of its own. error_name and error_message are older spellings.
type trouble struct {
	IndividualID string `json:"individual_id"`
	PaymentID    string `json:"payment_id"`
	Message      string `json:"message"`
	Body         struct {
		Name         string `json:"name"`
		Code         string `json:"finch_code"`
		Message      string `json:"message"`
		ErrorName    string `json:"error_name"`
		ErrorMessage string `json:"error_message"`
	} `json:"body"`
}

// failure tells whether an entry of a batch failed. An entry that Finch has not
// got yet (202) brings nothing either, so it counts.
func (s secrets) failure(entry jsontext.Value) (Failure, bool) {
	status := entryStatus(entry)
	if status != http.StatusAccepted && (status < http.StatusBadRequest || status > 599) {
		return Failure{}, false
	}
	var t trouble
	// Values of another type than documented stay empty, the rest is read.
	_ = json.Unmarshal(entry, &t)
	return Failure{
		ID:      s.id(cmp.Or(t.IndividualID, t.PaymentID)),
		Status:  status,
		Name:    s.word(cmp.Or(t.Body.Name, t.Body.ErrorName)),
		Code:    s.word(t.Body.Code),
		Message: s.sentence(cmp.Or(t.Body.Message, t.Body.ErrorMessage, t.Message)),
	}, true
}

// entryStatus reads an entry's code without reading what else is in it; 0 where
// there is none.
func entryStatus(entry jsontext.Value) int {
	dec := decoder(entry)
	if t, err := dec.ReadToken(); err != nil || t.Kind() != jsontext.KindBeginObject {
		return 0
	}
	for dec.PeekKind() == jsontext.KindString {
		name, err := dec.ReadToken()
		if err != nil {
			return 0
		}
		if name.String() == "code" {
			raw, err := dec.ReadValue()
			if err != nil {
				return 0
			}
			status, _ := strconv.Atoi(string(raw))
			return status
		}
		if dec.SkipValue() != nil {
			return 0
		}
	}
	return 0
}

// paging is what Finch says of a long list, -1 where it says nothing usable.
func paging(raw jsontext.Value) (total, offset int) {
	var said struct {
		Count, Offset json.RawMessage
	}
	if json.Unmarshal(raw, &said) != nil {
		return -1, -1
	}
	return amount(said.Count), amount(said.Offset)
}

// amount reads a number that may be shown, else it is -1.
func amount(raw []byte) int {
	n, err := strconv.Atoi(string(raw))
	if err != nil || n < 0 || mask.LongNumber(raw) {
		return -1
	}
	return n
}

// id is an entry's id as it may be seen: a UUID or a plain word.
func (s secrets) id(id string) string {
	switch {
	case id == "" || s.cut(id) != id:
		return hide(id)
	case mask.IsUUID(id), mask.IsPlain(id) && s.text(id) == id:
		return id
	}
	return mask.Mark
}

// word is a name of Finch's, or nothing where it is none.
func (s secrets) word(w string) string {
	if mask.IsPlain(w) && s.cut(w) == w && mask.Text(w) == w {
		return w
	}
	return ""
}

// sentence is a text of Finch's as it may be seen.
func (s secrets) sentence(text string) string {
	return cut(mask.Text(s.cut(text)), maxSentence)
}

// hide is the mask for whatever is not empty.
func hide(s string) string {
	if s == "" {
		return ""
	}
	return mask.Mark
}
