package finch

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

type individual struct {
	ID            string    `json:"id"`
	FirstName     *string   `json:"first_name"`
	MiddleName    *string   `json:"middle_name"`
	LastName      *string   `json:"last_name"`
	PreferredName *string   `json:"preferred_name"`
	DOB           *string   `json:"dob"`
	Gender        *string   `json:"gender"`
	Ethnicity     *string   `json:"ethnicity"`
	MaritalStatus *string   `json:"marital_status"`
	Emails        []contact `json:"emails"`
	PhoneNumbers  []contact `json:"phone_numbers"`
	Residence     *location `json:"residence"`
	// SSN is shown only to those who ask for it and may see it.
	SSN          *string `json:"ssn,omitempty"`
	EncryptedSSN *string `json:"encrypted_ssn"`
}

type contact struct {
	Data string `json:"data"`
	Type string `json:"type"`
}

type employment struct {
	ID               string        `json:"id"`
	FirstName        *string       `json:"first_name"`
	MiddleName       *string       `json:"middle_name"`
	LastName         *string       `json:"last_name"`
	Title            *string       `json:"title"`
	Manager          *reference    `json:"manager"`
	Department       *department   `json:"department"`
	Employment       *employedAs   `json:"employment"`
	StartDate        *string       `json:"start_date"`
	EndDate          *string       `json:"end_date"`
	LatestRehireDate *string       `json:"latest_rehire_date"`
	IsActive         *bool         `json:"is_active"`
	EmploymentStatus *string       `json:"employment_status"`
	ClassCode        *string       `json:"class_code"`
	Location         *location     `json:"location"`
	Income           *income       `json:"income"`
	IncomeHistory    []income      `json:"income_history"`
	CustomFields     []customField `json:"custom_fields"`
	SourceID         *string       `json:"source_id"`
	WorkID           *string       `json:"work_id"`
	FLSAStatus       *string       `json:"flsa_status"`
	HighlyPaid       *bool         `json:"highly_compensated_employee"`
	KeyEmployee      *bool         `json:"key_employee"`
	UnionCode        *string       `json:"union_code"`
	UnionLocal       *string       `json:"union_local"`
}

type reference struct {
	ID string `json:"id"`
}

type employedAs struct {
	Type    *string `json:"type"`
	Subtype *string `json:"subtype"`
}

type income struct {
	Unit          string  `json:"unit"`
	Amount        int     `json:"amount"` // cents
	Currency      string  `json:"currency"`
	EffectiveDate *string `json:"effective_date"`
}

type customField struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
}

var (
	firstNames = []string{
		"Ana", "Bao", "Carmen", "Dmitri", "Elif", "Femi", "Grace", "Hugo", "Imani", "Jonas", "Keiko", "Luis", "Mara", "Nadia",
		"Omar", "Priya", "Quinn", "Rosa", "Søren", "Tariq", "Uma", "Viktor", "Wen", "Ximena", "Yusuf", "Zoë",
	}
	lastNames = []string{
		"Abara", "Bergström", "Castillo", "Dubois", "Eriksen", "Fraser", "García", "Haddad", "Ivanov", "Johansen", "Kowalski",
		"Lindqvist", "Moreau", "Nakamura", "O'Brien", "Petrova", "Quintero", "Rossi", "Silva", "Tanaka", "Ueda", "Vargas",
		"Whitfield", "Xu", "Yamamoto", "Zielińska",
	}
	titles      = []string{"Manager", "Barista", "Technician", "Bookkeeper", "Coordinator", "Specialist", "Analyst", "Driver", "Assistant", "Engineer"}
	ethnicities = []string{
		"asian", "white", "black_or_african_american", "hispanic_or_latino", "two_or_more_races", "decline_to_specify",
		"native_hawaiian_or_pacific_islander", "american_indian_or_alaska_native",
	}
)

// harborStaff is how many work for the first entity of Harbor: enough for
// several pages.
const harborStaff = 412

