package playground_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// perchDoors are Perch's doors as the host application sees them; they remember
// what they were told.
type perchDoors struct {
	mu       sync.Mutex
	sessions map[string]map[string]string
	events   map[string][]toldEvent
	tokens   map[string]string // access tokens by connection
	order    []string
	refuses  error
}

type toldEvent struct {
	ID, At, Type, Stage, Message string
	ErrorType                    string `json:"error_type"`
	bearer                       string
}

func (d *perchDoors) tell(_ context.Context, path, bearer string, body, into any) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.refuses != nil {
		return d.refuses
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	if id, ok := strings.CutSuffix(strings.TrimPrefix(path, "/v1/sessions/"), "/events"); ok {
		var told struct{ Events []toldEvent }
		if err := json.Unmarshal(raw, &told); err != nil {
			return err
		}
		return d.take(id, bearer, told.Events)
	}
	var session map[string]string
	if err := json.Unmarshal(raw, &session); err != nil {
		return err
	}
	id := session["session_id"]
	if d.sessions[id] == nil {
		d.sessions[id] = map[string]string{}
		d.order = append(d.order, id)
	}
	maps.Copy(d.sessions[id], session)
	return json.Unmarshal(fmt.Appendf(nil, `{"events_token":"pe1_%s"}`, id), into)
}

func (d *perchDoors) take(id, bearer string, events []toldEvent) error {
	if d.sessions[id] == nil {
		return errors.New("404: no such session")
	}
	if bearer != "" && bearer != "pe1_"+id {
		return errors.New("403: another session's token")
	}
	for _, e := range events {
		e.bearer = bearer
		d.events[id] = append(d.events[id], e)
	}
	slices.SortStableFunc(d.events[id], func(a, b toldEvent) int { return strings.Compare(a.At, b.At) })
	return nil
}

func (d *perchDoors) adopt(_ context.Context, connectionID, token string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tokens[connectionID] = token
	return nil
}

// of are the sessions of a customer, by name, in the order they were made known.
func (d *perchDoors) of(name string) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(d.order), func(id string) bool { return d.sessions[id]["customer_name"] != name })
}

// story is what is told of a session, as "type stage" with a * where the browser
// told it.
func (d *perchDoors) story(id string) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var list []string
	for _, e := range d.events[id] {
		line := strings.TrimSpace(e.Type + " " + e.Stage)
		if e.bearer != "" {
			line += " *"
		}
		list = append(list, line)
	}
	return list
}

func newDoors() *perchDoors {
	return &perchDoors{sessions: map[string]map[string]string{}, events: map[string][]toldEvent{}, tokens: map[string]string{}}
}
