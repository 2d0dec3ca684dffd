package finch

import "fmt"

type company struct {
	ID           string              `json:"id"`
	LegalName    *string             `json:"legal_name"`
	Entity       *legalForm          `json:"entity"`
	PrimaryEmail *string             `json:"primary_email"`
	PrimaryPhone *string             `json:"primary_phone_number"`
	Departments  []companyDepartment `json:"departments"`
	EIN          *string             `json:"ein"`
	Locations    []location          `json:"locations"`
	Accounts     []account           `json:"accounts"`
}

type legalForm struct {
	Type    *string `json:"type"`
	Subtype *string `json:"subtype"`
}

type companyDepartment struct {
	Name   *string     `json:"name"`
	Parent *department `json:"parent"`
}

type department struct {
	Name *string `json:"name"`
}

type location struct {
	Line1      *string `json:"line1"`
	Line2      *string `json:"line2"`
	City       *string `json:"city"`
	State      *string `json:"state"`
	PostalCode *string `json:"postal_code"`
	Country    *string `json:"country"`
	Name       *string `json:"name,omitempty"`
	SourceID   *string `json:"source_id,omitempty"`
}

type account struct {
	RoutingNumber   *string `json:"routing_number"`
	AccountName     *string `json:"account_name"`
	InstitutionName *string `json:"institution_name"`
	AccountType     *string `json:"account_type"`
	AccountNumber   *string `json:"account_number"`
}

// town is a place with its state and the start of its postal codes.
type town struct{ city, state, postal string }

var (
	towns = []town{
		{"Portland", "OR", "972"},
		{"Duluth", "MN", "558"},
		{"Asheville", "NC", "288"},
		{"Providence", "RI", "029"},
		{"Boise", "ID", "837"},
		{"Tucson", "AZ", "857"},
		{"Madison", "WI", "537"},
		{"Austin", "TX", "787"},
		{"Burlington", "VT", "054"},
		{"Savannah", "GA", "314"},
	}
	streets        = []string{"Alder St", "Beacon Ave", "Canal St", "Elm St", "Front St", "Harrison Rd", "Mill Rd", "Ocean Blvd", "Pine St", "Water St"}
	someDepartment = []string{"Operations", "Sales", "Customer Care", "Finance", "Production", "People"}
)

// newCompany makes up who an entity is. Numbers are of ranges that nobody
// uses: 900000000 and up for EINs and routing, 555-01xx for telephones.
func (w *world) newCompany(c *connection, e *entity) company {
	dice := w.seed.dice("company", e.id)
	corporate := &legalForm{Type: new("llc")}
	if dice.IntN(2) == 0 {
		corporate = &legalForm{Type: new("corporation"), Subtype: new(pick(dice, []string{"s_corporation", "c_corporation", "b_corporation"}))}
	}
	departments := make([]companyDepartment, 0, len(someDepartment))
	for i := range someDepartment {
		departments = append(departments, companyDepartment{Name: &someDepartment[i]})
	}
	return company{
		ID: c.companyID, LegalName: &e.name, Entity: corporate, PrimaryEmail: c.customer.email,
		PrimaryPhone: new(fmt.Sprintf("+1503555%04d", 100+dice.IntN(100))), Departments: departments,
		EIN:       new(fmt.Sprintf("9%08d", dice.IntN(100_000_000))),
		Locations: []location{w.newLocation("company", e.id)},
		Accounts: []account{{
			RoutingNumber: new(fmt.Sprintf("9%08d", dice.IntN(100_000_000))), AccountName: new("Payroll"),
			InstitutionName: new("First Simulated Bank"), AccountType: new("checking"),
			AccountNumber: new(fmt.Sprintf("%010d", dice.IntN(1_000_000_000))),
		}},
	}
}

func (w *world) newLocation(of ...any) location {
	dice := w.seed.dice(append([]any{"location"}, of...)...)
	at := pick(dice, towns)
	return location{
		Line1: new(fmt.Sprintf("%d %s", 10+dice.IntN(990), pick(dice, streets))), City: &at.city, State: &at.state,
		PostalCode: new(fmt.Sprintf("%s%02d", at.postal, dice.IntN(100))), Country: new("US"),
	}
}

func getCompany(c *call) answer { return ok(c.ledger().Company) }
