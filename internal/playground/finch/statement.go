package finch

type payStatement struct {
	IndividualID  string         `json:"individual_id"`
	Type          string         `json:"type"`
	PaymentMethod string         `json:"payment_method"`
	TotalHours    float64        `json:"total_hours"`
	GrossPay      money          `json:"gross_pay"`
	NetPay        money          `json:"net_pay"`
	Earnings      []earning      `json:"earnings"`
	Taxes         []tax          `json:"taxes"`
	Deductions    []deduction    `json:"employee_deductions"`
	Contributions []contribution `json:"employer_contributions"`
}

type earning struct {
	Type       string  `json:"type"`
	Name       string  `json:"name"`
	Amount     int     `json:"amount"`
	Currency   string  `json:"currency"`
	Hours      float64 `json:"hours"`
	Attributes any     `json:"attributes"`
}

type tax struct {
	Type       string `json:"type"`
	Name       string `json:"name"`
	Employer   bool   `json:"employer"`
	Amount     int    `json:"amount"`
	Currency   string `json:"currency"`
	Attributes any    `json:"attributes"`
}

type deduction struct {
	Name       string `json:"name"`
	Type       string `json:"type"`
	Amount     int    `json:"amount"`
	PreTax     bool   `json:"pre_tax"`
	Currency   string `json:"currency"`
	Attributes any    `json:"attributes"`
}

type contribution struct {
	Name       string `json:"name"`
	Type       string `json:"type"`
	Amount     int    `json:"amount"`
	Currency   string `json:"currency"`
	Attributes any    `json:"attributes"`
}

const (
	fullHours = 80
	partHours = 52
)

// newPayStatement is what one person is paid for two weeks. The rates are
// round numbers, not anybody's law.
func newPayStatement(p person) payStatement {
	pay, hours, kind := income{}, float64(fullHours), "salary"
	if p.Employment.Income != nil {
		pay = *p.Employment.Income
	}
	gross := pay.Amount / 26
	if p.hourly() {
		hours, kind = partHours, "wage"
		gross = pay.Amount * partHours
	}
	taxes := []tax{
		{Type: "federal", Name: "Federal Income Tax", Amount: gross * 12 / 100},
		{Type: "state", Name: "State Income Tax", Amount: gross * 4 / 100},
		{Type: "fica", Name: "Social Security", Amount: gross * 62 / 1000},
		{Type: "fica", Name: "Social Security", Amount: gross * 62 / 1000, Employer: true},
	}
	net := gross
	for i := range taxes {
		taxes[i].Currency = "usd"
		if !taxes[i].Employer {
			net -= taxes[i].Amount
		}
	}
	saved := gross * 5 / 100
	return payStatement{
		IndividualID: p.Individual.ID, Type: "regular_payroll", PaymentMethod: "direct_deposit", TotalHours: hours,
		GrossPay: dollars(gross), NetPay: dollars(net - saved), Taxes: taxes,
		Earnings:      []earning{{Type: kind, Name: "Regular Pay", Amount: gross, Currency: "usd", Hours: hours}},
		Deductions:    []deduction{{Name: "401(k)", Type: "401k", Amount: saved, PreTax: true, Currency: "usd"}},
		Contributions: []contribution{{Name: "401(k) match", Type: "401k", Amount: saved / 2, Currency: "usd"}},
	}
}
