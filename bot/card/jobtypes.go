package card

import "strings"

// maxJobType is how much of a type that Finch added later is shown.
const maxJobType = 60

// JobType is what a job does, in plain words, by Finch's word for it; empty for
// an empty one. A type that Finch added later is shown as it is.
func JobType(finchType string) string {
	switch finchType {
	case "data_sync_all":
		return "Data sync"
	case "w4_form_employee_sync":
		return "W-4 form sync"
	case "benefit_create":
		return "Deduction: create"
	case "benefit_register":
		return "Deduction: register"
	case "benefit_update":
		return "Deduction: update"
	case "benefit_enroll":
		return "Deduction: enroll people"
	case "benefit_unenroll":
		return "Deduction: unenroll people"
	default:
		return Cut(Clean(strings.ReplaceAll(finchType, "_", " ")), maxJobType)
	}
}
