package commands

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"perch/bot/card"
	"perch/internal/alert"
	"perch/internal/audit"
	"perch/internal/connect"
	"perch/internal/finch"
	"perch/internal/golden"
)

// packer is a person with a desk who makes packets, and what is kept account of.
type packer struct {
	*desk
	ledger   *ledger
	register *register
	archive  *archive
	book     *book
}

// book is an audit log that is only written to.
type book struct {
	diary
	written []audit.Entry
}

func (b *book) NoteAudit(_ context.Context, e audit.Entry) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.broken == nil {
		b.written = append(b.written, e)
	}
	return b.broken
}

func (b *book) all() []audit.Entry {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]audit.Entry(nil), b.written...)
}

func (l *ledger) happenings() (all []alert.Happening) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.events {
		all = append(all, e.What)
	}
	return all
}

// newPacker has a failed sync of Harbor Coffee, a problem of it, and Blue Fern's session.
func newPacker(t *testing.T, problems ...alert.Problem) packer {
	t.Helper()
	p := packer{ledger: &ledger{problems: problems}, archive: packedArchive(), book: &book{}}
	p.register = &register{readings: []connect.Reading{seenAs(signingIn)}}
	s := p.register.sources(p.ledger)
	s.Known, s.History, s.Jobs, s.Steps, s.Audits = p.archive, p.archive, p.archive, p.archive, p.book
	p.desk = newDesk(t, s)
	return p
}

func packedArchive() *archive {
	a := &archive{connections: []finch.Connection{harbor()}}
	asked := change(endedAs(finch.JobRunning, 0), func(j *finch.KnownJob) { j.Created, j.Scheduled = j.Started, time.Time{} })
	for _, j := range []finch.KnownJob{asked, endedAs(finch.JobFailed, 1), endedAs(finch.JobComplete, 2), endedAs(finch.JobFailed, 3)} {
		a.jobs = append(a.jobs, line(j))
	}
	a.steps = []finch.Change{
		{ConnectionID: harbor().ID, From: finch.Connected, To: finch.Reauth, At: now.Add(-20 * time.Hour), Source: finch.FromWebhook},
		{ConnectionID: harbor().ID, EntityID: harbor().Entities[1].ID, To: finch.Connected, At: now.Add(-60 * time.Hour), Source: finch.FromIntrospect},
		{ConnectionID: harbor().ID, From: finch.Pending, To: finch.Connected, At: now.Add(-600 * time.Hour), Source: finch.FromIntrospect},
	}
	return a
}

// failedJob is that which a packet is made of.
func failedJob() finch.KnownJob { return endedAs(finch.JobFailed, 1) }

func failedProblem() alert.Problem {
	q := failing(7)
	q.Jobs, q.Count, q.Move = []string{failedJob().ID}, 3, alert.Finchs
	q.Facts.Message = `Harbor Coffee Roasters: provider did not answer for "Ana Souza", SSN 123-45-6789`
	return q
}

// opens waits for the modal that asks for patience and the one that follows it.
func (p packer) opens(want string) shown {
	p.t.Helper()
	p.sees("Gathering what is known")
	return p.sees(want)
}

func TestAPacketIsShownForWhatIsPressed(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ value, want, about string }{
		"job":        {"job " + failedJob().ID, "Support packet: job " + failedJob().ID, harbor().ID},
		"problem":    {"problem 7", "Support packet: problem 7", harbor().ID},
		"connection": {"connection " + harbor().ID, "Support packet: connection " + harbor().ID, harbor().ID},
		"session":    {"session " + blueFern().ID, "Support packet: session " + blueFern().ID, blueFern().ID},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPacker(t, failedProblem())
			p.click("perch.packet", "job", tt.value)
			v := p.opens(tt.want)
			for _, canary := range []string{"Harbor Coffee", "Harbor Bakery", "Blue Fern", "Ana Souza", "123-45", "6f0c2b7e", "U1"} {
				if strings.Contains(v.raw, canary) {
					t.Errorf("%q is seen in %s", canary, v.raw)
				}
			}
			written := p.book.all()
			if len(written) != 1 || written[0].What != "packet made" || written[0].Who != "U1" || written[0].About != tt.about || written[0].Detail != tt.value+", shown" {
				t.Errorf("kept account of %+v", written)
			}
		})
	}
}

func TestAPacketOfAJobTellsItsStory(t *testing.T) {
	t.Parallel()
	p := newPacker(t, failedProblem())
	p.ledger.events = []alert.Event{
		{At: now.Add(-4 * time.Hour), What: alert.HasOpened},
		{At: now.Add(-3 * time.Hour), What: alert.HasClaimed, Who: "UANN"},
		{At: now.Add(-time.Hour), What: alert.HasSent, Who: "UBO", Detail: "#48211"},
		{At: now.Add(-time.Hour), What: alert.HasChanged},
	}
	p.click("perch.packet", "job", "job "+failedJob().ID)
	v := p.opens("data_sync_all")
	for _, want := range []string{
		"paychex_flex", "5f3c0001-aaaa-4bbb-8ccc-000000000001", "connected -> reauth (webhook)", "before  2026-11-19", "after   2026-11-21",
		"the problem opened", "somebody claimed it", "a sync was run", "sent to Finch, reference #48211", "Finch's move", "credential, assisted",
	} {
		if !strings.Contains(v.raw, jsonText(want)) {
			t.Errorf("it does not say %q: %s", want, v.raw)
		}
	}
	for _, not := range []string{"UANN", "UBO", "changed"} {
		if strings.Contains(v.raw, not) {
			t.Errorf("it says %q: %s", not, v.raw)
		}
	}
}

