package explore

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"perch/internal/finch"
)

var (
	// oneWord is an id of Finch's, of a provider's or of our own: nothing that
	// would make another path of the one it is put into.
	oneWord = regexp.MustCompile(`^[^\s\pZ\pC/\\?#%{}<>"]+$`)
	// plainID needs no escaping in a path.
	plainID = regexp.MustCompile(`^[A-Za-z0-9._~-]+$`)
	dots    = regexp.MustCompile(`^\.+$`)
	whole   = regexp.MustCompile(`^\d{1,15}$`)
	date    = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
	mail    = regexp.MustCompile(`^[^\s@<>"]+@[^\s@<>"]+$`)
)

// longestID is in bytes.
const longestID = 255

// wrongValue looks at one value by itself.
func wrongValue(p finch.Param, v string) string {
	sentence := p.Name + " is " + kind(p) + "."
	if p.List {
		sentence = "Each value of " + sentence
	}
	switch {
	case p.Type == finch.TypeJSON:
		return wrongJSON(p, v)
	case p.Type == finch.TypeDate && date.MatchString(v) && !isDate(v):
		return p.Name + ": there is no such day. Write " + kind(p) + "."
	case !fits(p, v):
		return sentence
	}
	return ""
}

// fits tells whether a value is what its parameter wants; JSON aside.
func fits(p finch.Param, v string) bool {
	if p.In == finch.InPath || p.Type == finch.TypeID {
		if len(v) > longestID || !oneWord.MatchString(v) || dots.MatchString(v) {
			return false
		}
	}
	if len(p.Enum) > 0 {
		return slices.Contains(p.Enum, v)
	}
	switch p.Type {
	case finch.TypeInteger:
		n, err := strconv.Atoi(v)
		return whole.MatchString(v) && err == nil && inBounds(p, n)
	case finch.TypeBoolean:
		return v == "true" || v == "false"
	case finch.TypeDate:
		return isDate(v)
	case finch.TypeEmail:
		return mail.MatchString(v)
	case finch.TypeText:
		return inBounds(p, utf8.RuneCountInString(v))
	default:
		return true
	}
}

func inBounds(p finch.Param, n int) bool {
	return p.List || (p.Min == 0 || n >= p.Min) && (p.Max == 0 || n <= p.Max)
}

func isDate(v string) bool {
	_, err := time.Parse(time.DateOnly, v)
	return err == nil
}

// wrongJSON says where JSON breaks off, in characters from 1.
func wrongJSON(p finch.Param, v string) string {
	var raw json.RawMessage
	err := json.Unmarshal([]byte(v), &raw)
	broken, syntax := errors.AsType[*json.SyntaxError](err)
	switch {
	case syntax && int(broken.Offset) >= len(v) && strings.HasPrefix(broken.Error(), "unexpected end"):
		return p.Name + " is no JSON: it ends before it is complete."
	case syntax:
		return fmt.Sprintf("%s is no JSON: it breaks at character %d.", p.Name, utf8.RuneCountInString(v[:broken.Offset]))
	case err != nil || !isJSON(strings.TrimSpace(v)):
		return p.Name + " is " + kind(p) + "."
	}
	return ""
}

// kind says what a value of a parameter is, as the end of "limit is".
func kind(p finch.Param) string {
	switch {
	case len(p.Enum) > 2:
		return "one of " + either(p.Enum)
	case len(p.Enum) > 0:
		return either(p.Enum)
	}
	switch p.Type {
	case finch.TypeInteger:
		return "a whole number" + bounds(p, "")
	case finch.TypeBoolean:
		return "true or false"
	case finch.TypeDate:
		return "a date such as 2026-11-28"
	case finch.TypeID:
		return "an id, one word"
	case finch.TypeJSON:
		return "JSON, an object {…} or a list […]"
	case finch.TypeEmail:
		return "an address such as ann@example.com"
	default:
		return "text" + bounds(p, " characters")
	}
}

func bounds(p finch.Param, unit string) string {
	switch {
	case p.List || p.Min == 0 && p.Max == 0:
		return ""
	case p.Max == 0:
		return fmt.Sprintf(" of at least %d%s", p.Min, unit)
	case unit == "":
		return fmt.Sprintf(" from %d to %d", p.Min, p.Max)
	case p.Min <= 1:
		return fmt.Sprintf(" of at most %d%s", p.Max, unit)
	default:
		return fmt.Sprintf(" of %d to %d%s", p.Min, p.Max, unit)
	}
}
