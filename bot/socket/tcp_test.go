package socket_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"perch/bot/socket"
)

// wire is Slack's end of one real TCP connection.
func wire(tb testing.TB, o socket.Options) (ws *websocket.Conn, stop func() error) {
	tb.Helper()
	conns := make(chan *websocket.Conn)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
		if err != nil {
			return
		}
		_ = ws.WriteMessage(websocket.TextMessage, []byte(`{"type":"hello","num_connections":1}`))
		conns <- ws
	}))
	o.Sockets = 1
	o.Opener = opener("ws" + strings.TrimPrefix(server.URL, "http"))
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- socket.New(o).Run(ctx) }()
	ws = <-conns
	return ws, func() error {
		cancel()
		err := <-ended
		_ = ws.Close()
		server.Close()
		return err
	}
}

func exchange(tb testing.TB, ws *websocket.Conn, frame []byte) string {
	tb.Helper()
	_ = ws.SetReadDeadline(time.Now().Add(time.Minute))
	if err := ws.WriteMessage(websocket.TextMessage, frame); err != nil {
		tb.Fatal(err)
	}
	_, data, err := ws.ReadMessage()
	if err != nil {
		tb.Fatal(err)
	}
	return string(data)
}

func TestOverTCP(t *testing.T) {
	t.Parallel()
	ws, stop := wire(t, socket.Options{Handler: &handler{}})
	large := fmt.Sprintf(`{"envelope_id":"e2","type":"events_api","payload":{"text":%q}}`, strings.Repeat("x", 100<<10))
	for _, test := range [][2]string{
		{command("e1"), `{"envelope_id":"e1"}`},
		{large, `{"envelope_id":"e2"}`},
		{interactive("e3", "block_suggestion"), `{"envelope_id":"e3","payload":{"options":[]}}`},
	} {
		if got := exchange(t, ws, []byte(test[0])); got != test[1] {
			t.Errorf("acknowledged with %s, want %s", got, test[1])
		}
	}
	goodbye := make(chan error, 1)
	go func() {
		_, _, err := ws.ReadMessage()
		goodbye <- err
	}()
	if err := stop(); err != nil {
		t.Errorf("Run returned %v", err)
	}
	if err := <-goodbye; !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
		t.Errorf("the client left with %v", err)
	}
}

// BenchmarkAck is one envelope from Slack's write to Slack's read of the
// acknowledgement, over TCP on this machine. ack-ns is the client's own part,
// from frame read to acknowledgement written.
func BenchmarkAck(b *testing.B) {
	for name, frame := range map[string]string{
		"command":    command("57d6a792-4d35-4d0b-b6aa-3361493e1caf"),
		"event":      event("57d6a792-4d35-4d0b-b6aa-3361493e1caf"),
		"submission": interactive("57d6a792-4d35-4d0b-b6aa-3361493e1caf", "view_submission"),
		"event64KB":  fmt.Sprintf(`{"envelope_id":"e2","type":"events_api","payload":{"text":%q}}`, strings.Repeat("x", 64<<10)),
	} {
		b.Run(name, func(b *testing.B) {
			seen := &observer{}
			ws, stop := wire(b, socket.Options{Handler: idler{}, Observer: seen})
			b.ReportAllocs()
			for b.Loop() {
				exchange(b, ws, []byte(frame))
			}
			b.StopTimer()
			_ = stop()
			slices.Sort(seen.took)
			b.ReportMetric(float64(seen.took[len(seen.took)/2].Nanoseconds()), "ack-p50-ns")
			b.ReportMetric(float64(seen.took[len(seen.took)*99/100].Nanoseconds()), "ack-p99-ns")
		})
	}
}

// idler does nothing with what it is handed.
type idler struct{}

func (idler) Take(context.Context, socket.Envelope)       {}
func (idler) Keep(context.Context, socket.Envelope) error { return nil }

func (idler) Answer(context.Context, socket.Envelope) (json.RawMessage, error) { return nil, nil }
