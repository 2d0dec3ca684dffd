package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/rs/zerolog"

	"perch/internal/finch"
	local "perch/internal/playground/finch"
	"perch/internal/web"
)

const (
	webhookSecret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
	olderSecret   = "b2xkLXNlY3JldC1vZi1oYXJib3I="
	strangeSecret = "c3RyYW5nZS1zZWNyZXQtb2Ytbm9ib2R5"
	maxWebhook    = 1 << 20
)

// shelf is an Inbox in memory.
type shelf struct {
	mu     sync.Mutex
	taken  []string // "source id body"
	known  map[string]bool
	fails  error
	nudges int
}

func (s *shelf) TakeIn(_ context.Context, source, eventID string, payload []byte) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fails != nil {
		return false, s.fails
	}
	if s.known[source+eventID] {
		return false, nil
	}
	if s.known == nil {
		s.known = map[string]bool{}
	}
	s.known[source+eventID] = true
	s.taken = append(s.taken, source+" "+eventID+" "+string(payload))
	return true, nil
}

func (s *shelf) arrived() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nudges = len(s.taken)
}

// listening opens the webhook's door onto a shelf.
func listening(t testing.TB, secrets string) (*house, *shelf) {
	t.Helper()
	parsed, err := finch.ParseSecrets(secrets)
	if err != nil {
		t.Fatal(err)
	}
	s := &shelf{}
	return newHouse(func(h *house) {
		h.options.WebhookSecrets, h.options.Inbox, h.options.Arrived = parsed, s, s.arrived
	}), s
}

// letter is a webhook in the making.
type letter struct {
	id, body string
	secrets  []string
	age      time.Duration
	// change is done to the request after it was signed.
	change func(r *http.Request)
}

const account = `{"connection_id":"` + conn + `","event_type":"account.updated","data":{"status":"reauth"}}`

func (l letter) request(t testing.TB) question {
	t.Helper()
	timestamp := strconv.FormatInt(time.Now().Add(-l.age).Unix(), 10)
	signature, err := local.Sign(l.secrets, l.id, timestamp, []byte(l.body))
	if err != nil {
		t.Fatal(err)
	}
	q := ask("POST", "/finch/webhook", l.body).anonymous().with("Finch-Event-Id", l.id).
		with("Finch-Timestamp", timestamp).with("Finch-Signature", signature)
	if l.change != nil {
		l.change(q.Request)
	}
	return q
}

