package finch

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Webhook is where and how events are sent.
type Webhook struct {
	// URL receives them; none are sent while it is empty.
	URL string
	// Secrets sign them, in base64; two during a rotation.
	Secrets []string
	// Retries are the pauses after each failed attempt; Finch's (at once,
	// 5 s, 5 min, 30 min, 2 h) if nil.
	Retries []time.Duration
	// Duplicate sends each event twice, Reorder swaps every two.
	Duplicate, Reorder bool
	// MethodAsObject writes account.updated's method as Finch's SDKs type
	// it, not as its pages say.
	MethodAsObject bool
	// Paused keeps events back until it is lifted.
	Paused bool
}

const (
	maxDeliveries = 500
	sendTimeout   = 15 * time.Second
	// reorderHold is how long an event waits for one to be swapped with.
	reorderHold = 2 * time.Second
)

// finchRetries is Finch's schedule after a first failed attempt.
func finchRetries() []time.Duration {
	return []time.Duration{0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour}
}

// Delivery is what became of one event.
type Delivery struct {
	EventID      string `json:"event_id"`
	EventType    string `json:"event_type"`
	ConnectionID string `json:"connection_id"`
	Attempts     int    `json:"attempts"`
	// Status is the last answer's, 0 if there was none.
	Status    int       `json:"status"`
	Delivered bool      `json:"delivered"`
	At        time.Time `json:"at"`

	body []byte
}

// postbox sends events one after the other, off the lock.
type postbox struct {
	config    Webhook
	http      *http.Client
	waiting   []*Delivery
	held      *Delivery
	log       []*Delivery
	delivered int
	// lost were given up after the last retry.
	lost   int
	busy   bool
	sender *sync.WaitGroup
	// quiet is closed when the sender has nothing left.
	quiet chan struct{}
}

func newPostbox(config Webhook) postbox {
	return postbox{config: config, http: &http.Client{Timeout: sendTimeout, Transport: &http.Transport{MaxIdleConnsPerHost: replayAtOnce}}, sender: &sync.WaitGroup{}}
}

// empty forgets all events, sent or not.
func (p *postbox) empty() {
	p.waiting, p.held, p.log, p.delivered, p.lost = nil, nil, nil, 0, 0
}

// tell sends an event and returns its id, empty where no webhook is set up.
func (s *Server) tell(n news) string {
	if s.post.config.URL == "" {
		return ""
	}
	d, err := s.letter(n)
	if err != nil {
		return ""
	}
	s.enqueue(d)
	return d.EventID
}

// letter makes an event of news and enters it in the log.
func (s *Server) letter(n news) (*Delivery, error) {
	body, err := n.wire()
	if err != nil {
		return nil, fmt.Errorf("write an event: %w", err)
	}
	d := &Delivery{EventID: "msg_" + uuid.NewString(), EventType: n.kind, ConnectionID: n.of.id, At: s.clock.now(), body: body}
	s.post.log = append(s.post.log, d)
	s.post.log = s.post.log[max(0, len(s.post.log)-maxDeliveries):]
	return d, nil
}

// enqueue puts an event in line, in disorder or twice if that is wanted.
func (s *Server) enqueue(d *Delivery) {
	p := &s.post
	line := []*Delivery{d}
	switch {
	case p.config.Reorder && p.held == nil:
		p.held = d
		s.plan(d.At.Add(reorderHold), func(time.Time) { s.release(d) })
		return
	case p.held != nil:
		line = append(line, p.held)
		p.held = nil
	}
	for _, one := range line {
		p.waiting = append(p.waiting, one)
		if p.config.Duplicate {
			p.waiting = append(p.waiting, one)
		}
	}
	s.send()
}

// release lets an event go that found none to be swapped with.
func (s *Server) release(d *Delivery) {
	if s.post.held == d {
		s.post.held = nil
		s.post.waiting = append(s.post.waiting, d)
		s.send()
	}
}

// send starts the sender unless it is at work already. The lock is held.
func (s *Server) send() {
	p := &s.post
	if p.busy || p.config.Paused || len(p.waiting) == 0 || s.ended.Err() != nil {
		return
	}
	p.busy, p.quiet = true, make(chan struct{})
	p.sender.Go(s.drain)
}

// Flush plays what is due and waits until every event that is due was tried.
func (s *Server) Flush() {
	for {
		s.Tick()
		s.mu.Lock()
		busy, quiet := s.post.busy, s.post.quiet
		s.mu.Unlock()
		if !busy {
			return
		}
		<-quiet
	}
}

func (s *Server) drain() {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() {
		s.post.busy = false
		close(s.post.quiet)
	}()
	for len(s.post.waiting) > 0 && !s.post.config.Paused && s.ended.Err() == nil {
		d := s.post.waiting[0]
		s.post.waiting = s.post.waiting[1:]
		config, wall := s.post.config, s.clock.wall()
		s.mu.Unlock()
		status, err := s.deliver(s.ended, config, d, wall)
		s.mu.Lock()
		s.delivered(d, status, err)
	}
}

// deliver makes one attempt.
func (s *Server) deliver(ctx context.Context, config Webhook, d *Delivery, wall time.Time) (status int, err error) {
	timestamp := strconv.FormatInt(wall.Unix(), 10)
	signature, err := Sign(config.Secrets, d.EventID, timestamp, d.body)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, config.URL, bytes.NewReader(d.body))
	if err != nil {
		return 0, fmt.Errorf("send a webhook: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Finch-Event-Id", d.EventID)
	request.Header.Set("Finch-Timestamp", timestamp)
	request.Header.Set("Finch-Signature", signature)
	response, err := s.post.http.Do(request)
	if err != nil {
		return 0, fmt.Errorf("send a webhook: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 1<<16))
	return response.StatusCode, nil
}

// delivered notes an attempt and plans another if it failed.
func (s *Server) delivered(d *Delivery, status int, err error) {
	if s.note(d, status, err) {
		return
	}
	retries := s.post.config.Retries
	if retries == nil {
		retries = finchRetries()
	}
	if d.Delivered || d.Attempts > len(retries) {
		s.post.lost++
		return
	}
	s.plan(s.clock.now().Add(retries[d.Attempts-1]), func(time.Time) {
		s.post.waiting = append(s.post.waiting, d)
		s.send()
	})
}

// note notes an attempt and reports whether it succeeded.
func (s *Server) note(d *Delivery, status int, err error) bool {
	d.Attempts++
	d.Status = status
	if err != nil || status < 200 || status > 299 {
		return false
	}
	if !d.Delivered {
		s.post.delivered++
	}
	d.Delivered = true
	return true
}
