package commands

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"perch/bot/card"
	"perch/internal/alert"
	"perch/internal/mask"
)

const resolutionTitle = "Save as resolution"

// slackChannel is how Slack names a conversation.
var slackChannel = regexp.MustCompile(`^[CDG][A-Z0-9]{1,30}$`)

// resolutionForm is all that the form is made of.
type resolutionForm struct {
	Message  saidAt
	Problems []alert.Problem
	// Near: the problems are of what was quoted, so that the first is probably meant.
	Near bool
	Text string
	// Cut: the message says more than that.
	Cut bool
	Now time.Time
}

func (f resolutionForm) view() slack.ModalViewRequest {
	choices := make([]card.Choice, 0, len(f.Problems))
	for _, p := range f.Problems {
		choices = append(choices, card.Choice{Value: strconv.FormatInt(p.ID, 10), Label: problemLabel(p, f.Now)})
	}
	chosen := ""
	if f.Near {
		chosen = choices[0].Value
	}
	hint := "Everybody who may use Perch can read it. What looks personal or secret is masked."
	if f.Cut {
		hint = fmt.Sprintf("The message is longer: these are its first %d characters. %s", alert.MaxResolution, hint)
	}
	return card.Modal{CallbackID: "perch.resolution", Title: resolutionTitle, Submit: "Save", Private: f.Message.String(), Blocks: card.Blocks{
		card.SelectField(card.Field{BlockID: "problem", ActionID: "perch.problem", Label: "Problem", Placeholder: "Choose a problem"}, choices, chosen),
		card.TextArea(card.Field{BlockID: "text", ActionID: "perch.text", Label: "How it was resolved", Hint: hint}, f.Text, alert.MaxResolution),
	}}.View()
}

// resolutionNote is the modal with nothing but a sentence.
func resolutionNote(sentence string) slack.ModalViewRequest {
	return card.Modal{Title: resolutionTitle, Close: "Close", Blocks: card.Blocks{card.Plain(sentence)}}.View()
}

// resolutionText is a message as it is offered to be kept: without markup and people,
// masked, and not too long.
func resolutionText(message string) (text string, cut bool) {
	whole := mask.Text(plainWords(message))
	text = card.Cut(whole, alert.MaxResolution)
	return text, text != whole
}

// slackMarkup is what Slack writes for mentions, links and dates. What people type of
// these signs comes escaped.
var slackMarkup = regexp.MustCompile(`<([^<>]*)>`)

// unescaped are Slack's entities, and what only formats code.
var unescaped = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&", "`", "")

// plainWords is a text of Slack's without its markup. It pings nobody and names no
// person and no channel.
func plainWords(text string) string {
	return unescaped.Replace(slackMarkup.ReplaceAllStringFunc(text, func(markup string) string {
		what, label, _ := strings.Cut(markup[1:len(markup)-1], "|")
		switch {
		case what == "":
			return ""
		case what[0] == '@', strings.HasPrefix(what, "!subteam"):
			return "somebody"
		case what[0] == '#':
			return "#…"
		case what == "!here", what == "!channel", what == "!everyone":
			return "everybody"
		case label != "":
			return label
		default:
			return strings.TrimPrefix(strings.TrimLeft(what, "!"), "mailto:")
		}
	}))
}
