package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Submitted is what became of a submission.
type Submitted struct {
	Action string            `json:"response_action"` // "", "update", "push", "clear" or "errors"
	Errors map[string]string `json:"errors,omitempty"`
}

// InvalidInput means that the client itself kept a submission back: required
// inputs were empty, or texts too long. Errors are by block id.
type InvalidInput struct{ Errors map[string]string }

func (e *InvalidInput) Error() string {
	return "invalid_input: " + strings.Join(slices.Sorted(maps.Keys(e.Errors)), ", ")
}

// Submit fills the person's top modal with values, by block and action id, and
// submits it. Un-acknowledged, or answered with what Slack does not understand,
// the modal stays and the error is a *Failed.
func (s *Server) Submit(ctx context.Context, user, viewID string, values map[string]map[string]Value) (Submitted, error) {
	payload, err := s.submission(user, viewID, values)
	if err != nil {
		return Submitted{}, err
	}
	answer, ok := s.sendInteraction(ctx, payload)
	if !ok {
		return Submitted{}, s.trouble(user, "")
	}
	result, err := s.applyAnswer(user, viewID, answer)
	if err != nil {
		return Submitted{}, s.trouble(user, "")
	}
	return result, nil
}

// top finds the person's uppermost modal.
func (s *Server) top(user, viewID string) (*view, error) {
	stack := s.ws.stacks[user]
	if len(stack) == 0 || stack[len(stack)-1].id != viewID {
		return nil, &Impossible{Code: "no_such_view"}
	}
	return stack[len(stack)-1], nil
}

func (s *Server) submission(user, viewID string, values map[string]map[string]Value) (object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.actor(user)
	if err != nil {
		return nil, err
	}
	v, err := s.top(user, viewID)
	if err != nil {
		return nil, err
	}
	if err := s.fillIn(v, values); err != nil {
		return nil, err
	}
	if wrong := v.incomplete(); len(wrong) > 0 {
		v.errors = wrong
		s.touch()
		return nil, &InvalidInput{Errors: wrong}
	}
	v.errors = nil
	payload := s.interaction("view_submission", u)
	payload["team"] = teamIdentity(u.TeamID) // Slack: the submitter's; the view carries the installing team
	payload["view"] = v.json()
	payload["trigger_id"] = s.newTrigger(trigger{user: user, channel: v.channel, view: v.id})
	payload["response_urls"] = s.responseURLs(v)
	return payload, nil
}

func (s *Server) fillIn(v *view, values map[string]map[string]Value) error {
	for block, actions := range values {
		for action, given := range actions {
			t, ok := findSlot(v.blocks(), Target{BlockID: block, ActionID: action})
			if !ok || stateField(t.typ()) == "" {
				return &Impossible{Code: "no_such_action"}
			}
			value, err := s.chosenValue(t, given)
			if err != nil {
				return err
			}
			v.values.set(block, action, value)
		}
	}
	return nil
}

// incomplete is what the client says before it sends anything.
func (v *view) incomplete() map[string]string {
	wrong := map[string]string{}
	for _, t := range slots(v.blocks()) {
		if t.block["type"] != "input" {
			continue
		}
		value := v.values[t.blockID][t.actionID][stateField(t.typ())]
		text, isText := value.(string)
		items, isList := value.([]any)
		empty := value == nil || isText && text == "" || isList && len(items) == 0
		least, _ := t.element["min_length"].(float64)
		most, _ := t.element["max_length"].(float64)
		switch n := utf8.RuneCountInString(text); {
		case empty && t.block["optional"] != true:
			wrong[t.blockID] = "Please complete this required field."
		case isText && !empty && n < int(least):
			wrong[t.blockID] = fmt.Sprintf("Please enter at least %d characters.", int(least))
		case isText && most > 0 && n > int(most):
			wrong[t.blockID] = fmt.Sprintf("Please enter no more than %d characters.", int(most))
		}
	}
	return wrong
}

// responseURLs are those of conversation menus with response_url_enabled.
func (s *Server) responseURLs(v *view) []any {
	urls := []any{}
	for _, t := range slots(v.blocks()) {
		channel, _ := v.values[t.blockID][t.actionID][stateField(t.typ())].(string)
		if t.element["response_url_enabled"] != true || channel == "" {
			continue
		}
		urls = append(urls, object{
			"block_id": t.blockID, "action_id": t.actionID, "channel_id": channel,
			"response_url": s.newHook(hook{kind: "app", user: v.user, channel: channel}),
		})
	}
	return urls
}

// applyAnswer does what the acknowledgement of a submission says.
func (s *Server) applyAnswer(user, viewID string, answer json.RawMessage) (Submitted, error) {
	var said struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   object            `json:"view"`
	}
	if answer != nil {
		if err := json.Unmarshal(answer, &said); err != nil {
			return Submitted{}, fmt.Errorf("read a submission's answer: %w", err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.touch()
	v, err := s.top(user, viewID)
	if err != nil { // closed or updated away meanwhile: nothing to do
		return Submitted{Action: said.Action}, nil
	}
	switch said.Action {
	case "":
		s.pop(v)
	case "clear":
		s.ws.stacks[user] = nil
	case "errors":
		err = v.showErrors(said.Errors)
	case "update", "push":
		err = s.answerView(v, said.Action, said.View)
	default:
		err = apiErr("invalid_response_action")
	}
	return Submitted{Action: said.Action, Errors: said.Errors}, err
}

// showErrors puts errors under inputs; they must be named by input block ids.
func (v *view) showErrors(errors map[string]string) error {
	if len(errors) == 0 {
		return apiErr("invalid_response_action")
	}
	for id := range errors {
		if !slices.ContainsFunc(v.blocks(), func(x any) bool {
			b, _ := x.(object)
			return b["type"] == "input" && b["block_id"] == id
		}) {
			return apiErr("invalid_response_action")
		}
	}
	v.errors = errors
	return nil
}

func (s *Server) answerView(v *view, action string, next object) error {
	body, err := s.rules.readView(next, "modal")
	if err != nil {
		return err
	}
	if action == "push" {
		_, err := s.push(v.user, v.channel, body)
		return err
	}
	s.set(v, body)
	return nil
}

func (s *Server) pop(v *view) {
	stack := s.ws.stacks[v.user]
	s.ws.stacks[v.user] = slices.DeleteFunc(slices.Clone(stack), func(x *view) bool { return x == v })
}

// CloseView closes the person's top modal; the app hears of it if the view asks
// for that (notify_on_close). It does not wait for the acknowledgement.
func (s *Server) CloseView(user, viewID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, err := s.top(user, viewID)
	if err != nil {
		return err
	}
	cleared := v.body["clear_on_close"] == true
	s.pop(v)
	if cleared {
		s.ws.stacks[user] = nil
	}
	if v.body["notify_on_close"] == true {
		payload := s.interaction("view_closed", s.ws.users[user])
		payload["view"], payload["is_cleared"] = v.json(), cleared
		s.work.Go(func() { s.sendInteraction(s.ctx, payload) })
	}
	s.touch()
	return nil
}
