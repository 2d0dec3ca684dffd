package main

import (
	"slices"
	"testing"
	"unicode/utf8"
)

// neededBy are the scopes without which Slack does not tell of an event.
var neededBy = map[string][]string{
	"app_mention":           {"app_mentions:read"},
	"message.channels":      {"channels:history"},
	"message.groups":        {"groups:history"},
	"member_joined_channel": {"channels:read", "groups:read"},
	"app_uninstalled":       {},
	"tokens_revoked":        {},
}

func TestEveryEventHasItsScopes(t *testing.T) {
	t.Parallel()
	for _, event := range botEvents {
		needed, known := neededBy[event]
		if !known {
			t.Errorf("which scopes %s needs is not said", event)
		}
		for _, scope := range needed {
			if !slices.Contains(scopes, scope) {
				t.Errorf("%s lacks %s", event, scope)
			}
		}
	}
}

func TestShortcutsKeepSlacksLimits(t *testing.T) {
	t.Parallel()
	ids, ofType := map[string]bool{}, map[string]int{}
	for _, s := range shortcuts {
		ofType[s.Type]++
		if ids[s.CallbackID] {
			t.Errorf("%s is there twice", s.CallbackID)
		}
		ids[s.CallbackID] = true
		if s.Type != "message" && s.Type != "global" {
			t.Errorf("%s is of type %q", s.CallbackID, s.Type)
		}
		if utf8.RuneCountInString(s.Name) > 24 || utf8.RuneCountInString(s.Description) > 150 || len(s.CallbackID) > 255 {
			t.Errorf("%s is too long", s.CallbackID)
		}
	}
	for kind, n := range ofType {
		if n > 5 {
			t.Errorf("%d shortcuts are of type %s; Slack takes five", n, kind)
		}
	}
}
