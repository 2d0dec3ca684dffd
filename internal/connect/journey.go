package connect

// Journey says which of a customer's readings counts, newest first, and how many
// attempts there were. ok is false where there is none.
func Journey(readings []Reading) (counts Reading, attempts int, ok bool) {
	if len(readings) == 0 {
		return Reading{}, 0, false
	}
	return readings[0], len(readings), true
}
