package connect

import (
	"strings"
	"testing"
	"time"
)

func TestReadSaysHowASessionStands(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		s     Session
		lines []string
		now   time.Duration
		want  string
	}{
		{"nothing told", Session{}, nil, 0, "unopened"},
		{"opened a moment ago", Session{}, []string{"browser 0s opened"}, time.Minute, "in_progress, opened 0s, last 0s, drops 30m0s, 1 visits 1m0s"},
		{"silent for as long as it takes", Session{}, []string{"browser 0s opened"}, 30 * time.Minute, "dropped_off, opened 0s, last 0s, drops 30m0s, 1 visits 0s"},
		{"a moment less", Session{}, []string{"browser 0s opened"}, 30*time.Minute - time.Millisecond, "in_progress, opened 0s, last 0s, drops 30m0s, 1 visits 29m59.999s"},
		{"closed and not back", Session{}, []string{"browser 0s opened", "browser 4m closed"}, time.Hour, "dropped_off, opened 0s, last 4m0s, closed 4m0s, drops 34m0s, 1 visits 4m0s"},
		{"closed a moment ago", Session{}, []string{"browser 0s opened", "browser 4m closed"}, 5 * time.Minute, "in_progress, opened 0s, last 4m0s, closed 4m0s, drops 34m0s, 1 visits 4m0s"},
		{"closed and back", Session{}, []string{"browser 0s opened", "browser 4m closed", "browser 6m opened"}, 7 * time.Minute, "in_progress, opened 0s, last 6m0s, drops 36m0s, 2 visits 5m0s"},
		{"a browser alone claims success", Session{}, []string{"browser 0s opened", "browser 4m succeeded"}, time.Hour, "connected, provisional, opened 0s, last 4m0s, over 4m0s, 1 visits 4m0s"},
		{"a server confirms it", Session{}, []string{"browser 0s opened", "browser 4m succeeded", "perch 5m token_exchanged"}, time.Hour, "connected, opened 0s, last 4m0s, over 5m0s, 1 visits 4m0s"},
		{"a token alone", Session{}, []string{"perch 5m token_exchanged"}, time.Hour, "connected, over 5m0s"},
		{"a browser's token is a claim", Session{}, []string{"browser 5m token_exchanged"}, time.Hour, "connected, provisional, over 5m0s"},
		{"Finch says connected", Session{}, []string{"host 0s opened", "finch 9m status_changed: connected"}, time.Hour, "connected, opened 0s, last 0s, over 9m0s, 1 visits 9m0s"},
		{"another status says nothing", Session{}, []string{"finch 9m status_changed: processing"}, time.Hour, "unopened"},
		{"success wins over closing after it", Session{}, []string{"host 0s opened", "host 1m succeeded", "host 2m closed"}, time.Hour, "connected, opened 0s, last 2m0s, over 1m0s, 1 visits 1m0s"},
		{"success wins over expiry", Session{Expires: day.Add(time.Minute)}, []string{"host 2m succeeded", "host 3m expired"}, time.Hour, "connected, opened 2m0s, last 2m0s, over 2m0s, 1 visits 0s"},
		{"expired by its time", Session{Expires: day.Add(time.Hour)}, []string{"host 0s opened"}, time.Hour, "expired, opened 0s, last 0s, over 1h0m0s, 1 visits 0s"},
		{"not yet expired", Session{Expires: day.Add(time.Hour)}, nil, time.Hour - time.Millisecond, "unopened"},
		{"expired by an event", Session{Expires: day.Add(2 * time.Hour)}, []string{"host 1h expired"}, 3 * time.Hour, "expired, over 1h0m0s"},
		{"taken back", Session{Revoked: day.Add(time.Minute), Expires: day.Add(time.Hour)}, nil, 2 * time.Hour, "expired, over 1m0s"},
		{"Connect could not open", Session{}, []string{"browser 0s opened", "browser 1s error !validation_error: Session expired"}, time.Hour, "failed, opened 0s, last 1s, 1 visits 1s, 1 errors"},
		{"and closing it changes nothing", Session{}, []string{"browser 0s opened", "browser 1s error !validation_error: No", "browser 2s closed"}, time.Hour, "failed, opened 0s, last 2s, closed 2s, 1 visits 2s, 1 errors"},
		{"but a new try does", Session{}, []string{"browser 0s error !validation_error: No", "browser 5s opened"}, time.Minute, "in_progress, opened 0s, last 5s, drops 30m5s, 2 visits 1m0s, 1 errors"},
		{"not the same try told by another", Session{}, []string{"browser 0s opened", "browser 1s error !validation_error: No", "host 2s opened"}, time.Hour, "failed, opened 0s, last 2s, 1 visits 2s, 1 errors"},
		{"opened as two tell it", Session{}, []string{"host 0s opened", "browser 1s opened"}, time.Minute, "in_progress, opened 0s, last 1s, drops 30m1s, 1 visits 1m0s"},
		{"loaded again", Session{}, []string{"browser 0s opened", "browser 1m opened"}, time.Minute, "in_progress, opened 0s, last 1m0s, drops 31m0s, 2 visits 1m0s"},
		{"loaded again at once", Session{}, []string{"browser 0s opened", "browser 2s opened"}, time.Minute, "in_progress, opened 0s, last 2s, drops 30m2s, 2 visits 1m0s"},
		{"understood before it is told", Session{}, []string{"host 0s +mfa", "host 2s opened"}, time.Minute, "in_progress, at mfa, opened 0s, last 2s, drops 30m2s, 1 visits 1m0s"},
		{"left unseen, back the next day", Session{}, []string{"browser 0s opened", "browser 5m error: Hm", "browser 24h opened"}, 24*time.Hour + time.Minute, "in_progress, opened 0s, last 24h0m0s, drops 24h30m0s, 2 visits 6m0s, 1 errors"},
		{"an error told late is no coming back", Session{}, []string{"host 0s opened", "browser 1m closed", "host 61s error: Hm"}, 2 * time.Minute, "in_progress, opened 0s, last 1m1s, closed 1m0s, drops 31m1s, 1 visits 1m0s, 1 errors"},
		{"a clock that goes ahead", Session{}, []string{"host 5m +mfa", "host 6m closed"}, time.Minute, "in_progress, at mfa, opened 1m0s, last 1m0s, closed 1m0s, drops 31m0s, 1 visits 0s"},
		{"the stage of success", Session{}, []string{"host 0s +mfa", "host 1m +success"}, time.Hour, "connected, at success, opened 0s, last 1m0s, over 1m0s, 1 visits 1m0s"},
		{"a stage that needs a token", Session{}, []string{"host 0s +authentication", "host 1m +token_created"}, 48 * time.Hour, "connected, at success, opened 0s, last 1m0s, over 1m0s, 1 visits 1m0s"},
		{"an unknown type shows nobody", Session{}, []string{"host 0s danced"}, time.Hour, "unopened"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := sketch(Read(tt.s, script(t, tt.lines...), Limits{}, day.Add(tt.now))); got != tt.want {
				t.Errorf("read\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestReadFollowsTheStages(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		lines []string
		now   time.Duration
		want  string
	}{
		{"browser facts alone", []string{"browser 0s opened", "browser 4m error: Hm", "browser 5m closed"}, time.Hour, ""},
		{"in a stage", []string{"host 0s +terms_of_service"}, time.Minute, "terms_of_service here 1 in 0 out 0s-0s spent 1m0s current 1m0s"},
		{"silent in a stage", []string{"host 0s opened", "host 1m +terms_of_service", "host 3m error: Hm"}, time.Hour, "terms_of_service here 1 in 0 out 1m0s-3m0s spent 2m0s current 2m0s 1 errors"},
		{"entered twice without leaving", []string{"host 0s +mfa", "host 1m +mfa"}, 2 * time.Minute, "terms_of_service done\nprovider_selection done\nauth_method done\nauthentication done\nmfa here 1 in 0 out 0s-1m0s spent 2m0s current 2m0s"},
		{"left and gone on", []string{"host 0s +terms_of_service", "host 1m -terms_of_service", "host 2m +provider_selection"}, 3 * time.Minute, "terms_of_service done 1 in 0 out 0s-1m0s spent 1m0s\nprovider_selection here 1 in 0 out 2m0s-2m0s spent 1m0s current 1m0s"},
		{"left by going on alone", []string{"host 0s +terms_of_service", "host 1m +provider_selection", "host 61s -terms_of_service"}, 2 * time.Minute, "terms_of_service done 1 in 0 out 0s-1m0s spent 1m0s\nprovider_selection here 1 in 0 out 1m0s-1m1s spent 1m0s current 1m0s"},
		{"left and closed is one leaving", []string{"host 0s +terms_of_service", "host 1m -terms_of_service", "host 1m closed"}, time.Hour, "terms_of_service here 1 in 1 out 0s-1m0s spent 1m0s"},
		{"closed and back, twice, then on", []string{
			"host 0s +terms_of_service", "host 1m closed", "host 5m +terms_of_service", "host 6m closed", "host 7m +terms_of_service", "host 8m +provider_selection",
		}, 9 * time.Minute, "terms_of_service done 3 in 2 out 0s-8m0s spent 3m0s\nprovider_selection here 1 in 0 out 8m0s-8m0s spent 1m0s current 1m0s"},
		{"gone back", []string{"host 0s +provider_selection", "host 1m +authentication", "host 2m +provider_selection"}, 3 * time.Minute, "terms_of_service done\nprovider_selection done here 2 in 0 out 0s-2m0s spent 2m0s current 1m0s\nauth_method done\nauthentication 1 in 1 out 1m0s-2m0s spent 1m0s"},
		{"left by success", []string{"host 0s +mfa", "host 1m -mfa", "browser 70s succeeded"}, time.Hour, "terms_of_service done\nprovider_selection done\nauth_method done\nauthentication done\nmfa done 1 in 0 out 0s-1m0s spent 1m0s\nentity_selection done\nsuccess done 1 in 0 out 1m10s-1m10s spent 0s"},
		{"success in between counts once", []string{"host 0s +mfa", "host 1m -mfa", "host 2m +terms_of_service", "host 3m closed", "host 4m succeeded"}, time.Hour, "terms_of_service done 1 in 0 out 2m0s-3m0s spent 1m0s\nprovider_selection done\nauth_method done\nauthentication done\nmfa done 1 in 1 out 0s-1m0s spent 1m0s\nentity_selection done\nsuccess done 1 in 0 out 4m0s-4m0s spent 0s"},
		{"the stage of success told twice", []string{"host 0s +mfa", "host 1m +success", "browser 61s +success", "host 2m token_exchanged"}, time.Hour, "terms_of_service done\nprovider_selection done\nauth_method done\nauthentication done\nmfa done 1 in 0 out 0s-1m0s spent 1m0s\nentity_selection done\nsuccess done 1 in 0 out 1m0s-1m0s spent 0s"},
		{"in the same millisecond", []string{"host 1m +provider_selection", "host 1m +terms_of_service", "host 1m -terms_of_service"}, 2 * time.Minute, "terms_of_service done 1 in 0 out 1m0s-1m0s spent 0s\nprovider_selection here 1 in 0 out 1m0s-1m0s spent 1m0s current 1m0s"},
		{"stages told by errors alone", []string{"host 0s opened", "host 1m error @authentication: No", "host 2m error @authentication: No"}, 3 * time.Minute, "terms_of_service done\nprovider_selection done\nauth_method done\nauthentication here 1 in 0 out 1m0s-2m0s spent 2m0s current 2m0s 2 errors"},
		{"a leaving alone", []string{"host 1m -terms_of_service"}, 3 * time.Minute, "terms_of_service here 1 in 1 out 1m0s-1m0s spent 0s"},
		{"an error of another stage than the current", []string{"host 0s +authentication", "host 1m +mfa", "host 2m error @authentication: No"}, 3 * time.Minute, "terms_of_service done\nprovider_selection done\nauth_method done\nauthentication done 1 in 0 out 0s-1m0s spent 1m0s 1 errors\nmfa here 1 in 0 out 1m0s-2m0s spent 2m0s current 2m0s"},
		{"an error that two tell", []string{"host 0s +mfa", "host 1m error: No", "browser 61s error: No", "host 2m error: No", "browser 121s error: No"}, 3 * time.Minute, "terms_of_service done\nprovider_selection done\nauth_method done\nauthentication done\nmfa here 1 in 0 out 0s-2m1s spent 3m0s current 3m0s 2 errors"},
		{"left unseen, back the next day", []string{"host 0s opened", "host 1m +terms_of_service", "host 24h opened", "host 24h +terms_of_service", "host 24h1m -terms_of_service"}, 24*time.Hour + 2*time.Minute, "terms_of_service here 2 in 2 out 1m0s-24h1m0s spent 1m0s"},
		{"unknown stages where they occurred", []string{
			"host 0s +welcome", "host 1m +terms_of_service", "host 2m +survey", "host 3m +extra", "host 4m +provider_selection", "host 5m +terms_of_service", "host 6m +late",
		}, 7 * time.Minute, "welcome done 1 in 0 out 0s-1m0s spent 1m0s\nterms_of_service done 2 in 0 out 1m0s-6m0s spent 2m0s\nsurvey done 1 in 0 out 2m0s-3m0s spent 1m0s\nextra done 1 in 0 out 3m0s-4m0s spent 1m0s\nlate done here 1 in 0 out 6m0s-6m0s spent 1m0s current 1m0s\nprovider_selection 1 in 1 out 4m0s-5m0s spent 1m0s"},
		{"an unknown stage passes no known one", []string{"host 0s +terms_of_service", "host 1m +survey"}, 2 * time.Minute, "terms_of_service 1 in 0 out 0s-1m0s spent 1m0s\nsurvey here 1 in 0 out 1m0s-1m0s spent 1m0s current 1m0s"},
		{"Connect could not open: no stage's error", []string{"host 0s +mfa", "host 1m closed", "host 60m error !validation_error: No"}, 61 * time.Minute, "terms_of_service done\nprovider_selection done\nauth_method done\nauthentication done\nmfa here 1 in 1 out 0s-1m0s spent 1m0s"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := Read(Session{}, script(t, tt.lines...), Limits{}, day.Add(tt.now))
			if got := sketchStages(p.Stages); got != tt.want {
				t.Errorf("read\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestReadFollowsAnAssistedSetUp(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		s     Session
		lines []string
		now   time.Duration
		want  string
	}{
		{"waiting", Session{}, []string{"perch 0s token_exchanged", "finch 1m status_changed: pending"}, time.Hour, "token_created here 1 in 0 out 1m0s-1m0s spent 59m0s current 59m0s"},
		{"to the end", Session{Method: "assisted"}, []string{"finch 0s status_changed: pending", "finch 1h status_changed: processing", "finch 3h status_changed: connected"}, 9 * time.Hour, "token_created done 1 in 0 out 0s-1h0m0s spent 1h0m0s\ninvitation_accepted done 1 in 0 out 1h0m0s-3h0m0s spent 2h0m0s\npermission_verified done 1 in 0 out 3h0m0s-3h0m0s spent 0s"},
		{"no account set up", Session{}, []string{"finch 0s status_changed: pending", "finch 1h status_changed: error_no_account_setup", "finch 2h status_changed: error_permissions"}, 3 * time.Hour, "token_created here 1 in 0 out 0s-0s spent 3h0m0s current 3h0m0s 2 errors"},
		{"told by stages", Session{}, []string{"host 0s +token_created", "host 1h -token_created", "host 2h +invitation_accepted", "host 2h error @invitation_accepted: No"}, 3 * time.Hour, "token_created done 1 in 0 out 0s-1h0m0s spent 1h0m0s\ninvitation_accepted here 1 in 0 out 2h0m0s-2h0m0s spent 1h0m0s current 1h0m0s 1 errors"},
		{"automated, in its first sync", Session{}, []string{"finch 0s status_changed: processing", "finch 1h status_changed: connected"}, 3 * time.Hour, ""},
		{"automated, whatever the status", Session{Method: "credential"}, []string{"finch 0s status_changed: pending"}, 3 * time.Hour, ""},
		{"given up", Session{}, []string{"finch 0s status_changed: pending", "finch 1h status_changed: disconnected"}, 3 * time.Hour, "token_created 1 in 0 out 0s-1h0m0s spent 1h0m0s"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := Read(tt.s, script(t, tt.lines...), Limits{}, day.Add(tt.now))
			if got := sketchStages(p.Assisted); got != tt.want {
				t.Errorf("read\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestReadCountsErrorsByTheirText(t *testing.T) {
	t.Parallel()
	p := Read(Session{}, script(
		t, "host 0s +authentication", "host 1m error !employer_connection_error: Wrong", "host 2m error: Other", "host 3m error: Wrong", "browser 182s error: Wrong",
	), Limits{}, day.Add(time.Hour))
	want := []ErrorSeen{
		{Message: "Wrong", Type: "employer_connection_error", Stage: Authentication, Count: 2, First: day.Add(time.Minute), Last: day.Add(182 * time.Second)},
		{Message: "Other", Stage: Authentication, Count: 1, First: day.Add(2 * time.Minute), Last: day.Add(2 * time.Minute)},
	}
	if len(p.Errors) != 2 || p.Errors[0] != want[0] || p.Errors[1] != want[1] || p.ErrorCount != 3 {
		t.Errorf("read %d errors: %+v, want 3: %+v", p.ErrorCount, p.Errors, want)
	}
}

func TestReadSaysWhoToldWhat(t *testing.T) {
	t.Parallel()
	p := Read(Session{}, script(t, "browser 5m closed", "browser 0s opened", "browser 2m opened", "host 1m +mfa", "finch 6m status_changed: reauth"), Limits{}, day.Add(time.Hour))
	browser := p.Sources[FromBrowser]
	if len(p.Sources) != 3 || len(browser) != 2 || browser[0] != Opened || browser[1] != Closed || p.Status != "reauth" {
		t.Errorf("told: %v, status %q", p.Sources, p.Status)
	}
}

func TestReadLimitsSetTheSilence(t *testing.T) {
	t.Parallel()
	p := Read(Session{}, script(t, "host 0s opened"), Limits{DropOff: time.Minute}, day.Add(time.Minute))
	if p.Outcome != DroppedOff {
		t.Errorf("after a minute of silence: %s", p.Outcome)
	}
}

func TestReadTakesWhatHasNoTimeAsReceived(t *testing.T) {
	t.Parallel()
	p := Read(Session{}, []Event{{Type: Opened, Source: FromHost, Received: day}}, Limits{}, day.Add(time.Minute))
	if !strings.HasPrefix(sketch(p), "in_progress, opened 0s") {
		t.Errorf("read %s", sketch(p))
	}
}
