package finch

import "strings"

// Endpoint is one of Finch's public operations, as data: what it wants, what it
// answers with, and what of the answer may be shown. Endpoints holds them all.
type Endpoint struct {
	// Method and Path as Finch documents them; ids stand in braces,
	// "/jobs/automated/{job_id}".
	Method, Path string
	// Summary says in a few words what it is for: "People of the company".
	Summary string
	Family  Family
	Auth    Auth
	// Product must be granted to the token; empty for none.
	Product string
	// Writes: it changes something at Finch or at the provider. POST alone says
	// nothing: Finch reads in batches by POST.
	Writes bool
	// Open: nothing it answers with is personal, so every operator may call it.
	Open bool
	// Sandbox: it exists for connections of Finch's sandbox alone.
	Sandbox bool
	// Params are what can be said to it, path first, then query, then body, the
	// required ones before the others.
	Params []Param
	// Shown are the fields of its answer that are shown; all others, unknown ones
	// included, are masked. A path is written as in "individuals[].manager.id"; a
	// list at the root is "[].id". A path shows one value, never what is below an
	// object or a list that it names.
	Shown []string
	// Items is the path of the long list in its answer ("individuals", "responses",
	// "data"), "." for a list at the root, empty for none. Noun is what an item is:
	// "person", with Nouns as its plural.
	Items       string
	Noun, Nouns string
	// Paged: limit and offset page through the list at Finch.
	Paged bool
	// Starts is the kind of the job that its answer names in job_id; empty for none.
	Starts JobKind
	// GivesToken: its answer holds an access token, which belongs in the vault.
	GivesToken bool
	// Notes is what its caller should know beforehand, one sentence or none.
	Notes string
}

// Family is how Finch groups its operations.
type Family string

// The families, in the order in which they are offered.
const (
	FamilyConnection   Family = "Connection"
	FamilyJobs         Family = "Jobs"
	FamilyOrganization Family = "Organization"
	FamilyPayroll      Family = "Payroll"
	FamilyDeductions   Family = "Deductions"
	FamilyDocuments    Family = "Documents"
	FamilyConnect      Family = "Finch Connect"
	FamilySandbox      Family = "Sandbox"
)

// Families are all of them, in that order.
var Families = []Family{
	FamilyConnection, FamilyJobs, FamilyOrganization, FamilyPayroll, FamilyDeductions, FamilyDocuments, FamilyConnect, FamilySandbox,
}

// Auth is what proves to Finch who asks.
type Auth int

// The ways there are.
const (
	// Bearer is a connection's access token.
	Bearer Auth = iota
	// Basic is the application's client id and secret, from the settings.
	Basic
	// InBody is the same, in the body.
	InBody
)

// Param is one thing that can be said to an endpoint.
type Param struct {
	// Name as Finch spells it; a name with a dot is a field of an object of the
	// body ("options.include"); Root is the body itself.
	Name string
	In   Place
	Type ParamType
	// List: several values of the type. In a query they go as Finch's arrays.
	List     bool
	Required bool
	// Enum are the values it can have; empty for any.
	Enum []string
	// Min and Max bound a number, the length of a text, or the length of a list;
	// 0 for no bound.
	Min, Max int
	// Pick is where values can be chosen from; empty where they are typed.
	Pick Pick
	// Personal: a value may be about a person, so no account of the call repeats it.
	Personal bool
	// FromSettings: it comes from the settings, and nobody may say it.
	FromSettings bool
	// CSV: a list goes as one value with commas.
	CSV bool
	// About explains it in half a sentence, or is empty.
	About string
}

// Root is the name of a parameter that is the whole body.
const Root = "body"

// Place is where a parameter goes.
type Place int

// The places.
const (
	InPath Place = iota
	InQuery
	// InRequest is a field of the body.
	InRequest
	// InItems is the field of each entry of "requests" in a batch's body, as in
	// {"requests":[{"individual_id":"…"}]}; one value makes one entry, and fields of
	// a single value (limit, offset) go into every entry.
	InItems
)

// ParamType is what a value must look like.
type ParamType int

// The types.
const (
	TypeText    ParamType = iota
	TypeInteger           // a whole number, 0 or more
	TypeBoolean
	TypeDate  // 2026-11-28
	TypeID    // a UUID or any other id, one word
	TypeJSON  // an object or a list
	TypeEmail // name@domain
)

// Pick is where ids can be chosen from instead of being pasted.
type Pick string

// The sources. PickEntity and PickJob need no call to Finch.
const (
	PickPerson   Pick = "person"
	PickPayment  Pick = "payment"
	PickPayGroup Pick = "pay_group"
	PickBenefit  Pick = "benefit"
	PickRule     Pick = "rule"
	PickDocument Pick = "document"
	PickEntity   Pick = "entity"
	PickJob      Pick = "job"
	PickProvider Pick = "provider"
)

// Name is the endpoint as people write it: "GET /employer/directory".
func (e Endpoint) Name() string { return e.Method + " " + e.Path }

// Param finds a parameter by name.
func (e Endpoint) Param(name string) (Param, bool) {
	for _, p := range e.Params {
		if strings.EqualFold(p.Name, name) {
			return p, true
		}
	}
	return Param{}, false
}
