// Package web is Perch's HTTP doors: webhooks for Finch, the token vault for the
// host application, Connect sessions for it and for employers' browsers, the pages
// of the links that Perch hosts, and health, readiness and metrics for operators.
//
// It guarantees that no answer and no log line holds a token, a key or what
// belongs to another customer; that every refusal, those of the router and of a
// panic included, has the one JSON form {"error":{"code","message","ref"}}; that
// a webhook is answered with 200 only once it is stored, and so are the events of
// a session; and that each request leaves one log line that bears the same ref.
//
// A browser proves by an events token that it may tell of one session. It can read
// nothing with it, learns of no other session whether there is one, and is told
// from the host application in all that is kept. Pages of links refuse all scripts
// and frames but their own and Finch's, and the secret of a link and the code that
// an employer brings back are in no answer, no log line and no referrer.
//
// Its duty to the operator: a caller from this machine may read metrics and the
// reasons for not being ready. A reverse proxy on this machine makes strangers
// look local unless it says whom it speaks for (X-Forwarded-For, Forwarded,
// X-Real-IP or the Host that they asked for), as the usual ones do once they are
// told to pass such headers on.
package web
