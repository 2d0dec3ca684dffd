package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rs/zerolog"
)

func TestStoppedBeforeItHadBegunIsFine(t *testing.T) {
	s, err := readSettings(env(append(tokens, "PERCH_DATABASE="+filepath.Join(t.TempDir(), "perch.db"), "PERCH_HTTP_ADDR=off")...), needSlack)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := serve(ctx, s, zerolog.Nop(), nil); err != nil {
		t.Errorf("it failed: %v", err)
	}
}

func TestTheAppIsKnownFromEitherToken(t *testing.T) {
	tests := map[string]struct {
		slackSays string
		appToken  string
		want      string
		refused   bool
	}{
		"Slack names it":            {`"app_id":"A1",`, "xapp-1-A1-2-x", "A1", false},
		"only the app token has it": {"", "xapp-1-A1-2-x", "A1", false},
		"nobody knows":              {"", "xapp-old", "", false},
		"two apps":                  {`"app_id":"A2",`, "xapp-1-A1-2-x", "A2", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				fmt.Fprintf(w, `{"ok":true,%s"team_id":"T1","user_id":"U1"}`, tt.slackSays)
			}))
			defer api.Close()
			v := &service{settings: settings{SlackAPIURL: api.URL + "/", SlackAppToken: secret{tt.appToken}}}
			home, err := v.identify(t.Context(), api.Client())
			if home.AppID != tt.want || (err != nil) != tt.refused {
				t.Errorf("app %q, %v", home.AppID, err)
			}
		})
	}
}

func TestWhatIsNotSlackIsSaidWithAWayOut(t *testing.T) {
	api := httptest.NewServer(http.NotFoundHandler())
	defer api.Close()
	v := &service{settings: settings{SlackAPIURL: api.URL + "/"}}
	_, err := v.identify(t.Context(), api.Client())
	if err == nil || !strings.Contains(err.Error(), "404") || !strings.Contains(err.Error(), "Is SLACK_API_URL right?") {
		t.Errorf("got %v", err)
	}
}

func TestTheLogStaysJSONAndQuotesNoAnswer(t *testing.T) {
	var out strings.Builder
	line := "Unsolicited response received on idle HTTP channel starting with \"{payroll}\"; err=<nil>\n"
	if n, err := (libraryLog{zerolog.New(&out)}).Write([]byte(line)); n != len(line) || err != nil {
		t.Errorf("wrote %d, %v", n, err)
	}
	want := `{"level":"warn","from":"net/http","message":"Unsolicited response received on idle HTTP channel"}` + "\n"
	if out.String() != want {
		t.Errorf("logged %s", out.String())
	}
}
