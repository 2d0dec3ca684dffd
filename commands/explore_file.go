package commands

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/finch"
)

// file sends the whole masked answer into the asker's direct messages.
func (x explorer) file(ctx context.Context, r *bot.Request, s sight) (slack.ModalViewRequest, error) {
	if s.Result.Body == nil {
		return s.view(), nil
	}
	name := fileName(s, "json")
	raw := s.Result.Body.Indented()
	err := r.SendFile(ctx, bot.File{Name: name, Title: fileTitle(s), Size: len(raw), Content: bytes.NewReader(raw)})
	if err != nil {
		return slack.ModalViewRequest{}, fmt.Errorf("send an answer: %w", err)
	}
	s.Notes = append(s.Notes, fmt.Sprintf("%s is in your direct messages with Perch, masked.", card.Escape(name)))
	return s.view(), nil
}

// fileName says what and whose: "directory-harbor.json". No ids of people stand in
// it.
func fileName(s sight, kind string) string {
	words := []string{lastWord(s.Result.Query.Endpoint)}
	if whose := plainWord(connectionName(s.Of)); whose != "" {
		words = append(words, whose)
	}
	return strings.Join(words, "-") + "." + kind
}

// fileTitle stands above the file.
func fileTitle(s sight) string {
	return card.Cut(card.Clean(strings.TrimSuffix(s.Result.Query.Endpoint.Name()+", masked: "+connectionName(s.Of), ": ")), 200)
}

// lastWord is what an endpoint's path ends in, ids apart.
func lastWord(e finch.Endpoint) string {
	word := "answer"
	for part := range strings.SplitSeq(e.Path, "/") {
		if part != "" && !strings.HasPrefix(part, "{") {
			word = part
		}
	}
	return word
}

// plainWord is the first word of a name, fit for a file's.
func plainWord(name string) string {
	for _, word := range strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}) {
		return word[:min(len(word), 40)]
	}
	return ""
}
