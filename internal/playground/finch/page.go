package finch

import (
	_ "embed"
	"html/template"
	"net/http"
	"net/url"
)

var (
	//go:embed connect.html
	connectPage string
	//go:embed connect.js
	connectScript []byte
)

// mountConnect serves what an employer sees, a plain page that says what it
// is and has a button for each way a session can end, and /connect.js, by
// which a host's page opens it.
func (s *Server) mountConnect(mux *http.ServeMux) {
	page := template.Must(template.New("connect").Parse(connectPage))
	mux.HandleFunc("GET /authorize", func(w http.ResponseWriter, r *http.Request) { s.showConnect(w, r, page) })
	mux.HandleFunc("POST /authorize", s.finishConnect)
	mux.HandleFunc("GET /connect.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		_, _ = w.Write(connectScript)
	})
}

// connectView is what the page needs; the target is who may read its messages.
type connectView struct {
	Fault    string
	Session  string
	State    string
	Target   string
	Customer string
	Reauth   bool
	Provider string
	Choices  []provider
	Redirect bool
}

func (p provider) ID() string   { return p.id }
func (p provider) Name() string { return p.name }

func (s *Server) showConnect(w http.ResponseWriter, r *http.Request, page *template.Template) {
	query := r.URL.Query()
	view := connectView{
		Session: query.Get("session"), State: query.Get("state"), Target: or(query.Get("sdk_host_url"), "*"), Choices: providers,
	}
	s.mu.Lock()
	switch n := s.world.sessions[view.Session]; {
	case n == nil:
		view.Fault = "This link is not valid."
	case n.done:
		view.Fault = "This link was used already."
	case !s.clock.now().Before(n.expires):
		view.Fault = "This link has expired."
	default:
		view.Reauth, view.Provider, view.Redirect = n.again, n.preset.provider, n.redirect != ""
		if n.customer.name != nil {
			view.Customer = *n.customer.name
		}
	}
	s.mu.Unlock()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = page.Execute(w, view)
}

// finishConnect answers the page's success button with the code, and with
// where to go if the session has a redirect.
func (s *Server) finishConnect(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	n := s.world.sessions[r.FormValue("session")]
	if n == nil || n.done || !s.clock.now().Before(n.expires) {
		show(w, http.StatusConflict, map[string]string{"error": "This link is not valid any more."})
		return
	}
	wanted := r.FormValue("provider")
	if !known(wanted) {
		wanted = ""
	}
	given := s.finishSession(n, wanted)
	goTo := ""
	if n.redirect != "" {
		goTo = withCode(n.redirect, given, r.FormValue("state"))
	}
	show(w, http.StatusOK, map[string]string{"code": given, "redirect": goTo})
}

func withCode(redirect, code, state string) string {
	u, err := url.Parse(redirect)
	if err != nil {
		return ""
	}
	query := u.Query()
	query.Set("code", code)
	if state != "" {
		query.Set("state", state)
	}
	u.RawQuery = query.Encode()
	return u.String()
}
