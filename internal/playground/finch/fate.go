package finch

import (
	"math/rand/v2"
	"time"
)

// fate is how a job ends that nobody gave an outcome: by what is wrong with
// the connection, as its outcome is set, or now and then by mishap.
func (s *Server) fate(j *job, now time.Time) string {
	c := j.owner
	switch {
	case c.status == reauth:
		return reauthError
	case c.status == noPermissions, c.status == notSetUp:
		return permissionsError
	case c.outcome != complete:
		return c.outcome
	}
	outcome := chance(s.options.Mishaps, s.world.seed.dice("fate", j.id))
	if outcome == reauthError {
		s.plan(now.Add(s.options.Day/3), func(time.Time) { s.comeBack(c) })
	}
	return outcome
}

// chance is how a sync ends with which nothing is wrong, given the share of
// mishaps.
func chance(mishaps float64, dice *rand.Rand) string {
	switch roll := dice.Float64(); {
	case roll >= mishaps:
		return complete
	case roll < mishaps/4:
		return reauthError
	default:
		return failed
	}
}

// comeBack is an employer who signs in again of their own accord.
func (s *Server) comeBack(c *connection) {
	if c.status == reauth {
		s.change(c, connected, "")
	}
}
