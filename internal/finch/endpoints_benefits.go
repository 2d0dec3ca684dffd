package finch

func deductionEndpoints() []Endpoint {
	return inFamily(FamilyDeductions, append(benefitEndpoints(), enrollmentEndpoints()...)...)
}

func benefitEndpoints() []Endpoint {
	benefit := []string{"benefit_id", "type", "frequency", "company_contribution.type"}
	return []Endpoint{
		{
			Method: "GET", Path: "/employer/benefits", Summary: "Deductions of the company", Product: "benefits",
			Params: []Param{entityInQuery()},
			Shown:  under("[].", benefit...),
			Items:  ".", Noun: "deduction", Nouns: "deductions",
			Notes: notAssisted,
		},
		{
			Method: "GET", Path: "/employer/benefits/meta", Summary: "Deductions that the provider offers", Product: "benefits",
			Params: []Param{entityInQuery()},
			Shown: under("[].", "type", "frequencies[]", "annual_maximum", "catch_up", "company_contribution[]",
				"employee_deduction[]", "hsa_contribution_limit[]"),
			Items: ".", Noun: "kind", Nouns: "kinds",
			Notes: "Finch will give this up; the catalogue of providers tells more.",
		},
		{
			Method: "GET", Path: "/employer/benefits/{benefit_id}", Summary: "One deduction", Product: "benefits",
			Params: []Param{inPath("benefit_id", PickBenefit), entityInQuery()},
			Shown:  benefit,
			Notes:  notAssisted,
		},
		{
			Method: "POST", Path: "/employer/benefits", Summary: "Make a deduction", Product: "benefits", Writes: true,
			Params: append(describedBenefit(), Param{
				Name: "company_contribution", In: InRequest, Type: TypeJSON, Personal: true,
				About: `{"type":"match","tiers":[{"threshold":1,"match":1}]}`,
			}),
			Shown:  []string{"benefit_id", "job_id"},
			Starts: Manual,
			Notes:  writtenLater,
		},
		{
			Method: "POST", Path: "/employer/benefits/register", Summary: "Tell Finch of a deduction that is there", Product: "benefits", Writes: true,
			Params: describedBenefit(),
			Shown:  []string{"benefit_id", "job_id"},
			Starts: Manual,
			Notes:  writtenLater,
		},
		{
			Method: "POST", Path: "/employer/benefits/{benefit_id}", Summary: "Change a deduction's description", Product: "benefits", Writes: true,
			Params: []Param{inPath("benefit_id", PickBenefit), entityInQuery(), descriptionInBody()},
			Shown:  []string{"benefit_id", "job_id"},
			Starts: Manual,
			Notes:  writtenLater,
		},
	}
}

const (
	notAssisted  = "Finch asks the provider on the spot, which assisted connections do not allow."
	writtenLater = "It is written within a day, for assisted connections within two business days; the job in the answer tells when."
)

func describedBenefit() []Param {
	return []Param{
		entityInQuery(),
		{Name: "type", In: InRequest, Enum: benefitTypes()},
		descriptionInBody(),
		{Name: "frequency", In: InRequest, Enum: []string{"every_paycheck", "monthly", "one_time"}},
	}
}

func descriptionInBody() Param { return Param{Name: "description", In: InRequest, Personal: true} }

func benefitTypes() []string {
	return []string{
		"401k", "401k_roth", "401k_loan", "403b", "403b_roth", "457", "457_roth", "commuter", "custom_post_tax", "custom_pre_tax",
		"fsa_dependent_care", "fsa_medical", "hsa_post", "hsa_pre", "s125_dental", "s125_medical", "s125_vision", "simple", "simple_ira",
	}
}

func enrollmentEndpoints() []Endpoint {
	return []Endpoint{
		{
			Method: "GET", Path: "/employer/benefits/{benefit_id}/enrolled", Summary: "Who takes part in a deduction", Product: "benefits",
			Params: []Param{inPath("benefit_id", PickBenefit), entityInQuery()},
			Shown:  []string{"benefit_id", "individual_ids[]"},
			Items:  "individual_ids", Noun: "person", Nouns: "people",
			Notes: notAssisted,
		},
		{
			Method: "GET", Path: "/employer/benefits/{benefit_id}/individuals", Summary: "How people take part in a deduction", Product: "benefits",
			Params: []Param{
				inPath("benefit_id", PickBenefit), entityInQuery(),
				{Name: "individual_ids", In: InQuery, Type: TypeID, List: true, Pick: PickPerson, CSV: true, About: "all unless said"},
			},
			Shown: under("[].", "individual_id", "code", "body.code", "body.finch_code",
				"body.company_contribution.type", "body.employee_deduction.type"),
			Items: ".", Noun: "person", Nouns: "people",
			Notes: notAssisted,
		},
		{
			Method: "POST", Path: "/employer/benefits/{benefit_id}/individuals", Summary: "Enrol people in a deduction", Product: "benefits", Writes: true,
			Params: []Param{
				inPath("benefit_id", PickBenefit), entityInQuery(),
				wholeBody(`[{"individual_id":"…","configuration":{…}}]`),
			},
			Shown:  []string{"job_id"},
			Starts: Manual,
			Notes:  writtenLater,
		},
		{
			Method: "DELETE", Path: "/employer/benefits/{benefit_id}/individuals", Summary: "Take people out of a deduction", Product: "benefits", Writes: true,
			Params: []Param{
				inPath("benefit_id", PickBenefit), entityInQuery(),
				{Name: "individual_ids", In: InRequest, Type: TypeID, List: true, Pick: PickPerson},
			},
			Shown:  []string{"job_id"},
			Starts: Manual,
			Notes:  writtenLater,
		},
	}
}
