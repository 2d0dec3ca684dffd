package bot

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// slow is a command whose modal takes until work returns.
func slow(work func(ctx context.Context) (Submitted, error)) Command {
	return submitting(func(_ context.Context, q *Request) (Submitted, error) {
		return q.Slowly(form("test.patience", ""), work)
	})
}

func TestQuickWorkIsAnsweredAtOnce(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		done   Submitted
		err    error
		action string
		says   string
	}{
		"another modal": {done: Next(form("test.done", "")), action: "update", says: "test.done"},
		"wrong":         {done: Wrong(map[string]string{"name": "No."}).Late(form("test.late", "")), action: "errors", says: "No."},
		"failed":        {err: errors.New("disk full"), action: "push", says: "Reference"},
	} {
		r := newRig(t, slow(func(context.Context) (Submitted, error) { return tt.done, tt.err }))
		if a := r.submit(t, r.sent("test.save")); a.Action != tt.action || !strings.Contains(a.raw, tt.says) {
			t.Errorf("%s: answered %s", name, a.raw)
		}
	}
}

func TestSlowWorkTakesTheModalsPlaceLater(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		done Submitted
		err  error
		says string
	}{
		"another modal": {done: Next(form("test.done", "")), says: "test.done"},
		"wrong":         {done: Wrong(map[string]string{"name": "No."}).Late(form("test.late", "")), says: "test.late"},
		"closes":        {says: "Done."},
		"told why not":  {err: Tell("Only its maker may.", nil), says: "Only its maker may."},
		"failed":        {err: errors.New("disk full"), says: "Reference"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			letGo := make(chan struct{})
			r := newRig(t, slow(func(context.Context) (Submitted, error) {
				<-letGo
				return tt.done, tt.err
			}))
			if a := r.submit(t, r.sent("test.save")); a.Action != "update" || !strings.Contains(a.raw, "test.patience") {
				t.Errorf("answered %s", a.raw)
			}
			close(letGo)
			raw, _ := json.Marshal(r.slack.to(t, "views.update", 1)[0].body)
			if said := string(raw); !strings.Contains(said, tt.says) || !strings.Contains(said, `"view_id":"V1"`) || strings.Contains(said, "disk full") {
				t.Errorf("shown %s", said)
			}
			if err := r.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			if logged := strings.Contains(r.log.String(), "disk full"); logged != (name == "failed") {
				t.Errorf("the log says %s", r.log.String())
			}
		})
	}
}

func TestPerchStopsWithSlowWorkUnderWay(t *testing.T) {
	t.Parallel()
	r := newRig(t, slow(func(ctx context.Context) (Submitted, error) {
		<-ctx.Done()
		return Submitted{}, ctx.Err()
	}))
	_ = r.submit(t, r.sent("test.save"))
	if err := r.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if said := sentView(t, r.slack.to(t, "views.update", 1)[0]); !strings.Contains(said, "Perch is restarting") {
		t.Errorf("shown %s", said)
	}
}
