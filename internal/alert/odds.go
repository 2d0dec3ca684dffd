package alert

// Odds are how problems like one have gone before: of those that are over, how
// many resolved by themselves within a day, by the next daily sync.
type Odds struct{ Healed, Of int }

// enoughForOdds is how many it takes before their share means anything.
const enoughForOdds = 20

// Known reports whether there are enough to speak of.
func (o Odds) Known() bool { return o.Of >= enoughForOdds }
