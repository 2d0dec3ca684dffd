package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"perch/internal/alert"
	"perch/internal/connect"
	"perch/internal/thread"
	"perch/store/internal/db"
)

// Bind binds a thread to what a message in it quotes, and owes the thread its
// reply, or an edit of it: once, however often the message comes, under another ts
// too, and by however many it is brought. What a thread has no room for any more is
// passed over; where that is all of it, the outcome is thread.Full. Of a message
// that is not heard nothing is kept.
func (s *Store) Bind(ctx context.Context, m thread.Message) (thread.Outcome, error) {
	m, err := tidyMessage(m)
	if err != nil {
		return "", fmt.Errorf("bind a thread: %w", err)
	}
	var outcome thread.Outcome
	err = s.changeAndJudge(ctx, func(q *db.Queries) (bool, error) {
		var err error
		outcome, err = (&binding{store: s, q: q, m: m, now: millis(s.now())}).bind(ctx)
		return outcome == thread.Replied || outcome == thread.Extended, err
	})
	if err != nil {
		return "", fmt.Errorf("bind a thread: %w", err)
	}
	return outcome, nil
}

// tidyMessage brings a message to the form in which it is kept.
func tidyMessage(m thread.Message) (thread.Message, error) {
	m.Channel, m.TS, m.Root, m.ClientID, m.SharedBy = word(m.Channel), word(m.TS), word(m.Root), word(m.ClientID), word(m.SharedBy)
	m.Permalink = permalinkOf(m.Permalink)
	if m.Channel == "" || m.Root == "" {
		return m, errors.New("the message has no place")
	}
	var bonds []thread.Bond
	for _, b := range m.Bonds {
		same := func(o thread.Bond) bool { return o.Kind == b.Kind && o.ID == b.ID }
		if usable(b.ID) && len(bonds) < thread.MaxIDs && !slices.ContainsFunc(bonds, same) {
			bonds = append(bonds, b)
		}
	}
	m.Bonds = bonds
	return m, nil
}

// linkLength is how long a permalink may be that is kept.
const linkLength = 500

// permalinkOf is a permalink if it can be one, and stands in a message as it is.
func permalinkOf(said string) string {
	if !strings.HasPrefix(said, "https://") && !strings.HasPrefix(said, "http://") ||
		len(said) > linkLength || said != clean(said) || strings.ContainsAny(said, "|<> \n") {
		return ""
	}
	return said
}

// binding is what one transaction does for one message.
type binding struct {
	store *Store
	q     *db.Queries
	m     thread.Message
	now   time.Time
}

func (b *binding) bind(ctx context.Context) (thread.Outcome, error) {
	if heard, err := b.heard(ctx); err != nil || heard && !b.m.Asked {
		return thread.Nothing, err
	}
	if listens, err := b.listens(ctx); err != nil || !listens {
		return thread.Unheard, err
	}
	if err := b.holdQuoted(ctx); err != nil {
		return "", err
	}
	row, err := b.q.HoldThreadAt(ctx, db.HoldThreadAtParams{Channel: b.m.Channel, Root: b.m.Root})
	if err != nil && !missing(err) {
		return "", fmt.Errorf("hold the thread: %w", err)
	}
	if row.StoppedBy != "" && !b.m.Asked {
		return thread.Unheard, nil
	}
	first, err := b.hear(ctx)
	if err != nil || !first && !b.m.Asked { // it came twice at once
		return thread.Nothing, err
	}
	if row.ID != 0 {
		return b.extend(ctx, row)
	}
	if len(b.m.Bonds) == 0 {
		return thread.Nothing, nil
	}
	return b.begin(ctx)
}

// listens reports whether the message is heard at all.
func (b *binding) listens(ctx context.Context) (bool, error) {
	if b.m.Asked {
		return true, nil
	}
	c, err := b.q.ThreadChannel(ctx, b.m.Channel)
	if err != nil && !missing(err) {
		return false, fmt.Errorf("select whether the channel is read: %w", err)
	}
	return c.Listens != 0, nil
}

