package playground

import (
	"bytes"
	"encoding/json"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	_ "embed"
)

var (
	//go:embed host/app.html
	appPage string
	//go:embed host/app.js
	appScript []byte
	//go:embed host/app.css
	appStyle []byte
)

// mountHost serves the host application: its page for one employer, and the doors
// by which the playground's page has employers come.
func mountHost(mux *http.ServeMux, h *Host) {
	page := template.Must(template.New("app").Parse(appPage))
	mux.HandleFunc("GET /_host/app/{session}", func(w http.ResponseWriter, r *http.Request) { h.showApp(w, r, page) })
	mux.Handle("GET /_host/app.js", withPolicy(asset("text/javascript", appScript)))
	mux.Handle("GET /_host/app.css", withPolicy(asset("text/css", appStyle)))
	mux.Handle("POST /_host/app/{session}/code", door(http.HandlerFunc(h.takeCode)))
	mux.Handle("GET /_host/employers", door(http.HandlerFunc(h.listEmployers)))
	mux.Handle("POST /_host/employers", door(http.HandlerFunc(h.sendEmployer)))
}

func asset(kind string, content []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind+"; charset=utf-8")
		_, _ = w.Write(content)
	})
}

// appView is what the host's page shows.
type appView struct {
	Employer
	Token, ConnectJS, PerchJS, ConnectOrigin string
}

func (h *Host) showApp(w http.ResponseWriter, r *http.Request, page *template.Template) {
	a := h.attemptOf(r.PathValue("session"))
	if a == nil {
		http.Error(w, "The application made no such session.", http.StatusNotFound)
		return
	}
	view := appView{Employer: h.shown(a), Token: a.token, ConnectJS: h.ConnectJS, PerchJS: h.PerchJS, ConnectOrigin: origin(h.ConnectJS)}
	var drawn bytes.Buffer
	if err := page.Execute(&drawn, view); err != nil {
		h.Failed("draw the application's page", err)
		http.Error(w, "The page could not be drawn.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", h.appPolicy())
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(drawn.Bytes())
}

// appPolicy lets the host's page load and frame the local Finch, load Perch's
// script and tell Perch, as a real host's has to.
func (h *Host) appPolicy() string {
	finchs, perchs := origin(h.ConnectJS), origin(h.PerchJS)
	return strings.Join([]string{
		"default-src 'none'", "script-src 'self' " + finchs + " " + perchs, "frame-src " + finchs, "connect-src 'self' " + perchs,
		"style-src 'self'", "img-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
		"require-trusted-types-for 'script'", "trusted-types 'none'",
	}, "; ")
}

// origin is the scheme and host of an address.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "'none'"
	}
	return u.Scheme + "://" + u.Host
}

func (h *Host) takeCode(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Code string `json:"code"`
	}
	a := h.attemptOf(r.PathValue("session"))
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxTokenBody)).Decode(&body)
	if a == nil || err != nil {
		answer(w, http.StatusBadRequest, errors.New("the application made no such session, or there is no code"))
		return
	}
	if _, err := h.exchange(r.Context(), a, body.Code); err != nil {
		answer(w, http.StatusBadGateway, err)
		return
	}
	answer(w, http.StatusOK, nil)
}

func (h *Host) listEmployers(w http.ResponseWriter, _ *http.Request) {
	tell(w, map[string]any{"ok": true, "employers": h.Employers()})
}

// pagePlots are what the page can have a new employer do. None of them: a person
// plays the employer.
var pagePlots = map[string]habit{
	"":         nil,
	"terms":    stopsThenReturns,
	"through":  goesThrough,
	"password": wrongPassword,
}

// sendEmployer has a new employer come.
func (h *Host) sendEmployer(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Does string `json:"does"`
	}
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxTokenBody)).Decode(&body)
	does, known := pagePlots[body.Does]
	if err != nil || !known {
		answer(w, http.StatusBadRequest, errors.New("employers do terms, through or password, or what a person has them do"))
		return
	}
	a, err := h.invite(r.Context(), does != nil)
	if err != nil {
		answer(w, http.StatusBadGateway, err)
		return
	}
	if does != nil && !h.begin(act{a, does}) {
		answer(w, http.StatusTooManyRequests, errors.New("too many employers are on their way"))
		return
	}
	tell(w, map[string]any{"ok": true, "employer": h.shown(a)})
}

// begin has Run play an employer; false if too many wait.
func (h *Host) begin(a act) bool {
	select {
	case h.acts <- a:
		return true
	default:
		return false
	}
}

func tell(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	// A caller that has gone away cannot be told anything more.
	_ = json.NewEncoder(w).Encode(body)
}
