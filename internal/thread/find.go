package thread

import "strings"

// Lengths of what may be an id that is none of Finch's, in bytes.
const (
	minWord  = 5
	maxWord  = 128
	minAsked = 2

	uuidLength = 36
	jobStart   = 8 // so much of a job's id people pass on
)

// Find returns what in a text of Slack's may be an id: UUIDs first, in lower case,
// then words of 5 to 128 letters, digits and _ . : - that hold a letter and a digit,
// as they are written. Each is there once, in order, at most limit in all. What
// mentions somebody or draws an emoji is none. It takes one pass over the text.
func Find(text string, limit int) []string { return find(text, limit, false) }

// Ask is Find for a text that somebody had looked up on purpose: any word of 2
// characters or more counts. Words with a digit come before the others, so that an
// id is found in a long text.
func Ask(text string, limit int) []string { return find(text, limit, true) }

func find(text string, limit int, asked bool) []string {
	if limit <= 0 {
		return nil
	}
	f := finder{limit: limit, asked: asked, seen: map[string]struct{}{}}
	f.walk(text)
	found := make([]string, 0, min(limit, len(f.uuids)+len(f.words)+len(f.plain)))
	for _, some := range [][]string{f.uuids, f.words, f.plain} {
		found = append(found, some[:min(len(some), limit-len(found))]...)
	}
	return found
}

// finder gathers candidates. Each of its lists is as long as all may be in the end.
type finder struct {
	limit int
	asked bool
	// uuids come first, then words, with plain ones, which hold no digit, behind them.
	uuids, words, plain []string
	seen                map[string]struct{}
}

// walk goes through the words of a text until there can be nothing new.
func (f *finder) walk(text string) {
	for at := 0; at < len(text) && len(f.uuids) < f.limit; {
		if classes[text[at]]&inWord == 0 {
			at += gap(text, at)
			continue
		}
		end, holds := at, class(0)
		for ; end < len(text) && classes[text[end]]&inWord != 0; end++ {
			holds |= classes[text[end]]
		}
		f.take(text[at:end], holds)
		at = end
	}
}

// gap is how many bytes at a place between words are to be passed over: one, or all
// of an entity, of a mention, or of a byte that an address spells by its number.
func gap(text string, at int) int {
	rest := text[at:]
	switch rest[0] {
	case '&':
		return entity(rest)
	case '%':
		if len(rest) > 2 && isHex(rest[1]) && isHex(rest[2]) {
			return 3
		}
	case '<':
		return mention(rest)
	}
	return 1
}

// entity is how long the entity is that a text begins with. Slack writes three.
func entity(rest string) int {
	for _, e := range [...]string{"&gt;", "&lt;", "&amp;"} {
		if strings.HasPrefix(rest, e) {
			return len(e)
		}
	}
	return 1
}

// mention is how long the mention is that a text begins with, of a user, a channel,
// a group or a date; 1 where it is none.
func mention(rest string) int {
	if len(rest) < 2 || rest[1] != '@' && rest[1] != '#' && rest[1] != '!' {
		return 1
	}
	for i := 1; i < len(rest); i++ {
		switch rest[i] {
		case '>':
			return i + 1
		case '<', '\n':
			return 1
		}
	}
	return 1
}

// take looks at one word, which holds characters of these classes.
func (f *finder) take(word string, holds class) {
	if len(word) >= uuidLength && holds&dash != 0 {
		f.takeUUIDs(word)
	}
	if holds&digit == 0 && !f.asked || f.full(holds) || emoji(word) {
		return
	}
	f.takeWord(trim(word))
	if holds&colon == 0 {
		return
	}
	for rest := word; rest != ""; { // "customer:cust_1042"
		var part string
		part, rest, _ = strings.Cut(rest, ":")
		if len(part) < len(word) {
			f.takeWord(trim(part))
		}
	}
}

// full reports whether such words have no place any more.
func (f *finder) full(holds class) bool {
	return len(f.words) >= f.limit || holds&digit == 0 && len(f.plain) >= f.limit
}

// emoji reports whether a word is one or several emoji, ":x:".
func emoji(word string) bool {
	return len(word) > 2 && word[0] == ':' && word[len(word)-1] == ':'
}

