package web_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"perch/internal/connect"
	"perch/internal/finch"
	local "perch/internal/playground/finch"
	"perch/internal/web"
	"perch/store"
)

// How often a second the benchmarks' webhooks and events fall due.
const (
	webhooksPerSecond = 1000
	eventsPerSecond   = 2000
)

// BenchmarkWebhookDoor sends a thousand signed events a second over real
// connections to the door with a real database on disk.
func BenchmarkWebhookDoor(b *testing.B) {
	url := doorsOnDisk(b, nil) + "/finch/webhook"
	paced(b, webhooksPerSecond, func(client *http.Client, i int) error {
		return post(client, url, fmt.Sprint("msg_", i))
	})
}

// BenchmarkEventsDoor has the application tell of two thousand events a second,
// each in a request of its own, of two hundred sessions. Each is stored before its
// answer.
func BenchmarkEventsDoor(b *testing.B) {
	const sessions = 200
	url := doorsOnDisk(b, func(st *store.Store) {
		for i := range sessions {
			s := connect.Session{ID: fmt.Sprint("s", i), CustomerID: fmt.Sprint("cust_", i), CustomerName: "Cedar", Source: connect.FromHost}
			if _, _, err := st.RegisterSession(b.Context(), s); err != nil {
				b.Fatal(err)
			}
		}
	})
	paced(b, eventsPerSecond, func(client *http.Client, i int) error {
		body := fmt.Sprintf(`{"events":[{"id":"e%d","at":%d,"type":"stage_entered","stage":"mfa"}]}`, i, time.Now().UnixMilli())
		return send(client, fmt.Sprintf("%s/v1/sessions/s%d/events", url, i%sessions), body, map[string]string{"Authorization": "Bearer " + apiKey})
	})
}

// paced asks so often a second, whether or not what was asked before is answered.
// Times count from when a question fell due, so one that is held up by others
// counts in full.
func paced(b *testing.B, perSecond int, ask func(client *http.Client, i int) error) {
	b.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, MaxConnsPerHost: 64}}
	b.Cleanup(client.CloseIdleConnections)
	var mu sync.Mutex
	var took []time.Duration
	var wg sync.WaitGroup
	began := time.Now()
	for i := 0; b.Loop(); i++ {
		due := began.Add(time.Duration(i) * time.Second / time.Duration(perSecond))
		<-time.After(time.Until(due))
		wg.Go(func() {
			if err := ask(client, i); err != nil {
				b.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, time.Since(due))
		})
	}
	wg.Wait()
	slices.Sort(took)
	b.ReportMetric(float64(len(took))/time.Since(began).Seconds(), "events/s")
	b.ReportMetric(milliseconds(took[len(took)/2]), "p50-ms")
	b.ReportMetric(milliseconds(took[len(took)*99/100]), "p99-ms")
	b.ReportMetric(milliseconds(took[len(took)-1]), "max-ms")
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// doorsOnDisk serves the doors onto a new database, prepared, and returns their
// address.
func doorsOnDisk(b *testing.B, prepare func(*store.Store)) string {
	b.Helper()
	keys, err := store.ParseKeys("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
	if err != nil {
		b.Fatal(err)
	}
	st, err := store.Open(b.Context(), store.Options{Database: filepath.Join(b.TempDir(), "perch.db"), Keys: keys, Exclusive: true, Log: zerolog.Nop()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = st.Close() })
	if prepare != nil {
		prepare(st)
	}
	secrets, err := finch.ParseSecrets(webhookSecret)
	if err != nil {
		b.Fatal(err)
	}
	h := &house{}
	server := httptest.NewServer(web.New(web.Options{
		Vault: h, Forgetter: h, Ready: h, WebhookSecrets: secrets, Inbox: st, Arrived: func() {}, Log: zerolog.New(io.Discard),
		APIKey: apiKey, Sessions: st, EventKeys: st.EventKeys(),
	}))
	b.Cleanup(server.Close)
	return server.URL
}

// post sends one signed event and wants it taken.
func post(client *http.Client, url, id string) error {
	timestamp := strconv.FormatInt(time.Now().Unix(), 10)
	signature, err := local.Sign([]string{webhookSecret}, id, timestamp, []byte(account))
	if err != nil {
		return err
	}
	return send(client, url, account, map[string]string{"Finch-Event-Id": id, "Finch-Timestamp": timestamp, "Finch-Signature": signature})
}

// send posts a body and wants it taken.
func send(client *http.Client, url, body string, header map[string]string) error {
	request, err := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return err
	}
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, response.Body)
	if err := response.Body.Close(); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: answered %d", url, response.StatusCode)
	}
	return nil
}
