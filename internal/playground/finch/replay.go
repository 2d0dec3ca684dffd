package finch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	// replayAtOnce is how many events of a replay are under way together.
	replayAtOnce = 8
	// replayTries is how often each is sent before it counts as lost.
	replayTries = 3
)

// Replay tells by signed webhook of every job that has ended and can still be
// read, oldest first but a few at a time: a receiver that is new learns of the
// past. Each event is one of its own, told anew by the next Replay. It waits
// until all were delivered; one that was refused three times in a row is lost,
// and the error says how many were. Of the webhook's settings, order, doubles
// and retries do not apply. It is an error if there is no webhook or it is paused.
func (s *Server) Replay(ctx context.Context) error {
	letters, err := s.pastLetters()
	if err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.ended, cancel)()
	var lost atomic.Int64
	var senders errgroup.Group
	senders.SetLimit(replayAtOnce)
	for _, d := range letters {
		senders.Go(func() error {
			err := s.insist(ctx, d)
			if err != nil {
				lost.Add(1)
			}
			return err
		})
	}
	if err := senders.Wait(); err != nil {
		return fmt.Errorf("replay: %d of %d events were not delivered: %w", lost.Load(), len(letters), err)
	}
	return nil
}

// pastLetters are the events of all jobs that have ended, oldest first.
func (s *Server) pastLetters() ([]*Delivery, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	if s.post.config.URL == "" || s.post.config.Paused {
		return nil, errors.New("there is no webhook, or it is paused")
	}
	past := s.world.past()
	letters := make([]*Delivery, 0, len(past))
	for _, p := range past {
		d, err := s.letter(p.news)
		if err != nil {
			return nil, err
		}
		letters = append(letters, d)
	}
	return letters, nil
}

// pastNews is what was told at some time.
type pastNews struct {
	news
	at time.Time
	id string
}

// past is the news of all jobs that have ended, oldest first. Nobody is told
// of connections that have ended too.
func (w *world) past() []pastNews {
	var list []pastNews
	for _, c := range w.connections {
		for _, j := range c.past {
			list = append(list, pastNews{j.ended(), j.completed, j.id})
		}
	}
	for _, j := range w.manual {
		if !j.completed.IsZero() {
			list = append(list, pastNews{j.ended(), j.completed, j.id})
		}
	}
	list = slices.DeleteFunc(list, func(p pastNews) bool { return p.of.ended() })
	slices.SortFunc(list, func(a, b pastNews) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id))
	})
	return list
}

// insist sends an event until it is taken, a few times at most.
func (s *Server) insist(ctx context.Context, d *Delivery) error {
	var status int
	var err error
	for range replayTries {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		s.mu.Lock()
		config, wall := s.post.config, s.clock.wall()
		s.mu.Unlock()
		status, err = s.deliver(ctx, config, d, wall)
		s.mu.Lock()
		taken := s.note(d, status, err)
		s.mu.Unlock()
		if taken {
			return nil
		}
	}
	s.mu.Lock()
	s.post.lost++
	s.mu.Unlock()
	if err == nil {
		err = fmt.Errorf("the receiver answered %d", status)
	}
	return err
}
