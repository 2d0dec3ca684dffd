package connect

import "time"

// Journey says which of a customer's readings, newest first, tells how the
// employer stands, and how many attempts it took so far. An employer has one story
// whatever the number of links: what counts is where they were seen last, or the
// newest link if they were never seen. So a link that was renewed and not opened
// yet takes nothing back, and one that goes on does. ok is false without readings.
//
// Attempts are the sessions in which the employer was seen since they were through
// the last time before.
func Journey(readings []Reading) (counts Reading, attempts int, ok bool) {
	if len(readings) == 0 {
		return Reading{}, 0, false
	}
	at := 0
	for i := range readings {
		if readings[i].Progress.LastMove().After(readings[at].Progress.LastMove()) {
			at = i
		}
	}
	counts = readings[at]
	return counts, countAttempts(readings, counts), true
}

// countAttempts counts those who tell the same story as the one that counts.
func countAttempts(readings []Reading, counts Reading) int {
	var before time.Time // they were through the last time before
	for i := range readings {
		p := &readings[i].Progress
		if p.Outcome == Connected && p.Over.After(before) && readings[i].Session.ID != counts.Session.ID {
			before = p.Over
		}
	}
	attempts := 0
	for i := range readings {
		p := &readings[i].Progress
		if move := p.LastMove(); !move.IsZero() && move.After(before) {
			attempts++
		}
	}
	return attempts
}

// LastMove is when the employer was seen last, or got through; zero if never.
func (p Progress) LastMove() time.Time {
	if p.Outcome == Connected && p.Over.After(p.Last) {
		return p.Over
	}
	return p.Last
}
