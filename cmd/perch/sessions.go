package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/rs/zerolog"

	"perch/bot/card"
	"perch/internal/connect"
)

// sessionsCommand is `perch sessions …`.
type sessionsCommand struct {
	Import importSessionsCommand `cmd:"" help:"Bring in the history of Connect sessions from elsewhere: all of the file or nothing."`
}

// importSessionsCommand is `perch sessions import FILE`.
type importSessionsCommand struct {
	File string `arg:"" help:"JSON lines, or CSV with the header session_id,customer_id,customer_name,connection_id,provider_id,at,type,stage,message,error_type; - for standard input."`
}

func (c importSessionsCommand) Run(p *process) error {
	all, err := c.read(p)
	if faults, ok := errors.AsType[*connect.ImportFaults](err); ok {
		fmt.Fprintln(p.stdout, card.CleanLines(faults.Error()))
		return fmt.Errorf("%s cannot be taken, so nothing was stored. Mend them and import again", card.Counted(len(faults.Faults)+faults.More, "line"))
	}
	if err != nil {
		return err
	}
	st, err := openSessions(p)
	if err != nil {
		return err
	}
	defer st.close()
	sessions, events, err := st.ImportSessions(p.ctx, all)
	if err != nil {
		return fmt.Errorf("nothing was stored: %w", err)
	}
	_, err = fmt.Fprintf(p.stdout, "Read %s; new are %s and %s.\n",
		card.Counted(len(all), "session"), card.Counted(sessions, "session"), card.Counted(events, "event"))
	return err
}

func (c importSessionsCommand) read(p *process) ([]connect.Imported, error) {
	if c.File == "-" {
		return connect.ImportLines(p.stdin, time.Now())
	}
	file, err := os.Open(c.File)
	if err != nil {
		return nil, fmt.Errorf("open the history: %w", err)
	}
	defer file.Close()
	return connect.ImportLines(file, time.Now())
}

// openSessions opens the database, and makes one where there is none yet.
func openSessions(p *process) (openedStore, error) {
	s, err := loadSettings(p, needNothing)
	if err != nil {
		return openedStore{}, err
	}
	log := newLog(p.stderr, zerolog.WarnLevel)
	st, err := openStore(p.ctx, s, false, log)
	return openedStore{st, log}, err
}