func (b *binding) heard(ctx context.Context) (bool, error) {
	heard, err := b.q.Heard(ctx, db.HeardParams{Channel: b.m.Channel, Ts: b.m.TS, ClientID: b.m.ClientID})
	if err != nil {
		return false, fmt.Errorf("look whether the message was heard: %w", err)
	}
	return heard != 0, nil
}

// hear notes that the message was heard; first is false if it was already. What
// has no ts of its own is no message.
func (b *binding) hear(ctx context.Context) (first bool, err error) {
	if b.m.TS == "" {
		return true, nil
	}
	n, err := b.q.AddHeard(ctx, db.AddHeardParams{Channel: b.m.Channel, Ts: b.m.TS, ClientID: b.m.ClientID, At: stamp(b.now)})
	if err != nil {
		return false, fmt.Errorf("note that the message was heard: %w", err)
	}
	return n > 0, nil
}

// begin binds a thread that was bound to nothing, unless somebody else does so at
// the same time.
func (b *binding) begin(ctx context.Context) (thread.Outcome, error) {
	cardID, err := b.q.AddCard(ctx, db.AddCardParams{Kind: int16(alert.ThreadCard), Channel: b.m.Channel, Root: b.m.Root, Now: stamp(b.now)})
	if err != nil {
		return "", fmt.Errorf("add the reply: %w", err)
	}
	id, err := b.q.AddThread(ctx, db.AddThreadParams{
		Channel: b.m.Channel, Root: b.m.Root, Permalink: b.m.Permalink, Made: stamp(b.now), CardID: cardID,
		SharedBy: b.m.SharedBy, LookAt: stamp(b.now.Add(thread.LetGoAfter)),
	})
	if missing(err) {
		return b.join(ctx, cardID)
	}
	if err != nil {
		return "", fmt.Errorf("add the thread: %w", err)
	}
	if err := b.add(ctx, id, 0, b.m.Bonds); err != nil {
		return "", err
	}
	return thread.Replied, b.store.owe(ctx, b.q, alert.Delivery{Channel: b.m.Channel, Kind: alert.ReplyMessage, CardID: cardID, Owed: b.now})
}

// join extends the thread that somebody else has bound meanwhile.
func (b *binding) join(ctx context.Context, cardID int64) (thread.Outcome, error) {
	if _, err := b.q.RemoveCard(ctx, cardID); err != nil {
		return "", fmt.Errorf("take the reply back: %w", err)
	}
	row, err := b.q.HoldThreadAt(ctx, db.HoldThreadAtParams{Channel: b.m.Channel, Root: b.m.Root})
	if err != nil {
		return "", fmt.Errorf("hold the thread: %w", err)
	}
	return b.extend(ctx, row)
}

// extend adds to a thread that the transaction holds what it is not bound to yet.
func (b *binding) extend(ctx context.Context, row db.Thread) (thread.Outcome, error) {
	bound, err := b.q.Bonds(ctx, row.ID)
	if err != nil {
		return "", fmt.Errorf("select what the thread is about: %w", err)
	}
	fresh, full := b.fresh(bound)
	is := row
	if row.StoppedBy != "" {
		is.StoppedBy, is.StoppedAt = "", 0
	}
	if is.Permalink == "" {
		is.Permalink = b.m.Permalink
	}
	if b.m.SharedBy != "" {
		is.SharedBy = b.m.SharedBy
	}
	is.LookAt = max(is.LookAt, stamp(b.now.Add(thread.LetGoAfter)))
	if shows := is.StoppedBy != row.StoppedBy || is.SharedBy != row.SharedBy; len(fresh) == 0 && !shows {
		outcome := thread.Nothing
		if full {
			outcome = thread.Full
		}
		return outcome, b.q.KeepThread(ctx, db.KeepThreadParams{ID: row.ID, Until: is.LookAt}) // somebody writes there
	}
	if err := b.add(ctx, row.ID, len(bound), fresh); err != nil {
		return "", err
	}
	return thread.Extended, b.store.saveThread(ctx, b.q, is)
}

