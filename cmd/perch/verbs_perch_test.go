package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	localfinch "perch/internal/playground/finch"
	localslack "perch/internal/playground/slack"
)

// The verbs that deal with the program itself and with Finch.

func ready(ts *testscript.TestScript, neg bool, args []string) {
	w := theWorld(ts)
	n := 2
	if len(args) > 0 {
		parsed, err := strconv.Atoi(args[0])
		ts.Check(err)
		n = parsed
	}
	ctx, cancel := bounded()
	defer cancel()
	if neg {
		poll(ts, "Perch says it is ready", func() bool { return !w.ok("/readyz") })
		return
	}
	ts.Check(w.slack.WaitLive(ctx, n))
	poll(ts, "Perch never became ready", func() bool { return w.ok("/readyz") })
}

func (w *world) ok(path string) bool {
	resp, err := w.door(http.MethodGet, path, "")
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

func finchDo(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "finch status|token|revoke|fault|mend|client|finish|fail|heal …")
	w := theWorld(ts)
	switch args[0] {
	case "status":
		need(ts, args, 3, "finch status ID STATUS")
		ts.Check(w.finch.SetStatus(args[1], args[2], ""))
	case "token":
		need(ts, args, 2, "finch token CONNECTION: replaces it; the new one is in new-token.txt")
		_, secret, err := w.finch.ReplaceToken(args[1], false)
		ts.Check(err)
		ts.Check(os.WriteFile(filepath.Join(w.env.WorkDir, "new-token.txt"), []byte(secret+"\n"), 0o600))
	case "revoke":
		need(ts, args, 2, "finch revoke CONNECTION")
		_, err := w.finch.Revoke(args[1])
		ts.Check(err)
	case "fault":
		need(ts, args, 2, "finch fault {fault}")
		var f localfinch.Fault
		ts.Check(json.Unmarshal([]byte(args[1]), &f))
		w.finch.Fault(f)
	case "mend":
		w.finch.Mend()
	case "webhooks":
		need(ts, args, 2, "finch webhooks {webhook}")
		to := localfinch.Webhook{Secrets: []string{scriptSecret}, Retries: []time.Duration{}}
		ts.Check(json.Unmarshal([]byte(args[1]), &to))
		to.URL = "http://" + w.http + "/finch/webhook"
		w.finch.SetWebhook(to)
	case "sync":
		need(ts, args, 3, "finch sync CONNECTION|CUSTOMER OUTCOME [IN]: its job id is $JOB")
		due := localfinch.Due{ConnectionID: args[1], Outcome: args[2]}
		if named := w.finch.Named(args[1]); len(named) > 0 {
			due.ConnectionID = named[0].ID
		}
		if len(args) > 3 {
			in, err := time.ParseDuration(args[3])
			ts.Check(err)
			due.In = in
		}
		id, _, err := w.finch.Sync(due)
		ts.Check(err)
		ts.Setenv("JOB", id)
	case "event":
		need(ts, args, 4, "finch event CONNECTION TYPE DATA")
		_, err := w.finch.Event(args[1], "", args[2], json.RawMessage(args[3]))
		ts.Check(err)
	case "flush":
		w.finch.Flush()
	case "tokens":
		need(ts, args, 3, "finch tokens FILE CUSTOMER…|provider:ID: leaves only these customers' tokens in a file")
		ts.Check(w.writeTokens(args[1], args[2:]...))
	case "client":
		id, secret := w.finch.Client(append(args[1:], "production")[0])
		ts.Setenv("FINCH_CLIENT_ID", id)
		ts.Setenv("FINCH_CLIENT_SECRET", secret)
	case "finish":
		ts.Check(w.finishSession())
	case "fail":
		need(ts, args, 3, "finch fail PROVIDER N: a sync of so many of its connections fails")
		n, err := strconv.Atoi(args[2])
		ts.Check(err)
		ts.Check(w.failMany(args[1], n))
	case "heal":
		need(ts, args, 2, "finch heal PROVIDER: a sync of all its connections completes")
		ts.Check(w.mendMany(args[1]))
	case "replay":
		ctx, cancel := bounded()
		defer cancel()
		ts.Check(w.finch.Replay(ctx))
	default:
		ts.Fatalf("no such thing to do: %s", args[0])
	}
}

func door(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "door METHOD PATH [BODY]")
	body := ""
	if len(args) > 2 {
		body = args[2]
	}
	resp, err := theWorld(ts).door(args[0], args[1], body)
	ts.Check(err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%d %s\n", resp.StatusCode, answer)
}

// lookCount is how often Perch looked at connections, by how that ended.
var lookCount = regexp.MustCompile(`(?m)^perch_finch_look_seconds_count\{.*\} (\d+)$`)

// looked waits for looks that are recorded: Finch was asked for them some time before.
func looked(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "looked N")
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	poll(ts, fmt.Sprintf("Perch did not look %d times", want), func() bool {
		n := 0
		for _, count := range lookCount.FindAllStringSubmatch(theWorld(ts).metrics(ts), -1) {
			times, err := strconv.Atoi(count[1])
			ts.Check(err)
			n += times
		}
		return n >= want
	})
}

