package alert

import "time"

const (
	// unreachableFor is how long Finch may be out of reach. Most of that passes.
	unreachableFor = 10 * time.Minute
	// badSignatures within badSignaturesFor, and so every day since, mean that the
	// secret is wrong. A few in a month may be anybody's.
	badSignatures    = 3
	badSignaturesFor = 24 * time.Hour
	// unannounced jobs and no webhook for silentFor mean that webhooks have stopped.
	unannounced = 5
	silentFor   = 24 * time.Hour
)

// sight is how one sense is lost.
type sight struct {
	move Move
	// lost says since when a sense fails, from when on that is a problem, and
	// until when (zero for without end). A zero since means that it does not fail.
	lost func(s Sense) (since, from, until time.Time)
}

// sights is the table of senses.
func sights() map[string]sight {
	return map[string]sight{
		SenseFinch:    {Finchs, unreachable},
		SenseSecret:   {Ours, badSecret},
		SenseWebhooks: {Ours, noWebhooks},
		SenseAccount:  {Ours, refusedAccount},
	}
}

func unreachable(s Sense) (since, from, until time.Time) {
	if !s.fails() {
		return
	}
	return s.Since, s.Since.Add(unreachableFor), time.Time{}
}

func badSecret(s Sense) (since, from, until time.Time) {
	days := 1 + int(s.Bad.Sub(s.Since)/badSignaturesFor)
	if !s.fails() || s.Count < badSignatures*days {
		return
	}
	return s.Since, s.Since, s.Bad.Add(badSignaturesFor)
}

// noWebhooks: jobs that have ended were found by asking, and no webhook came for
// any of them. Few jobs prove nothing, and neither does a quiet day.
func noWebhooks(s Sense) (since, from, until time.Time) {
	if !s.fails() || s.Count < unannounced {
		return
	}
	since = s.Since
	if !s.Good.IsZero() {
		since = s.Good
	}
	return since, since.Add(silentFor), time.Time{}
}

// refusedAccount: Finch says that it will not serve us, such as for an unpaid
// bill. That does not pass.
func refusedAccount(s Sense) (since, from, until time.Time) {
	if !s.fails() {
		return
	}
	return s.Since, s.Since, time.Time{}
}
