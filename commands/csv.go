package commands

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"strings"
	"time"

	"perch/bot"
	"perch/bot/card"
)

// csvPage is how many rows are read at once.
const csvPage = 1000

// sheet is a CSV file while it is written. Slack wants to know its size before
// the first byte, so it is kept in memory: about 200 bytes a row.
type sheet struct {
	w    *csv.Writer
	file bytes.Buffer
	rows int
}

func newSheet(header ...string) *sheet {
	s := &sheet{}
	s.w = csv.NewWriter(&s.file)
	_ = s.w.Write(header) // a buffer takes everything
	return s
}

func (s *sheet) add(row ...string) {
	for i := range row {
		row[i] = csvCell(row[i])
	}
	s.rows++
	_ = s.w.Write(row)
}

// send puts the file into the asker's direct messages: a channel never gets one
// unasked.
func (s *sheet) send(ctx context.Context, r *bot.Request, name, title string) error {
	s.w.Flush()
	err := r.SendFile(ctx, bot.File{Name: name, Title: title, Size: s.file.Len(), Content: &s.file})
	if err != nil {
		return fmt.Errorf("send the CSV file: %w", err)
	}
	return nil
}

// csvCell keeps a spreadsheet from taking text for a formula, and text from
// turning its neighbours around.
func csvCell(s string) string {
	s = card.Clean(s)
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

func csvTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
