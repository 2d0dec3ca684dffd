package commands

import (
	"context"
	"fmt"
	"strconv"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/thread"
)

// maxThreadID is how long an id may be that a thread's button carries.
const maxThreadID = 255

// threadDetails shows one reader all that is known of an id in a thread.
func (p perch) threadDetails(ctx context.Context, r *bot.Request) error {
	if r.View != nil {
		return p.lookedInto(ctx, r)
	}
	kind, id, err := bondOf(r.Value)
	if err != nil {
		return err
	}
	r.Value = id
	switch kind {
	case thread.Job:
		return jobs{p.Sources}.open(ctx, r)
	case thread.Connection:
		return connections{p.Sources}.open(ctx, r)
	case thread.Session:
		return sessions{p.Sources}.open(ctx, r)
	default:
		return p.detailsOf(ctx, r, id)
	}
}

// detailsOf shows the connections of a company or customer; of one that has none yet,
// its sessions.
func (p perch) detailsOf(ctx context.Context, r *bot.Request, id string) error {
	r.Text = id
	found, err := p.Known.Find(ctx, id, 1)
	if err != nil {
		return fmt.Errorf("find connections: %w", err)
	}
	if len(found) == 0 && p.Finder != nil {
		return sessions{p.Sources}.run(ctx, r)
	}
	return connections{p.Sources}.run(ctx, r)
}

// pressedThread is the thread of a button. Its number went through the user's client:
// threads of other channels are not theirs to touch from here.
func (p perch) pressedThread(ctx context.Context, r *bot.Request) (thread.Thread, error) {
	id, err := threadID(r.Value)
	if err != nil {
		return thread.Thread{}, err
	}
	t, err := p.BoundThreads.Thread(ctx, id)
	if err == nil && t.Channel != r.Channel {
		err = thread.ErrUnknown
	}
	if err != nil {
		return t, unknownThread("read a thread", err)
	}
	return t, nil
}

func threadID(value string) (int64, error) {
	id, err := strconv.ParseInt(value, 10, 64)
	if err != nil || id <= 0 {
		return 0, errStrange
	}
	return id, nil
}

// watchThread has the presser hear in direct messages what is added to a thread.
func (p perch) watchThread(ctx context.Context, r *bot.Request) error {
	t, err := p.pressedThread(ctx, r)
	if err != nil {
		return err
	}
	if err := p.BoundThreads.WatchThread(ctx, t.ID, r.Who.ID, true); err != nil {
		return unknownThread("watch a thread", err)
	}
	return beside(r)(ctx, watching(t.ID))
}

// unwatchThread ends that. It is the presser's own, wherever the button stands.
func (p perch) unwatchThread(ctx context.Context, r *bot.Request) error {
	id, err := threadID(r.Value)
	if err != nil {
		return err
	}
	if err := p.BoundThreads.WatchThread(ctx, id, r.Who.ID, false); err != nil {
		return unknownThread("end the watching of a thread", err)
	}
	return beside(r)(ctx, unwatching(id))
}

func watching(id int64) card.Message {
	return buttons("You hear in direct messages what is added to this thread.",
		card.Button("perch.thread_unwatch", strconv.FormatInt(id, 10), "Stop watching"))
}

func unwatching(id int64) card.Message {
	return buttons("You do not hear of this thread in direct messages any more.",
		card.Button("perch.thread_watch", strconv.FormatInt(id, 10), "Watch"))
}

// stopThread ends what is added to a thread. The reply is edited in a moment.
func (p perch) stopThread(ctx context.Context, r *bot.Request) error {
	t, err := p.pressedThread(ctx, r)
	if err != nil {
		return err
	}
	if err := p.BoundThreads.StopThread(ctx, t.ID, r.Who.ID); err != nil {
		return unknownThread("stop a thread", err)
	}
	return beside(r)(ctx, stopped(t.ID))
}

// resumeThread lets it go on.
func (p perch) resumeThread(ctx context.Context, r *bot.Request) error {
	t, err := p.pressedThread(ctx, r)
	if err != nil {
		return err
	}
	if err := p.BoundThreads.ResumeThread(ctx, t.ID); err != nil {
		return unknownThread("let a thread go on", err)
	}
	return beside(r)(ctx, goesOn(t.ID))
}

func stopped(id int64) card.Message {
	return buttons("Nothing more is added to this thread.", card.Button("perch.thread_go", strconv.FormatInt(id, 10), "Go on"))
}

func goesOn(id int64) card.Message {
	return buttons("News is added to this thread again.", card.Button("perch.thread_stop", strconv.FormatInt(id, 10), "Stop"))
}
