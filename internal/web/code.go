package web

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"perch/internal/connect"
	"perch/internal/finch"
	"perch/internal/watch"
)

const (
	maxCodeBody = 8 << 10
	maxCode     = 2_000
)

// newSameSite tells our own page from others: a stranger's page must not make an
// employer's browser bring a code.
func newSameSite(o Options) *http.CrossOriginProtection {
	p := http.NewCrossOriginProtection()
	if origin := originOf(o.PublicURL); origin != "" {
		_ = p.AddTrustedOrigin(origin) // an origin that we wrote ourselves
	}
	return p
}

// takeCode takes in the authorization code that an employer's browser got from
// Finch Connect.
func (d *doors) takeCode(w *answer, r *http.Request) error {
	if err := d.visit(r); err != nil {
		return err
	}
	if !d.page.open {
		return codeRefused(connect.ErrUnknown)
	}
	if d.sameSite.Check(r) != nil {
		return &refusal{status: http.StatusForbidden, code: "forbidden", message: "Only Perch's own page may send a code here."}
	}
	code, err := readCode(w, r)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), exchangeTimeout)
	defer cancel()
	if _, err := d.Links.Exchange(ctx, r.PathValue("link"), code); err != nil {
		return codeRefused(err)
	}
	writeJSON(w, http.StatusOK, map[string]string{"status": "connected"})
	return nil
}

// exchangeTimeout is how long a page waits. The exchange itself goes on.
const exchangeTimeout = admitTimeout

// readCode reads a code from JSON or a form. No error of it quotes what it read.
func readCode(w http.ResponseWriter, r *http.Request) (string, error) {
	body, err := readBody(w, r, maxCodeBody)
	if err != nil {
		return "", err
	}
	var code string
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "application/x-www-form-urlencoded" {
		form, _ := url.ParseQuery(string(body)) // what cannot be read is not there
		code = form.Get("code")
	} else {
		var wire struct {
			Code string `json:"code"`
		}
		_ = json.Unmarshal(body, &wire) // what cannot be read is not there
		code = wire.Code
	}
	odd := func(r rune) bool { return r <= ' ' || r > '~' }
	if code == "" || len(code) > maxCode || strings.ContainsFunc(code, odd) {
		return "", &refusal{status: http.StatusUnprocessableEntity, code: "missing_code", message: "code is missing, or is not one of Finch's."}
	}
	return code, nil
}

// codeRefused says to an employer why their connection was not set up.
func codeRefused(err error) error {
	if told, ok := errors.AsType[*finch.Error](err); ok {
		return finchRefusedCode(told)
	}
	no := &refusal{cause: err}
	switch {
	case errors.Is(err, connect.ErrUnknown):
		no.status, no.code, no.message = http.StatusNotFound, "unknown_link", "This link is not known."
	case errors.Is(err, watch.ErrLinkExpired):
		no.status, no.code, no.message = http.StatusGone, "link_expired", "This link has expired."
	case errors.Is(err, watch.ErrLinkRevoked):
		no.status, no.code, no.message = http.StatusGone, "link_revoked", "This link is no longer good."
	case errors.Is(err, watch.ErrElsewhere):
		no.status, no.code, no.message = http.StatusUnprocessableEntity, "code_of_another", "You signed in for another company than this link is for. Nothing was stored."
	case errors.Is(err, finch.ErrStopping):
		return interrupted(err)
	default:
		return fmt.Errorf("exchange a code: %w", err)
	}
	return no
}

// finchRefusedCode tells whether the code is at fault, or the moment.
func finchRefusedCode(told *finch.Error) *refusal {
	status, code := verdictOf(told.Trouble())
	no := &refusal{status: status, code: code, cause: told}
	if status == http.StatusUnprocessableEntity {
		no.code, no.message = "code_refused", "Finch does not take this sign-in: it is too old, or was used already. Nothing was stored."
		return no
	}
	no.retryAfter = cmp.Or(max(told.RetryAfter, 0), tryLater)
	no.message = "Finch cannot finish this just now. Nothing was stored."
	return no
}
