package socket

import (
	"fmt"
	"slices"
	"time"
)

// OpenError is what an Opener returns when Slack answered and refused.
type OpenError struct {
	// Code is Slack's word for it, such as invalid_auth or ratelimited.
	Code string
	// RetryAfter is how long Slack asked to wait; zero if it did not say.
	RetryAfter time.Duration
	Err        error
}

func (e *OpenError) Error() string {
	if e.Err == nil {
		return "Slack refuses: " + e.Code
	}
	return e.Err.Error()
}

func (e *OpenError) Unwrap() error { return e.Err }

// FatalError ends Run: Slack names a fault of configuration that no retry mends.
type FatalError struct {
	// Code is Slack's word for it, one of those that Fatal knows.
	Code string
	Err  error
}

func (e *FatalError) Error() string {
	return fmt.Sprintf("Slack does not let this app open a socket: %s", e.Code)
}

func (e *FatalError) Unwrap() error { return e.Err }

// Fatal reports whether an error code of Slack's apps.connections.open means
// that tokens, scopes or installation must change before a retry can succeed.
func Fatal(code string) bool {
	return slices.Contains([]string{
		"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired",
		"no_permission", "missing_scope", "missing_args", "not_allowed_token_type",
		"forbidden_team", "team_access_not_granted",
	}, code)
}

// DisconnectError is why a socket ended or never came to be: the reason in
// Slack's disconnect frame, such as too_many_websockets.
type DisconnectError struct{ Reason string }

func (e *DisconnectError) Error() string { return "Slack disconnects: " + e.Reason }

// Slack's reasons in a disconnect frame. Any other is treated like a warning.
const (
	reasonWarning      = "warning"           // the socket closes in about 10 s
	reasonRefresh      = "refresh_requested" // the server behind it is replaced
	reasonLinkDisabled = "link_disabled"     // Socket Mode was switched off for the app
	reasonTooMany      = "too_many_websockets"
)

// reasonWord is a reason as metrics know it: text from outside must not make
// new labels.
func reasonWord(reason string) string {
	switch reason {
	case reasonWarning, reasonRefresh, reasonLinkDisabled, reasonTooMany:
		return reason
	default:
		return "other"
	}
}
