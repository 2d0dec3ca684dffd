package commands

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"perch/bot/card"
	"perch/bot/socket"
	"perch/internal/alert"
	"perch/internal/finch"
)

// shown is a modal that was opened, pushed or changed, or that answered a
// submission.
type shown struct {
	method string
	View   slack.ModalViewRequest `json:"view"`
	Action string                 `json:"response_action"`
	Errors map[string]string      `json:"errors"`
	raw    string
}

// sees waits for the next modal, and checks it against Slack's limits.
func (d *desk) sees(want string) shown {
	d.t.Helper()
	select {
	case v := <-d.views:
		d.valid(v, want)
		return v
	case a := <-d.says:
		d.t.Fatalf("no modal was shown but said: %s", a.raw)
	case <-time.After(patient):
		d.t.Fatalf("no modal says %q", want)
	}
	return shown{}
}

func (d *desk) valid(v shown, want string) {
	d.t.Helper()
	if !strings.Contains(v.raw, jsonText(want)) {
		d.t.Errorf("shown %s\nwant %q", v.raw, want)
	}
	if v.View.Type == "" {
		return
	}
	if err := card.ValidateJSON([]byte(v.raw)); err != nil {
		d.t.Errorf("Slack would refuse the modal: %v", err)
	}
}

// fields are what stands in a modal's fields: what it began with, or what the
// test filled in instead. A name stands for the block whatever its turn.
func (v shown) fields(t *testing.T, filled map[string][]string) map[string]any {
	t.Helper()
	values := map[string]any{}
	used := 0
	for _, b := range v.View.Blocks.BlockSet {
		input, ok := b.(*slack.InputBlock)
		if !ok {
			continue
		}
		name, _, _ := strings.Cut(input.BlockID, ".")
		given, replaced := filled[name]
		if replaced {
			used++
		}
		values[input.BlockID] = map[string]any{"perch." + name: state(input.Element, given, replaced)}
	}
	if used != len(filled) {
		t.Errorf("the form lacks one of the fields %v: %s", filled, v.raw)
	}
	return values
}

func state(e slack.BlockElement, given []string, replaced bool) map[string]any {
	pick := func(values []string) []any {
		all := []any{}
		for _, v := range values {
			all = append(all, map[string]any{"value": v})
		}
		return all
	}
	initial := func(options []*slack.OptionBlockObject) []string {
		var values []string
		for _, o := range options {
			values = append(values, o.Value)
		}
		return values
	}
	choose := func(begun []string) []string {
		if replaced {
			return given
		}
		return begun
	}
	switch e := e.(type) {
	case *slack.PlainTextInputBlockElement:
		return map[string]any{"type": "plain_text_input", "value": strings.Join(choose([]string{e.InitialValue}), "")}
	case *slack.SelectBlockElement:
		var begun []string
		if e.InitialOption != nil {
			begun = []string{e.InitialOption.Value}
		}
		chosen := pick(choose(begun))
		if len(chosen) == 0 {
			return map[string]any{"type": "static_select", "selected_option": nil}
		}
		return map[string]any{"type": "static_select", "selected_option": chosen[0]}
	case *slack.CheckboxGroupsBlockElement:
		return map[string]any{"type": "checkboxes", "selected_options": pick(choose(initial(e.InitialOptions)))}
	case *slack.MultiSelectBlockElement:
		if e.Type == slack.MultiOptTypeUser {
			return map[string]any{"type": e.Type, "selected_users": choose(e.InitialUsers)}
		}
		return map[string]any{"type": e.Type, "selected_options": pick(choose(initial(e.InitialOptions)))}
	default:
		return map[string]any{}
	}
}

// submit sends a modal in with some of its fields filled in anew.
func (d *desk) submit(v shown, filled map[string][]string) shown {
	d.t.Helper()
	raw, err := json.Marshal(map[string]any{
		"type": "view_submission", "team": map[string]any{"id": "T1"}, "api_app_id": "A1", "trigger_id": "t2",
		"user": map[string]any{"id": "U1", "team_id": "T1"}, "view": d.view(v, filled),
	})
	if err != nil {
		d.t.Fatal(err)
	}
	answer, err := d.Answer(d.t.Context(), socket.Envelope{ID: "e", Kind: socket.Submission, Type: "interactive", Payload: raw, Received: time.Now()})
	next := shown{raw: string(answer)}
	if err := errors.Join(err, json.Unmarshal(answer, &next)); err != nil {
		d.t.Fatalf("answered %s: %v", answer, err)
	}
	d.valid(next, "")
	return next
}

