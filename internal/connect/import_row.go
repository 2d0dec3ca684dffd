package connect

import (
	"strconv"
	"strings"
	"time"
	"unique"
)

// importColumns are what a line of an import may hold.
var importColumns = []string{
	"session_id", "customer_id", "customer_name", "connection_id", "provider_id", "at", "type", "stage", "message", "error_type",
}

// importRow is a line of an import, by column.
type importRow map[string]string

// take adds a line to its session, or names what is wrong with it.
func (in *importer) take(line int, row importRow) {
	e, fault := in.event(row)
	if fault == "" {
		fault = checkRow(row)
	}
	if fault != "" {
		in.fault(line, fault)
		return
	}
	s := in.sessions[row["session_id"]]
	if s == nil {
		s = &Imported{Session: Session{ID: row["session_id"], Source: FromImport, Created: e.At}, Line: line}
		in.sessions[s.Session.ID] = s
		in.order = append(in.order, s)
	}
	if fault := s.Session.learn(row); fault != "" {
		in.fault(line, fault)
		return
	}
	if e.At.Before(s.Session.Created) {
		s.Session.Created = e.At
	}
	s.Events = append(s.Events, e)
}

func (in *importer) event(row importRow) (e Event, fault string) {
	at, fault := importTime(row["at"])
	if fault != "" {
		return e, fault
	}
	e = Event{
		At: at, Received: moment(in.now), Source: FromImport,
		Type: Type(same(row["type"])), Stage: Stage(same(row["stage"])), Message: same(row["message"]), ErrorType: same(row["error_type"]),
	}
	return e, Check(e, in.now)
}

// same is a text that is kept once, however many lines repeat it.
func same(text string) string { return unique.Make(text).Value() }

func checkRow(row importRow) string {
	if row["session_id"] == "" {
		return "session_id is missing"
	}
	for _, column := range importColumns[:5] {
		if fault := checkName(column, row[column], maxID); fault != "" {
			return fault
		}
	}
	return ""
}

// learn takes over what a line says of its session. Ids of customer and connection
// stay; names and providers may be corrected by a later line.
func (s *Session) learn(row importRow) (fault string) {
	if other(s.CustomerID, row["customer_id"]) {
		return "customer_id is another than in the lines of this session before"
	}
	if other(s.ConnectionID, row["connection_id"]) {
		return "connection_id is another than in the lines of this session before"
	}
	for column, to := range map[string]*string{
		"customer_id": &s.CustomerID, "customer_name": &s.CustomerName, "connection_id": &s.ConnectionID, "provider_id": &s.ProviderID,
	} {
		if row[column] != "" {
			*to = row[column]
		}
	}
	return ""
}

func other(known, told string) bool { return known != "" && told != "" && known != told }

// importTimes are how a time may be written; without a zone it is UTC.
var importTimes = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999 Z0700",
	"2006-01-02 15:04:05.999999999 UTC", "2006-01-02 15:04:05.999999999", "2006-01-02 15:04", "2006-01-02T15:04",
}

// importTime reads a time; a number is that of seconds or milliseconds since 1970.
func importTime(text string) (at time.Time, fault string) {
	if text == "" {
		return at, "at is missing"
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n > 0 {
		if n < 1e11 {
			n *= 1000
		}
		return time.UnixMilli(n).UTC(), ""
	}
	for _, layout := range importTimes {
		if at, err := time.Parse(layout, text); err == nil {
			return moment(at), ""
		}
	}
	return at, "at is not a time such as 2026-03-02T10:04:05Z"
}

// columnName is a column as people write it: "Session ID" is session_id.
func columnName(text string) string {
	name := strings.ToLower(strings.TrimSpace(text))
	return strings.NewReplacer(" ", "_", "-", "_").Replace(name)
}
