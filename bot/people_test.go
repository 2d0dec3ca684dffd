package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"
)

// fakeMembers is a Slack that knows some people.
type fakeMembers struct {
	users  map[string]slack.User
	groups map[string][]string
	asked  int
	broken error
}

func (f *fakeMembers) GetUserInfoContext(_ context.Context, id string, _ ...slack.GetUserInfoOption) (*slack.User, error) {
	f.asked++
	if f.broken != nil {
		return nil, f.broken
	}
	u := f.users[id]
	u.ID = id
	if u.TeamID == "" {
		u.TeamID = "T1"
	}
	return &u, nil
}

func (f *fakeMembers) GetUserGroupMembersContext(_ context.Context, group string, _ ...slack.GetUserGroupMembersOption) ([]string, error) {
	members, ok := f.groups[group]
	if !ok {
		return nil, errors.New("no_such_subteam")
	}
	return members, nil
}

func TestRoles(t *testing.T) {
	slackSays := &fakeMembers{
		users: map[string]slack.User{
			"UADMIN": {IsAdmin: true}, "UOWNER": {IsOwner: true}, "UMEMBER": {}, "UOTHER": {},
			"UGUEST": {IsRestricted: true}, "UEXT": {TeamID: "T2"}, "UBOT": {IsBot: true},
		},
		groups: map[string][]string{"SADMINS": {"UMEMBER"}, "SOPS": {"UOTHER", "UGUEST"}},
	}
	tests := []struct {
		name              string
		admins, operators []string
		want              map[string]Role
	}{
		{"nobody named", nil, nil, map[string]Role{
			"UADMIN": Admin, "UOWNER": Admin, "UMEMBER": Operator, "UGUEST": Nobody, "UEXT": Nobody, "UBOT": Nobody,
		}},
		{"admins named", []string{"UMEMBER"}, nil, map[string]Role{
			"UMEMBER": NamedAdmin, "UADMIN": Operator, "UOTHER": Operator,
		}},
		{"admins named by group", []string{"SADMINS"}, nil, map[string]Role{"UMEMBER": NamedAdmin, "UOWNER": Operator}},
		{"operators named", nil, []string{"UMEMBER"}, map[string]Role{
			"UMEMBER": Operator, "UOTHER": Nobody, "UADMIN": Admin,
		}},
		{"operators named by group", nil, []string{"SOPS"}, map[string]Role{
			"UOTHER": Operator, "UMEMBER": Nobody, "UGUEST": Nobody,
		}},
		{"a guest named admin stays a guest", []string{"UGUEST"}, nil, map[string]Role{"UGUEST": Nobody}},
		{"both named: admins operate too", []string{"UMEMBER"}, []string{"UOTHER"}, map[string]Role{
			"UMEMBER": NamedAdmin, "UOTHER": Operator, "UADMIN": Nobody,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := NewPeople(slackSays, "T1", tt.admins, tt.operators)
			for user, want := range tt.want {
				who, err := p.Person(t.Context(), user)
				if err != nil || who.Role != want {
					t.Errorf("%s is %d, %v; want %d", user, who.Role, err, want)
				}
			}
		})
	}
}

func TestEverybodyKnowsWhomToAsk(t *testing.T) {
	for want, admins := range map[string][]string{
		"Ask <@UANN> or <!subteam^SADMINS> (admins).": {"UANN", "SADMINS"},
		"Ask an admin of this workspace.":             nil,
	} {
		p := NewPeople(&fakeMembers{users: map[string]slack.User{"U1": {ID: "U1"}}}, "T1", admins, nil)
		if who, err := p.Person(t.Context(), "U1"); err != nil || who.Ask != want {
			t.Errorf("told %q, %v; want %q", who.Ask, err, want)
		}
	}
}

func TestAGroupThatSlackDoesNotKnowGivesNoRights(t *testing.T) {
	p := NewPeople(&fakeMembers{}, "T1", nil, []string{"SGONE"})
	if who, err := p.Person(t.Context(), "U1"); err == nil {
		t.Errorf("judged %+v without knowing the group", who)
	}
}

func TestAGoneAdminGroupLocksNobodyElseOut(t *testing.T) {
	p := NewPeople(&fakeMembers{}, "T1", []string{"SGONE", "UADMIN"}, []string{"UOPS"})
	for user, want := range map[string]Role{"UADMIN": NamedAdmin, "UOPS": Operator, "UELSE": Nobody} {
		if who, err := p.Person(t.Context(), user); err != nil || who.Role != want {
			t.Errorf("%s is %d, %v; want %d", user, who.Role, err, want)
		}
	}
}

