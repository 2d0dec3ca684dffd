package alert

import (
	"fmt"
	"strings"
	"time"

	"perch/bot/card"
	"perch/internal/connect"
)

// WatchWords tell somebody who watches an employer where they stand now, in mrkdwn
// that is safe to show.
func WatchWords(r connect.Reading, now time.Time) string {
	name := strings.ReplaceAll(card.EscapeCut(firstSaid(r.Session.CustomerName, r.Session.CustomerID, "The employer"), maxName), "*", "∗")
	return fmt.Sprintf("%s *%s* %s You watch them.", SessionSign(r.Progress), name, whereWords(r, now))
}

// SessionSign is the emoji of where an employer stands.
func SessionSign(p connect.Progress) string {
	switch p.Outcome {
	case connect.Connected:
		if p.Provisional {
			return ":hourglass_flowing_sand:"
		}
		return ":large_green_circle:"
	case connect.DroppedOff:
		return ":door:"
	case connect.Broken:
		return ":x:"
	case connect.Lapsed:
		return ":hourglass:"
	case connect.Unopened:
		return ":envelope:"
	default:
		return ":arrows_counterclockwise:"
	}
}

// whereWords say where an employer stands: "is at Sign-in since …".
func whereWords(r connect.Reading, now time.Time) string {
	p := r.Progress
	at := ""
	if p.Stage != "" {
		at = " at " + stageWords(p.Stage)
	}
	switch p.Outcome {
	case connect.Connected:
		if p.Provisional {
			return "is through, as their browser reports; no server has confirmed it yet."
		}
		return fmt.Sprintf("is connected since %s. This watch ends here.", card.When(p.Over, now))
	case connect.DroppedOff:
		return fmt.Sprintf("stopped%s; last seen %s.", at, card.When(p.Last, now))
	case connect.Broken:
		return "could not open Finch Connect."
	case connect.Lapsed:
		return fmt.Sprintf("is not through, and their link ended %s.", card.When(p.Over, now))
	case connect.Unopened:
		return fmt.Sprintf("has a new link since %s, not opened yet.", card.When(r.Session.Created, now))
	default:
		return fmt.Sprintf("is under way%s, last seen %s.", at, card.When(p.Last, now))
	}
}
