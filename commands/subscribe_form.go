package commands

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/alert"
)

// draft is a subscription while its form is open. It travels in the modal, so
// that nothing is kept for those who never send theirs in; all of it is judged
// again when it comes back.
type draft struct {
	// ID is the subscription that is changed, 0 for a new one.
	ID int64 `json:"id,omitempty"`
	// Channel is where it is told, as in alert.Subscription.
	Channel string `json:"to"`
	// Here is the channel the form was opened from, where there is a choice.
	Here string `json:"here,omitempty"`
	// Shared: an admin has confirmed that other companies may read along.
	Shared   bool   `json:"shared,omitempty"`
	SharedBy string `json:"-"`
	// All shows every field, not only those that most need.
	All bool `json:"all,omitempty"`
	// Turn counts how often the form was filled in anew: Slack keeps what stands
	// in a field as long as its block id stays.
	Turn int        `json:"turn,omitempty"`
	Wish alert.Wish `json:"wish"`
}

func (d draft) direct() bool {
	return strings.HasPrefix(d.Channel, "U") || strings.HasPrefix(d.Channel, "W")
}

// maxPrivate is how much of a draft a modal carries. Slack takes 3000.
const maxPrivate = 2900

// private is the draft as the modal carries it; false if it is too long.
func (d draft) private() (string, bool) {
	raw, err := json.Marshal(d)
	return string(raw), err == nil && len(raw) <= maxPrivate
}

// draftOf reads a draft back. It went through the user's client.
func draftOf(r *bot.Request) (draft, error) {
	var d draft
	if r.View == nil || json.Unmarshal([]byte(r.View.Private), &d) != nil || !isSlackID(d.Channel) || d.Here != "" && !isSlackID(d.Here) {
		return draft{}, bot.Tell("This form cannot be read any more, so nothing was saved. Ask for a fresh one.", nil)
	}
	return d, nil
}

// The fields of the form. A block's id is the field's name and the turn.
const (
	fieldWhere    = "where"
	fieldKinds    = "kinds"
	fieldOnly     = "only"
	fieldExcept   = "except"
	fieldMention  = "mention"
	fieldWhen     = "when"
	fieldHow      = "how"
	fieldUpdates  = "updates"
	fieldRemind   = "remind"
	fieldQuiet    = "quiet"
	fieldWeekends = "weekends"
	fieldPass     = "pass"
	fieldZone     = "zone"
)

func (d draft) block(name string) string { return name + "." + strconv.Itoa(d.Turn) }

func (d draft) field(name, label, hint string) card.Field {
	return card.Field{BlockID: d.block(name), ActionID: "perch." + name, Label: label, Hint: hint, Optional: !alwaysChosen(name)}
}

// alwaysChosen reports whether something stands in a field from the start, and
// must.
func alwaysChosen(name string) bool {
	return slices.Contains([]string{fieldWhere, fieldKinds, fieldWhen, fieldHow, fieldUpdates, fieldRemind}, name)
}

// maxFilterText is how many characters a field of filters takes.
const maxFilterText = 600

// view is the form; notice says what to look at first.
func (d draft) view(notice string) slack.ModalViewRequest {
	private, ok := d.private()
	if !ok {
		return tooLong()
	}
	blocks := card.Blocks{card.Text(d.intro())}
	if notice != "" {
		blocks = append(blocks, card.Text(":information_source: "+notice))
	}
	blocks = append(blocks, d.basics()...)
	if d.All {
		blocks = append(blocks, d.timing()...)
		blocks = append(blocks, d.quietHours()...)
	} else {
		blocks = append(blocks,
			card.Actions("more", card.Button("perch.all_fields", "all", "When, reminders, quiet hours …")),
			card.Context("As it stands: at once, later news in the card's thread, no reminders, no quiet hours."))
	}
	return card.Modal{CallbackID: "perch.form", Title: d.title(), Submit: "Check", Private: private, Blocks: blocks}.View()
}

func (d draft) title() string {
	if d.ID != 0 {
		return "Change a subscription"
	}
	return "Subscribe"
}

