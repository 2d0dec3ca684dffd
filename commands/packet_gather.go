package commands

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"perch/bot"
	"perch/internal/alert"
	"perch/internal/connect"
	"perch/internal/finch"
	"perch/internal/mask"
	"perch/internal/packet"
)

// How much is looked at for a packet, which shows the part nearest to the event.
const (
	packetSteps    = 300
	packetJobs     = 5
	packetProblems = 50
	// packetAfter is how long after a job others belong to its story.
	packetAfter = 7 * 24 * time.Hour
)

// packing is what a packet is made of, and the problem it belongs to, if any.
type packing struct {
	Of      packetOf
	Facts   packet.Facts
	Problem *alert.Problem
	// names are of customers, and taken out of texts.
	names []string
}

// about is what the audit log files the packet under.
func (k packing) about() string {
	return cmp.Or(k.Facts.ConnectionID, k.Facts.SessionID, k.Facts.CustomerID, k.Of.String())
}

// pack gathers what is known here; Finch is not asked.
func (p perch) pack(ctx context.Context, of packetOf) (packing, error) {
	k := packing{Of: of, Facts: packet.Facts{Kind: of.Kind, ID: of.ID, Now: p.Now()}}
	gather := map[string]func(context.Context, *packing, string) error{
		ofJob: p.packJob, ofConnection: p.packConnection, ofSession: p.packSession, ofProblem: p.packProblem,
	}[of.Kind]
	if err := gather(ctx, &k, of.ID); err != nil {
		return k, err
	}
	if err := p.packTried(ctx, &k); err != nil {
		return k, err
	}
	k.hideNames()
	return k, nil
}

func (p perch) packJob(ctx context.Context, k *packing, id string) error {
	line, err := p.History.Job(ctx, id)
	switch {
	case errors.Is(err, finch.ErrUnknownJob), errors.Is(err, finch.ErrAmbiguousJob):
		return bot.Tell("This job is not known here any more.", nil)
	case err != nil:
		return fmt.Errorf("read job %s: %w", id, err)
	}
	k.addJob(line)
	if err := p.packAround(ctx, k, line.KnownJob); err != nil {
		return err
	}
	if err := p.addConnection(ctx, k, line.ConnectionID); err != nil {
		return err
	}
	return p.relate(ctx, k, alert.ProblemQuery{ConnectionID: line.ConnectionID}, func(q alert.Problem) bool { return slices.Contains(q.Jobs, line.ID) })
}

// addJob takes what a job says. It outlives what is known of its connection.
func (k *packing) addJob(l finch.JobLine) {
	f := &k.Facts
	f.JobID, f.ConnectionID, f.CompanyID, f.CustomerID = l.ID, l.ConnectionID, l.CompanyID, l.CustomerID
	f.ProviderID, f.ProviderName = l.ProviderID, l.ProviderName
	f.JobType, f.Status = l.Type, string(l.Status)
	f.Created, f.Scheduled, f.Started, f.Completed, f.FirstSeen = l.Created, l.Scheduled, l.Started, l.Completed, l.FirstSeen
	f.Requests, f.At = l.RequestIDs, l.At()
	if l.EntityID != "" {
		f.EntityIDs = []string{l.EntityID}
	}
	for _, r := range l.Results {
		f.Results = append(f.Results, packet.Result{Code: r.Code, Count: r.Count})
	}
	k.names = append(k.names, l.CustomerName)
}

// packAround adds the jobs before one and after it. A sync that was asked for after
// it is something that was tried.
func (p perch) packAround(ctx context.Context, k *packing, job finch.KnownJob) error {
	before, err := p.History.JobsBefore(ctx, job, packetJobs)
	if err != nil {
		return fmt.Errorf("read the jobs before %s: %w", job.ID, err)
	}
	page, err := p.Jobs.Jobs(ctx, finch.JobQuery{
		ConnectionID: job.ConnectionID, Types: []string{job.Type}, Since: job.At().Add(time.Millisecond), Until: job.At().Add(packetAfter), Limit: 100,
	})
	if err != nil {
		return fmt.Errorf("read the jobs after %s: %w", job.ID, err)
	}
	for _, j := range before {
		k.Facts.Before = append(k.Facts.Before, packedJob(j))
	}
	for _, j := range page.Jobs {
		k.Facts.After = append(k.Facts.After, packedJob(j.KnownJob))
		if j.Kind == finch.Automated && j.Scheduled.IsZero() && !j.Created.IsZero() {
			k.Facts.Tried = append(k.Facts.Tried, packet.Tried{At: j.Created, What: "a sync was run", Detail: j.ID})
		}
	}
	return nil
}

