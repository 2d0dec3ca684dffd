// Package web is Perch's HTTP doors: webhooks for Finch, the token vault for the
// host application, and health, readiness and metrics for operators.
//
// It guarantees that no answer and no log line holds a token, a key or what
// belongs to another customer; that every refusal, those of the router and of a
// panic included, has the one JSON form {"error":{"code","message","ref"}}; that
// a webhook is answered with 200 only once it is stored; and that each request
// leaves one log line that bears the same ref.
//
// Its duty to the operator: a caller from this machine may read metrics and the
// reasons for not being ready. A reverse proxy on this machine makes strangers
// look local unless it says whom it speaks for (X-Forwarded-For, Forwarded,
// X-Real-IP or the Host that they asked for), as the usual ones do once they are
// told to pass such headers on.
package web
