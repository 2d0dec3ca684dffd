package explore

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"perch/internal/finch"
	"perch/internal/mask"
)

// ErrNotJSON means that an answer cannot be read as one: it is no JSON, or not
// whole, or more than JSON, or names a field twice, or is nested too deep, or is
// neither an object nor a list. It quotes nothing of it.
var ErrNotJSON = errors.New("the answer is no JSON object or list that can be read")

// maxDepth is how deep a revealed value may be nested.
const maxDepth = 100

// Seen is what masking may leave in clear beyond what the endpoint shows.
type Seen struct {
	// Secrets are cut out wherever they stand, also of what is revealed, however
	// they are escaped and in small letters or capitals.
	Secrets []string
	// Reveal are paths of fields as Masked.Fields has them, never those of tokens: a
	// field whose Secret is set stays masked, here and within a revealed one. What is
	// masked whole is revealed whole. Paths that are not in the answer do nothing,
	// nor do those of an object or a list whose fields can be revealed one by one.
	Reveal []string
	// From and Count say which entries of the long list are kept, from 0; the others
	// are left out and counted nowhere. A Count of 0 keeps all.
	From, Count int
}

// Mask makes an answer fit to be seen. Every value but null that the endpoint
// does not show becomes "••••", an object or a list with nothing shown below it
// as a whole; so do names of fields that are no plain words, and whatever looks
// personal in a value that is shown. The root is always walked.
//
// It reads body once and keeps no part of it. An empty body has nothing to be
// masked: the answer is nil then, without an error. The only error is ErrNotJSON.
func Mask(e finch.Endpoint, body []byte, s Seen) (*Masked, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, nil
	}
	k := &masker{
		dec:     decoder(body),
		json:    make([]byte, 0, len(body)+len(body)/8),
		out:     &Masked{Total: -1, Offset: -1},
		names:   map[string]name{},
		fields:  newFields(),
		secrets: newSecrets(s.Secrets),
		from:    s.From,
		count:   s.Count,
	}
	if k.document(compile(e, s.Reveal)) != nil {
		return nil, ErrNotJSON
	}
	return k.masked(), nil
}

// masker reads an answer and writes it masked, value by value.
type masker struct {
	dec         *jsontext.Decoder
	json        []byte
	out         *Masked
	names       map[string]name
	fields      *fields
	secrets     secrets
	from, count int
	// text is room for the string at hand.
	text []byte
}

// place is where a value stands.
type place struct {
	rule  *rule
	field *field
	// clear: it is inside of what is revealed.
	clear bool
	// secret: its name is that of a token.
	secret bool
	// prose: sentences stand there, and these are masked as such.
	prose bool
	depth int
}

// decoder reads JSON where it lies, without a copy. It refuses double names,
// what is not UTF-8, and nesting without end.
func decoder(body []byte) *jsontext.Decoder { return jsontext.NewDecoder(bytes.NewBuffer(body)) }

func (k *masker) document(root *rule) error {
	if kind := k.dec.PeekKind(); kind != jsontext.KindBeginObject && kind != jsontext.KindBeginArray {
		return ErrNotJSON
	}
	if err := k.value(place{rule: root, field: k.fields.root}); err != nil {
		return err
	}
	if _, err := k.dec.ReadToken(); !errors.Is(err, io.EOF) {
		return ErrNotJSON
	}
	return nil
}

// masked is what came of it. Room that was got in vain is given back, since it
// is held for a while.
func (k *masker) masked() *Masked {
	if cap(k.json) > len(k.json)+len(k.json)/4 {
		k.json = bytes.Clone(k.json)
	}
	k.out.JSON = k.json
	k.out.places = slices.Clip(k.out.places)
	k.out.Items = len(k.out.places)
	k.out.Fields = k.fields.list
	return k.out
}

func (k *masker) value(p place) error {
	if p.depth > maxDepth {
		return ErrNotJSON
	}
	switch k.dec.PeekKind() {
	case jsontext.KindBeginObject:
		return k.object(p)
	case jsontext.KindBeginArray:
		return k.list(p)
	case jsontext.KindString:
		return k.string(p)
	case jsontext.KindNumber:
		return k.number(p)
	case jsontext.KindNull:
		k.note(p, "null", false)
		return k.copy()
	case jsontext.KindTrue, jsontext.KindFalse:
		if p.sight(p.rule.value()) == hidden {
			return k.hide(p, "boolean")
		}
		k.note(p, "boolean", false)
		return k.copy()
	}
	return ErrNotJSON
}

// sight is what a rule grants at the place, after what holds for all of it.
func (p place) sight(granted sight) sight {
	switch {
	case p.secret:
		return hidden
	case p.clear:
		return clear
	}
	return granted
}

func (k *masker) object(p place) error {
	see := p.sight(p.rule.object())
	if see == hidden {
		return k.hide(p, "object")
	}
	p.clear = see == clear
	k.note(p, "object", false)
	if _, err := k.dec.ReadToken(); err != nil {
		return err
	}
	k.json = append(k.json, '{')
	for n := (labels{}); k.dec.PeekKind() == jsontext.KindString; {
		if err := k.member(p, &n); err != nil {
			return err
		}
	}
	k.json = append(k.json, '}')
	_, err := k.dec.ReadToken()
	return err
}

