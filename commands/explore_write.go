package commands

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/explore"
	"perch/internal/finch"
)

// writing is what would be sent, exactly, for a yes; wrong, as plain text, is what
// was wrong. The question itself stays on the shelf, so that what is sent is what was
// shown.
func (x explorer) writing(ctx context.Context, r *bot.Request, q explore.Query, channel, wrong string) (slack.ModalViewRequest, error) {
	request, err := q.Request()
	if err != nil {
		return slack.ModalViewRequest{}, fmt.Errorf("put a question together: %w", err)
	}
	of, err := x.connectionOf(ctx, q)
	if err != nil {
		return slack.ModalViewRequest{}, err
	}
	h := x.shelf.put(held{Owner: r.Who.ID, Channel: channel, Result: explore.Result{Query: q}})
	l := lookAt(h)
	l.Ask = q.Text(q.ConnectionID) // only to be shown again: see look.proposed
	return proposal{q, request, of}.view(l, wrong), nil
}

// proposal is a question that would change something.
type proposal struct {
	explore.Query
	Request finch.Request
	Of      finch.Connection
}

// view shows the proposal; wrong, as plain text, is what was wrong.
func (p proposal) view(l look, wrong string) slack.ModalViewRequest {
	blocks := card.Blocks{card.Rich(card.Bold("Nothing is sent yet."), card.Normal("This is exactly what would be:"))}
	blocks = append(blocks, inFull(p.lines())...)
	blocks = append(blocks, card.Text(p.where()))
	name := p.mustType()
	if p.Endpoint.Notes != "" && name == "" {
		blocks = append(blocks, card.Text(":information_source: "+card.Escape(p.Endpoint.Notes)))
	}
	if wrong != "" {
		blocks = append(blocks, card.Text(":warning: "+card.Escape(wrong)))
	}
	if name != "" {
		blocks = append(blocks, card.Text(":warning: *This ends the connection.* It cannot be undone: the employer would have to connect anew, which makes another connection."),
			card.TextField(card.Field{BlockID: "name", ActionID: "explore.typed", Label: "Type the customer's name: " + card.Cut(card.Clean(name), 200)}, "", 300))
	}
	blocks = append(blocks, card.Actions("proposal", card.Button("explore.change", "", "Change")))
	return card.Modal{Title: "Send to Finch?", CallbackID: "explore.send", Submit: "Send to Finch", Close: "Cancel", Private: l.String(), Blocks: blocks}.View()
}

// mostProposed is how many blocks a body may take whose members stand on lines of
// their own.
const mostProposed = 8

// inFull shows lines whole: what a yes is said to has been seen.
func inFull(lines []string) []slack.Block {
	var blocks []slack.Block
	for _, part := range inBlocks(inPieces(lines)) {
		blocks = append(blocks, card.Preformatted(part))
	}
	return blocks
}

// inPieces breaks lines that are too long for a block, and writes out what cannot be
// seen as JSON does.
func inPieces(lines []string) []string {
	const long = previewBlock / 2
	var all []string
	for _, line := range lines {
		runes := []rune(invisibleAsJSON(line))
		for ; len(runes) > long; runes = runes[long:] {
			all = append(all, string(runes[:long]))
		}
		all = append(all, string(runes))
	}
	return all
}

