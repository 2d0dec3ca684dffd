package main

import (
	"context"
	"time"

	"perch/bot"
	"perch/internal/watch"
	"perch/internal/web"
	"perch/store"
)

// slackInbox is the part of the store's inbox that holds Slack's events.
type slackInbox struct{ store *store.Store }

const slackSource = "slack"

func (i slackInbox) TakeIn(ctx context.Context, eventID string, payload []byte) (bool, error) {
	return i.store.TakeIn(ctx, slackSource, eventID, payload)
}

func (i slackInbox) Claim(ctx context.Context, n int, lease time.Duration) ([]bot.Item, error) {
	claimed, err := i.store.ClaimInbox(ctx, slackSource, n, lease)
	if err != nil {
		return nil, err
	}
	items := make([]bot.Item, 0, len(claimed))
	for _, c := range claimed {
		items = append(items, bot.Item{EventID: c.EventID, Payload: c.Payload})
	}
	return items, nil
}

func (i slackInbox) Done(ctx context.Context, eventID string) error {
	return i.store.Done(ctx, store.InboxItem{Source: slackSource, EventID: eventID})
}

// finchInbox is the part of the store's inbox that holds Finch's webhooks.
type finchInbox struct{ store *store.Store }

func (i finchInbox) ClaimEvents(ctx context.Context, n int, lease time.Duration) ([]watch.Event, error) {
	claimed, err := i.store.ClaimInbox(ctx, web.FinchSource, n, lease)
	if err != nil {
		return nil, err
	}
	events := make([]watch.Event, 0, len(claimed))
	for _, c := range claimed {
		events = append(events, watch.Event{ID: c.EventID, Payload: c.Payload, Received: c.Received, Attempts: c.Attempts})
	}
	return events, nil
}

func (i finchInbox) EventDone(ctx context.Context, id string) error {
	return i.store.Done(ctx, store.InboxItem{Source: web.FinchSource, EventID: id})
}
