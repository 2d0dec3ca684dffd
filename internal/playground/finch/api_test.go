package finch

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// peer talks to a local Finch over the network, as a client of Finch would.
type peer struct {
	t     *testing.T
	url   string
	token string
	// basic are a client's id and secret.
	basic [2]string
	// version is the API version sent; apiVersion unless changed.
	version string
}

// answered is what came back; body is what JSON made of it.
type answered struct {
	status int
	header http.Header
	raw    string
	body   any
}

// serve puts a server's API on the network.
func serve(t *testing.T, s *Server) *peer {
	t.Helper()
	web := httptest.NewServer(s.API())
	t.Cleanup(web.Close)
	return &peer{t: t, url: web.URL, version: apiVersion}
}

// as is the same peer with a connection's token.
func (p *peer) as(token string) *peer {
	other := *p
	other.token = token
	return &other
}

// by is the same peer with a client's credentials.
func (p *peer) by(id, secret string) *peer {
	other := *p
	other.basic = [2]string{id, secret}
	return &other
}

func (p *peer) get(path string) answered { return p.do("GET", path, nil) }

func (p *peer) post(path string, body any) answered { return p.do("POST", path, body) }

func (p *peer) do(method, path string, body any) answered {
	p.t.Helper()
	got, err := p.try(method, path, body)
	if err != nil {
		p.t.Fatalf("%s %s: %v", method, path, err)
	}
	return got
}

func (p *peer) try(method, path string, body any) (answered, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return answered{}, err
	}
	if body == nil {
		text = nil
	}
	request, err := http.NewRequestWithContext(p.t.Context(), method, p.url+path, bytes.NewReader(text))
	if err != nil {
		return answered{}, err
	}
	if p.version != "" {
		request.Header.Set("Finch-API-Version", p.version)
	}
	if p.token != "" {
		request.Header.Set("Authorization", "Bearer "+p.token)
	}
	if p.basic[0] != "" {
		request.SetBasicAuth(p.basic[0], p.basic[1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return answered{}, err
	}
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(response.Body)
	got := answered{status: response.StatusCode, header: response.Header, raw: string(raw)}
	_ = json.Unmarshal(raw, &got.body)
	return got, err
}

// at walks into an answer: keys of objects, indexes of lists.
func (a answered) at(path ...any) any {
	here := a.body
	for _, step := range path {
		switch step := step.(type) {
		case string:
			object, _ := here.(map[string]any)
			here = object[step]
		case int:
			list, _ := here.([]any)
			if step >= len(list) {
				return nil
			}
			here = list[step]
		}
	}
	return here
}

func (a answered) text(path ...any) string {
	text, _ := a.at(path...).(string)
	return text
}

func (a answered) list(path ...any) []any {
	list, _ := a.at(path...).([]any)
	return list
}

// wants checks status, name and finch_code.
func (a answered) wants(t *testing.T, status int, name, finchCode string) {
	t.Helper()
	if a.status != status || a.text("name") != name || a.text("finch_code") != finchCode {
		t.Errorf("got %d %s, want %d %s %s", a.status, strings.TrimSpace(a.raw), status, name, finchCode)
	}
}

// plain is an automated production connection of one entity that works.
func plain(t *testing.T, s *Server) Connection {
	t.Helper()
	return named(t, s, "Acme Bikes")
}

func named(t *testing.T, s *Server, name string) Connection {
	t.Helper()
	found := s.Named(name)
	if len(found) == 0 {
		t.Fatalf("there is no %q", name)
	}
	return found[0]
}
