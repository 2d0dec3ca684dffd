package finch

// inBatch is what an answer to several questions tells of each: its own status,
// and the words for one that failed. Finch: such failures stand inside a 200.
func inBatch(id string, shown ...string) []string {
	return under("responses[].", append([]string{id, "code", "body.code", "body.finch_code"}, under("body.", shown...)...)...)
}

// companyShown leaves out whatever reaches somebody or an account of theirs.
func companyShown() []string {
	return []string{
		"id", "entity.type", "entity.subtype", "departments[].name", "departments[].parent.name",
		"locations[].name", "accounts[].account_type",
	}
}

func individualShown() []string {
	return []string{"id", "emails[].type", "phone_numbers[].type"}
}

// employmentShown is what somebody does and where, not what they get for it nor
// since when.
func employmentShown() []string {
	return []string{
		"id", "title", "manager.id", "department.name", "location.name", "employment.type", "employment.subtype",
		"employment_status", "is_active", "flsa_status",
	}
}

func organizationEndpoints() []Endpoint {
	people := func() Param {
		return Param{Name: "individual_id", In: InItems, Type: TypeID, List: true, Required: true, Min: 1, Max: 10_000, Pick: PickPerson}
	}
	return inFamily(
		FamilyOrganization,
		Endpoint{
			Method: "GET", Path: "/employer/company", Summary: "The company", Product: "company",
			Params: []Param{entityInQuery()},
			Shown:  companyShown(),
		},
		Endpoint{
			Method: "GET", Path: "/employer/directory", Summary: "People of the company", Product: "directory",
			Params: []Param{
				entityInQuery(),
				{Name: "limit", In: InQuery, Type: TypeInteger, Min: 1, Max: 10_000, About: "100 unless said"},
				offsetInQuery(),
			},
			Shown: []string{
				"paging.offset", "paging.count",
				"individuals[].id", "individuals[].manager.id", "individuals[].department.name", "individuals[].is_active",
			},
			Items: "individuals", Noun: "person", Nouns: "people", Paged: true,
		},
		Endpoint{
			Method: "POST", Path: "/employer/individual", Summary: "People, each as a person", Product: "individual",
			Params: []Param{
				entityInQuery(), people(),
				{Name: "options.include", In: InRequest, List: true, Enum: []string{"ssn"}, About: "needs the product ssn"},
			},
			Shown: inBatch("individual_id", individualShown()...),
			Items: "responses", Noun: "person", Nouns: "people",
		},
		Endpoint{
			Method: "POST", Path: "/employer/employment", Summary: "People, each as an employee", Product: "employment",
			Params: []Param{entityInQuery(), people()},
			Shown:  inBatch("individual_id", employmentShown()...),
			Items:  "responses", Noun: "person", Nouns: "people",
		},
	)
}

func payrollEndpoints() []Endpoint {
	return inFamily(FamilyPayroll, append(payEndpoints(), itemEndpoints()...)...)
}

func payEndpoints() []Endpoint {
	return []Endpoint{
		{
			Method: "GET", Path: "/employer/payment", Summary: "Payments of some days", Product: "payment",
			Params: []Param{
				{Name: "start_date", In: InQuery, Type: TypeDate, Required: true, About: "first day, by pay date"},
				{Name: "end_date", In: InQuery, Type: TypeDate, Required: true, About: "last day"},
				entityInQuery(),
			},
			Shown: under("[].", "id", "pay_period.start_date", "pay_period.end_date", "pay_date", "debit_date",
				"individual_ids[]", "pay_group_ids[]", "pay_frequencies[]"),
			Items: ".", Noun: "payment", Nouns: "payments",
		},
		{
			Method: "POST", Path: "/employer/pay-statement", Summary: "Pay statements of payments", Product: "pay_statement",
			Params: []Param{
				entityInQuery(),
				{Name: "payment_id", In: InItems, Type: TypeID, List: true, Required: true, Min: 1, Max: 10, Pick: PickPayment},
				{Name: "limit", In: InItems, Type: TypeInteger, Min: 1, Max: 5000, About: "of each payment, 100 unless said"},
				{Name: "offset", In: InItems, Type: TypeInteger, About: "how many to pass over in each payment"},
			},
			Shown: inBatch("payment_id", append([]string{"paging.offset", "paging.count"}, under("pay_statements[].",
				"individual_id", "type", "payment_method", "earnings[].type", "taxes[].type", "taxes[].employer",
				"employee_deductions[].type", "employee_deductions[].pre_tax", "employer_contributions[].type")...)...),
			Items: "responses", Noun: "payment", Nouns: "payments",
			Notes: "A payment whose statements Finch still fetches answers with 202 for itself.",
		},
		{
			Method: "GET", Path: "/employer/pay-groups", Summary: "Pay groups", Product: "payment", Open: true,
			Params: []Param{
				entityInQuery(),
				{Name: "individual_id", In: InQuery, Type: TypeID, Pick: PickPerson, About: "only those that this person is in"},
				{Name: "pay_frequencies", In: InQuery, List: true, Enum: payFrequencies()},
			},
			Shown: []string{"[].id", "[].name", "[].pay_frequencies[]"},
			Items: ".", Noun: "pay group", Nouns: "pay groups",
		},
		{
			Method: "GET", Path: "/employer/pay-groups/{pay_group_id}", Summary: "One pay group and who is in it", Product: "payment", Open: true,
			Params: []Param{inPath("pay_group_id", PickPayGroup), entityInQuery()},
			Shown:  []string{"id", "name", "pay_frequencies[]", "individual_ids[]"},
			Items:  "individual_ids", Noun: "person", Nouns: "people",
		},
	}
}

