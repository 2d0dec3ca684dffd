package finch

import (
	"net/http"
	"slices"
	"strings"
)

const (
	maxSandboxConnections = 100
	maxSandboxAccounts    = 3
	usualStaff            = 20
)

type sandboxRequest struct {
	ProviderID   string   `json:"provider_id"`
	CompanyID    string   `json:"company_id"`
	Method       string   `json:"authentication_type"`
	Products     []string `json:"products"`
	EmployeeSize int      `json:"employee_size"`
	EmployerSize int      `json:"employer_size"` // its old name
}

// sandboxConnection makes a connection with made-up data.
func sandboxConnection(c *call) answer {
	want, refusal, fine := c.sandboxRequest()
	if !fine {
		return refusal
	}
	if c.liveSandboxes() >= maxSandboxConnections {
		return invalid("The Finch Sandbox has room for 100 connections")
	}
	made := c.server.sandboxConnection(want)
	body := made.account(made.entities[0])
	body["access_token"], body["token_type"] = made.tokens[0].secret, "bearer"
	return ok(body)
}

func (s *Server) sandboxConnection(want sandboxRequest) *connection {
	p, _ := providerOf(want.ProviderID)
	made := s.establish(character{
		name: "Sandbox " + p.name, provider: p.id, method: want.Method, env: sandbox, source: byFinch, fresh: true,
	})
	made.staff = usualStaff
	if size := max(want.EmployeeSize, want.EmployerSize); size > 0 {
		made.staff = size
	}
	if products := bare(want.Products); len(products) > 0 {
		made.products, made.methods[0].products = products, products
	}
	return made
}

// sandboxRequest reads and checks the body of both ways to make an account.
func (c *call) sandboxRequest() (want sandboxRequest, refusal answer, fine bool) {
	switch {
	case c.client.kind != sandbox:
		return want, invalid("Only a sandbox application has sandbox connections"), false
	case !c.decode(&want) || !known(want.ProviderID):
		return want, invalid("provider_id must be a provider"), false
	case want.Method != "" && !slices.Contains([]string{credential, apiToken, oauth, assisted}, want.Method):
		return want, invalid("authentication_type must be credential, api_token, oauth or assisted"), false
	}
	return want, answer{}, true
}

func (c *call) liveSandboxes() int {
	n := 0
	for _, other := range c.server.world.connections {
		if other.source == byFinch && !other.ended() {
			n++
		}
	}
	return n
}

// bare drops the prefix ("employer:company") that older texts have.
func bare(products []string) []string {
	short := make([]string, 0, len(products))
	for _, p := range products {
		short = append(short, p[strings.LastIndex(p, ":")+1:])
	}
	return short
}

// sandboxAccount gives the connection of a company one more entity.
func sandboxAccount(c *call) answer {
	want, refusal, fine := c.sandboxRequest()
	if !fine {
		return refusal
	}
	i := slices.IndexFunc(c.server.world.connections, func(o *connection) bool {
		return o.companyID == want.CompanyID && o.source == byFinch && !o.ended()
	})
	if i < 0 {
		return notFound("item_not_found", "No sandbox connection has this company_id")
	}
	of := c.server.world.connections[i]
	if len(of.live()) >= maxSandboxAccounts {
		return invalid("A sandbox connection has room for 3 accounts")
	}
	e := c.server.world.addEntity(of)
	body := of.account(e)
	body["access_token"] = of.tokens[len(of.tokens)-1].secret
	return ok(body)
}

// account is how the sandbox shows an entity of a connection.
func (c *connection) account(e *entity) map[string]any {
	return map[string]any{
		"account_id": c.accountID, "authentication_type": c.methods[0].kind, "company_id": c.companyID,
		"connection_id": c.id, "entity_id": e.id, "products": c.products, "provider_id": c.provider,
	}
}

// notSandbox refuses what only connections with made-up data may do.
func (c *call) notSandbox() (refusal answer, refused bool) {
	if c.owner.source == byFinch {
		return answer{}, false
	}
	return failure{
		code: http.StatusForbidden, name: "insufficient_scope_error",
		message: "Only Finch Sandbox connections may be changed here",
	}.answer(), true
}

// sandboxStatus sets the status by hand, and tells of it as a real change would.
func sandboxStatus(c *call) answer {
	if refusal, refused := c.notSandbox(); refused {
		return refusal
	}
	var want struct {
		Status string `json:"connection_status"`
	}
	if !c.decode(&want) {
		return invalid("The body is not valid")
	}
	if want.Status == "error_reauth" { // two of Finch's texts call it so
		want.Status = reauth
	}
	if want.Status != "" && (want.Status == disconnected || !slices.Contains(statuses, want.Status)) {
		return invalid("connection_status is not a status")
	}
	if want.Status != "" {
		c.server.change(c.owner, want.Status, "")
	}
	return ok(c.owner.account(c.owner.entities[0]))
}

// sandboxJob runs a sync; assisted connections have none.
func sandboxJob(c *call) answer {
	if refusal, refused := c.notSandbox(); refused {
		return refusal
	}
	var want jobRequest
	if !c.decode(&want) || want.Type != dataSync {
		return invalid("type must be data_sync_all")
	}
	body := map[string]any{"allowed_refreshes": 1, "remaining_refreshes": 1, "job_id": nil, "job_url": nil}
	if !c.owner.assisted() {
		j := c.owner.running()
		if j == nil {
			j = c.server.ask(c.owner, dataSync, "")
		}
		body["job_id"], body["job_url"] = j.id, j.url()
	}
	return ok(body)
}

func getJobConfiguration(c *call) answer {
	if refusal, refused := c.notSandbox(); refused {
		return refusal
	}
	return ok([]map[string]string{{"type": dataSync, "completion_status": c.owner.outcome}})
}

func putJobConfiguration(c *call) answer {
	if refusal, refused := c.notSandbox(); refused {
		return refusal
	}
	var want struct {
		Type   string `json:"type"`
		Status string `json:"completion_status"`
	}
	if !c.decode(&want) || want.Type != dataSync || !slices.Contains([]string{complete, reauthError, permissionsError, failed}, want.Status) {
		return invalid("type must be data_sync_all, completion_status complete, reauth_error, permissions_error or error")
	}
	c.owner.outcome = want.Status
	return ok(want)
}
