package slack

import "time"

// trigger lets the app open one modal for one person, soon.
type trigger struct {
	user    string
	channel string
	view    string // the modal it was made in
	expires time.Time
	used    bool
}

func (s *Server) newTrigger(t trigger) string {
	t.expires = s.now().Add(s.timing.Trigger)
	id := s.newID("") + "." + TeamID + "." + secret()
	s.ws.triggers[id] = &t
	return id
}

// exchange uses a trigger up.
func (s *Server) exchange(id string) (*trigger, error) {
	t := s.ws.triggers[id]
	switch {
	case t == nil:
		return nil, apiErr("invalid_trigger_id")
	case t.used:
		return nil, apiErr("exchanged_trigger_id")
	case s.now().After(t.expires):
		return nil, apiErr("expired_trigger_id")
	}
	t.used = true
	return t, nil
}
