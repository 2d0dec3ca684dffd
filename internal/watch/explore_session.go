package watch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"perch/internal/connect"
	"perch/internal/explore"
	"perch/internal/finch"
)

// errNoSession means that an answer lacks the session that it should name.
var errNoSession = errors.New("the answer names no session")

// sessionUnkept says that a session of the explorer's is none that Perch knows.
const sessionUnkept = "The Connect session was made, but could not be kept here: /session-timeline will not know it."

// sessionWish is what a session was asked for with, as Finch reads it.
type sessionWish struct {
	ConnectionID string   `json:"connection_id"`
	CustomerID   string   `json:"customer_id"`
	CustomerName string   `json:"customer_name"`
	Email        string   `json:"customer_email"`
	Products     []string `json:"products"`
	Integration  struct {
		Provider string `json:"provider"`
		Method   string `json:"auth_method"`
	} `json:"integration"`
	RedirectURI string `json:"redirect_uri"`
	Minutes     int    `json:"minutes_to_expire"`
	Sandbox     string `json:"sandbox"`
}

// madeSession is the session that an answer names, with what it was asked for with.
func (w *Watcher) madeSession(c exploring, answer finch.Answer, life time.Duration) (sessionWish, finch.Reconnect, error) {
	var wish sessionWish
	var made struct {
		SessionID string `json:"session_id"`
		URL       string `json:"connect_url"`
	}
	if json.Unmarshal(c.request.Body, &wish) != nil || json.Unmarshal(answer.Body, &made) != nil || !explore.IsID(made.SessionID) {
		return wish, finch.Reconnect{}, errNoSession
	}
	if wish.Minutes > 0 {
		life = time.Duration(wish.Minutes) * time.Minute
	}
	return wish, finch.Reconnect{SessionID: made.SessionID, URL: made.URL, Expires: answeredAt(answer, w.now()).Add(life)}, nil
}

// keepMade keeps the link of a session for a new connection.
func (w *Watcher) keepMade(ctx context.Context, c exploring, answer finch.Answer) error {
	wish, link, err := w.madeSession(c, answer, connect.LinkLife)
	if err != nil {
		return err
	}
	_, err = w.keepNew(ctx, connect.LinkOrder{
		CustomerID: wish.CustomerID, CustomerName: wish.CustomerName, Email: wish.Email, Products: wish.Products,
		Provider: wish.Integration.Provider, Method: wish.Integration.Method, Redirect: wish.RedirectURI, Sandbox: wish.Sandbox,
		Expires: time.Duration(wish.Minutes) * time.Minute, Maker: c.order.Who,
	}, link, answeredAt(answer, w.now()))
	return err
}

// keepRemade keeps the link of a session in which an employer signs in again.
func (w *Watcher) keepRemade(ctx context.Context, c exploring, answer finch.Answer) error {
	wish, link, err := w.madeSession(c, answer, finch.ReauthLife)
	if err != nil {
		return err
	}
	known, err := w.store.Connection(ctx, wish.ConnectionID)
	if err != nil {
		return fmt.Errorf("see whose link it is: %w", err)
	}
	_, err = w.keepAgain(ctx, known, link, connect.Secrets{URL: link.URL, RedirectURI: wish.RedirectURI}, c.order.Who, answeredAt(answer, w.now()))
	return err
}
