package web

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"perch/internal/connect"
	"perch/internal/watch"
)

// Links are the employers' ways into sessions that Perch made.
type Links interface {
	// Hosted is the session of a link that still leads somewhere. Its errors:
	// connect.ErrUnknown, watch.ErrLinkExpired, ErrLinkRevoked, ErrLinkUsed.
	Hosted(ctx context.Context, secret string) (connect.Session, error)
	// Exchange gives a code to Finch and keeps the token, if it is the link's. A
	// second time it answers the same. Its errors are those of Hosted but the last,
	// watch.ErrElsewhere, and *finch.Error.
	Exchange(ctx context.Context, secret, code string) (connectionID string, err error)
}

var (
	//go:embed hosted/page.html
	pageHTML string
	//go:embed hosted/page.css
	pageCSS string
	//go:embed hosted/page.js
	pageJS string

	pageTemplate = template.Must(template.New("page").Parse(pageHTML))
)

// page is what all hosted pages share.
type page struct {
	// open is false where Perch hosts none.
	open       bool
	policy     string
	connectURL string
	connectJS  string
}

// newPage draws up the policy: scripts and styles of ours alone, by their hashes,
// Finch's one script, and Finch's one frame.
func newPage(o Options) page {
	finch, library := originOf(o.ConnectURL), originOf(o.ConnectJS)
	return page{
		open:       o.Links != nil && o.PublicURL != "" && finch != "" && library != "",
		connectURL: strings.TrimSuffix(o.ConnectURL, "/"), connectJS: o.ConnectJS,
		policy: strings.Join([]string{
			"default-src 'none'", "script-src 'self' " + hashOf(pageJS) + " " + library, "style-src " + hashOf(pageCSS),
			"connect-src 'self'", "frame-src " + finch, "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
		}, "; "),
	}
}

// hashOf names an inline text in a policy.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// view is what a hosted page shows. Session is nil where there is nothing to open.
type view struct {
	Title   string
	Words   []string
	Session *opening
	Style   template.CSS
	Script  template.JS
}

// opening is what it takes to open Finch Connect.
type opening struct {
	ID, Token, Customer   string
	ConnectURL, ConnectJS string
	Reconnect             bool
}

// hosted shows an employer the page of their link. It records nothing: scanners
// of mail open links too.
func (d *doors) hosted(w *answer, r *http.Request) error {
	if err := d.visit(r); err != nil {
		return err
	}
	if !d.page.open {
		return d.show(w, http.StatusNotFound, unknownLink)
	}
	s, err := d.Links.Hosted(r.Context(), r.PathValue("link"))
	if err != nil {
		status, dead := deadLink(err)
		if status == 0 {
			return fmt.Errorf("find the session of a link: %w", err)
		}
		return d.show(w, status, dead)
	}
	return d.show(w, http.StatusOK, d.invitation(s))
}

// invitation is the page of a link that leads somewhere.
func (d *doors) invitation(s connect.Session) view {
	v := view{Title: "Connect your payroll", Session: &opening{
		ID: s.ID, Token: d.EventKeys.Mint(s.ID, s.Ends()), Customer: s.CustomerName, Reconnect: s.Reconnect,
		ConnectURL: d.page.connectURL, ConnectJS: d.page.connectJS,
	}}
	if s.Reconnect {
		v.Title, v.Words = "Sign in to your payroll again", []string{"Your payroll system has signed us out. Please sign in once more."}
	}
	return v
}

// The pages of links that lead nowhere. They name nobody.
var (
	unknownLink = view{Title: "This link is not known", Words: []string{
		"Perhaps a part of it is missing: please check that you opened all of it, or ask whoever sent it to you for a new one.",
	}}
	expiredLink = view{Title: "This link has expired", Words: []string{"Please ask whoever sent it to you for a new one."}}
	revokedLink = view{Title: "This link is no longer good", Words: []string{
		"It was taken back, perhaps because there is a newer one. Please look for that, or ask whoever sent it to you.",
	}}
	usedLink = view{Title: "You are connected already", Words: []string{"This link was used, and nothing is left to do. You can close this page."}}
)

// deadLink is the page for a link that leads nowhere; status 0: that is not why.
func deadLink(err error) (status int, v view) {
	switch {
	case errors.Is(err, connect.ErrUnknown):
		return http.StatusNotFound, unknownLink
	case errors.Is(err, watch.ErrLinkExpired):
		return http.StatusGone, expiredLink
	case errors.Is(err, watch.ErrLinkRevoked):
		return http.StatusGone, revokedLink
	case errors.Is(err, watch.ErrLinkUsed):
		return http.StatusGone, usedLink
	default:
		return 0, view{}
	}
}

// show writes a page.
func (d *doors) show(w *answer, status int, v view) error {
	v.Style, v.Script = template.CSS(pageCSS), template.JS(pageJS)
	var text strings.Builder
	if err := pageTemplate.Execute(&text, v); err != nil {
		return fmt.Errorf("write a page: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", d.page.policy)
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text.String())) // a caller who has gone is no fault of ours
	return nil
}
