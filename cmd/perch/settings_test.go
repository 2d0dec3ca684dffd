package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"perch/bot"
	"perch/commands"
	"perch/internal/golden"
)

// env is an environment of a test.
func env(pairs ...string) func(string) string {
	values := map[string]string{}
	for _, p := range pairs {
		name, value, _ := strings.Cut(p, "=")
		values[name] = value
	}
	return func(name string) string { return values[name] }
}

var tokens = []string{"SLACK_BOT_TOKEN=xoxb-1", "SLACK_APP_TOKEN=xapp-1"}

func TestDefaults(t *testing.T) {
	s, err := readSettings(env(tokens...), needSlack)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(s.SlackAPIURL, " ", s.FinchAPIURL, " ", s.Database, " ", s.HTTPAddr, " ", s.Sockets, " ", s.PollEvery, " ", s.LogLevel)
	want := "https://slack.com/api/ https://api.tryfinch.com perch.db 127.0.0.1:8080 2 15m0s info"
	if got != want {
		t.Errorf("the defaults are %s, want %s", got, want)
	}
}

func TestSettingsAreRead(t *testing.T) {
	s, err := readSettings(env(append(tokens,
		"SLACK_API_URL=http://127.0.0.1:1/api", "PERCH_HTTP_ADDR=off", "PERCH_POLL_EVERY=2h", "PERCH_SOCKETS=3",
		"PERCH_COMMANDS=jobs=/finch-jobs connection=/finch-connection", "PERCH_ADMINS=U1 S2", "PERCH_TRUSTED_PROXIES=10.0.0.0/8 ::1",
	)...), needSlack)
	if err != nil {
		t.Fatal(err)
	}
	if s.SlackAPIURL != "http://127.0.0.1:1/api/" {
		t.Errorf("no slash was added: %s", s.SlackAPIURL)
	}
	if s.HTTPAddr != "" || s.PollEvery != 2*time.Hour || s.Sockets != 3 || len(s.Admins) != 2 || len(s.Proxies) != 2 {
		t.Errorf("read %+v", s)
	}
	if s.Names.Of("connection") != "/finch-connection" || s.Names.Of("perch") != "/perch" {
		t.Errorf("the names are %v", s.Names)
	}
}

func TestOnPostgreSQLEachReplicaOpensOneSocketAndNeedsAKey(t *testing.T) {
	_, err := readSettings(env(append(tokens, "PERCH_DATABASE=postgres://db/perch")...), needSlack)
	if err == nil || !strings.Contains(err.Error(), "PERCH_KEY is missing") {
		t.Errorf("without a key: %v", err)
	}
	key := "PERCH_KEY=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	s, err := readSettings(env(append(tokens, "PERCH_DATABASE=postgres://db/perch", key)...), needSlack)
	if err != nil || s.Sockets != 1 {
		t.Errorf("%d sockets, %v", s.Sockets, err)
	}
}

