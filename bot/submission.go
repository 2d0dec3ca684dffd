package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/slack-go/slack"

	"perch/bot/card"
	"perch/bot/socket"
)

// Submit answers a modal that was sent in (r.View holds what stands in it). Slack
// sends it again when the acknowledgement is lost, so it must do no harm twice.
// An error is shown over the modal, with all that was typed still below it.
type Submit func(ctx context.Context, r *Request) (Submitted, error)

// Submitted is what becomes of a modal that was sent in. The zero value closes it.
type Submitted struct {
	response *slack.ViewSubmissionResponse
	// late is shown instead where the acknowledgement is out already.
	late *slack.ModalViewRequest
}

// Wrong keeps the modal and says beside its fields what is wrong, by the block
// id of each. Slack: of input blocks alone.
func Wrong(fields map[string]string) Submitted {
	return Submitted{response: slack.NewErrorsViewSubmissionResponse(fields)}
}

// Late is what is shown where Slack takes no words beside fields any more: the same
// form with what is wrong above it (see Slowly).
func (s Submitted) Late(v slack.ModalViewRequest) Submitted {
	s.late = &v
	return s
}

// Next puts another modal in its place.
func Next(v slack.ModalViewRequest) Submitted {
	return Submitted{response: slack.NewUpdateViewSubmissionResponse(&v)}
}

// Over lays another modal over it.
func Over(v slack.ModalViewRequest) Submitted {
	return Submitted{response: slack.NewPushViewSubmissionResponse(&v)}
}

// Answer fills a searching select, or answers a submission, within the
// acknowledgement. An empty list says "no results" to those who may not look.
func (b *Bot) Answer(ctx context.Context, e socket.Envelope) (json.RawMessage, error) {
	p, err := decode(e)
	r := b.request(e, p)
	line := b.begin(e, p, r)
	var answer any
	if err == nil {
		err = guarded(func() error {
			if err := b.admit(ctx, p, r); err != nil {
				return err
			}
			answer, err = b.answer(ctx, e, p, r)
			return err
		})
	}
	line.end(err)
	if err != nil {
		answer = b.failedAnswer(e, err, r)
	}
	return json.Marshal(answer)
}

func (b *Bot) answer(ctx context.Context, e socket.Envelope, p payload, r *Request) (any, error) {
	command, verb, _ := b.commands.pressed(p.action().ActionID)
	switch suggest, submit := command.Options[verb], command.Submissions[verb]; {
	case e.Kind == socket.Choices && suggest != nil:
		options, err := suggest(ctx, r)
		if options == nil {
			options = []*slack.OptionBlockObject{} // Slack takes no null for "no results"
		}
		return card.Suggestions{Options: options}, err
	case e.Kind == socket.Submission && submit != nil && r.View != nil:
		done, err := submit(ctx, r)
		if err != nil || done.response == nil {
			return struct{}{}, err
		}
		return done.response, nil
	case e.Kind == socket.Submission:
		return nil, Tell("This form belongs to another version of Perch, so nothing was saved. Ask again for a fresh one.",
			fmt.Errorf("%w %q", errNothingAnswers, p.action().ActionID))
	default:
		return nil, fmt.Errorf("%w %q", errNothingAnswers, p.action().ActionID)
	}
}

var errNothingAnswers = errors.New("nothing answers")

// failedAnswer is what an acknowledgement carries when there is no answer. Of a
// modal nothing that was typed is lost, where Slack has room for another and
// sending it in again may help.
func (b *Bot) failedAnswer(e socket.Envelope, err error, r *Request) any {
	if e.Kind == socket.Choices {
		return card.Suggest(nil)
	}
	view := noteView(sentenceFor(err, r.Ref))
	refused := (*Refusal)(nil)
	hopeless := errors.Is(err, errNothingAnswers) || errors.As(err, &refused)
	if !hopeless && r.View != nil && r.View.hasRoom() {
		return slack.NewPushViewSubmissionResponse(&view)
	}
	return slack.NewUpdateViewSubmissionResponse(&view)
}

func noteView(sentence string) slack.ModalViewRequest {
	return card.Modal{Title: "Perch", Close: "Close", Blocks: card.Blocks{card.Text(sentence)}}.View()
}