func invisibleAsJSON(line string) string {
	var b strings.Builder
	for _, r := range line {
		if r == ' ' || unicode.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.String()
}

// lines are the request as it is sent, secrets apart, which only Finch sees. A body
// that is too long with its members on lines of their own stands as it is.
func (p proposal) lines() []string {
	target := p.Request.Path
	if query := p.Request.Query.Encode(); query != "" {
		target += "?" + query
	}
	lines := []string{p.Request.Method + " " + target}
	if len(p.Request.Body) == 0 {
		return append(lines, "", "(no body)")
	}
	var pretty bytes.Buffer
	if json.Indent(&pretty, p.Request.Body, "", "  ") != nil {
		return append(lines, "", string(p.Request.Body))
	}
	all := append(slices.Clone(lines), strings.Split("\n"+pretty.String(), "\n")...)
	if len(inFull(all)) > mostProposed {
		return append(lines, "", string(p.Request.Body))
	}
	return all
}

// where says whose data it changes, and whether it is real.
func (p proposal) where() string {
	if p.ConnectionID == "" {
		return "For the application itself, with its own credentials."
	}
	said := fmt.Sprintf("Connection: *%s* · `%s`", card.EscapeCut(connectionName(p.Of), 120), card.EscapeCut(p.ConnectionID, maxShownID))
	switch p.Of.Environment {
	case "production":
		return said + " · *production: real people and real pay*"
	case "":
		return said + " · environment not known"
	default:
		return said + " · " + card.EscapeCut(p.Of.Environment, 40)
	}
}

// mustType is the name that must be typed first, empty for none: a connection that
// has ended cannot be had back.
func (p proposal) mustType() string {
	if p.Endpoint.Name() != "POST /disconnect" {
		return ""
	}
	return cmp.Or(connectionName(p.Of), p.ConnectionID)
}

// send sends what was shown, once, however often the form is sent in.
func (x explorer) send(ctx context.Context, r *bot.Request) (bot.Submitted, error) {
	l := lookIn(r)
	h, err := x.find(ctx, r, l)
	if errors.Is(err, errOver) {
		return x.propose(ctx, r, l)
	}
	if err != nil {
		return bot.Submitted{}, err
	}
	q := h.Result.Query
	if !q.Endpoint.Writes || !h.Result.At.IsZero() { // an answer proposes nothing
		return bot.Submitted{}, errStrange
	}
	of, err := x.connectionOf(ctx, q)
	if err != nil {
		return bot.Submitted{}, err
	}
	p := proposal{Query: q, Of: of}
	if name := p.mustType(); name != "" && !strings.EqualFold(card.Clean(r.View.Form.Text("name")), card.Clean(name)) {
		return bot.Wrong(map[string]string{"name": "That is not the name, so nothing was sent."}), nil
	}
	return r.Slowly(askingView(q), func(ctx context.Context) (bot.Submitted, error) {
		answer, err := x.sendOnce(ctx, r.Who.ID, h)
		if err != nil {
			return bot.Submitted{}, err
		}
		ctx = context.WithoutCancel(ctx) // it is done: however long it took, it is told
		s, err := x.sight(ctx, r, answer, lookAt(answer))
		if err != nil {
			return bot.Submitted{}, err
		}
		return bot.Next(s.view()), nil
	})
}

// propose shows a proposal again that is not held here: it is too old, or stands on
// the shelf of another process. It is not sent unseen.
func (x explorer) propose(ctx context.Context, r *bot.Request, l look) (bot.Submitted, error) {
	q, ok := l.proposed()
	if !ok {
		return bot.Submitted{}, errOver
	}
	if err := x.allow(ctx, r, q.Endpoint, q.ConnectionID); err != nil {
		return bot.Submitted{}, err
	}
	v, err := x.writing(ctx, r, q, l.Channel, "This was no longer held, so nothing was sent just now. "+
		"If you have sent it before, look first whether it is done. Else look at it once more, then send it.")
	return bot.Next(v), err
}

// writeEnd is what is remembered of a write: under which id its answer was put on
// the shelf, which alone holds answers. Its err is of one that may have reached Finch
// all the same, so that it is not sent again.
type writeEnd struct {
	answerID string
	err      error
}

// sendOnce sends a write, or finds the answer to it if it was sent before.
func (x explorer) sendOnce(ctx context.Context, who string, h held) (answer held, err error) {
	became, err := x.shelf.sent.once(ctx, h.ID, func(ctx context.Context) (writeEnd, error) {
		var end writeEnd
		var err error
		answer, end.err, err = x.sendNow(ctx, who, h)
		end.answerID = answer.ID
		return end, err
	})
	if err := cmp.Or(err, became.err); err != nil || answer.ID != "" {
		return answer, err
	}
	if answer, err = x.shelf.find(became.answerID, who); err != nil {
		return held{}, bot.Tell("This was sent, and what Finch answered is no longer held. Nothing is sent twice: look whether it is done.", nil)
	}
	return answer, nil
}

// sendNow sends a write. It fails with err where that surely did not reach Finch, so
// that it may be tried again, and with unsure where nobody knows.
func (x explorer) sendNow(ctx context.Context, who string, h held) (answer held, unsure, err error) {
	result, err := x.Explorer.Explore(ctx, explore.Order{Who: who, Query: h.Result.Query})
	switch {
	case err == nil:
		return x.shelf.put(held{Owner: h.Owner, Channel: h.Channel, Result: result}), nil, nil
	case errors.Is(err, finch.ErrNoToken), errors.Is(err, finch.ErrUnknown), errors.Is(err, explore.ErrUnaccounted):
		return held{}, nil, unasked(err)
	default:
		return held{}, bot.Tell("Perch does not know whether Finch did this, and does not send it twice. Look whether it is done before you ask again.", err), nil
	}
}
