package main

import (
	"io"
	stdlog "log"
	"strings"

	"github.com/rs/zerolog"
)

// timeFormat is how the log writes the time: UTC or the zone's, to the millisecond.
const timeFormat = "2006-01-02T15:04:05.000Z07:00"

func newLog(out io.Writer, level zerolog.Level) zerolog.Logger {
	return zerolog.New(out).Level(level).With().Timestamp().Logger()
}

// catchLibraries makes this the process's only log. Call it once, before
// anything is served.
func catchLibraries(log zerolog.Logger) {
	stdlog.SetFlags(0)
	stdlog.SetOutput(libraryLog{log})
}

// libraryLog is where net/http writes what it has to say, so that the log stays
// JSON throughout.
type libraryLog struct{ log zerolog.Logger }

// Write leaves out what net/http quotes of an answer nobody asked for: it
// may be a payload.
func (l libraryLog) Write(line []byte) (int, error) {
	words, _, _ := strings.Cut(strings.TrimSpace(string(line)), " starting with ")
	l.log.Warn().Str("from", "net/http").Msg(words)
	return len(line), nil
}
