package commands

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/alert"
	"perch/internal/audit"
	"perch/internal/packet"
)

// packetOf is what a support packet is about, as buttons carry it.
type packetOf struct{ Kind, ID string }

// What a packet can be about.
const (
	ofJob        = "job"
	ofProblem    = "problem"
	ofConnection = "connection"
	ofSession    = "session"
)

func (o packetOf) String() string { return o.Kind + " " + o.ID }

// packetOfValue reads a value back. It went through the user's client.
func packetOfValue(value string) (packetOf, error) {
	kind, id, _ := strings.Cut(value, " ")
	switch kind {
	case ofJob, ofConnection, ofSession:
		if id == "" || len(id) > 500 || card.Clean(id) != id {
			return packetOf{}, errStrange
		}
	case ofProblem:
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil || n <= 0 || strconv.FormatInt(n, 10) != id {
			return packetOf{}, errStrange
		}
	default:
		return packetOf{}, errStrange
	}
	return packetOf{kind, id}, nil
}

// packetButton opens the packet of something.
func packetButton(kind, id string) *slack.ButtonBlockElement {
	return card.Button("perch.packet", packetOf{kind, id}.String(), "Support packet", card.Says("Support packet: what Finch's support needs, to copy"))
}

// packet shows a support packet. That it was made is kept account of first: without
// that, none is shown.
func (p perch) packet(ctx context.Context, r *bot.Request) error {
	of, err := packetOfValue(r.Value)
	if err != nil {
		return err
	}
	return r.Meanwhile(ctx, gatheringView(), func(ctx context.Context) (slack.ModalViewRequest, error) {
		made, err := p.pack(ctx, of)
		if err != nil {
			return slack.ModalViewRequest{}, err
		}
		if err := p.notePacket(ctx, r, made, "shown"); err != nil {
			return slack.ModalViewRequest{}, err
		}
		p.packetMade(ctx, r, made.Problem)
		return made.view(""), nil
	})
}

// notePacket keeps account of who made which packet. The connection or the session
// is what the log can be searched for.
func (p perch) notePacket(ctx context.Context, r *bot.Request, made packing, how string) error {
	err := p.Audits.NoteAudit(ctx, audit.Entry{
		At: p.Now(), Who: r.Who.ID, What: "packet made", About: made.about(), Detail: card.Cut(made.Of.String(), maxShownID) + ", " + how,
	})
	if err != nil {
		return fmt.Errorf("note that a packet was made: %w", err)
	}
	return nil
}

// packetMade adds that to the history of the problem. The packet is good without.
func (p perch) packetMade(ctx context.Context, r *bot.Request, problem *alert.Problem) {
	if problem == nil {
		return
	}
	now := p.Now()
	_, err := p.Actor.Act(ctx, problem.ID, func(fresh alert.Problem) (alert.Step, error) { return fresh.PacketMade(r.Who.ID, now) })
	if err != nil {
		r.Note(fmt.Errorf("note that a packet of a problem was made: %w", err))
	}
}

// filePacket sends the packet as Markdown into the presser's direct messages.
func (p perch) filePacket(ctx context.Context, r *bot.Request) error {
	of, err := packetOfValue(r.Value)
	if err != nil || r.View == nil {
		return errStrange
	}
	made, err := p.pack(ctx, of)
	if err != nil {
		return err
	}
	if err := p.notePacket(ctx, r, made, "as a file"); err != nil {
		return err
	}
	what := packet.Make(made.Facts)
	text := what.Markdown()
	err = r.SendFile(ctx, bot.File{Name: what.Filename(), Title: card.Cut(what.Title(), 200), Size: len(text), Content: strings.NewReader(text)})
	if err != nil {
		return fmt.Errorf("send a packet: %w", err)
	}
	return r.UpdateView(ctx, made.view(what.Filename()+" is in your direct messages with Perch."))
}

// packetSent notes on the problem that the packet went to Finch's support.
func (p perch) packetSent(ctx context.Context, r *bot.Request) (bot.Submitted, error) {
	id, err := problemID(r.View.Private)
	if err != nil {
		return bot.Submitted{}, err
	}
	now, reference := p.Now(), r.View.Form.Text("reference")
	problem, err := p.Actor.Act(ctx, id, func(fresh alert.Problem) (alert.Step, error) {
		return fresh.SentToFinch(r.Who.ID, reference, now)
	})
	if err != nil {
		return bot.Submitted{}, unknownProblem("note that a packet was sent", err)
	}
	return bot.Next(sentView(problem, now)), nil
}

func sentView(p alert.Problem, now time.Time) slack.ModalViewRequest {
	said := fmt.Sprintf("Noted on the problem “%s”: sent to Finch %s", card.Escape(namelessLabel(p, now)), card.When(p.SentAt, now))
	if p.SentRef != "" {
		said += ", reference " + card.EscapeCut(p.SentRef, alert.MaxReference)
	}
	return card.Modal{Title: packetTitle, Close: "Close", Blocks: card.Blocks{card.Text(said + "."), card.Context("The problem's history keeps it.")}}.View()
}

const packetTitle = "Support packet"

func gatheringView() slack.ModalViewRequest {
	return card.Modal{Title: packetTitle, Close: "Close", Blocks: card.Blocks{card.Text(":hourglass_flowing_sand: Gathering what is known …")}}.View()
}

// view shows the packet to copy, and where there is a problem asks for Finch's
// reference.
func (k packing) view(notice string) slack.ModalViewRequest {
	var blocks card.Blocks
	if notice != "" {
		blocks = append(blocks, card.Text(":white_check_mark: "+card.Escape(notice)))
	}
	for _, part := range packet.Make(k.Facts).Parts() {
		blocks = append(blocks, card.Preformatted(part))
	}
	blocks = append(blocks,
		card.Context("Names of people and customers, payroll data and tokens are left out, so this can be pasted into a ticket. Look at it all the same: masking goes by looks. The audit log keeps who made it."),
		card.Actions("packet", card.Button("perch.packet_file", k.Of.String(), "Markdown file to me")))
	m := card.Modal{Title: packetTitle, Close: "Close"}
	if k.Problem != nil {
		m.CallbackID, m.Submit, m.Private = "perch.packet_sent", "Note as sent", strconv.FormatInt(k.Problem.ID, 10)
		blocks = append(blocks, card.TextField(card.Field{
			BlockID: "reference", ActionID: "perch.reference", Label: "Finch's reference", Optional: true,
			Hint: "If you hand it to Finch's support: the number they answer under. It is noted on the problem “" + namelessLabel(*k.Problem, k.Facts.Now) + "”.",
		}, "", alert.MaxReference))
	}
	m.Blocks = blocks
	return m.View()
}