// fresh are those of the bonds that are new and for which there is room; full:
// there was none for some of them.
func (b *binding) fresh(bound []db.ThreadBond) (fresh []thread.Bond, full bool) {
	lately := 0
	for _, r := range bound {
		if timeOf(r.At).After(b.now.Add(-time.Hour)) {
			lately++
		}
	}
	room := max(0, min(thread.MaxBonds-len(bound), thread.MaxHourly-lately))
	for _, one := range b.m.Bonds {
		same := func(r db.ThreadBond) bool { return r.Kind == string(one.Kind) && r.ID == one.ID }
		if !slices.ContainsFunc(bound, same) {
			fresh = append(fresh, one)
		}
	}
	if len(fresh) > room {
		return fresh[:room], true
	}
	return fresh, false
}

// add binds a thread to more.
func (b *binding) add(ctx context.Context, threadID int64, place int, bonds []thread.Bond) error {
	for i, one := range bonds {
		told, err := b.stands(ctx, one)
		if err == nil {
			err = b.q.AddBond(ctx, db.AddBondParams{
				ThreadID: threadID, Kind: string(one.Kind), ID: one.ID, At: stamp(b.now), Place: int64(place + i), Told: told,
				ConnectionID: word(one.ConnectionID), CompanyID: cut(clean(one.CompanyID), idLength), CustomerID: cut(clean(one.CustomerID), idLength),
			})
		}
		if err != nil {
			return fmt.Errorf("bind the thread: %w", err)
		}
	}
	return b.store.soilNear(ctx, b.q, threadID, bonds)
}

// holdQuoted holds what the message quotes, before the thread and in one order, as
// whoever records what happens to it does: that is either in the reply already, or
// finds the thread bound.
func (b *binding) holdQuoted(ctx context.Context) error {
	connections, sessions, err := b.quoted(ctx)
	if err != nil {
		return err
	}
	for _, of := range []struct {
		ids  []string
		hold func(context.Context, string) error
	}{{connections, b.q.Hold}, {sessions, b.q.HoldSession}} {
		for _, id := range slices.Compact(slices.Sorted(slices.Values(of.ids))) {
			if err := of.hold(ctx, clean(id)); err != nil {
				return fmt.Errorf("hold what is quoted: %w", err)
			}
		}
	}
	return nil
}

// quoted are the connections and sessions that have to do with the message's bonds.
func (b *binding) quoted(ctx context.Context) (connections, sessions []string, err error) {
	for _, one := range b.m.Bonds {
		near, err := connectionsNear(ctx, b.q, one)
		if err != nil {
			return nil, nil, err
		}
		connections = append(connections, near...)
		switch one.Kind {
		case thread.Session:
			sessions = append(sessions, one.ID)
		case thread.Customer:
			last, err := customerSessions(ctx, b.q, one.ID, 1)
			if err != nil {
				return nil, nil, err
			}
			for _, row := range last {
				sessions = append(sessions, row.ID)
			}
		}
	}
	return connections, sessions, nil
}

// soilNear notes that the cards of the open problems which have to do with these
// bonds are not true any more, and the replies of the other threads that talk of
// them: they name the thread that came, or went.
func (s *Store) soilNear(ctx context.Context, q *db.Queries, threadID int64, bonds []thread.Bond) error {
	near := map[int64]alert.Problem{}
	for _, one := range bonds {
		open, err := openNear(ctx, q, one)
		if err != nil {
			return err
		}
		for _, p := range open {
			near[p.ID] = p
		}
	}
	news := s.newBulletin(q)
	for _, id := range slices.Sorted(maps.Keys(near)) {
		if err := s.soil(ctx, q, id, news.now); err != nil {
			return err
		}
		if err := news.soil(ctx, near[id], threadID); err != nil {
			return err
		}
	}
	return nil
}

// stands is where the session that is quoted, or the customer's last, stands now:
// news is what comes after.
func (b *binding) stands(ctx context.Context, one thread.Bond) (string, error) {
	var row db.SessionLine
	var err error
	switch one.Kind {
	case thread.Session:
		row, err = b.q.SessionByID(ctx, one.ID)
	case thread.Customer:
		var rows []db.SessionLine
		if rows, err = customerSessions(ctx, b.q, one.ID, 1); len(rows) > 0 {
			row = rows[0]
		}
	}
	if missing(err) {
		return "", nil
	}
	if err != nil || row.ID == "" {
		return "", err
	}
	return whereabouts(connect.Outcome(row.Outcome), connect.Stage(row.Stage)), nil
}
