package bot

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"perch/bot/card"
)

// fakeChat answers posts as told, one answer a call.
type fakeChat struct {
	answers []error
	at      []time.Time
	noTS    bool
}

func (f *fakeChat) PostMessageContext(context.Context, string, ...slack.MsgOption) (string, string, error) {
	f.at = append(f.at, time.Now())
	if len(f.answers) > 0 {
		err := f.answers[0]
		f.answers = f.answers[1:]
		if err != nil {
			return "", "", err
		}
	}
	if f.noTS {
		return "C1", "", nil
	}
	return "C1", "1.1", nil
}

func (f *fakeChat) PostEphemeralContext(ctx context.Context, channel, _ string, options ...slack.MsgOption) (string, error) {
	_, ts, err := f.PostMessageContext(ctx, channel, options...)
	return ts, err
}

func TestPostsKeepSlacksPaceInEachChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		chat := &fakeChat{}
		p := NewPoster(chat)
		begun := time.Now()
		for _, channel := range []string{"C1", "C1", "C1", "C2"} {
			if _, err := p.Post(t.Context(), channel, card.Message{Text: "x"}); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(begun); took != 2*time.Second {
			t.Errorf("three posts in one channel and one in another took %s, want 2s", took)
		}
	})
}

func TestPostWaitsAsLongAsSlackSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		chat := &fakeChat{answers: []error{&slack.RateLimitedError{RetryAfter: 7 * time.Second}, nil}}
		begun := time.Now()
		if _, err := NewPoster(chat).Post(t.Context(), "C1", card.Message{Text: "x"}); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begun); took != 7*time.Second {
			t.Errorf("posted after %s, want 7s", took)
		}
	})
}

func TestAPostOfUnknownOutcomeIsNotMadeAgain(t *testing.T) {
	for _, err := range []error{slack.StatusCodeError{Code: 500}, errors.New("connection reset"), slack.SlackErrorResponse{Err: "internal_error"}} {
		chat := &fakeChat{answers: []error{err}}
		_, got := NewPoster(chat).Post(t.Context(), "C1", card.Message{Text: "x"})
		if verdict, _ := Judge(got); verdict != Ambiguous {
			t.Errorf("%v was judged %d", err, verdict)
		}
		if len(chat.at) != 1 {
			t.Errorf("posted %d times after %v", len(chat.at), err)
		}
	}
}

func TestAnAnswerWithoutAMessageIsAFailure(t *testing.T) {
	if _, err := NewPoster(&fakeChat{noTS: true}).Post(t.Context(), "C1", card.Message{Text: "x"}); err == nil {
		t.Error("took an answer without ts for success")
	}
}
