package slack

import (
	"context"
	"encoding/json"
	"maps"
	"strconv"
)

// Target names an element: in a message (Channel and TS) or in an open view or
// Home (ViewID). BlockID may be left out where ActionID is unique.
type Target struct {
	Channel  string `json:"channel,omitempty"`
	TS       string `json:"ts,omitempty"`
	ViewID   string `json:"view_id,omitempty"`
	BlockID  string `json:"block_id,omitempty"`
	ActionID string `json:"action_id"`
}

// Value is what a person chooses in an element: an object with the element's
// state field ({"selected_option":"v1"}), or that field's bare value. A button
// takes nil.
type Value = any

// surfaceOf is where a target was found.
type surfaceOf struct {
	user    *User
	channel *Channel
	message *Message
	view    *view
	slot    slot
}

// locate finds a target as one person sees it. Server.mu is held.
func (s *Server) locate(user string, t Target) (surfaceOf, error) {
	if t.ViewID != "" {
		return s.locateInView(user, t)
	}
	u, ch, err := s.place(user, t.Channel)
	if err != nil {
		return surfaceOf{}, err
	}
	m := s.ws.find(ch.ID, t.TS)
	if m == nil || !m.visibleTo(user) {
		return surfaceOf{}, &Impossible{Code: "no_such_message"}
	}
	found, ok := findSlot(m.allBlocks(), t)
	if !ok {
		return surfaceOf{}, &Impossible{Code: "no_such_action"}
	}
	return surfaceOf{user: u, channel: ch, message: m, slot: found}, nil
}

func (s *Server) locateInView(user string, t Target) (surfaceOf, error) {
	u, err := s.actor(user)
	if err != nil {
		return surfaceOf{}, err
	}
	v := s.viewByID(t.ViewID)
	if v == nil || v.user != user {
		return surfaceOf{}, &Impossible{Code: "no_such_view"}
	}
	found, ok := findSlot(v.blocks(), t)
	if !ok {
		return surfaceOf{}, &Impossible{Code: "no_such_action"}
	}
	return surfaceOf{user: u, view: v, slot: found}, nil
}

func findSlot(blocks []any, t Target) (slot, bool) {
	for _, s := range slots(blocks) {
		if s.actionID == t.ActionID && (t.BlockID == "" || s.blockID == t.BlockID) {
			return s, true
		}
	}
	return slot{}, false
}

// allBlocks are a message's own blocks and those in its attachments.
func (m *Message) allBlocks() []any {
	out := append([]any{}, m.Blocks...)
	for _, a := range m.Attachments {
		o, _ := a.(object)
		inner, _ := o["blocks"].([]any)
		out = append(out, inner...)
	}
	return out
}

// Click presses a button or chooses in a menu, and waits for the
// acknowledgement.
func (s *Server) Click(ctx context.Context, user string, t Target, chosen Value) error {
	payload, err := s.actionPayload(user, t, chosen)
	if err != nil {
		return err
	}
	if _, ok := s.sendInteraction(ctx, payload); !ok {
		return s.trouble(user, t.Channel)
	}
	return nil
}

// Fill types or chooses in an open view without sending anything, as clients do
// for inputs that dispatch no action.
func (s *Server) Fill(user string, t Target, chosen Value) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, err := s.locate(user, t)
	if err != nil {
		return err
	}
	if at.view == nil || stateField(at.slot.typ()) == "" {
		return &Impossible{Code: "no_such_action"}
	}
	value, err := s.chosenValue(at.slot, chosen)
	if err != nil {
		return err
	}
	at.view.values.set(at.slot.blockID, at.slot.actionID, value)
	s.touch()
	return nil
}

func (s *Server) actionPayload(user string, t Target, chosen Value) (object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, err := s.locate(user, t)
	if err != nil {
		return nil, err
	}
	if at.slot.block["type"] == "input" && at.slot.block["dispatch_action"] != true {
		return nil, &Impossible{Code: "no_action_dispatched"}
	}
	action, err := s.action(at, chosen)
	if err != nil {
		return nil, err
	}
	payload := s.interaction("block_actions", at.user)
	payload["actions"] = []any{action}
	if at.view != nil {
		s.fromView(payload, at)
	} else {
		s.fromMessage(payload, at)
	}
	s.touch()
	return payload, nil
}

