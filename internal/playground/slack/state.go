package slack

import "slices"

// State is what one person has before them.
type State struct {
	Seq       uint64               `json:"seq"`
	Team      Team                 `json:"team"`
	Me        User                 `json:"me"`
	Bot       Bot                  `json:"bot"`
	Commands  []string             `json:"commands"` // the app's, and Slack's own
	Shortcuts []Shortcut           `json:"shortcuts"`
	Users     []User               `json:"users"`
	Channels  []ChannelView        `json:"channels"`
	Messages  map[string][]Message `json:"messages"`
	Views     []View               `json:"views"`
	Home      *View                `json:"home"`
	Notices   []Notice             `json:"notices"`
}

// Team is the workspace.
type Team struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Domain string `json:"domain"`
}

// Bot is the app, and how many live sockets it has.
type Bot struct {
	UserID    string `json:"user_id"`
	BotID     string `json:"bot_id"`
	AppID     string `json:"app_id"`
	Name      string `json:"name"`
	Connected int    `json:"connected"`
}

// ChannelView is a channel as one person sees it.
type ChannelView struct {
	Channel
	IsMember  bool `json:"is_member"`
	BotMember bool `json:"bot_member"`
}

// View is a modal or Home as one person sees it.
type View map[string]any

// ID is the view's id.
func (v View) ID() string { return v.str("id") }

// CallbackID is the view's callback_id.
func (v View) CallbackID() string { return v.str("callback_id") }

// Shown is the view's visible text, a block a line.
func (v View) Shown() string { return v.str("shown") }

func (v View) str(field string) string {
	text, _ := v[field].(string)
	return text
}

// State tells what a person sees now.
func (s *Server) State(user string) (State, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	me, err := s.actor(user)
	if err != nil {
		return State{}, err
	}
	st := State{
		Seq: s.seq, Me: *me, Team: Team{ID: TeamID, Name: "Perch Playground", Domain: "perch-playground"},
		Bot:      Bot{UserID: BotUserID, BotID: BotID, AppID: AppID, Name: "perch", Connected: len(s.liveLinks())},
		Commands: append(slices.Clone(s.opts.Commands), inviteCommand), Shortcuts: s.shortcutsFor(me),
		Messages: map[string][]Message{}, Channels: []ChannelView{}, Views: []View{}, Notices: []Notice{},
	}
	for _, u := range s.ws.sortedUsers() {
		st.Users = append(st.Users, *u)
	}
	for _, ch := range s.ws.sortedChannels() {
		if s.ws.sees(user, ch) {
			st.addChannel(ch, s.ws.messages[ch.ID])
		}
	}
	for _, v := range s.ws.stacks[user] {
		st.Views = append(st.Views, v.asSeen())
	}
	if home := s.ws.homes[user]; home != nil {
		seen := home.asSeen()
		st.Home = &seen
	}
	for _, n := range s.ws.notices {
		if n.User == user {
			st.Notices = append(st.Notices, n)
		}
	}
	return st, nil
}

func (st *State) addChannel(ch *Channel, messages []*Message) {
	view := ChannelView{Channel: *ch, IsMember: ch.has(st.Me.ID), BotMember: ch.has(BotUserID)}
	view.Members = slices.Clone(ch.Members)
	st.Channels = append(st.Channels, view)
	seen := []Message{}
	for _, m := range messages {
		if m.visibleTo(st.Me.ID) {
			seen = append(seen, m.copyFor(st.Me.ID))
		}
	}
	st.Messages[ch.ID] = seen
}

// shortcutsFor: Slack does not offer global shortcuts to guests.
func (s *Server) shortcutsFor(u *User) []Shortcut {
	out := []Shortcut{}
	for _, x := range s.opts.Shortcuts {
		if x.Type == "message_action" || !u.guest() {
			out = append(out, x)
		}
	}
	return out
}

func (v *view) asSeen() View {
	out := v.json()
	if len(v.errors) > 0 {
		out["errors"] = v.errors
	}
	out["shown"] = shownView(v)
	return out
}

// MessagesSeenBy lists a channel's messages as one person sees them, the oldest
// first; none for a channel they cannot see.
func (s *Server) MessagesSeenBy(user, channel string) []Message {
	st, err := s.State(user)
	if err != nil {
		return nil
	}
	return st.Messages[channel]
}

// Reload restarts a person's client: ephemeral messages and notices are gone.
func (s *Server) Reload(user string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, messages := range s.ws.messages {
		s.ws.messages[id] = slices.DeleteFunc(messages, func(m *Message) bool { return m.EphemeralTo == user })
	}
	s.ws.notices = slices.DeleteFunc(s.ws.notices, func(n Notice) bool { return n.User == user })
	s.touch()
}

// PutUser adds or replaces a person.
func (s *Server) PutUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u.TeamID == "" {
		u.TeamID = TeamID
	}
	s.ws.putUser(u)
	s.touch()
}

// PutChannel adds or replaces a channel.
func (s *Server) PutChannel(c Channel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.Kind == "" {
		c.Kind = Public
	}
	c.Members = slices.Clone(c.Members)
	s.ws.channels[c.ID] = &c
	s.touch()
}
