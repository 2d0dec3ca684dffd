package finch

import (
	"cmp"
	"slices"
	"time"
)

// calls counts requests by operation and token.
type calls map[callKey]*callCount

type callKey struct {
	method, path string
	token        *token
}

type callCount struct {
	count, last int
	at          time.Time
}

func (c calls) note(key callKey, status int, now time.Time) {
	n := c[key]
	if n == nil {
		n = &callCount{}
		c[key] = n
	}
	n.count++
	n.last, n.at = status, now
}

// Called is how often an operation was asked with one token.
type Called struct {
	Method string `json:"method"`
	// Path is the operation's, such as "/jobs/automated/{job_id}".
	Path string `json:"path"`
	// Token is the introspect id of the token, empty without one.
	Token        string `json:"token"`
	ConnectionID string `json:"connection_id"`
	Count        int    `json:"count"`
	// LastStatus is 0 where the connection was dropped.
	LastStatus int       `json:"last_status"`
	LastAt     time.Time `json:"last_at"`
}

// Calls are the requests so far, of one path or (empty) of all.
func (s *Server) Calls(path string) []Called {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []Called{}
	for key, n := range s.calls {
		if path != "" && key.path != path {
			continue
		}
		called := Called{Method: key.method, Path: key.path, Count: n.count, LastStatus: n.last, LastAt: n.at}
		if key.token != nil {
			called.Token, called.ConnectionID = key.token.id, key.token.owner.id
		}
		list = append(list, called)
	}
	slices.SortFunc(list, func(a, b Called) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method), cmp.Compare(a.Token, b.Token))
	})
	return list
}

// Introspected is how often /introspect was asked for a connection.
func (s *Server) Introspected(connectionID string) int {
	n := 0
	for _, called := range s.Calls("/introspect") {
		if called.ConnectionID == connectionID {
			n += called.Count
		}
	}
	return n
}
