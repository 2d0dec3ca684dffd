package connect

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestCheckSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 2001)
	tests := []struct {
		name string
		e    Event
		want string
	}{
		{"fine", Event{At: day, Type: Opened, Source: FromBrowser}, ""},
		{"an error without a text", Event{At: day, Type: Failed, Source: FromHost}, ""},
		{"no type", Event{At: day, Source: FromHost}, "type is missing"},
		{"a type that nobody knows", Event{At: day, Type: "danced", Source: FromHost}, `type "danced" is none of opened, stage_entered, stage_exited, error, closed, succeeded, token_exchanged, expired`},
		{"what only Finch says", Event{At: day, Type: StatusChanged, Source: FromHost}, `type "status_changed" is none of opened, stage_entered, stage_exited, error, closed, succeeded, token_exchanged, expired`},
		{"said by Finch", Event{At: day, Type: StatusChanged, Source: FromFinch}, ""},
		{"a server's word from a browser", Event{At: day, Type: TokenExchanged, Source: FromBrowser}, `type "token_exchanged" may not come from a browser`},
		{"a server's word", Event{At: day, Type: TokenExchanged, Source: FromHost}, ""},
		{"no stage", Event{At: day, Type: StageExited, Source: FromHost}, "stage is missing"},
		{"a stage that nobody knows", Event{At: day, Type: StageEntered, Stage: "Survey (new)", Source: FromHost}, ""},
		{"a long stage", Event{At: day, Type: StageEntered, Stage: Stage(long), Source: FromHost}, "stage is longer than 100 characters"},
		{"a stage of several lines", Event{At: day, Type: StageEntered, Stage: "a\nb", Source: FromHost}, "stage holds characters that cannot be printed"},
		{"a long id", Event{ID: long, At: day, Type: Opened, Source: FromHost}, "id is longer than 200 characters"},
		{"a long error type", Event{At: day, Type: Failed, ErrorType: long, Source: FromHost}, "error_type is longer than 100 characters"},
		{"a long message from a browser", Event{At: day, Type: Failed, Message: long, Source: FromBrowser}, "message is longer than 2000 characters"},
		{"as long as it may be", Event{At: day, Type: Failed, Message: long[2:], Source: FromBrowser}, ""},
		{"a long message from the host", Event{At: day, Type: Failed, Message: long, Source: FromHost}, ""},
		{"too long from the host", Event{At: day, Type: Failed, Message: strings.Repeat(long, 5), Source: FromHost}, "message is longer than 10000 characters"},
		{"a message that no database takes", Event{At: day, Type: Failed, Message: "a\x00b", Source: FromHost}, "message is not plain UTF-8 text"},
		{"no time", Event{Type: Opened, Source: FromHost}, "at is missing"},
		{"nearly now", Event{At: day.Add(time.Minute), Type: Opened, Source: FromHost}, ""},
		{"the future", Event{At: day.Add(61 * time.Second), Type: Opened, Source: FromHost}, "at lies in the future"},
		{"over a year ago", Event{At: day.Add(-367 * 24 * time.Hour), Type: Opened, Source: FromHost}, "at is too long ago"},
		{"brought in from years ago", Event{At: day.Add(-3000 * 24 * time.Hour), Type: Opened, Source: FromImport}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := Check(tt.e, day); got != tt.want {
				t.Errorf("Check says %q, want %q", got, tt.want)
			}
		})
	}
}

func TestSecretsHideThemselves(t *testing.T) {
	t.Parallel()
	s := Secrets{Link: "hush", URL: "hush", RedirectURI: "hush"}
	json, _ := s.MarshalJSON()
	for _, text := range []string{fmt.Sprint(s), fmt.Sprintf("%+v %#v %s %q", s, s, s, []Secrets{s}), fmt.Sprint(&s), string(json)} {
		if strings.Contains(text, "hush") || !strings.Contains(text, "[redacted]") {
			t.Errorf("a secret prints as %s", text)
		}
	}
}

// FuzzCheck checks what browsers may send: what is let through keeps its limits.
func FuzzCheck(f *testing.F) {
	f.Add("id", "opened", "mfa", "Wrong", "validation_error", int64(0))
	f.Fuzz(func(t *testing.T, id, kind, stage, message, errorType string, seconds int64) {
		e := Event{
			ID: id, At: day.Add(time.Duration(seconds % 1e9 * int64(time.Second))), Type: Type(kind), Stage: Stage(stage),
			Message: message, ErrorType: errorType, Source: FromBrowser,
		}
		fault := Check(e, day)
		if len(fault) > 400 || strings.ContainsAny(fault, "\n\x00") {
			t.Errorf("fault %q", fault)
		}
		if fault == "" && (len(message) > 4*maxBrowserMessage || len(stage) > 4*maxStage || kind == "token_exchanged" || e.At.After(day.Add(time.Minute))) {
			t.Errorf("let through: %+v", e)
		}
	})
}
