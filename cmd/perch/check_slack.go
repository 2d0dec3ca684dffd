package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"perch/bot"
)

func (k *checker) botToken(ctx context.Context) (string, error) {
	home, err := bot.Identify(ctx, k.client, k.settings.SlackAPIURL, k.settings.SlackBotToken.reveal())
	if err != nil {
		return "", explainSlack(err)
	}
	k.home = &home
	return fmt.Sprintf("workspace %s (%s), bot user %s", printable(home.Team), printable(home.TeamID), printable(home.UserID)), nil
}

const withoutBot = skipped("not known without the bot token")

func (k *checker) scopes(context.Context) (string, error) {
	if k.home == nil {
		return "", withoutBot
	}
	if k.home.Scopes == nil {
		return "", skipped("Slack did not say which are granted")
	}
	lacking := slices.DeleteFunc(slices.Clone(scopes), func(s string) bool { return slices.Contains(k.home.Scopes, s) })
	if len(lacking) > 0 {
		return "", fmt.Errorf("missing: %s. Add them to the app (paste `perch manifest`) and install it again", strings.Join(lacking, ", "))
	}
	return "all granted", nil
}

// groups asks for each user group that the settings name: one that Slack does
// not know gives nobody a role, and nobody would notice.
func (k *checker) groups(ctx context.Context) (string, error) {
	if k.home == nil {
		return "", withoutBot
	}
	api := slack.New(k.settings.SlackBotToken.reveal(),
		slack.OptionAPIURL(k.settings.SlackAPIURL), slack.OptionHTTPClient(k.client))
	asked := map[string]bool{}
	for _, named := range []struct {
		setting string
		ids     []string
	}{{"PERCH_ADMINS", k.settings.Admins}, {"PERCH_OPERATORS", k.settings.Operators}} {
		for _, id := range named.ids {
			if asked[id] || !strings.HasPrefix(id, "S") {
				continue
			}
			asked[id] = true
			if _, err := api.GetUserGroupMembersContext(ctx, id); err != nil {
				return "", explainGroup(named.setting, id, err)
			}
		}
	}
	if len(asked) == 0 {
		return "none named in PERCH_ADMINS and PERCH_OPERATORS", nil
	}
	return fmt.Sprintf("Slack knows all %d of PERCH_ADMINS and PERCH_OPERATORS", len(asked)), nil
}

func (k *checker) appToken(ctx context.Context) (string, error) {
	api := slack.New("", slack.OptionAppLevelToken(k.settings.SlackAppToken.reveal()),
		slack.OptionAPIURL(k.settings.SlackAPIURL), slack.OptionHTTPClient(k.client))
	if _, _, err := api.StartSocketModeContext(ctx); err != nil {
		return "", fmt.Errorf("SLACK_APP_TOKEN: %w", explainSlack(err))
	}
	return "may open sockets", nil
}

func (k *checker) sameApp(context.Context) (string, error) {
	if k.home == nil {
		return "", withoutBot
	}
	if k.home.AppID == "" || bot.AppOf(k.settings.SlackAppToken.reveal()) == "" {
		return "", skipped("Slack did not say whether both tokens are of one app")
	}
	return "both tokens are of app " + printable(k.home.AppID), sameApp(*k.home, k.settings.SlackAppToken.reveal())
}
