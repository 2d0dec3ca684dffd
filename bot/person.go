package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/sync/singleflight"
)

// Role is what a person may do here. Higher roles may do all that lower ones may.
type Role int

const (
	// Nobody is refused everywhere: guests, people of other workspaces, bots,
	// and members who are not among the named operators.
	Nobody Role = iota
	// Operator looks things up, subscribes, claims.
	Operator
	// Admin also changes what others made, and may see masked personal data.
	Admin
	// NamedAdmin is an admin named in the settings. Running a workspace is no
	// clearance for payroll, so only these may reveal and write.
	NamedAdmin
)

// Person is a Slack user as far as Perch cares.
type Person struct {
	ID   string
	Role Role
	// Guest is true for single- and multi-channel guests and for people of
	// other workspaces: those who must not read along.
	Guest bool
	// Bot is true for what is no person at all. It gets no answer, not even a refusal
	// where nothing was pressed: two of a kind would talk for ever.
	Bot bool
	// Name is what colleagues call them, as they typed it; it may be empty.
	Name string
	// Zone is their time zone's IANA name, empty where Slack does not say.
	Zone string
	// Ask is a sentence, as mrkdwn, on whom to ask for more rights than they have.
	Ask string
}

// Members is the part of Slack's Web API that knows people.
type Members interface {
	GetUserInfoContext(ctx context.Context, user string, o ...slack.GetUserInfoOption) (*slack.User, error)
	GetUserGroupMembersContext(ctx context.Context, group string, o ...slack.GetUserGroupMembersOption) ([]string, error)
}

// How long what Slack said of people is believed. A demoted member keeps
// access for at most this long.
const memberTTL = 5 * time.Minute

// askWithin bounds one question to Slack about people.
const askWithin = 10 * time.Second

// maxMembers bounds the cache; past it, it starts anew.
const maxMembers = 20_000

// People tells who may do what, from Slack's word about a user and the
// settings PERCH_ADMINS and PERCH_OPERATORS.
type People struct {
	slack     Members
	home      string   // team id
	admins    []string // user and user-group ids; empty: workspace admins and owners
	operators []string // user and user-group ids; empty: every full member
	now       func() time.Time

	flight singleflight.Group
	mu     sync.Mutex
	users  map[string]kept[slack.User]
	groups map[string]kept[[]string]
}

type kept[T any] struct {
	value T
	until time.Time
}

// NewPeople judges members of the home workspace by the named ids.
func NewPeople(api Members, home string, admins, operators []string) *People {
	return &People{
		slack: api, home: home, admins: admins, operators: operators, now: time.Now,
		users: map[string]kept[slack.User]{}, groups: map[string]kept[[]string]{},
	}
}

// Person returns who the user is. It fails when Slack does not say; the caller
// must then refuse, since nothing is known.
func (p *People) Person(ctx context.Context, userID string) (Person, error) {
	user, err := p.user(ctx, userID)
	if err != nil {
		return Person{}, fmt.Errorf("ask Slack who %s is: %w", userID, err)
	}
	who := Person{
		ID: userID, Guest: p.isGuest(user), Bot: isBot(user), Zone: user.TZ, Ask: askAdmins(p.admins),
		Name: firstOf(user.Profile.DisplayName, user.Profile.RealName, user.RealName, user.Name),
	}
	if who.Guest || who.Bot || user.Deleted {
		return who, nil
	}
	who.Role, err = p.role(ctx, user)
	if err != nil {
		return Person{}, fmt.Errorf("ask Slack for the groups of %s: %w", userID, err)
	}
	return who, nil
}

func (p *People) isGuest(u slack.User) bool {
	foreign := u.TeamID != "" && u.TeamID != p.home
	return foreign || u.IsStranger || u.IsRestricted || u.IsUltraRestricted
}

func isBot(u slack.User) bool {
	return u.IsBot || u.IsWorkflowBot || u.IsConnectorBot || u.ID == slackbot
}

func (p *People) role(ctx context.Context, u slack.User) (Role, error) {
	// A group that Slack does not know makes nobody an admin, and keeps nobody
	// else from what they may do anyway.
	named, _ := p.among(ctx, u.ID, p.admins)
	switch {
	case named:
		return NamedAdmin, nil
	case len(p.admins) == 0 && (u.IsAdmin || u.IsOwner || u.IsPrimaryOwner):
		return Admin, nil
	case len(p.operators) == 0:
		return Operator, nil
	}
	operates, err := p.among(ctx, u.ID, p.operators)
	if err != nil || !operates {
		return Nobody, err
	}
	return Operator, nil
}

// among reports whether the user is one of the ids or in one of the groups.
func (p *People) among(ctx context.Context, userID string, ids []string) (bool, error) {
	if slices.Contains(ids, userID) {
		return true, nil
	}
	var errs []error
	for _, id := range ids {
		if !strings.HasPrefix(id, "S") {
			continue
		}
		members, err := p.group(ctx, id)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if slices.Contains(members, userID) {
			return true, nil
		}
	}
	return false, errors.Join(errs...)
}

func (p *People) user(ctx context.Context, id string) (slack.User, error) {
	return remember(ctx, p, p.users, id, func(ctx context.Context) (slack.User, error) {
		user, err := p.slack.GetUserInfoContext(ctx, id)
		if err != nil {
			return slack.User{}, err
		}
		if user == nil || user.ID == "" {
			return slack.User{}, errors.New("users.info named no user")
		}
		return *user, nil
	})
}

func (p *People) group(ctx context.Context, id string) ([]string, error) {
	return remember(ctx, p, p.groups, id, func(ctx context.Context) ([]string, error) {
		return p.slack.GetUserGroupMembersContext(ctx, id)
	})
}

// remember asks once for many who want the same, and keeps the answer a while.
// Failures are not kept.
func remember[T any](ctx context.Context, p *People, cache map[string]kept[T], key string, ask func(context.Context) (T, error)) (T, error) {
	p.mu.Lock()
	found, ok := cache[key]
	p.mu.Unlock()
	if ok && p.now().Before(found.until) {
		return found.value, nil
	}
	// Many may wait for the answer, so nobody's own end or haste ends the asking.
	asking := p.flight.DoChan(key, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), askWithin)
		defer cancel()
		return patiently(ctx, ask)
	})
	var answer singleflight.Result
	select {
	case answer = <-asking:
	case <-ctx.Done():
		answer.Err = ctx.Err()
	}
	if answer.Err != nil {
		var none T
		return none, answer.Err
	}
	value := answer.Val
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(cache) >= maxMembers {
		clear(cache)
	}
	cache[key] = kept[T]{value.(T), p.now().Add(memberTTL)}
	return value.(T), nil
}

// asks is how often a question that Slack did not answer is put.
const asks = 3

// patiently asks again where Slack says to wait, or says nothing: reading twice
// does no harm.
func patiently[T any](ctx context.Context, ask func(context.Context) (T, error)) (T, error) {
	for try := 1; ; try++ {
		value, err := ask(ctx)
		verdict, wait := Judge(err)
		if err == nil || try == asks || (verdict != Wait && verdict != Ambiguous) {
			return value, err
		}
		if sleep(ctx, max(wait, time.Duration(try)*200*time.Millisecond)) != nil {
			return value, err
		}
	}
}
