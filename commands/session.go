package commands

import (
	"context"
	"errors"
	"fmt"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/connect"
)

// sessions is the command /session-timeline.
type sessions struct {
	Sources
}

// SessionTimeline answers with an employer's way through Finch Connect, or with
// the sessions that wait for somebody.
func SessionTimeline(s Sources) bot.Command {
	t := sessions{s}
	share := t.sharing()
	return bot.Command{
		Name:  "session-timeline",
		About: "How far an employer came in Finch Connect, and what held them up",
		Hint:  "[customer name, customer id, connection id or session id]",
		Help:  sessionHelp,
		Run:   t.run,
		Actions: map[string]bot.Handler{
			"open":         t.open,
			"pick":         t.open,
			"near_1":       t.open,
			"near_2":       t.open,
			"near_3":       t.open,
			"near_4":       t.open,
			"near_5":       t.open,
			"of":           t.of,
			"refresh":      t.refresh,
			"share":        share.share,
			"share_anyway": share.anyway,
			// what opens a modal
			"timeline":      t.timeline,
			"timeline_turn": t.turnTimeline,
			"timeline_back": t.turnTimeline,
			"more_info":     t.moreInfo,
			// what helps the employer
			"nudge":   t.nudge,
			"resend":  t.resend,
			"renew":   t.renew,
			"revoke":  t.revoke,
			"watch":   t.watch,
			"unwatch": t.unwatch,
			// the list
			"first":    t.turn,
			"next":     t.turn,
			"underway": t.turn,
			"staged":   t.turn,
			"every":    t.turn,
			"csv":      t.csv,
		},
	}
}

func sessionHelp(as bot.Names) card.Message {
	slash := as.Of("session-timeline")
	return helpCard("Session timelines", []usage{
		{slash, "sessions in progress and employers who stopped lately, those stuck longest first"},
		{slash + " blue fern", "the newest session of one customer, beside the earlier ones: by name, or customer or connection id"},
		{slash + " 7d5c1b1e-…", "one session, by its id"},
	}, "Finch tells of no session. What is shown comes from your application, the employer's browser and Perch; each card says from whom.")
}

// run answers the command as typed.
func (t sessions) run(ctx context.Context, r *bot.Request) error {
	words := unquoted(r.Text)
	if words == "" {
		return t.list(ctx, r, connect.ListQuery{Scope: connect.Underway})
	}
	found, err := t.Finder.FindSessions(ctx, words, maxPicks+1)
	if err != nil {
		return fmt.Errorf("find sessions: %w", err)
	}
	switch len(found) {
	case 0:
		return t.ofConnection(ctx, r, words)
	case 1:
		return t.showID(ctx, r, found[0].Session.ID)
	default:
		return r.Reply(ctx, picker{command: "session-timeline", block: "pick"}.offer(words, "customer", t.matches(found)))
	}
}

// ofConnection answers when no session's customer is called so: the words may
// name a connection, whose sessions these are.
func (t sessions) ofConnection(ctx context.Context, r *bot.Request, words string) error {
	found, err := t.Known.Find(ctx, words, 2)
	if err != nil {
		return fmt.Errorf("find connections: %w", err)
	}
	if len(found) == 1 {
		return t.newestOf(ctx, r, found[0].ID)
	}
	near, err := t.Finder.NearestSessions(ctx, words, maxNear)
	if err != nil {
		return fmt.Errorf("find the nearest names: %w", err)
	}
	return r.Reply(ctx, picker{command: "session-timeline", block: "nearest"}.nearest(words, t.matches(near), r.As))
}

// of shows the newest session of the connection whose button was pressed.
func (t sessions) of(ctx context.Context, r *bot.Request) error {
	return t.newestOf(ctx, r, r.Value)
}

// newestOf shows the newest session of a connection or of its customer.
func (t sessions) newestOf(ctx context.Context, r *bot.Request, connectionID string) error {
	known, err := t.known(ctx, connectionID)
	if err != nil {
		return err
	}
	found, err := t.Finder.ConnectionSessions(ctx, known.ID, 1)
	if err == nil && len(found) == 0 && known.CustomerID != "" {
		found, err = t.Finder.CustomerSessions(ctx, known.CustomerID, 1)
	}
	if err != nil {
		return fmt.Errorf("read the sessions of a connection: %w", err)
	}
	if len(found) == 0 {
		return r.Reply(ctx, plainNote(fmt.Sprintf("No Connect session of %s is known here. "+
			"Perch knows those it made, and those your application or the employer's browser told it of.", card.Cut(card.Clean(customerName(known)), 120))))
	}
	return t.show(ctx, r, found[0])
}

