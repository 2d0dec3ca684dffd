package finch

import (
	"net/http"
	"slices"
)

// benefit is a deduction that a company offers.
type benefit struct {
	ID          string  `json:"benefit_id"`
	Type        *string `json:"type"`
	Description *string `json:"description"`
	Frequency   *string `json:"frequency"`
	Company     any     `json:"company_contribution"`
	// enrolled are who takes part, with what they pay.
	enrolled map[string]map[string]any
}

var benefitTypes = []string{
	"401k", "401k_roth", "401k_loan", "403b", "403b_roth", "457", "457_roth", "commuter", "custom_post_tax", "custom_pre_tax",
	"fsa_dependent_care", "fsa_medical", "hsa_post", "hsa_pre", "s125_dental", "s125_medical", "s125_vision", "simple", "simple_ira",
}

func (w *world) newBenefits(e *entity, people []person) []*benefit {
	list := make([]*benefit, 0, 2)
	for _, kind := range []string{"401k", "s125_medical"} {
		b := &benefit{
			ID: w.seed.id("benefit", e.id, kind), Type: new(kind), Description: new("Company " + kind),
			Frequency: new("every_paycheck"), enrolled: map[string]map[string]any{},
		}
		for i, p := range people {
			if i%3 == 0 {
				b.enrolled[p.Individual.ID] = usualConfiguration()
			}
		}
		list = append(list, b)
	}
	return list
}

func usualConfiguration() map[string]any {
	return map[string]any{
		"annual_maximum": nil, "catch_up": false, "hsa_contribution_limit": nil,
		"company_contribution": map[string]any{"type": "percent", "amount": 250},
		"employee_deduction":   map[string]any{"type": "percent", "amount": 500},
	}
}

func (b *benefit) who() []string {
	ids := make([]string, 0, len(b.enrolled))
	for id := range b.enrolled {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// benefit is the one that the path names, or nil.
func (c *call) benefit() *benefit {
	list := c.ledger().benefits
	i := slices.IndexFunc(list, func(b *benefit) bool { return b.ID == c.request.PathValue("benefit_id") })
	if i < 0 {
		return nil
	}
	return list[i]
}

func noBenefit() answer { return notFound("benefit_not_found", "No such benefit") }

func listBenefits(c *call) answer { return ok(c.ledger().benefits) }

func getBenefit(c *call) answer {
	if b := c.benefit(); b != nil {
		return ok(b)
	}
	return noBenefit()
}

func listEnrolled(c *call) answer {
	b := c.benefit()
	if b == nil {
		return noBenefit()
	}
	return ok(map[string]any{"benefit_id": b.ID, "individual_ids": b.who()})
}

func getEnrollments(c *call) answer {
	b := c.benefit()
	if b == nil {
		return noBenefit()
	}
	wanted := c.list("individual_ids")
	if len(wanted) == 0 {
		wanted = b.who()
	}
	list := []individualResponse{}
	for _, id := range wanted {
		if with, enrolled := b.enrolled[id]; enrolled {
			list = append(list, individualResponse{id, http.StatusOK, with})
			continue
		}
		list = append(list, individualResponse{id, http.StatusNotFound, failure{
			code: http.StatusNotFound, name: "bad_request", finchCode: "enrollment_not_found", message: "The individual is not enrolled",
		}.body()})
	}
	return ok(list)
}

// benefitsMeta lists what can be offered (deprecated at Finch).
func benefitsMeta(c *call) answer {
	p, _ := providerOf(c.owner.provider)
	list := []map[string]any{}
	for _, kind := range benefitTypes {
		if support, known := benefitsSupport()[kind]; known && support != nil && p.deductions {
			list = append(list, map[string]any{
				"type": kind, "description": "", "annual_maximum": true, "catch_up": false, "frequencies": []string{"every_paycheck"},
				"company_contribution": []string{"fixed", "percent"}, "employee_deduction": []string{"fixed", "percent"},
				"hsa_contribution_limit": nil,
			})
		}
	}
	return ok(list)
}
