package finch

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// TestALargeAnswerLiesInMemoryOnce reads one whose length is said beforehand.
func TestALargeAnswerLiesInMemoryOnce(t *testing.T) {
	body := large(10 << 20)
	c := over(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body)
	})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	a, err := c.Call(t.Context(), NewToken(secret), Request{Method: "GET", Path: "/employer/directory"})
	runtime.ReadMemStats(&after)
	if err != nil || !bytes.Equal(a.Body, body) {
		t.Fatalf("%d bytes, %v", len(a.Body), err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 2*uint64(len(body)) {
		t.Errorf("%d bytes were allocated for %d", used, len(body))
	}
}

func TestALengthThatIsALie(t *testing.T) {
	t.Parallel()
	c := over(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, `{}`)
	})
	_, err := c.Call(t.Context(), NewToken(secret), Request{Method: "POST", Path: "/disconnect"})
	if e := asError(t, err); e.Trouble() != TroubleUnreachable || !strings.Contains(e.Error(), "broke off") {
		t.Errorf("%v", e)
	}
}

// large is a directory of at least so many bytes.
func large(size int) []byte {
	person, _ := json.Marshal(map[string]any{
		"id": someone, "first_name": "Ana", "last_name": "Lima", "department": map[string]any{"name": "Kitchen"}, "is_active": true,
	})
	var b bytes.Buffer
	b.WriteString(`{"individuals":[`)
	for b.Len() < size {
		b.Write(person)
		b.WriteByte(',')
	}
	b.Write(person)
	b.WriteString(`]}`)
	return b.Bytes()
}

func BenchmarkCall(b *testing.B) {
	for _, size := range []int{1 << 20, 10 << 20} {
		for _, said := range []bool{true, false} {
			b.Run(fmt.Sprintf("%dMiB/length=%t", size>>20, said), func(b *testing.B) {
				body := large(size)
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					if said {
						w.Header().Set("Content-Length", strconv.Itoa(len(body)))
					}
					_, _ = w.Write(body)
				}))
				b.Cleanup(server.Close)
				c, err := New(Options{BaseURL: server.URL, Budget: NewLooseBudget()})
				if err != nil {
					b.Fatal(err)
				}
				delete(c.budget.endpoints, "/employer/directory") // not what is measured
				b.SetBytes(int64(len(body)))
				b.ReportAllocs()
				for b.Loop() {
					a, err := c.Call(b.Context(), NewToken(secret), Request{Method: "GET", Path: "/employer/directory"})
					if err != nil || len(a.Body) != len(body) {
						b.Fatalf("%d bytes, %v", len(a.Body), err)
					}
				}
			})
		}
	}
}
