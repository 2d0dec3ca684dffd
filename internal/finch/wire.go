package finch

import (
	"encoding/json"
	"strings"
	"time"
)

// Introspection is Finch's answer to GET /introspect: the truth about one
// access token's connection at the moment it was asked. What else the answer
// holds, such as an employer's e-mail and login name, is not kept.
type Introspection struct {
	// TokenID is the id of the token itself (wire name "id"). It is no secret
	// and serves as the token's fingerprint.
	TokenID string `json:"id"`
	// ClientType is the environment: production, development or sandbox.
	ClientType   string `json:"client_type"`
	ConnectionID string `json:"connection_id"`
	// ConnectionType is "provider", or "finch" for the Finch Sandbox.
	ConnectionType   string       `json:"connection_type"`
	ConnectionStatus StatusReport `json:"connection_status"`
	CompanyID        string       `json:"company_id"`
	CustomerID       string       `json:"customer_id"`
	CustomerName     string       `json:"customer_name"`
	ProviderID       string       `json:"provider_id"`
	Products         []string     `json:"products"`
	Methods          []Method     `json:"authentication_methods"`
	Entities         []Entity     `json:"entities"`
	// Manual is true for an assisted connection, false for an automated one.
	Manual bool `json:"manual"`
}

// StatusReport is a status with what Finch says beside it.
type StatusReport struct {
	Status   Status   `json:"status"`
	LastSync SyncTime `json:"last_successful_sync"`
	// Message is for people: one line without control characters, at most 300
	// characters.
	Message string `json:"message"`
}

// Method is one way in which Finch reaches the provider, with the products it
// carries. It is the only source of a status per product.
type Method struct {
	// Type is assisted, credential, api_token, api_credential or oauth.
	Type     string       `json:"type"`
	Report   StatusReport `json:"connection_status"`
	Products []string     `json:"products"`
}

// Entity is a company inside a connection (an EIN, a company code, a
// division). Only entities report "disconnected".
type Entity struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	SourceID string `json:"source_id"`
	Status   Status `json:"status"`
}

// SyncTime is last_successful_sync, which Finch types as "date-time or any
// string". At is zero when there was none or Raw could not be read as a time.
type SyncTime struct {
	At  time.Time
	Raw string
}

// timeLayouts are the forms in which Finch has been seen to write a time.
var timeLayouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", time.DateOnly}

// UnmarshalJSON never fails on a value it does not understand: it keeps it.
func (t *SyncTime) UnmarshalJSON(b []byte) error {
	*t = SyncTime{}
	if string(b) == "null" {
		return nil
	}
	if err := json.Unmarshal(b, &t.Raw); err != nil {
		t.Raw = string(b)
		return nil
	}
	t.At = parseTime(t.Raw)
	return nil
}

// parseTime reads a time in any of those forms, zero if it is in none.
func parseTime(s string) time.Time {
	for _, layout := range timeLayouts {
		if at, err := time.Parse(layout, strings.TrimSpace(s)); err == nil {
			return at.UTC()
		}
	}
	return time.Time{}
}

// MarshalJSON writes what was read.
func (t SyncTime) MarshalJSON() ([]byte, error) {
	if t.Raw == "" && t.At.IsZero() {
		return []byte("null"), nil
	}
	if t.Raw != "" {
		return json.Marshal(t.Raw)
	}
	return json.Marshal(t.At.UTC().Format(time.RFC3339Nano))
}

// Provider is one payroll or HR system of Finch's catalogue (GET /providers).
type Provider struct {
	ID          string   `json:"id"`
	DisplayName string   `json:"display_name"`
	Products    []string `json:"products"`
}

// Job is an automated job (GET /jobs/automated). Finch gives no reason for a
// failure: the status is all there is.
type Job struct {
	ID string `json:"job_id"`
	// Type is data_sync_all or w4_form_employee_sync.
	Type string `json:"type"`
	// Status is pending, in_progress, complete, error, reauth_error or permissions_error.
	Status string `json:"status"`
	// CreatedAt of a scheduled sync is the time the connection was made.
	CreatedAt time.Time `json:"created_at"`
	// ScheduledAt is when a scheduled sync will run; null for one asked for.
	ScheduledAt *time.Time `json:"scheduled_at"`
	StartedAt   *time.Time `json:"started_at"`
	CompletedAt *time.Time `json:"completed_at"`
}

// UnmarshalJSON reads a job whose times may be anything: what is no time counts
// as not said, and the job is kept.
func (j *Job) UnmarshalJSON(b []byte) error {
	var wire struct {
		ID          string   `json:"job_id"`
		Type        string   `json:"type"`
		Status      string   `json:"status"`
		CreatedAt   SyncTime `json:"created_at"`
		ScheduledAt SyncTime `json:"scheduled_at"`
		StartedAt   SyncTime `json:"started_at"`
		CompletedAt SyncTime `json:"completed_at"`
	}
	if err := forgiving(json.Unmarshal(b, &wire)); err != nil {
		return err
	}
	*j = Job{
		ID: wire.ID, Type: wire.Type, Status: wire.Status, CreatedAt: wire.CreatedAt.At,
		ScheduledAt: wire.ScheduledAt.pointer(), StartedAt: wire.StartedAt.pointer(), CompletedAt: wire.CompletedAt.pointer(),
	}
	return nil
}

func (t SyncTime) pointer() *time.Time {
	if t.At.IsZero() {
		return nil
	}
	return &t.At
}

// JobList is what GET /jobs/automated answers: only the next scheduled sync,
// and jobs that were asked for.
type JobList struct {
	Jobs []Job `json:"data"`
}

// NextSync is the scheduled data sync that runs next: the first one after now,
// else the last that should have begun. Its CreatedAt is when the connection
// was made, its ScheduledAt is never nil. There is none for assisted
// connections and in the Finch Sandbox.
func (l JobList) NextSync(now time.Time) (Job, bool) {
	var next Job
	for _, j := range l.Jobs {
		if j.Type != "data_sync_all" || j.Status != "pending" || j.ScheduledAt == nil {
			continue
		}
		if next.ScheduledAt == nil || runsBefore(*j.ScheduledAt, *next.ScheduledAt, now) {
			next = j
		}
	}
	return next, next.ScheduledAt != nil
}

// runsBefore prefers what lies ahead to what has passed, and then what is
// nearer to now.
func runsBefore(a, b, now time.Time) bool {
	if a.After(now) != b.After(now) {
		return a.After(now)
	}
	return a.Sub(now).Abs() < b.Sub(now).Abs()
}
