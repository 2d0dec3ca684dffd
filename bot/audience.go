package bot

import (
	"context"
	"fmt"

	"github.com/slack-go/slack"
)

// Audience is who can read a channel, as far as it bears on sharing.
type Audience int

const (
	// Colleagues: full members of this workspace only.
	Colleagues Audience = iota
	// WithGuests: guests read along, or Slack does not say who does.
	WithGuests
	// Crowd: too many read along to look at each of them.
	Crowd
	// WithOthers: people of other workspaces read along (Slack Connect).
	WithOthers
	// Hidden: Perch cannot see the channel at all.
	Hidden
)

// maxAudience is how many members are looked at one by one.
const maxAudience = 100

// Audience tells who reads along in a channel. What Slack does not say counts
// as the less private answer.
func (b *Bot) Audience(ctx context.Context, channel string) (Audience, error) {
	info, err := b.slack.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: channel})
	if err != nil {
		if verdict, _ := Judge(err); verdict == Gone || slackCode(err) == "missing_scope" {
			return Hidden, nil
		}
		return Hidden, fmt.Errorf("ask Slack about channel %s: %w", channel, err)
	}
	if info.IsExtShared || info.IsPendingExtShared || info.IsOrgShared {
		return WithOthers, nil
	}
	return b.guestsIn(ctx, channel)
}

func (b *Bot) guestsIn(ctx context.Context, channel string) (Audience, error) {
	seen, cursor := 0, ""
	for {
		ids, next, err := b.slack.GetUsersInConversationContext(ctx, &slack.GetUsersInConversationParameters{
			ChannelID: channel, Cursor: cursor, Limit: 200,
		})
		if err != nil {
			return Hidden, fmt.Errorf("ask Slack who reads channel %s: %w", channel, err)
		}
		if seen += len(ids); seen > maxAudience {
			return Crowd, nil
		}
		for _, id := range ids {
			who, err := b.people.Person(ctx, id)
			if err != nil || who.Guest {
				return WithGuests, nil
			}
		}
		if cursor = next; cursor == "" {
			return Colleagues, nil
		}
	}
}

// Audience tells who would read what this request publishes.
func (r *Request) Audience(ctx context.Context) (Audience, error) {
	return r.AudienceOf(ctx, r.Channel)
}

// AudienceOf is Audience for a channel other than the request's: a modal has none.
func (r *Request) AudienceOf(ctx context.Context, channel string) (Audience, error) {
	return r.bot.Audience(ctx, channel)
}
