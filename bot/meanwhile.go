package bot

import (
	"context"
	"errors"
	"fmt"

	"github.com/slack-go/slack"
)

// Meanwhile shows a modal at once and, when work is done, what came of it in the
// same place. Where something was pressed in a modal, that is the place; else a new
// one opens. If the place has changed before work began, or is closed, work is not
// begun: nobody waits for it. An error is shown there too.
func (r *Request) Meanwhile(ctx context.Context, meanwhile slack.ModalViewRequest, work func(ctx context.Context) (slack.ModalViewRequest, error)) error {
	if here, err := r.takePlace(ctx, meanwhile); err != nil || !here {
		return err
	}
	var v slack.ModalViewRequest
	err := guarded(func() (err error) {
		v, err = work(ctx)
		return err
	})
	if err != nil {
		err = r.bot.excused(err)
		v = noteView(sentenceFor(err, r.Ref))
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.bot.refusalTime())
	defer cancel()
	_, failed := r.replace(ctx, v)
	if err != nil && failed == nil {
		return &saidError{err}
	}
	return errors.Join(err, failed)
}

// takePlace puts a modal where the person looks; here is false where that place
// is gone.
func (r *Request) takePlace(ctx context.Context, v slack.ModalViewRequest) (here bool, err error) {
	if r.View != nil {
		return r.replace(ctx, v)
	}
	if err := r.cannotOpen(); err != nil {
		return false, err
	}
	opening, err := r.bot.slack.OpenViewContext(ctx, r.trigger, v)
	if err := opened(err); err != nil {
		return false, err
	}
	r.View = &View{ID: opening.ID, hash: opening.Hash, root: opening.RootViewID, previous: opening.PreviousViewID}
	return true, nil
}

// replace puts a modal in the place of the request's; here is false where that has
// changed or is closed.
func (r *Request) replace(ctx context.Context, v slack.ModalViewRequest) (here bool, err error) {
	changed, err := r.bot.slack.UpdateViewContext(ctx, v, "", r.View.hash, r.View.ID)
	switch slackCode(err) {
	case "hash_conflict", "not_found":
		r.Note(err)
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("change a modal: %w", err)
	}
	r.View.hash = changed.Hash
	return true, nil
}

// saidError is an error that the asker has read already.
type saidError struct{ error }

func (e *saidError) Unwrap() error { return e.error }
