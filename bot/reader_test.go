package bot

import (
	"net/http/httptest"
	"testing"

	slackgo "github.com/slack-go/slack"

	"perch/internal/playground/slack"
)

func TestWhoMayReadAChannel(t *testing.T) {
	t.Parallel()
	server := slack.New(slack.Options{Unlimited: true})
	t.Cleanup(server.Close)
	web := httptest.NewServer(server.Handler())
	t.Cleanup(web.Close)
	api := slackgo.New(slack.BotToken, slackgo.OptionAPIURL(web.URL+"/api/"))
	r := NewReaders(api, NewPeople(api, slack.TeamID, nil, nil))
	server.PutUser(slack.User{ID: "ULOST", TeamID: slack.TeamID, Name: "lost", IsRestricted: true})
	server.PutChannel(slack.Channel{ID: "CDESK", Name: "desk", Kind: slack.Private, Members: []string{"UANN", "ULOST", slack.BotUserID}})
	server.PutChannel(slack.Channel{ID: "COPEN", Name: "open", Kind: slack.Public, Members: []string{"ULOST", slack.BotUserID}})
	for _, tt := range []struct {
		user, channel string
		want          bool
	}{
		{"UANN", "CDESK", true},
		{"UBO", "CDESK", false}, // left
		{"UBO", "COPEN", true},
		{"ULOST", "CDESK", false}, // became a guest
		{"ULOST", "COPEN", false},
		{"UNOBODY", "COPEN", false},
		{"UANN", "CNOWHERE", false},
		{"UANN", "CPRIVATE", false}, // Perch was removed
	} {
		if may, err := r.MayRead(t.Context(), tt.user, tt.channel); may != tt.want || err != nil {
			t.Errorf("%s may read %s: %v, %v", tt.user, tt.channel, may, err)
		}
	}
	if err := server.Fault(slack.Fault{Kind: slack.FaultError, Method: "conversations.info", Error: "internal_error", Times: 3}); err != nil {
		t.Fatal(err)
	}
	if may, err := r.MayRead(t.Context(), "UANN", "COPEN"); may || err == nil {
		t.Errorf("Slack did not say: %v, %v", may, err)
	}
}

// Other workspaces of one organization are others too: an admin consents to their
// reading along, and they are told no customer.
func TestAnOrganizationsChannelIsShared(t *testing.T) {
	t.Parallel()
	r := newRig(t, echo())
	r.slack.on("conversations.info", `{"ok":true,"channel":{"id":"C1","is_member":true,"is_org_shared":true}}`)
	if shared, err := NewCourier(r.Bot.slack, Identity{}).Shared(t.Context(), "C1"); !shared || err != nil {
		t.Errorf("shared: %v, %v", shared, err)
	}
}