func TestWrongSettingsAreNamedWithoutTheirValue(t *testing.T) {
	const value = "hunter2 x"
	for _, name := range []string{
		"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_API_URL", "FINCH_API_URL", "FINCH_WEBHOOK_SECRET", "FINCH_CONNECT_URL", "FINCH_CONNECT_JS",
		"PERCH_HTTP_ADDR", "PERCH_PUBLIC_URL", "PERCH_TRUSTED_PROXIES", "PERCH_ADMINS", "PERCH_OPERATORS", "PERCH_EXPLORE_WRITES",
		"PERCH_SOCKETS", "PERCH_COMMANDS", "PERCH_POLL_EVERY", "PERCH_STALE_AFTER", "PERCH_OUTAGE", "PERCH_DROPOFF_AFTER", "PERCH_RETENTION", "PERCH_LOG_LEVEL", "PERCH_KEY", "PERCH_DASHBOARD_URL",
	} {
		_, err := readSettings(env(append(tokens, name+"="+value)...), needSlack)
		if err == nil || !strings.HasPrefix(err.Error(), name+" ") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSettingsThatAreAccepted(t *testing.T) {
	const zeros = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	for name, values := range map[string][]string{
		"PERCH_POLL_EVERY":     {"5s", "1ms", "90m", "2d"},
		"PERCH_DROPOFF_AFTER":  {"10s"},
		"PERCH_RETENTION":      {"400d", "1h"},
		"PERCH_STALE_AFTER":    {"automated=5s", "automated=2h assisted=24h"},
		"PERCH_OUTAGE":         {"connections=8", "percent=50 within=1h connections=2"},
		"PERCH_SOCKETS":        {"1", "10"},
		"PERCH_LOG_LEVEL":      {"info", "INFO", "Debug"},
		"PERCH_KEY":            {zeros + "=", zeros, strings.Repeat("-_", 21) + "8", zeros + "= " + zeros},
		"FINCH_WEBHOOK_SECRET": {"c2VjcmV0cw==", "c2VjcmV0cw", "whsec_c2VjcmV0cw c2VjcmV0"},
	} {
		for _, value := range values {
			if _, err := readSettings(env(append(tokens, name+"="+value)...), needSlack); err != nil {
				t.Errorf("%s=%s: %v", name, value, err)
			}
		}
	}
}

func TestSettingsThatAreNot(t *testing.T) {
	for name, values := range map[string][]string{
		"PERCH_POLL_EVERY":     {"0", "-5s", "5", "never"},
		"PERCH_RETENTION":      {"0d", "-1d", "99999d"},
		"PERCH_OUTAGE":         {"connections=1", "percent=0", "percent=101", "within=0s", "five"},
		"PERCH_SOCKETS":        {"0", "11", "-1", "2.5"},
		"FINCH_API_URL":        {"api.tryfinch.com", "https://:443", "https://h/?x", "https://h/#x", "https://u:p@h", "ftp://h"},
		"PERCH_DATABASE":       {"mysql://db/perch"},
		"PERCH_LOG_LEVEL":      {"trace", "panic", "disabled", "7", "loud"},
		"PERCH_KEY":            {"c2hvcnQ=", "hunter2!"},
		"FINCH_WEBHOOK_SECRET": {"whsec_", "not base64!"},
	} {
		for _, value := range values {
			if _, err := readSettings(env(append(tokens, name+"="+value)...), needSlack); err == nil {
				t.Errorf("%s=%s was taken", name, value)
			}
		}
	}
}

func TestEveryFaultIsReportedAtOnce(t *testing.T) {
	_, err := readSettings(env("PERCH_SOCKETS=0", "PERCH_POLL_EVERY=0s"), needSlack)
	for _, name := range []string{"4 settings are wrong", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "PERCH_SOCKETS", "PERCH_POLL_EVERY"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not named: %v", name, err)
		}
	}
}

func TestCommandNames(t *testing.T) {
	tests := map[string]bool{
		"connection=/finch-connection":           true,
		"/connection=/finch":                     true,
		"connection=/perch perch=/connection":    true,
		"connection=/perch":                      false, // which is taken
		"connection=/a jobs=/a":                  false,
		"connection=finch":                       false,
		"connection=/Finch":                      false,
		"nosuch=/x":                              false,
		"connection=/" + strings.Repeat("x", 32): false,
	}
	for value, fine := range tests {
		_, err := readSettings(env(append(tokens, "PERCH_COMMANDS="+value)...), needSlack)
		if (err == nil) != fine {
			t.Errorf("%s: %v", value, err)
		}
	}
}

func TestSecretsDoNotPrintThemselves(t *testing.T) {
	s, err := readSettings(env("SLACK_BOT_TOKEN=xoxb-hunter2", "SLACK_APP_TOKEN=xapp-hunter2", "PERCH_API_KEY=hunter2"), needSlack)
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		if got := fmt.Sprintf(verb, s); strings.Contains(got, "hunter2") || strings.Contains(got, "68756e74657232") {
			t.Errorf("%s prints a secret: %s", verb, got)
		}
	}
	if raw, _ := json.Marshal(s); strings.Contains(string(raw), "hunter2") {
		t.Errorf("JSON holds a secret: %s", raw)
	}
}

func TestManifestListsWhatThisVersionHas(t *testing.T) {
	golden.JSON(t, "manifest.json", manifestFor(commands.All(commands.Sources{}), nil))
	renamed := manifestFor(commands.All(commands.Sources{}), bot.Names{"connection": "/finch-connection"})
	if got := renamed.Features.Commands[0].Command; got != "/finch-connection" {
		t.Errorf("the manifest calls it %s", got)
	}
}
