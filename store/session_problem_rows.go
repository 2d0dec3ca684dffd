package store

import (
	"time"

	"perch/internal/alert"
	"perch/internal/connect"
)

// storedWay fixes how it is written what a problem says of a Connect session.
type storedWay struct {
	ID          string `json:"id,omitempty"`
	CustomerID  string `json:"customer,omitempty"`
	Reconnect   bool   `json:"reconnect,omitempty"`
	Attempts    int    `json:"attempts,omitempty"`
	Made        int64  `json:"made,omitempty"`
	Opened      int64  `json:"opened,omitempty"`
	Expires     int64  `json:"expires,omitempty"`
	Renewed     int64  `json:"renewed,omitempty"`
	Stage       string `json:"stage,omitempty"`
	Spent       int64  `json:"spent,omitempty"` // ns
	Visits      int    `json:"visits,omitempty"`
	Closed      bool   `json:"closed,omitempty"`
	Error       string `json:"error,omitempty"`
	ErrorType   string `json:"error_type,omitempty"`
	ErrorStage  string `json:"error_stage,omitempty"`
	ErrorTimes  int    `json:"error_times,omitempty"`
	Errors      int    `json:"errors,omitempty"`
	Connected   bool   `json:"connected,omitempty"`
	Provisional bool   `json:"provisional,omitempty"`
}

func storedWayOf(f alert.SessionFacts) storedWay {
	return storedWay{
		ID: f.ID, CustomerID: f.CustomerID, Reconnect: f.Reconnect, Attempts: f.Attempts,
		Made: stamp(f.Made), Opened: stamp(f.Opened), Expires: stamp(f.Expires), Renewed: stamp(f.Renewed),
		Stage: string(f.Stage), Spent: int64(f.Spent), Visits: f.Visits, Closed: f.Closed,
		Error: f.Error, ErrorType: f.ErrorType, ErrorStage: string(f.ErrorStage), ErrorTimes: f.ErrorTimes, Errors: f.Errors,
		Connected: f.Connected, Provisional: f.Provisional,
	}
}

func (w storedWay) facts() alert.SessionFacts {
	return alert.SessionFacts{
		ID: w.ID, CustomerID: w.CustomerID, Reconnect: w.Reconnect, Attempts: w.Attempts,
		Made: timeOf(w.Made), Opened: timeOf(w.Opened), Expires: timeOf(w.Expires), Renewed: timeOf(w.Renewed),
		Stage: connect.Stage(w.Stage), Spent: time.Duration(w.Spent), Visits: w.Visits, Closed: w.Closed,
		Error: w.Error, ErrorType: w.ErrorType, ErrorStage: connect.Stage(w.ErrorStage), ErrorTimes: w.ErrorTimes, Errors: w.Errors,
		Connected: w.Connected, Provisional: w.Provisional,
	}
}
