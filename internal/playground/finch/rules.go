package finch

import (
	"net/http"
	"slices"
)

// rule changes the attributes of pay statement items that fit it.
type rule struct {
	ID         string          `json:"id"`
	EntityType string          `json:"entity_type"`
	Priority   int             `json:"priority"`
	Conditions []ruleCondition `json:"conditions"`
	Attributes ruleAttributes  `json:"attributes"`
	Starts     *string         `json:"effective_start_date"`
	Ends       *string         `json:"effective_end_date"`
	CreatedAt  *string         `json:"created_at"`
	UpdatedAt  *string         `json:"updated_at"`
}

type ruleCondition struct {
	Field    string `json:"field"`
	Operator string `json:"operator"`
	Value    string `json:"value"`
}

type ruleAttributes struct {
	Metadata map[string]any `json:"metadata"`
}

func (r *rule) fits(item payItem) bool {
	return len(r.Conditions) > 0 && !slices.ContainsFunc(r.Conditions, func(c ruleCondition) bool {
		return c.Field != "name" || c.Value != item.Name
	})
}

func listRules(c *call) answer {
	rules := c.ledger().rules
	if rules == nil {
		rules = []*rule{}
	}
	return ok(map[string]any{"responses": rules})
}

func createRule(c *call) answer {
	ledger := c.ledger()
	r := &rule{EntityType: "pay_statement_item"}
	if !c.decode(r) {
		return invalid("The body is not valid")
	}
	if wrongConditions(r.Conditions) {
		return invalid("conditions need a field, the operator equals, and a value")
	}
	if r.Attributes.Metadata == nil {
		r.Attributes.Metadata = map[string]any{}
	}
	r.ID = c.server.world.seed.id("rule", c.entity.id, c.server.world.next())
	r.Priority = len(ledger.rules) + 1
	r.CreatedAt, r.UpdatedAt = written(c.now), written(c.now)
	ledger.rules = append(ledger.rules, r)
	return answer{status: http.StatusCreated, body: r}
}

func wrongConditions(conditions []ruleCondition) bool {
	return slices.ContainsFunc(conditions, func(c ruleCondition) bool {
		return c.Field == "" || c.Operator != "equals" || c.Value == ""
	})
}

// updateRule keeps id, priority and times whatever the body says of them.
func updateRule(c *call) answer {
	r, _ := c.rule()
	if r == nil {
		return notFound("item_not_found", "No such rule")
	}
	changed := *r
	if !c.decode(&changed) || wrongConditions(changed.Conditions) {
		return invalid("The body is not valid")
	}
	changed.ID, changed.Priority, changed.CreatedAt, changed.UpdatedAt = r.ID, r.Priority, r.CreatedAt, written(c.now)
	*r = changed
	return ok(r)
}

func deleteRule(c *call) answer {
	r, i := c.rule()
	if r == nil {
		return notFound("item_not_found", "No such rule")
	}
	ledger := c.ledger()
	ledger.rules = slices.Delete(ledger.rules, i, i+1)
	return ok(struct {
		*rule
		DeletedAt *string `json:"deleted_at"`
	}{r, written(c.now)})
}

func (c *call) rule() (r *rule, i int) {
	rules := c.ledger().rules
	i = slices.IndexFunc(rules, func(r *rule) bool { return r.ID == c.request.PathValue("rule_id") })
	if i < 0 {
		return nil, i
	}
	return rules[i], i
}
