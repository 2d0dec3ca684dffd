package slack

import (
	"maps"
	"slices"
	"strings"
)

// object is any JSON object on its way in or out.
type object = map[string]any

// User is one person (or the bot) as users.info tells of them.
type User struct {
	ID                string `json:"id"`
	TeamID            string `json:"team_id"`
	Name              string `json:"name"`
	RealName          string `json:"real_name"`
	DisplayName       string `json:"display_name"`
	TZ                string `json:"tz"`
	IsAdmin           bool   `json:"is_admin"`
	IsOwner           bool   `json:"is_owner"`
	IsBot             bool   `json:"is_bot"`
	IsRestricted      bool   `json:"is_restricted"`
	IsUltraRestricted bool   `json:"is_ultra_restricted"`
	IsStranger        bool   `json:"is_stranger"`
	Deleted           bool   `json:"deleted"`
}

func (u User) guest() bool { return u.IsRestricted || u.IsUltraRestricted || u.TeamID != TeamID }

// Kinds of channel.
const (
	Public  = "public"
	Private = "private"
	DM      = "im"
)

// Channel is a conversation. User is set on a direct message alone: the person
// the bot talks with.
type Channel struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Kind        string   `json:"kind"`
	Members     []string `json:"members"`
	IsArchived  bool     `json:"is_archived"`
	IsExtShared bool     `json:"is_ext_shared"`
	IsReadOnly  bool     `json:"is_read_only"`
	User        string   `json:"user,omitempty"`
}

func (c *Channel) has(user string) bool { return slices.Contains(c.Members, user) }

// workspace is all that a reset forgets. Its methods expect Server.mu held.
type workspace struct {
	users    map[string]*User
	channels map[string]*Channel
	groups   map[string][]string

	messages map[string][]*Message
	lastTS   int64

	triggers  map[string]*trigger
	hooks     map[string]*hook
	stacks    map[string][]*view
	homes     map[string]*view
	files     map[string]*upload
	notices   []Notice
	suggested map[string][]object // by action id: the options last offered
	calls     []Call
	shipped   []*Delivery

	posts map[string]*bucket
	tiers map[string]*bucket

	faults []*Fault
	wire   wireFaults
}

func newWorkspace() *workspace {
	w := &workspace{
		users:     map[string]*User{},
		channels:  map[string]*Channel{},
		groups:    map[string][]string{"S0SUPPORT": {"UBO", "UCAM"}},
		messages:  map[string][]*Message{},
		triggers:  map[string]*trigger{},
		hooks:     map[string]*hook{},
		stacks:    map[string][]*view{},
		homes:     map[string]*view{},
		files:     map[string]*upload{},
		suggested: map[string][]object{},
		posts:     map[string]*bucket{},
		tiers:     map[string]*bucket{},
	}
	for _, u := range people() {
		w.putUser(u)
	}
	for _, c := range rooms() {
		w.channels[c.ID] = &c
	}
	return w
}

func people() []User {
	return []User{
		{ID: BotUserID, TeamID: TeamID, Name: "perch", RealName: "Perch", DisplayName: "Perch", TZ: "Etc/UTC", IsBot: true},
		{ID: Admin, TeamID: TeamID, Name: "ann", RealName: "Ann Okafor", DisplayName: "Ann", TZ: "America/New_York", IsAdmin: true},
		{ID: "UBO", TeamID: TeamID, Name: "bo", RealName: "Bo Lindqvist", DisplayName: "Bo", TZ: "Europe/Stockholm"},
		{ID: "UCAM", TeamID: TeamID, Name: "cam", RealName: "Cam Ferreira", DisplayName: "Cam", TZ: "America/Los_Angeles"},
		{ID: "UGUEST", TeamID: TeamID, Name: "gil", RealName: "Gil Guest", DisplayName: "Gil (guest)", TZ: "America/New_York", IsRestricted: true},
		{ID: "USOLO", TeamID: TeamID, Name: "sol", RealName: "Sol Single", DisplayName: "Sol (guest)", TZ: "America/New_York", IsRestricted: true, IsUltraRestricted: true},
		{ID: "UEXT", TeamID: PartnerTeamID, Name: "eve", RealName: "Eve Partner", DisplayName: "Eve (partner)", TZ: "Europe/London", IsStranger: true},
	}
}

func rooms() []Channel {
	return []Channel{
		{ID: "CGENERAL", Name: "general", Kind: Public, Members: []string{"UANN", "UBO", "UCAM", "UGUEST"}},
		{ID: "CSUPPORT", Name: "support", Kind: Public, Members: []string{"UANN", "UBO", "UCAM", "UGUEST", "USOLO"}},
		{ID: "CALERTS", Name: "finch-alerts", Kind: Public, Members: []string{"UANN", "UBO", "UCAM", BotUserID}},
		{ID: "CPRIVATE", Name: "payroll-private", Kind: Private, Members: []string{"UANN", "UBO"}},
		{ID: "CSHARED", Name: "with-partner", Kind: Public, Members: []string{"UANN", "UBO", "UEXT"}, IsExtShared: true},
	}
}

// putUser adds a person, and the bot's direct message with them if they belong
// to the workspace.
func (w *workspace) putUser(u User) {
	w.users[u.ID] = &u
	if u.TeamID == TeamID && !u.IsBot {
		w.direct(u.ID)
	}
}

// direct is the bot's direct message with a user, made at need.
func (w *workspace) direct(user string) *Channel {
	id := "D" + strings.TrimPrefix(user, "U")
	if w.channels[id] == nil {
		w.channels[id] = &Channel{ID: id, Kind: DM, Members: []string{user, BotUserID}, User: user}
	}
	return w.channels[id]
}

// channel finds one by id, by "#name" or by name.
func (w *workspace) channel(ref string) *Channel {
	if c := w.channels[ref]; c != nil {
		return c
	}
	name := strings.TrimPrefix(ref, "#")
	for _, c := range w.channels {
		if name != "" && c.Name == name {
			return c
		}
	}
	return nil
}

// sees tells whether a person could open the channel in their client.
func (w *workspace) sees(user string, c *Channel) bool {
	u := w.users[user]
	if u == nil || c == nil {
		return false
	}
	return c.has(user) || c.Kind == Public && !u.guest()
}

func (w *workspace) sortedChannels() []*Channel {
	return slices.SortedFunc(maps.Values(w.channels), func(a, b *Channel) int { return strings.Compare(a.ID, b.ID) })
}

func (w *workspace) sortedUsers() []*User {
	return slices.SortedFunc(maps.Values(w.users), func(a, b *User) int { return strings.Compare(a.ID, b.ID) })
}
