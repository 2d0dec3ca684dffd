package slack

import (
	"slices"
	"strings"
)

// authorize checks the token, its kind and its scopes.
func (s *Server) authorize(c *call, m method) error {
	if m.open {
		return nil
	}
	switch {
	case c.token == "":
		return apiErr("not_authed")
	case c.token != s.opts.BotToken && c.token != s.opts.AppToken:
		return apiErr("invalid_auth")
	case !m.anyToken && m.appToken != (c.token == s.opts.AppToken):
		return apiErr("not_allowed_token_type")
	}
	return s.scoped(c.token, m.scopes)
}

// scoped passes when the token has one of the scopes, or none is asked for.
func (s *Server) scoped(token string, scopes []string) error {
	have := s.scopesOf(token)
	if len(scopes) == 0 || slices.ContainsFunc(scopes, func(want string) bool { return slices.Contains(have, want) }) {
		return nil
	}
	return &apiError{Code: "missing_scope", Needed: strings.Join(scopes, ","), Provided: strings.Join(have, ",")}
}

func (s *Server) scopesOf(token string) []string {
	switch token {
	case s.opts.BotToken:
		return s.opts.Scopes
	case s.opts.AppToken:
		return []string{"connections:write"}
	}
	return nil
}

func (s *Server) authTest(c *call) (object, error) {
	if c.token == s.opts.AppToken {
		return object{"app_name": "Perch", "app_id": AppID}, nil
	}
	return object{
		"url": "https://perch-playground.slack.com/", "team": "Perch Playground", "user": "perch",
		"team_id": TeamID, "user_id": BotUserID, "bot_id": BotID, "app_id": AppID, "app_name": "Perch",
		"is_enterprise_install": false,
	}, nil
}

func (s *Server) apiTest(c *call) (object, error) {
	if code := c.args.str("error"); code != "" {
		return nil, apiErr(code)
	}
	return object{"args": c.args.values}, nil
}
