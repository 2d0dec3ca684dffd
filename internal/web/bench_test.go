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

	"perch/internal/finch"
	local "perch/internal/playground/finch"
	"perch/internal/web"
	"perch/store"
)

// perSecond is the pace at which the benchmark's webhooks fall due.
const perSecond = 1000

// BenchmarkWebhookDoor sends a thousand signed events a second over real
// connections to the door with a real database on disk. Times count from when
// an event fell due, so one that is held up by others counts in full.
func BenchmarkWebhookDoor(b *testing.B) {
	url := doorOnDisk(b)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, MaxConnsPerHost: 64}}
	b.Cleanup(client.CloseIdleConnections)
	var mu sync.Mutex
	var took []time.Duration
	var wg sync.WaitGroup
	began := time.Now()
	for i := 0; b.Loop(); i++ {
		due := began.Add(time.Duration(i) * time.Second / perSecond)
		<-time.After(time.Until(due))
		wg.Go(func() {
			if err := post(client, url, fmt.Sprint("msg_", i)); err != nil {
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

// doorOnDisk serves the door onto a new database and returns its address.
func doorOnDisk(b *testing.B) string {
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
	secrets, err := finch.ParseSecrets(webhookSecret)
	if err != nil {
		b.Fatal(err)
	}
	h := &house{}
	server := httptest.NewServer(web.New(web.Options{
		Vault: h, Forgetter: h, Ready: h, WebhookSecrets: secrets, Inbox: st, Arrived: func() {}, Log: zerolog.New(io.Discard),
	}))
	b.Cleanup(server.Close)
	return server.URL + "/finch/webhook"
}

// post sends one signed event and wants it taken.
func post(client *http.Client, url, id string) error {
	timestamp := strconv.FormatInt(time.Now().Unix(), 10)
	signature, err := local.Sign([]string{webhookSecret}, id, timestamp, []byte(account))
	if err != nil {
		return err
	}
	request, err := http.NewRequest(http.MethodPost, url, strings.NewReader(account))
	if err != nil {
		return err
	}
	for name, value := range map[string]string{"Finch-Event-Id": id, "Finch-Timestamp": timestamp, "Finch-Signature": signature} {
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
		return fmt.Errorf("%s: answered %d", id, response.StatusCode)
	}
	return nil
}
