package bot

import (
	"errors"
	"time"

	"github.com/rs/zerolog"

	"perch/bot/socket"
)

// line is the one log line of a request: ids, never what was typed, answered,
// or where the answer went.
type line struct {
	start   time.Time
	kind    string
	event   func(*zerolog.Event) *zerolog.Event
	request *Request
}

func (b *Bot) begin(e socket.Envelope, p payload, r *Request) line {
	name := p.Command
	if name == "" {
		name = p.action().ActionID
	}
	return line{
		start: time.Now(), kind: string(e.Kind), request: r,
		event: func(ev *zerolog.Event) *zerolog.Event {
			return ev.Str("kind", string(e.Kind)).Str("name", name).Str("envelope", e.ID).
				Str("user", p.user()).Str("channel", p.channel()).Str("team", p.team())
		},
	}
}

func (l line) end(err error) {
	outcome, level := "answered", zerolog.InfoLevel
	refused, told := (*Refusal)(nil), (*UserError)(nil)
	switch {
	case err == nil:
	case errors.As(err, &refused):
		outcome = "refused"
	case errors.As(err, &told) && told.Cause == nil:
		outcome = "told"
	default:
		outcome, level = "failed", zerolog.ErrorLevel
	}
	took := time.Since(l.start)
	l.request.bot.observed(l.kind, outcome, took)
	ev := l.event(l.request.log.WithLevel(level)).Str("outcome", outcome).Int64("ms", took.Milliseconds())
	if noted := l.request.notes(); noted != nil {
		ev = ev.AnErr("noted", noted)
	}
	if level == zerolog.ErrorLevel {
		ev = ev.Err(err)
	}
	if broke, ok := errors.AsType[*panicked](err); ok {
		ev = ev.Bytes("stack", broke.stack)
	}
	ev.Msg("request")
}
