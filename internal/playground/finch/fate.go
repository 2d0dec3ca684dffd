package finch

import "time"

// fate is how a job ends that nobody gave an outcome: by what is wrong with
// the connection, as its outcome is set, or now and then by mishap.
func (s *Server) fate(j *job, now time.Time) string {
	c := j.owner
	switch {
	case c.status == reauth:
		return reauthError
	case c.status == noPermissions, c.status == notSetUp:
		return permissionsError
	case c.outcome != complete || s.options.Mishaps <= 0:
		return c.outcome
	}
	dice := s.world.seed.dice("fate", j.id)
	switch roll := dice.Float64(); {
	case roll >= s.options.Mishaps:
		return complete
	case roll < s.options.Mishaps/4:
		s.plan(now.Add(s.options.Day/3), func(time.Time) { s.comeBack(c) })
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
