package finch

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"
)

// Dashboard is how the address of a connection's page in Finch's dashboard is made,
// as the settings say; the zero value makes none.
type Dashboard struct{ pattern string }

// The places of a pattern where a connection's ids go.
const (
	atConnection = "{connection_id}"
	atCompany    = "{company_id}"
	atCustomer   = "{customer_id}"
)

// ParseDashboard reads a pattern such as
// "https://dashboard.example.com/connections/{connection_id}". Its errors say what
// to write instead.
func ParseDashboard(pattern string) (Dashboard, error) {
	if !strings.Contains(pattern, atConnection) {
		return Dashboard{}, errors.New("lacks {connection_id}; put it where the connection's id goes")
	}
	plain := strings.NewReplacer(atConnection, "x", atCompany, "x", atCustomer, "x").Replace(pattern)
	if strings.ContainsAny(plain, "{}") {
		return Dashboard{}, errors.New("has other braces than {connection_id}, {company_id} and {customer_id}; remove them")
	}
	u, err := url.Parse(plain)
	if err != nil || u.Hostname() == "" || u.User != nil || strings.ContainsFunc(plain, isSpaceOrControl) {
		return Dashboard{}, errors.New("is not an address like https://host/path/{connection_id}")
	}
	if host, _, _ := strings.Cut(afterScheme(pattern), "/"); strings.ContainsAny(host, "{}?#") {
		return Dashboard{}, errors.New("has an id in its host; put it behind the first / of the path")
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())) {
		return Dashboard{}, errors.New("must begin with https://; http:// is for this machine alone")
	}
	return Dashboard{pattern}, nil
}

func afterScheme(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	return rest
}

func isSpaceOrControl(r rune) bool { return r <= ' ' || r == 0x7f }

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && ip.IsLoopback())
}

// Of is the address for a connection, "" where none is set or its ids are lacking.
func (d Dashboard) Of(c Connection) string {
	address := d.pattern
	for place, id := range map[string]string{atConnection: c.ID, atCompany: c.CompanyID, atCustomer: c.CustomerID} {
		if !strings.Contains(d.pattern, place) {
			continue
		}
		if id == "" || id == "." || id == ".." { // a dot is no id but a way out of the path
			return ""
		}
		address = strings.ReplaceAll(address, place, escapedID(id))
	}
	return address
}

// escapedID is an id as it can stand in a path and behind a question mark alike.
func escapedID(id string) string {
	return strings.ReplaceAll(url.QueryEscape(id), "+", "%20")
}