// trim takes off what marks up or ends a word.
func trim(word string) string {
	start, end := 0, len(word)
	for start < end && classes[word[start]]&alnum == 0 {
		start++
	}
	for start < end && classes[word[end-1]]&alnum == 0 {
		end--
	}
	return word[start:end]
}

func (f *finder) takeWord(word string) {
	if len(word) > maxWord || len(word) < minAsked || len(word) < minWord && !f.asked {
		return
	}
	holds, all := class(0), ^class(0)
	for i := range len(word) {
		holds |= classes[word[i]]
		all &= classes[word[i]]
	}
	switch {
	case len(word) == uuidLength && isUUID(word):
	case holds&digit == 0 && f.asked:
		f.plain = f.add(f.plain, word)
	case holds&digit != 0 && (f.asked || holds&letter != 0):
		f.words = f.add(f.words, word)
	}
	if f.asked && len(word) == jobStart && all&hex != 0 {
		f.words = f.add(f.words, strings.ToLower(word))
	}
}

// add appends a word that is new. It is copied: nothing may keep the text itself.
func (f *finder) add(to []string, word string) []string {
	if _, there := f.seen[word]; there || len(to) >= f.limit {
		return to
	}
	word = strings.Clone(word)
	f.seen[word] = struct{}{}
	return append(to, word)
}

// takeUUIDs takes those in a word. They begin where letters and digits do, and are
// no part of something longer that is made of hex digits and dashes.
func (f *finder) takeUUIDs(word string) {
	for at := 0; at+uuidLength <= len(word); {
		end := run(word, at)
		if end-at == jobStart && isUUID(word[at:at+uuidLength]) && alone(word, at) {
			f.addUUID(word[at : at+uuidLength])
			end = at + uuidLength
		}
		at = end + 1
	}
}

// run is where the letters and digits end that begin at a place.
func run(word string, at int) int {
	for at < len(word) && classes[word[at]]&alnum != 0 {
		at++
	}
	return at
}

// alone reports whether a UUID at a place stands for itself: nothing glued to it, and
// no further groups of hex digits.
func alone(word string, at int) bool {
	if before := word[:at]; before != "" && before[at-1] == '-' {
		start := at - 1
		for start > 0 && classes[before[start-1]]&alnum != 0 {
			start--
		}
		if isGroup(before[start : at-1]) {
			return false
		}
	}
	after := word[at+uuidLength:]
	switch {
	case after == "":
		return true
	case after[0] == '-':
		return !isGroup(after[1:run(after, 1)])
	default:
		return classes[after[0]]&alnum == 0
	}
}

// isGroup reports whether a text is one group of hex digits.
func isGroup(text string) bool {
	for i := range len(text) {
		if !isHex(text[i]) {
			return false
		}
	}
	return text != ""
}

// isUUID reports whether 36 bytes have the form of a UUID, in either case.
func isUUID(text string) bool {
	if text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return false
	}
	for i := range uuidLength {
		if i != 8 && i != 13 && i != 18 && i != 23 && !isHex(text[i]) {
			return false
		}
	}
	return true
}

func (f *finder) addUUID(text string) {
	var lower [uuidLength]byte
	for i := range lower {
		lower[i] = text[i]
		if 'A' <= text[i] && text[i] <= 'F' {
			lower[i] += 'a' - 'A'
		}
	}
	if _, there := f.seen[string(lower[:])]; there {
		return
	}
	id := string(lower[:])
	f.seen[id] = struct{}{}
	f.uuids = append(f.uuids, id)
}

// class is what sort of character a byte is; several may hold.
type class uint8

const (
	letter class = 1 << iota
	digit
	hex
	dash
	colon
	mark // of punctuation that ids may hold

	alnum  = letter | digit
	inWord = letter | digit | mark
)

func isHex(c byte) bool { return classes[c]&hex != 0 }

// classes is the table of bytes. Those beyond ASCII are between words, whatever they
// are: quotation marks, what is invisible, scripts without spaces.
var classes = func() (t [256]class) {
	for c := '0'; c <= '9'; c++ {
		t[c] = digit | hex
	}
	for c := 'a'; c <= 'z'; c++ {
		t[c], t[c-'a'+'A'] = letter, letter
	}
	for c := 'a'; c <= 'f'; c++ {
		t[c], t[c-'a'+'A'] = letter|hex, letter|hex
	}
	t['_'], t['.'], t['-'], t[':'] = mark, mark, mark|dash, mark|colon
	return t
}()
