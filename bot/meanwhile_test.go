package bot

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/slack-go/slack"
)

// patientCommand shows a modal until work returns, when typed and when pressed.
func patientCommand(work func(ctx context.Context) (slack.ModalViewRequest, error)) Command {
	c := echo()
	c.Run = func(ctx context.Context, q *Request) error { return q.Meanwhile(ctx, form("test.patience", ""), work) }
	c.Actions = map[string]Handler{"slow": c.Run}
	return c
}

// sentView is a call's modal and the hash it must find.
func sentView(t *testing.T, c call) string {
	t.Helper()
	raw, err := json.Marshal(c.body)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestAModalAsksForPatienceUntilWorkIsDone(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err    error
		says   string
		logged bool
	}{
		"done":        {says: "test.done"},
		"told why no": {err: Tell("Only its maker may.", nil), says: "Only its maker may."},
		"failed":      {err: errors.New("disk full"), says: "Reference", logged: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, patientCommand(func(context.Context) (slack.ModalViewRequest, error) { return form("test.done", ""), tt.err }))
			r.slack.on("views.open", `{"ok":true,"view":{"id":"V7","hash":"h7"}}`)
			r.Take(t.Context(), r.slash("x"))
			said := sentView(t, r.slack.to(t, "views.update", 1)[0])
			for _, want := range []string{tt.says, `"view_id":"V7"`, `"hash":"h7"`} {
				if !strings.Contains(said, want) {
					t.Errorf("shown %s, want %q", said, want)
				}
			}
			if err := r.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(said, "disk full") || strings.Contains(r.log.String(), "disk full") != tt.logged {
				t.Errorf("shown %s, logged %s", said, r.log.String())
			}
			if said := r.slack.said(t, 0); len(said) != 0 {
				t.Errorf("it was said again: %s", said)
			}
		})
	}
}

func TestAPressedModalAsksForPatienceInItsOwnPlace(t *testing.T) {
	t.Parallel()
	r := newRig(t, patientCommand(func(context.Context) (slack.ModalViewRequest, error) { return form("test.done", ""), nil }))
	r.slack.on("views.update", `{"ok":true,"view":{"id":"V1","hash":"h2"}}`)
	r.Take(t.Context(), r.inModal(t, "test.slow"))
	calls := r.slack.to(t, "views.update", 2)
	for i, want := range []string{`"hash":"h1"`, `"hash":"h2"`} {
		if said := sentView(t, calls[i]); !strings.Contains(said, want) {
			t.Errorf("change %d is %s, want %s", i, said, want)
		}
	}
}

func TestNoWorkIsDoneForAModalThatChanged(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"hash_conflict", "not_found"} {
		r := newRig(t, patientCommand(func(context.Context) (slack.ModalViewRequest, error) {
			t.Errorf("%s: work was done", code)
			return form("test.done", ""), nil
		}))
		r.slack.on("views.update", `{"ok":false,"error":"`+code+`"}`)
		r.Take(t.Context(), r.inModal(t, "test.slow"))
		if err := r.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := len(r.slack.to(t, "views.update", 1)); n != 1 {
			t.Errorf("%s: %d changes", code, n)
		}
	}
}