// action is the entry of "actions", and the element's new state.
func (s *Server) action(at surfaceOf, chosen Value) (object, error) {
	t := at.slot
	out := object{"action_id": t.actionID, "block_id": t.blockID, "type": t.typ(), "action_ts": actionTS(s.now())}
	for _, name := range []string{"text", "value", "style", "placeholder", "accessibility_label"} {
		if v := t.element[name]; v != nil {
			out[name] = v
		}
	}
	if t.typ() == "button" || t.typ() == "workflow_button" {
		return out, nil
	}
	value, err := s.chosenValue(t, chosen)
	if err != nil {
		return nil, err
	}
	maps.Copy(out, value)
	if stateField(t.typ()) == "" {
		return out, nil
	}
	if at.view != nil {
		at.view.values.set(t.blockID, t.actionID, value)
	} else {
		at.message.choose(at.user.ID, t.blockID, t.actionID, value)
	}
	return out, nil
}

func (s *Server) fromView(payload object, at surfaceOf) {
	payload["container"] = object{"type": "view", "view_id": at.view.id}
	payload["view"] = at.view.json()
	payload["trigger_id"] = s.newTrigger(trigger{user: at.user.ID, channel: at.view.channel, view: at.view.id})
}

// fromMessage adds where a click came from. An ephemeral message is not sent
// along: Slack does not keep it.
func (s *Server) fromMessage(payload object, at surfaceOf) {
	m, ch := at.message, at.channel
	container := object{"type": "message", "message_ts": m.TS, "channel_id": ch.ID, "is_ephemeral": m.EphemeralTo != ""}
	if m.ThreadTS != "" {
		container["thread_ts"] = m.ThreadTS
	}
	if len(m.Blocks) == 0 && len(m.Attachments) > 0 {
		container["type"], container["attachment_id"] = "message_attachment", 1
	}
	payload["container"], payload["channel"] = container, ch.identity()
	if m.EphemeralTo == "" {
		payload["message"] = m.public()
	}
	payload["state"] = object{"values": stateOf(m.allBlocks(), m.chosen[at.user.ID], ch.ID)}
	payload["response_url"] = s.newHook(hook{kind: "actions", user: at.user.ID, channel: ch.ID, source: m.TS})
	payload["trigger_id"] = s.newTrigger(trigger{user: at.user.ID, channel: ch.ID})
}

// Suggest types into a menu whose options come from the app, and returns what
// it offers: {"options":[…]} or {"option_groups":[…]}.
func (s *Server) Suggest(ctx context.Context, user string, t Target, typed string) (map[string]any, error) {
	payload, err := s.suggestionPayload(user, t, typed)
	if err != nil {
		return nil, err
	}
	answer, ok := s.sendInteraction(ctx, payload)
	offer, problem := s.readOffer(answer)
	if !ok || problem != nil {
		return nil, s.notice(user, t.Channel, OptionsFailed, "Options could not be loaded.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ws.suggested[t.ActionID] = optionsOf(offer)
	return offer, nil
}

func (s *Server) suggestionPayload(user string, t Target, typed string) (object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, err := s.locate(user, t)
	if err != nil {
		return nil, err
	}
	payload := s.interaction("block_suggestion", at.user)
	payload["action_id"], payload["block_id"], payload["value"] = at.slot.actionID, at.slot.blockID, typed
	payload["action_ts"] = strconv.FormatInt(s.now().Unix(), 10)
	if at.view != nil {
		s.fromView(payload, at)
	} else {
		s.fromMessage(payload, at)
		delete(payload, "response_url")
	}
	delete(payload, "trigger_id")
	return payload, nil
}

// readOffer checks the options of an answer against Slack's limits.
func (s *Server) readOffer(answer json.RawMessage) (object, error) {
	var offer object
	if err := json.Unmarshal(answer, &offer); err != nil {
		return nil, apiErr("invalid_json")
	}
	v := s.rules.validation(everywhere)
	sh := shape{
		fields: []field{allow("options", list(0, maxOptions, option(false))), allow("option_groups", groups())},
		also:   needsOneOf("options", "option_groups"),
	}
	v.object("", offer, sh)
	return offer, v.verdict("invalid_arguments")
}
