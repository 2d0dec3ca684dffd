package finch

import (
	"net/http"
	"slices"
	"time"
)

const (
	maxPayments   = 10
	maxStatements = 5000
)

func isDate(text string) bool {
	_, err := time.Parse(date, text)
	return err == nil
}

func getPayments(c *call) answer {
	query := c.request.URL.Query()
	within := period{query.Get("start_date"), query.Get("end_date")}
	if !isDate(within.StartDate) || !isDate(within.EndDate) || within.StartDate > within.EndDate {
		return invalid("start_date and end_date must be days (YYYY-MM-DD), the first not after the last")
	}
	return ok(c.server.world.payments(c.owner, c.entity, c.now, within))
}

type statementBatch struct {
	Requests []struct {
		PaymentID string `json:"payment_id"`
		Limit     *int   `json:"limit"`
		Offset    *int   `json:"offset"`
	} `json:"requests"`
}

func getPayStatements(c *call) answer {
	var want statementBatch
	if !c.decode(&want) || len(want.Requests) == 0 || len(want.Requests) > maxPayments {
		return invalid("requests must have 1 to 10 items")
	}
	all := c.server.world.payments(c.owner, c.entity, c.now, period{"0", "9"}) // all of them
	responses := []map[string]any{}
	for _, one := range want.Requests {
		limit, offset := 100, 0
		set(&limit, one.Limit)
		set(&offset, one.Offset)
		if limit < 1 || limit > maxStatements || offset < 0 {
			return invalid("limit must be 1 to 5000 and offset not negative")
		}
		code, body := c.statements(all, one.PaymentID, limit, offset)
		responses = append(responses, map[string]any{"payment_id": one.PaymentID, "code": code, "body": body})
	}
	return ok(map[string]any{"responses": responses})
}

func (c *call) statements(all []payment, id string, limit, offset int) (code int, body any) {
	i := slices.IndexFunc(all, func(p payment) bool { return p.ID == id })
	if i < 0 {
		return http.StatusNotFound, failure{
			code: http.StatusNotFound, name: "not_found_error", finchCode: "payment_not_found", message: "No such payment",
		}.body()
	}
	statements := c.ledger().statementsOf(all[i])
	return http.StatusOK, map[string]any{
		"paging": paging{offset, len(statements)}, "pay_statements": page(statements, limit, offset),
	}
}

func (l *ledger) statementsOf(p payment) []payStatement {
	if given, ok := l.Statements[p.ID]; ok {
		return given
	}
	statements := []payStatement{}
	for _, id := range p.IndividualIDs {
		if who := l.person(id); who != nil {
			statements = append(statements, newPayStatement(*who))
		}
	}
	return statements
}

func listPayGroups(c *call) answer {
	groups := c.server.world.payGroups(c.entity, c.ledger().People)
	who := c.request.URL.Query().Get("individual_id")
	frequencies := c.list("pay_frequencies")
	groups = slices.DeleteFunc(groups, func(g payGroup) bool {
		return who != "" && !slices.Contains(g.IndividualIDs, who) || len(frequencies) > 0 && !slices.Contains(frequencies, biWeekly)
	})
	for i := range groups {
		groups[i].IndividualIDs = nil
	}
	return ok(groups)
}

func getPayGroup(c *call) answer {
	for _, g := range c.server.world.payGroups(c.entity, c.ledger().People) {
		if g.ID == c.request.PathValue("pay_group_id") {
			return ok(g)
		}
	}
	return notFound("item_not_found", "No such pay group")
}

// payItem is a line that occurs on pay statements.
type payItem struct {
	Name       string         `json:"name"`
	Category   string         `json:"category"`
	Attributes map[string]any `json:"attributes"`
}

// payItems are all lines that newPayStatement makes.
func payItems() []payItem {
	return []payItem{
		{"Regular Pay", "earnings", map[string]any{"metadata": map[string]any{}, "type": "salary"}},
		{"Regular Pay", "earnings", map[string]any{"metadata": map[string]any{}, "type": "wage"}},
		{"Federal Income Tax", "taxes", map[string]any{"metadata": map[string]any{}, "employer": false, "type": "federal"}},
		{"State Income Tax", "taxes", map[string]any{"metadata": map[string]any{}, "employer": false, "type": "state"}},
		{"Social Security", "taxes", map[string]any{"metadata": map[string]any{}, "employer": false, "type": "fica"}},
		{"Social Security", "taxes", map[string]any{"metadata": map[string]any{}, "employer": true, "type": "fica"}},
		{"401(k)", "employee_deductions", map[string]any{"metadata": map[string]any{}, "pre_tax": true, "type": "401k"}},
		{"401(k) match", "employer_contributions", map[string]any{"metadata": map[string]any{}, "type": "401k"}},
	}
}

func listPayItems(c *call) answer {
	query, categories := c.request.URL.Query(), c.list("categories")
	items := slices.DeleteFunc(payItems(), func(i payItem) bool {
		return len(categories) > 0 && !slices.Contains(categories, i.Category) ||
			query.Get("name") != "" && query.Get("name") != i.Name ||
			query.Get("type") != "" && query.Get("type") != i.Attributes["type"]
	})
	for _, item := range items {
		for _, r := range c.ledger().rules {
			if r.fits(item) {
				item.Attributes["metadata"] = r.Attributes.Metadata
			}
		}
	}
	return ok(map[string]any{"responses": items})
}
