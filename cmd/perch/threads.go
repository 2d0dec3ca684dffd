package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/alert"
	"perch/internal/finch"
	"perch/internal/thread"
)

// threadLibrary is what there is to say in threads; the store keeps it.
type threadLibrary interface {
	// ThreadShown is what the reply says that is this card. It fails with
	// thread.ErrUnknown.
	ThreadShown(ctx context.Context, cardID int64) (thread.Shown, error)
	ThreadChannel(ctx context.Context, channel string) (thread.Channel, error)
}

// threadWords says what goes into threads, for the teller.
type threadWords struct {
	library threadLibrary
	// mayRead is whether somebody may use Perch and reads a channel.
	mayRead    func(ctx context.Context, userID, channel string) (bool, error)
	dashboard  finch.Dashboard
	slashPerch string
	now        func() time.Time
}

// InThread is what a reply, news, an offer or a notice to a watcher says now. Where
// people of other companies read the channel nothing is said unless an admin consented
// to it, for the channel or for the one thread.
func (w threadWords) InThread(ctx context.Context, d alert.Delivery, shared bool) (card.Message, error) {
	if d.Kind == alert.NoticeMessage {
		return w.toWatcher(ctx, d)
	}
	channel, err := w.library.ThreadChannel(ctx, d.Channel)
	if err != nil {
		return card.Message{}, fmt.Errorf("read how it is with a channel: %w", err)
	}
	if d.Kind == alert.OfferMessage {
		if shared || channel.By != "" { // somebody has decided
			return card.Message{}, alert.ErrNotTold
		}
		return thread.Offer(w.slashPerch), nil
	}
	shown, err := w.shown(ctx, d)
	if err != nil {
		return card.Message{}, err
	}
	if isOver(channel, shown.Thread, d) {
		return card.Message{}, alert.ErrNotTold
	}
	consented := channel.SharedBy != "" || shown.Thread.SharedBy != ""
	if stands := d.Kind == alert.ReplyMessage && d.ID == 0; shared && !consented && !stands { // one that stands loses its names
		return card.Message{}, alert.ErrNotTold
	}
	if d.Kind == alert.NewsMessage {
		return card.Message{Text: d.Body.Words, Blocks: []slack.Block{card.Text(d.Body.Words)}}, nil
	}
	shown.Shared, shown.Posted, shown.Dashboard, shown.Now = shared, d.ID != 0, w.dashboard, w.now()
	return thread.Reply(shown), nil
}

// isOver reports whether nothing is added to a thread because somebody switched reading
// along off since it was bound. Its reply stays true where it stands.
func isOver(c thread.Channel, t thread.Thread, d alert.Delivery) bool {
	isNew := d.Kind == alert.NewsMessage || d.ID != 0
	return isNew && !c.On && c.By != "" && t.Made.Before(c.At)
}

// shown is all that is known of the thread that a message is about. A stopped thread
// hears no more, not even what was sent off before and is not found in Slack.
func (w threadWords) shown(ctx context.Context, d alert.Delivery) (thread.Shown, error) {
	shown, err := w.library.ThreadShown(ctx, d.CardID)
	if errors.Is(err, thread.ErrUnknown) || err == nil && d.Kind == alert.NewsMessage && shown.Thread.StoppedBy != "" {
		return shown, alert.ErrNotTold
	}
	if err != nil {
		return shown, fmt.Errorf("read what a thread is about: %w", err)
	}
	return shown, nil
}

// toWatcher is a word to one who watches a thread, as long as they may read it there.
func (w threadWords) toWatcher(ctx context.Context, d alert.Delivery) (card.Message, error) {
	shown, err := w.shown(ctx, d)
	if err != nil {
		return card.Message{}, err
	}
	may, err := w.mayRead(ctx, d.Body.Who, shown.Thread.Channel)
	switch {
	case err != nil:
		return card.Message{}, err
	case !may:
		return card.Message{}, alert.ErrNotTold
	default:
		return alert.WordsNotice(d.Body), nil
	}
}

// threadReader asks Slack when somebody wrote in a thread last, from when on it is
// known who Perch is there.
type threadReader struct{ courier atomic.Pointer[bot.Courier] }

var errNoSlackYet = errors.New("who Perch is at Slack is not known yet")

func (r *threadReader) NewestOf(ctx context.Context, channel, root string, since time.Time) (at time.Time, found bool, err error) {
	courier := r.courier.Load()
	if courier == nil {
		return time.Time{}, false, errNoSlackYet
	}
	return courier.NewestOf(ctx, card.Place{Channel: channel, TS: root}, since)
}
