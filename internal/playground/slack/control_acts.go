package slack

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
)

// actDoors are what people do.
func (s *Server) actDoors(mux *http.ServeMux) {
	s.talkDoors(mux)
	s.elementDoors(mux)
	post(mux, "shortcut", func(ctx context.Context, in struct {
		User       string
		CallbackID string `json:"callback_id"`
		Target
	},
	) (object, error) {
		return nil, s.RunShortcut(ctx, in.User, in.CallbackID, in.Target)
	})
	post(mux, "home", func(_ context.Context, in struct{ User, Tab string }) (object, error) {
		if in.Tab == "" {
			in.Tab = "home"
		}
		return nil, s.OpenHome(in.User, in.Tab)
	})
	post(mux, "reload", func(_ context.Context, in struct{ User string }) (object, error) {
		s.Reload(in.User)
		return nil, nil
	})
}

func (s *Server) talkDoors(mux *http.ServeMux) {
	type line struct {
		User, Channel, Text, TS, Name string
	}
	post(mux, "command", func(ctx context.Context, in line) (object, error) {
		return nil, s.Slash(ctx, in.User, in.Channel, in.Text)
	})
	post(mux, "message", func(_ context.Context, in Words) (object, error) {
		ts, err := s.Write(in)
		return object{"ts": ts}, err
	})
	post(mux, "repeat", func(_ context.Context, in line) (object, error) {
		ts, err := s.Repeat(in.Channel, in.TS)
		return object{"ts": ts}, err
	})
	post(mux, "edit", func(_ context.Context, in line) (object, error) {
		return nil, s.Edit(in.User, in.Channel, in.TS, in.Text)
	})
	post(mux, "react", func(_ context.Context, in line) (object, error) {
		return nil, s.React(in.User, in.Channel, in.TS, in.Name)
	})
}

// elementAct is the body of acts on elements. What was chosen stands under the
// element's own state field, so the whole body is kept.
type elementAct struct {
	User string
	Target
	Chosen object
}

// UnmarshalJSON keeps the chosen value beside the named fields.
func (a *elementAct) UnmarshalJSON(raw []byte) error {
	var named struct {
		User string
		Target
	}
	if err := json.Unmarshal(raw, &named); err != nil {
		return err
	}
	a.User, a.Target = named.User, named.Target
	return json.Unmarshal(raw, &a.Chosen)
}

func (s *Server) elementDoors(mux *http.ServeMux) {
	post(mux, "click", func(ctx context.Context, in elementAct) (object, error) {
		return nil, s.Click(ctx, in.User, in.Target, in.Chosen)
	})
	post(mux, "fill", func(_ context.Context, in elementAct) (object, error) {
		return nil, s.Fill(in.User, in.Target, in.Chosen)
	})
	post(mux, "suggest", func(ctx context.Context, in elementAct) (object, error) {
		typed, _ := in.Chosen["value"].(string)
		return s.Suggest(ctx, in.User, in.Target, typed)
	})
	type viewAct struct {
		User   string
		ViewID string `json:"view_id"`
		Values map[string]map[string]Value
	}
	post(mux, "submit", func(ctx context.Context, in viewAct) (object, error) {
		done, err := s.Submit(ctx, in.User, in.ViewID, in.Values)
		return asObject(done), err
	})
	post(mux, "close", func(_ context.Context, in viewAct) (object, error) {
		return nil, s.CloseView(in.User, in.ViewID)
	})
}

// worldDoors change what is around people, and play faults.
func (s *Server) worldDoors(mux *http.ServeMux) {
	s.memberDoors(mux)
	post(mux, "event", func(_ context.Context, in object) (object, error) {
		return object{"event_id": s.Event(in)}, nil
	})
	post(mux, "envelope", func(ctx context.Context, in object) (object, error) {
		if in == nil {
			in = object{}
		}
		d, err := s.Envelope(ctx, in)
		return object{"envelope_id": d.EnvelopeID, "acked": d.Acked, "payload": d.AckPayload, "socket": d.Socket}, err
	})
	post(mux, "fault", func(_ context.Context, in Fault) (object, error) { return nil, s.Fault(in) })
	post(mux, "reset", func(context.Context, struct{}) (object, error) {
		s.Reset()
		return nil, nil
	})
}

func (s *Server) memberDoors(mux *http.ServeMux) {
	type member struct{ Channel, User, Inviter string }
	post(mux, "invite", func(_ context.Context, in member) (object, error) {
		return nil, s.Invite(in.Channel, in.User, in.Inviter)
	})
	post(mux, "kick", func(_ context.Context, in member) (object, error) { return nil, s.Kick(in.Channel, in.User) })
	post(mux, "channel", func(_ context.Context, in json.RawMessage) (object, error) {
		return nil, s.amendChannel(in)
	})
	post(mux, "user", func(_ context.Context, in json.RawMessage) (object, error) {
		return nil, s.amendUser(in)
	})
}

// amendChannel changes the fields that are given, or makes a channel.
func (s *Server) amendChannel(raw json.RawMessage) error {
	var c Channel
	if err := json.Unmarshal(raw, &c); err != nil || c.ID == "" {
		return apiErr("bad_channel")
	}
	s.mu.Lock()
	if old := s.ws.channels[c.ID]; old != nil {
		c = *old
		c.Members = slices.Clone(old.Members) // decoding writes into the slice it finds
	}
	s.mu.Unlock()
	if err := json.Unmarshal(raw, &c); err != nil {
		return err
	}
	s.PutChannel(c)
	return nil
}

// amendUser changes the fields that are given, or makes a person.
func (s *Server) amendUser(raw json.RawMessage) error {
	var u User
	if err := json.Unmarshal(raw, &u); err != nil || u.ID == "" {
		return apiErr("bad_user")
	}
	s.mu.Lock()
	if old := s.ws.users[u.ID]; old != nil {
		u = *old
	}
	s.mu.Unlock()
	if err := json.Unmarshal(raw, &u); err != nil {
		return err
	}
	s.PutUser(u)
	return nil
}
