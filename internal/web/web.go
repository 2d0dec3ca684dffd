package web

import (
	"cmp"
	"context"
	"net/http"
	"net/netip"
	"time"

	"github.com/rs/zerolog"

	"perch/internal/connect"
	"perch/internal/finch"
)

// Vault takes in access tokens.
type Vault interface {
	// Admit asks Finch whose the token is and stores it if that is want. Its
	// errors: *watch.Mismatch if it belongs to another connection,
	// *finch.Error if Finch did not vouch for it.
	Admit(ctx context.Context, want string, token finch.Token) (id string, created bool, err error)
}

// Forgetter drops access tokens.
type Forgetter interface {
	// Forget removes a connection's token; finch.ErrUnknown if there is no such
	// connection.
	Forget(ctx context.Context, connectionID string) error
}

// Readiness knows whether this process can do its work now.
type Readiness interface {
	// Ready returns the reasons why not; none means ready.
	Ready(ctx context.Context) []string
}

// Options are what the doors open onto. APIKey, TrustedProxies and what belongs
// to webhooks may be left out.
type Options struct {
	Vault     Vault
	Forgetter Forgetter
	Ready     Readiness
	// Metrics answers GET /metrics once the caller may.
	Metrics http.Handler
	// APIKey is the bearer key of /v1/*. Empty: those doors answer 503.
	APIKey string
	// TrustedProxies are the networks whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	// WebhookSecrets verify POST /finch/webhook. None: that door answers 503.
	WebhookSecrets finch.Secrets
	// Inbox is required with WebhookSecrets.
	Inbox Inbox
	// Arrived is told of every event after it was stored, from several goroutines
	// and before Finch is answered: it must return at once. It may be nil.
	Arrived func()
	// Verified is told of every delivery whether it was signed with our secret. It
	// may be nil.
	Verified func(signed bool)
	// Sessions keep Connect sessions; nil: their doors answer 503.
	Sessions Sessions
	// EventKeys seal what lets a browser tell of a session. Required with Sessions.
	EventKeys connect.TokenKeys
	// Told hears what became of the events that were told of sessions: new, known
	// before, failed, or the code of the refusal. It may be nil.
	Told func(from connect.Source, outcome string, events int)
	// Links are those that Perch hosts; nil: their doors answer 404, as they do
	// without a PublicURL.
	Links Links
	// PublicURL is how the outside reaches these doors; empty where it does not.
	PublicURL string
	// ConnectURL is where Finch Connect is, ConnectJS the script that opens it;
	// empty for Finch's own.
	ConnectURL, ConnectJS string
	Log                   zerolog.Logger
}

// Finch's own addresses, the documented defaults of FINCH_CONNECT_URL and
// FINCH_CONNECT_JS.
const (
	finchConnectURL = "https://connect.tryfinch.com"
	finchConnectJS  = "https://prod-cdn.tryfinch.com/latest/connect.js"
)

// doors hold what the handlers share.
type doors struct {
	Options
	mux   *http.ServeMux
	guard *guard
	// visitors are callers without the API key, by address; tellers are browsers
	// that tell of a session, by its id.
	visitors *allowances[netip.Prefix]
	tellers  *allowances[string]
	script   script
	page     page
	sameSite *http.CrossOriginProtection
}

// New returns the handler of all doors.
func New(o Options) http.Handler {
	o.ConnectURL, o.ConnectJS = cmp.Or(o.ConnectURL, finchConnectURL), cmp.Or(o.ConnectJS, finchConnectJS)
	d := &doors{
		Options: o, mux: http.NewServeMux(), guard: newGuard(o.APIKey, o.TrustedProxies),
		visitors: newAllowances[netip.Prefix](visitorBurst, visitorEvery), tellers: newAllowances[string](sessionBurst, sessionEvery),
		script: newScript(o), page: newPage(o), sameSite: newSameSite(o),
	}
	d.handle("PUT /v1/connections/{connection_id}", d.keyed(d.putConnection))
	d.handle("DELETE /v1/connections/{connection_id}", d.keyed(d.deleteConnection))
	d.handle("POST /finch/webhook", d.webhook)
	d.handle("POST /v1/sessions", d.keyed(d.registerSession))
	d.handle("POST /v1/sessions/{session_id}/events", d.sessionEvents)
	d.handle("OPTIONS /v1/sessions/{session_id}/events", d.preflight)
	d.handle("GET /perch.js", d.serveScript)
	d.handle("GET /connect/{link}", d.hosted)
	d.handle("POST /connect/{link}/code", d.takeCode)
	d.handle("GET /healthz", d.healthz)
	d.handle("GET /readyz", d.readyz)
	d.handle("GET /metrics", d.metrics)
	if o.WebhookSecrets.IsZero() {
		o.Log.Warn().Msg("FINCH_WEBHOOK_SECRET is not set: POST /finch/webhook answers 503, and what happens at Finch is noticed by asking alone")
	}
	return d
}

// How long a caller may take. Writing includes the wait for Finch.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 15 * time.Second
	writeTimeout      = time.Minute
	idleTimeout       = 2 * time.Minute
	maxHeader         = 32 << 10
)

// Server returns an http.Server for the doors that no slow caller can tie up. A
// caller that sets BaseContext and cancels it gives up what requests wait for;
// they are answered 503.
func Server(addr string, h http.Handler) *http.Server {
	return &http.Server{
		Addr:              addr,
		Handler:           h,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
	}
}
