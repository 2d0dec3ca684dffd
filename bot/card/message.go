package card

import "github.com/slack-go/slack"

// Message is one message: blocks for the eye, Text for notifications, screen
// readers and clients that cannot draw the blocks. Text is mrkdwn to Slack, so
// outside words in it are escaped, and it says all that the blocks say.
type Message struct {
	Text   string        `json:"text"`
	Blocks []slack.Block `json:"blocks,omitempty"`
	// Simpler says the same in older kinds of blocks. It is what is sent where
	// Slack does not take Blocks; without it, that is Text alone.
	Simpler []slack.Block `json:"-"`
}

// Versions are the ways to send a message, from the richest down to its text.
func (m Message) Versions() []Message {
	var versions []Message
	for _, blocks := range [][]slack.Block{m.Blocks, m.Simpler} {
		if len(blocks) > 0 {
			versions = append(versions, Message{Text: m.Text, Blocks: blocks})
		}
	}
	return append(versions, Message{Text: m.Text})
}

// FallbackText cuts mrkdwn to what Slack takes as a message's Text, 4000
// characters.
func FallbackText(mrkdwn string) string {
	return orNothing(cutMrkdwn(CleanLines(mrkdwn), maxFallback))
}
