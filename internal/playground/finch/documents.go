package finch

import (
	"slices"
	"time"
)

// document is somebody's W-4 form.
type document struct {
	ID           string `json:"id"`
	IndividualID string `json:"individual_id"`
	Type         string `json:"type"`
	URL          string `json:"url"`
	Year         int    `json:"year"`
}

// documents are everybody's: those who began before 2020 have the old form.
func (w *world) documents(people []person) []document {
	list := make([]document, 0, len(people))
	for _, p := range people {
		d := document{ID: w.seed.id("document", p.Individual.ID), IndividualID: p.Individual.ID, Type: "w4_2020", Year: 2020}
		if p.Employment.StartDate != nil {
			if begun, err := time.Parse(date, *p.Employment.StartDate); err == nil {
				d.Year = begun.Year()
			}
		}
		if d.Year < 2020 {
			d.Type = "w4_2005"
		}
		d.URL = "https://api.tryfinch.com/employer/documents/" + d.ID
		list = append(list, d)
	}
	return list
}

func listDocuments(c *call) answer {
	limit, limitOK := c.number("limit", 100, 1, 10_000)
	offset, offsetOK := c.number("offset", 0, 0, 1<<30)
	if !limitOK || !offsetOK {
		return invalid("limit and offset must be whole numbers")
	}
	who, types := c.list("individual_ids"), c.list("types")
	found := slices.DeleteFunc(c.server.world.documents(c.ledger().People), func(d document) bool {
		return len(who) > 0 && !slices.Contains(who, d.IndividualID) || len(types) > 0 && !slices.Contains(types, d.Type)
	})
	return ok(map[string]any{"documents": page(found, limit, offset), "paging": paging{offset, len(found)}})
}

func getDocument(c *call) answer {
	for _, d := range c.server.world.documents(c.ledger().People) {
		if d.ID == c.request.PathValue("document_id") {
			return ok(map[string]any{"type": d.Type, "year": d.Year, "data": d.form(c.server.world.seed)})
		}
	}
	return notFound("item_not_found", "No such document")
}

func (d document) form(s seed) map[string]any {
	dice := s.dice("form", d.ID)
	if d.Type == "w4_2005" {
		return map[string]any{
			"additional_withholding": 0, "exemption": nil, "individual_id": d.IndividualID,
			"filing_status":              pick(dice, []string{"married", "married_but_withhold_at_higher_single_rate", "single"}),
			"total_number_of_allowances": dice.IntN(4),
		}
	}
	children := dice.IntN(3) * 200_000
	return map[string]any{
		"amount_for_other_dependents": 0, "amount_for_qualifying_children_under_17": children, "deductions": 0,
		"extra_withholding": 0, "individual_id": d.IndividualID, "other_income": 0, "total_claim_dependent_and_other_credits": children,
		"filing_status": pick(dice, []string{"head_of_household", "married_filing_jointly_or_qualifying_surviving_spouse", "single_or_married_filing_separately"}),
	}
}
