package finch

import (
	"regexp"
	"slices"
	"strings"
)

// The stages of Connect, in order. Which of them a session has depends on what
// its link presets and on what the employer chooses.
const (
	termsOfService    = "terms_of_service"
	providerSelection = "provider_selection"
	authMethod        = "auth_method"
	authentication    = "authentication"
	verification      = "mfa"
	entitySelection   = "entity_selection"
	succeeded         = "success"
)

// What an employer reads who got something wrong.
const (
	refusedPassword = "The username or password you entered is incorrect."
	refusedToken    = "The API token you entered is incorrect."
	refusedCode     = "The verification code you entered is incorrect."
	noCompany       = "Choose at least one company."
	lostCompany     = "Companies that are connected already cannot be left out."
	noSuchChoice    = "Choose one of the list."
)

// The credentials of Finch's sandbox; a digit after the user makes another
// company. The code of a verification is our choice.
var goodUser = regexp.MustCompile(`^good_user(_[0-9]+)?$`)

const (
	goodToken = "good_token"
	goodCode  = "123456"
)

// passwords are those that work, and which stages follow.
var passwords = map[string][]string{
	"good_pass": nil, "mfa": {verification}, "account_selection": {entitySelection},
	"mfa_account_selection": {verification, entitySelection},
}

// visit is an employer on a session's Connect page.
type visit struct {
	// number counts how often the page was opened.
	number int
	// stage is where the employer is; empty while nobody is there.
	stage string
	// path are the stages before this one, for going back.
	path []string
	// chosen is what the employer chose of what the link leaves open.
	chosen struct{ provider, method string }
	// ahead are the stages that the password calls for.
	ahead     []string
	companies []string
}

// provider and method are what the link presets or the employer chose.
func (n *session) provider() string { return or(n.preset.provider, n.chosen.provider) }
func (n *session) method() string   { return or(n.preset.method, n.chosen.method) }

// providers are those to choose from: one that Finch reaches only by an
// assisted set-up is there if the link asks for such.
func (n *session) providers() []provider {
	return slices.DeleteFunc(slices.Clone(providers), func(p provider) bool {
		return !n.manual && len(p.methods) == 1 && p.methods[0] == assisted
	})
}

// methods are the ways to sign in to choose from.
func (n *session) methods(p provider) []string {
	if n.manual || len(p.methods) == 1 {
		return p.methods
	}
	return slices.DeleteFunc(slices.Clone(p.methods), func(m string) bool { return m == assisted })
}

// next is the stage that follows once the present one is through.
func (n *session) next() string {
	switch n.stage {
	case termsOfService:
		if n.provider() == "" {
			return providerSelection
		}
		return n.signIn()
	case providerSelection:
		return n.signIn()
	case authMethod:
		return authentication
	}
	if len(n.ahead) == 0 {
		return succeeded
	}
	return n.ahead[0]
}

// signIn is the stage after the provider is known: the way to sign in is asked
// for only where there are several.
func (n *session) signIn() string {
	p, _ := providerOf(n.provider())
	if n.preset.method != "" {
		return authentication
	}
	ways := n.methods(p)
	n.chosen.method = ways[0]
	if len(ways) > 1 {
		return authMethod
	}
	return authentication
}

// try takes what an employer entered at a stage; fault is what they read if it
// will not do.
func (s *Server) try(n *session, step Step) (fault string) {
	switch n.stage {
	case providerSelection:
		if !slices.ContainsFunc(n.providers(), func(p provider) bool { return p.id == step.Provider }) {
			return noSuchChoice
		}
		n.chosen.provider = step.Provider
	case authMethod:
		p, _ := providerOf(n.provider())
		if !slices.Contains(n.methods(p), step.Method) {
			return noSuchChoice
		}
		n.chosen.method = step.Method
	case authentication:
		return n.authenticate(step)
	case verification:
		if strings.TrimSpace(step.Code) != goodCode {
			return refusedCode
		}
		n.ahead = n.ahead[1:]
	case entitySelection:
		return s.chooseCompanies(n, step.Companies)
	}
	return ""
}

// authenticate checks credentials. OAuth always succeeds, and an assisted
// set-up has none.
func (n *session) authenticate(step Step) (fault string) {
	n.ahead = nil
	switch n.method() {
	case credential:
		stages, good := passwords[step.Password]
		if !good || !goodUser.MatchString(step.Username) {
			return refusedPassword
		}
		n.ahead = stages
	case apiToken:
		if step.Token != goodToken {
			return refusedToken
		}
	}
	return ""
}

// chooseCompanies takes the entities to connect. Those that are connected
// already stay.
func (s *Server) chooseCompanies(n *session, wanted []string) (fault string) {
	chosen := []string{}
	for _, c := range s.companies(n) {
		switch {
		case slices.Contains(wanted, c.Name):
			chosen = append(chosen, c.Name)
		case c.Kept:
			return lostCompany
		}
	}
	if len(chosen) == 0 {
		return noCompany
	}
	n.companies, n.ahead = chosen, n.ahead[1:]
	return ""
}

// Company is an entity that an employer may connect.
type Company struct {
	Name string `json:"name"`
	// Kept: it is connected already.
	Kept bool `json:"kept"`
}

// companies are the entities that this employer's login reaches: made up, but
// for those that are connected.
func (s *Server) companies(n *session) []Company {
	list := []Company{}
	if n.reconnects != nil {
		for _, e := range n.reconnects.live() {
			list = append(list, Company{e.name, true})
		}
	}
	name := "Company"
	if n.customer.name != nil {
		name = *n.customer.name
	}
	for _, more := range []string{" LLC", " Services Inc"} {
		if !slices.ContainsFunc(list, func(c Company) bool { return c.Name == name+more }) {
			list = append(list, Company{name + more, false})
		}
	}
	return list
}
