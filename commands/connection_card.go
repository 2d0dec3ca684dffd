package commands

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/slack-go/slack"

	"perch/bot/card"
	"perch/internal/finch"
)

// overview is all that the card of one connection is made of.
type overview struct {
	finch.Connection
	past
	// Notice says what became of a button that was pressed, if one was.
	Notice string
	Source source
	Now    time.Time
	// CanShare offers the Share button; SharedBy names who used it.
	CanShare bool
	SharedBy string
	// Dashboard leads to Finch's page of it; empty where no pattern is set.
	Dashboard string
}

// maxEntities and maxTokens are how many of each the card lists.
const (
	maxEntities = 15
	maxTokens   = 5
)

// overviewCard answers, top to bottom: what is it, is it well, whose move is
// it, what exactly, what can be done, how do we know.
func overviewCard(o overview) card.Message {
	blocks := []slack.Block{
		card.Header(customerName(o.Connection)),
		card.Text(o.statusLine()),
	}
	if move := o.moveLine(); move != "" {
		blocks = append(blocks, card.Text(move))
	}
	if o.Notice != "" {
		blocks = append(blocks, card.Text(o.Notice))
	}
	blocks = append(blocks, card.Fields(o.groupFields()...), card.Fields(o.timeFields()...))
	if len(o.Syncs) > 0 {
		blocks = append(blocks, card.Text(o.strip()))
	}
	if len(o.Entities) > 0 {
		blocks = append(blocks, o.entityBlock())
	}
	blocks = append(blocks, card.Preformatted(o.idLines()...))
	if len(o.Tokens) > 0 {
		blocks = append(blocks, card.Context(o.tokenLine()))
	}
	blocks = append(blocks, card.Context(o.sourceLine()), o.actions())
	if o.SharedBy != "" {
		blocks = append(blocks, sharedBy(o.SharedBy))
	}
	return card.Message{Text: o.fallback(), Blocks: blocks}
}

// customerName is what people call the connection.
func customerName(c finch.Connection) string {
	return nameOf(c.CustomerName, c.CustomerID, c.ID)
}

func nameOf(name, customerID, id string) string {
	switch {
	case card.Clean(name) != "":
		return name
	case customerID != "":
		return customerID
	default:
		return "Connection " + id
	}
}

func (o overview) statusLine() string {
	parts := []string{card.Status(string(o.Overall())).String()}
	if o.ProviderName != "" {
		parts = append(parts, "*"+card.Escape(o.ProviderName)+"*")
	}
	parts = append(parts, o.integration())
	if o.Environment != "" {
		parts = append(parts, card.Escape(o.Environment))
	}
	return strings.Join(parts, " · ")
}

// integration is the type of integration and how Finch signs in.
func (o overview) integration() string {
	kind := "automated"
	if o.Assisted {
		kind = "assisted"
	}
	var methods []string
	for _, m := range o.Methods {
		if word := methodWord(m.Type); word != kind {
			methods = append(methods, word)
		}
	}
	if len(methods) == 0 {
		return kind
	}
	return fmt.Sprintf("%s (%s)", kind, strings.Join(methods, ", "))
}

func methodWord(method string) string { return card.Escape(plainMethod(method)) }

func plainMethod(method string) string {
	switch method {
	case "credential":
		return "credentials"
	case "api_token":
		return "API token"
	case "api_credential":
		return "API credentials"
	case "oauth":
		return "OAuth"
	default:
		return card.Cut(card.Clean(method), 40)
	}
}

func (o overview) groupFields() []string {
	var fields []string
	said := map[string]bool{o.Report.Message: true}
	for _, g := range o.Groups() {
		if len(fields) == 10 {
			break
		}
		field := fmt.Sprintf("*%s*\n%s", groupName(g), o.groupState(g))
		if message := g.Report.Message; g.Granted && !said[message] {
			said[message] = true
			field += "\n" + card.EscapeCut(message, 200)
		}
		fields = append(fields, field)
	}
	return fields
}

func groupName(g finch.Group) string {
	name := []rune(card.Cut(card.Clean(strings.ReplaceAll(g.Name, "_", " ")), 60))
	if len(name) == 0 {
		return "(unnamed product)"
	}
	name[0] = unicode.ToUpper(name[0])
	return card.Escape(string(name))
}

func (o overview) groupState(g finch.Group) string {
	status := card.Status(string(g.Report.Status))
	switch at := g.Report.LastSync.At; {
	case !g.Granted:
		return "not granted"
	case o.ended():
		return "was " + card.Escape(strings.ToLower(status.Word))
	case at.IsZero():
		return status.String()
	default:
		return status.String() + ", synced " + o.ago(at)
	}
}

// ended: what stands below is history.
func (o overview) ended() bool { return o.Overall() == finch.Disconnected }

// ago is an age for the asker, who reads it now, and a time for a channel,
// where the card will stand for long.
func (o overview) ago(at time.Time) string {
	if o.SharedBy != "" {
		return card.When(at, o.Now)
	}
	return card.Ago(at, o.Now)
}

func (o overview) timeFields() []string {
	return []string{
		"*Last successful sync*\n" + o.lastSync(),
		"*Next sync*\n" + o.nextSync(),
		"*Connected since*\n" + o.created(),
		"*Last job*\n" + o.lastJob(),
	}
}

func (o overview) lastSync() string {
	if last := o.LastSync(); !last.IsZero() {
		return card.When(last, o.Now) + o.age(last) + ", exact"
	}
	if raw := o.Report.LastSync.Raw; raw != "" {
		return card.EscapeCut(raw, 60) + " (as Finch words it)"
	}
	return "none yet"
}

