package card

// StatusWord is a status as people read it: an emoji and a word, always
// together, and whose move it is.
type StatusWord struct {
	// Emoji is Slack's name in colons, ":key:".
	Emoji string
	// Word is plain text, "Reconnect needed". For a value that Finch added
	// later it is that value, cleaned and cut.
	Word string
	// Move says who has to act, as the end of "whose move: …".
	Move string
}

// Sign is the emoji itself, for plain text in which no names of emoji are read.
func (w StatusWord) Sign() string {
	switch w.Emoji {
	case ":large_green_circle:":
		return "🟢"
	case ":hourglass_flowing_sand:":
		return "⏳"
	case ":key:":
		return "🔑"
	case ":no_entry:":
		return "⛔"
	case ":black_circle:":
		return "⚫"
	case ":white_check_mark:":
		return "✅"
	case ":x:":
		return "❌"
	case ":arrows_counterclockwise:":
		return "🔄"
	case ":clock3:":
		return "🕒"
	default:
		return "❔"
	}
}

// String is the status as mrkdwn, ":key: Reconnect needed".
func (w StatusWord) String() string { return w.Emoji + " " + Escape(w.Word) }

// Part is the status as rich text.
func (w StatusWord) Part() Part { return Line(Emoji(w.Emoji), Normal(" "+w.Word)) }

// maxUnknownStatus is how much of a status unknown to us is shown.
const maxUnknownStatus = 40

// Status is the word for the status of a connection, method or entity in
// Finch's spelling, "no_token" and "disconnected" included.
func Status(finchStatus string) StatusWord {
	switch finchStatus {
	case "connected":
		return StatusWord{":large_green_circle:", "Connected", "nobody's"}
	case "processing":
		return StatusWord{":hourglass_flowing_sand:", "Processing", "Finch's: first data is being fetched"}
	case "pending":
		return StatusWord{":hourglass_flowing_sand:", "Pending", "the employer's: waiting for the invitation to Finch"}
	case "reauth", "error_reauth":
		return StatusWord{":key:", "Reconnect needed", "the employer's"}
	case "error_permissions":
		return StatusWord{":no_entry:", "Permissions missing", "the employer's administrator"}
	case "error_no_account_setup":
		return StatusWord{":no_entry:", "Account not set up", "the employer's"}
	case "disconnected":
		return StatusWord{":black_circle:", "Disconnected", "ours"}
	case "no_token":
		return StatusWord{":grey_question:", "No token here", "ours"}
	default:
		return unknownStatus(finchStatus)
	}
}

// JobStatus is the word for the status of a job in Finch's spelling, and for
// "missing", a job that should have run.
func JobStatus(s string) StatusWord {
	switch s {
	case "complete":
		return StatusWord{":white_check_mark:", "Complete", "nobody's"}
	case "error":
		return StatusWord{":x:", "Failed", "Finch's: the next sync tries again"}
	case "reauth_error":
		return StatusWord{":key:", "Failed: reconnect needed", "the employer's"}
	case "permissions_error":
		return StatusWord{":no_entry:", "Failed: permissions", "the employer's administrator"}
	case "in_progress":
		return StatusWord{":arrows_counterclockwise:", "Running", "Finch's"}
	case "pending":
		return StatusWord{":clock3:", "Scheduled", "nobody's"}
	case "missing":
		return StatusWord{":grey_question:", "Missing (should have run)", "Finch's"}
	default:
		return unknownStatus(s)
	}
}

func unknownStatus(s string) StatusWord {
	word := Cut(Clean(s), maxUnknownStatus)
	if word == "" {
		word = "Unknown"
	}
	return StatusWord{":grey_question:", word, nothing}
}
