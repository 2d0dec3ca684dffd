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
}

// source says where a card's facts come from.
type source struct {
	// asking: Finch was asked and has not answered yet.
	asking bool
	// failure is what a person should know of an answer that did not come.
	failure string
}

// asking is the source of a card that is about to be replaced.
var asking = source{asking: true}

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

func methodWord(method string) string {
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
		return card.EscapeCut(method, 40)
	}
}

// moveLine says who must act, or nothing when nobody must.
func (o overview) moveLine() string {
	var lines []string
	if line := move(o.Overall()); line != "" {
		lines = append(lines, line)
	}
	if message := o.Report.Message; message != "" && o.Overall() != finch.Connected {
		lines = append(lines, "Finch says: "+card.EscapeCut(message, 300))
	}
	if o.Overall() == finch.Connected || o.Overall() == finch.Processing {
		lines = append(lines, o.waiting()...)
	}
	return strings.Join(lines, "\n")
}

// move is the sentence for a status that is not well.
func move(s finch.Status) string {
	switch s.Known() {
	case finch.Connected:
		return ""
	case finch.Processing:
		return "*Nothing to do:* Finch is fetching the first data. That can take up to 14 days."
	case finch.Pending:
		return "*The employer's move:* Finch waits for their invitation to the payroll system."
	case finch.Reauth:
		return "*The employer must reconnect.* Nothing syncs until they sign in again."
	case finch.NoPermissions:
		return "*The employer's administrator must act:* Finch was let in with too few rights."
	case finch.NotSetUp:
		return "*The employer must finish set-up:* Finch was never invited to the payroll system."
	case finch.Disconnected:
		return "*Ours to decide:* this connection has ended. Connecting again makes a new one."
	case finch.NoToken:
		return "*Our move:* Finch knows this connection, but Perch has no access token for it."
	default:
		return "Finch reports a status that this version of Perch does not know."
	}
}

// waiting names what is not well inside a connection that is well itself.
func (o overview) waiting() []string {
	var lines []string
	for _, g := range o.Groups() {
		if status := g.Report.Status.Known(); g.Granted && status != o.Overall() && status.NeedsAttention() {
			lines = append(lines, fmt.Sprintf("%s: %s", groupName(g), lower(move(status))))
		}
	}
	broken := 0
	for _, e := range o.Entities {
		if e.Status.NeedsAttention() {
			broken++
		}
	}
	if broken > 0 {
		lines = append(lines, fmt.Sprintf("%d of %d entities need attention, see below.", broken, len(o.Entities)))
	}
	return lines
}

// lower keeps a sentence as it is but for the bold opening's capital.
func lower(sentence string) string {
	for _, opening := range []string{"*The ", "*Nothing ", "*Our", "*Ours "} {
		if rest, ok := strings.CutPrefix(sentence, opening); ok {
			return "*" + strings.ToLower(opening[1:2]) + opening[2:] + rest
		}
	}
	return sentence
}

func (o overview) groupFields() []string {
	var fields []string
	for _, g := range o.Groups() {
		if len(fields) == 10 {
			break
		}
		fields = append(fields, fmt.Sprintf("*%s*\n%s", groupName(g), o.groupState(g)))
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
	if !g.Granted {
		return "not granted"
	}
	state := card.Status(string(g.Report.Status)).String()
	if at := g.Report.LastSync.At; !at.IsZero() {
		state += ", synced " + card.Ago(at, o.Now)
	}
	if g.Report.Message != "" {
		state += "\n" + card.EscapeCut(g.Report.Message, 200)
	}
	return state
}

func (o overview) timeFields() []string {
	return []string{
		"*Last successful sync*\n" + o.lastSync(),
		"*Next sync*\n" + o.nextSync(),
		"*Connected since*\n" + o.created(),
		"*Last job*\n" + o.lastJob(o.Now),
	}
}

func (o overview) lastSync() string {
	if last := o.LastSync(); !last.IsZero() {
		return fmt.Sprintf("%s (%s), exact", card.When(last, o.Now), card.Ago(last, o.Now))
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
		return fmt.Sprintf("was due %s (%s), exact: scheduled at Finch", card.When(next, o.Now), card.Ago(next, o.Now))
	case quality == finch.Exact:
		return card.When(next, o.Now) + ", exact: scheduled at Finch"
	case quality == finch.Estimated && next.Before(o.Now):
		return fmt.Sprintf("was expected %s (%s), estimated: %s", card.When(next, o.Now), card.Ago(next, o.Now), o.cadence())
	case quality == finch.Estimated:
		return fmt.Sprintf("about %s, estimated: %s", card.When(next, o.Now), o.cadence())
	case o.FinchSandbox:
		return "none: Finch's sandbox does not sync by itself"
	default:
		return "none until this is put right"
	}
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
		return card.Day(o.FirstSeen) + " or before: known here since then"
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
		lines = append(lines, entityLine(e))
	}
	return card.Rich(lines...)
}

func entityLine(e finch.Entity) card.Part {
	name := card.Cut(card.Clean(e.Name), 80)
	if name == "" {
		name = "Entity " + e.ID
	}
	parts := []card.Part{card.Status(string(e.Status)).Part(), card.Normal(" · "), card.Normal(name)}
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
	return "Access tokens: " + strings.Join(tokens, " · ")
}

func (o overview) tokenState(t finch.TokenSeen) string {
	mark := card.EscapeCut(fingerprint(t.ID), 20)
	if t.Replaced.IsZero() && o.HasToken {
		return fmt.Sprintf("`%s`, current, since %s, last used %s", mark, card.Day(t.FirstSeen), card.Ago(t.LastSeen, o.Now))
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
		age = "From Finch " + card.Ago(o.Learned, o.Now)
	}
	switch {
	case o.Source.asking:
		return age + ". Asking Finch for news …"
	case o.Source.failure != "" && !o.Learned.IsZero():
		return fmt.Sprintf("%s This is what was true %s.", card.Escape(o.Source.failure), card.Ago(o.Learned, o.Now))
	case o.Source.failure != "":
		return card.Escape(o.Source.failure)
	default:
		return age
	}
}

func (o overview) actions() slack.Block {
	value := shared{ID: o.ID, By: o.SharedBy}.String()
	buttons := []slack.BlockElement{card.Button("jobs.of", o.ID, "Jobs")}
	if o.runs() {
		buttons = append(buttons, card.Button("connection.run", value, "Run sync now"))
	}
	buttons = append(buttons, card.Button("connection.refresh", value, "Refresh"))
	if o.CanShare {
		buttons = append(buttons, card.Button("connection.share", o.ID, "Share"))
	}
	return card.Actions("connection", buttons...)
}