func (d *desk) view(v shown, filled map[string][]string) map[string]any {
	return map[string]any{
		"id": "V1", "callback_id": v.View.CallbackID, "private_metadata": v.View.PrivateMetadata, "hash": "h", "root_view_id": "V1",
		"state": map[string]any{"values": v.fields(d.t, filled)},
	}
}

// press presses a button in a modal.
func (d *desk) press(v shown, action, value string, filled map[string][]string) {
	d.t.Helper()
	d.take("interactive", socket.Click, map[string]any{
		"type": "block_actions", "team": map[string]any{"id": "T1"}, "api_app_id": "A1", "trigger_id": "t3",
		"user": map[string]any{"id": "U1", "team_id": "T1"}, "view": d.view(v, filled),
		"container": map[string]any{"type": "view", "view_id": "V1"},
		"actions":   []any{map[string]any{"action_id": action, "block_id": "b", "value": value}},
	})
}

// in is a slash command typed in another conversation.
func (d *desk) in(channel, text string) {
	d.take("slash_commands", socket.Command, map[string]any{
		"team_id": "T1", "api_app_id": "A1", "user_id": "U1", "channel_id": channel,
		"command": "/perch", "text": text, "response_url": d.slack.URL + "/hook", "trigger_id": "t1",
	})
}

// posted waits for a message that Perch posted by itself.
func (d *desk) posted(want string) {
	d.t.Helper()
	select {
	case post := <-d.posts:
		if !strings.Contains(post, want) {
			d.t.Errorf("posted %s, want %q", post, want)
		}
	case <-time.After(patient):
		d.t.Fatalf("nothing was posted")
	}
}

// ledger is a store of these tests: problems and subscriptions in memory.
type ledger struct {
	mu       sync.Mutex
	problems []alert.Problem
	events   []alert.Event
	past     []alert.Problem
	since    time.Time
	subs     []alert.Subscription
	card     alert.Card
	asked    []alert.ProblemQuery
	made     finch.Reconnect
	noLink   error
	state    Status
	broken   error
}

// sources are an archive's and the ledger's.
func (l *ledger) sources() Sources {
	s := harborArchive().sources()
	s.Problems, s.Past, s.Actor, s.Cards, s.Subscriptions, s.Subscriber, s.Pauser, s.Linker, s.Status = l, l, l, l, l, l, l, l, l
	return s
}

func (l *ledger) Problem(_ context.Context, id int64) (alert.Problem, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.problems {
		if p.ID == id {
			return p, nil
		}
	}
	return alert.Problem{}, alert.ErrUnknownProblem
}

// Problems pages by the number of the problem to begin with.
func (l *ledger) Problems(_ context.Context, q alert.ProblemQuery) (alert.ProblemPage, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked = append(l.asked, q)
	var found []alert.Problem
	for _, p := range l.problems {
		if (q.State == "" || p.State == q.State) && (q.ParentID == 0 || p.ParentID == q.ParentID) {
			found = append(found, p)
		}
	}
	from := 0
	if q.After != "" {
		if _, err := fmt.Sscan(q.After, &from); err != nil {
			return alert.ProblemPage{}, fmt.Errorf("read the cursor: %w", err)
		}
	}
	to := min(from+q.Limit, len(found))
	page := alert.ProblemPage{Problems: found[from:to], Total: len(found)}
	if to < len(found) {
		page.Next = fmt.Sprint(to)
	}
	return page, l.broken
}

func (l *ledger) ProblemEvents(context.Context, int64, int) ([]alert.Event, error) {
	return l.events, nil
}

func (l *ledger) PastProblems(context.Context, time.Time) ([]alert.Problem, error) {
	return l.past, l.broken
}

func (l *ledger) KnownSince(context.Context) (time.Time, error) { return l.since, nil }

func (l *ledger) Act(_ context.Context, id int64, act func(alert.Problem) (alert.Step, error)) (alert.Problem, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.IndexFunc(l.problems, func(p alert.Problem) bool { return p.ID == id })
	if i < 0 {
		return alert.Problem{}, alert.ErrUnknownProblem
	}
	step, err := act(l.problems[i])
	if err != nil {
		return alert.Problem{}, fmt.Errorf("act: %w", err)
	}
	l.problems[i] = step.Problem
	l.events = append(l.events, step.Event)
	return step.Problem, nil
}

func (l *ledger) Shown(ctx context.Context, id, subscription int64) (alert.Shown, error) {
	p, err := l.Problem(ctx, id)
	s := alert.Shown{Problem: p}
	if subscription != 0 && err == nil {
		s.Subscription, err = l.Subscription(ctx, subscription)
	}
	return s, err
}

