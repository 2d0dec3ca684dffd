package main

import (
	"errors"
	"fmt"
	"net/url"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/socket"
)

// sameApp refuses tokens of two different apps: commands would arrive that the
// bot cannot answer.
func sameApp(home bot.Identity, appToken string) error {
	app := bot.AppOf(appToken)
	if app == "" || home.AppID == "" || app == home.AppID {
		return nil
	}
	return fmt.Errorf("SLACK_APP_TOKEN is of app %s and SLACK_BOT_TOKEN of app %s. Take both from the same app", app, home.AppID)
}

// explainRefusal says what to do about a token that Slack refuses.
func explainRefusal(err error) error {
	if err == nil {
		return nil
	}
	if fatal, ok := errors.AsType[*socket.FatalError](err); ok {
		return fmt.Errorf("SLACK_APP_TOKEN is refused by Slack: %w. %s", fatal, wayOut(fatal.Code))
	}
	if answer, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		return fmt.Errorf("SLACK_BOT_TOKEN is refused by Slack: %s. %s", answer.Err, wayOut(answer.Err))
	}
	return fmt.Errorf("%w. Is SLACK_API_URL right?", err)
}

// withoutAddress strips the address that net/http puts into its errors.
func withoutAddress(err error) error {
	if told, ok := errors.AsType[*url.Error](err); ok {
		return told.Err
	}
	return err
}

// wayOut is what to do about a token that Slack refuses. Slack: the error
// lists of auth.test and apps.connections.open.
func wayOut(code string) string {
	switch code {
	case "missing_scope", "no_permission":
		return "The app-level token needs the scope connections:write, and the app all scopes of `perch manifest`; install it again after a change"
	case "not_allowed_token_type":
		return "The two tokens may be in each other's place: xoxb- is SLACK_BOT_TOKEN, xapp- is SLACK_APP_TOKEN"
	case "account_inactive", "token_revoked", "token_expired":
		return "The token is no longer valid: install the app again, or make a new token"
	default:
		return "Copy the token again from api.slack.com/apps, then run `perch check`"
	}
}

// explainSlack tells a refusal, with its way out, from silence.
func explainSlack(err error) error {
	if answer, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		return fmt.Errorf("refused by Slack: %s. %s", answer.Err, wayOut(answer.Err))
	}
	return fmt.Errorf("no usable answer from Slack: %w. Is SLACK_API_URL right, and the network open?", withoutAddress(err))
}

// explainGroup says what to do about a user group that cannot be asked for.
func explainGroup(setting, id string, err error) error {
	answer, ok := errors.AsType[slack.SlackErrorResponse](err)
	switch {
	case !ok:
		return explainSlack(err)
	case answer.Err == "missing_scope":
		return fmt.Errorf("%s names the user group %s, and the app may not ask for it. %s", setting, id, wayOut(answer.Err))
	default:
		return fmt.Errorf("%s names the user group %s, which Slack does not give out: %s. Its id is at the end of the group's address in Slack", setting, id, answer.Err)
	}
}
