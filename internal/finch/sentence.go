package finch

import (
	"errors"
	"net/http"
	"time"
)

// Sentence says to a user what happened, what it means and the way out. It
// holds no payload and no token, and never anything that Finch's answer said
// beyond its request id. It is "" for no error.
func Sentence(err error) string {
	e, ok := errors.AsType[*Error](err)
	switch {
	case err == nil:
		return ""
	case ok && errors.Is(err, ErrStopping):
		return "Perch is restarting and no longer waits for Finch's answer. Try again in a moment."
	case ok:
		return e.sentence()
	case errors.Is(err, ErrStopping):
		return "Perch is restarting, so Finch was not asked. Try again in a moment."
	case errors.Is(err, ErrNoToken):
		return "There is no access token here for this connection, so Finch cannot be asked about it. Store one and try again."
	case errors.Is(err, ErrUnknown):
		return "No such connection is known here. Check the id, or store the connection's access token first."
	default:
		return "Something went wrong on the way to Finch. Try again; the log has the cause."
	}
}

func (e *Error) sentence() string {
	switch e.Trouble() {
	case TroubleReauth:
		return "The employer must reconnect before Finch can read data: their sign-in at the provider no longer works. Send them a reconnect link."
	case TroublePermissions:
		return "Finch's access at the provider lacks permissions, so it cannot read this. The employer's administrator must grant them there."
	case TroubleNotSetUp:
		return "The employer has not finished connecting: the provider has no account for Finch yet. They must invite Finch or finish the set-up."
	case TroubleRevoked:
		return "Finch does not accept this access token: the connection was ended, or the token is not right. If the employer connected again, store the new token."
	case TroubleBadClient:
		return "Finch does not know this application, so it answers none of its requests. Check FINCH_CLIENT_ID and FINCH_CLIENT_SECRET."
	case TroubleUnpaid:
		return "Finch refuses requests of this application because of an unpaid invoice. Whoever keeps your contract with Finch must settle it."
	case TroubleNoScope:
		return "This connection was not granted the product that this needs. The employer can grant it in a new session of Finch Connect."
	case TroubleNotFound:
		return "Finch knows nothing under this id: it is mistyped, gone, or belongs to another connection. Check the id."
	case TroubleRateLimited:
		return "Finch allows no more requests just now. Try again " + e.when("in a minute") + "."
	case TroubleAddressBlocked:
		return "Finch blocks this server's address for an hour because it asked too often. Perch goes on by itself " + e.when("after that") + "."
	case TroubleProviderDown:
		return "The payroll provider did not answer Finch; most often this passes. Try again in some minutes."
	case TroubleNotReady:
		return "Finch is still fetching this data, so there is nothing to show yet. Try again later; assisted connections can take days."
	case TroubleUnreachable:
		return "Finch does not answer at the moment. Try again in a minute, and see status.tryfinch.com if it lasts."
	case TroubleUnsupported:
		return "Finch cannot do this with the connection's provider, and trying again will not change that. Finch's support knows what the provider offers."
	case TroubleRejected:
		return "Finch did not accept the request as it was put. Check what was asked for and try again."
	default:
		return "Finch answered in a way that Perch does not know. Try again; if it stays so, " + e.forSupport()
	}
}

// Move says whose move it is, as the end of "whose move: …": "the employer's". It
// is "" for what is no trouble.
func (t Trouble) Move() string {
	switch t {
	case TroubleReauth, TroubleNotSetUp, TroubleNoScope:
		return "the employer's"
	case TroublePermissions:
		return "the employer's administrator's"
	case TroubleRevoked, TroubleBadClient, TroubleUnpaid, TroubleNotFound, TroubleRejected:
		return "ours"
	case TroubleRateLimited, TroubleAddressBlocked:
		return "nobody's: it passes by itself"
	case TroubleProviderDown:
		return "the provider's: try again later"
	case TroubleNotReady:
		return "Finch's: the data is being fetched"
	case TroubleUnreachable:
		return "Finch's: try again later"
	case TroubleUnsupported:
		return "nobody's: the provider does not offer it"
	case TroubleOther:
		return "ours: ask Finch's support"
	}
	return ""
}

// SyncSentence is Sentence for an error of RunSync, where some of Finch's
// answers have a meaning of their own.
func SyncSentence(err error) string {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return Sentence(err)
	}
	switch trouble := e.Trouble(); {
	case trouble == TroubleRejected && e.Status == http.StatusBadRequest:
		return "Finch runs no sync on request for this connection. That is so for all assisted connections: Finch syncs them by itself, about every seven days."
	case trouble == TroubleNoScope, trouble == TroubleOther && e.Status == http.StatusForbidden:
		return "Finch does not let this application run syncs on request: they are an add-on that Finch sells. Scheduled syncs go on as before. Whoever keeps your contract with Finch can add it."
	case trouble == TroubleRateLimited && e.Status == http.StatusTooManyRequests && e.Code == "":
		return "Finch allows this connection no more syncs on request for now, usually one an hour. Try again " + e.when("in an hour") + "; scheduled syncs go on as before."
	case trouble == TroubleOther && e.Status < 300, trouble == TroubleUnreachable:
		return "Finch did not say whether the sync was started, and Perch does not ask twice. Look at the connection's jobs in a minute before trying again."
	default:
		return e.sentence()
	}
}

// when is the time that an error names, or else the words given.
func (e *Error) when(otherwise string) string {
	if e.Until.IsZero() {
		return otherwise
	}
	return "after " + e.Until.UTC().Add(time.Minute).Format("15:04 UTC")
}

func (e *Error) forSupport() string {
	if e.RequestID == "" {
		return "the log has the details for Finch's support."
	}
	return "give Finch's support the request id " + e.RequestID + "."
}
