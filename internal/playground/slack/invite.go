package slack

import (
	"slices"
	"strings"
)

// inviteCommand is Slack's own slash command; apps cannot take its name.
const inviteCommand = "/invite"

// InviteRefused is the code of what a person is shown when /invite could not
// bring everybody in.
const InviteRefused = "invite_refused"

// runInvite is "/invite @person … [#channel]", which the app hears of only as
// members who join. Slack documents no wording for what is refused; the words
// are ours.
func (s *Server) runInvite(user, channel, rest string) error {
	where, refused, err := s.inviteAll(user, channel, strings.Fields(rest))
	if err != nil || refused == "" {
		return err
	}
	return s.notice(user, where, InviteRefused, refused)
}

// inviteAll returns where the command was typed, and why somebody could not be
// brought in.
func (s *Server) inviteAll(user, channel string, words []string) (where, refused string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, here, err := s.place(user, channel)
	if err != nil {
		return "", "", err
	}
	to := here
	isChannel := func(word string) bool { return strings.HasPrefix(strings.TrimPrefix(word, "<"), "#") }
	if i := slices.IndexFunc(words, isChannel); i >= 0 {
		to = s.ws.channel(referred(words[i], "#"))
		words = slices.DeleteFunc(words, isChannel)
	}
	if refused = s.ws.closedTo(user, to); refused != "" {
		return here.ID, refused, nil
	}
	if len(words) == 0 {
		return here.ID, "Say whom to invite: " + inviteCommand + " @perch", nil
	}
	var refusals []string
	for _, word := range words {
		if why := s.inviteOne(to, referred(word, "@"), user); why != "" {
			refusals = append(refusals, why)
		}
	}
	s.touch()
	return here.ID, strings.Join(refusals, " "), nil
}

// referred is the id in <@U1|ann>, or the name in @ann.
func referred(word, sign string) string {
	word, _, _ = strings.Cut(strings.Trim(word, "<>"), "|")
	return strings.TrimPrefix(word, sign)
}

// closedTo says why a person cannot invite anybody to a channel, or nothing.
func (w *workspace) closedTo(user string, ch *Channel) string {
	switch {
	case ch == nil || !w.sees(user, ch):
		return "There is no such channel."
	case ch.Kind == DM:
		return inviteCommand + " does not work in direct messages."
	case ch.IsArchived:
		return "#" + ch.Name + " is archived."
	case !ch.has(user):
		return "You are not in #" + ch.Name + ". Join it before you invite others."
	}
	return ""
}

// inviteOne brings somebody in, or says why that cannot be.
func (s *Server) inviteOne(ch *Channel, who, inviter string) (refused string) {
	u := s.ws.person(who)
	switch {
	case u == nil || u.Deleted:
		return "There is nobody called @" + who + " here."
	case ch.has(u.ID):
		return "@" + u.Name + " is already in this channel."
	case u.TeamID != TeamID && !ch.IsExtShared:
		return "@" + u.Name + " belongs to another company, and #" + ch.Name + " is not shared with it."
	}
	s.join(ch, u.ID, inviter)
	return ""
}

// person finds one by id or by name.
func (w *workspace) person(ref string) *User {
	if u := w.users[ref]; u != nil {
		return u
	}
	for _, u := range w.users {
		if strings.EqualFold(u.Name, ref) {
			return u
		}
	}
	return nil
}

// tellOfInvite is the line that a channel shows of somebody who was invited.
func (s *Server) tellOfInvite(ch *Channel, user, inviter string) {
	m := &Message{
		Type: "message", Subtype: scopeEvent(ch, "join"), Channel: ch.ID, TS: s.ws.stamp(s.now()),
		User: user, Inviter: inviter, Text: "<@" + user + "> has joined the channel",
	}
	s.ws.add(m)
	s.echo(m)
}
