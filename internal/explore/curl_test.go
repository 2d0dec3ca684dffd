package explore_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"perch/internal/explore"
)

func TestCurl(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		q    explore.Query
		want string
	}{
		{"a read", asking(t, "GET", "/employer/directory", says{"entity_ids": entity, "limit": "5"}), `curl 'https://api.tryfinch.com/employer/directory?entity_ids%5B%5D=` + entity + `&limit=5' \
  -H "Authorization: Bearer $FINCH_TOKEN" \
  -H 'Finch-API-Version: 2020-09-17'`},
		{"a body", asking(t, "POST", "/employer/benefits", says{"description": "Ann's $(plan)"}), `curl -X POST 'https://api.tryfinch.com/employer/benefits' \
  -H "Authorization: Bearer $FINCH_TOKEN" \
  -H 'Finch-API-Version: 2020-09-17' \
  -H 'Content-Type: application/json' \
  --data-raw '{"description":"Ann'\''s $(plan)"}'`},
		{"as the application", asking(t, "POST", "/connect/sessions/reauthenticate", says{"connection_id": "c"}), `curl -X POST 'https://api.tryfinch.com/connect/sessions/reauthenticate' \
  -u "$FINCH_CLIENT_ID:$FINCH_CLIENT_SECRET" \
  -H 'Finch-API-Version: 2020-09-17' \
  -H 'Content-Type: application/json' \
  --data-raw '{"connection_id":"c"}'`},
		{"the application in the body", asking(t, "POST", "/auth/token", says{"code": "c"}), `curl -X POST 'https://api.tryfinch.com/auth/token' \
  -H 'Finch-API-Version: 2020-09-17' \
  -H 'Content-Type: application/json' \
  --data-raw '{''"client_id":"'"$FINCH_CLIENT_ID"'"'',''"client_secret":"'"$FINCH_CLIENT_SECRET"'"'',"code":"c"}'`},
		{"not complete", asking(t, "POST", "/auth/token", nil), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.q.Curl("https://api.tryfinch.com/"); got != tt.want {
				t.Errorf("%s\nwant %s", got, tt.want)
			}
		})
	}
}

// TestCurlInAShell lets a shell take the command apart, with a curl that only
// writes down what it was given.
func TestCurlInAShell(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash here")
	}
	const nasty = "a'b\"c\\d $(touch pwned) `touch pwned` ; & >x ! \n é 🙂 %s"
	tests := []struct {
		name string
		q    explore.Query
		want []string
	}{
		{"a read", asking(t, "GET", "/employer/pay-statement-item", says{"name": nasty}), []string{
			"http://127.0.0.1/it's/employer/pay-statement-item?name=a%27b%22c%5Cd+%24%28touch+pwned%29+%60touch+pwned%60+%3B+%26+%3Ex+%21+%0A+%C3%A9+%F0%9F%99%82+%25s",
			"-H", "Authorization: Bearer tok'en $x", "-H", "Finch-API-Version: 2020-09-17",
		}},
		{"a body", asking(t, "POST", "/employer/benefits", says{"description": nasty}), []string{
			"-X", "POST", "http://127.0.0.1/it's/employer/benefits", "-H", "Authorization: Bearer tok'en $x", "-H", "Finch-API-Version: 2020-09-17",
			"-H", "Content-Type: application/json", "--data-raw", `{"description":"a'b\"c\\d $(touch pwned) ` + "`touch pwned`" + ` ; & >x ! \n é 🙂 %s"}`,
		}},
		{"an id", asking(t, "GET", "/jobs/automated/{job_id}", says{"job_id": "a'b$(x)"}), []string{
			"http://127.0.0.1/it's/jobs/automated/a%27b$%28x%29", "-H", "Authorization: Bearer tok'en $x", "-H", "Finch-API-Version: 2020-09-17",
		}},
		{"the application", asking(t, "POST", "/connect/sessions/reauthenticate", says{"connection_id": "c"}), []string{
			"-X", "POST", "http://127.0.0.1/it's/connect/sessions/reauthenticate", "-u", "id*:sec ret", "-H", "Finch-API-Version: 2020-09-17",
			"-H", "Content-Type: application/json", "--data-raw", `{"connection_id":"c"}`,
		}},
		{"the application in the body", asking(t, "POST", "/auth/token", says{"code": "it's"}), []string{
			"-X", "POST", "http://127.0.0.1/it's/auth/token", "-H", "Finch-API-Version: 2020-09-17",
			"-H", "Content-Type: application/json", "--data-raw", `{"client_id":"id*","client_secret":"sec ret","code":"it's"}`,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			fake := "#!" + bash + "\nprintf '%s\\0' \"$@\"\n"
			if err := os.WriteFile(filepath.Join(dir, "curl"), []byte(fake), 0o700); err != nil {
				t.Fatal(err)
			}
			shell := exec.CommandContext(t.Context(), bash, "-c", tt.q.Curl("http://127.0.0.1/it's"))
			shell.Dir = dir
			shell.Env = []string{"PATH=" + dir + string(os.PathListSeparator) + os.Getenv("PATH"), "FINCH_TOKEN=tok'en $x", "FINCH_CLIENT_ID=id*", "FINCH_CLIENT_SECRET=sec ret"}
			out, err := shell.Output()
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00"); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("curl was given %q\nwant            %q", got, tt.want)
			}
			if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
				t.Errorf("the shell ran something else: %v, %v", left, err)
			}
		})
	}
}
