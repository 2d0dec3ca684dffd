package finch

import "time"

// stamp is how Finch writes times: ISO 8601 with milliseconds, in UTC.
const stamp = "2006-01-02T15:04:05.000Z"

// date is how Finch writes days.
const date = time.DateOnly

// clock is the caller's clock, possibly put forward.
type clock struct {
	base  func() time.Time
	shift time.Duration
}

func (c *clock) now() time.Time {
	return c.base().Add(c.shift).UTC().Truncate(time.Millisecond)
}

// wall is the caller's clock as it is. Webhooks are stamped with it: a
// receiver that lives in the caller's time would refuse others as stale.
func (c *clock) wall() time.Time { return c.base().UTC() }

// written is a time as Finch writes it, or null for none.
func written(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	return new(t.UTC().Format(stamp))
}
