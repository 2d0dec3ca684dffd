package finch

import (
	"maps"
	"net/http"
	"slices"
)

// provider is a payroll or HR system of the catalogue.
type provider struct {
	id, name string
	methods  []string
	mfa      bool
	beta     bool
	color    string
	// payroll is false for systems that know people but no pay.
	payroll bool
	// deductions is whether benefits can be written.
	deductions bool
	forwarding bool
}

var providers = []provider{
	{id: "gusto", name: "Gusto", methods: []string{oauth}, color: "#f45d48", payroll: true, deductions: true, forwarding: true},
	{id: "bamboo_hr", name: "BambooHR", methods: []string{apiToken}, color: "#73c41d", forwarding: true},
	{id: "justworks", name: "Justworks", methods: []string{credential}, mfa: true, color: "#3c74ff", payroll: true},
	{id: "paychex_flex", name: "Paychex Flex", methods: []string{credential, assisted}, mfa: true, color: "#004b8d", payroll: true, deductions: true},
	{id: "paycom", name: "Paycom", methods: []string{apiToken, credential}, color: "#007a33", payroll: true, deductions: true, forwarding: true},
	{id: "paylocity", name: "Paylocity", methods: []string{credential, assisted}, mfa: true, color: "#ff6900", payroll: true, deductions: true},
	{id: "adp_workforce_now", name: "ADP Workforce Now", methods: []string{oauth, assisted}, color: "#d0271d", payroll: true, deductions: true},
	{id: "adp_run", name: "ADP Run", methods: []string{credential, assisted}, mfa: true, color: "#d0271d", payroll: true, deductions: true},
	{id: "rippling", name: "Rippling", methods: []string{apiToken}, color: "#fdb81e", payroll: true},
	{id: "trinet", name: "TriNet", methods: []string{apiToken, assisted}, color: "#5b2c86", payroll: true, forwarding: true},
	{id: "hibob", name: "HiBob", methods: []string{apiToken}, color: "#e42c51", forwarding: true},
	{id: "zenefits", name: "Zenefits", methods: []string{oauth}, color: "#fd4b23", payroll: true},
	{id: "square_payroll", name: "Square Payroll", methods: []string{oauth}, color: "#006aff", payroll: true},
	{id: "insperity", name: "Insperity", methods: []string{assisted}, color: "#78be20", payroll: true},
	{id: "personio", name: "Personio", methods: []string{apiToken}, beta: true, color: "#161616", forwarding: true},
}

func providerOf(id string) (provider, bool) {
	i := slices.IndexFunc(providers, func(p provider) bool { return p.id == id })
	if i < 0 {
		return provider{}, false
	}
	return providers[i], true
}

var (
	organization = []string{"company", "directory", "individual", "employment"}
	payroll      = []string{"payment", "pay_statement"}
)

func (p provider) products() []string {
	products := append(slices.Clone(organization), "ssn")
	if p.payroll {
		products = append(products, payroll...)
	}
	if p.deductions {
		products = append(products, "benefits", "documents")
	}
	return products
}

func (p provider) wire() map[string]any {
	methods := make([]map[string]any, 0, len(p.methods))
	for _, kind := range p.methods {
		methods = append(methods, p.method(kind))
	}
	host := "https://prod-cdn.tryfinch.com/providers/" + p.id
	return map[string]any{
		"id": p.id, "display_name": p.name, "products": p.products(), "authentication_methods": methods,
		"beta": p.beta, "mfa_required": p.mfa, "manual": p.methods[0] == assisted,
		"icon": host + "/icon.svg", "logo": host + "/logo.svg", "primary_color": p.color,
	}
}

// method is one way of access, with what can be read and written by it.
func (p provider) method(kind string) map[string]any {
	fields := map[string]any{}
	for product, names := range supportedFields {
		if slices.Contains(p.products(), product) {
			fields[product] = everyField(names)
		}
	}
	m := map[string]any{"type": kind, "supported_fields": fields}
	if p.deductions {
		m["benefits_support"] = benefitsSupport()
	}
	return m
}

var supportedFields = map[string][]string{
	"company":    {"id", "legal_name", "primary_email", "primary_phone_number", "ein"},
	"individual": {"id", "first_name", "middle_name", "last_name", "preferred_name", "dob", "gender", "ethnicity", "ssn"},
	"employment": {"id", "first_name", "middle_name", "last_name", "title", "start_date", "end_date", "is_active", "class_code"},
}

func everyField(names []string) map[string]bool {
	fields := map[string]bool{}
	for _, name := range names {
		fields[name] = true
	}
	return fields
}

func benefitsSupport() map[string]any {
	one := map[string]any{
		"supported_features": map[string]any{
			"annual_maximum": true, "catch_up": false, "company_contribution": []string{"fixed", "percent"},
			"description": "", "employee_deduction": []string{"fixed", "percent"},
			"frequencies": []string{"every_paycheck"}, "hsa_contribution_limit": nil,
		},
		"supported_operations": map[string]any{
			"company_benefits":    allowed("supported", "supported", "supported", "not_supported_by_provider"),
			"individual_benefits": allowed("supported", "supported", "not_supported_by_finch", "supported"),
		},
	}
	support := map[string]any{"commuter": nil}
	for _, kind := range []string{"401k", "401k_roth", "401k_loan", "hsa_pre", "s125_medical"} {
		support[kind] = maps.Clone(one)
	}
	return support
}

func allowed(create, read, update, remove string) map[string]string {
	return map[string]string{"create": create, "read": read, "update": update, "delete": remove}
}

func listProviders(*call) answer {
	list := make([]map[string]any, 0, len(providers))
	for _, p := range providers {
		list = append(list, p.wire())
	}
	return answer{status: http.StatusOK, body: list}
}