func payFrequencies() []string {
	return []string{"annually", "bi_weekly", "daily", "monthly", "other", "quarterly", "semi_annually", "semi_monthly", "weekly"}
}

func itemEndpoints() []Endpoint {
	rule := []string{
		"id", "entity_type", "priority", "conditions[].field", "conditions[].operator",
		"effective_start_date", "effective_end_date", "created_at", "updated_at", "deleted_at",
	}
	return []Endpoint{
		{
			Method: "GET", Path: "/employer/pay-statement-item", Summary: "Kinds of lines on pay statements", Product: "pay_statement",
			Params: []Param{
				entityInQuery(),
				{Name: "categories", In: InQuery, List: true, CSV: true, Enum: []string{"earnings", "taxes", "employee_deductions", "employer_contributions"}},
				{Name: "type", In: InQuery, About: "salary, federal, 401k …"},
				{Name: "name", In: InQuery, Personal: true, About: "as on the pay statement"},
				{Name: "start_date", In: InQuery, Type: TypeDate},
				{Name: "end_date", In: InQuery, Type: TypeDate},
			},
			Shown: under("responses[].", "category", "attributes.type", "attributes.employer", "attributes.pre_tax"),
			Items: "responses", Noun: "item", Nouns: "items",
		},
		{
			Method: "GET", Path: "/employer/pay-statement-item/rule", Summary: "Rules for lines on pay statements", Product: "pay_statement",
			Params: []Param{entityInQuery()},
			Shown:  under("responses[].", rule...),
			Items:  "responses", Noun: "rule", Nouns: "rules",
		},
		{
			Method: "POST", Path: "/employer/pay-statement-item/rule", Summary: "Make a rule", Product: "pay_statement", Writes: true,
			Params: []Param{
				entityInQuery(),
				{Name: "entity_type", In: InRequest, Enum: []string{"pay_statement_item"}},
				{Name: "conditions", In: InRequest, Type: TypeJSON, Personal: true, About: `[{"field":"name","operator":"equals","value":"…"}]`},
				{Name: "attributes.metadata", In: InRequest, Type: TypeJSON, Personal: true, About: "an object, put on the items that fit"},
				{Name: "effective_start_date", In: InRequest, Type: TypeDate},
				{Name: "effective_end_date", In: InRequest, Type: TypeDate},
			},
			Shown: rule,
		},
		{
			Method: "PUT", Path: "/employer/pay-statement-item/rule/{rule_id}", Summary: "Change a rule", Product: "pay_statement", Writes: true,
			Params: []Param{
				inPath("rule_id", PickRule), entityInQuery(),
				wholeBody("the rule's fields: conditions, attributes …"),
			},
			Shown: rule,
		},
		{
			Method: "DELETE", Path: "/employer/pay-statement-item/rule/{rule_id}", Summary: "Delete a rule", Product: "pay_statement", Writes: true,
			Params: []Param{inPath("rule_id", PickRule), entityInQuery()},
			Shown:  rule,
		},
	}
}