func packedJob(j finch.KnownJob) packet.Job {
	return packet.Job{ID: j.ID, Status: string(j.Status), At: j.At(), Started: j.Started, Ended: j.Completed}
}

func (p perch) packConnection(ctx context.Context, k *packing, id string) error {
	known, err := p.known(ctx, id)
	if err != nil {
		return err
	}
	k.addStatus(known)
	if err := p.addConnection(ctx, k, id); err != nil {
		return err
	}
	err = p.relate(ctx, k, alert.ProblemQuery{ConnectionID: id, State: alert.Open}, func(alert.Problem) bool { return true })
	if err != nil || k.Problem == nil {
		return err
	}
	k.Facts.At = k.Problem.Opened
	return p.packFailing(ctx, k)
}

// packFailing adds the newest job of a connection's problem, which is what Finch's
// support asks for first, among those around it.
func (p perch) packFailing(ctx context.Context, k *packing) error {
	ids := k.Problem.Jobs
	if len(ids) == 0 {
		return nil
	}
	line, err := p.History.Job(ctx, ids[len(ids)-1])
	switch {
	case errors.Is(err, finch.ErrUnknownJob), errors.Is(err, finch.ErrAmbiguousJob):
		return nil // the problem outlived it
	case err != nil:
		return fmt.Errorf("read job %s: %w", ids[len(ids)-1], err)
	}
	k.Facts.JobID, k.Facts.Requests = line.ID, line.RequestIDs
	if err := p.packAround(ctx, k, line.KnownJob); err != nil {
		return err
	}
	older := k.Facts.Before[:min(len(k.Facts.Before), packetJobs-1)] // newest first
	k.Facts.Before = append(older, packedJob(line.KnownJob))
	return nil
}

// addStatus takes how a connection stands, for a packet that is about that.
func (k *packing) addStatus(c finch.Connection) {
	f := &k.Facts
	f.Status, f.Message = string(c.Overall()), c.Report.Message
	for _, m := range c.Methods {
		f.Message = cmp.Or(f.Message, m.Report.Message)
	}
	if c.CreatedExact {
		f.Created = c.Created
	}
	f.LastSync, f.FirstSeen = c.LastSync(), c.FirstSeen
}

// addConnection takes what is known of the connection behind something, and how its
// status changed.
func (p perch) addConnection(ctx context.Context, k *packing, id string) error {
	c, err := p.Known.Connection(ctx, id)
	if errors.Is(err, finch.ErrUnknown) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read connection %s: %w", id, err)
	}
	steps, err := p.Steps.Changes(ctx, id, packetSteps)
	if err != nil {
		return fmt.Errorf("read the status history of %s: %w", id, err)
	}
	f := &k.Facts
	f.ConnectionID, f.CompanyID, f.CustomerID = id, cmp.Or(f.CompanyID, c.CompanyID), cmp.Or(f.CustomerID, c.CustomerID)
	f.ProviderID, f.ProviderName = cmp.Or(c.ProviderID, f.ProviderID), cmp.Or(c.ProviderName, f.ProviderName)
	f.Assisted, f.Environment, f.Sandbox = c.Assisted, c.Environment, c.FinchSandbox || c.Environment == "sandbox"
	for _, m := range c.Methods {
		f.Methods = append(f.Methods, m.Type)
	}
	k.names = append(k.names, c.CustomerName)
	named := len(f.EntityIDs) > 0
	for _, e := range c.Entities {
		k.names = append(k.names, e.Name)
		if !named {
			f.EntityIDs = append(f.EntityIDs, e.ID)
		}
	}
	for _, s := range steps {
		f.Steps = append(f.Steps, packet.Step{At: s.At, EntityID: s.EntityID, Method: s.Method, From: string(s.From), To: string(s.To), Source: s.Source})
	}
	return nil
}