// Finch's support wants the Job ID, also where somebody quoted the connection.
func TestAPacketOfAConnectionNamesTheJobThatFails(t *testing.T) {
	t.Parallel()
	p := newPacker(t, failedProblem())
	p.click("perch.packet", "connection", "connection "+harbor().ID)
	v := p.opens("Support packet: connection")
	for _, want := range []string{
		"job         " + failedJob().ID, "request  5f3c0001-aaaa-4bbb-8ccc-000000000001", failedJob().ID + "  error after", "after   2026-11-21", "status   connected",
	} {
		if !strings.Contains(v.raw, jsonText(want)) {
			t.Errorf("it does not say %q: %s", want, v.raw)
		}
	}
}

func TestThatAPacketWasMadeStandsInTheProblemsHistoryOnce(t *testing.T) {
	t.Parallel()
	p := newPacker(t, failedProblem())
	p.click("perch.packet", "job", "job "+failedJob().ID)
	v := p.opens("Note as sent")
	if v.View.PrivateMetadata != "7" || v.View.CallbackID != "perch.packet_sent" {
		t.Errorf("the form is %s about %s", v.View.CallbackID, v.View.PrivateMetadata)
	}
	p.press(v, "perch.packet_file", "job "+failedJob().ID, nil)
	p.sees("support-packet-job-d1d1d1d1.md is in your direct messages")
	if got := p.ledger.happenings(); len(got) != 1 || got[0] != alert.HasPacket {
		t.Errorf("the history holds %v", got)
	}
}

func TestAPacketIsNotShownWhereItCannotBeKeptAccountOf(t *testing.T) {
	t.Parallel()
	p := newPacker(t, failedProblem())
	p.book.broken = errors.New("disk full")
	p.click("perch.packet", "job", "job "+failedJob().ID)
	if v := p.opens("That did not work"); strings.Contains(v.raw, failedJob().ID) {
		t.Errorf("shown all the same: %s", v.raw)
	}
	p.press(shown{View: slack.ModalViewRequest{Type: slack.VTModal}}, "perch.packet_file", "job "+failedJob().ID, nil)
	p.sees("That did not work")
	if len(p.files) != 0 || len(p.ledger.happenings()) != 0 {
		t.Errorf("%d files, %v", len(p.files), p.ledger.happenings())
	}
}

func TestAPacketComesAsAFile(t *testing.T) {
	t.Parallel()
	p := newPacker(t)
	p.click("perch.packet", "connection", "connection "+harbor().ID)
	v := p.opens("Markdown file to me")
	if v.View.Submit != nil || strings.Contains(v.raw, "Finch's reference") {
		t.Errorf("without a problem it asks for a reference: %s", v.raw)
	}
	p.press(v, "perch.packet_file", "connection "+harbor().ID, nil)
	p.sees("support-packet-connection-c0ffee00.md is in your direct messages with Perch.")
	file := <-p.files
	if !strings.Contains(file, "# Support packet: connection `"+harbor().ID+"`") || strings.Contains(file, "Harbor Coffee") {
		t.Errorf("the file holds %s", file)
	}
	if title := <-p.titles; title != "Support packet: connection "+harbor().ID {
		t.Errorf("the file is titled %s", title)
	}
	if written := p.book.all(); len(written) != 2 || written[1].Detail != "connection "+harbor().ID+", as a file" {
		t.Errorf("kept account of %+v", written)
	}
}

func TestAPacketIsNotedAsSent(t *testing.T) {
	t.Parallel()
	p := newPacker(t, failedProblem())
	p.click("perch.packet", "problem", "problem 7")
	v := p.opens("Note as sent")
	next := p.submit(v, map[string][]string{"reference": {"<#48211>"}})
	if !strings.Contains(next.raw, jsonText("reference &lt;#48211&gt;.")) {
		t.Errorf("answered %s", next.raw)
	}
	problem, err := p.ledger.Problem(t.Context(), 7)
	if err != nil || problem.SentBy != "U1" || problem.SentRef != "<#48211>" || !problem.SentAt.Equal(now) {
		t.Errorf("the problem was sent by %q under %q: %v", problem.SentBy, problem.SentRef, err)
	}
	v.View.PrivateMetadata = "7; drop"
	p.submit(v, nil)
	v.View.PrivateMetadata = "99"
	if gone := p.submit(v, nil); !strings.Contains(gone.raw, "not kept here any more") {
		t.Errorf("answered %s", gone.raw)
	}
}

func TestAPacketOpensFromTheMenuOfAProblem(t *testing.T) {
	t.Parallel()
	p := newPacker(t, failedProblem())
	p.click("perch.more", "problem:7", "packet 7")
	p.opens("Support packet: problem 7")
}