func TestOneWhoCannotWaitEndsNobodyElsesWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := &slowMembers{takes: 3 * time.Second}
		p := NewPeople(slow, "T1", nil, nil)
		hasty, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var hastyErr, patientErr error
		var wg sync.WaitGroup
		wg.Go(func() { _, hastyErr = p.Person(hasty, "U1") })
		synctest.Wait()
		wg.Go(func() { _, patientErr = p.Person(t.Context(), "U1") })
		wg.Wait()
		if hastyErr == nil || patientErr != nil {
			t.Errorf("the hasty one got %v, the patient one %v", hastyErr, patientErr)
		}
	})
}

func TestSlackIsAskedAgainWhereItSaysToWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := &slowMembers{refuse: []error{&slack.RateLimitedError{RetryAfter: time.Second}, slack.SlackErrorResponse{Err: "internal_error"}}}
		if who, err := NewPeople(slow, "T1", nil, nil).Person(t.Context(), "U1"); err != nil || who.Role != Operator {
			t.Errorf("got %+v, %v", who, err)
		}
	})
}

// slowMembers is a Slack that takes its time and refuses at first.
type slowMembers struct {
	fakeMembers
	takes  time.Duration
	refuse []error
}

func (s *slowMembers) GetUserInfoContext(ctx context.Context, id string, _ ...slack.GetUserInfoOption) (*slack.User, error) {
	if len(s.refuse) > 0 {
		err := s.refuse[0]
		s.refuse = s.refuse[1:]
		return nil, err
	}
	if err := sleep(ctx, s.takes); err != nil {
		return nil, err
	}
	return &slack.User{ID: id, TeamID: "T1"}, nil
}

func TestPeopleAreBelievedForAWhile(t *testing.T) {
	f := &fakeMembers{users: map[string]slack.User{"U1": {}}}
	p := NewPeople(f, "T1", nil, nil)
	clock := time.Now()
	p.now = func() time.Time { return clock }
	for range 3 {
		if _, err := p.Person(t.Context(), "U1"); err != nil {
			t.Fatal(err)
		}
	}
	if f.asked != 1 {
		t.Errorf("asked Slack %d times, want once", f.asked)
	}
	f.users["U1"] = slack.User{IsRestricted: true}
	clock = clock.Add(memberTTL)
	if who, _ := p.Person(t.Context(), "U1"); who.Role != Nobody {
		t.Error("somebody made a guest kept the rights of a member")
	}
}

func TestFailuresAreNotRemembered(t *testing.T) {
	f := &fakeMembers{broken: errors.New("down")}
	p := NewPeople(f, "T1", nil, nil)
	if _, err := p.Person(t.Context(), "U1"); err == nil {
		t.Fatal("judged without an answer")
	}
	f.broken = nil
	if who, err := p.Person(t.Context(), "U1"); err != nil || who.Role != Operator {
		t.Errorf("got %+v, %v", who, err)
	}
}

func TestJudge(t *testing.T) {
	answer := func(code string) error { return fmt.Errorf("call: %w", slack.SlackErrorResponse{Err: code}) }
	tests := []struct {
		err  error
		want Verdict
		wait time.Duration
	}{
		{&slack.RateLimitedError{RetryAfter: 3 * time.Second}, Wait, 3 * time.Second},
		{slack.StatusCodeError{Code: 429}, Wait, 30 * time.Second},
		{answer("ratelimited"), Wait, 30 * time.Second},
		{slack.StatusCodeError{Code: 502}, Ambiguous, 0},
		{slack.StatusCodeError{Code: 404}, Clear, 0},
		{context.DeadlineExceeded, Ambiguous, 0},
		{errors.New("connection reset by peer"), Ambiguous, 0},
		{answer("internal_error"), Ambiguous, 0},
		{answer("channel_not_found"), Gone, 0},
		{answer("invalid_blocks"), Malformed, 0},
		{answer("missing_scope"), Refused, 0},
		{answer("some_new_error"), Clear, 0},
	}
	for _, tt := range tests {
		if got, wait := Judge(tt.err); got != tt.want || wait != tt.wait {
			t.Errorf("Judge(%v) = %d, %s; want %d, %s", tt.err, got, wait, tt.want, tt.wait)
		}
	}
}
