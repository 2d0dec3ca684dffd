package playground

import (
	"math/rand/v2"
	"time"

	"perch/internal/playground/finch"
)

// employer is somebody who opens a Connect link: a program with habits. What
// they do goes to a Connect page, now or in a past that is made up.
type employer struct {
	dice *rand.Rand
	name string
	// likes are the provider and the way to sign in that they have.
	likes finch.Step
	does  func(finch.Step) finch.Screen
	// pause lets time pass; false: there is no more of it.
	pause func(time.Duration) bool
	// away is a pause of those who have left for good or for long: it takes its time
	// while one watches, too.
	away func(time.Duration) bool
	// says is the employer's browser: opened, closed, error, succeeded.
	says func(kind, message string)
	seen finch.Screen
	gone bool
}

// habit is how an employer goes through Connect.
type habit func(*employer)

// moment is between what happens on the page and what is heard around it.
const moment = 300 * time.Millisecond

// dwells are how long a stage takes those who go through it, more or less.
var dwells = map[string]time.Duration{
	"terms_of_service": 40 * time.Second, "provider_selection": 30 * time.Second, "auth_method": 15 * time.Second,
	"authentication": 75 * time.Second, "mfa": 40 * time.Second, "entity_selection": 25 * time.Second,
}

// rest lets a while pass; false if there is no more time.
func (e *employer) rest(d time.Duration) bool {
	e.gone = e.gone || !e.pause(d)
	return !e.gone
}

// around is a time near d: mostly somewhat shorter, at times much longer.
func (e *employer) around(d time.Duration) time.Duration {
	return time.Duration(float64(d) * (0.35 + 0.65*e.dice.ExpFloat64()))
}

func (e *employer) open() {
	if e.gone || e.seen.Code != "" {
		return
	}
	e.says("opened", "")
	e.rest(moment)
	e.seen = e.does(finch.Step{Act: finch.Open})
}

func (e *employer) close() {
	if e.gone || e.seen.Stage == "" || e.seen.Code != "" {
		return
	}
	e.seen = e.does(finch.Step{Act: finch.Leave})
	e.rest(moment)
	e.says("closed", "")
}

// on takes a step with these credentials.
func (e *employer) on(password string) {
	if e.gone || e.seen.Stage == "" || e.seen.Code != "" {
		return
	}
	step := e.likes
	step.Act, step.Username, step.Password, step.Token = finch.Next, "good_user", password, password
	step.Code, step.Companies = "123456", []string{e.name + " LLC"}
	if password == wrong {
		step.Code = wrong
	} else {
		step.Token = "good_token"
	}
	e.seen = e.does(step)
	switch {
	case e.seen.Error != "":
		e.says("error", e.seen.Error)
	case e.seen.Code != "":
		e.says("succeeded", "")
	}
}

// What employers enter.
const (
	wrong      = "not-this"
	rightAlone = "good_pass"
	rightMFA   = "mfa"
	rightAll   = "mfa_account_selection"
)

// right is a password that works, whatever it asks for besides.
func (e *employer) right() string {
	return []string{rightAlone, rightAlone, rightMFA, rightMFA, rightAll}[e.dice.IntN(5)]
}

// through goes on until a stage, or to the end if it is empty.
func (e *employer) through(until string) {
	password := e.right()
	if until == "mfa" {
		password = rightMFA
	}
	for e.seen.Stage != until && e.seen.Stage != "" && e.seen.Code == "" && e.rest(e.around(dwells[e.seen.Stage])) {
		e.on(password)
	}
}

// goesThrough is how most do it.
func goesThrough(e *employer) {
	e.open()
	e.through("")
}

// mistypes enters a wrong password once.
func mistypes(e *employer) {
	e.open()
	e.through("authentication")
	if e.rest(e.around(time.Minute)) {
		e.on(wrong)
	}
	e.through("")
}

// stopsAt opens the link, comes as far as a stage and leaves, so many times.
func stopsAt(stage string, times int, stays, away time.Duration) habit {
	return func(e *employer) {
		for range times {
			e.open()
			e.through(stage)
			e.rest(e.around(stays))
			e.close()
			if times > 1 {
				e.rest(e.around(away))
			}
		}
	}
}

// readsTheTerms comes back to them six times, 14 minutes in all, and never goes on.
func readsTheTerms(e *employer) {
	for _, stay := range []time.Duration{3 * time.Minute, 90 * time.Second, 4 * time.Minute, 2 * time.Minute, 90 * time.Second, 2 * time.Minute} {
		e.open()
		e.rest(stay)
		e.close()
		e.rest(time.Duration(60+e.dice.IntN(180)) * time.Second)
	}
}

// wrongPassword enters a wrong one four times and gives up.
func wrongPassword(e *employer) {
	e.open()
	e.through("authentication")
	for range 4 {
		if e.rest(e.around(40 * time.Second)) {
			e.on(wrong)
		}
	}
	e.rest(20 * time.Second)
	e.close()
}

// waitsForTheCode stays in the verification for 38 minutes.
func waitsForTheCode(e *employer) {
	e.open()
	e.through("mfa")
	for _, later := range []time.Duration{4, 11, 12} {
		if e.rest(later * time.Minute) {
			e.on(wrong)
		}
	}
	e.rest(11 * time.Minute)
	e.close()
}

// looksIn closes Connect after four minutes.
func looksIn(e *employer) {
	e.open()
	e.rest(4 * time.Minute)
	e.close()
}

// neverOpens does nothing with the link.
func neverOpens(*employer) {}

// returns drops off at the terms or the sign-in, and goes through later.
func returns(away time.Duration) habit {
	return func(e *employer) {
		e.open()
		if e.dice.IntN(2) == 0 {
			e.through("authentication")
		}
		e.rest(e.around(30 * time.Second))
		e.close()
		e.stayAway(away)
		goesThrough(e)
	}
}

// stopsThenReturns leaves the terms three times, and goes through after a while.
func stopsThenReturns(e *employer) {
	stopsAt("terms_of_service", 3, 40*time.Second, 30*time.Second)(e)
	e.stayAway(staysAway)
	goesThrough(e)
}

func (e *employer) stayAway(d time.Duration) { e.gone = e.gone || !e.away(d) }

// goesOnLater leaves the terms six times, and goes on in the end.
func goesOnLater(e *employer) {
	readsTheTerms(e)
	goesThrough(e)
}
