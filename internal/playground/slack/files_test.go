package slack

import (
	"bytes"
	"strings"
	"testing"

	slackgo "github.com/slack-go/slack"
)

func TestAFileIsUploadedInThreeSteps(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	const csv = "connection_id,status\nc0ffee00,connected\n"
	f, err := s.api.UploadFileContext(s.ctx, slackgo.UploadFileParameters{
		Reader: strings.NewReader(csv), FileSize: len(csv), Filename: "connections.csv", Title: "Connections", Channel: "DBO", InitialComment: "64 connections",
	})
	ok(t, err)
	m, err := s.WaitMessage(s.ctx, "UBO", "DBO", func(m Message) bool { return len(m.Files) > 0 })
	ok(t, err)
	if m.Files[0].ID != f.ID || m.Files[0].Title != "Connections" || m.Text != "64 connections" || m.Files[0].Size != len(csv) {
		t.Fatalf("message is %+v", m)
	}
	body, found := s.File(f.ID)
	if !found || !bytes.Equal(body, []byte(csv)) {
		t.Fatalf("the file holds %q", body)
	}
	again := s.call("files.completeUploadExternal", map[string]any{"files": []any{map[string]any{"id": f.ID}}})
	if again.error() != "file_not_found" {
		t.Fatalf("completed twice: %v", again.body)
	}
}

func TestAFileGoesOnlyWhereTheBotMayPost(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	_, err := s.api.UploadFileContext(s.ctx, slackgo.UploadFileParameters{
		Reader: strings.NewReader("x"), FileSize: 1, Filename: "x.csv", Channel: "CGENERAL",
	})
	if err == nil || !strings.Contains(err.Error(), "not_in_channel") {
		t.Fatalf("error is %v", err)
	}
	unsent := s.call("files.getUploadURLExternal", map[string]any{"filename": "x", "length": 1})
	got := s.call("files.completeUploadExternal", map[string]any{"files": []any{map[string]any{"id": unsent.body["file_id"]}}})
	if got.error() != "file_not_found" {
		t.Fatalf("completed without bytes: %v", got.body)
	}
}