func (l *ledger) CardAt(_ context.Context, place, ts string) (alert.Card, bool, error) {
	return l.card, l.card.Place == place && l.card.TS == ts, nil
}

func (l *ledger) OnCard(_ context.Context, c alert.Card) ([]alert.Problem, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(l.problems), func(p alert.Problem) bool { return c.ProblemID != 0 && p.ParentID != c.ProblemID }), nil
}

func (l *ledger) Matching(_ context.Context, w alert.Wish) (int, error) {
	n := 0
	for _, p := range l.problems {
		if ok, _ := w.Matches(p); ok && p.State == alert.Open {
			n++
		}
	}
	return n, nil
}

func (l *ledger) Subscription(_ context.Context, id int64) (alert.Subscription, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.subs {
		if s.ID == id {
			return s, nil
		}
	}
	return alert.Subscription{}, alert.ErrUnknownSubscription
}

func (l *ledger) Subscriptions(_ context.Context, channel string) ([]alert.Subscription, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(l.subs), func(s alert.Subscription) bool { return channel != "" && s.Channel != channel }), l.broken
}

func (l *ledger) Subscribe(_ context.Context, s alert.Subscription) (alert.Subscription, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s.ID = int64(len(l.subs) + 1)
	l.subs = append(l.subs, s)
	return s, nil
}

func (l *ledger) ChangeWish(_ context.Context, id int64, w alert.Wish, who string, at time.Time) (alert.Subscription, error) {
	return l.change(id, func(s *alert.Subscription) { s.Wish, s.Changer, s.Changed = w, who, at })
}

func (l *ledger) DeleteSubscription(_ context.Context, id int64, _ string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.subs = slices.DeleteFunc(l.subs, func(s alert.Subscription) bool { return s.ID == id })
	return nil
}

func (l *ledger) PauseSubscription(_ context.Context, id int64, who, _ string) error {
	_, err := l.change(id, func(s *alert.Subscription) { s.Paused, s.PausedBy, s.PausedAt = true, who, now })
	return err
}

func (l *ledger) ResumeSubscription(_ context.Context, id int64, _ string) error {
	_, err := l.change(id, func(s *alert.Subscription) { s.Paused, s.PausedBy = false, "" })
	return err
}

func (l *ledger) ShareSubscription(_ context.Context, id int64, who string) error {
	_, err := l.change(id, func(s *alert.Subscription) { s.SharedBy = who })
	return err
}

func (l *ledger) change(id int64, by func(*alert.Subscription)) (alert.Subscription, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.subs {
		if l.subs[i].ID == id {
			by(&l.subs[i])
			return l.subs[i], nil
		}
	}
	return alert.Subscription{}, alert.ErrUnknownSubscription
}

func (l *ledger) ReconnectLink(context.Context, string) (finch.Reconnect, error) {
	return l.made, l.noLink
}

func (l *ledger) Status(context.Context) (Status, error) { return l.state, l.broken }

// all are the subscriptions that stand.
func (l *ledger) all() []alert.Subscription {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.subs)
}

// signedOut is a problem of the employer's: they must sign in again.
func signedOut(id int64) alert.Problem {
	return alert.Problem{
		ID: id, Key: alert.Key{Kind: alert.Reauth, ConnectionID: harbor().ID, Part: "credential"}, Class: "reauth",
		Subject: alert.Subject{CustomerID: "cust_1042", CustomerName: "Harbor Coffee Roasters", CompanyID: harbor().CompanyID, ProviderID: "gusto", ProviderName: "Gusto", Environment: "production"},
		State:   alert.Open, Move: alert.Employers, Count: 1,
		Opened: now.Add(-3 * time.Hour), Noted: now.Add(-3 * time.Hour), LastSeen: now.Add(-time.Hour),
	}
}

// failing is a sync that failed.
func failing(id int64) alert.Problem {
	p := signedOut(id)
	p.Key = alert.Key{Kind: alert.JobFailed, ConnectionID: harbor().ID, Part: finch.DataSync}
	p.Move, p.Jobs = alert.Nobodys, []string{"453bd7d7-5355-4d6d-a38e-d9e7eb218c3f"}
	p.Facts.Job = finch.KnownJob{ID: p.Jobs[0], Type: finch.DataSync}
	return p
}

// overSince is a problem that recovered some time ago.
func overSince(p alert.Problem, d time.Duration) alert.Problem {
	p.State, p.Over = alert.Resolved, now.Add(-d)
	return p
}

func byAnn(id int64, channel string) alert.Subscription {
	return alert.Subscription{ID: id, Channel: channel, Wish: alert.DefaultWish(), Maker: "UANN", MakerName: "Ann", Made: now.Add(-72 * time.Hour)}
}
