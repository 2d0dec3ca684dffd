package slack

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// call is one request to a Web API method. Handlers run with Server.mu held.
type call struct {
	method        string
	args          args
	token         string
	tokenInHeader bool
	emptyPage     bool // a fault: answer a list with an empty page
}

// Call is the record of a request, without its token.
type Call struct {
	At     time.Time `json:"at"`
	Method string    `json:"method"`
	Args   object    `json:"args"`
	Status int       `json:"status"`
	OK     bool      `json:"ok"`
	Error  string    `json:"error,omitempty"`
}

// apiError is what makes an answer {"ok":false}.
type apiError struct {
	Code             string
	Needed, Provided string
	Messages         []string
}

func (e *apiError) Error() string { return e.Code }

func apiErr(code string) error { return &apiError{Code: code} }

func (s *Server) serveMethod(w http.ResponseWriter, r *http.Request) {
	c, fault := s.admit(r)
	if fault != nil && s.failBefore(w, r, fault) {
		s.log(c, fault.status(), fault.code())
		return
	}
	out, wait := s.run(c)
	code, _ := out["error"].(string)
	status := http.StatusOK
	if wait > 0 {
		status = http.StatusTooManyRequests
	}
	s.log(c, status, code)
	if fault != nil && s.failAfter(w, r, fault) {
		return
	}
	if wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(wait))
	}
	w.Header().Set("X-Oauth-Scopes", strings.Join(s.scopesOf(c.token), ","))
	writeJSON(w, status, out)
}

// admit reads the request and takes the fault that waits for it.
func (s *Server) admit(r *http.Request) (*call, *Fault) {
	c := &call{method: r.PathValue("method")}
	c.args = readArgs(r)
	inArgs := c.args.takeToken()
	if c.token, c.tokenInHeader = bearer(r); !c.tokenInHeader {
		c.token = inArgs
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.learnBase(r)
	fault := s.takeFault(c.method, c.args.str("channel"))
	c.emptyPage = fault != nil && fault.Kind == FaultEmptyPage
	return c, fault
}

func bearer(r *http.Request) (string, bool) {
	return strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
}

// run does the call. wait is the Retry-After, in seconds, of a refusal for
// coming too often.
func (s *Server) run(c *call) (out object, wait int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	result, err := s.dispatch(c)
	if limited, ok := errors.AsType[*tooOften](err); ok {
		return object{"ok": false, "error": "ratelimited"}, limited.seconds()
	}
	if err != nil {
		return refusal(err), 0
	}
	if result == nil {
		result = object{}
	}
	result["ok"] = result["error"] == nil
	s.touch()
	return result, 0
}

func (s *Server) dispatch(c *call) (object, error) {
	m, ok := s.methods[c.method]
	if !ok {
		return nil, apiErr("unknown_method")
	}
	if err := s.authorize(c, m); err != nil {
		return nil, err
	}
	if c.args.problem != "" {
		return nil, apiErr(c.args.problem)
	}
	if err := s.paced(c, m); err != nil {
		return nil, err
	}
	return m.run(c)
}

func refusal(err error) object {
	var e *apiError
	if !errors.As(err, &e) {
		e = &apiError{Code: "internal_error"}
	}
	out := object{"ok": false, "error": e.Code}
	if e.Needed != "" {
		out["needed"], out["provided"] = e.Needed, e.Provided
	}
	if len(e.Messages) > 0 {
		out["response_metadata"] = object{"messages": e.Messages}
	}
	return out
}

// log records a call; its token was taken out when its arguments were read.
func (s *Server) log(c *call, status int, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ws.calls = remember(s.ws.calls, Call{
		At: s.now(), Method: c.method, Args: c.args.values, Status: status,
		OK: status == http.StatusOK && code == "", Error: code,
	})
	s.touch()
}

// Calls lists the Web API calls since the last reset, the oldest first; posts
// to response URLs are there as "response_url". An empty method means all.
func (s *Server) Calls(method string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []Call{}
	for _, c := range s.ws.calls {
		if method == "" || c.Method == method {
			out = append(out, c)
		}
	}
	return out
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the reader is gone: nobody to tell
}

// drop cuts the connection without an answer.
func drop(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	conn.Close()
}

// failBefore plays the faults that keep the call from being done. It is false
// when the call should go on.
func (s *Server) failBefore(w http.ResponseWriter, r *http.Request, f *Fault) bool {
	switch f.Kind {
	case FaultHTTP:
		f.writePage(w)
	case FaultError:
		writeJSON(w, http.StatusOK, refusal(&apiError{Code: f.Error, Needed: f.Needed, Provided: f.Provided}))
	case FaultBare:
		writeJSON(w, http.StatusOK, object{"ok": false})
	case FaultRatelimited:
		w.Header().Set("Retry-After", strconv.Itoa(max(f.RetryAfter, 1)))
		writeJSON(w, http.StatusTooManyRequests, object{"ok": false, "error": "ratelimited"})
	case FaultDrop:
		drop(w)
	case FaultHang:
		s.hang(w, r, f.Method)
	case FaultSlow:
		s.linger(r, time.Duration(f.DelayMS)*time.Millisecond)
		return false
	default:
		return false
	}
	return true
}

// failAfter plays the faults of a call that was done. It is false when it should
// be answered as usual.
func (s *Server) failAfter(w http.ResponseWriter, r *http.Request, f *Fault) bool {
	switch f.Kind {
	case FaultAcceptDrop:
		drop(w)
	case FaultAcceptHTTP:
		f.writePage(w)
	case FaultAcceptHang:
		s.hang(w, r, f.Method)
	default:
		return false
	}
	return true
}

// writePage answers with what stands in front of Slack when it fails.
func (f *Fault) writePage(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(f.status())
	fmt.Fprintf(w, "<!DOCTYPE html><html><head><title>Server Error | Slack</title></head><body><h1>%d</h1></body></html>", f.status())
}

// hang holds a call until the client gives up.
func (s *Server) hang(w http.ResponseWriter, r *http.Request, method string) {
	s.hold(method, 1)
	s.linger(r, 0)
	s.hold(method, -1)
	drop(w)
}

func (s *Server) hold(method string, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.holding[method] += n
	s.touch()
}

// Holding counts the calls that a hang on a method holds at this moment.
func (s *Server) Holding(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.holding[method]
}

// linger waits for d, or without one until the client or the server ends.
func (s *Server) linger(r *http.Request, d time.Duration) {
	var over <-chan time.Time
	if d > 0 {
		over = time.After(d)
	}
	select {
	case <-over:
	case <-r.Context().Done():
	case <-s.ctx.Done():
	}
}

func (f *Fault) status() int {
	switch f.Kind {
	case FaultHTTP, FaultAcceptHTTP:
		if f.Status == 0 {
			return http.StatusInternalServerError
		}
		return f.Status
	case FaultRatelimited:
		return http.StatusTooManyRequests
	case FaultDrop, FaultHang:
		return 0
	}
	return http.StatusOK
}

func (f *Fault) code() string {
	switch f.Kind {
	case FaultError:
		return f.Error
	case FaultRatelimited:
		return "ratelimited"
	}
	return f.Kind
}
