package bot

import "sync"

// maxTwins is how many messages are remembered by their client id. Slack sends a
// text's second copy within seconds.
const maxTwins = 500

// twins tells a text that Slack sends twice, under two ts but one client_msg_id, from
// a new one. It knows only what this process heard: answers to mentions are seen by
// one person, and what is read along the store tells apart.
type twins struct {
	mu    sync.Mutex
	first map[string]string // the ts under which it came first
	order []string
}

func newTwins() *twins { return &twins{first: map[string]string{}} }

// isSecond reports whether a text came under another ts before.
func (w *twins) isSecond(t talk) bool {
	if t.ClientID == "" {
		return false
	}
	key := t.Channel + ":" + t.ClientID
	w.mu.Lock()
	defer w.mu.Unlock()
	if ts, there := w.first[key]; there {
		return ts != t.TS
	}
	if len(w.order) == maxTwins {
		delete(w.first, w.order[0])
		w.order = w.order[1:]
	}
	w.first[key], w.order = t.TS, append(w.order, key)
	return false
}
