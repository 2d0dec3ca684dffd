package slack

import (
	"slices"
	"strings"
	"testing"
)

func TestInviteBringsPeopleIn(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		line    string
		channel string // where they are afterwards
		joined  []string
	}{
		"the bot":                  {"/invite @perch", "CSUPPORT", []string{BotUserID}},
		"the bot, as a mention":    {"/invite <@U0PERCH|perch>", "CSUPPORT", []string{BotUserID}},
		"several at once":          {"/invite @Perch @cam #payroll-private", "CPRIVATE", []string{BotUserID, "UCAM"}},
		"into another channel":     {"/invite @gil #finch-alerts", "CALERTS", []string{"UGUEST"}},
		"into a shared one, by id": {"/invite cam <#CSHARED>", "CSHARED", []string{"UCAM"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t, Options{})
			ok(t, s.Slash(s.ctx, "UBO", "CSUPPORT", tt.line))
			var told []string
			for _, m := range s.MessagesSeenBy("UBO", tt.channel) {
				if m.Inviter == "UBO" && strings.HasSuffix(m.Subtype, "_join") {
					told = append(told, m.User)
				}
			}
			if !slices.Equal(told, tt.joined) {
				t.Errorf("the channel tells of %q", told)
			}
			for _, who := range tt.joined {
				if !s.in(tt.channel, who) {
					t.Errorf("%s is not in %s", who, tt.channel)
				}
			}
		})
	}
}

func (s *stand) in(channel, user string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ws.channels[channel].has(user)
}

func TestInviteSaysWhyNot(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ user, channel, line, words string }{
		"nobody named":             {"UBO", "CSUPPORT", "/invite", "Say whom to invite: /invite @perch"},
		"nobody of that name":      {"UBO", "CSUPPORT", "/invite @zed", "There is nobody called @zed here."},
		"there already":            {"UBO", "CALERTS", "/invite @perch", "@perch is already in this channel."},
		"one is, one is not known": {"UBO", "CALERTS", "/invite @perch @zed", "@perch is already in this channel. There is nobody called @zed here."},
		"a direct message":         {"UBO", "DBO", "/invite @ann", "/invite does not work in direct messages."},
		"not a member oneself":     {"UCAM", "CSHARED", "/invite @perch", "You are not in #with-partner. Join it before you invite others."},
		"no such channel":          {"UBO", "CSUPPORT", "/invite @perch #lunch", "There is no such channel."},
		"a channel not to be seen": {"UCAM", "CSUPPORT", "/invite @perch #payroll-private", "There is no such channel."},
		"of another company":       {"UBO", "CSUPPORT", "/invite @eve", "@eve belongs to another company, and #support is not shared with it."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t, Options{})
			is(t, s.Slash(s.ctx, tt.user, tt.channel, tt.line), InviteRefused)
			st, err := s.State(tt.user)
			ok(t, err)
			if len(st.Notices) != 1 || st.Notices[0].Text != tt.words || st.Notices[0].Channel != tt.channel {
				t.Errorf("they were told %+v", st.Notices)
			}
		})
	}
}

func TestTheAppHearsOfAnInviteAsAMemberWhoJoined(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{Events: []string{"member_joined_channel"}, Commands: []string{"/connection"}})
	a := s.dial()
	ok(t, s.Slash(s.ctx, "UBO", "CSUPPORT", "/invite @perch"))
	if _, joined := a.event(); joined.Type != "member_joined_channel" || joined.User != BotUserID || joined.Channel != "CSUPPORT" {
		t.Errorf("the app heard %+v", joined)
	}
	if st, err := s.State("UBO"); err != nil || !slices.Equal(st.Commands, []string{"/connection", "/invite"}) {
		t.Errorf("commands are %q, %v", st.Commands, err)
	}
}
