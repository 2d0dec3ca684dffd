package finch

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// sandboxPayment adds a payment, by default one for all, dated today.
func sandboxPayment(c *call) answer {
	draft, refusal, fine := c.sandboxDraft()
	if !fine {
		return refusal
	}
	var want struct {
		StartDate     string            `json:"start_date"`
		EndDate       string            `json:"end_date"`
		PayStatements []json.RawMessage `json:"pay_statements"`
	}
	if len(c.body) > 0 && !c.decode(&want) {
		return invalid("The body is not valid")
	}
	start, end := or(want.StartDate, c.now.AddDate(0, 0, -13).Format(date)), or(want.EndDate, c.now.Format(date))
	day, err := time.Parse(date, end)
	if err != nil || !isDate(start) || start > end {
		return invalid("start_date and end_date must be days (YYYY-MM-DD), the first not after the last")
	}
	statements, err := draft.sandboxStatements(want.PayStatements, end)
	if err != nil {
		return invalid(err.Error())
	}
	w := c.server.world
	made := w.paymentOf(c.owner.live()[0], statements, day)
	made.ID = w.seed.id("payment", c.owner.id, w.next())
	made.PayPeriod = period{start, end}
	draft.Payments = append(draft.Payments, made)
	if draft.Statements == nil {
		draft.Statements = map[string][]payStatement{}
	}
	draft.Statements[made.ID] = statements
	return ok(map[string]string{"pay_date": made.PayDate, "payment_id": made.ID})
}

// sandboxStatements are the usual ones with what was given in its place;
// where none are given, those of all who are paid that day.
func (l *ledger) sandboxStatements(given []json.RawMessage, day string) ([]payStatement, error) {
	statements := []payStatement{}
	if len(given) == 0 {
		for _, p := range l.People {
			if p.paidOn(day) {
				statements = append(statements, newPayStatement(p))
			}
		}
	}
	for i, one := range given {
		s, err := l.sandboxStatement(one)
		if err != nil {
			return nil, fmt.Errorf("pay_statements[%d]: %w", i, err)
		}
		statements = append(statements, s)
	}
	return statements, nil
}

func (l *ledger) sandboxStatement(given json.RawMessage) (payStatement, error) {
	var want struct {
		IndividualID  string          `json:"individual_id"`
		Type          *string         `json:"type"`
		PaymentMethod *string         `json:"payment_method"`
		TotalHours    *float64        `json:"total_hours"`
		Gross         *int            `json:"gross_pay"` // cents, without a currency
		Net           *int            `json:"net_pay"`
		Earnings      *[]earning      `json:"earnings"`
		Taxes         *[]tax          `json:"taxes"`
		Deductions    *[]deduction    `json:"employee_deductions"`
		Contributions *[]contribution `json:"employer_contributions"`
	}
	if err := json.Unmarshal(given, &want); err != nil {
		return payStatement{}, fmt.Errorf("not valid: %w", err)
	}
	who := l.person(want.IndividualID)
	if who == nil {
		return payStatement{}, errors.New("no such individual")
	}
	s := newPayStatement(*who)
	set(&s.Type, want.Type)
	set(&s.PaymentMethod, want.PaymentMethod)
	set(&s.TotalHours, want.TotalHours)
	set(&s.GrossPay.Amount, want.Gross)
	set(&s.NetPay.Amount, want.Net)
	set(&s.Earnings, want.Earnings)
	set(&s.Taxes, want.Taxes)
	set(&s.Deductions, want.Deductions)
	set(&s.Contributions, want.Contributions)
	return s, nil
}
