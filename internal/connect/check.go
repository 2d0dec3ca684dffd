package connect

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// What an event from outside may measure, in characters.
const (
	maxID             = 200
	maxStage          = 100
	maxErrorType      = 100
	maxMessage        = 10_000
	maxBrowserMessage = 2_000
)

// How far an event's time may lie from now.
const (
	maxAhead     = time.Minute
	maxAge       = 366 * 24 * time.Hour
	maxImportAge = 20 * maxAge
)

// browserTypes are what an employer's browser may tell of.
var browserTypes = []Type{Opened, StageEntered, StageExited, Failed, Closed, Succeeded}

// toldTypes are what may be told from outside at all.
var toldTypes = append(slices.Clone(browserTypes), TokenExchanged, Expired)

// Check says in words what is wrong with an event from outside; empty: nothing.
// Its Source decides how much it may say. At is set by then: who tells no time
// means now.
func Check(e Event, now time.Time) (fault string) {
	for _, check := range []string{
		checkType(e), checkStage(e), checkTime(e, now),
		checkName("id", e.ID, maxID), checkName("error_type", e.ErrorType, maxErrorType), checkMessage(e),
	} {
		if check != "" {
			return check
		}
	}
	return ""
}

func checkType(e Event) string {
	switch {
	case e.Type == "":
		return "type is missing"
	case e.Source == FromBrowser && !slices.Contains(browserTypes, e.Type):
		return fmt.Sprintf("type %s may not come from a browser", quote(string(e.Type)))
	case e.Source.Own() && (e.Type == StatusChanged || e.Type == FirstData):
		return ""
	case !slices.Contains(toldTypes, e.Type):
		return fmt.Sprintf("type %s is none of %s", quote(string(e.Type)), typeList(toldTypes))
	}
	return ""
}

func checkStage(e Event) string {
	if e.Stage == "" && (e.Type == StageEntered || e.Type == StageExited) {
		return "stage is missing"
	}
	return checkName("stage", string(e.Stage), maxStage)
}

func checkTime(e Event, now time.Time) string {
	oldest := maxAge
	if e.Source == FromImport {
		oldest = maxImportAge
	}
	switch {
	case e.At.IsZero():
		return "at is missing"
	case e.At.After(now.Add(maxAhead)):
		return "at lies in the future"
	case e.At.Before(now.Add(-oldest)):
		return "at is too long ago"
	}
	return ""
}

func checkMessage(e Event) string {
	most := maxMessage
	if e.Source == FromBrowser {
		most = maxBrowserMessage
	}
	switch {
	case utf8.RuneCountInString(e.Message) > most:
		return fmt.Sprintf("message is longer than %d characters", most)
	case !utf8.ValidString(e.Message) || strings.ContainsRune(e.Message, 0):
		return "message is not plain UTF-8 text"
	}
	return ""
}

// checkName checks a short text of one line.
func checkName(what, text string, most int) string {
	switch {
	case utf8.RuneCountInString(text) > most:
		return fmt.Sprintf("%s is longer than %d characters", what, most)
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unprintable):
		return what + " holds characters that cannot be printed"
	}
	return ""
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) }

// quote shows a short piece of what was told.
func quote(text string) string { return fmt.Sprintf("%q", cut(text, 40)) }

// cut shortens a text to so many characters, and shows that it did.
func cut(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}

func typeList(types []Type) string {
	words := make([]string, len(types))
	for i, t := range types {
		words[i] = string(t)
	}
	return strings.Join(words, ", ")
}
