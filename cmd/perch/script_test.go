package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"perch/internal/explore"
	localfinch "perch/internal/playground/finch"
	localslack "perch/internal/playground/slack"
)

// The scripts under testdata run the whole program, as a process of its own,
// between a local Slack and a local Finch. The verbs they add to testscript's
// are in verbs_test.go.

func TestMain(m *testing.M) {
	if explore.Narrower() { // a copy of this binary runs as perch, and starts itself for jq
		return
	}
	testscript.Main(m, map[string]func(){"perch": main, "perch-loose": loose})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		Setup:               setUp,
		Cmds:                verbs,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// world is what surrounds the program in a script.
type world struct {
	slack   *localslack.Server
	finch   *localfinch.Server
	planter *planter
	env     *testscript.Env
	http    string // the program's own doors

	termed time.Time // when SIGTERM was sent
}

// scriptPatience is how long a script waits for what it expects. It is long: a test
// that passes never waits for it, and the machine may be slow.
const scriptPatience = 90 * time.Second

const scriptAPIKey = "script-api-key"

// scriptSecret signs the local Finch's webhooks.
const scriptSecret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"

func setUp(env *testscript.Env) error {
	w := &world{env: env}
	w.slack = localslack.New(unlimited())
	w.finch = localfinch.New(localfinch.Options{Seed: 1, History: 3})
	w.planter = &planter{finch: w.finch.API()}
	slackAt, finchAt := httptest.NewServer(w.slack.API()), httptest.NewServer(w.planter)
	env.Defer(func() {
		w.slack.Close()
		w.finch.Close()
		slackAt.CloseClientConnections()
		slackAt.Close()
		finchAt.CloseClientConnections()
		finchAt.Close()
	})
	addr, err := freeAddress()
	if err != nil {
		return err
	}
	w.http = addr
	env.Values["world"] = w
	for name, value := range map[string]string{
		"SLACK_BOT_TOKEN": localslack.BotToken,
		"SLACK_APP_TOKEN": localslack.AppToken,
		"SLACK_API_URL":   slackAt.URL + "/api", // without its slash: it is added
		"FINCH_API_URL":   finchAt.URL,
		"PERCH_HTTP_ADDR": addr,
		"PERCH_API_KEY":   scriptAPIKey,
		"PERCH_DATABASE":  filepath.Join(env.WorkDir, "perch.db"),
		"HOME":            env.WorkDir,

		"FINCH_WEBHOOK_SECRET": scriptSecret,
		"QUIET":                quietNow(),
		"ACME":                 w.finch.Named("Acme Bikes")[0].ID,
		"ENTITY":               w.finch.Named("Harbor Coffee Roasters")[0].Entities[0].ID,
	} {
		env.Setenv(name, value)
	}
	return w.writeTokens("tokens.csv")
}

// unlimited is a local Slack with Perch installed, and without rate limits.
func unlimited() localslack.Options {
	o := installed(nil)
	o.Unlimited = true
	return o
}

// writeTokens leaves tokens of the local Finch in a file: those of the named
// customers or providers, or all.
func (w *world) writeTokens(file string, customers ...string) error {
	lines := []string{"connection_id,access_token"}
	for id, token := range w.finch.Tokens() {
		c, _ := w.finch.Connection(id)
		name := ""
		if c.CustomerName != nil {
			name = *c.CustomerName
		}
		if len(customers) == 0 || slices.Contains(customers, name) || slices.Contains(customers, "provider:"+c.ProviderID) {
			lines = append(lines, id+","+token)
		}
	}
	return os.WriteFile(filepath.Join(w.env.WorkDir, file), []byte(strings.Join(lines, "\n")+"\n"), 0o600)
}

// quietNow are quiet hours, in UTC, that last for the next two at least.
func quietNow() string {
	now := time.Now().UTC()
	return fmt.Sprintf("%d-%d", now.Add(-time.Hour).Hour(), now.Add(3*time.Hour).Hour())
}

// ports are those that freeAddress hands out: none that the machine gives to who
// asks for any, so that nobody has one before the program takes it, or while it is
// killed and started again.
const firstPort, ports = 10_000, 10_000

var nextPort atomic.Int64

// freeAddress is a port of this machine that nobody holds.
func freeAddress() (string, error) {
	for range ports {
		port := firstPort + (int64(os.Getpid())*100+nextPort.Add(1))%ports // another test binary begins elsewhere
		addr := fmt.Sprintf("127.0.0.1:%d", port)
		if l, err := net.Listen("tcp", addr); err == nil {
			return addr, l.Close()
		}
	}
	return "", errors.New("every port is taken")
}

// door asks one of the program's own doors.
func (w *world) door(method, path, body string) (*http.Response, error) {
	req, err := http.NewRequest(method, "http://"+w.http+path, strings.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make a request: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+scriptAPIKey)
	req.Header.Set("Content-Type", "application/json")
	return http.DefaultClient.Do(req)
}