// metrics is what Perch's door for them says.
func (w *world) metrics(ts *testscript.TestScript) string {
	resp, err := w.door(http.MethodGet, "/metrics", "")
	ts.Check(err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	ts.Check(err)
	return string(text)
}

// metric waits: what is counted at the end of a request comes after its answer.
func metric(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "metric REGEXP")
	want := regexp.MustCompile(args[0])
	poll(ts, fmt.Sprintf("the metrics never showed %q", args[0]), func() bool {
		return want.MatchString(theWorld(ts).metrics(ts))
	})
}

func noleak(ts *testscript.TestScript, _ bool, args []string) {
	w := theWorld(ts)
	var secrets []string
	for _, token := range w.finch.Tokens() {
		secrets = append(secrets, token)
	}
	secrets = append(secrets, localslack.BotToken, localslack.AppToken, "ticket=", "/hooks/", scriptAPIKey)
	texts := map[string]string{}
	for _, name := range args {
		texts[name] = ts.ReadFile(name)
	}
	raw, err := json.Marshal(w.slack.Deliveries())
	ts.Check(err)
	texts["acknowledgements"] = string(raw)
	for _, user := range []string{"UANN", "UBO", "UCAM"} {
		st, err := w.slack.State(user)
		ts.Check(err)
		raw, err := json.Marshal(st.Messages)
		ts.Check(err)
		texts["messages of "+user] = string(raw)
	}
	ts.Check(filepath.WalkDir(w.env.WorkDir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.Contains(d.Name(), "perch.db") && !strings.HasSuffix(d.Name(), ".key") {
			raw, err := os.ReadFile(path)
			texts[d.Name()] = string(raw)
			return err
		}
		return err
	}))
	for where, text := range texts {
		if text == "" && where != "perch.db.lock" && !strings.HasSuffix(where, "-wal") {
			ts.Fatalf("%s is empty, so it proves nothing", where)
		}
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				ts.Fatalf("%s holds a secret (%.12s…)", where, secret)
			}
		}
	}
}

func asked(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "asked PATH N")
	w := theWorld(ts)
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	poll(ts, fmt.Sprintf("Finch was not asked %d times for %s", n, args[0]), func() bool { return w.timesAsked(args[0]) >= n })
}

func (w *world) timesAsked(path string) int {
	total := 0
	for _, c := range w.finch.Calls(path) {
		total += c.Count
	}
	return total
}

func term(ts *testscript.TestScript, _ bool, _ []string) {
	theWorld(ts).termed = time.Now()
	for _, cmd := range ts.BackgroundCmds() {
		ts.Check(cmd.Process.Signal(syscall.SIGTERM))
	}
}

func exits(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "status N COMMAND…")
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	if ended, ok := errors.AsType[*exec.ExitError](err); ok {
		got = ended.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("the exit status is %d, not %d", got, want)
	}
}

// took comes right after wait.
func took(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "took MAX")
	most, err := time.ParseDuration(args[0])
	ts.Check(err)
	if took := time.Since(theWorld(ts).termed); took > most {
		ts.Fatalf("it took %v to stop", took)
	}
}

// dangle sends by hand what no HTTP client would, and goes on once Perch waits for
// the body: it says so with 100 Continue.
func dangle(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "dangle CONNECTION REST")
	rest, err := strconv.Atoi(args[1])
	ts.Check(err)
	w := theWorld(ts)
	conn, err := net.Dial("tcp", w.http)
	ts.Check(err)
	w.env.Defer(func() { conn.Close() })
	const body = `{"access_token":"a-token"}`
	fmt.Fprintf(conn, "PUT /v1/connections/%s HTTP/1.1\r\nHost: perch\r\nAuthorization: Bearer %s\r\n"+
		"Content-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", args[0], scriptAPIKey, len(body)+rest)
	ts.Check(conn.SetReadDeadline(time.Now().Add(scriptPatience)))
	line, err := bufio.NewReader(conn).ReadString('\n')
	ts.Check(err)
	if !strings.Contains(line, "100 Continue") {
		ts.Fatalf("Perch answers %q", line)
	}
	_, err = io.WriteString(conn, body)
	ts.Check(err)
}

// put hands a token file to PUT /v1/connections/ID.
func put(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "put CONNECTION TOKEN-FILE")
	body, err := json.Marshal(map[string]string{"access_token": strings.TrimSpace(ts.ReadFile(args[1]))})
	ts.Check(err)
	door(ts, false, []string{http.MethodPut, "/v1/connections/" + args[0], string(body)})
}

// page waits until the playground's page is served at PERCH_HTTP_ADDR.
func page(ts *testscript.TestScript, _ bool, _ []string) {
	poll(ts, "the page is not there", func() bool { return theWorld(ts).ok("/") })
}

// shows waits until the playground's own Slack shows something to a person.
func shows(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 3, "card USER CHANNEL REGEXP")
	w, want := theWorld(ts), regexp.MustCompile(`(?s)`+args[2])
	poll(ts, "the card never came", func() bool {
		resp, err := w.door(http.MethodGet, "/_slack/state?user="+args[0], "")
		if err != nil {
			return false
		}
		defer resp.Body.Close()
		var st localslack.State
		if json.NewDecoder(resp.Body).Decode(&st) != nil {
			return false
		}
		return slices.ContainsFunc(st.Messages[args[1]], func(m localslack.Message) bool { return want.MatchString(m.Shown) })
	})
}
