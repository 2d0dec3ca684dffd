package commands

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/connect"
	"perch/internal/finch"
)

// customer is somebody known here: by a connection, or else by a session of theirs.
type customer struct {
	connection finch.Brief
	session    connect.Brief
}

func (c customer) byConnection() bool { return c.connection.ID != "" }

func (c customer) id() string {
	if c.byConnection() {
		return c.connection.CustomerID
	}
	return c.session.Session.CustomerID
}

func (c customer) name() string {
	if c.byConnection() {
		return c.connection.CustomerName
	}
	return c.session.Session.CustomerName
}

func (c customer) match(now time.Time) match {
	if c.byConnection() {
		return matches([]finch.Brief{c.connection}, now)[0]
	}
	s := c.session.Session
	return match{s.ID, sessionName(s), sessionList{Now: now}.detail(c.session) + " · " + s.CustomerID}
}

// inTheWay: Finch makes no new connection beside one that has not ended.
func inTheWay(b finch.Brief) bool { return b.ID != "" && b.Status != finch.Disconnected }

func mustReconnect(b finch.Brief) bool { return inTheWay(b) && b.Status.Known() == finch.Reauth }

// customers are those whom the words mean, by an id or a part of the name.
func (p perch) customers(ctx context.Context, words string) ([]customer, error) {
	if words == "" {
		return nil, nil
	}
	connections, err := p.Known.Find(ctx, words, maxPicks+1)
	if err != nil {
		return nil, fmt.Errorf("find connections: %w", err)
	}
	var sessions []connect.Brief
	if p.Finder != nil {
		if sessions, err = p.Finder.FindSessions(ctx, words, maxPicks+1); err != nil {
			return nil, fmt.Errorf("find sessions: %w", err)
		}
	}
	return namedSo(words, eachOnce(connections, sessions)), nil
}

// eachOnce is every customer once, by the connection that stands most in the way.
// Sessions that nobody said the customer of, or that cannot be picked, are left out.
func eachOnce(connections []finch.Brief, sessions []connect.Brief) []customer {
	var list []customer
	at := func(id string) int {
		return slices.IndexFunc(list, func(c customer) bool { return id != "" && c.id() == id })
	}
	for _, b := range connections {
		switch i := at(b.CustomerID); {
		case i < 0:
			list = append(list, customer{connection: b})
		case mustReconnect(b), inTheWay(b) && !inTheWay(list[i].connection):
			list[i].connection = b
		}
	}
	for _, b := range sessions {
		if s := b.Session; s.CustomerID != "" && at(s.CustomerID) < 0 && len(s.ID) <= maxOptionValue {
			list = append(list, customer{session: b})
		}
	}
	return list
}

// namedSo leaves whoever has the words as their id, if there is one. Those whose id
// only begins with them go: they may be the whole id of somebody new.
func namedSo(words string, list []customer) []customer {
	has := func(c customer) bool { return strings.EqualFold(c.id(), words) }
	if slices.ContainsFunc(list, has) {
		return slices.DeleteFunc(list, func(c customer) bool { return !has(c) })
	}
	words = strings.ToLower(words)
	return slices.DeleteFunc(list, func(c customer) bool {
		return strings.HasPrefix(strings.ToLower(c.id()), words) && !strings.Contains(strings.ToLower(c.name()), words)
	})
}

// whose offers the customers whom the words mean, and that it is none of them.
func (t typedLink) whose(found []customer, now time.Time) card.Message {
	var list []match
	for _, c := range found {
		list = append(list, c.match(now))
	}
	choose := picker{command: "perch", word: "link", block: t.text}
	return choose.offer(t.words, "customer", list, card.Button("perch.link_new", "", "Somebody new"))
}

// pickLinked opens the form for the customer who was chosen.
func (p perch) pickLinked(ctx context.Context, r *bot.Request) error {
	found, err := p.customers(ctx, r.Value)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return bot.Tell("This customer is not known here any more.", nil)
	}
	return r.Open(ctx, parseLink(r.Block).viewOf(found[0], ""))
}

// linkSomebodyNew opens the form as it was typed.
func (p perch) linkSomebodyNew(ctx context.Context, r *bot.Request) error {
	t := parseLink(r.Block)
	return r.Open(ctx, t.view(t.wrong))
}

// viewOfOne is the form for the one customer whom the words mean. Where they are
// not the id, it says so.
func (t typedLink) viewOfOne(c customer) slack.ModalViewRequest {
	if strings.EqualFold(t.words, c.id()) {
		return t.viewOf(c, "")
	}
	name := nameOf(c.name(), c.id(), c.connection.ID)
	return t.viewOf(c, fmt.Sprintf("\"%s\" is %s here. For somebody new, change the id and the name.", card.EscapeCut(t.words, 80), card.EscapeCut(name, 80)))
}

// viewOf is the form for a known customer. Whoever is connected can only be sent a
// link to reconnect, so that is offered in it.
func (t typedLink) viewOf(c customer, notice string) slack.ModalViewRequest {
	w := t.linkWish
	w.CustomerID, w.CustomerName = card.Cut(card.Clean(c.id()), maxCustomer), card.Cut(card.Clean(c.name()), maxCustomer)
	above := noticed(strings.TrimSpace(notice + " " + t.wrong))
	switch b := c.connection; {
	case mustReconnect(b):
		above = append(above, w.connected(b.ID, inNeed)...)
	case inTheWay(b):
		above = append(above, w.connected(b.ID, inCase)...)
	}
	return w.form(above)
}

// viewOfNew is the form for a customer who is not known. Where the words are like
// the name of somebody who is, it says so: a second customer is soon made.
func (p perch) viewOfNew(ctx context.Context, t typedLink) (slack.ModalViewRequest, error) {
	if t.words == "" || t.CustomerID != "" && t.CustomerName != "" {
		return t.view(t.wrong), nil
	}
	near, err := p.Known.Nearest(ctx, t.words, maxNear)
	if err != nil {
		return slack.ModalViewRequest{}, fmt.Errorf("find the nearest names: %w", err)
	}
	notice := t.wrong
	if names := nearestNames(near); names != "" {
		notice = fmt.Sprintf("Nothing matches \"%s\", so this is somebody new. %s %s", card.EscapeCut(t.words, 80), card.Escape(names), t.wrong)
	}
	return t.view(strings.TrimSpace(notice)), nil
}