// newPeople makes up who works for an entity; the first is everybody's manager.
func (w *world) newPeople(c *connection, e *entity) []person {
	size := c.staff
	switch {
	case size > 0:
	case c.id == harborConnection && e == c.entities[0]:
		size = harborStaff
	default:
		size = 4 + w.seed.dice("staff", e.id).IntN(56)
	}
	people := make([]person, 0, size)
	for n := range size {
		people = append(people, w.newPerson(e, n, c.granted("ssn")))
	}
	return people
}

func (w *world) newPerson(e *entity, n int, withSSN bool) person {
	dice := w.seed.dice("person", e.id, n)
	first, last := pick(dice, firstNames), pick(dice, lastNames)
	born := time.Date(1960+dice.IntN(44), time.Month(1+dice.IntN(12)), 1+dice.IntN(28), 0, 0, 0, 0, time.UTC)
	handle := strings.ToLower(strings.Join(strings.FieldsFunc(first+"."+last, notHandle), ""))
	who := individual{
		ID: w.seed.id("individual", e.id, n), FirstName: &first, LastName: &last, DOB: new(born.Format(date)),
		Gender: new(pick(dice, []string{"female", "male", "other", "decline_to_specify"})), Ethnicity: new(pick(dice, ethnicities)),
		MaritalStatus: new(pick(dice, []string{"single", "married", "divorced", "widowed", "domestic_partner", "unknown"})),
		Emails:        []contact{{fmt.Sprintf("%s%d@work.example", handle, n), "work"}, {fmt.Sprintf("%s%d@home.example", handle, n), "personal"}},
		PhoneNumbers:  []contact{{fmt.Sprintf("+1503555%04d", 100+dice.IntN(100)), "personal"}},
		Residence:     new(w.newLocation("person", e.id, n)),
	}
	if dice.IntN(3) == 0 {
		who.MiddleName = new(pick(dice, firstNames))
	}
	if withSSN { // 9xx is a range that is never given out
		who.SSN = new(fmt.Sprintf("9%08d", dice.IntN(100_000_000)))
	}
	return person{Individual: who, Employment: w.newEmployment(e, n, who, dice)}
}

func (w *world) newEmployment(e *entity, n int, who individual, dice *rand.Rand) employment {
	begun := time.Date(2015+dice.IntN(10), time.Month(1+dice.IntN(12)), 1+dice.IntN(28), 0, 0, 0, 0, time.UTC)
	work := employment{
		ID: who.ID, FirstName: who.FirstName, MiddleName: who.MiddleName, LastName: who.LastName,
		Title: new(pick(dice, titles)), Department: &department{Name: new(pick(dice, someDepartment))},
		Employment: &employedAs{Type: new("employee"), Subtype: new("full_time")},
		StartDate:  new(begun.Format(date)), IsActive: new(true), EmploymentStatus: new("active"),
		Location: new(w.newLocation("company", e.id)), CustomFields: []customField{}, IncomeHistory: []income{},
		Income:   &income{Unit: "yearly", Amount: (36_000 + 500*dice.IntN(200)) * 100, Currency: "usd", EffectiveDate: new(begun.Format(date))},
		SourceID: new(fmt.Sprint(100 + n)), WorkID: new(fmt.Sprint(100 + n)), FLSAStatus: new("exempt"),
		HighlyPaid: new(false), KeyEmployee: new(n == 0),
	}
	if n > 0 {
		work.Manager = &reference{ID: w.seed.id("individual", e.id, 0)}
	}
	switch roll := dice.IntN(20); {
	case n == 0:
		work.Title, work.HighlyPaid = new("Owner"), new(true)
	case roll < 8:
		work.Employment.Subtype, work.FLSAStatus = new("part_time"), new("non_exempt")
		work.Income.Unit, work.Income.Amount = "hourly", 1600+50*dice.IntN(60)
	case roll == 8:
		work.Employment.Type, work.Employment.Subtype, work.FLSAStatus = new("contractor"), new("individual_contractor"), new("unknown")
	case roll < 11:
		work.IsActive, work.EmploymentStatus = new(false), new("terminated")
		work.EndDate = new(begun.AddDate(1, dice.IntN(6), 0).Format(date))
	}
	return work
}

func notHandle(r rune) bool { return r != '.' && notLetter(r) }
