package slack

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"
)

// maxHookUses is how often a response URL may be posted to (Slack: five times
// within 30 minutes).
const maxHookUses = 5

// hook is one response URL.
type hook struct {
	id, kind, secret string
	user, channel    string
	source           string // ts of the message that was acted on, for actions
	last             string // ts of what was last posted through it
	uses             int
	expires          time.Time
}

// newHook makes a response URL; kind is "commands" or "actions".
func (s *Server) newHook(h hook) string {
	h.id, h.secret = s.newID(""), secret()
	h.expires = s.now().Add(s.timing.ResponseURL)
	s.ws.hooks[h.id] = &h
	return strings.TrimSuffix(s.base, "/") + "/hooks/" + h.kind + "/" + TeamID + "/" + h.id + "/" + h.secret
}

func (s *Server) serveHook(w http.ResponseWriter, r *http.Request) {
	c := &call{method: "response_url", args: readArgs(r)}
	c.args.unwrapPayload()
	s.mu.Lock()
	fault := s.takeFault(c.method, c.args.str("channel"))
	s.mu.Unlock()
	if fault != nil && s.failBefore(w, r, fault) {
		s.log(c, fault.status(), fault.code())
		return
	}
	status, err := s.respond(r.PathValue("id"), r.PathValue("secret"), c)
	if err != nil {
		out := refusal(err)
		code, _ := out["error"].(string)
		s.log(c, status, code)
		writeJSON(w, status, out)
		return
	}
	s.log(c, status, "")
	if fault != nil && fault.Kind == FaultAcceptDrop {
		drop(w)
		return
	}
	w.Header().Set("Content-Type", "text/html")
	_, _ = w.Write([]byte("ok"))
}

// unwrapPayload takes the older form body with one field, payload.
func (a *args) unwrapPayload() {
	var inner object
	if err := json.Unmarshal([]byte(a.str("payload")), &inner); err == nil {
		a.values = inner
	}
}

// respond plays one post to a response URL.
func (s *Server) respond(id, key string, c *call) (status int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.ws.hooks[id]
	switch {
	case h == nil || h.secret != key:
		return http.StatusNotFound, apiErr("invalid_url")
	case s.now().After(h.expires):
		return http.StatusNotFound, apiErr("expired_url")
	case h.uses >= maxHookUses:
		return http.StatusNotFound, apiErr("used_url")
	}
	h.uses++
	if c.args.problem != "" {
		return http.StatusBadRequest, errors.New(c.args.problem)
	}
	if err := s.answer(h, &c.args); err != nil {
		return http.StatusBadRequest, err
	}
	s.touch()
	return http.StatusOK, nil
}

// answer posts, replaces or deletes as the body says.
func (s *Server) answer(h *hook, a *args) error {
	original := s.original(h)
	if a.flag("delete_original") {
		if original != nil {
			s.ws.remove(original)
		}
		return nil
	}
	m, err := s.content(a)
	if err != nil {
		return err
	}
	if a.flag("replace_original") && original != nil {
		before := original.public()
		original.Text, original.Blocks, original.Attachments = m.Text, m.Blocks, m.Attachments
		if original.EphemeralTo == "" {
			s.changedEvent(original, before)
		}
		return nil
	}
	m.Channel, m.ThreadTS = h.channel, a.str("thread_ts")
	s.say(&m, h.user, a.str("response_type"))
	h.last = m.TS
	return nil
}

// say posts for a person's act: to them alone unless the response type is
// in_channel.
func (s *Server) say(m *Message, user, responseType string) {
	if responseType != "in_channel" {
		m.EphemeralTo, m.Metadata = user, nil
	}
	*m = *s.post(*m)
}

// original is what replace_original and delete_original act on: the message
// whose button was pressed, else the earlier response.
func (s *Server) original(h *hook) *Message {
	for _, ts := range []string{h.source, h.last} {
		if m := s.ws.find(h.channel, ts); m != nil && m.BotID == BotID {
			return m
		}
	}
	return nil
}