// matches are sessions to pick from, without those whose id Slack takes for none.
func (t sessions) matches(found []connect.Brief) []match {
	list := make([]match, 0, len(found))
	for _, b := range found {
		if len(b.Session.ID) <= maxOptionValue {
			list = append(list, match{b.Session.ID, sessionName(b.Session), sessionList{Now: t.Now()}.detail(b)})
		}
	}
	return list
}

// open shows the session whose button or option was chosen.
func (t sessions) open(ctx context.Context, r *bot.Request) error {
	return t.showID(ctx, r, r.Value)
}

func (t sessions) showID(ctx context.Context, r *bot.Request, id string) error {
	reading, err := t.session(ctx, id)
	if err != nil {
		return err
	}
	return t.show(ctx, r, reading)
}

// session reads one, and says it plainly when there is none.
func (t sessions) session(ctx context.Context, id string) (connect.Reading, error) {
	reading, err := t.Sessions.Session(ctx, id)
	if err != nil {
		return reading, unknownSession("read a session", err)
	}
	return reading, nil
}

func unknownSession(doing string, err error) error {
	if errors.Is(err, connect.ErrUnknown) {
		return bot.Tell("This Connect session is not known here any more.", nil)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// show answers with the card of a session.
func (t sessions) show(ctx context.Context, r *bot.Request, reading connect.Reading) error {
	l, err := t.gather(ctx, r, reading, "")
	if err != nil {
		return err
	}
	return r.Reply(ctx, timelineCard(l))
}

// gather reads all that the card is made of, for the asker alone or for the
// channel that somebody shared it in.
func (t sessions) gather(ctx context.Context, r *bot.Request, reading connect.Reading, sharedBy string) (timeline, error) {
	l := timeline{Reading: reading, Now: t.Now(), CanShare: sharedBy == "" && canShare(r), SharedBy: sharedBy}
	s := reading.Session
	events, err := t.Sessions.SessionEvents(ctx, s.ID)
	if err != nil {
		return l, unknownSession("read the events of a session", err)
	}
	l.Events = newest(once(tell(events)), lastEvents)
	if s.CustomerID == "" {
		return l, nil
	}
	if l.Attempts, err = t.Finder.CustomerSessions(ctx, s.CustomerID, maxAttempts+1); err != nil {
		return l, fmt.Errorf("read the sessions of a customer: %w", err)
	}
	l.Watched, err = t.Watches.Watching(ctx, s.CustomerID, r.Who.ID)
	if err != nil {
		return l, fmt.Errorf("see who watches: %w", err)
	}
	return l, nil
}

// newest are the last n of a list, the last of all first.
func newest[T any](list []T, n int) []T {
	var last []T
	for i := len(list) - 1; i >= 0 && len(last) < n; i-- {
		last = append(last, list[i])
	}
	return last
}

// refresh puts the card as things stand now in its own place.
func (t sessions) refresh(ctx context.Context, r *bot.Request) error {
	v := sessionValueOf(r.Value)
	return t.again(ctx, r, v, "")
}

// again shows a card anew in its place, with a notice of what was done if
// something was.
func (t sessions) again(ctx context.Context, r *bot.Request, v sessionValue, notice string) error {
	reading, err := t.session(ctx, v.ID)
	if err != nil {
		return err
	}
	l, err := t.gather(ctx, r, reading, v.By)
	if err != nil {
		return err
	}
	l.Notice = notice
	return put(ctx, r, timelineCard(l))
}

// sharing shows a session to a channel.
func (t sessions) sharing() sharing {
	return sharing{yes: "session-timeline.share_anyway", cards: func(ctx context.Context, r *bot.Request) (own, public card.Message, err error) {
		reading, err := t.session(ctx, r.Value)
		if err != nil {
			return own, public, err
		}
		l, err := t.gather(ctx, r, reading, "")
		if err != nil {
			return own, public, err
		}
		l.CanShare = false
		own = timelineCard(l)
		l.SharedBy = r.Who.ID
		return own, timelineCard(l), nil
	}}
}
