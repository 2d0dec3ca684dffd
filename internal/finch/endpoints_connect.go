package finch

// maxMinutes is Finch's longest life of a link, 90 days.
const maxMinutes = 129_600

func connectEndpoints() []Endpoint {
	return inFamily(
		FamilyConnect,
		Endpoint{
			Method: "POST", Path: "/connect/sessions", Summary: "A link for a new connection", Auth: Basic, Writes: true,
			Params: []Param{
				{Name: "customer_id", In: InRequest, Required: true, Min: 1, Max: 255, About: "yours; Finch makes one connection of each"},
				{Name: "customer_name", In: InRequest, Required: true, Min: 1, Max: 255, Personal: true},
				{Name: "products", In: InRequest, List: true, Required: true, Min: 1, Enum: products()},
				{Name: "customer_email", In: InRequest, Type: TypeEmail, Personal: true},
				{Name: "integration.provider", In: InRequest, Pick: PickProvider, About: "spares the employer the choice"},
				{Name: "integration.auth_method", In: InRequest, Enum: []string{"assisted", "credential", "oauth", "api_token"}, About: "only with a provider"},
				{Name: "manual", In: InRequest, Type: TypeBoolean, About: "offer assisted providers too"},
				{Name: "minutes_to_expire", In: InRequest, Type: TypeInteger, Min: 1, Max: maxMinutes, About: "129600 (90 days) unless said"},
				{Name: "recordkeeping.recordkeeper", In: InRequest, Enum: []string{"voya", "empower", "fidelity", "transamerica"}, About: "only with the product recordkeeping"},
				{Name: "recordkeeping.plan_id", In: InRequest, Type: TypeID},
				redirectInBody(),
				{Name: "sandbox", In: InRequest, Enum: []string{"finch", "provider"}},
			},
			Shown: []string{"session_id"},
			Notes: "The link itself is masked: whoever opens it can sign in.",
		},
		Endpoint{
			Method: "POST", Path: "/connect/sessions/reauthenticate", Summary: "A link to sign in again", Auth: Basic, Writes: true,
			Params: []Param{
				{Name: "connection_id", In: InRequest, Type: TypeID, Required: true},
				{Name: "minutes_to_expire", In: InRequest, Type: TypeInteger, Min: 1, Max: maxMinutes, About: "43200 (30 days) unless said"},
				{Name: "products", In: InRequest, List: true, Enum: products(), About: "as before unless said"},
				redirectInBody(),
			},
			Shown: []string{"session_id"},
			Notes: "The link itself is masked: whoever opens it can sign in.",
		},
		Endpoint{
			Method: "POST", Path: "/auth/token", Summary: "An access token for a code", Auth: InBody, Writes: true,
			Params: []Param{
				{Name: "client_id", In: InRequest, Type: TypeID, Required: true, FromSettings: true},
				{Name: "client_secret", In: InRequest, Required: true, FromSettings: true},
				{Name: "code", In: InRequest, Required: true, Min: 1, Personal: true, About: "good once, for ten minutes"},
				redirectInBody(),
			},
			Shown: []string{
				"token_type", "client_type", "connection_id", "connection_type", "entity_ids[]", "products[]",
				"provider_id", "account_id", "company_id", "customer_id", "customer_name",
			},
			GivesToken: true,
			Notes:      "The token goes into the vault and is not shown.",
		},
	)
}

func redirectInBody() Param {
	return Param{Name: "redirect_uri", In: InRequest, About: "where the employer is sent with the code, in the redirect flow"}
}

// products are what Finch can be allowed to do; deduction is its old word for
// benefits.
func products() []string {
	return []string{
		"company", "directory", "individual", "employment", "payment", "pay_statement", "benefits", "documents", "ssn",
		"recordkeeping", "deduction", "plans", "plans_enrollments", "plans_dependents",
	}
}
