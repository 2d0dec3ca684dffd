package alert

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"perch/internal/connect"
)

// Attempts is all that is known of one employer's ways through Finch Connect at
// one moment. However many links there are, an employer has one story.
type Attempts struct {
	CustomerID string
	// Sessions are the employer's, in any order.
	Sessions []connect.Reading
	// Living are the employer's connections that have not ended, in any order.
	Living []Living
	Limits connect.Limits
	Now    time.Time
}

// Living is a connection, and since when it is known here.
type Living struct {
	ConnectionID string
	Since        time.Time
}

// CloseAttempts is how long a stopped employer, a row of errors or an expired
// link is a problem. Whoever could be helped was by then.
const CloseAttempts = 14 * 24 * time.Hour

// sessionRule is a line of the table of kinds that are about Connect sessions.
type sessionRule struct {
	kind Kind
	// judge says one word on the kind, and when time alone could change it.
	judge func(story) (Finding, time.Time)
}

func sessionRules() []sessionRule {
	return []sessionRule{
		{DroppedOff, droppedOff}, {AuthErrors, authErrors}, {LinkUnused, linkUnused}, {LinkExpired, linkExpired},
	}
}

// AssessSessions says what is wrong with an employer's Connect sessions now, and
// when time alone could change that, zero for never. Like Assess it depends on
// nothing but what is known.
func AssessSessions(a Attempts) (found []Finding, next time.Time) {
	if len(a.Sessions) == 0 {
		return nil, time.Time{}
	}
	s := a.story()
	for _, r := range sessionRules() {
		f, at := r.judge(s)
		f.Key = Key{Kind: r.kind, Part: PartOfCustomer(a.CustomerID)}
		found, next = append(found, f), earlier(next, at)
	}
	return found, next
}

// partOfCustomer begins the part of a key that means an employer and not one of
// their connections.
const partOfCustomer = "customer:"

// PartOfCustomer is the part of the keys of an employer's Connect sessions.
func PartOfCustomer(customerID string) string { return partOfCustomer + customerID }

// CustomerOf is whose Connect sessions a problem is about; ok is false for all
// other problems.
func CustomerOf(k Key) (customerID string, ok bool) {
	if !k.Kind.bySession() {
		return "", false
	}
	return strings.CutPrefix(k.Part, partOfCustomer)
}

// story is what an employer's sessions come to.
type story struct {
	Attempts
	// newest is the last link that was made.
	newest connect.Reading
	// seen are the sessions that the employer was seen in, the latest first.
	seen []connect.Reading
	// attempts is how many there were since they were through the last time.
	attempts int
}

func (a Attempts) story() story {
	made := slices.SortedStableFunc(slices.Values(a.Sessions), func(a, b connect.Reading) int {
		return cmp.Or(b.Session.Created.Compare(a.Session.Created), cmp.Compare(b.Session.ID, a.Session.ID))
	})
	s := story{Attempts: a, newest: made[0]}
	for _, r := range made {
		if !r.Progress.LastMove().IsZero() {
			s.seen = append(s.seen, r)
		}
	}
	_, s.attempts, _ = connect.Journey(made)
	slices.SortStableFunc(s.seen, func(a, b connect.Reading) int { return b.Progress.LastMove().Compare(a.Progress.LastMove()) })
	return s
}

// linked is since when the newest connection is known to which a link can have led;
// zero if there is none. One to reconnect leads to what was there before, though
// Perch may have been told of that later.
func (s story) linked(to connect.Session) time.Time {
	var newest time.Time
	for _, c := range s.Living {
		if !to.Reconnect || to.ConnectionID != "" && c.ConnectionID != to.ConnectionID {
			newest = later(newest, c.Since)
		}
	}
	return newest
}

// through says that the employer is, by this link or after it was made; ok is false
// if they are not.
func (s story) through(link connect.Session) (f Finding, ok bool) {
	f = Finding{Word: Settled}
	made := link.Created
	if linked := s.linked(link); linked.After(made) {
		f.Over = linked
	}
	for _, r := range s.seen {
		if r.Progress.Outcome == connect.Connected && !r.Progress.LastMove().Before(made) {
			f.Facts.Session.Provisional = r.Progress.Provisional && f.Over.IsZero()
			f.Over = earlier(f.Over, cmp.Or(r.Progress.Over, r.Progress.LastMove()))
		}
	}
	return f, !f.Over.IsZero()
}

// linkOver is when the last link ended by which a session could have gone on;
// zero while one is good.
func (s story) linkOver(r connect.Reading) time.Time {
	if r.Progress.Outcome != connect.Lapsed || s.newest.Progress.Outcome != connect.Lapsed {
		return time.Time{}
	}
	return later(r.Progress.Over, s.newest.Progress.Over)
}

// ends is when the next of these sessions' links ends that is still good.
func (s story) ends(sessions ...connect.Reading) time.Time {
	var next time.Time
	for _, r := range sessions {
		if r.Session.Expires.After(s.Now) {
			next = earlier(next, r.Session.Expires)
		}
	}
	return next
}

// facts are what a card says of a session, whatever its kind.
func (s story) facts(r connect.Reading) Facts {
	f := SessionFacts{
		ID: r.Session.ID, CustomerID: s.CustomerID, Reconnect: r.Session.Reconnect, Attempts: s.attempts,
		Made: r.Session.Created, Expires: r.Session.Expires, Opened: r.Progress.Opened,
		Stage: r.Progress.Stage, Errors: r.Progress.ErrorCount,
	}
	if s.newest.Session.ID != r.Session.ID {
		f.Renewed, f.Expires = s.newest.Session.Created, s.newest.Session.Expires
	}
	if errs := r.Progress.Errors; len(errs) > 0 {
		f.Error, f.ErrorType, f.ErrorTimes, f.ErrorStage = errs[0].Message, errs[0].Type, errs[0].Count, errs[0].Stage
	}
	return Facts{Session: f}
}

// Subject is whom a problem of these sessions is about: the employer, with what
// their last session says of provider and way to sign in. Of a session nobody
// tells its environment but for the sandbox: it counts as production.
func (a Attempts) Subject(k Key) Subject {
	if len(a.Sessions) == 0 {
		return Subject{CustomerID: a.CustomerID, Environment: production}
	}
	s := a.story()
	r := s.newest
	if (k.Kind == DroppedOff || k.Kind == AuthErrors) && len(s.seen) > 0 {
		r = s.seen[0]
	}
	of := Subject{
		CustomerID: a.CustomerID, CustomerName: cmp.Or(r.Session.CustomerName, s.newest.Session.CustomerName),
		ProviderID: r.Session.ProviderID, ProviderName: r.Session.ProviderName,
		Environment: production, Assisted: r.Session.Method == assisted,
	}
	if r.Session.Sandbox {
		of.Environment, of.Sandbox = sandbox, true
	}
	return of
}

// bySession reports whether a kind is about Connect sessions.
func (k Kind) bySession() bool {
	return slices.ContainsFunc(sessionRules(), func(r sessionRule) bool { return r.kind == k })
}

// atStage reports whether problems of a kind happen at a stage of Finch Connect.
func (k Kind) atStage() bool { return k == DroppedOff || k == AuthErrors }

// classAt is what problems at a stage share; the kind alone where none is known.
func classAt(k Kind, stage connect.Stage) string {
	if stage == "" {
		return string(k)
	}
	return string(k) + "/" + string(stage)
}
