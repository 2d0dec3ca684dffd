package finch

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

const (
	apiVersion = "2020-09-17"
	maxBody    = 8 << 20
)

// call is one request on its way through the API.
type call struct {
	server  *Server
	op      operation
	request *http.Request
	body    []byte
	now     time.Time
	client  *client
	token   *token
	// owner is the token's connection.
	owner *connection
	// entity is the one that a data request is about.
	entity *entity
}

// answer is what a request gets; a nil body is an empty one.
type answer struct {
	status int
	body   any
	header http.Header
}

func ok(body any) answer { return answer{status: http.StatusOK, body: body} }

// serve takes a request through faults, the gate and its operation.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, op operation) {
	w.Header().Set("Finch-Request-Id", uuid.NewString())
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		invalid("The body could not be read").write(w)
		return
	}
	if fault, mended := s.takeFault(r); fault != nil {
		if handled := s.suffer(w, r, fault, mended); handled {
			s.record(r, op, fault.Status)
			return
		}
	}
	reply := s.answer(r, op, body)
	reply.write(w)
}

// answer asks the gate, then the operation, and notes the call.
func (s *Server) answer(r *http.Request, op operation, body []byte) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	c := &call{server: s, op: op, request: r, body: body, now: s.clock.now()}
	reply, passed := s.gate(c)
	if passed {
		reply = op.handle(c)
	}
	if passed && op.data {
		reply.header = freshness(c.owner)
	}
	s.calls.note(callKey{r.Method, op.path, c.token}, reply.status, c.now)
	return reply
}

// record notes a call that a fault answered.
func (s *Server) record(r *http.Request, op operation, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls.note(callKey{r.Method, op.path, s.world.tokens[bearer(r)]}, status, s.clock.now())
}

func (a answer) write(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.header)
	if a.body == nil {
		w.WriteHeader(a.status)
		return
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(a.body); err != nil {
		http.Error(w, "encode: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(a.status)
	_, _ = w.Write(out.Bytes())
}

// freshness are the headers that tell how old data is.
func freshness(c *connection) http.Header {
	h := http.Header{}
	if !c.lastSync.IsZero() {
		h.Set("Finch-Data-Retrieved", *written(c.lastSync))
	}
	if !c.lastTry.IsZero() {
		h.Set("Finch-Last-Attempted-Update-Date", *written(c.lastTry))
		h.Set("Finch-Last-Attempted-Update-Result", c.lastResult)
	}
	return h
}

// decode reads a JSON body; false if it is not what is wanted.
func (c *call) decode(into any) bool { return json.Unmarshal(c.body, into) == nil }

// number reads a query parameter between low and high; otherwise stands for
// one left out. ok is false for anything else.
func (c *call) number(name string, otherwise, low, high int) (n int, ok bool) {
	text := c.request.URL.Query().Get(name)
	if text == "" {
		return otherwise, true
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= low && n <= high
}

// list reads a parameter in any of the forms in use: name[]=a, name repeated,
// and commas.
func (c *call) list(name string) []string {
	query := c.request.URL.Query()
	var values []string
	for _, given := range append(query[name+"[]"], query[name]...) {
		for part := range strings.SplitSeq(given, ",") {
			if part = strings.TrimSpace(part); part != "" {
				values = append(values, part)
			}
		}
	}
	return values
}

func bearer(r *http.Request) string {
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(secret)
}

func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