func (p perch) packSession(ctx context.Context, k *packing, id string) error {
	if p.Sessions == nil {
		return unknownSession("read a session", connect.ErrUnknown)
	}
	reading, err := p.Sessions.Session(ctx, id)
	if err != nil {
		return unknownSession("read a session", err)
	}
	k.addSession(reading)
	s := reading.Session
	if s.ConnectionID != "" {
		if err := p.addConnection(ctx, k, s.ConnectionID); err != nil {
			return err
		}
	}
	if s.CustomerID == "" {
		return nil
	}
	return p.relate(ctx, k, alert.ProblemQuery{Kinds: alert.SessionKinds(), Words: s.CustomerID}, func(q alert.Problem) bool {
		return q.Facts.Session.ID == s.ID || q.State == alert.Open && q.Facts.Session.CustomerID == s.CustomerID
	})
}

func (k *packing) addSession(r connect.Reading) {
	s, p, f := r.Session, r.Progress, &k.Facts
	f.SessionID, f.CustomerID, f.ConnectionID = s.ID, s.CustomerID, s.ConnectionID
	f.ProviderID, f.ProviderName, f.Sandbox = s.ProviderID, s.ProviderName, s.Sandbox
	if s.Method != "" && s.ConnectionID == "" {
		f.Methods = []string{s.Method}
	}
	f.Outcome, f.Created, f.Opened, f.Closed, f.Completed, f.Expires = stateOf(r).words(), s.Created, p.Opened, p.ClosedAt, p.Over, s.Ends()
	f.At = p.Last
	if f.At.IsZero() {
		f.At = s.Created
	}
	for _, stage := range slices.Concat(p.Stages, p.Assisted) {
		f.Stages = append(f.Stages, packet.Stage{
			Name: stage.Stage.Name(), First: stage.First, Last: stage.Last, Visits: stage.Visits, Exits: stage.Exits, Errors: stage.Errors, Here: stage.Here,
		})
	}
	for _, e := range p.Errors {
		f.Errors = append(f.Errors, packet.Error{Stage: e.Stage.Name(), Message: e.Message, Type: e.Type, Count: e.Count, First: e.First, Last: e.Last})
	}
	k.names = append(k.names, s.CustomerName)
}

// packProblem gathers what the problem is about: its session, its newest job, else
// its connection. What is not kept of these any more is left out.
func (p perch) packProblem(ctx context.Context, k *packing, value string) error {
	id, err := problemID(value)
	if err != nil {
		return err
	}
	problem, err := p.Problems.Problem(ctx, id)
	if err != nil {
		return unknownProblem("read a problem", err)
	}
	s := problem.Subject
	k.Facts.CustomerID, k.Facts.CompanyID, k.Facts.ProviderID, k.Facts.ProviderName = s.CustomerID, s.CompanyID, s.ProviderID, s.ProviderName
	k.Facts.ConnectionID, k.Facts.Environment, k.Facts.Sandbox, k.Facts.Assisted = problem.Key.ConnectionID, s.Environment, s.Sandbox, s.Assisted
	if problem.Key.EntityID != "" {
		k.Facts.EntityIDs = []string{problem.Key.EntityID}
	}
	k.names = append(k.names, s.CustomerName, s.EntityName)
	err = p.packSubject(ctx, k, problem)
	if gone, told := errors.AsType[*bot.UserError](err); told && gone.Cause == nil {
		err = p.addConnection(ctx, k, problem.Key.ConnectionID)
	}
	if err != nil {
		return err
	}
	k.Problem, k.Facts.At = &problem, problem.Opened
	k.Facts.Message = cmp.Or(problem.Facts.Message, k.Facts.Message)
	k.Facts.Status = cmp.Or(k.Facts.Status, string(problem.Facts.Status))
	return nil
}