func (d draft) intro() string {
	return fmt.Sprintf("%s will hear of each problem once, on one card that is kept true. *Check* shows what that means before anything is saved.", hearer(d.Channel, ""))
}

// hearer begins a sentence with who is told; who is the reader, "" for the one
// whose draft it is.
func hearer(channel, who string) string {
	direct := strings.HasPrefix(channel, "U") || strings.HasPrefix(channel, "W")
	switch {
	case direct && (who == "" || who == channel):
		return "You"
	case direct:
		return "<@" + card.Escape(channel) + ">"
	default:
		return "<#" + card.Escape(channel) + ">"
	}
}

// filterText is a filter as it is typed.
func filterText(f alert.Filter) string {
	return strings.TrimSpace(strings.TrimPrefix(alert.Wish{Kinds: alert.AllKinds(), Include: f}.Text(), "all"))
}

const (
	filterExample = "customer:, provider:, env:, type:, product: or entity:, as in provider:gusto customer:\"blue fern\". "
	hereToo       = "here"
	meAlone       = "me"
)

// basics are the fields that most need.
func (d draft) basics() card.Blocks {
	var blocks card.Blocks
	if d.Here != "" {
		chosen := hereToo
		if d.direct() {
			chosen = meAlone
		}
		blocks = append(blocks, card.SelectField(d.field(fieldWhere, "Where", ""), []card.Choice{
			{Value: hereToo, Label: "In this channel"}, {Value: meAlone, Label: "In my direct messages with Perch"},
		}, chosen))
	}
	return append(blocks,
		card.MultiField(d.field(fieldKinds, "What", ""), kindChoices(), texts(d.Wish.Kinds)),
		card.TextField(d.field(fieldOnly, "Only these (empty: all but sandbox)", filterExample+"Several of one name mean any of them; different names must all hold."), filterText(d.Wish.Include), maxFilterText),
		card.TextField(d.field(fieldExcept, "Not these", "The same words; what any of them means stays out."), filterText(d.Wish.Exclude), maxFilterText),
		card.UsersField(d.field(fieldMention, "Mention on new problems", d.groupsHint()), d.people()),
	)
}

// people are those mentioned, without groups: Slack's menu has people only.
func (d draft) people() []string {
	return slices.DeleteFunc(slices.Clone(d.Wish.Mention), isGroup)
}

func (d draft) groups() []string {
	return slices.DeleteFunc(slices.Clone(d.Wish.Mention), func(id string) bool { return !isGroup(id) })
}

func isGroup(id string) bool { return strings.HasPrefix(id, "S") }

func (d draft) groupsHint() string {
	if n := len(d.groups()); n > 0 {
		return fmt.Sprintf("And %d %s, as typed before.", n, plural(n, "user group", "user groups"))
	}
	return ""
}

// timing is when and how often it is told.
func (d draft) timing() card.Blocks {
	return card.Blocks{
		card.SelectField(d.field(fieldWhen, "When", ""), whenChoices(d.Wish), whenValue(d.Wish.After, d.Wish.OpenFor)),
		card.SelectField(d.field(fieldHow, "How", ""), howChoices(d.Wish), howValue(d.Wish)),
		card.SelectField(d.field(fieldUpdates, "Recovered, or failing again", ""), []card.Choice{
			{Value: "thread", Label: "In the card's thread"}, {Value: "channel", Label: "In the channel too"},
		}, map[bool]string{false: "thread", true: "channel"}[d.Wish.InChannel]),
		card.SelectField(d.field(fieldRemind, "Remind while it is open and nobody is on it", ""), remindChoices, d.Wish.Reminder.String()),
	}
}

// quietHours are when nothing is told, and what is told even then.
func (d draft) quietHours() card.Blocks {
	weekends := []string{}
	if d.Wish.Quiet.Weekends {
		weekends = append(weekends, fieldWeekends)
	}
	return card.Blocks{
		card.TextField(d.field(fieldQuiet, "Quiet hours (empty: none)", "From and to, as in 22-7 or 18:30-8:00. What happens in them is told when they end, in one message."), quietText(d.Wish.Quiet), 20),
		card.ChecksField(d.field(fieldWeekends, "Weekends", ""), []card.Choice{{Value: fieldWeekends, Label: "Quiet on Saturday and Sunday"}}, weekends),
		card.MultiField(d.field(fieldPass, "What is told even then", ""), kindChoices(), texts(d.Wish.Quiet.Pass)),
		card.TextField(d.field(fieldZone, "Time zone of all that", "As in Europe/Berlin."), d.Wish.Zone, 60),
	}
}

