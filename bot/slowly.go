package bot

import (
	"context"
	"fmt"
	"time"

	"github.com/slack-go/slack"
)

const (
	// inTime is how long an acknowledgement waits for work that may be slow. Slack
	// waits 3 s, and the way there and back needs some of them.
	inTime = 1500 * time.Millisecond
	// settled is how long Slack has to take an acknowledgement in before the modal
	// that it brought is changed.
	settled = 500 * time.Millisecond
)

// Slowly answers a modal that was sent in with work that may take longer than
// Slack waits. Where it does, meanwhile stands in the modal's place until the work
// is done, and what becomes of it takes that place then; of Wrong that is what its
// Late was given. An error is shown there too.
func (r *Request) Slowly(meanwhile slack.ModalViewRequest, work func(ctx context.Context) (Submitted, error)) (Submitted, error) {
	done, late := make(chan finished), make(chan struct{})
	if !r.bot.pool.offer(func() { r.slowly(work, done, late) }) {
		return Submitted{}, Tell("Perch is busy with many requests. Try again in a few seconds.", nil)
	}
	select {
	case f := <-done:
		return f.Submitted, f.err
	case <-time.After(inTime):
		close(late)
		return Next(meanwhile), nil
	}
}

// finished is what slow work came to.
type finished struct {
	Submitted
	err error
}

func (r *Request) slowly(work func(ctx context.Context) (Submitted, error), done chan<- finished, late <-chan struct{}) {
	ctx, cancel := context.WithTimeout(r.bot.life, requestTimeout)
	defer cancel()
	var f finished
	f.err = guarded(func() (err error) {
		f.Submitted, err = work(ctx)
		return err
	})
	select {
	case done <- f:
		return
	case <-late:
	}
	if f.err != nil {
		f.err = r.bot.excused(f.err)
		r.log.Error().Err(f.err).Msg("what a modal asked for failed after its acknowledgement")
	}
	r.showLate(context.WithoutCancel(ctx), f)
}

// showLate puts what slow work came to in the place of the modal that asks for
// patience. Whoever has closed that one sees nothing.
func (r *Request) showLate(ctx context.Context, f finished) {
	ctx, cancel := context.WithTimeout(ctx, refusalTimeout)
	defer cancel()
	if err := sleep(ctx, settled); err != nil {
		return
	}
	_, err := r.bot.slack.UpdateViewContext(ctx, f.lateView(r.Ref), "", "", r.View.ID)
	if err != nil && slackCode(err) != "not_found" {
		r.log.Error().Err(fmt.Errorf("change a modal: %w", err)).Msg("what a modal asked for could not be shown")
	}
}

// lateView is what can still be shown once the acknowledgement is out.
func (f finished) lateView(ref string) slack.ModalViewRequest {
	switch {
	case f.err != nil:
		return noteView(sentenceFor(f.err, ref))
	case f.late != nil:
		return *f.late
	case f.response != nil && f.response.View != nil:
		return *f.response.View
	default:
		return noteView("Done.")
	}
}
