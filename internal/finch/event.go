package finch

import (
	"encoding/json"
	"strings"
	"time"
)

// Event is a webhook. It names what happened and to whom, never how it ended:
// the status of a job is to be asked for. Finch delivers at least once and in
// any order. All texts are plain identifiers, or empty.
type Event struct {
	// ID is the same however often the event is delivered. It and Sent come with
	// the delivery, not in the body: ParseEvent leaves them to its caller.
	ID   string
	Sent time.Time

	ConnectionID string
	CompanyID    string
	// EntityID is empty where the event is about the whole connection.
	EntityID string
	// Type is Finch's event_type, such as account.updated.
	Type string
	// JobID is set on events of jobs.
	JobID string
	// Status and Method are set on account.updated.
	Status Status
	Method string
}

// AccountUpdated is the type of the event that a status changed.
const AccountUpdated = "account.updated"

// ParseEvent reads a webhook's body. Types that Finch adds later are fine, and
// so is anything within that has another form than expected: it loses itself
// alone. It is an error if the body is no JSON object.
func ParseEvent(body []byte) (Event, error) {
	var wire struct {
		CompanyID    string          `json:"company_id"`
		ConnectionID string          `json:"connection_id"`
		EntityID     string          `json:"entity_id"`
		Type         string          `json:"event_type"`
		Data         json.RawMessage `json:"data"`
	}
	if err := lenient(body, '{', &wire); err != nil {
		return Event{}, err
	}
	var data struct {
		JobID  string     `json:"job_id"`
		Status string     `json:"status"`
		Method methodName `json:"authentication_method"`
	}
	_ = json.Unmarshal(wire.Data, &data) // may be null or of another form: what fits is kept
	return Event{
		ConnectionID: plainID(wire.ConnectionID), CompanyID: plainID(wire.CompanyID), EntityID: plainID(wire.EntityID),
		Type: plainID(wire.Type), JobID: plainID(data.JobID),
		Status: Status(plainID(data.Status)).Known(), Method: plainID(string(data.Method)),
	}, nil
}

// methodName is an authentication method. Finch's pages say that it is a text,
// its SDKs that it is an object with a type: both have been seen.
type methodName string

func (m *methodName) UnmarshalJSON(b []byte) error {
	var object struct {
		Type string `json:"type"`
	}
	if json.Unmarshal(b, &object) == nil {
		*m = methodName(object.Type)
		return nil
	}
	var name string
	_ = json.Unmarshal(b, &name) // neither: not said
	*m = methodName(name)
	return nil
}

// plainID is an id or name from outside if it is harmless wherever it is put:
// letters, digits, "_", "-" and ".", at most 100 of them, and in a path not the
// way up.
func plainID(s string) string {
	if strings.Trim(s, ".") == "" {
		return ""
	}
	return identifier(s, Token{})
}

// Job is the job that the event tells of, with no more than the event knows:
// which one and of what type. Its status is pending until it is read, although
// the event says that it ended: "completed" is said of failures too. There is
// none for events of other things, and for jobs that this version does not know
// how to read.
func (e Event) Job() (KnownJob, bool) {
	kind, jobType := jobOf(e.Type)
	if kind == "" || e.JobID == "" {
		return KnownJob{}, false
	}
	return KnownJob{
		ID: e.JobID, Kind: kind, Type: jobType, Status: JobPending,
		ConnectionID: e.ConnectionID, EntityID: e.EntityID, FirstSeen: e.Sent,
	}, true
}

// jobOf reads kind and type off an event's type, which decides where the job is
// read; the URL in the payload is not to be trusted with a token, and Finch's
// own examples of it disagree.
func jobOf(eventType string) (JobKind, string) {
	name, ok := strings.CutPrefix(eventType, "job.")
	name, _, ended := strings.Cut(name, ".")
	switch {
	case !ok || !ended:
		return "", ""
	case strings.HasPrefix(name, "benefit_"):
		return Manual, name
	case name == DataSync, name == "w4_form_employee_sync":
		return Automated, name
	case name == "initial_data_sync_org", name == "initial_data_sync_payroll":
		return Automated, DataSync
	default:
		return "", ""
	}
}
