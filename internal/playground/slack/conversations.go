package slack

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// visible finds a channel the bot may know of: private ones it is not in do not
// exist for it.
func (s *Server) visible(c *call, kindOfScope string) (*Channel, error) {
	ch := s.ws.channels[c.args.str("channel")]
	if ch == nil || ch.Kind == Private && !ch.has(BotUserID) {
		return nil, apiErr("channel_not_found")
	}
	return ch, s.scoped(c.token, []string{scopePrefix(ch) + ":" + kindOfScope})
}

func scopePrefix(ch *Channel) string {
	switch ch.Kind {
	case DM:
		return "im"
	case Private:
		return "groups"
	}
	return "channels"
}

func (ch *Channel) info(numMembers bool) object {
	out := object{
		"id": ch.ID, "created": 1700000000, "updated": 1700000000000, "creator": "UANN", "context_team_id": TeamID,
		"is_channel": ch.Kind == Public, "is_group": ch.Kind == Private, "is_im": ch.Kind == DM, "is_mpim": false,
		"is_private": ch.Kind != Public, "is_archived": ch.IsArchived, "is_general": ch.ID == "CGENERAL",
		"is_shared": ch.IsExtShared, "is_ext_shared": ch.IsExtShared, "is_org_shared": false,
		"is_pending_ext_shared": false, "pending_shared": []any{}, "is_read_only": ch.IsReadOnly,
	}
	if ch.Kind == DM {
		out["user"], out["is_open"] = ch.User, true
		return out
	}
	out["name"], out["name_normalized"], out["is_member"] = ch.Name, ch.Name, ch.has(BotUserID)
	out["topic"] = object{"value": "", "creator": "", "last_set": 0}
	out["purpose"] = object{"value": "", "creator": "", "last_set": 0}
	teams := []string{TeamID}
	if ch.IsExtShared {
		teams = append(teams, PartnerTeamID)
		out["conversation_host_id"], out["connected_team_ids"] = TeamID, []string{PartnerTeamID}
	}
	out["shared_team_ids"], out["internal_team_ids"] = teams, []string{TeamID}
	if numMembers {
		out["num_members"] = len(ch.Members)
	}
	return out
}

func (s *Server) conversationsInfo(c *call) (object, error) {
	ch, err := s.visible(c, "read")
	if err != nil {
		return nil, err
	}
	return object{"channel": ch.info(c.args.flag("include_num_members"))}, nil
}

func (s *Server) conversationsList(c *call) (object, error) {
	types := c.args.str("types")
	if types == "" {
		types = "public_channel"
	}
	names := map[string]string{Public: "public_channel", Private: "private_channel", DM: "im"}
	found := []any{}
	for _, ch := range s.ws.sortedChannels() {
		switch {
		case !strings.Contains(","+types+",", ","+names[ch.Kind]+","),
			ch.Kind != Public && !ch.has(BotUserID),
			ch.IsArchived && c.args.flag("exclude_archived"):
			continue
		}
		found = append(found, ch.info(true))
	}
	page, next, err := pageOf(c, found, 100)
	if err != nil {
		return nil, err
	}
	return object{"channels": page, "response_metadata": object{"next_cursor": next}}, nil
}

func (s *Server) conversationsMembers(c *call) (object, error) {
	ch, err := s.visible(c, "read")
	if err != nil {
		return nil, err
	}
	page, next, err := pageOf(c, ch.Members, 100)
	if err != nil {
		return nil, err
	}
	return object{"members": page, "response_metadata": object{"next_cursor": next}}, nil
}

func (s *Server) conversationsOpen(c *call) (object, error) {
	users := c.args.str("users")
	u := s.ws.users[users]
	switch {
	case strings.Contains(users, ","):
		return nil, s.scoped(c.token, []string{"mpim:write"}) // group messages are not part of the playground
	case u == nil:
		return nil, apiErr("user_not_found")
	}
	ch, err := s.directWith(u)
	if err != nil {
		return nil, err
	}
	if c.args.flag("return_im") {
		return object{"channel": ch.info(false)}, nil
	}
	return object{"channel": object{"id": ch.ID}}, nil
}

func (s *Server) conversationsJoin(c *call) (object, error) {
	ch := s.ws.channels[c.args.str("channel")]
	switch {
	case ch == nil || ch.Kind == Private && !ch.has(BotUserID):
		return nil, apiErr("channel_not_found")
	case ch.Kind != Public:
		return nil, apiErr("method_not_supported_for_channel_type")
	case ch.IsArchived:
		return nil, apiErr("is_archived")
	}
	s.join(ch, BotUserID, "")
	return object{"channel": ch.info(false)}, nil
}

// pageOf cuts a list at the cursor. A page may be empty and still have a cursor
// (Slack: "Pagination"), which the fault empty_page plays.
func pageOf[T any](c *call, all []T, usual int) (page []T, next string, err error) {
	start := 0
	if cursor := c.args.str("cursor"); cursor != "" {
		raw, err := base64.StdEncoding.DecodeString(cursor)
		if err != nil {
			return nil, "", apiErr("invalid_cursor")
		}
		start, err = strconv.Atoi(strings.TrimPrefix(string(raw), "next:"))
		if err != nil || start < 0 || start > len(all) {
			return nil, "", apiErr("invalid_cursor")
		}
	}
	end := min(start+c.args.count("limit", usual, 999), len(all))
	if c.emptyPage {
		end = start
	}
	if end < len(all) || c.emptyPage {
		next = base64.StdEncoding.EncodeToString([]byte("next:" + strconv.Itoa(end)))
	}
	return append([]T{}, all[start:end]...), next, nil
}
