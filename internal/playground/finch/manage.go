package finch

import (
	"net/http"
	"time"
)

func success() answer { return ok(map[string]string{"status": "success"}) }

// disconnect ends the connection and its tokens for good. That it tells of it
// by account.updated is our guess.
func disconnect(c *call) answer {
	c.server.change(c.owner, disconnected, "")
	return success()
}

// disconnectEntity ends some entities; the token stays good for the others.
func disconnectEntity(c *call) answer {
	var want struct {
		EntityIDs []string `json:"entity_ids"`
	}
	if !c.decode(&want) || len(want.EntityIDs) == 0 {
		return invalid("entity_ids must name at least one entity")
	}
	for _, id := range want.EntityIDs {
		if c.owner.entity(id) == nil {
			return invalid("The entity " + id + " does not belong to this connection")
		}
	}
	for _, id := range want.EntityIDs {
		c.server.changeEntity(c.owner, c.owner.entity(id), disconnected)
	}
	return success()
}

// codeLives is how long an authorization code can be exchanged.
const codeLives = 10 * time.Minute

// code is what Connect hands out when an employer has finished.
type code struct {
	owner    *connection
	redirect string
	expires  time.Time
	used     bool
}

// good reports whether an application may exchange a code now.
func (c *code) good(by *client, redirect string, now time.Time) bool {
	return !c.used && now.Before(c.expires) && c.owner.client == by && c.redirect == redirect && !c.owner.ended()
}

// exchange gives an access token for a code.
func exchange(c *call) answer {
	var want struct {
		ClientID     string `json:"client_id"`
		ClientSecret string `json:"client_secret"`
		Code         string `json:"code"`
		RedirectURI  string `json:"redirect_uri"`
	}
	if !c.decode(&want) || want.ClientID == "" || want.ClientSecret == "" || want.Code == "" {
		return invalid("client_id, client_secret and code are required")
	}
	from := c.server.world.clientOf(want.ClientID, want.ClientSecret)
	if from == nil {
		return wrongClient()
	}
	given := c.server.world.codes[want.Code]
	if given == nil || !given.good(from, want.RedirectURI, c.now) {
		return failure{
			code: http.StatusBadRequest, name: "invalid_grant_error",
			message: "The authorization code is not valid, has expired or was used",
		}.answer()
	}
	given.used = true
	return ok(c.server.world.grantBody(c.server.replaceToken(given.owner)))
}

// replaceToken gives a connection a new token.
func (s *Server) replaceToken(c *connection) *token {
	t := s.world.newToken(c)
	if s.options.RevokeReplaced {
		s.revoke(c, t)
	}
	return t
}

// grantBody is what /auth/token answers.
func (w *world) grantBody(t *token) map[string]any {
	c := t.owner
	ids := []string{}
	for _, e := range c.live() {
		ids = append(ids, e.id)
	}
	return map[string]any{
		"access_token": t.secret, "token_type": "bearer", "client_type": c.client.kind, "connection_id": c.id,
		"connection_type": c.source, "entity_ids": ids, "products": c.products, "provider_id": c.provider,
		"account_id": c.accountID, "company_id": c.companyID,
		"customer_id": c.customer.id, "customer_name": c.customer.name,
	}
}