func (p perch) packSubject(ctx context.Context, k *packing, problem alert.Problem) error {
	switch {
	case problem.Facts.Session.ID != "":
		return p.packSession(ctx, k, problem.Facts.Session.ID)
	case len(problem.Jobs) > 0:
		return p.packJob(ctx, k, problem.Jobs[len(problem.Jobs)-1])
	case problem.Key.ConnectionID != "":
		return p.packConnection(ctx, k, problem.Key.ConnectionID)
	default:
		return nil
	}
}

// relate finds the problem that something belongs to: the newest one that fits, and
// of a job or session else one that is open on the same connection.
func (p perch) relate(ctx context.Context, k *packing, q alert.ProblemQuery, fits func(alert.Problem) bool) error {
	if k.Of.Kind == ofProblem {
		return nil
	}
	q.Limit = packetProblems
	page, err := p.Problems.Problems(ctx, q)
	if err != nil {
		return fmt.Errorf("look for the problem of a packet: %w", err)
	}
	mine := slices.DeleteFunc(slices.Clone(page.Problems), func(problem alert.Problem) bool {
		return q.ConnectionID != "" && problem.Key.ConnectionID != q.ConnectionID
	})
	i := slices.IndexFunc(mine, fits)
	if i < 0 && q.ConnectionID != "" {
		i = slices.IndexFunc(mine, func(problem alert.Problem) bool { return problem.State == alert.Open })
	}
	if i >= 0 {
		k.Problem = &mine[i]
	}
	return nil
}

// packTried adds the problem, and what people did about it.
func (p perch) packTried(ctx context.Context, k *packing) error {
	if k.Problem == nil {
		return nil
	}
	problem := *k.Problem
	k.Facts.Problem = &packet.Problem{
		Kind: problem.Key.Kind.Plain(), State: string(problem.State), Move: moveOf(problem.Move),
		Opened: problem.Opened, Over: problem.Over, Count: problem.Count, Affected: problem.Affected, Of: problem.Of,
	}
	events, err := p.Problems.ProblemEvents(ctx, problem.ID, maxHistory)
	if err != nil {
		return fmt.Errorf("read a problem's history: %w", err)
	}
	for _, e := range events {
		if what, detail := triedWords(e); what != "" {
			k.Facts.Tried = append(k.Facts.Tried, packet.Tried{At: e.At, What: what, Detail: detail})
		}
	}
	return nil
}

// triedWords are an event without who did it; nothing for what is only Perch's own.
func triedWords(e alert.Event) (what, detail string) {
	switch e.What {
	case alert.HasOpened:
		return "the problem opened", ""
	case alert.HasReopened:
		return "the problem opened again", ""
	case alert.HasRecurred:
		return "it happened again", e.Detail
	case alert.HasFlapped:
		return "it comes and goes", ""
	case alert.HasResolved:
		return "the problem was over", ""
	case alert.HasClosed:
		return "the problem was closed", ""
	case alert.HasJoined:
		return "it became part of an outage", ""
	case alert.HasClaimed:
		return "somebody claimed it", ""
	case alert.HasReleased:
		return "somebody let it go", ""
	case alert.HasLink:
		return "a reconnect link was made", ""
	case alert.HasSent:
		if e.Detail == "" {
			return "sent to Finch", ""
		}
		return "sent to Finch, reference", e.Detail
	default:
		return "", ""
	}
}

// shortestName is how long a name must be to be taken out of texts: shorter ones are
// parts of words.
const shortestName = 3

// hideNames takes the names that are known out of all texts.
func (k *packing) hideNames() {
	hide := func(text *string) {
		*text = finch.OneLine(*text) // so that nothing unseen parts a name
		for _, name := range k.names {
			if name = finch.OneLine(name); len(name) >= shortestName {
				*text = mask.Without(*text, name)
			}
		}
	}
	hide(&k.Facts.Message)
	hide(&k.Facts.CustomerID) // some applications take the name for an id
	for i := range k.Facts.Errors {
		hide(&k.Facts.Errors[i].Message)
	}
	for i := range k.Facts.Tried {
		hide(&k.Facts.Tried[i].Detail)
	}
}
