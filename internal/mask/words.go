package mask

import "strings"

// IsPlain tells whether a word is a plain identifier of at most 64 characters.
func IsPlain(s string) bool {
	if s == "" || len(s) > 64 || !letter(s[0]) && s[0] != '_' {
		return false
	}
	for i := range len(s) {
		if !wordByte(s[i]) && s[i] != '.' && s[i] != '-' {
			return false
		}
	}
	return true
}

func letter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func digit(c byte) bool { return '0' <= c && c <= '9' }

func wordByte(c byte) bool { return letter(c) || digit(c) || c == '_' }

// IndexFold is where a word stands in a text, capitals or not; -1 for nowhere.
// The word must not be empty.
func IndexFold(text, word string) int {
	for i := 0; i+len(word) <= len(text); i++ {
		if text[i]|0x20 == word[0]|0x20 && strings.EqualFold(text[i:i+len(word)], word) {
			return i
		}
	}
	return -1
}

// Without takes a word out of a text wherever it stands, capitals or not. The word
// must not be empty.
func Without(text, word string) string {
	at := IndexFold(text, word)
	if at < 0 {
		return text
	}
	var b strings.Builder
	for ; at >= 0; at = IndexFold(text, word) {
		b.WriteString(text[:at])
		b.WriteString(Mark)
		text = text[at+len(word):]
	}
	b.WriteString(text)
	return b.String()
}
