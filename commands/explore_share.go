package commands

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/audit"
	"perch/internal/explore"
	"perch/internal/mask"
)

// shareForm says what would leave, and to whom, before anything does.
func (x explorer) shareForm(ctx context.Context, r *bot.Request, s sight) (slack.ModalViewRequest, error) {
	readers, err := s.readers(ctx, r)
	if err != nil {
		return slack.ModalViewRequest{}, err
	}
	return s.shareView(readers), nil
}

// readers says who beside colleagues reads the channel; it fails where nothing may
// be shared there.
func (s sight) readers(ctx context.Context, r *bot.Request) (string, error) {
	switch {
	case !inChannel(s.Channel):
		return "", bot.Tell("Type "+r.As.Of("explore")+" in the channel you want to share in.", nil)
	case s.Result.Body == nil:
		return "", bot.Tell("There is nothing here to share.", nil)
	}
	audience, err := r.AudienceOf(ctx, s.Channel)
	if err != nil {
		return "", fmt.Errorf("find out who reads along: %w", err)
	}
	return readAlong(audience, r.Who.Role)
}

// shareView lists what leaves. Its look has a name of its own, so that it shares
// once, and remembers whom the asker was told of.
func (s sight) shareView(readers string) slack.ModalViewRequest {
	s.Once = rand.Text() + " " + readers
	blocks := card.Blocks{card.Text(fmt.Sprintf("*Share this in <#%s>?* Everybody there sees it, masked as it is.", s.Channel))}
	if readers != "" {
		blocks = append(blocks, card.Text(":warning: "+readers))
	}
	blocks = append(blocks, card.Bullets(s.leaving()...))
	blocks = append(blocks, preview(s.sharedLines())...)
	return resultForm(s.look, "explore.announce", "Share", blocks)
}

// leaving are the things that leave.
func (s sight) leaving() []card.Part {
	lines := []card.Part{card.Line(card.Normal("Endpoint: "), card.Code(s.Result.Query.Endpoint.Name()))}
	if name := connectionName(s.Of); name != "" {
		lines = append(lines, card.Normal("Customer: "+card.Cut(card.Clean(name), 120)))
	}
	if items := s.sharedItems(); items != "" {
		lines = append(lines, card.Normal("Shown: "+items))
	}
	if clear := clearFields(s.Result.Body); len(clear) > 0 {
		lines = append(lines, card.Normal("In clear: "+card.Cut(strings.Join(clear, ", "), 1000)))
	}
	return append(lines, card.Normal("Masked: "+card.Counted(s.Result.Body.Hidden, "value")+" of the answer"))
}

// sharedItems is which part is shown. An expression may quote a value, so that what
// looks personal in it is masked too.
func (s sight) sharedItems() string {
	if s.Narrowed {
		return "narrowed by " + card.Cut(card.Clean(mask.Text(s.JQ)), 200)
	}
	return s.items()
}

// sharedLines are as many lines as a message has room for.
func (s sight) sharedLines() []string {
	if s.Narrowed {
		return s.Narrow.Lines
	}
	return s.Page.Lines
}

// sharedCut tells that these are not all lines.
func (s sight) sharedCut() bool {
	if s.Narrowed {
		return s.Narrow.Cut
	}
	return s.Page.Cut
}

// clearFields are the paths of values of which some are shown.
func clearFields(body *explore.Masked) []string {
	var paths []string
	for _, f := range body.Fields {
		if f.Shown {
			paths = append(paths, f.Path)
		}
	}
	return paths
}

// announce posts the masked answer, once, if still nobody reads along of whom the
// asker was not told.
func (x explorer) announce(ctx context.Context, r *bot.Request, s sight) (bot.Submitted, error) {
	readers, err := s.readers(ctx, r)
	if err != nil {
		return bot.Submitted{}, err
	}
	name, told, _ := strings.Cut(s.Once, " ")
	if s.Again || name == "" || told != readers {
		return bot.Next(s.shareView(readers)), nil
	}
	said, err := x.shelf.shared.once(ctx, r.Who.ID+" "+name, func(ctx context.Context) (string, error) { return x.post(ctx, r, s) })
	if err != nil {
		return bot.Submitted{}, err
	}
	s.Once = ""
	s.Notes = append(s.Notes, said)
	return bot.Next(s.view()), nil
}

// post notes what leaves, then posts it.
func (x explorer) post(ctx context.Context, r *bot.Request, s sight) (said string, err error) {
	about := s.Result.Query.ConnectionID
	if about == "" {
		about = "application"
	}
	account := s.Result.Query.Account(func(string) string { return "••••" })
	detail := strings.TrimSpace(s.Result.Query.Endpoint.Name()+" "+account) + " · to " + s.Channel
	err = x.Audits.NoteAudit(ctx, audit.Entry{At: x.Now(), Who: r.Who.ID, What: "explorer shared", About: about, Detail: detail})
	if err != nil {
		return "", fmt.Errorf("note what is shared: %w", err)
	}
	err = r.Post(ctx, s.Channel, s.sharedCard())
	switch sentence := bot.Cannot(err); {
	case sentence != "":
		return "", bot.Tell(sentence, nil)
	case err != nil:
		return "", fmt.Errorf("share an answer: %w", err)
	default:
		return "Shared in <#" + s.Channel + ">.", nil
	}
}

// sharedBlocks is how many blocks of JSON a message takes.
const sharedBlocks = 3

// sharedCard is the masked answer as the channel sees it: the endpoint without its
// ids, and nothing to press.
func (s sight) sharedCard() card.Message {
	title := card.Code(s.Result.Query.Endpoint.Name())
	text := "`" + card.Escape(s.Result.Query.Endpoint.Name()) + "`"
	if name := card.Cut(card.Clean(connectionName(s.Of)), 120); name != "" {
		title = card.Line(title, card.Normal(" · "), card.Bold(name))
		text += " · " + card.Escape(name)
	}
	s.Result.Left = -1 // the asker's to know
	blocks := card.Blocks{card.Rich(title), card.Rich(s.status())}
	if items := s.sharedItems(); items != "" {
		blocks = append(blocks, card.Plain(card.UpperFirst(items)))
		text += " · " + card.Escape(items)
	}
	lines := s.sharedLines()
	shown := preview(lines)
	blocks = append(blocks, shown[:min(sharedBlocks, len(shown))]...)
	blocks = append(blocks, cutNote(len(inBlocks(lines)) > sharedBlocks || s.sharedCut(), "Folded to fit.")...)
	blocks = append(blocks, card.Context(fmt.Sprintf("Masked (••••): %s of the answer", card.Counted(s.Result.Body.Hidden, "value"))), sharedBy(s.Who.ID))
	text += " · shared by <@" + s.Who.ID + ">\n" + escapeLines(strings.Join(lines, "\n"))
	return card.Message{Text: card.FallbackText(text), Blocks: blocks}
}
