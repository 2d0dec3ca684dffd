package commands

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"perch/bot/card"
	"perch/bot/socket"
	"perch/internal/finch"
)

// slowFinch answers when it is let go, and changes what is known then.
type slowFinch struct {
	*archive
	letGo chan struct{}
	err   error
}

func (f slowFinch) Look(ctx context.Context, id string) (finch.Connection, error) {
	select {
	case <-f.letGo:
	case <-ctx.Done():
		return finch.Connection{}, ctx.Err()
	}
	f.mu.Lock()
	f.connections[0].Learned = now
	f.mu.Unlock()
	return finch.Connection{}, f.err
}

func (f slowFinch) ReadJob(ctx context.Context, id string) (finch.JobLine, error) {
	if _, err := f.Look(ctx, ""); err != nil || f.err != nil {
		return finch.JobLine{}, errors.Join(err, f.err)
	}
	f.becomes(id, func(j *finch.KnownJob) {
		*j = change(endedAs(finch.JobFailed, 0), func(failed *finch.KnownJob) { failed.ID, failed.Learned = j.ID, now })
	})
	return f.Job(ctx, id)
}

func TestAConnectionIsShownAtOnceAndThenFresh(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err  error
		want string
	}{
		"Finch answers":        {nil, "From Finch just now"},
		"Finch does not":       {&finch.Error{}, "Finch does not answer at the moment"},
		"the token is no good": {&finch.Error{Status: 401, Name: "invalid_token_error"}, "Finch does not accept this access token"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := slowFinch{harborArchive(), make(chan struct{}), tt.err}
			s := f.sources()
			s.Looker = f
			d := newDesk(t, s)
			d.slash("/connection", "harbor")
			if first := d.hears("Asking Finch for news"); first.Replace {
				t.Error("the first answer replaced something")
			}
			close(f.letGo)
			if second := d.hears(tt.want); !second.Replace {
				t.Error("the second answer did not take the first one's place")
			}
			d.click("connection.refresh", "connection", harbor().ID)
			d.hears(tt.want)
		})
	}
}

func TestAConnectionWithoutATokenAsksNobody(t *testing.T) {
	t.Parallel()
	a := harborArchive()
	a.connections[0].HasToken, a.connections[0].DisconnectedAt = false, now.Add(-time.Hour)
	s := a.sources()
	s.Looker = nil
	d := newDesk(t, s)
	d.slash("/connection", "harbor")
	d.hears("this connection has ended")
	d.click("connection.refresh", "connection", harbor().ID)
	d.hears("this connection has ended")
}

func TestAfterAPressASlowFinchLeavesTheListWhereItIs(t *testing.T) {
	t.Parallel()
	f := slowFinch{harborArchive(), make(chan struct{}), nil}
	s := f.sources()
	s.Looker = f
	d := newDesk(t, s)
	d.click("connection.open", "b", harbor().ID)
	if card := d.hears("Finch takes long to answer; Refresh asks again."); card.Replace {
		t.Error("the card took the place of what was pressed")
	}
	close(f.letGo)
}

func TestASharedCardStaysAsItIsOnceOthersReadAlong(t *testing.T) {
	t.Parallel()
	s := harborArchive().sources()
	d := newDesk(t, s)
	d.channel = `{"id":"C1","is_ext_shared":true}`
	d.click("connection.refresh", "connection", harbor().ID+" UBO")
	if card := d.hears("Harbor Coffee Roasters"); card.Replace || card.Type != "ephemeral" {
		t.Errorf("the card in the channel was changed: %+v", card)
	}
}

func TestNobodyIsOfferedToShareWithThemselves(t *testing.T) {
	t.Parallel()
	d := newDesk(t, harborArchive().sources())
	d.take("slash_commands", socket.Command, map[string]any{
		"team_id": "T1", "api_app_id": "A1", "user_id": "U1", "channel_id": "D1",
		"command": "/connection", "text": "harbor", "response_url": d.slack.URL + "/hook",
	})
	if card := d.hears("Harbor Coffee Roasters"); strings.Contains(card.raw, "connection.share") {
		t.Error("a card in a direct message has a Share button")
	}
}

func TestQuotesAroundANameAreNoPartOfIt(t *testing.T) {
	t.Parallel()
	d := newDesk(t, harborArchive().sources())
	d.slash("/connection", "“harbor”")
	d.hears("Harbor Coffee Roasters")
}

func TestTheCardSaysWhenTheLastSyncsFailed(t *testing.T) {
	t.Parallel()
	good, bad, running := finch.JobComplete, finch.JobFailed, finch.JobRunning
	for _, tt := range []struct {
		syncs []finch.JobStatus
		want  string
	}{
		{[]finch.JobStatus{good, bad}, "The last sync failed.* Your move: none yet"},
		{[]finch.JobStatus{bad, good, bad, bad, running}, "The last 2 syncs failed.*"},
		{[]finch.JobStatus{good, bad, bad, bad}, "The last 3 syncs failed: Finch's move."},
		{[]finch.JobStatus{bad, good}, ""},
		{nil, ""},
	} {
		o := overview{Connection: with(finch.Connected), Now: now}
		for _, s := range tt.syncs {
			o.Syncs = append(o.Syncs, finch.KnownJob{ID: "j", Status: s, Scheduled: now})
		}
		if got := o.moveLine(); !strings.Contains(got, tt.want) || tt.want == "" && got != "" {
			t.Errorf("after %v the card says %q, want %q", tt.syncs, got, tt.want)
		}
	}
}

func TestSuggestionsFitIntoAnAcknowledgement(t *testing.T) {
	t.Parallel()
	widest := brief(strings.Repeat("東京", 100), finch.Reauth)
	widest.ProviderName, widest.CustomerID, widest.ID = strings.Repeat("東", 100), strings.Repeat("京", 100), harbor().ID
	raw, err := json.Marshal(card.Suggest(choices(slices.Repeat([]finch.Brief{widest}, maxSuggestions), now)))
	if err != nil || len(raw) > socket.MaxAnswer {
		t.Errorf("%d bytes, at most %d go through: %v", len(raw), socket.MaxAnswer, err)
	}
}
