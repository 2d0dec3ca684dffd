package bot

import (
	"context"
	"fmt"
	"slices"

	"github.com/slack-go/slack"
)

// Readers tells who may still read what is said in a channel.
type Readers struct {
	slack  *slack.Client
	people *People
}

// NewReaders makes Readers.
func NewReaders(api *slack.Client, people *People) *Readers { return &Readers{api, people} }

// MayRead reports whether somebody may use Perch and reads a channel: that of
// colleagues everybody may, a private one who is in it. Where Slack shows nothing of
// them or of the channel, nobody may. An error means that it is to be asked again.
func (r *Readers) MayRead(ctx context.Context, userID, channel string) (bool, error) {
	may, err := r.mayRead(ctx, userID, channel)
	switch verdict, _ := Judge(err); {
	case err == nil:
		return may, nil
	case verdict == Wait, verdict == Ambiguous, verdict == Refused:
		return false, fmt.Errorf("see whether somebody still reads %s: %w", channel, failureOf(err))
	default:
		return false, nil
	}
}

func (r *Readers) mayRead(ctx context.Context, userID, channel string) (bool, error) {
	who, err := r.people.Person(ctx, userID)
	if err != nil || who.Role == Nobody {
		return false, err
	}
	info, err := r.slack.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: channel})
	if err == nil && info.ID == "" {
		err = errNoAnswer
	}
	if err != nil || !info.IsPrivate && !info.IsGroup && !info.IsMpIM {
		return err == nil, err
	}
	for cursor := ""; ; {
		ids, next, err := r.slack.GetUsersInConversationContext(ctx, &slack.GetUsersInConversationParameters{
			ChannelID: channel, Cursor: cursor, Limit: 1000,
		})
		if err != nil || slices.Contains(ids, userID) || next == "" {
			return err == nil && slices.Contains(ids, userID), err
		}
		cursor = next
	}
}
