package finch

import "net/http"

// auth is how an operation wants to be asked.
type auth int

const (
	byBearer auth = iota
	byBasic
	// open asks for nothing: credentials are in the body, or none are needed.
	open
	// anyBearer takes a token but does not insist.
	anyBearer
)

// gate lets a call through to its operation, or refuses it as Finch would. The
// order is ours: version, address, credentials, rate, product, entity, status.
func (s *Server) gate(c *call) (refusal answer, passed bool) {
	if version := c.request.Header.Get("Finch-API-Version"); version != apiVersion {
		return invalid("The header Finch-API-Version must be " + apiVersion), false
	}
	if !s.limits.admitAddress(address(c.request), c.now) {
		return tooMany("finch_api_ip_rl", "Too many requests from this address"), false
	}
	if refusal, passed := s.identify(c); !passed {
		return refusal, false
	}
	if c.client != nil && !s.limits.admitClient(c.client.id, c.op, c.now) {
		return tooMany("finch_application_rl", "Too many requests for token"), false
	}
	if c.op.product != "" && !c.owner.granted(c.op.product) {
		return notGranted(c.op.product), false
	}
	if c.op.data {
		return c.chooseEntity()
	}
	return answer{}, true
}

func (s *Server) identify(c *call) (refusal answer, passed bool) {
	switch c.op.auth {
	case byBasic:
		id, secret, _ := c.request.BasicAuth()
		if c.client = s.world.clientOf(id, secret); c.client == nil {
			return wrongClient(), false
		}
	case byBearer:
		secret := bearer(c.request)
		if secret == "" {
			return noToken(), false
		}
		t := s.world.tokens[secret]
		if t == nil || t.revoked {
			return wrongToken(), false
		}
		c.token, c.owner, c.client = t, t.owner, t.owner.client
	}
	return answer{}, true
}

// chooseEntity finds the entity that a data request is about and refuses if
// it, the connection or the method that carries the product does not work. A
// request to a connection of several entities that names none is refused:
// Finch says that each must name one, not what happens otherwise.
func (c *call) chooseEntity() (refusal answer, passed bool) {
	named := c.list("entity_ids")
	switch {
	case len(named) > 1:
		return invalid("Provide exactly one entity id in entity_ids"), false
	case len(named) == 1:
		if c.entity = c.owner.entity(named[0]); c.entity == nil {
			return invalid("The entity does not belong to this connection"), false
		}
	case len(c.owner.live()) == 1:
		c.entity = c.owner.live()[0]
	default:
		return invalid("This connection has several entities: provide exactly one in entity_ids"), false
	}
	if c.entity.status == disconnected {
		return notFound("item_not_found", "The entity is disconnected"), false
	}
	for _, status := range []string{c.owner.status, c.owner.carrier(c.op.product).status, c.entity.status} {
		if refusal, usable := unusable(status); !usable {
			return refusal, false
		}
	}
	if c.op.live && c.owner.carrier(c.op.product).kind == assisted {
		return notOffered("This operation is not available for assisted connections"), false
	}
	return answer{status: http.StatusOK}, true
}
