package bot

import (
	"context"
	"fmt"

	"github.com/slack-go/slack"

	"perch/bot/card"
)

// Venue is a channel as a place for Perch to post to by itself.
type Venue int

const (
	// Open: Perch is a member and may write.
	Open Venue = iota
	// Outside: Perch is not a member, or does not see the channel at all.
	Outside
	// Archived channels take no messages.
	Archived
	// ReadOnly: only some may write, and Perch is not among them.
	ReadOnly
	// SharedOut: people of other companies read along, or will once they accept.
	SharedOut
)

// Venue tells whether Perch can post to a channel.
func (r *Request) Venue(ctx context.Context, channel string) (Venue, error) {
	info, err := r.bot.slack.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: channel})
	if err != nil {
		if verdict, _ := Judge(err); verdict == Gone || slackCode(err) == "missing_scope" {
			return Outside, nil
		}
		return Outside, fmt.Errorf("ask Slack about channel %s: %w", channel, err)
	}
	switch {
	case info.IsArchived:
		return Archived, nil
	case !info.IsMember:
		return Outside, nil
	case info.IsReadOnly:
		return ReadOnly, nil
	case info.IsExtShared || info.IsPendingExtShared || info.IsOrgShared:
		return SharedOut, nil
	default:
		return Open, nil
	}
}

// OwnMessages is the id of the asker's conversation with Perch.
func (r *Request) OwnMessages(ctx context.Context) (string, error) {
	dm, _, _, err := r.bot.slack.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{r.Who.ID}})
	if err != nil {
		return "", fmt.Errorf("open a direct message: %w", err)
	}
	return dm.ID, nil
}

// Post writes a message of Perch's own to a channel, or to a user's conversation
// with it. Ask Venue first.
func (r *Request) Post(ctx context.Context, channel string, m card.Message) error {
	return r.simplifying(m, func(version card.Message) error {
		_, err := r.bot.poster.Post(ctx, channel, version)
		return err
	})
}

// Cannot is the sentence for a refusal to post that somebody can mend, or "" for
// any other error.
func Cannot(err error) string {
	verdict, _ := Judge(err)
	switch {
	case verdict == Gone && slackCode(err) == "is_archived":
		return "The channel is archived, so nothing can be posted there."
	case verdict == Gone && slackCode(err) == "restricted_action":
		return "Only some may post in that channel, and Perch is not among them."
	case verdict == Gone:
		return "Perch cannot post there. Type /invite @perch in the channel, then try again."
	default:
		return ""
	}
}
