package connect

import (
	"strings"
	"time"
)

// What a nudge says to begin and to end with.
const (
	greeting = "Hello,"
	farewell = "If anything is unclear, just answer this message: we are glad to help."
)

// nudges are what to say to an employer who stopped at a stage.
var nudges = map[Stage]string{
	TermsOfService:    "You began to connect your payroll and stopped at the terms of service. If you have a question about them, or about what is shared and why, please ask us.",
	ProviderSelection: "You began to connect your payroll and stopped where the provider is chosen. If you do not find yours, please tell us its name.",
	AuthMethod:        "You began to connect your payroll and stopped where the way to sign in is chosen. If you are not sure which is yours, please ask us.",
	Authentication:    "You began to connect your payroll and stopped at the sign-in. It takes the sign-in of an administrator of your payroll account; if that is a colleague, you can pass the link on to them.",
	MFA:               "You began to connect your payroll and stopped at the verification code. It goes to the phone or address on file with your payroll provider; please keep it at hand when you try again.",
	EntitySelection:   "You are nearly through with connecting your payroll: what is left is to choose the entities to connect. If you are not sure which, please ask us.",
}

// NudgeText is a short polite message fit to send to the employer as it is. It
// names nobody and quotes nothing from outside.
func NudgeText(r Reading) string {
	said := []string{nudgeBody(r)}
	if r.Progress.Outcome == DroppedOff || r.Progress.Outcome == InProgress {
		said = append(said, lastTell(r.Progress), "Your link is still good, and you can go on where it suits you.")
	}
	said = append(said, farewell)
	var lines []string
	for _, s := range said {
		if s != "" {
			lines = append(lines, s)
		}
	}
	return greeting + "\n\n" + strings.Join(lines, " ")
}

func nudgeBody(r Reading) string {
	switch r.Progress.Outcome {
	case Connected:
		return nudgeSetUp(r.Progress)
	case Lapsed:
		return "The link for connecting your payroll is no longer good. We will send you a new one; it takes a few minutes."
	case Broken:
		return "You tried to connect your payroll, and the page could not open. That was not your doing: we will send you a new link."
	case Unopened:
		if r.Session.Reconnect {
			return "Your payroll system has signed us out, and we sent you a link to sign in again. It takes a few minutes and the sign-in of an administrator of your payroll account; if that is a colleague, you can pass the link on to them."
		}
		return "We sent you a link for connecting your payroll. It takes a few minutes and the sign-in of an administrator of your payroll account; if that is a colleague, you can pass the link on to them."
	}
	if text := nudges[r.Progress.Stage]; text != "" {
		return text
	}
	return "You began to connect your payroll and are not quite through yet."
}

// nudgeSetUp is for employers who are through; an assisted set-up may wait for them.
func nudgeSetUp(p Progress) string {
	if len(p.Assisted) > 0 {
		switch p.Status {
		case "pending", "error_no_account_setup":
			return "Thank you for connecting your payroll. One step is left: please invite Finch at your payroll provider, as the instructions showed."
		case "error_permissions":
			return "Thank you for connecting your payroll. One step is left: the rights given to Finch at your payroll provider do not suffice yet. Please widen them as the instructions showed."
		}
	}
	return "Thank you for connecting your payroll. There is nothing more for you to do."
}

// lastTell is what to tell of the error that they saw last, where it is known and
// they stopped soon after it.
func lastTell(p Progress) string {
	if len(p.Errors) == 0 || p.Last.Sub(p.Errors[0].Last) > 10*time.Minute {
		return ""
	}
	_, tell := Meaning(p.Errors[0].Message, p.Errors[0].Type)
	return tell
}
