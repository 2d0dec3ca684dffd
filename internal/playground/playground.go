package playground

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
)

//go:embed page/*.html page/*.css page/*.js page/*.svg
var files embed.FS

// World is an imitation with a control door: the local Slack, the local Finch.
type World interface {
	// Control is the JSON door through which the page and tests act on it. Its
	// paths are relative to where it is mounted.
	Control() http.Handler
}

// Adopt gives Perch a connection's access token, as the application that uses
// Finch would: through the door that serves it in earnest.
type Adopt func(ctx context.Context, connectionID, accessToken string) error

// Options are what the page shows and acts on. Slack and Finch are required.
type Options struct {
	Slack World
	Finch World
	// Adopt hands Perch the token of a reconnected employer. Without it the
	// page says that the token has to be added by hand.
	Adopt Adopt
	// Host is the simulated application that embeds Finch Connect; nil for none.
	Host *Host
	// Hosts are further host names, beside this machine's own, that the page
	// may be reached by: the one of an address other than loopback.
	Hosts []string
}

// New serves the page at /, the Slack's control door under /_slack/, the
// Finch's under /_finch/ and, for the application between them,
// POST /_host/connections/{id}/token and the other doors under /_host/. Requests that name another host or come
// from another site get 403.
func New(o Options) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/_slack/", door(http.StripPrefix("/_slack", o.Slack.Control())))
	mux.Handle("/_finch/", door(http.StripPrefix("/_finch", o.Finch.Control())))
	mux.Handle("POST /_host/connections/{id}/token", door(adoptToken(o.Adopt)))
	if o.Host != nil {
		mountHost(mux, o.Host)
	}
	assets := http.NewServeMux()
	assets.Handle("GET /", withPolicy(http.FileServerFS(page())))
	mux.Handle("/", assets)
	return guard{hosts: o.Hosts}.wrap(mux)
}

func page() fs.FS {
	sub, err := fs.Sub(files, "page")
	if err != nil {
		// The folder is named in the embed directive above: it is there.
		return files
	}
	return sub
}

// policy lets the page use only what came with it. Trusted types make the
// browser itself refuse to turn a string into markup.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

func withPolicy(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-cache")
		next.ServeHTTP(w, r)
	})
}