// member masks a field with its name.
func (k *masker) member(p place, n *labels) error {
	spelled, err := k.read()
	if err != nil {
		return err
	}
	known := k.name(spelled)
	below := place{clear: p.clear, secret: known.secret, prose: isProse(known.spelled), depth: p.depth + 1}
	if p.rule != nil {
		below.rule = p.rule.fields[known.spelled]
	}
	below.field = k.fields.member(p.field, known.path())
	if n.any {
		k.json = append(k.json, ',')
	}
	if k.json, err = jsontext.AppendQuote(k.json, n.label(known, p.clear)); err != nil {
		return err
	}
	k.json = append(k.json, ':')
	if below.rule != nil && below.rule.paging {
		return k.whole(func(raw jsontext.Value) error {
			k.out.Total, k.out.Offset = paging(raw)
			return k.value(below)
		})
	}
	return k.value(below)
}

func (k *masker) list(p place) error {
	see := p.sight(p.rule.list())
	if see == hidden {
		return k.hide(p, "list")
	}
	p.clear = see == clear
	k.note(p, "list", false)
	if _, err := k.dec.ReadToken(); err != nil {
		return err
	}
	begin := len(k.json)
	k.json = append(k.json, '[')
	if err := k.entries(p); err != nil {
		return err
	}
	k.json = append(k.json, ']')
	if p.long() {
		k.out.list = span{begin, len(k.json)}
	}
	_, err := k.dec.ReadToken()
	return err
}

func (p place) long() bool { return p.rule != nil && p.rule.long }

func (k *masker) entries(p place) error {
	below := place{clear: p.clear, depth: p.depth + 1, field: k.fields.entry(p.field)}
	if p.rule != nil {
		below.rule = p.rule.entries
	}
	long, some := p.long(), false
	for i := 0; k.more(); i++ {
		if long && !k.keeps(i) {
			if err := k.dec.SkipValue(); err != nil {
				return err
			}
			continue
		}
		if some {
			k.json = append(k.json, ',')
		}
		some = true
		begin := len(k.json)
		if err := k.entry(p, below); err != nil {
			return err
		}
		if long {
			k.out.places = append(k.out.places, span{begin, len(k.json)})
		}
	}
	return nil
}

// more tells whether the list goes on; an end that is none fails when it is read.
func (k *masker) more() bool {
	kind := k.dec.PeekKind()
	return kind != jsontext.KindEndArray && kind != jsontext.KindInvalid
}

func (k *masker) keeps(i int) bool { return k.count <= 0 || i >= k.from && i-k.from < k.count }

// entry masks one entry of a list, after a look whether it is one of a batch
// that failed.
func (k *masker) entry(list, p place) error {
	if list.rule == nil || !list.rule.batch || k.dec.PeekKind() != jsontext.KindBeginObject {
		return k.value(p)
	}
	return k.whole(func(raw jsontext.Value) error {
		if f, failed := k.secrets.failure(raw); failed {
			k.out.Failed = append(k.out.Failed, f)
		}
		return k.value(p)
	})
}

// whole lets f see a value before it is read.
func (k *masker) whole(f func(jsontext.Value) error) error {
	raw, err := k.dec.ReadValue()
	if err != nil {
		return err
	}
	outer := k.dec
	k.dec = decoder(raw)
	defer func() { k.dec = outer }()
	return f(raw)
}

func (k *masker) string(p place) error {
	see := p.sight(p.rule.value())
	if see == hidden {
		return k.hide(p, "string")
	}
	said, err := k.read()
	if err != nil {
		return err
	}
	s := string(said)
	seen := k.secrets.see(s, see, p.prose)
	k.note(p, "string", seen != s)
	if seen != mask.Mark {
		k.fields.list[p.field.index].Shown = true // a part of it, at least
	}
	k.json, err = jsontext.AppendQuote(k.json, seen)
	return err
}

// number keeps a number as it is written. A long one could be an account's.
func (k *masker) number(p place) error {
	see := p.sight(p.rule.value())
	if see == hidden {
		return k.hide(p, "number")
	}
	raw, err := k.dec.ReadValue()
	if err != nil {
		return err
	}
	masked := see != clear && mask.LongNumber(raw) || k.secrets.in(string(raw))
	k.note(p, "number", masked)
	if masked {
		k.json = strconv.AppendQuote(k.json, mask.Mark)
		return nil
	}
	k.json = append(k.json, raw...)
	return nil
}

// read decodes the string or the name at hand; it is good until the next one.
func (k *masker) read() ([]byte, error) {
	raw, err := k.dec.ReadValue()
	if err != nil {
		return nil, err
	}
	k.text, err = jsontext.AppendUnquote(k.text[:0], raw)
	return k.text, err
}

// hide puts the mask in the place of whatever stands there.
func (k *masker) hide(p place, kind string) error {
	k.note(p, kind, true)
	k.json = append(k.json, `"`+mask.Mark+`"`...)
	return k.dec.SkipValue()
}

func (k *masker) copy() error {
	raw, err := k.dec.ReadValue()
	k.json = append(k.json, raw...)
	return err
}

// note counts a value. The root is no field, and objects in a walked list are
// told of by their own fields.
func (k *masker) note(p place, kind string, masked bool) {
	if masked {
		k.out.Hidden++
	}
	walkedEntry := kind == "object" && !masked && strings.HasSuffix(p.field.path, "[]")
	if p.field == k.fields.root || walkedEntry {
		return
	}
	k.fields.note(p.field, kind, masked, p.secret)
}
