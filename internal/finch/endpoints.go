package finch

import "slices"

// Endpoints are Finch's 48 public operations, in the order in which they are
// offered. To add one, add an entry to its family. Each call makes them anew, so
// nobody changes another's.
func Endpoints() []Endpoint {
	return slices.Concat(
		connectionEndpoints(), jobEndpoints(), organizationEndpoints(), payrollEndpoints(),
		deductionEndpoints(), documentEndpoints(), connectEndpoints(), sandboxEndpoints(),
	)
}

func inFamily(f Family, endpoints ...Endpoint) []Endpoint {
	for i := range endpoints {
		endpoints[i].Family = f
	}
	return endpoints
}

func connectionEndpoints() []Endpoint {
	return inFamily(
		FamilyConnection,
		Endpoint{
			Method: "GET", Path: "/introspect", Summary: "What the connection is and how it stands", Open: true,
			Shown: []string{
				"id", "client_id", "client_type", "connection_id", "connection_type",
				"connection_status.status", "connection_status.last_successful_sync",
				"products[]", "provider_id", "payroll_provider_id", "account_id", "company_id", "customer_id", "customer_name", "manual",
				"authentication_methods[].type", "authentication_methods[].products[]",
				"authentication_methods[].connection_status.status", "authentication_methods[].connection_status.last_successful_sync",
				"entities[].id", "entities[].name", "entities[].source_id", "entities[].status",
			},
		},
		Endpoint{
			Method: "GET", Path: "/providers", Summary: "Providers that Finch can connect", Open: true,
			Shown: []string{
				"[].id", "[].display_name", "[].products[]", "[].authentication_methods[].type",
				"[].beta", "[].mfa_required", "[].manual", "[].icon", "[].logo", "[].primary_color",
			},
			Items: ".", Noun: "provider", Nouns: "providers",
		},
		Endpoint{
			Method: "POST", Path: "/forward", Summary: "A request passed on to the provider", Writes: true,
			Params: []Param{
				{Name: "method", In: InRequest, Required: true, Enum: []string{"GET", "POST", "PUT", "DELETE", "PATCH"}},
				{Name: "route", In: InRequest, Required: true, Min: 1, Personal: true, About: "at the provider, begins with /"},
				{Name: "params", In: InRequest, Type: TypeJSON, Personal: true, About: "the query, as an object"},
				{Name: "request_headers", In: InRequest, Type: TypeJSON, Personal: true, About: "an object"},
				{Name: "data", In: InRequest, Type: TypeJSON, Personal: true, About: "the body, as the provider wants it"},
			},
			Shown: []string{"statusCode"},
			Notes: "Works for connections by API token or OAuth alone, not in Finch's sandbox, and may change data at the provider whatever its method.",
		},
		Endpoint{
			Method: "POST", Path: "/disconnect-entity", Summary: "End entities of the connection", Writes: true,
			Params: []Param{{Name: "entity_ids", In: InRequest, Type: TypeID, List: true, Required: true, Min: 1, Pick: PickEntity}},
			Shown:  []string{"status"},
			Notes:  "The connection goes on with its other entities; only the employer can bring these back, in a session of Finch Connect.",
		},
		Endpoint{
			Method: "POST", Path: "/disconnect", Summary: "End the connection", Writes: true,
			Shown: []string{"status"},
			Notes: "This cannot be undone: the access token ends, and the employer has to connect anew, which makes another connection.",
		},
	)
}

func jobEndpoints() []Endpoint {
	job := []string{"job_id", "type", "status", "created_at", "scheduled_at", "started_at", "completed_at", "params.individual_id"}
	return inFamily(
		FamilyJobs,
		Endpoint{
			Method: "GET", Path: "/jobs/automated", Summary: "The next sync and the jobs asked for", Open: true,
			Params: []Param{
				{Name: "limit", In: InQuery, Type: TypeInteger, Min: 1, About: "100 unless said"},
				offsetInQuery(),
			},
			Shown: append(
				under("data[].", job...),
				under("meta.quotas.data_sync_all.", "allowed_refreshes", "remaining_refreshes")...,
			),
			Items: "data", Noun: "job", Nouns: "jobs", Paged: true,
			Notes: "Of scheduled syncs Finch lists only the next one.",
		},
		Endpoint{
			Method: "GET", Path: "/jobs/automated/{job_id}", Summary: "One sync or other automated job", Open: true,
			Params: []Param{inPath("job_id", PickJob)},
			Shown:  job,
		},
		Endpoint{
			Method: "GET", Path: "/jobs/manual/{job_id}", Summary: "One job that writes deductions", Open: true,
			Params: []Param{inPath("job_id", PickJob)},
			Shown:  []string{"job_id", "status", "body[].individual_id", "body[].code"},
			Items:  "body", Noun: "person", Nouns: "people",
		},
		Endpoint{
			Method: "POST", Path: "/jobs/automated", Summary: "Ask for a sync now", Writes: true,
			Params: []Param{
				{Name: "type", In: InRequest, Required: true, Enum: []string{DataSync, "w4_form_employee_sync"}},
				{Name: "params.individual_id", In: InRequest, Type: TypeID, Pick: PickPerson, About: "needed for w4_form_employee_sync"},
			},
			Shown:  []string{"job_id", "allowed_refreshes", "remaining_refreshes"},
			Starts: Automated,
			Notes:  "An add-on that Finch sells; one an hour for each connection, and none for assisted connections.",
		},
	)
}

func documentEndpoints() []Endpoint {
	return inFamily(
		FamilyDocuments,
		Endpoint{
			Method: "GET", Path: "/employer/documents", Summary: "Tax forms of people, as a list", Product: "documents",
			Params: []Param{
				entityInQuery(),
				{Name: "individual_ids", In: InQuery, Type: TypeID, List: true, Pick: PickPerson, CSV: true},
				{Name: "types", In: InQuery, List: true, Enum: []string{"w4_2020", "w4_2005"}},
				{Name: "limit", In: InQuery, Type: TypeInteger, Min: 1},
				offsetInQuery(),
			},
			Shown: []string{"paging.offset", "paging.count", "documents[].id", "documents[].individual_id", "documents[].type"},
			Items: "documents", Noun: "document", Nouns: "documents", Paged: true,
		},
		Endpoint{
			Method: "GET", Path: "/employer/documents/{document_id}", Summary: "One tax form", Product: "documents",
			Params: []Param{inPath("document_id", PickDocument), entityInQuery()},
			Shown:  []string{"type"},
			Notes:  "What is filled in is all masked.",
		},
	)
}

// under puts the way to an object or a list before each of its fields.
func under(way string, fields ...string) []string {
	paths := make([]string, 0, len(fields))
	for _, f := range fields {
		paths = append(paths, way+f)
	}
	return paths
}

func inPath(name string, from Pick) Param {
	return Param{Name: name, In: InPath, Type: TypeID, Required: true, Pick: from}
}

// entityInQuery is whose data is meant. Finch: provide exactly one entity id.
func entityInQuery() Param {
	return Param{Name: "entity_ids", In: InQuery, Type: TypeID, List: true, Max: 1, Pick: PickEntity, About: "needed where the connection has several entities"}
}

func offsetInQuery() Param {
	return Param{Name: "offset", In: InQuery, Type: TypeInteger, About: "how many to pass over"}
}

func wholeBody(about string) Param {
	return Param{Name: Root, In: InRequest, Type: TypeJSON, Required: true, Personal: true, About: about}
}
