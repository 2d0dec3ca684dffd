package slack

import (
	"encoding/json"
	"slices"
)

// view is one open modal, or one person's Home.
type view struct {
	id       string
	user     string
	body     object // what the app sent, ids filled in
	hash     string
	root     string
	previous string
	values   choices
	errors   map[string]string
	channel  string // where its trigger came from
}

func viewShape() shape {
	return fields(
		need("blocks", anything), allow("title", plain(maxViewTitle)), allow("submit", plain(maxViewTitle)), allow("close", plain(maxViewTitle)),
		allow("private_metadata", str(0, maxPrivateMetadata)), allow("callback_id", str(0, maxID)), allow("external_id", str(0, maxID)),
		allow("clear_on_close", boolean), allow("notify_on_close", boolean), allow("submit_disabled", boolean),
	)
}

// checkView checks a view as views.* take it.
func (r *rules) checkView(x any) *validation {
	o, _ := x.(object)
	on := inModal
	if o["type"] == "home" {
		on = inHome
	}
	v := r.validation(on)
	v.object("/view", x, r.view)
	if o == nil {
		return v
	}
	oneOf("modal", "home")(v, "/view/type", o["type"])
	if o["blocks"] != nil {
		v.blockList("/view/blocks", o["blocks"], maxViewBlocks)
	}
	if on == inModal && o["title"] == nil {
		v.fail("/view", "missing_field", "missing required field: title")
	}
	if on == inModal && v.inputs > 0 && o["submit"] == nil {
		v.fail("/view", "missing_field", "missing required field: submit")
	}
	return v
}

// readView checks a view of the wanted type and returns it with its ids.
func (r *rules) readView(x any, want string) (object, error) {
	v := r.checkView(x)
	o, _ := x.(object)
	if len(v.problems) == 0 && o["type"] != want {
		v.fail("/view/type", "invalid_value", "must be one of: %s", want)
	}
	if len(v.problems) > 0 {
		return nil, &apiError{Code: "invalid_arguments", Messages: v.messages()}
	}
	if raw, err := json.Marshal(x); err != nil || len(raw) > maxViewBytes {
		return nil, apiErr("view_too_large")
	}
	body := deepCopy(o)
	blocks, _ := body["blocks"].([]any)
	name(blocks)
	return body, nil
}

func (v *view) blocks() []any {
	blocks, _ := v.body["blocks"].([]any)
	return blocks
}

func (v *view) str(field string) string {
	text, _ := v.body[field].(string)
	return text
}

// json is the view as the Web API and interactions give it.
func (v *view) json() object {
	out := object{
		"id": v.id, "team_id": TeamID, "app_id": AppID, "bot_id": BotID, "app_installed_team_id": TeamID,
		"type": v.str("type"), "blocks": v.body["blocks"], "title": v.body["title"], "submit": v.body["submit"], "close": v.body["close"],
		"private_metadata": v.str("private_metadata"), "callback_id": v.str("callback_id"), "external_id": v.str("external_id"),
		"clear_on_close": v.body["clear_on_close"] == true, "notify_on_close": v.body["notify_on_close"] == true,
		"state": object{"values": v.values.clone()}, "hash": v.hash, "root_view_id": v.root, "previous_view_id": nil,
	}
	if v.previous != "" {
		out["previous_view_id"] = v.previous
	}
	return out
}

// set gives the view a new body. Inputs that are still there keep what was
// typed into them, as clients do.
func (s *Server) set(v *view, body object) {
	v.body, v.errors = body, nil
	v.values = stateOf(v.blocks(), v.values, v.channel)
	v.hash = s.ws.stamp(s.now()) + "." + secret()[:8]
}

func (s *Server) externalIDTaken(body object, except *view) bool {
	id, _ := body["external_id"].(string)
	if id == "" {
		return false
	}
	other := s.viewByExternalID(id)
	return other != nil && other != except
}

func (s *Server) viewByExternalID(id string) *view {
	return s.findView(func(v *view) bool { return v.str("external_id") == id })
}

