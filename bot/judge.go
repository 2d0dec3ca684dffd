package bot

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"perch/bot/socket"
)

// Verdict says what an error of Slack's Web API means for the next step.
// Slack: the error lists of chat.postMessage, chat.update and views.open.
type Verdict int

const (
	// Clear: Slack refused, nothing happened, the same call will fail again.
	Clear Verdict = iota
	// Wait: too many calls; try again after the time Slack named.
	Wait
	// Ambiguous: it may or may not have happened (timeouts, 5xx, internal errors).
	Ambiguous
	// Gone: the channel cannot be written to by this app.
	Gone
	// Malformed: Slack does not take these blocks; plain text may still pass.
	Malformed
	// Refused: the token or its scopes do not suffice.
	Refused
)

var verdicts = map[Verdict][]string{
	Wait:      {"ratelimited", "rate_limited"},
	Ambiguous: {"internal_error", "fatal_error", "request_timeout", "service_unavailable", "team_added_to_org"},
	Gone: {
		"channel_not_found", "not_in_channel", "is_archived", "is_inactive", "restricted_action",
		"external_channel_migrating", "user_not_found", "cannot_dm_bot", "user_disabled", "messages_tab_disabled",
	},
	Malformed: {
		"invalid_blocks", "invalid_blocks_format", "invalid_attachments", "msg_too_long", "msg_blocks_too_long",
		"no_text", "invalid_arguments", "only_one_table_allowed", "view_too_large",
	},
	Refused: {
		"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "missing_scope",
		"no_permission", "ekm_access_denied", "team_access_not_granted", "access_denied", "accesslimited",
		"not_allowed_token_type",
	},
}

// Judge names what an error of a Web API call means, and how long to wait where
// that is the verdict. What is not an answer of Slack's at all is Ambiguous.
func Judge(err error) (Verdict, time.Duration) {
	if limited, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		return Wait, limited.RetryAfter
	}
	if status, ok := errors.AsType[slack.StatusCodeError](err); ok {
		switch {
		case status.Code == http.StatusTooManyRequests:
			return Wait, 30 * time.Second
		case status.Code >= 500:
			return Ambiguous, 0
		}
		return Clear, 0
	}
	code := slackCode(err)
	if code == "" {
		return Ambiguous, 0
	}
	for verdict, codes := range verdicts {
		if slices.Contains(codes, code) {
			if verdict == Wait {
				return Wait, 30 * time.Second
			}
			return verdict, 0
		}
	}
	return Clear, 0
}

// slackCode is the error word of Slack's answer, or "" if it gave none.
func slackCode(err error) string {
	if answer, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		return answer.Err
	}
	return ""
}

// openError puts an error of apps.connections.open into the socket's terms.
func openError(err error) error {
	verdict, wait := Judge(err)
	open := &socket.OpenError{Code: slackCode(err), Err: err}
	if verdict == Wait {
		open.RetryAfter = wait
	}
	return open
}
