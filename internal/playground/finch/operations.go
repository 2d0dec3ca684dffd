package finch

// operation is one of Finch's public operations.
type operation struct {
	method, path string
	auth         auth
	// product must be granted to the token; empty for none.
	product string
	// perMinute is Finch's limit per application; 0 is none.
	perMinute int
	// data marks what reads or writes an employer's data: it is about one
	// entity, wants a working connection and tells how fresh it is.
	data bool
	// live marks what Finch asks the provider for on the spot, which it can
	// do for automated connections only.
	live   bool
	handle func(*call) answer
}

// operations is the whole public API. Where Finch names no product for pay
// statement items and their rules, they need pay_statement.
func operations() []operation {
	return append(append(managing(), reading()...), append(deductions(), sandboxing()...)...)
}

func managing() []operation {
	return []operation{
		{method: "GET", path: "/introspect", handle: introspect},
		{method: "GET", path: "/providers", auth: anyBearer, handle: listProviders},
		{method: "GET", path: "/jobs/automated", handle: listJobs},
		{method: "GET", path: "/jobs/automated/{job_id}", handle: getJob},
		{method: "POST", path: "/jobs/automated", handle: postJob},
		{method: "GET", path: "/jobs/manual/{job_id}", handle: getManualJob},
		{method: "POST", path: "/disconnect", handle: disconnect},
		{method: "POST", path: "/disconnect-entity", handle: disconnectEntity},
		{method: "POST", path: "/auth/token", auth: open, handle: exchange},
		{method: "POST", path: "/connect/sessions", auth: byBasic, handle: createSession},
		{method: "POST", path: "/connect/sessions/reauthenticate", auth: byBasic, handle: createReauthSession},
		{method: "POST", path: "/forward", handle: forward},
	}
}

func reading() []operation {
	return []operation{
		{method: "GET", path: "/employer/company", product: "company", perMinute: 20, data: true, handle: getCompany},
		{method: "GET", path: "/employer/directory", product: "directory", perMinute: 20, data: true, handle: getDirectory},
		{method: "POST", path: "/employer/individual", product: "individual", perMinute: 20, data: true, handle: getIndividuals},
		{method: "POST", path: "/employer/employment", product: "employment", perMinute: 20, data: true, handle: getEmployments},
		{method: "GET", path: "/employer/payment", product: "payment", perMinute: 12, data: true, handle: getPayments},
		{method: "POST", path: "/employer/pay-statement", product: "pay_statement", perMinute: 12, data: true, handle: getPayStatements},
		{method: "GET", path: "/employer/pay-groups", product: "payment", perMinute: 12, data: true, handle: listPayGroups},
		{method: "GET", path: "/employer/pay-groups/{pay_group_id}", product: "payment", perMinute: 12, data: true, handle: getPayGroup},
		{method: "GET", path: "/employer/pay-statement-item", product: "pay_statement", perMinute: 20, data: true, handle: listPayItems},
		{method: "GET", path: "/employer/pay-statement-item/rule", product: "pay_statement", data: true, handle: listRules},
		{method: "POST", path: "/employer/pay-statement-item/rule", product: "pay_statement", data: true, handle: createRule},
		{method: "PUT", path: "/employer/pay-statement-item/rule/{rule_id}", product: "pay_statement", data: true, handle: updateRule},
		{method: "DELETE", path: "/employer/pay-statement-item/rule/{rule_id}", product: "pay_statement", data: true, handle: deleteRule},
		{method: "GET", path: "/employer/documents", product: "documents", perMinute: 20, data: true, handle: listDocuments},
		{method: "GET", path: "/employer/documents/{document_id}", product: "documents", perMinute: 20, data: true, handle: getDocument},
	}
}

func deductions() []operation {
	return []operation{
		{method: "GET", path: "/employer/benefits", product: "benefits", data: true, live: true, handle: listBenefits},
		{method: "POST", path: "/employer/benefits", product: "benefits", data: true, handle: createBenefit},
		{method: "GET", path: "/employer/benefits/meta", product: "benefits", data: true, handle: benefitsMeta},
		{method: "POST", path: "/employer/benefits/register", product: "benefits", data: true, handle: registerBenefit},
		{method: "GET", path: "/employer/benefits/{benefit_id}", product: "benefits", data: true, live: true, handle: getBenefit},
		{method: "POST", path: "/employer/benefits/{benefit_id}", product: "benefits", data: true, handle: updateBenefit},
		{method: "GET", path: "/employer/benefits/{benefit_id}/enrolled", product: "benefits", data: true, live: true, handle: listEnrolled},
		{method: "GET", path: "/employer/benefits/{benefit_id}/individuals", product: "benefits", data: true, live: true, handle: getEnrollments},
		{method: "POST", path: "/employer/benefits/{benefit_id}/individuals", product: "benefits", data: true, handle: enroll},
		{method: "DELETE", path: "/employer/benefits/{benefit_id}/individuals", product: "benefits", data: true, handle: unenroll},
	}
}

func sandboxing() []operation {
	return []operation{
		{method: "POST", path: "/sandbox/connections", auth: byBasic, handle: sandboxConnection},
		{method: "POST", path: "/sandbox/connections/accounts", auth: byBasic, handle: sandboxAccount},
		{method: "PUT", path: "/sandbox/connections/accounts", handle: sandboxStatus},
		{method: "PUT", path: "/sandbox/company", handle: sandboxCompany},
		{method: "POST", path: "/sandbox/directory", handle: sandboxDirectory},
		{method: "PUT", path: "/sandbox/individual/{individual_id}", handle: sandboxIndividual},
		{method: "PUT", path: "/sandbox/employment/{individual_id}", handle: sandboxEmployment},
		{method: "POST", path: "/sandbox/payment", handle: sandboxPayment},
		{method: "POST", path: "/sandbox/jobs", handle: sandboxJob},
		{method: "GET", path: "/sandbox/jobs/configuration", handle: getJobConfiguration},
		{method: "PUT", path: "/sandbox/jobs/configuration", handle: putJobConfiguration},
	}
}
