package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/rs/zerolog"
)

// comeBack is how long a restart takes.
const comeBack = 5 * time.Second

// handler does one request. It either answers or returns why not, never both.
type handler func(w *answer, r *http.Request) error

// answer is a response with what the log line says of it.
type answer struct {
	http.ResponseWriter
	ref    string
	route  string
	status int // 0 until something was written
	cause  error
	stack  []byte // of a panic
}

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController through.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// ServeHTTP gives every request its ref, its headers, its one log line, and
// whatever goes wrong the one form of an error.
func (d *doors) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	a := &answer{ResponseWriter: w, ref: newRef(), route: "none"}
	defer func() { d.log(a, r, time.Since(began)) }()
	defer a.rescue()
	secure(w.Header())
	if unknown := d.unrouted(r); unknown != nil {
		a.refuse(unknown)
		return
	}
	d.mux.ServeHTTP(a, r)
}

// handle adds a door. The pattern is also its name in the log.
func (d *doors) handle(pattern string, h handler) {
	d.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		a := w.(*answer) // ServeHTTP made it
		a.route = pattern
		err := h(a, r)
		if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
			err = interrupted(err)
		}
		if err != nil {
			a.refuse(err)
		}
	})
}

// refuse writes an error. What is no refusal is a fault of ours: the caller
// learns the ref, the log the cause.
func (a *answer) refuse(err error) {
	a.cause = err
	r, ok := errors.AsType[*refusal](err)
	if !ok {
		r = internal(err)
	}
	if a.status == 0 {
		r.writeTo(a, a.ref)
	}
}

// interrupted is the refusal of a request that was given up: its caller has
// gone, or the server is closing.
func interrupted(cause error) *refusal {
	return &refusal{
		status: http.StatusServiceUnavailable, code: "interrupted", retryAfter: comeBack, cause: cause,
		message: "Perch is stopping and may not have done this. Send it again in a moment.",
	}
}

func internal(cause error) *refusal {
	return &refusal{
		status: http.StatusInternalServerError, code: "internal", cause: cause,
		message: "That did not work. The log has the cause under this reference.",
	}
}

// rescue turns a panic into an error.
func (a *answer) rescue() {
	if p := recover(); p != nil {
		a.stack = debug.Stack()
		a.refuse(fmt.Errorf("the handler panicked with a %T", p)) // what it says may be anybody's data
	}
}

// unrouted is the refusal of a request that no door is for.
func (d *doors) unrouted(r *http.Request) *refusal {
	h, pattern := d.mux.Handler(r)
	// The router redirects from paths such as //healthz, under a pattern too; our
	// doors are functions, its redirects are not.
	if _, door := h.(http.HandlerFunc); door && pattern != "" {
		return nil
	}
	v := verdict{header: make(http.Header)}
	h.ServeHTTP(&v, r)
	if v.status == http.StatusMethodNotAllowed {
		return &refusal{
			status: v.status, code: "method_not_allowed", allow: v.header.Get("Allow"),
			message: "This door does not know that method, only " + v.header.Get("Allow") + ".",
		}
	}
	return &refusal{status: http.StatusNotFound, code: "not_found", message: "There is no such door."}
}

// verdict hears what the router would answer and throws the text away.
type verdict struct {
	header http.Header
	status int
}

func (v *verdict) Header() http.Header         { return v.header }
func (v *verdict) Write(b []byte) (int, error) { return len(b), nil }
func (v *verdict) WriteHeader(status int)      { v.status = status }

// secure sets what keeps a browser from making something of an answer.
func secure(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
}

// log writes the request's one line. The route is the pattern, not the path:
// paths hold ids of customers' connections at best and stray tokens at worst.
func (d *doors) log(a *answer, r *http.Request, took time.Duration) {
	line := d.Log.WithLevel(a.level()).Str("ref", a.ref).Str("method", knownMethod(r.Method)).Str("route", routePath(a.route)).
		Int("status", a.status).Int64("ms", took.Milliseconds())
	if a.cause != nil {
		line = line.AnErr("error", a.cause)
	}
	if a.stack != nil {
		line = line.Bytes("stack", a.stack)
	}
	line.Msg("request")
}

// level keeps what probes ask every few seconds out of a normal log, and events
// that were taken, which may be thousands a second: the metrics count those.
func (a *answer) level() zerolog.Level {
	switch {
	case a.cause == nil && (strings.HasPrefix(a.route, "GET ") || a.route == eventsDoor):
		return zerolog.DebugLevel
	case a.status == http.StatusInternalServerError:
		return zerolog.ErrorLevel
	case a.status > http.StatusInternalServerError:
		return zerolog.WarnLevel
	default:
		return zerolog.InfoLevel
	}
}

func routePath(pattern string) string {
	if _, path, ok := strings.Cut(pattern, " "); ok {
		return path
	}
	return pattern
}

// knownMethod keeps a caller from writing a text of its own into the log.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodPost, http.MethodDelete, http.MethodPatch, http.MethodOptions:
		return method
	default:
		return "other"
	}
}

// newRef is short enough to read out over the telephone.
func newRef() string {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return hex.EncodeToString(b[:])
}
