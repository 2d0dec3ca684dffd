package socket

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

func TestFrameIsReadAsFarAsItGoes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		raw  string
		id   string
		kind Kind
	}{
		"a whole envelope":     {`{"envelope_id":"e1","type":"slash_commands","payload":{"text":"x"}}`, "e1", Command},
		"spaces before":        {` { "envelope_id" : "e1" , "type":"events_api", "payload" : {"a":1} }`, "e1", Event},
		"a retry as text":      {`{"retry_attempt":"1","envelope_id":"e1","type":"events_api","payload":{}}`, "e1", Event},
		"a list for a payload": {`{"envelope_id":"e1","type":"events_api","payload":[]}`, "e1", Unknown},
		"null for a payload":   {`{"envelope_id":"e1","type":"interactive","payload":null}`, "e1", Unknown},
		"an endless id":        {`{"envelope_id":"` + strings.Repeat("e", 600) + `","type":"events_api","payload":{}}`, "", Event},
		"an id of odd signs":   {`{"envelope_id":"\"<\u2028","type":"events_api","payload":{}}`, "\"<\u2028", Event},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := parseFrame([]byte(test.raw))
			if err != nil {
				t.Fatal(err)
			}
			e := f.envelope([]byte(test.raw), time.Now())
			if e.ID != test.id || e.Kind != test.kind {
				t.Errorf("read as %s %q, want %s %q", e.Kind, e.ID, test.kind, test.id)
			}
		})
	}
}

func FuzzFrame(f *testing.F) {
	for _, seed := range []string{
		`{"type":"hello","num_connections":1,"debug_info":{"host":"applink-1","approximate_connection_time":18060}}`,
		`{"type":"disconnect","reason":"warning","debug_info":{"host":"applink-1"}}`,
		`{"envelope_id":"e1","type":"slash_commands","accepts_response_payload":true,"payload":{"command":"/jobs"}}`,
		`{"envelope_id":"e1","type":"interactive","payload":{"type":"view_submission"}}`,
		`{"envelope_id":"e1","type":"events_api","retry_attempt":1,"retry_reason":"timeout","payload":{"event":{}}}`,
		`{"envelope_id":{},"type":7,"payload":"x"}`, `[]`, `null`, ``, "\xff",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		fr, err := parseFrame(data)
		if err != nil {
			if json.Valid(data) {
				t.Fatalf("valid JSON is refused: %v", err)
			}
			return
		}
		e := fr.envelope(data, time.Time{})
		if !json.Valid(e.Payload) {
			t.Fatalf("a payload that is not JSON: %q", e.Payload)
		}
		var ack struct {
			ID string `json:"envelope_id"`
		}
		if err := json.Unmarshal(ackFrame(e.ID, noChoices), &ack); err != nil || ack.ID != e.ID {
			t.Fatalf("the acknowledgement of %q names %q: %v", e.ID, ack.ID, err)
		}
	})
}

func TestFramesFitTheWriteBuffer(t *testing.T) {
	t.Parallel()
	small := &websocket.Dialer{WriteBufferSize: 4 << 10}
	o := Options{Dialer: small}.orDefaults()
	if o.Dialer.WriteBufferSize < MaxAnswer+maxID*6+64 {
		t.Errorf("a write buffer of %d bytes splits acknowledgements", o.Dialer.WriteBufferSize)
	}
	if small.WriteBufferSize != 4<<10 {
		t.Error("the caller's dialer was changed")
	}
	if (Options{}).orDefaults().Dialer.Proxy == nil {
		t.Error("the default dialer ignores the proxy of the environment")
	}
}
