package explore

import (
	"net/http"
	"strings"

	"perch/internal/finch"
)

// Curl is the question as a shell command for Finch at base. It holds no secret:
// the shell puts $FINCH_TOKEN, or $FINCH_CLIENT_ID and $FINCH_CLIENT_SECRET, in
// their places. It is "" where Check finds a fault.
func (q Query) Curl(base string) string {
	r, err := q.Request()
	if err != nil {
		return ""
	}
	address := strings.TrimRight(base, "/") + r.Path
	if len(r.Query) > 0 {
		address += "?" + r.Query.Encode()
	}
	first := "curl "
	if r.Method != http.MethodGet {
		first += "-X " + r.Method + " "
	}
	parts := []string{first + shellQuoted(address)}
	switch q.Endpoint.Auth {
	case finch.Bearer:
		parts = append(parts, `-H "Authorization: Bearer $FINCH_TOKEN"`)
	case finch.Basic:
		parts = append(parts, `-u "$FINCH_CLIENT_ID:$FINCH_CLIENT_SECRET"`)
	}
	parts = append(parts, "-H "+shellQuoted("Finch-API-Version: "+finch.APIVersion))
	if r.Body != nil {
		parts = append(parts, "-H 'Content-Type: application/json'", "--data-raw "+q.shellBody(string(r.Body)))
	}
	return strings.Join(parts, " \\\n  ")
}

// shellBody is the body in quotes, with what comes from the settings in front as
// variables, which stand outside of the quotes' reach.
func (q Query) shellBody(body string) string {
	var fields []string
	for _, p := range q.Endpoint.Params {
		if p.FromSettings && p.In == finch.InRequest {
			fields = append(fields, shellQuoted(`"`+p.Name+`":"`)+`"$FINCH_`+strings.ToUpper(p.Name)+`"`+shellQuoted(`"`))
		}
	}
	rest, object := strings.CutPrefix(body, "{")
	if len(fields) == 0 || !object {
		return shellQuoted(body)
	}
	if rest != "}" {
		rest = "," + rest
	}
	return shellQuoted("{") + strings.Join(fields, shellQuoted(",")) + shellQuoted(rest)
}

// shellQuoted: in single quotes a shell takes everything as it stands but the
// quote itself.
func shellQuoted(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
