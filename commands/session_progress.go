package commands

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"perch/bot/card"
	"perch/internal/connect"
)

// stageRow is one stage as people read it: the emoji says nothing that the words
// do not say.
type stageRow struct {
	emoji, name, state string
	// at is when, where that is said.
	at time.Time
}

// plain is the row for where nothing is drawn.
func (r stageRow) plain() string { return r.name + ": " + dated{r.state, r.at}.plain() }

func (r stageRow) line(now time.Time) card.Part {
	return card.Line(card.Emoji(r.emoji), card.Normal(" "), card.Bold(r.name), dated{"  " + r.state, r.at}.part(now))
}

// unknownStages stands where no stages are known. None is ever inferred.
const unknownStages = "The stages are unknown: nobody told of them. An employer's browser sees only that Finch Connect opens, shows an error, closes or succeeds."

// progress is the way through the stages, and through an assisted set-up.
func (l timeline) progress() card.Blocks {
	var blocks card.Blocks
	switch rows := l.stageRows(); {
	case len(rows) > 0:
		blocks = append(blocks, l.progressBlock("Progress", rows))
	case l.stageless():
		blocks = append(blocks, card.Text(unknownStages))
	}
	if rows := l.assistedRows(); len(rows) > 0 {
		blocks = append(blocks, l.progressBlock("Assisted set-up", rows))
	}
	return blocks
}

// stageless: the employer was there and nobody told how far. Of one who is through
// it does not matter.
func (l timeline) stageless() bool {
	return len(l.Progress.Stages) == 0 && !l.Progress.Opened.IsZero() && l.Progress.Outcome != connect.Connected
}

func (l timeline) progressBlock(title string, rows []stageRow) slack.Block {
	lines := []card.Part{card.Bold(title)}
	for _, r := range rows {
		lines = append(lines, r.line(l.Now))
	}
	return card.Rich(lines...)
}

func (l timeline) stageRows() []stageRow {
	var rows []stageRow
	all := l.Progress.Stages
	for i, s := range all {
		if !seen(s) && (s.Stage == connect.AuthMethod || s.Stage == connect.Success) {
			continue // many go past the one, and the outcome tells of the other
		}
		if len(rows) == maxStages {
			return append(rows, stageRow{emoji: ":grey_question:", name: "More", state: card.Counted(len(all)-i, "stage") + " in the full timeline"})
		}
		rows = append(rows, l.stageRow(s, slices.ContainsFunc(all[i+1:], seen)))
	}
	return rows
}

// seen reports whether somebody told that the employer was there. A stage that is
// behind them may have been spared them.
func seen(s connect.StageProgress) bool {
	return s.Reached() || s.Here || s.Done && s.Stage == connect.Success
}

// stageRow is one stage; passed tells that a later one was seen.
func (l timeline) stageRow(s connect.StageProgress, passed bool) stageRow {
	row := stageRow{name: stageName(s.Stage)}
	switch {
	case !seen(s) && passed:
		row.emoji, row.state = ":white_circle:", "not seen"
	case !seen(s):
		row.emoji, row.state = ":white_circle:", "not reached"
	case s.Done && !s.Here:
		row.emoji, row.state = ":white_check_mark:", l.stay("done", s)
	case s.Here && !l.Progress.ClosedAt.IsZero() && l.Progress.Outcome == connect.InProgress:
		row.emoji, row.state = ":door:", l.stay("closed here", s)
	case s.Here && l.Progress.Outcome == connect.InProgress:
		row.emoji, row.state = ":round_pushpin:", l.stay("here", s)
	case s.Here:
		row.emoji, row.state = ":door:", l.stay("stopped here", s)
	default:
		row.emoji, row.state = ":rewind:", l.stay("left again", s)
	}
	if s.Errors > 0 && (s.Here || !s.Done) {
		row.emoji = ":x:"
	}
	return row
}

// stay is how a stage went: "here · 14 min in 6 visits, left 6 times · 2 errors".
func (l timeline) stay(state string, s connect.StageProgress) string {
	said := []string{state}
	spent := s.Spent
	if l.SharedBy != "" && l.Progress.Outcome == connect.InProgress {
		spent -= s.Current // it grows while the card stands in the channel
	}
	if spent > 0 {
		said = append(said, card.Span(spent))
	}
	if s.Visits > 1 {
		visits := card.Counted(s.Visits, "visit")
		if s.Exits > 0 {
			visits += ", left " + times(s.Exits)
		}
		said = append(said, visits)
	}
	if s.Errors > 0 {
		said = append(said, card.Counted(s.Errors, "error"))
	}
	return strings.Join(said, " · ")
}

// times is how often: "once", "6 times".
func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// assistedRows are the phases in which Finch is let in by hand. The wait for a
// phase is the time in the one before.
func (l timeline) assistedRows() []stageRow {
	var rows []stageRow
	failing := strings.HasPrefix(l.Progress.Status, "error_")
	waited, waits := connect.StageProgress{}, true
	for _, s := range l.Progress.Assisted[:min(len(l.Progress.Assisted), maxStages)] {
		row := stageRow{emoji: ":white_circle:", name: stageName(s.Stage), state: "not reached"}
		switch {
		case s.Reached() || s.Done:
			row.emoji, row.state, row.at = ":white_check_mark:", phaseDone(waited), s.First
		case waits && failing:
			row.emoji, row.state = ":x:", "did not work out: "+card.LowerFirst(card.Status(l.Progress.Status).Word)
			waits = false
		case waits:
			row.emoji, row.state, waits = ":hourglass_flowing_sand:", l.phaseWait(waited), false
		}
		rows, waited = append(rows, row), s
	}
	return rows
}

func phaseDone(waited connect.StageProgress) string {
	if waited.Spent > 0 {
		return "done after " + card.Span(waited.Spent)
	}
	return "done"
}

// phaseWait tells how long it has been waited for, which grows: not to a channel.
func (l timeline) phaseWait(waited connect.StageProgress) string {
	if waited.Current <= 0 || l.SharedBy != "" {
		return "waiting for it"
	}
	return "waiting for it, " + card.Span(waited.Current) + " so far"
}

// setUpGoesOn: the employer is through Finch Connect, and an assisted set-up waits
// for somebody.
func (l timeline) setUpGoesOn() bool {
	phases := l.Progress.Assisted
	return l.Progress.Outcome == connect.Connected && len(phases) > 0 && !phases[len(phases)-1].Reached() && !phases[len(phases)-1].Done
}

// stageName is what people call a stage, plain; one from outside is cleaned.
func stageName(s connect.Stage) string {
	if name := card.Cut(card.Clean(s.Name()), 60); name != "" {
		return name
	}
	return "(unnamed stage)"
}
