package card

import "strings"

// maxJobType is how much of a type that Finch added later is shown.
const maxJobType = 60

// jobTypes are the types that Finch documents, in its word and in ours.
var jobTypes = []struct{ finch, word string }{
	{"data_sync_all", "Data sync"},
	{"w4_form_employee_sync", "W-4 form sync"},
	{"benefit_create", "Deduction: create"},
	{"benefit_register", "Deduction: register"},
	{"benefit_update", "Deduction: update"},
	{"benefit_enroll", "Deduction: enroll people"},
	{"benefit_unenroll", "Deduction: unenroll people"},
}

// JobTypes are Finch's words for the types of jobs that it documents.
func JobTypes() []string {
	var types []string
	for _, t := range jobTypes {
		types = append(types, t.finch)
	}
	return types
}

// JobType is what a job does, in plain words, by Finch's word for it; empty for
// an empty one. A type that Finch added later is shown as it is.
func JobType(finchType string) string {
	for _, t := range jobTypes {
		if t.finch == finchType {
			return t.word
		}
	}
	return Cut(Clean(strings.ReplaceAll(finchType, "_", " ")), maxJobType)
}
