package finch

import (
	"testing"
	"time"
)

func TestForcedSyncKeepsItsQuota(t *testing.T) {
	t.Parallel()
	s := local(t, Options{})
	c := plain(t, s)
	p := serve(t, s).as(s.Tokens()[c.ID])
	want := map[string]any{"type": "data_sync_all"}

	first := p.post("/jobs/automated", want)
	if first.status != 201 || first.at("remaining_refreshes") != 0.0 || first.at("allowed_refreshes") != 1.0 {
		t.Fatalf("first: %d %s", first.status, first.raw)
	}
	again := p.post("/jobs/automated", want)
	if again.status != 202 || again.text("job_id") != first.text("job_id") {
		t.Errorf("while it runs: %d %s", again.status, again.raw)
	}
	s.Advance(time.Minute)
	refused := p.post("/jobs/automated", want)
	if refused.status != 429 || refused.text("retry_at") != "2026-11-21T10:00:00.000Z" || refused.at("code") != nil {
		t.Errorf("within the hour: %d %s", refused.status, refused.raw)
	}
	listed := p.get("/jobs/automated")
	if len(listed.list("data")) != 2 || listed.text("data", 0, "job_id") != first.text("job_id") || listed.at("data", 0, "scheduled_at") != nil {
		t.Errorf("newest first, with the asked one: %s", listed.raw)
	}
	if one := p.get("/jobs/automated?limit=1&offset=1"); len(one.list("data")) != 1 || one.text("data", 0, "job_id") != *c.NextJobID {
		t.Errorf("the second page: %s", one.raw)
	}
	s.Advance(time.Hour)
	if third := p.post("/jobs/automated", want); third.status != 201 {
		t.Errorf("an hour later: %d %s", third.status, third.raw)
	}
}

func TestJobRequestsThatAreRefused(t *testing.T) {
	t.Parallel()
	s := local(t, Options{})
	web := serve(t, s)
	tokens := s.Tokens()
	acme, hand := web.as(tokens[plain(t, s).ID]), web.as(tokens[named(t, s, "Tidewater Marine").ID])

	got := hand.post("/jobs/automated", map[string]any{"type": "data_sync_all"})
	got.wants(t, 400, "bad_request", "")
	if got.at("statusCode") != 400.0 {
		t.Errorf("assisted: %s", got.raw)
	}
	acme.post("/jobs/automated", map[string]any{"type": "other"}).wants(t, 400, "bad_request", "invalid_request")
	acme.post("/jobs/automated", map[string]any{"type": w4Sync}).wants(t, 400, "bad_request", "invalid_request")
	acme.get("/jobs/automated?limit=x").wants(t, 400, "bad_request", "invalid_request")
	acme.get("/jobs/automated/"+harborJob).wants(t, 404, "not_found_error", "")
	acme.get("/jobs/manual/none").wants(t, 404, "not_found_error", "item_not_found")

	form := acme.post("/jobs/automated", map[string]any{"type": w4Sync, "params": map[string]any{"individual_id": "i"}})
	if form.status != 201 || acme.get("/jobs/automated/"+form.text("job_id")).text("params", "individual_id") != "i" {
		t.Errorf("a w4 job: %d %s", form.status, form.raw)
	}
}

func TestWithoutTheAddOnNobodyForcesASync(t *testing.T) {
	t.Parallel()
	s := local(t, Options{Refreshes: -1})
	p := serve(t, s).as(s.Tokens()[plain(t, s).ID])
	p.post("/jobs/automated", map[string]any{"type": "data_sync_all"}).wants(t, 403, "insufficient_scope_error", "")
	if got := p.get("/jobs/automated"); got.at("meta", "quotas") != nil {
		t.Errorf("quotas without the add-on: %s", got.raw)
	}
}
