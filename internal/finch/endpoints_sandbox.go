package finch

import "slices"

func sandboxEndpoints() []Endpoint {
	endpoints := inFamily(FamilySandbox, append(sandboxAccountEndpoints(), append(sandboxDataEndpoints(), sandboxJobEndpoints()...)...)...)
	for i := range endpoints {
		endpoints[i].Sandbox = true
	}
	return endpoints
}

func sandboxAccountEndpoints() []Endpoint {
	account := []string{"account_id", "authentication_type", "company_id", "connection_id", "entity_id", "products[]", "provider_id"}
	method := Param{Name: "authentication_type", In: InRequest, Enum: []string{"credential", "api_token", "oauth", "assisted"}}
	granted := Param{Name: "products", In: InRequest, List: true, Enum: products()}
	provider := Param{Name: "provider_id", In: InRequest, Type: TypeID, Required: true, Pick: PickProvider}
	return []Endpoint{
		{
			Method: "POST", Path: "/sandbox/connections", Summary: "A new sandbox connection", Auth: Basic, Writes: true,
			Params: []Param{
				provider, method, granted,
				{Name: "employee_size", In: InRequest, Type: TypeInteger, Min: 1, About: "20 unless said; over 100 there is one pay period"},
			},
			Shown: append(account, "token_type"), GivesToken: true,
			Notes: "The token goes into the vault and is not shown; Finch's sandbox has room for 100 connections.",
		},
		{
			Method: "POST", Path: "/sandbox/connections/accounts", Summary: "One more account of a sandbox company", Auth: Basic, Writes: true,
			Params: []Param{{Name: "company_id", In: InRequest, Type: TypeID, Required: true}, provider, method, granted},
			Shown:  account, GivesToken: true,
			Notes: "The token goes into the vault and is not shown; a sandbox connection has room for three accounts.",
		},
		{
			Method: "PUT", Path: "/sandbox/connections/accounts", Summary: "Set the connection's status", Writes: true,
			Params: []Param{{Name: "connection_status", In: InRequest, Enum: connectionStatuses()}},
			Shown:  account,
		},
	}
}

func connectionStatuses() []string {
	return []string{string(Pending), string(Processing), string(Connected), string(NotSetUp), string(NoPermissions), string(Reauth)}
}

const seenAfterSync = "It shows in the data after the next sandbox sync."

func sandboxDataEndpoints() []Endpoint {
	person := inPath("individual_id", PickPerson)
	return []Endpoint{
		{
			Method: "PUT", Path: "/sandbox/company", Summary: "Change the company", Writes: true,
			Params: []Param{wholeBody("the company's fields but its id")},
			Shown:  companyShown(),
			Notes:  seenAfterSync,
		},
		{
			Method: "POST", Path: "/sandbox/directory", Summary: "Add people", Writes: true,
			Params: []Param{wholeBody(`[{"first_name":"…","title":"…"}], fields of individuals and employments`)},
			Shown:  under("[].", slices.Compact(slices.Sorted(slices.Values(append(individualShown(), employmentShown()...))))...),
			Items:  ".", Noun: "person", Nouns: "people",
			Notes: seenAfterSync,
		},
		{
			Method: "PUT", Path: "/sandbox/individual/{individual_id}", Summary: "Change somebody as a person", Writes: true,
			Params: []Param{person, wholeBody("fields of an individual")},
			Shown:  individualShown(),
			Notes:  seenAfterSync,
		},
		{
			Method: "PUT", Path: "/sandbox/employment/{individual_id}", Summary: "Change somebody as an employee", Writes: true,
			Params: []Param{person, wholeBody("fields of an employment")},
			Shown:  employmentShown(),
			Notes:  seenAfterSync,
		},
		{
			Method: "POST", Path: "/sandbox/payment", Summary: "Add a payment", Writes: true,
			Params: []Param{
				{Name: "start_date", In: InRequest, Type: TypeDate},
				{Name: "end_date", In: InRequest, Type: TypeDate},
				{Name: "pay_statements", In: InRequest, Type: TypeJSON, Personal: true, About: `[{"individual_id":"…","gross_pay":100000}], amounts in cents; all usual ones unless said`},
			},
			Shown: []string{"pay_date", "payment_id"},
			Notes: seenAfterSync,
		},
	}
}

func sandboxJobEndpoints() []Endpoint {
	kind := Param{Name: "type", In: InRequest, Required: true, Enum: []string{DataSync}}
	return []Endpoint{
		{
			Method: "GET", Path: "/sandbox/jobs/configuration", Summary: "How sandbox syncs end",
			Shown: []string{"[].type", "[].completion_status"},
			Items: ".", Noun: "job type", Nouns: "job types",
		},
		{
			Method: "PUT", Path: "/sandbox/jobs/configuration", Summary: "Set how sandbox syncs end", Writes: true,
			Params: []Param{kind, {
				Name: "completion_status", In: InRequest, Required: true,
				Enum: []string{string(JobComplete), string(JobReauthError), string(JobPermissionsError), string(JobFailed)},
			}},
			Shown: []string{"type", "completion_status"},
		},
		{
			Method: "POST", Path: "/sandbox/jobs", Summary: "Run a sync", Writes: true,
			Params: []Param{kind},
			Shown:  []string{"job_id", "allowed_refreshes", "remaining_refreshes"},
			Starts: Automated,
			Notes:  "Assisted connections run none.",
		},
	}
}
