package card

import "github.com/slack-go/slack"

// Message is one message: blocks for the eye, Text for notifications, screen
// readers and clients that cannot draw the blocks. Text is mrkdwn to Slack, so
// outside words in it are escaped, and it says all that the blocks say.
type Message struct {
	Text   string        `json:"text"`
	Blocks []slack.Block `json:"blocks,omitempty"`
}

// FallbackText cuts mrkdwn to what Slack takes as a message's Text, 4000
// characters.
func FallbackText(mrkdwn string) string {
	return orNothing(cutMrkdwn(CleanLines(mrkdwn), maxFallback))
}
