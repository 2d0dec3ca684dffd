package connect

import "strings"

// meaning is what an error usually means, known by what its text holds.
type meaning struct {
	// holds are alternatives, in small letters: each a list of which all must occur.
	holds [][]string
	what  string
	tell  string
}

// meanings are tried in order: the more special first. What to tell is fit to be
// said to the employer as it is.
var meanings = []meaning{
	{
		[][]string{{"pop-up"}, {"popup"}, {"pop up"}},
		"The browser blocked the window in which the provider asks for the sign-in.",
		"Please allow pop-ups for this page, or try another browser, and open the link again.",
	},
	{
		[][]string{{"locked"}, {"too many attempts"}, {"too many failed"}, {"too many login"}, {"too many sign"}, {"suspended"}},
		"The provider locked the account, mostly after several failed sign-ins.",
		"Please unlock your account on your payroll provider's own site, or wait until it is unlocked, and then try again.",
	},
	{
		[][]string{
			{"verification code"},
			{"security code"},
			{"one-time"},
			{"one time"},
			{"passcode"},
			{"multi-factor"},
			{"multifactor"},
			{"two-factor"},
			{"2fa"},
			{"mfa"},
			{"authenticator"},
			{"security question"},
			{"that code"},
			{"code", "expired"},
			{"code", "incorrect"},
			{"code", "invalid"},
			{"invalid", "code"},
		},
		"The second step of signing in failed: the code was wrong, too old, or went to somebody else.",
		"Please ask for a new code and enter it at once. It goes to the phone or address that is on file with your payroll provider.",
	},
	{
		[][]string{{"password", "expired"}, {"change your password"}, {"reset your password"}, {"update your password"}},
		"The provider wants a new password before it lets them in.",
		"Please sign in on your payroll provider's own site, set a new password there, and then try again.",
	},
	{
		[][]string{
			{"permission"},
			{"not authorized"},
			{"unauthorized"},
			{"insufficient"},
			{"not an admin"},
			{"administrator"},
			{"admin access"},
			{"admin rights"},
			{"access denied"},
			{"privilege"},
			{"super admin"},
			{"does not have access"},
			{"do not have access"},
			{"don't have access"},
		},
		"They signed in with a user who may not do what is needed. Most providers ask for a full administrator.",
		"Please sign in as a full administrator of your payroll account, or ask the colleague who is one to open the link.",
	},
	{
		[][]string{
			{"password"},
			{"username"},
			{"user name"},
			{"credential"},
			{"login", "incorrect"},
			{"login", "invalid"},
			{"incorrect", "email"},
			{"invalid", "email"},
			{"sign in", "failed"},
			{"login failed"},
			{"wrong company"},
			{"company code"},
			{"company id"},
		},
		"The sign-in was wrong: a mistyped or old password, or the sign-in of another site.",
		"Please check your sign-in on your payroll provider's own site first, and then enter the same one here.",
	},
	{
		[][]string{{"api token"}, {"api key"}, {"access key"}},
		"The key that the provider gave them was wrong or no longer good.",
		"Please make a new key on your payroll provider's site and copy all of it.",
	},
	{
		[][]string{{"single sign-on"}, {"sso"}, {"saml"}},
		"They sign in through their company's own sign-in, which does not work here.",
		"Please use the user name and password of your payroll provider itself, not your company's single sign-on.",
	},
	{
		[][]string{
			{"session", "expired"},
			{"session", "timed out"},
			{"session", "invalid"},
			{"session", "not found"},
			{"link", "expired"},
			{"invalid session"},
			{"session has ended"},
			{"inactivity"},
		},
		"The session was too old to go on with.",
		"Please open the link again. If it does not open, we will send you a new one.",
	},
	{
		[][]string{{"no account"}, {"account not found"}, {"no company"}, {"company not found"}, {"no employees"}, {"not set up"}},
		"The provider found no payroll account for that sign-in.",
		"Please check that you chose the right payroll provider, and that your account there is set up.",
	},
	{
		[][]string{{"captcha"}, {"not a robot"}, {"unusual activity"}, {"suspicious"}},
		"The provider was not sure that a person was signing in.",
		"Please sign in once on your payroll provider's own site, and then try again here.",
	},
	{
		[][]string{
			{"temporarily"},
			{"unavailable"},
			{"maintenance"},
			{"try again later"},
			{"timed out"},
			{"timeout"},
			{"service is down"},
			{"internal error"},
			{"server error"},
			{"something went wrong"},
			{"unexpected error"},
			{"bad gateway"},
		},
		"The provider did not answer as it should. That mostly passes by itself.",
		"Your payroll provider could not be reached just then. Please try again in an hour.",
	},
	{
		[][]string{{"network"}, {"offline"}, {"connection lost"}, {"failed to fetch"}},
		"Their internet connection failed for a moment.",
		"Please check your internet connection and try again.",
	},
}

// couldNotOpen is what an error means that kept Finch Connect from opening.
var couldNotOpen = meaning{
	what: "Finch Connect could not open: the link has expired, was used already, or its settings are wrong.",
	tell: "The page could not open. We will send you a new link.",
}

// Meaning says what an error usually means and what to tell the employer; both
// empty for one that is not known.
func Meaning(message, errorType string) (what, tell string) {
	if errorType == "validation_error" {
		return couldNotOpen.what, couldNotOpen.tell
	}
	text := strings.ToLower(cut(message, maxBrowserMessage))
	text = strings.ReplaceAll(text, "’", "'")
	for _, m := range meanings {
		if m.fits(text) {
			return m.what, m.tell
		}
	}
	return "", ""
}

func (m meaning) fits(text string) bool {
	for _, words := range m.holds {
		if holdsAll(text, words) {
			return true
		}
	}
	return false
}

func holdsAll(text string, words []string) bool {
	for _, w := range words {
		if !holdsWord(text, w) {
			return false
		}
	}
	return true
}

// holdsWord reports whether a text holds what begins as a word of its own: sso is
// not in lesson.
func holdsWord(text, word string) bool {
	for from := 0; ; {
		at := strings.Index(text[from:], word)
		if at < 0 {
			return false
		}
		at += from
		if at == 0 || !letter(text[at-1]) {
			return true
		}
		from = at + 1
	}
}

func letter(b byte) bool { return b >= 'a' && b <= 'z' || b >= 0x80 }
