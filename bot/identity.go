package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/slack-go/slack"
)

// Identity is who the bot token speaks for.
type Identity struct {
	TeamID string `json:"team_id"`
	Team   string `json:"team"`
	UserID string `json:"user_id"`
	BotID  string `json:"bot_id"`
	// AppID is empty where Slack does not say.
	AppID string `json:"app_id"`
	// Scopes are those granted at the last installation (header x-oauth-scopes);
	// nil where Slack does not say.
	Scopes []string `json:"-"`
}

// Identify asks auth.test. It calls the method itself because slack-go's answer
// leaves out app_id, which tells the tokens of two apps apart. Errors are those
// of slack-go, so Judge understands them.
func Identify(ctx context.Context, client *http.Client, apiURL, botToken string) (Identity, error) {
	form := url.Values{"token": {botToken}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, apiURL+"auth.test", strings.NewReader(form.Encode()))
	if err != nil {
		return Identity{}, fmt.Errorf("ask Slack who we are: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := client.Do(req)
	if err != nil {
		return Identity{}, fmt.Errorf("ask Slack who we are: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return Identity{}, fmt.Errorf("ask Slack who we are: %w", slack.StatusCodeError{Code: resp.StatusCode, Status: resp.Status})
	}
	var answer struct {
		OK    bool   `json:"ok"`
		Error string `json:"error"`
		Identity
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&answer); err != nil {
		return Identity{}, fmt.Errorf("read Slack's word on who we are: %w", err)
	}
	if !answer.OK {
		return Identity{}, fmt.Errorf("ask Slack who we are: %w", slack.SlackErrorResponse{Err: answer.Error})
	}
	if answer.TeamID == "" || answer.UserID == "" {
		return Identity{}, errors.New("ask Slack who we are: auth.test named no workspace")
	}
	id := answer.Identity
	for scope := range strings.SplitSeq(resp.Header.Get("X-OAuth-Scopes"), ",") {
		if scope = strings.TrimSpace(scope); scope != "" {
			id.Scopes = append(id.Scopes, scope)
		}
	}
	return id, nil
}

// AppOf reads the app id that an app-level token carries (xapp-1-A0123-…), or
// "" where it carries none.
func AppOf(appToken string) string {
	parts := strings.Split(appToken, "-")
	if len(parts) >= 4 && parts[0] == "xapp" && strings.HasPrefix(parts[2], "A") {
		return parts[2]
	}
	return ""
}
