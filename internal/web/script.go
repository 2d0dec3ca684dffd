package web

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// perchJS is the script as it is written; what belongs to this Perch is put in
// its place when it is served.
//
//go:embed perch.js
var perchJS string

// script is /perch.js as it is served.
type script struct {
	text, tag string
}

// newScript puts Finch Connect's origin and our own address into the script.
func newScript(o Options) script {
	text := strings.NewReplacer(
		"/*finch*/''", quoteJS(originOf(o.ConnectURL)),
		"/*home*/''", quoteJS(strings.TrimSuffix(o.PublicURL, "/")),
	).Replace(perchJS)
	sum := sha256.Sum256([]byte(text))
	return script{text: text, tag: `"` + hex.EncodeToString(sum[:12]) + `"`}
}

// quoteJS writes a text as JavaScript does. JSON is JavaScript.
func quoteJS(text string) string {
	quoted, _ := json.Marshal(text) // text always encodes
	return string(quoted)
}

// originOf is the origin of an address as browsers write it: lower case, without
// the port that goes without saying. It is empty for what is no web address.
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	host := strings.ToLower(u.Host)
	switch {
	case u.Scheme == "https":
		host = strings.TrimSuffix(host, ":443")
	default:
		host = strings.TrimSuffix(host, ":80")
	}
	return u.Scheme + "://" + host
}

// serveScript hands out /perch.js to the pages of any host.
func (d *doors) serveScript(w *answer, r *http.Request) error {
	h := w.Header()
	h.Set("Content-Type", "text/javascript; charset=utf-8")
	h.Set("Cache-Control", "public, max-age=3600")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Access-Control-Allow-Origin", "*") // modules ask for it
	h.Set("ETag", d.script.tag)
	if strings.Contains(r.Header.Get("If-None-Match"), d.script.tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	_, _ = w.Write([]byte(d.script.text)) // a caller who has gone is no fault of ours
	return nil
}
