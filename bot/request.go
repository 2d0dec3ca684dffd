package bot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/rs/zerolog"
	"github.com/slack-go/slack"

	"perch/bot/card"
)

// Request is one thing a person asked: a command typed, a button pressed, a
// modal submitted. Its methods answer that person, and only that person unless
// the name says otherwise.
type Request struct {
	// Who asked, judged at this request.
	Who Person
	// Channel is where it was asked; empty in a modal.
	Channel string
	// Text is what stands behind a slash command, or around the name of Perch where
	// somebody wrote to it.
	Text string
	// Value is what the pressed button or chosen option carries. It went
	// through the user's client: check it like any other input.
	Value string
	// Block is the id of the block it stands in; the same caution applies.
	Block string
	// Ephemeral is true if the card acted on is seen by the asker alone.
	Ephemeral bool
	// Pressed is true where an answer cannot be replaced by a later one: after a press
	// or a choice, and where Perch was written to. It is false for a typed command.
	Pressed bool
	// TS names the message whose card was pressed, or that was heard; empty elsewhere.
	TS string
	// Thread is the thread it was asked or pressed in, by the ts of its first message;
	// empty elsewhere.
	Thread string
	// Quoted is the message it is about; nil for most.
	Quoted *Quoted
	// View is the modal that was submitted or pressed in; nil elsewhere.
	View *View
	// Ref finds this request in the log.
	Ref string
	// As are the names this installation gave the commands.
	As Names

	asker    string // whoever it is, admitted or not
	back     *responseURL
	mention  *mention // set where Perch was written to
	shortcut bool
	trigger  string
	bot      *Bot
	log      *zerolog.Logger

	noting sync.Mutex // slow work goes on beside the log line (see Slowly)
	noted  error
}

// Note puts a failure that was dealt with into the request's log line: the
// asker was told in other words.
func (r *Request) Note(err error) {
	r.noting.Lock()
	defer r.noting.Unlock()
	r.noted = errors.Join(r.noted, err)
}

// notes are what was noted so far.
func (r *Request) notes() error {
	r.noting.Lock()
	defer r.noting.Unlock()
	return r.noted
}

// Reply answers the asker with a card of its own.
func (r *Request) Reply(ctx context.Context, m card.Message) error {
	return r.answer(ctx, m, placing{})
}

// Update puts a card in place of the one that was pressed, or of the answer
// given to a typed command before. Slack: after a press it is always the pressed
// card that goes, never an answer given to the press.
func (r *Request) Update(ctx context.Context, m card.Message) error {
	return r.answer(ctx, m, placing{replace: true})
}

// Publish shows a card to everybody in the channel, or in the thread it was asked
// in. Ask Audience first.
func (r *Request) Publish(ctx context.Context, m card.Message) error {
	return r.answer(ctx, m, placing{inChannel: true})
}

// answer goes through the response URL. If that is spent, the asker gets a
// direct message.
func (r *Request) answer(ctx context.Context, m card.Message, where placing) error {
	switch {
	case r.mention != nil:
		r.mention.answer = &m
		return nil
	case r.Quoted != nil && where.inChannel:
		return r.PostInThread(ctx, m)
	case r.Quoted != nil: // Slack: the response URL of a shortcut writes beside the thread
		if err := r.whisper(ctx, m); err == nil || isUnsure(err) {
			return err
		}
	}
	where.thread = r.Thread
	err := r.simplifying(m, func(version card.Message) error { return r.back.post(ctx, version, where) })
	verdict, _ := Judge(err)
	switch {
	case err == nil:
		return nil
	case where.inChannel, verdict == Malformed, isUnsure(err):
		return fmt.Errorf("answer: %w", err) // a second try might show it twice, or to the wrong people
	default:
		return r.Message(ctx, m)
	}
}

// isUnsure is true of an error after which the answer may be there all the same.
func isUnsure(err error) bool {
	verdict, _ := Judge(err)
	return verdict == Ambiguous && !errors.Is(err, errSpent)
}

// Message sends the asker a direct message.
func (r *Request) Message(ctx context.Context, m card.Message) error {
	if r.Who.ID == "" { // not admitted: no business of ours in their messages
		return fmt.Errorf("send a direct message: %w", errSpent)
	}
	err := r.simplifying(m, func(version card.Message) error {
		_, err := r.bot.poster.Post(ctx, r.Who.ID, version)
		return err
	})
	if err != nil {
		return fmt.Errorf("send a direct message: %w", err)
	}
	return nil
}

// simplifying sends a card, and where Slack does not take its blocks the next
// simpler version of it, down to the text alone.
func (r *Request) simplifying(m card.Message, send func(card.Message) error) error {
	var err error
	for _, version := range m.Versions() {
		err = send(version)
		if verdict, _ := Judge(err); err == nil || verdict != Malformed {
			return err
		}
		r.log.Error().Err(err).Int("blocks", len(version.Blocks)).Msg("Slack refused a card; a simpler one is sent instead")
	}
	return err
}

// File is something to read elsewhere.
type File struct {
	Name, Title string
	Size        int // bytes
	Content     io.Reader
}

// SendFile puts a file into the asker's direct messages.
func (r *Request) SendFile(ctx context.Context, f File) error {
	dm, err := r.OwnMessages(ctx)
	if err != nil {
		return err
	}
	_, err = r.bot.slack.UploadFileContext(ctx, slack.UploadFileParameters{
		Reader: f.Content, FileSize: f.Size, Filename: f.Name, Title: f.Title, Channel: dm,
	})
	if err != nil {
		return fmt.Errorf("upload %s: %w", f.Name, err)
	}
	return nil
}
