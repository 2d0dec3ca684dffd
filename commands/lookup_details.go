package commands

import (
	"context"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/thread"
)

// lookedInto lays over the modal that was pressed in all that is known of an id: the
// card that a command would answer with, without what can be pressed, since a modal
// has no channel to answer in.
func (p perch) lookedInto(ctx context.Context, r *bot.Request) error {
	kind, id, err := bondOf(r.Value)
	if err != nil {
		return err
	}
	blocks, err := p.cardOf(ctx, r, kind, id)
	if err != nil {
		return err
	}
	v := detailsOver(inert(blocks))
	if len(blocks) == 0 || card.ValidateView(v) != nil {
		if v, err = p.bodyOf(ctx, r.Value); err != nil {
			return err
		}
	}
	return r.Push(ctx, v)
}

func detailsOver(blocks card.Blocks) slack.ModalViewRequest {
	return card.Modal{Title: "Details", Close: "Back", Blocks: blocks}.View()
}

// cardOf is the card of an id, from what is known here. Companies and customers have
// none of their own.
func (p perch) cardOf(ctx context.Context, r *bot.Request, kind thread.Kind, id string) (card.Blocks, error) {
	switch kind {
	case thread.Job:
		return p.jobCardOf(ctx, id)
	case thread.Connection:
		o, err := connections{p.Sources}.gather(ctx, r, shared{ID: id})
		if err != nil {
			return nil, err
		}
		return overviewCard(o).Blocks, nil
	case thread.Session:
		return p.sessionCardOf(ctx, r, id)
	default:
		return nil, nil
	}
}

func (p perch) jobCardOf(ctx context.Context, id string) (card.Blocks, error) {
	line, err := jobs{p.Sources}.job(ctx, id)
	if err != nil {
		return nil, err
	}
	d, err := jobs{p.Sources}.detail(ctx, line)
	if err != nil {
		return nil, err
	}
	return jobCard(d).Blocks, nil
}

func (p perch) sessionCardOf(ctx context.Context, r *bot.Request, id string) (card.Blocks, error) {
	if p.Sessions == nil || p.Finder == nil {
		return nil, nil
	}
	reading, err := sessions{p.Sources}.session(ctx, id)
	if err != nil {
		return nil, err
	}
	l, err := sessions{p.Sources}.gather(ctx, r, reading, "")
	if err != nil {
		return nil, err
	}
	return timelineCard(l).Blocks, nil
}

// bodyOf is what a thread's reply says of one id.
func (p perch) bodyOf(ctx context.Context, value string) (slack.ModalViewRequest, error) {
	if !p.looks() {
		return slack.ModalViewRequest{}, errStrange
	}
	bonds, err := p.stillKnown(ctx, []string{value})
	if err != nil {
		return slack.ModalViewRequest{}, err
	}
	if len(bonds) == 0 {
		return slack.ModalViewRequest{}, bot.Tell("This is not known here any more.", nil)
	}
	shown, err := p.knownOf(ctx, bonds)
	if err != nil {
		return slack.ModalViewRequest{}, err
	}
	return detailsOver(thread.Body(shown)), nil
}

// inert are blocks without what can be pressed.
func inert(blocks []slack.Block) card.Blocks {
	var kept card.Blocks
	for _, b := range blocks {
		switch b := b.(type) {
		case *slack.ActionBlock, *slack.InputBlock:
		case *slack.SectionBlock:
			still := *b
			still.Accessory = nil
			kept = append(kept, &still)
		default:
			kept = append(kept, b)
		}
	}
	return kept
}