func (s *Server) viewByID(id string) *view {
	return s.findView(func(v *view) bool { return v.id == id })
}

func (s *Server) findView(is func(*view) bool) *view {
	for _, stack := range s.ws.stacks {
		if i := slices.IndexFunc(stack, is); i >= 0 {
			return stack[i]
		}
	}
	for _, home := range s.ws.homes {
		if is(home) {
			return home
		}
	}
	return nil
}

// viewsOpen opens a modal. From a trigger made in a modal it lands on top of
// that one; otherwise it replaces what the person had open.
func (s *Server) viewsOpen(c *call) (object, error) { return s.openView(c, false) }

// viewsPush puts a modal on top of the one its trigger was made in.
func (s *Server) viewsPush(c *call) (object, error) { return s.openView(c, true) }

func (s *Server) openView(c *call, mustBeInModal bool) (object, error) {
	if !c.args.has("trigger_id") && !c.args.has("interactivity_pointer") {
		return nil, &apiError{Code: "invalid_arguments", Messages: []string{"[ERROR] missing required field: trigger_id"}}
	}
	body, err := s.rules.readView(c.args.values["view"], "modal")
	if err != nil {
		return nil, err
	}
	if s.externalIDTaken(body, nil) {
		return nil, apiErr("duplicate_external_id")
	}
	t, err := s.exchange(c.args.str("trigger_id"))
	if err != nil {
		return nil, err
	}
	stack := s.ws.stacks[t.user]
	inModal := slices.ContainsFunc(stack, func(v *view) bool { return v.id == t.view })
	if mustBeInModal && !inModal {
		return nil, apiErr("invalid_trigger_id")
	}
	if !inModal {
		s.ws.stacks[t.user] = nil
	}
	v, err := s.push(t.user, t.channel, body)
	if err != nil {
		return nil, err
	}
	return object{"view": v.json()}, nil
}

// push puts a view on a person's stack.
func (s *Server) push(user, channel string, body object) (*view, error) {
	stack := s.ws.stacks[user]
	if len(stack) >= maxStack {
		return nil, apiErr("push_limit_reached")
	}
	v := &view{id: s.newID("V"), user: user, channel: channel}
	v.root = v.id
	if len(stack) > 0 {
		v.root, v.previous = stack[0].id, stack[len(stack)-1].id
	}
	s.set(v, body)
	s.ws.stacks[user] = append(stack, v)
	return v, nil
}

func (s *Server) viewsUpdate(c *call) (object, error) {
	v := s.viewByID(c.args.str("view_id"))
	if external := c.args.str("external_id"); v == nil && external != "" {
		v = s.viewByExternalID(external)
	}
	if v == nil {
		return nil, apiErr("not_found")
	}
	body, err := s.rules.readView(c.args.values["view"], v.str("type"))
	if err != nil {
		return nil, err
	}
	if hash := c.args.str("hash"); hash != "" && hash != v.hash {
		return nil, apiErr("hash_conflict")
	}
	if s.externalIDTaken(body, v) {
		return nil, apiErr("duplicate_external_id")
	}
	s.set(v, body)
	return object{"view": v.json()}, nil
}

func (s *Server) viewsPublish(c *call) (object, error) {
	user := s.ws.users[c.args.str("user_id")]
	if user == nil || user.TeamID != TeamID || user.IsBot {
		return nil, &apiError{Code: "invalid_arguments", Messages: []string{"[ERROR] invalid user_id [json-pointer:/user_id]"}}
	}
	body, err := s.rules.readView(c.args.values["view"], "home")
	if err != nil {
		return nil, err
	}
	home := s.ws.homes[user.ID]
	if home == nil {
		id := s.newID("V")
		home = &view{id: id, user: user.ID, root: id}
	} else if hash := c.args.str("hash"); hash != "" && hash != home.hash {
		return nil, apiErr("hash_conflict")
	}
	if s.externalIDTaken(body, home) {
		return nil, apiErr("duplicate_external_id")
	}
	s.set(home, body)
	s.ws.homes[user.ID] = home
	return object{"view": home.json()}, nil
}
