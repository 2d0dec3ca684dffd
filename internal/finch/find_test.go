package finch

import (
	"maps"
	"net/url"
	"strings"
	"testing"
)

func TestFindEndpoint(t *testing.T) {
	t.Parallel()
	type ids map[string]string
	tests := []struct {
		method, path string
		want         string // the endpoint's name; empty for none
		ids          ids
	}{
		{"GET", "/introspect", "GET /introspect", nil},
		{"get", "/introspect/", "GET /introspect", nil},
		{"GET", "/jobs/automated/j1", "GET /jobs/automated/{job_id}", ids{"job_id": "j1"}},
		{"GET", "/jobs/automated/j1/", "GET /jobs/automated/{job_id}", ids{"job_id": "j1"}},
		{"GET", "/jobs/automated/{job_id}", "GET /jobs/automated/{job_id}", nil},
		{"GET", "/jobs/automated/a%20b", "GET /jobs/automated/{job_id}", ids{"job_id": "a b"}},
		{"GET", "/jobs/automated/a:b", "GET /jobs/automated/{job_id}", ids{"job_id": "a:b"}},
		{"GET", "/employer/benefits/meta", "GET /employer/benefits/meta", nil},
		{"GET", "/employer/benefits/register", "GET /employer/benefits/{benefit_id}", ids{"benefit_id": "register"}},
		{"POST", "/employer/benefits/register", "POST /employer/benefits/register", nil},
		{"POST", "/employer/benefits/meta", "POST /employer/benefits/{benefit_id}", ids{"benefit_id": "meta"}},
		{"GET", "/employer/benefits/b1/enrolled", "GET /employer/benefits/{benefit_id}/enrolled", ids{"benefit_id": "b1"}},
		{"DELETE", "/employer/benefits/b1/individuals", "DELETE /employer/benefits/{benefit_id}/individuals", ids{"benefit_id": "b1"}},
		{"GET", "/employer/benefits/{benefit_id}/enrolled", "GET /employer/benefits/{benefit_id}/enrolled", nil},
		{"PUT", "/employer/pay-statement-item/rule/r1", "PUT /employer/pay-statement-item/rule/{rule_id}", ids{"rule_id": "r1"}},

		{"DELETE", "/introspect", "", nil},
		{"GET", "introspect", "", nil},
		{"GET", "", "", nil},
		{"GET", "/", "", nil},
		{"GET", "/introspect//", "", nil},
		{"GET", "//introspect", "", nil},
		{"GET", "/Introspect", "", nil},
		{"GET", "/%69ntrospect", "", nil},
		{"GET", "/introspect?a=b", "", nil},
		{"GET", "/jobs/automated/j1?a=b", "", nil},
		{"GET", "/jobs/automated/j1#a", "", nil},
		{"GET", "/jobs/automated/{other}", "", nil},
		{"GET", "/jobs/automated/..", "", nil},
		{"GET", "/jobs/automated/%2e%2e", "", nil},
		{"GET", "/employer/benefits/../company", "", nil},
		{"GET", "/employer/benefits/b1%2Fenrolled", "", nil},
		{"GET", "/employer/benefits/b1%252Fenrolled", "", nil},
		{"GET", `/employer/benefits/b1\enrolled`, "", nil},
		{"GET", "/jobs/automated/%", "", nil},
		{"GET", "/jobs/automated/%ff", "", nil},
		{"GET", "/jobs/automated/a%0d%0aHost:b", "", nil},
		{"GET", "https://elsewhere.example/introspect", "", nil},
		{"GET", "//elsewhere.example/introspect", "", nil},
		{"GET", "/jobs/automated/" + strings.Repeat("a", 300), "", nil},
	}
	for _, tt := range tests {
		e, got, ok := FindEndpoint(tt.method, tt.path)
		if name := strings.TrimSpace(e.Name()); ok != (tt.want != "") || name != tt.want || !maps.Equal(got, tt.ids) {
			t.Errorf("%s %s is %q with %v, want %q with %v", tt.method, tt.path, name, got, tt.want, tt.ids)
		}
	}
}

func TestEveryEndpointIsFound(t *testing.T) {
	t.Parallel()
	for _, e := range Endpoints() {
		if found, ids, ok := FindEndpoint(e.Method, e.Path); !ok || found.Name() != e.Name() || len(ids) != 0 {
			t.Errorf("%s leads to %s with %v", e.Name(), found.Name(), ids)
		}
		if _, complete := e.fill(nil); complete != (e.idsInPath() == 0) {
			t.Errorf("%s without ids is complete: %t", e.Name(), complete)
		}
	}
}

func FuzzFindEndpoint(f *testing.F) {
	for _, e := range Endpoints() {
		f.Add(e.Method, e.Path)
	}
	for _, path := range []string{"/jobs/automated/a%2Fb", "/employer/benefits/%2e%2e/enrolled", "//x", "/jobs/manual/ü", "/jobs/manual/{job_id}/"} {
		f.Add("GET", path)
	}
	f.Fuzz(func(t *testing.T, method, path string) {
		e, ids, ok := FindEndpoint(method, path)
		if !ok {
			if len(ids) != 0 || e.Path != "" {
				t.Errorf("%q is none, but %v", path, ids)
			}
			return
		}
		filled, complete := e.fill(ids)
		if !complete {
			if !strings.Contains(path, "{") {
				t.Errorf("%q lacks an id of %s", path, e.Name())
			}
			return
		}
		again, same, ok := FindEndpoint(e.Method, filled)
		if !ok || again.Name() != e.Name() || !maps.Equal(ids, same) {
			t.Errorf("%q is %s, but %q is %s", path, e.Name(), filled, again.Name())
		}
		u, err := url.Parse("https://finch.example" + filled)
		if err != nil || u.Host != "finch.example" || u.EscapedPath() != filled || u.RawQuery != "" || u.Fragment != "" {
			t.Errorf("%q becomes %q, which is %v, %v", path, filled, u, err)
		}
	})
}

func TestWhatIsFoundIsTheFindersOwn(t *testing.T) {
	t.Parallel()
	e, _, _ := FindEndpoint("GET", "/employer/directory")
	e.Params[0].Name, e.Shown[0] = "changed", "changed"
	if again, _, _ := FindEndpoint("GET", "/employer/directory"); again.Params[0].Name == "changed" || again.Shown[0] == "changed" {
		t.Errorf("found %+v", again)
	}
}

func BenchmarkFindEndpoint(b *testing.B) {
	for b.Loop() {
		if _, _, ok := FindEndpoint("GET", "/employer/benefits/0d5e1e3e-8a53-4f7a-9a44-0d8d0c6f5a11/enrolled"); !ok {
			b.Fatal("not found")
		}
	}
}
