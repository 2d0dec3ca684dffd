package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"perch/bot/card"
)

// Slack: a response URL takes five messages within thirty minutes.
const (
	responseUses = 5
	responseLife = 30 * time.Minute
)

var errSpent = errors.New("the response URL is used up or expired")

// responseURL is one way back to where the user acted. It counts its uses, so
// that an answer Slack would drop goes another way. The URL is a secret: whoever
// has it can write in the user's place, so it appears in no error.
type responseURL struct {
	url    string
	client *http.Client
	expiry time.Time

	mu   sync.Mutex
	used int
}

// placing is where an answer goes and what it does to the one before.
type placing struct {
	inChannel bool
	replace   bool
	thread    string
}

func (u *responseURL) take() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.url == "" || u.used >= responseUses || time.Now().After(u.expiry) {
		return errSpent
	}
	u.used++
	return nil
}

// post sends one message. Errors are those that Judge understands.
func (u *responseURL) post(ctx context.Context, m card.Message, where placing) error {
	if err := u.take(); err != nil {
		return err
	}
	body, err := json.Marshal(webhookMessage(m, where))
	if err != nil {
		return fmt.Errorf("write an answer: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.url, bytes.NewReader(body))
	if err != nil {
		return errors.New("write an answer: Slack's response URL is not a URL")
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := u.client.Do(req)
	if err != nil {
		return fmt.Errorf("post an answer: %w", withoutURL(err))
	}
	defer resp.Body.Close()
	return answerOf(resp)
}

func webhookMessage(m card.Message, where placing) *slack.WebhookMessage {
	no := false
	msg := &slack.WebhookMessage{
		Text: m.Text, ResponseType: slack.ResponseTypeEphemeral, ReplaceOriginal: where.replace,
		UnfurlLinks: &no, UnfurlMedia: &no,
	}
	if where.inChannel {
		msg.ResponseType = slack.ResponseTypeInChannel
	}
	if !where.replace { // what is replaced stays where it is
		msg.ThreadTimestamp = where.thread
	}
	if len(m.Blocks) > 0 {
		msg.Blocks = &slack.Blocks{BlockSet: m.Blocks}
	}
	return msg
}

// answerOf reads what Slack said to a response: plain "ok", or JSON whose error
// names the fault, whatever the HTTP status.
func answerOf(resp *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return fmt.Errorf("read Slack's word on an answer: %w", withoutURL(err))
	}
	var said struct {
		OK    *bool  `json:"ok"`
		Error string `json:"error"`
	}
	isJSON := json.Unmarshal(body, &said) == nil
	switch {
	case isJSON && said.Error != "":
		return slack.SlackErrorResponse{Err: said.Error}
	case resp.StatusCode/100 != 2:
		return slack.StatusCodeError{Code: resp.StatusCode, Status: resp.Status}
	case isJSON && said.OK != nil && !*said.OK:
		return errors.New("neither yes nor a reason from Slack")
	default:
		return nil
	}
}

// withoutURL strips the address that net/http puts into its errors.
func withoutURL(err error) error {
	if told, ok := errors.AsType[*url.Error](err); ok {
		return told.Err
	}
	return err
}
