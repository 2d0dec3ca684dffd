package finch

import "net/http"

// Trouble is what an error means: whose move it is, and whether waiting helps.
type Trouble string

// All the troubles there are.
const (
	TroubleReauth         Trouble = "reauth"          // the employer must sign in again
	TroublePermissions    Trouble = "permissions"     // Finch may not see enough at the provider
	TroubleNotSetUp       Trouble = "not_set_up"      // the employer has not finished connecting
	TroubleRevoked        Trouble = "revoked"         // the token is no longer good, or never was
	TroubleBadClient      Trouble = "bad_client"      // client id and secret are wrong
	TroubleUnpaid         Trouble = "unpaid"          // the application has unpaid invoices
	TroubleNoScope        Trouble = "no_scope"        // the product was not granted
	TroubleNotFound       Trouble = "not_found"       // no such item
	TroubleRateLimited    Trouble = "rate_limited"    // too many requests, for a minute or so
	TroubleAddressBlocked Trouble = "address_blocked" // this address is shut out for an hour
	TroubleProviderDown   Trouble = "provider_down"   // the payroll provider failed
	TroubleNotReady       Trouble = "not_ready"       // Finch is still fetching
	TroubleUnreachable    Trouble = "unreachable"     // Finch does not answer, or fails itself
	TroubleUnsupported    Trouble = "unsupported"     // not possible with this provider
	TroubleRejected       Trouble = "rejected"        // the request itself was wrong
	TroubleOther          Trouble = "other"           // none of these
)

// Troubles are all of them.
var Troubles = []Trouble{
	TroubleReauth, TroublePermissions, TroubleNotSetUp, TroubleRevoked, TroubleBadClient, TroubleUnpaid,
	TroubleNoScope, TroubleNotFound, TroubleRateLimited, TroubleAddressBlocked, TroubleProviderDown,
	TroubleNotReady, TroubleUnreachable, TroubleUnsupported, TroubleRejected, TroubleOther,
}

// Passes reports whether waiting alone may mend it: nobody has to act, and
// nothing is wrong with the connection.
func (t Trouble) Passes() bool {
	switch t {
	case TroubleRateLimited, TroubleAddressBlocked, TroubleProviderDown, TroubleNotReady, TroubleUnreachable:
		return true
	}
	return false
}

// sign is what an answer must show to mean a trouble; what is empty may be anything.
type sign struct {
	status     int
	name, code string
	means      Trouble
}

// signs is Finch's error table. The first that fits decides, so the precise
// ones stand above the general. A 401 or 403 without Finch's words is none of
// these: it may be a gateway's, and no token is given up on a gateway's word.
var signs = []sign{
	{code: "reauthenticate_user", means: TroubleReauth},
	{code: "account_setup_required", means: TroubleNotSetUp},
	{code: "insufficient_account_permissions", means: TroublePermissions},
	{code: "finch_api_ip_rl", means: TroubleAddressBlocked},
	{code: "not_supported_by_provider", means: TroubleUnsupported},
	{code: "upstream_provider_error", means: TroubleProviderDown},
	{code: "data_sync_in_progress", means: TroubleNotReady},
	{code: "enrollment_not_found", means: TroubleNotFound}, // its name really is bad_request

	{status: http.StatusUnauthorized, name: "authentication_error", means: TroubleReauth}, // finch_code is optional
	{status: http.StatusUnauthorized, name: "invalid_token_error", means: TroubleRevoked},
	{status: http.StatusUnauthorized, name: "unauthorized_request_error", means: TroubleRevoked},
	{status: http.StatusUnauthorized, name: "invalid_client_error", means: TroubleBadClient},
	{status: http.StatusUnauthorized, name: "invalid_request_error", means: TroubleRejected},
	{status: http.StatusForbidden, name: "insufficient_scope_error", means: TroubleNoScope},
	{status: http.StatusForbidden, name: "error_permissions", means: TroublePermissions},
	{status: http.StatusBadGateway, name: "bad_gateway_error", means: TroubleProviderDown},

	{status: 0, means: TroubleUnreachable},
	{status: http.StatusAccepted, means: TroubleNotReady},
	{status: http.StatusBadRequest, means: TroubleRejected},
	{status: http.StatusPaymentRequired, means: TroubleUnpaid},
	{status: http.StatusNotFound, means: TroubleNotFound},
	{status: http.StatusRequestTimeout, means: TroubleUnreachable},
	{status: http.StatusUnprocessableEntity, means: TroubleRejected},
	{status: http.StatusTooManyRequests, means: TroubleRateLimited},
	{status: http.StatusInternalServerError, means: TroubleUnreachable},
	{status: http.StatusNotImplemented, means: TroubleUnsupported},
	{status: http.StatusBadGateway, means: TroubleUnreachable}, // without Finch's words: its gateway, not the provider
	{status: http.StatusServiceUnavailable, means: TroubleUnreachable},
	{status: http.StatusGatewayTimeout, means: TroubleUnreachable},
}

// Trouble tells what the error means.
func (e *Error) Trouble() Trouble {
	if e.kind != "" {
		return e.kind
	}
	for _, s := range signs {
		if s.fits(e) {
			return s.means
		}
	}
	return TroubleOther
}

func (s sign) fits(e *Error) bool {
	if s.code != "" {
		return s.code == e.Code
	}
	return s.status == e.Status && (s.name == "" || s.name == e.Name)
}
