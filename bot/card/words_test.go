package card_test

import (
	"strings"
	"testing"

	"perch/bot/card"
)

func TestStatusIsAlwaysAnEmojiAndAWord(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]string{
		"connected":              ":large_green_circle: Connected",
		"processing":             ":hourglass_flowing_sand: Processing",
		"pending":                ":hourglass_flowing_sand: Pending",
		"reauth":                 ":key: Reconnect needed",
		"error_reauth":           ":key: Reconnect needed",
		"error_permissions":      ":no_entry: Permissions missing",
		"error_no_account_setup": ":no_entry: Account not set up",
		"disconnected":           ":black_circle: Disconnected",
		"no_token":               ":grey_question: No token here",
		"on_vacation":            ":grey_question: on_vacation",
		"":                       ":grey_question: Unknown",
		"<!channel>\u202e":       ":grey_question: &lt;!channel&gt;",
	} {
		w := card.Status(status)
		if got := w.String(); got != want {
			t.Errorf("%q: got %q, want %q", status, got, want)
		}
		if w.Move == "" {
			t.Errorf("%q: says nothing of whose move it is", status)
		}
	}
	if got := card.Status(strings.Repeat("x", 500)).Word; len([]rune(got)) > 40 {
		t.Errorf("a long status stays long: %q", got)
	}
}

func TestJobStatusIsAlwaysAnEmojiAndAWord(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]string{
		"complete":          ":white_check_mark: Complete",
		"error":             ":x: Failed",
		"reauth_error":      ":key: Failed: reconnect needed",
		"permissions_error": ":no_entry: Failed: permissions",
		"in_progress":       ":arrows_counterclockwise: Running",
		"pending":           ":clock3: Scheduled",
		"missing":           ":grey_question: Missing (should have run)",
		"paused":            ":grey_question: paused",
	} {
		if got := card.JobStatus(status).String(); got != want {
			t.Errorf("%q: got %q, want %q", status, got, want)
		}
	}
}

func TestEveryStatusHasASignOfItsOwnEmoji(t *testing.T) {
	for _, w := range []card.StatusWord{
		card.Status("connected"), card.Status("pending"), card.Status("reauth"), card.Status("error_permissions"), card.Status("disconnected"),
		card.JobStatus("complete"), card.JobStatus("error"), card.JobStatus("in_progress"), card.JobStatus("pending"),
	} {
		if w.Sign() == card.Status("no_token").Sign() {
			t.Errorf("%s has no sign", w.Word)
		}
	}
}
