package slack

import "slices"

func (u *User) info() object {
	out := object{
		"id": u.ID, "team_id": u.TeamID, "name": u.Name, "real_name": u.RealName, "deleted": u.Deleted,
		"tz": u.TZ, "tz_label": u.TZ, "tz_offset": 0, "color": "9f69e7",
		"profile": object{
			"real_name": u.RealName, "real_name_normalized": u.RealName,
			"display_name": u.DisplayName, "display_name_normalized": u.DisplayName, "team": u.TeamID,
		},
		"is_admin": u.IsAdmin, "is_owner": u.IsOwner, "is_primary_owner": false,
		"is_restricted": u.IsRestricted, "is_ultra_restricted": u.IsUltraRestricted,
		"is_bot": u.IsBot, "is_app_user": false, "is_email_confirmed": !u.IsBot, "updated": 1700000000,
	}
	if u.IsStranger {
		out["is_stranger"] = true
	}
	return out
}

func (s *Server) usersInfo(c *call) (object, error) {
	u := s.ws.users[c.args.str("user")]
	if u == nil {
		return nil, apiErr("user_not_found")
	}
	return object{"user": u.info()}, nil
}

func (s *Server) usersList(c *call) (object, error) {
	users := []any{}
	for _, u := range s.ws.sortedUsers() {
		if u.TeamID == TeamID {
			users = append(users, u.info())
		}
	}
	page, next, err := pageOf(c, users, 200)
	if err != nil {
		return nil, err
	}
	return object{"members": page, "cache_ts": s.now().Unix(), "response_metadata": object{"next_cursor": next}}, nil
}

func (s *Server) usergroupsUsersList(c *call) (object, error) {
	members, ok := s.ws.groups[c.args.str("usergroup")]
	if !ok {
		return nil, apiErr("no_such_subteam")
	}
	return object{"users": members}, nil
}

// Group sets the members of a user group.
func (s *Server) Group(id string, members ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ws.groups[id] = members
}

func (s *Server) reactionsAdd(c *call) (object, error) {
	ch := s.ws.channels[c.args.str("channel")]
	if ch == nil || ch.Kind == Private && !ch.has(BotUserID) {
		return nil, apiErr("channel_not_found")
	}
	m := s.ws.lasting(ch.ID, c.args.str("timestamp"))
	switch name := c.args.str("name"); {
	case !ch.has(BotUserID):
		return nil, apiErr("not_in_channel")
	case m == nil:
		return nil, apiErr("message_not_found")
	case name == "":
		return nil, apiErr("invalid_name")
	case !m.react(BotUserID, name):
		return nil, apiErr("already_reacted")
	default:
		s.reactionEvent(m, BotUserID, name)
	}
	return nil, nil
}

func (s *Server) reactionEvent(m *Message, user, name string) {
	if !s.ws.channels[m.Channel].has(BotUserID) {
		return
	}
	s.emit(object{
		"type": "reaction_added", "user": user, "reaction": name, "item_user": m.User,
		"item": object{"type": "message", "channel": m.Channel, "ts": m.TS}, "event_ts": s.ws.stamp(s.now()),
	})
}

// react adds one person's emoji; false if it was there.
func (m *Message) react(user, name string) bool {
	for i := range m.Reactions {
		r := &m.Reactions[i]
		if r.Name != name {
			continue
		}
		if slices.Contains(r.Users, user) {
			return false
		}
		r.Users, r.Count = append(r.Users, user), r.Count+1
		return true
	}
	m.Reactions = append(m.Reactions, Reaction{Name: name, Users: []string{user}, Count: 1})
	return true
}