// beyondBasics reports whether a wish says something that only the further
// fields show.
func beyondBasics(w alert.Wish) bool {
	return w.After > 1 || w.OpenFor > 0 || w.InChannel || w.Reminder > 0 || w.Digest || w.Quiet.Weekends || w.Quiet.From != w.Quiet.To
}

func kindChoices() []card.Choice {
	var choices []card.Choice
	for _, k := range alert.AllKinds() {
		choices = append(choices, card.Choice{Value: string(k), Label: card.UpperFirst(k.Plain()), Description: string(k)})
	}
	return choices
}

func texts[T ~string](list []T) []string {
	var all []string
	for _, t := range list {
		all = append(all, string(t))
	}
	return all
}

var remindChoices = []card.Choice{
	{Value: time.Duration(0).String(), Label: "Never"},
	{Value: (4 * time.Hour).String(), Label: "Every 4 hours"},
	{Value: (24 * time.Hour).String(), Label: "Daily"},
}

// whenChoices are the usual ones, and what was typed if it is none of them.
func whenChoices(w alert.Wish) []card.Choice {
	var choices []card.Choice
	for _, c := range []struct {
		after int
		open  time.Duration
	}{{1, 0}, {2, 0}, {3, 0}, {1, 30 * time.Minute}, {1, time.Hour}, {1, 4 * time.Hour}, {1, 24 * time.Hour}} {
		choices = append(choices, card.Choice{Value: whenValue(c.after, c.open), Label: whenLabel(c.after, c.open)})
	}
	return withChoice(choices, card.Choice{Value: whenValue(w.After, w.OpenFor), Label: whenLabel(w.After, w.OpenFor)})
}

func withChoice(choices []card.Choice, own card.Choice) []card.Choice {
	if slices.ContainsFunc(choices, func(c card.Choice) bool { return c.Value == own.Value }) {
		return choices
	}
	return append(choices, own)
}

func whenValue(after int, open time.Duration) string {
	return fmt.Sprintf("%d %s", max(after, 1), open)
}

func whenLabel(after int, open time.Duration) string {
	switch {
	case after <= 1 && open == 0:
		return "At once"
	case open == 0:
		return fmt.Sprintf("Syncs: after %d failures in a row", after)
	case after <= 1:
		return fmt.Sprintf("Only if still open after %s", card.Span(open))
	default:
		return fmt.Sprintf("After %d failures in a row, if open for %s", after, card.Span(open))
	}
}

func howChoices(w alert.Wish) []card.Choice {
	choices := []card.Choice{{Value: "card", Label: "Each problem by itself"}}
	for _, at := range []int{7 * 60, 9 * 60, 12 * 60, 16 * 60} {
		choices = append(choices, digestChoice(at))
	}
	if w.Digest {
		choices = withChoice(choices, digestChoice(w.DigestAt))
	}
	return choices
}

func digestChoice(at int) card.Choice {
	return card.Choice{Value: strconv.Itoa(at), Label: "One message a day, at " + clock(at)}
}

func howValue(w alert.Wish) string {
	if w.Digest {
		return strconv.Itoa(w.DigestAt)
	}
	return "card"
}

// clock is minutes after midnight as people write them.
func clock(minutes int) string { return fmt.Sprintf("%d:%02d", minutes/60, minutes%60) }

func quietText(q alert.QuietHours) string {
	if q.From == q.To {
		return ""
	}
	return clock(q.From) + "-" + clock(q.To)
}

// tooLong stands in for the form of what does not fit into one.
func tooLong() slack.ModalViewRequest {
	return card.Modal{Title: "Too much for a form", Close: "Close", Blocks: card.Blocks{
		card.Plain("These filters are too long for one subscription. Make two of them, each with a part of the filters."),
	}}.View()
}
