package finch

import (
	"encoding/json"
	"testing"
)

func TestFaultsFitAndWearOff(t *testing.T) {
	t.Parallel()
	s := local(t, Options{})
	door, p := steering(t, s), serve(t, s).as(s.Tokens()[harborConnection])

	s.Fault(Fault{Path: "/introspect", Status: 503, Body: json.RawMessage(`"<html>down</html>"`), ContentType: "text/html", Times: 2, Header: map[string]string{"Retry-After": "7"}})
	for range 2 {
		got := p.get("/introspect")
		if got.status != 503 || got.raw != "<html>down</html>" || got.header.Get("Content-Type") != "text/html" || got.header.Get("Retry-After") != "7" {
			t.Errorf("the fault: %d %q %v", got.status, got.raw, got.header)
		}
		if got.header.Get("Finch-Request-Id") == "" {
			t.Error("a fault without a request id")
		}
	}
	if got := p.get("/introspect"); got.status != 200 {
		t.Errorf("after two: %d", got.status)
	}

	door.post("/fault", map[string]any{"method": "GET", "path": "/jobs/*", "status": 500, "body": map[string]any{"code": 500, "name": "server_error"}})
	p.get("/jobs/automated").wants(t, 500, "server_error", "")
	if got := p.get("/jobs/automated/" + harborJob); got.status != 200 {
		t.Errorf("a path that does not fit: %d", got.status)
	}
	if got := door.get("/fault"); len(got.list("faults")) != 1 {
		t.Errorf("faults: %s", got.raw)
	}
	door.do("DELETE", "/fault", nil)
	if got := p.get("/jobs/automated"); got.status != 200 {
		t.Errorf("after all were cleared: %d", got.status)
	}
}

func TestFaultsDropAndDelay(t *testing.T) {
	t.Parallel()
	s := local(t, Options{})
	p := serve(t, s).as(s.Tokens()[harborConnection])
	s.Fault(Fault{Method: "POST", Drop: true})
	if got, err := p.try("POST", "/jobs/automated", map[string]any{"type": dataSync}); err == nil {
		t.Errorf("a dropped request was answered: %d", got.status)
	}
	s.Fault(Fault{Path: "/introspect", DelayMS: 30, Times: 1})
	if got := p.get("/introspect"); got.status != 200 {
		t.Errorf("a delayed request: %d", got.status)
	}
	s.Mend()
	if got := p.post("/jobs/automated", map[string]any{"type": dataSync}); got.status != 201 {
		t.Errorf("after mending: %d", got.status)
	}
}

func TestAHeldRequestIsAnsweredWhenFaultsAreCleared(t *testing.T) {
	t.Parallel()
	s := local(t, Options{})
	p := serve(t, s).as(s.Tokens()[harborConnection])
	s.Fault(Fault{Path: "/introspect", Hold: true})
	held := make(chan int)
	go func() { held <- p.get("/introspect").status }()
	p.get("/jobs/automated").wants(t, 200, "", "") // the others are not
	select {
	case status := <-held:
		t.Errorf("a held request was answered: %d", status)
	default:
	}
	s.Mend()
	if status := <-held; status != 200 {
		t.Errorf("after mending: %d", status)
	}
}
