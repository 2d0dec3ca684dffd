package thread

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"perch/bot/card"
	"perch/internal/alert"
	"perch/internal/connect"
	"perch/internal/finch"
)

const (
	// maxName is how much of a name from outside a reply shows.
	maxName = 80
	// maxShort is how long an id may be that is shown whole in a sentence; of longer
	// ones the beginning is, by which people know them again.
	maxShort  = 12
	shortened = 8
)

// name is a text from outside as mrkdwn: nothing escapes what formats there, and it
// may stand in a bold line.
func name(text string, limit int) string {
	return strings.ReplaceAll(card.EscapeCut(text, limit), "*", "∗")
}

// short is an id in a sentence: "453bd7d7…".
func short(id string) string {
	runes := []rune(card.Clean(id))
	if len(runes) > maxShort {
		return name(string(runes[:shortened]), maxName) + "…"
	}
	return name(string(runes), maxName)
}

// maxTelling is how much of a customer's name is looked for in ids, leastTelling how
// long a word of it is that tells who they are.
const (
	maxTelling   = 200
	leastTelling = 4
)

// tells reports whether an id tells who the customer is: it holds theirs, or a word of
// their name, in whatever case. The whole id is looked at: its beginning may tell too.
func tells(id, customerID, customerName string) bool {
	id = strings.ToLower(id)
	if customerID != "" && strings.Contains(id, strings.ToLower(customerID)) {
		return true
	}
	if len(id) == uuidLength && isUUID(id) { // "cafe" in it is no word
		return false
	}
	words := strings.FieldsFunc(strings.ToLower(card.Cut(customerName, maxTelling)), func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsDigit(c)
	})
	return slices.ContainsFunc(words, func(w string) bool {
		return utf8.RuneCountInString(w) >= leastTelling && strings.Contains(id, w)
	})
}

// called is what an id is the id of, as people say it, at the beginning of a sentence.
func (k Kind) called() string { return card.UpperFirst(string(k)) }

// jobWord is what a job does, in the middle of a sentence: "data sync".
func jobWord(j finch.KnownJob, limit int) string {
	word := card.JobType(j.Type)
	if word == "" && j.Kind == finch.Manual {
		word = "Deduction job"
	}
	return name(card.LowerFirst(cmp.Or(word, "Of an unknown type")), limit)
}

// people is how many a deduction job did not work for, as far as Finch said.
func people(results []finch.JobResult) string {
	failed, all := 0, 0
	for _, r := range results {
		all += r.Count
		if r.Code >= 400 {
			failed += r.Count
		}
	}
	if failed == 0 {
		return ""
	}
	return fmt.Sprintf(" It failed for %d of %s.", failed, card.Counted(all, "person", "people"))
}

// kindWords are a problem's sign, and what it is in few words.
func kindWords(p alert.Problem) (sign, words string) {
	switch p.Key.Kind {
	case alert.JobFailed:
		return ":x:", failedWords(p)
	case alert.Reauth:
		return ":key:", "Employer must reconnect"
	case alert.Permissions:
		return ":no_entry:", "Permissions missing"
	case alert.NotSetUp:
		return ":no_entry:", "Account not set up"
	case alert.Stale:
		return ":grey_question:", "Syncs have stopped"
	case alert.Stuck:
		return ":hourglass_flowing_sand:", stuckWords(p)
	case alert.Disconnected:
		return ":black_circle:", "Connection ended"
	case alert.DroppedOff:
		return ":door:", "Employer stopped" + atStage(p.Facts.Session.Stage)
	case alert.AuthErrors:
		return ":x:", card.Counted(p.Count, "error") + atStage(p.Facts.Session.Stage)
	case alert.LinkUnused:
		return ":envelope:", "Link not opened"
	case alert.LinkExpired:
		return ":hourglass:", "Link ran out"
	default:
		return ":grey_question:", "Something is wrong"
	}
}

// failing is what fails: "Sync".
func failing(p alert.Problem) string {
	kind := cmp.Or(p.Facts.Job.Type, p.Key.Part)
	if kind == finch.DataSync {
		return "Sync"
	}
	return name(cmp.Or(card.JobType(kind), "Job"), maxName)
}

func failedWords(p alert.Problem) string {
	if p.Count > 1 {
		return fmt.Sprintf("%s failed %d times in a row", failing(p), p.Count)
	}
	return failing(p) + " failed"
}

func stuckWords(p alert.Problem) string {
	if p.Facts.Job.ID != "" {
		return failing(p) + " not over"
	}
	return "Set-up does not go on"
}

func atStage(s connect.Stage) string {
	if s == "" {
		return " in Finch Connect"
	}
	return " at " + name(s.Name(), maxName)
}

// sessionWords say where an employer stands: "the employer stopped at Sign-in, …".
func sessionWords(r connect.Reading, now time.Time) string {
	p := r.Progress
	at := ""
	if p.Stage != "" {
		at = atStage(p.Stage)
	}
	switch p.Outcome {
	case connect.Connected:
		if p.Provisional {
			return "the employer is through, as their browser reports; no server has confirmed it yet"
		}
		return "the employer got through " + card.When(p.Over, now)
	case connect.DroppedOff:
		return fmt.Sprintf("the employer stopped%s, last seen %s", at, card.When(p.Last, now))
	case connect.Broken:
		return "Finch Connect could not open"
	case connect.Lapsed:
		return fmt.Sprintf("the employer is not through%s, and their link ended %s", reached(p.Stage), card.When(p.Over, now))
	case connect.Unopened:
		return fmt.Sprintf("the link made %s is not opened yet", card.When(r.Session.Created, now))
	default:
		return fmt.Sprintf("the employer is under way%s, last seen %s", at, card.When(p.Last, now))
	}
}

// reached is how far somebody came.
func reached(s connect.Stage) string {
	if s == "" {
		return ""
	}
	return ", got as far as " + name(s.Name(), maxName)
}
