package finch

import (
	"maps"
	"net/http"
	"slices"
	"time"
)

// writeLater queues a manual job for a write of deductions. It is done after
// half a day by machine, after two days by hand, as Finch says.
func (c *call) writeLater(kind string, body []map[string]any, do func()) *manualJob {
	s := c.server
	j := &manualJob{
		id: s.world.seed.id("manual job", s.world.next()), status: pending, kind: kind, owner: c.owner, entity: c.entity,
	}
	s.world.manual[j.id] = j
	takes := s.options.Day / 2
	if c.owner.carrier("benefits").kind == assisted {
		takes = 2 * s.options.Day
	}
	s.plan(c.now.Add(takes/2), func(time.Time) { j.status = inProgress })
	s.plan(c.now.Add(takes), func(now time.Time) {
		do()
		j.status, j.body, j.completed = complete, body, now
		s.tell(j.ended())
	})
	return j
}

func createBenefit(c *call) answer { return c.addBenefit("create") }

// registerBenefit differs from creating one only at the provider.
func registerBenefit(c *call) answer { return c.addBenefit("register") }

func (c *call) addBenefit(kind string) answer {
	b := &benefit{enrolled: map[string]map[string]any{}}
	switch {
	case !c.decode(b):
		return invalid("The body is not valid")
	case b.Type != nil && !slices.Contains(benefitTypes, *b.Type):
		return invalid("type is not a benefit type")
	case b.Frequency != nil && !slices.Contains([]string{"every_paycheck", "monthly", "one_time"}, *b.Frequency):
		return invalid("frequency must be every_paycheck, monthly or one_time")
	case b.Frequency != nil && *b.Frequency != "every_paycheck":
		return unprocessable("unsupported_parameters", "The provider supports only every_paycheck")
	}
	b.ID = c.server.world.seed.id("benefit", c.entity.id, c.server.world.next())
	ledger := c.ledger()
	j := c.writeLater(kind, nil, func() { ledger.benefits = append(ledger.benefits, b) })
	status := http.StatusCreated
	if kind == "register" {
		status = http.StatusOK
	}
	return answer{status: status, body: map[string]string{"benefit_id": b.ID, "job_id": j.id}}
}

func updateBenefit(c *call) answer {
	b := c.benefit()
	if b == nil {
		return noBenefit()
	}
	var want struct {
		Description *string `json:"description"`
	}
	if !c.decode(&want) {
		return failure{
			code: http.StatusBadRequest, name: "invalid_request_error", message: "[body:description]: Not a valid string",
		}.answer()
	}
	j := c.writeLater("update", nil, func() {
		if want.Description != nil {
			b.Description = want.Description
		}
	})
	return ok(map[string]string{"benefit_id": b.ID, "job_id": j.id})
}

// enroll takes people into a benefit, or changes what they pay. A body of
// nothing enrols nobody and is fine.
func enroll(c *call) answer {
	b := c.benefit()
	if b == nil {
		return noBenefit()
	}
	var want []struct {
		IndividualID  string         `json:"individual_id"`
		Configuration map[string]any `json:"configuration"`
	}
	if len(c.body) > 0 && !c.decode(&want) {
		return invalid("The body must be a list of individuals")
	}
	ledger, results := c.ledger(), []map[string]any{}
	changes := map[string]map[string]any{}
	for _, one := range want {
		code, message := http.StatusCreated, "enrolled"
		if _, known := b.enrolled[one.IndividualID]; known {
			code, message = http.StatusOK, "updated"
		}
		if ledger.person(one.IndividualID) == nil {
			code, message = http.StatusNotFound, "individual not found"
		} else {
			changes[one.IndividualID] = configured(one.Configuration)
		}
		results = append(results, map[string]any{"individual_id": one.IndividualID, "code": code, "message": message})
	}
	j := c.writeLater("enroll", results, func() {
		maps.Copy(b.enrolled, changes)
	})
	return ok(map[string]string{"job_id": j.id})
}

func configured(with map[string]any) map[string]any {
	full := map[string]any{
		"annual_maximum": nil, "catch_up": nil, "hsa_contribution_limit": nil, "company_contribution": nil, "employee_deduction": nil,
	}
	for name := range full {
		if value, given := with[name]; given {
			full[name] = value
		}
	}
	return full
}

func unenroll(c *call) answer {
	b := c.benefit()
	if b == nil {
		return noBenefit()
	}
	var want struct {
		IndividualIDs []string `json:"individual_ids"`
	}
	if len(c.body) > 0 && !c.decode(&want) {
		return invalid("individual_ids must be a list")
	}
	results := []map[string]any{}
	for _, id := range want.IndividualIDs {
		code, message := http.StatusOK, "unenrolled"
		if _, enrolled := b.enrolled[id]; !enrolled {
			code, message = http.StatusNotFound, "individual not found"
		}
		results = append(results, map[string]any{"individual_id": id, "code": code, "message": message})
	}
	j := c.writeLater("unenroll", results, func() {
		for _, id := range want.IndividualIDs {
			delete(b.enrolled, id)
		}
	})
	return ok(map[string]string{"job_id": j.id})
}
