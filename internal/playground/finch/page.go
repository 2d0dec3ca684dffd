package finch

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
)

var (
	//go:embed connect.html
	connectPage string
	//go:embed connect.js
	connectScript []byte
	//go:embed authorize.js
	authorizeScript []byte
	//go:embed authorize.css
	authorizeStyle []byte
)

// connectPolicy lets the Connect page use only what came with it. Any page may
// embed it, as Finch's.
const connectPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; " +
	"require-trusted-types-for 'script'; trusted-types 'none'"

// mountConnect serves what an employer sees, staged as Finch Connect is, and
// /connect.js, by which a host's page opens it. POST /authorize finishes a
// session at once, for those who are in a hurry.
func (s *Server) mountConnect(mux *http.ServeMux) {
	page := template.Must(template.New("connect").Parse(connectPage))
	mux.HandleFunc("GET /authorize", func(w http.ResponseWriter, r *http.Request) { s.showConnect(w, r, page) })
	mux.HandleFunc("POST /authorize", s.finishConnect)
	mux.HandleFunc("POST /authorize/step", s.stepConnect)
	mux.HandleFunc("GET /connect.js", asset("text/javascript", connectScript))
	mux.HandleFunc("GET /authorize/page.js", asset("text/javascript", authorizeScript))
	mux.HandleFunc("GET /authorize/page.css", asset("text/css", authorizeStyle))
}

func asset(kind string, content []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind+"; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(content)
	}
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
	Products []string
}

func (p provider) ID() string   { return p.id }
func (p provider) Name() string { return p.name }

// showConnect draws the page. That it was fetched is no sign of an employer:
// the page itself tells when it opens.
func (s *Server) showConnect(w http.ResponseWriter, r *http.Request, page *template.Template) {
	query := r.URL.Query()
	view := connectView{
		Session: query.Get("session"), State: query.Get("state"), Target: or(query.Get("sdk_host_url"), "*"), Choices: providers,
	}
	s.mu.Lock()
	n := s.world.sessions[view.Session]
	if view.Fault = s.linkFault(n); view.Fault == "" {
		view.Reauth, view.Provider, view.Products = n.again, n.preset.provider, n.products
		if n.customer.name != nil {
			view.Customer = *n.customer.name
		}
	}
	s.mu.Unlock()
	var drawn bytes.Buffer
	if err := page.Execute(&drawn, view); err != nil {
		http.Error(w, "draw the page: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", connectPolicy)
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(drawn.Bytes())
}

// stepConnect answers the page's steps with what to show next.
func (s *Server) stepConnect(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		show(w, http.StatusBadRequest, Screen{Fault: "That was not understood."})
		return
	}
	visit, _ := strconv.Atoi(r.PostForm.Get("visit"))
	seen := s.Step(Step{
		SessionID: r.PostForm.Get("session"), Act: r.PostForm.Get("act"), Visit: visit, State: r.PostForm.Get("state"),
		Provider: r.PostForm.Get("provider"), Method: r.PostForm.Get("method"),
		Username: r.PostForm.Get("username"), Password: r.PostForm.Get("password"),
		Token: r.PostForm.Get("token"), Code: r.PostForm.Get("code"), Companies: r.PostForm["company"],
	})
	status := http.StatusOK
	if seen.Fault != "" {
		status = http.StatusConflict
	}
	show(w, status, seen)
}

// finishConnect answers the short way to success with the code, and with where
// to go if the session has a redirect.
func (s *Server) finishConnect(w http.ResponseWriter, r *http.Request) {
	defer s.tellWalks()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	n := s.world.sessions[r.FormValue("session")]
	if fault := s.linkFault(n); fault != "" {
		show(w, http.StatusConflict, map[string]string{"error": fault})
		return
	}
	wanted := r.FormValue("provider")
	if !known(wanted) {
		wanted = ""
	}
	given := s.finishSession(n, wanted)
	show(w, http.StatusOK, map[string]string{"code": given, "redirect": n.back(given, r.FormValue("state"))})
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