func TestWebhooks(t *testing.T) {
	t.Parallel()
	ours := []string{webhookSecret}
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	body := func(text string) func(*http.Request) {
		return func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
		}
	}
	tests := map[string]struct {
		letter letter
		status int
		code   string
	}{
		"signed":                             {letter{secrets: ours}, 200, ""},
		"signed with the older secret":       {letter{secrets: []string{olderSecret}}, 200, ""},
		"signed with both":                   {letter{secrets: []string{olderSecret, webhookSecret}}, 200, ""},
		"signed with a newer one too":        {letter{secrets: []string{strangeSecret, webhookSecret}}, 200, ""},
		"of a type that nobody knows":        {letter{secrets: ours, body: `{"event_type":"moon.risen","data":null}`}, 200, ""},
		"JSON of another form":               {letter{secrets: ours, body: `[]`}, 200, ""},
		"as large as may be":                 {letter{secrets: ours, body: `"` + strings.Repeat("x", maxWebhook-2) + `"`}, 200, ""},
		"four minutes old":                   {letter{secrets: ours, age: 4 * time.Minute}, 200, ""},
		"four minutes ahead":                 {letter{secrets: ours, age: -4 * time.Minute}, 200, ""},
		"signed with another secret":         {letter{secrets: []string{strangeSecret}}, 401, "invalid_signature"},
		"not signed":                         {letter{}, 401, "invalid_signature"},
		"stale":                              {letter{secrets: ours, age: 6 * time.Minute}, 401, "stale_timestamp"},
		"from the future":                    {letter{secrets: ours, age: -6 * time.Minute}, 401, "stale_timestamp"},
		"stale and of another secret":        {letter{secrets: []string{strangeSecret}, age: time.Hour}, 401, "invalid_signature"},
		"without a time":                     {letter{secrets: ours, change: header("Finch-Timestamp", "")}, 401, "invalid_signature"},
		"with another time than signed":      {letter{secrets: ours, change: header("Finch-Timestamp", "1790000000")}, 401, "invalid_signature"},
		"without an id":                      {letter{secrets: ours, change: header("Finch-Event-Id", "")}, 401, "invalid_signature"},
		"with another id than signed":        {letter{secrets: ours, change: header("Finch-Event-Id", "msg_other")}, 401, "invalid_signature"},
		"truncated":                          {letter{secrets: ours, change: body(account[:len(account)-1])}, 401, "invalid_signature"},
		"longer than signed":                 {letter{secrets: ours, change: body(account + "\n")}, 401, "invalid_signature"},
		"of another connection than signed":  {letter{secrets: ours, change: body(strings.Replace(account, "c0ffee", "c0ffff", 1))}, 401, "invalid_signature"},
		"broken off":                         {letter{secrets: ours, change: breaksOff}, 400, "bad_request"},
		"over a mebibyte":                    {letter{secrets: ours, body: `"` + strings.Repeat("x", maxWebhook-1) + `"`}, 413, "body_too_large"},
		"over a mebibyte and says no length": {letter{secrets: ours, body: `"` + strings.Repeat("x", maxWebhook-1) + `"`, change: func(r *http.Request) { r.ContentLength = -1 }}, 413, "body_too_large"},
		"signed but not JSON":                {letter{secrets: ours, body: "job_id=1"}, 400, "bad_request"},
		"signed but half of JSON":            {letter{secrets: ours, body: account[:40]}, 400, "bad_request"},
		"signed but empty":                   {letter{secrets: ours, body: " "}, 400, "bad_request"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, shelf := listening(t, webhookSecret+" whsec_"+olderSecret)
			test.letter.id = "msg_1"
			if test.letter.body == "" {
				test.letter.body = account
			}
			a := h.answer(t, test.letter.request(t))
			a.want(t, test.status, test.code)
			stored := len(shelf.taken) == 1 && shelf.taken[0] == "finch msg_1 "+test.letter.body && shelf.nudges == 1
			if test.status == 200 && !stored {
				t.Errorf("acknowledged, but kept %q and told of %d", shelf.taken, shelf.nudges)
			}
			if test.status != 200 && len(shelf.taken)+shelf.nudges != 0 {
				t.Errorf("refused, but kept %q", shelf.taken)
			}
			if strings.Contains(h.log.String(), "connection_id") {
				t.Errorf("the log holds the payload: %s", h.log.String())
			}
		})
	}
}

func breaksOff(r *http.Request) {
	r.Body = io.NopCloser(iotest.ErrReader(errors.New("connection reset")))
}

func TestAWebhookThatComesAgainIsKeptOnce(t *testing.T) {
	t.Parallel()
	h, shelf := listening(t, webhookSecret)
	for range 3 {
		h.answer(t, letter{id: "msg_1", body: account, secrets: []string{webhookSecret}}.request(t)).want(t, 200, "")
	}
	h.answer(t, letter{id: "msg_2", body: account, secrets: []string{webhookSecret}}.request(t)).want(t, 200, "")
	if len(shelf.taken) != 2 || shelf.nudges != 2 {
		t.Errorf("kept %q, told of %d", shelf.taken, shelf.nudges)
	}
}

func TestAWebhookThatCannotBeStoredIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	h, shelf := listening(t, webhookSecret)
	shelf.fails = errors.New("disk full")
	a := h.answer(t, letter{id: "msg_1", body: account, secrets: []string{webhookSecret}}.request(t))
	a.want(t, 500, "internal")
	if shelf.nudges != 0 || !strings.Contains(h.log.String(), "disk full") || strings.Contains(a.Body.String(), "disk") {
		t.Errorf("told of %d, logged %s, answered %s", shelf.nudges, h.log.String(), a.Body)
	}
}

func TestWithoutASecretTheWebhooksDoorIsClosed(t *testing.T) {
	t.Parallel()
	h, shelf := listening(t, "")
	var line struct{ Level, Message string }
	if err := json.Unmarshal([]byte(h.log.String()), &line); err != nil || line.Level != "warn" || !strings.Contains(line.Message, "FINCH_WEBHOOK_SECRET") {
		t.Errorf("at the start it logged %s", h.log.String())
	}
	h.answer(t, letter{id: "msg_1", body: account, secrets: []string{webhookSecret}}.request(t)).want(t, 503, "webhook_secret_not_set")
	if len(shelf.taken) != 0 {
		t.Errorf("kept %q", shelf.taken)
	}
}