func TestAPacketNeedsOnlyWhatIsKept(t *testing.T) {
	t.Parallel()
	outage := alert.Problem{ID: 9, Key: alert.Key{Kind: alert.Outage, Part: "gusto|job"}, Subject: alert.Subject{ProviderID: "gusto"}, State: alert.Open, Opened: now.Add(-time.Hour), Affected: 52, Of: 61}
	orphan := failing(8) // its job is not kept
	p := newPacker(t, outage, orphan)
	p.click("perch.packet", "problem", "problem 9")
	p.opens("52 of 61 connections")
	p.click("perch.packet", "problem", "problem 8")
	p.opens("paychex_flex")
	for value, want := range map[string]string{
		"job 99999999":     "This job is not known here any more",
		"connection gone":  "This connection is not known here any more",
		"session gone":     "This Connect session is not known here any more",
		"problem 12345678": "This problem is not kept here any more",
	} {
		p.click("perch.packet", "x", value)
		p.opens(want)
	}
	if written := p.book.all(); len(written) != 2 {
		t.Errorf("kept account of %+v", written)
	}
}

func TestForgedPacketsAreRefused(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"", "job", "job ", "problem 0", "problem -1", "problem 07", "problem 7 8", "person U1", "job a\u202eb", "job  a", "session " + strings.Repeat("x", 501)} {
		if of, err := packetOfValue(value); !errors.Is(err, errStrange) {
			t.Errorf("%q is %+v, %v", value, of, err)
		}
	}
	for _, of := range []packetOf{{ofJob, failedJob().ID}, {ofProblem, "7"}, {ofSession, "a b"}} {
		if got, err := packetOfValue(of.String()); err != nil || got != of {
			t.Errorf("%+v came back as %+v, %v", of, got, err)
		}
	}
	p := newPacker(t)
	p.click("perch.packet_file", "x", "connection "+harbor().ID) // not in a modal
	p.hears("")
	if written := p.book.all(); len(written) != 0 {
		t.Errorf("kept account of %+v", written)
	}
}

func TestAGuestGetsNoPacket(t *testing.T) {
	t.Parallel()
	p := newPacker(t, failedProblem())
	p.asker = `{"is_restricted":true}`
	p.click("perch.packet", "job", "job "+failedJob().ID)
	p.hears("Only")
	if written := p.book.all(); len(written) != 0 || len(p.views) != 0 {
		t.Errorf("kept account of %+v, %d views", written, len(p.views))
	}
}

func TestPacketViews(t *testing.T) {
	t.Parallel()
	for name, k := range packedViews(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := k.view(map[bool]string{true: "support-packet-job-d1d1d1d1.md is in your direct messages with Perch."}[name == "job_filed"])
			if err := card.ValidateView(v); err != nil {
				t.Errorf("Slack would refuse it: %v", err)
			}
			golden.JSON(t, "packet_"+name+".json", v)
		})
	}
}

// packedViews are packets of all kinds, of the longest and of hostile facts.
func packedViews(t *testing.T) map[string]packing {
	t.Helper()
	l := &ledger{problems: []alert.Problem{failedProblem()}}
	a := packedArchive()
	g := &register{readings: []connect.Reading{seenAs(signingIn)}}
	evil := hostileConnection()
	evil.ID = "evil"
	long := longest()
	long.ID = "long"
	long.Report.Message = strings.Repeat("Word ", 2000)
	much := &archive{}
	for i := range 400 {
		much.steps = append(much.steps, finch.Change{ConnectionID: "long", From: finch.Status(strings.Repeat("Ünïcödé 東京 ", 30)), To: finch.Status(fmt.Sprint(i)), At: now.Add(-time.Duration(i) * time.Minute), Source: strings.Repeat("Ünïcödé 東京 ", 30)})
	}
	a.connections = append(a.connections, evil, long)
	s := g.sources(l)
	s.Known, s.History, s.Jobs, s.Now = a, a, a, func() time.Time { return now }
	views := map[string]packing{}
	for name, of := range map[string]packetOf{
		"job": {ofJob, failedJob().ID}, "job_filed": {ofJob, failedJob().ID}, "problem": {ofProblem, "7"}, "connection": {ofConnection, harbor().ID},
		"session": {ofSession, blueFern().ID}, "hostile": {ofConnection, "evil"}, "longest": {ofConnection, "long"},
	} {
		s.Steps = a
		if name == "longest" {
			s.Steps = much
		}
		k, err := (perch{Sources: s}).pack(t.Context(), of)
		if err != nil {
			t.Fatalf("pack %s: %v", name, err)
		}
		views[name] = k
	}
	return views
}

func TestAnIDThatIsTheNameIsNotShown(t *testing.T) {
	t.Parallel()
	p := newPacker(t)
	c := harbor()
	c.CustomerID = c.CustomerName
	p.archive.connections = []finch.Connection{c}
	p.click("perch.packet", "connection", "connection "+c.ID)
	if v := p.opens("customer"); strings.Contains(v.raw, c.CustomerName) {
		t.Errorf("the customer is named: %s", v.raw)
	}
}
