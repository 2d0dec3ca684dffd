package bot

import (
	"context"
	"fmt"
	"slices"

	"github.com/slack-go/slack"
)

// View is a modal as it was when somebody sent it in or pressed something in it.
type View struct {
	ID string
	// Private is what Perch put into the modal when it opened it. It came back by
	// way of the user's client: check it like any other input.
	Private string
	// Form is what stands in the fields.
	Form Form

	hash           string
	root, previous string
}

// hasRoom: Slack lays at most three modals over each other.
func (v *View) hasRoom() bool { return v.previous == "" || v.previous == v.root }

// Form is what stands in a modal's fields, by block id: one text, one choice, or
// several. Slack leaves out what is empty.
type Form map[string][]string

// Text is what a field of one value holds, or "".
func (f Form) Text(block string) string {
	if values := f[block]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// Has reports whether the modal has such a field, filled in or not.
func (f Form) Has(block string) bool {
	_, ok := f[block]
	return ok
}

// view is a modal as Slack sends it.
type view struct {
	ID         string `json:"id"`
	CallbackID string `json:"callback_id"`
	Private    string `json:"private_metadata"`
	Hash       string `json:"hash"`
	RootID     string `json:"root_view_id"`
	PreviousID string `json:"previous_view_id"`
	State      struct {
		Values map[string]map[string]field `json:"values"`
	} `json:"state"`
}

// field is the state of one element, whatever its kind. An element has one of
// these, so their order does not matter.
type field struct {
	Value         string   `json:"value"`
	Option        *chosen  `json:"selected_option"`
	Options       []chosen `json:"selected_options"`
	User          string   `json:"selected_user"`
	Users         []string `json:"selected_users"`
	Channel       string   `json:"selected_channel"`
	Channels      []string `json:"selected_channels"`
	Conversation  string   `json:"selected_conversation"`
	Conversations []string `json:"selected_conversations"`
	Date          string   `json:"selected_date"` // 2026-11-28
	Time          string   `json:"selected_time"` // 14:30
}

type chosen struct {
	Value string `json:"value"`
}

func (f field) values() []string {
	values := slices.Concat(f.Users, f.Channels, f.Conversations)
	for _, o := range f.Options {
		values = append(values, o.Value)
	}
	if f.Option != nil {
		values = append(values, f.Option.Value)
	}
	for _, one := range []string{f.Value, f.User, f.Channel, f.Conversation, f.Date, f.Time} {
		if one != "" {
			values = append(values, one)
		}
	}
	return values
}

// open is the modal for a Request; of no modal, none.
func (v *view) open() *View {
	if v == nil {
		return nil
	}
	form := Form{}
	for block, fields := range v.State.Values {
		form[block] = []string{}
		for _, f := range fields {
			form[block] = append(form[block], f.values()...)
		}
	}
	return &View{ID: v.ID, Private: v.Private, Form: form, hash: v.Hash, root: v.RootID, previous: v.PreviousID}
}

// Open shows a modal. Slack: within 3 s of what the person did, and once.
func (r *Request) Open(ctx context.Context, v slack.ModalViewRequest) error {
	if err := r.cannotOpen(); err != nil {
		return err
	}
	_, err := r.bot.slack.OpenViewContext(ctx, r.trigger, v)
	return opened(err)
}

// Push lays a modal over the one that was pressed in, at most three deep.
func (r *Request) Push(ctx context.Context, v slack.ModalViewRequest) error {
	if err := r.cannotOpen(); err != nil {
		return err
	}
	_, err := r.bot.slack.PushViewContext(ctx, r.trigger, v)
	return opened(err)
}

func opened(err error) error {
	switch slackCode(err) {
	case "expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id":
		return Tell("Slack gives a dialog three seconds to open, and this one was late. Try again.", err)
	case "":
		if err == nil {
			return nil
		}
	}
	return fmt.Errorf("open a modal: %w", err)
}

// UpdateView puts a modal in the place of the one that was pressed in. If that
// has changed meanwhile, or is closed, nothing happens: nobody looks at it. Slack
// keeps what was typed into fields whose block id stays.
func (r *Request) UpdateView(ctx context.Context, v slack.ModalViewRequest) error {
	_, err := r.replace(ctx, v)
	return err
}