// TestTheLocalFinchsWebhooksArrive has the local Finch send what happens in its
// world, each twice and in disorder, through a real connection.
func TestTheLocalFinchsWebhooksArrive(t *testing.T) {
	t.Parallel()
	secrets, err := finch.ParseSecrets(webhookSecret)
	if err != nil {
		t.Fatal(err)
	}
	shelf := &shelf{}
	h := &house{}
	server := httptest.NewServer(web.New(web.Options{
		Vault: h, Forgetter: h, Ready: h, WebhookSecrets: secrets, Inbox: shelf, Log: zerolog.Nop(),
	}))
	t.Cleanup(server.Close)
	world := local.New(local.Options{Seed: 1, Webhook: local.Webhook{
		URL: server.URL + "/finch/webhook", Secrets: []string{strangeSecret, webhookSecret}, Duplicate: true, Reorder: true, MethodAsObject: true,
	}})
	t.Cleanup(world.Close)
	for _, status := range []string{"reauth", "connected"} {
		if err := world.SetStatus(conn, status, ""); err != nil {
			t.Fatal(err)
		}
	}
	world.Advance(time.Minute) // what waits to be swapped waits no longer
	world.Flush()
	sent := world.Deliveries()
	if len(sent) == 0 {
		t.Fatal("nothing was sent")
	}
	for _, d := range sent {
		if !d.Delivered || d.Status != 200 {
			t.Errorf("%+v", d)
		}
		if !shelf.known["finch"+d.EventID] {
			t.Errorf("%s was acknowledged and is not kept", d.EventID)
		}
	}
	if len(shelf.taken) != len(sent) {
		t.Errorf("kept %d of %d, each should be once", len(shelf.taken), len(sent))
	}
	for _, kept := range shelf.taken {
		e, err := finch.ParseEvent([]byte(strings.SplitN(kept, " ", 3)[2]))
		if err != nil || e.Type != finch.AccountUpdated || e.ConnectionID != conn || e.Method == "" {
			t.Errorf("read %+v, %v from %s", e, err, kept)
		}
	}
}

// FuzzWebhook throws anything at the door: without the secret nothing gets in.
func FuzzWebhook(f *testing.F) {
	f.Add("msg_1", "1790000000", "v1,AEOCOQdvuoafJzm+hEpVpcx4yWLiD7t8mLA4vveutiA=", []byte(account))
	f.Add("", "-1", "v1,", []byte("{"))
	h, shelf := listening(f, webhookSecret)
	f.Fuzz(func(t *testing.T, id, timestamp, signature string, body []byte) {
		q := ask("POST", "/finch/webhook", string(body)).anonymous()
		q.Header["Finch-Event-Id"], q.Header["Finch-Timestamp"], q.Header["Finch-Signature"] = []string{id}, []string{timestamp}, []string{signature}
		a := h.answer(t, q)
		if a.Code != 401 && a.Code != 413 || len(shelf.taken) != 0 {
			t.Errorf("answered %d, kept %d: %q %q %q", a.Code, len(shelf.taken), id, timestamp, signature)
		}
	})
}

func TestDeliveriesTellHowWellTheSecretFits(t *testing.T) {
	t.Parallel()
	ours := []string{webhookSecret}
	without := func(name string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Del(name) }
	}
	for name, c := range map[string]struct {
		letter letter
		want   string
	}{
		"ours":                        {letter{secrets: ours}, "[true]"},
		"of another secret":           {letter{secrets: []string{strangeSecret}}, "[false]"},
		"late":                        {letter{secrets: ours, age: time.Hour}, "[]"},
		"a scanner's without an id":   {letter{secrets: []string{strangeSecret}, change: without("Finch-Event-Id")}, "[]"},
		"a scanner's, not signed":     {letter{change: without("Finch-Signature")}, "[]"},
		"a scanner's that is no JSON": {letter{secrets: []string{strangeSecret}, body: "a=b"}, "[]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			parsed, err := finch.ParseSecrets(webhookSecret)
			if err != nil {
				t.Fatal(err)
			}
			heard := []bool{}
			h := newHouse(func(h *house) {
				h.options.WebhookSecrets, h.options.Inbox = parsed, &shelf{}
				h.options.Verified = func(signed bool) { heard = append(heard, signed) }
			})
			c.letter.id = "msg_1"
			if c.letter.body == "" {
				c.letter.body = account
			}
			h.answer(t, c.letter.request(t))
			if got := fmt.Sprint(heard); got != c.want {
				t.Errorf("it heard %s, want %s", got, c.want)
			}
		})
	}
}
