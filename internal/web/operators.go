package web

import "net/http"

// healthz says that the process is alive; it asks nobody else.
func (d *doors) healthz(w *answer, _ *http.Request) error {
	writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
	return nil
}

// notReady is the answer of a process that cannot do its work now.
type notReady struct {
	Status  string    `json:"status"`
	Reasons []string  `json:"reasons,omitempty"`
	Error   errorBody `json:"error"`
}

// readyz says whether the process can do its work now, and to insiders why not.
func (d *doors) readyz(w *answer, r *http.Request) error {
	reasons := d.Ready.Ready(r.Context())
	if len(reasons) == 0 {
		writeJSON(w, http.StatusOK, map[string]string{"status": "ready"})
		return nil
	}
	no := refusal{code: "not_ready", message: "Perch cannot do its work at the moment."}
	body := notReady{Status: "not_ready", Error: no.body(w.ref)}
	if d.insider(r) {
		body.Reasons = reasons
	}
	writeJSON(w, http.StatusServiceUnavailable, body)
	return nil
}

// metrics are for insiders only: they tell how many customers there are.
func (d *doors) metrics(w *answer, r *http.Request) error {
	if !d.insider(r) {
		return &refusal{
			status: http.StatusForbidden, code: "forbidden",
			message: "Metrics are for callers on this machine and bearers of the API key.",
		}
	}
	d.Metrics.ServeHTTP(w, r)
	return nil
}
