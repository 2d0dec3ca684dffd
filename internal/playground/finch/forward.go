package finch

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

type forwardRequest struct {
	Method  string         `json:"method"`
	Route   string         `json:"route"`
	Params  map[string]any `json:"params"`
	Headers map[string]any `json:"request_headers"`
	Data    any            `json:"data"`
}

// forward passes a request on to the provider, of whom there is only an echo
// here. Finch does so for some providers' programming interfaces alone.
func forward(c *call) answer {
	var want forwardRequest
	if !c.decode(&want) || !strings.HasPrefix(want.Route, "/") ||
		!slices.Contains([]string{"GET", "POST", "PUT", "DELETE", "PATCH"}, strings.ToUpper(want.Method)) {
		return invalid("method must be an HTTP method and route begin with /")
	}
	if refusal, usable := unusable(c.owner.status); !usable {
		return refusal
	}
	p, _ := providerOf(c.owner.provider)
	kind := c.owner.methods[0].kind
	if !p.forwarding || kind == credential || kind == assisted || c.owner.source == byFinch {
		return notOffered("Request forwarding is not available for this connection")
	}
	echo, err := json.Marshal(map[string]any{"simulated": true, "method": want.Method, "route": want.Route, "params": want.Params})
	if err != nil {
		return invalid("params cannot be written")
	}
	return ok(map[string]any{
		"request": map[string]any{
			"method": want.Method, "route": want.Route, "headers": want.Headers, "params": want.Params, "data": want.Data,
		},
		"statusCode": http.StatusOK, "headers": map[string]string{"content-type": "application/json"}, "data": string(echo),
	})
}
