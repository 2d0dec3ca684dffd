package finch

import "time"

// introspect answers for a connection of any status but disconnected, whose
// tokens are revoked: reauth is there to be read.
func introspect(c *call) answer {
	o := c.owner
	methods := make([]map[string]any, 0, len(o.methods))
	for _, m := range o.methods {
		methods = append(methods, map[string]any{
			"type": m.kind, "connection_status": report(m.status, m.message, m.lastSync), "products": m.products,
		})
	}
	entities := make([]map[string]any, 0, len(o.entities))
	for _, e := range o.entities {
		entities = append(entities, map[string]any{
			"id": e.id, "name": e.name, "source_id": e.sourceID, "status": e.status,
		})
	}
	return ok(map[string]any{
		"id": c.token.id, "client_id": o.client.id, "client_type": o.client.kind, "connection_id": o.id,
		"connection_status": report(o.status, o.message, o.lastSync), "connection_type": o.source,
		"products": o.products, "provider_id": o.provider, "payroll_provider_id": o.provider,
		"company_id": o.companyID, "account_id": o.accountID, "authentication_methods": methods,
		"customer_id": o.customer.id, "customer_name": o.customer.name, "customer_email": o.customer.email,
		"entities": entities, "manual": o.assisted(), "username": o.username,
	})
}

func report(status, message string, lastSync time.Time) map[string]any {
	r := map[string]any{"status": status, "last_successful_sync": written(lastSync)}
	if message != "" {
		r["message"] = message
	}
	return r
}
