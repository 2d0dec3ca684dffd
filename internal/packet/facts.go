package packet

import "time"

// Facts are what a packet is made of. None of them names a person or a customer;
// texts may hold anything, and are masked. Zero fields are unknown and left out.
type Facts struct {
	// Kind and ID are what it is about: "job", "problem", "connection" or "session".
	Kind, ID string
	Now      time.Time
	// At is the event, around which the status history is told; zero for Now.
	At time.Time

	JobID, ConnectionID, CompanyID, CustomerID, SessionID string
	EntityIDs                                             []string

	ProviderID, ProviderName string
	// Assisted: people at Finch fetch the data. Methods are how the employer signs in,
	// by Finch's word.
	Assisted    bool
	Methods     []string
	Environment string
	Sandbox     bool

	// JobType and Status are Finch's words, Message the text beside them.
	JobType, Status, Message                         string
	Created, Scheduled, Started, Completed, LastSync time.Time
	FirstSeen                                        time.Time
	// Results are how many people of a job got which code.
	Results []Result
	// Requests are the Finch-Request-Ids, newest last.
	Requests []string

	// Steps are the status history, in any order.
	Steps []Step
	// Before and After are the jobs of the same kind nearest to the event.
	Before, After []Job

	// Outcome is how a session stands, in words of ours.
	Outcome string
	// Opened, Closed and Expires are of a session.
	Opened, Closed, Expires time.Time
	Stages                  []Stage
	Errors                  []Error

	Problem *Problem
	// Tried is what happened to the problem and what people did about it, in any order.
	Tried []Tried
}

// Result is how many people of a job got one code; 0 is none.
type Result struct{ Code, Count int }

// Step is one change of a status.
type Step struct {
	At time.Time
	// EntityID and Method are what changed, both empty for the connection.
	EntityID, Method string
	From, To         string
	// Source is "webhook" or "introspect".
	Source string
}

// Job is another job of the same connection.
type Job struct {
	ID, Status     string
	At             time.Time
	Started, Ended time.Time
}

// Stage is how an employer fared at one stage.
type Stage struct {
	// Name may come from outside.
	Name        string
	First, Last time.Time
	Visits      int
	Exits       int
	Errors      int
	// Here: they are there, or stopped there.
	Here bool
}

// Error is an error that the employer saw.
type Error struct {
	// Stage, Message and Type come from outside; the message is their exact words.
	Stage, Message, Type string
	Count                int
	First, Last          time.Time
}

// Problem is what Perch knows of what is wrong.
type Problem struct {
	// Kind, State and Move are words of ours.
	Kind, State, Move string
	Opened, Over      time.Time
	Count             int
	// Affected of Of connections fail, of an outage; Of is 0 for others.
	Affected, Of int
}

// Tried is one thing that happened or was done. What is a word of ours, and Detail
// comes from outside.
type Tried struct {
	At           time.Time
	What, Detail string
}
