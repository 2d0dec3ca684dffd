package finch

import (
	"encoding/json"
	"net/http"
	"path"
	"slices"
	"time"
)

// Fault makes requests go wrong on purpose.
type Fault struct {
	// Method and Path choose the requests; empty is any. A Path may have
	// wildcards as in path.Match: "/jobs/automated/*".
	Method string `json:"method,omitempty"`
	Path   string `json:"path,omitempty"`
	// Status and Body are answered instead of the truth. A Body that is a
	// JSON string is sent as that text, anything else as it stands.
	Status int             `json:"status,omitempty"`
	Body   json.RawMessage `json:"body,omitempty"`
	// ContentType is application/json if empty.
	ContentType string `json:"content_type,omitempty"`
	// Header is sent along, for example a Retry-After.
	Header map[string]string `json:"header,omitempty"`
	// DelayMS waits before anything else; without Status and Drop the
	// request is then answered as usual.
	DelayMS int `json:"delay_ms,omitempty"`
	// Hold waits likewise, until all faults are cleared.
	Hold bool `json:"hold,omitempty"`
	// Drop closes the connection without an answer.
	Drop bool `json:"drop,omitempty"`
	// Times is how many requests suffer it; 0 is all until it is cleared.
	Times int `json:"times,omitempty"`
}

// Fault adds a fault. Of several that fit a request, the oldest is taken.
func (s *Server) Fault(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// Mend clears all faults.
func (s *Server) Mend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clearFaults()
}

func (s *Server) clearFaults() {
	if s.mended != nil {
		close(s.mended)
	}
	s.faults, s.mended = nil, make(chan struct{})
}

func (f *Fault) fits(r *http.Request) bool {
	if f.Method != "" && f.Method != r.Method {
		return false
	}
	matched, err := path.Match(f.Path, r.URL.Path)
	return f.Path == "" || err == nil && matched
}

// takeFault uses up one of the first fault that fits. mended is closed when it is
// cleared.
func (s *Server) takeFault(r *http.Request) (_ *Fault, mended <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.faults, func(f *Fault) bool { return f.fits(r) })
	if i < 0 {
		return nil, nil
	}
	taken := *s.faults[i]
	if taken.Times == 1 {
		s.faults = slices.Delete(s.faults, i, i+1)
	} else if taken.Times > 1 {
		s.faults[i].Times--
	}
	return &taken, s.mended
}

// suffer does what a fault says, and tells whether the request was answered
// or cut off by it.
func (s *Server) suffer(w http.ResponseWriter, r *http.Request, f *Fault, mended <-chan struct{}) bool {
	s.holdUp(r, f, mended)
	switch {
	case f.Drop:
		drop(w)
	case f.Status != 0:
		f.write(w)
	default:
		return false
	}
	return true
}

// holdUp waits as a fault says.
func (s *Server) holdUp(r *http.Request, f *Fault, mended <-chan struct{}) {
	var over <-chan time.Time
	switch {
	case f.Hold:
	case f.DelayMS > 0:
		over, mended = time.After(time.Duration(f.DelayMS)*time.Millisecond), nil
	default:
		return
	}
	select {
	case <-over:
	case <-mended:
	case <-r.Context().Done():
	case <-s.ended.Done():
	}
}

func (f *Fault) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", or(f.ContentType, "application/json; charset=utf-8"))
	for name, value := range f.Header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(f.Status)
	body := []byte(f.Body)
	var text string
	if json.Unmarshal(f.Body, &text) == nil {
		body = []byte(text)
	}
	_, _ = w.Write(body)
}

// drop cuts the connection.
func drop(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		w.Header().Set("Connection", "close")
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	_ = conn.Close()
}