func (o overview) nextSync() string {
	next, quality := o.NextSync(o.Now)
	switch {
	case quality == finch.Exact && !next.After(o.Now):
		return "was due " + card.When(next, o.Now) + o.age(next) + ", exact: scheduled"
	case quality == finch.Exact:
		return card.When(next, o.Now) + ", exact: scheduled"
	case quality == finch.Estimated && next.Before(o.Now):
		return "was expected " + card.When(next, o.Now) + o.age(next) + ", estimated: " + o.cadence()
	case quality == finch.Estimated:
		return fmt.Sprintf("about %s, estimated: %s", card.When(next, o.Now), o.cadence())
	default:
		return o.noSync()
	}
}

// age is how long ago, in brackets behind a time, where that stays true.
func (o overview) age(at time.Time) string {
	if o.SharedBy != "" {
		return ""
	}
	return " (" + card.Ago(at, o.Now) + ")"
}

func (o overview) cadence() string {
	if o.Assisted {
		return "assisted connections sync weekly"
	}
	return "automated connections sync daily"
}

func (o overview) created() string {
	switch {
	case o.CreatedExact:
		return card.Day(o.Created)
	case !o.FirstSeen.IsZero():
		return "not known; known here since " + card.Day(o.FirstSeen)
	default:
		return "unknown"
	}
}

func (o overview) entityBlock() slack.Block {
	lines := []card.Part{card.Bold("Entities")}
	for i, e := range o.Entities {
		if i == maxEntities {
			lines = append(lines, card.Normal(fmt.Sprintf("and %d more", len(o.Entities)-maxEntities)))
			break
		}
		lines = append(lines, o.entityLine(e))
	}
	return card.Rich(lines...)
}

func entityName(e finch.Entity) string {
	if name := card.Cut(card.Clean(e.Name), 80); name != "" {
		return name
	}
	return "Entity " + e.ID
}

func (o overview) entityLine(e finch.Entity) card.Part {
	status := card.Status(string(e.Status))
	state := status.Part()
	if o.ended() {
		state = card.Normal("was " + strings.ToLower(status.Word))
	}
	parts := []card.Part{state, card.Normal(" · "), card.Normal(entityName(e))}
	if source := card.Cut(card.Clean(e.SourceID), 40); source != "" {
		parts = append(parts, card.Normal("  "), card.Code(source))
	}
	return card.Line(parts...)
}

func (o overview) idLines() []string {
	lines := []string{"connection  " + o.ID}
	if o.CustomerID != "" {
		lines = append(lines, "customer    "+card.Cut(card.Clean(o.CustomerID), 255))
	}
	if o.CompanyID != "" {
		lines = append(lines, "company     "+card.Cut(card.Clean(o.CompanyID), 255))
	}
	return lines
}

func (o overview) tokenLine() string {
	var tokens []string
	for i, t := range o.Tokens {
		if i == maxTokens {
			break
		}
		tokens = append(tokens, o.tokenState(t))
	}
	return "Access tokens, as seen here: " + strings.Join(tokens, " · ")
}

func (o overview) tokenState(t finch.TokenSeen) string {
	mark := card.EscapeCut(fingerprint(t.ID), 20)
	if t.Replaced.IsZero() && o.HasToken {
		return fmt.Sprintf("`%s`, current, since %s", mark, card.Day(t.FirstSeen))
	}
	return fmt.Sprintf("`%s`, %s to %s", mark, card.Day(t.FirstSeen), card.Day(t.LastSeen))
}

// fingerprint is the first eight characters of Finch's id of a token.
func fingerprint(tokenID string) string {
	runes := []rune(tokenID)
	return string(runes[:min(8, len(runes))])
}

func (o overview) sourceLine() string {
	age := "Finch has not answered for it yet"
	if !o.Learned.IsZero() {
		age = "From Finch " + o.ago(o.Learned)
	}
	switch {
	case o.Source.asking:
		return age + ". Asking Finch for news …"
	case o.Source.waited:
		return age + ". Finch takes long to answer; Refresh asks again."
	case o.Source.failure != "" && o.Learned.IsZero():
		return card.Escape(o.Source.failure)
	case o.Source.failure != "":
		return fmt.Sprintf("%s This is what was true %s.", card.Escape(o.Source.failure), o.lastTrue())
	case o.ended() && !o.Learned.IsZero():
		return "What stands above is from before it ended. Finch last answered " + card.When(o.Learned, o.Now) + "."
	default:
		return age
	}
}

// lastTrue is when Finch last said what the card shows.
func (o overview) lastTrue() string {
	if o.SharedBy == "" && o.Now.Sub(o.Learned) < time.Minute {
		return "a moment ago"
	}
	return o.ago(o.Learned)
}

func (o overview) actions() slack.Block {
	value := shared{ID: o.ID, By: o.SharedBy}.String()
	buttons := []slack.BlockElement{
		card.Button("jobs.of", o.ID, "Jobs"),
		card.Button("session-timeline.of", o.ID, "Sessions"),
		card.Button("connection.changes", o.ID, "Status history"),
	}
	if o.runs() {
		buttons = append(buttons, card.Button("connection.run", value, "Run sync now"))
	}
	if o.HasToken {
		buttons = append(buttons, card.Button("explore.of", o.ID, "Explore"))
	}
	buttons = append(buttons, card.Button("connection.refresh", value, "Refresh"))
	if o.CanShare {
		buttons = append(buttons, card.Button("connection.share", o.ID, "Share"))
	}
	buttons = append(buttons, packetButton(ofConnection, o.ID))
	if o.Dashboard != "" {
		buttons = append(buttons, card.Button("connection.dashboard", "", "Finch's dashboard", card.URL(o.Dashboard)))
	}
	return card.Actions("connection", buttons...)
}
