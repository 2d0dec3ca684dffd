package finch

import (
	"net/http"
	"slices"
)

type listed struct {
	ID         string      `json:"id"`
	FirstName  *string     `json:"first_name"`
	MiddleName *string     `json:"middle_name"`
	LastName   *string     `json:"last_name"`
	Manager    *reference  `json:"manager"`
	Department *department `json:"department"`
	IsActive   *bool       `json:"is_active"`
}

type paging struct {
	Offset int `json:"offset"`
	Count  int `json:"count"`
}

const maxBatch = 10_000

func getDirectory(c *call) answer {
	limit, limitOK := c.number("limit", 100, 1, 10_000)
	offset, offsetOK := c.number("offset", 0, 0, 1<<30)
	if !limitOK || !offsetOK {
		return invalid("limit must be 1 to 10000 and offset a whole number")
	}
	people := c.ledger().People
	individuals := []listed{}
	for _, p := range page(people, limit, offset) {
		individuals = append(individuals, listed{
			ID: p.Individual.ID, FirstName: p.Individual.FirstName, MiddleName: p.Individual.MiddleName, LastName: p.Individual.LastName,
			Manager: p.Employment.Manager, Department: p.Employment.Department, IsActive: p.Employment.IsActive,
		})
	}
	return ok(map[string]any{"paging": paging{offset, len(people)}, "individuals": individuals})
}

func page[T any](all []T, limit, offset int) []T {
	return all[min(offset, len(all)):min(offset+limit, len(all))]
}

type individualBatch struct {
	Requests []struct {
		IndividualID string `json:"individual_id"`
	} `json:"requests"`
	Options *struct {
		Include []string `json:"include"`
	} `json:"options"`
}

type individualResponse struct {
	IndividualID string `json:"individual_id"`
	Code         int    `json:"code"`
	Body         any    `json:"body"`
}

func getIndividuals(c *call) answer {
	return c.batch(func(p *person, includes []string) any {
		who := p.Individual
		if !slices.Contains(includes, "ssn") || !c.owner.granted("ssn") {
			who.SSN = nil
		}
		return who
	})
}

func getEmployments(c *call) answer {
	return c.batch(func(p *person, _ []string) any { return p.Employment })
}

// batch answers for each person that is asked for, in the order asked.
func (c *call) batch(of func(p *person, includes []string) any) answer {
	var want individualBatch
	if !c.decode(&want) || len(want.Requests) == 0 || len(want.Requests) > maxBatch {
		return invalid("requests must have 1 to 10000 items")
	}
	var includes []string
	if want.Options != nil {
		includes = want.Options.Include
	}
	if slices.Contains(includes, "ssn") && !c.owner.granted("ssn") {
		return notGranted("ssn")
	}
	ledger := c.ledger()
	responses := make([]individualResponse, 0, len(want.Requests))
	for _, one := range want.Requests {
		r := individualResponse{IndividualID: one.IndividualID, Code: http.StatusOK}
		if p := ledger.person(one.IndividualID); p != nil {
			r.Body = of(p, includes)
		} else {
			r.Code = http.StatusNotFound
			r.Body = failure{
				code: r.Code, name: "not_found_error", finchCode: "individual_not_found", message: "No such individual",
			}.body()
		}
		responses = append(responses, r)
	}
	return ok(map[string]any{"responses": responses})
}
