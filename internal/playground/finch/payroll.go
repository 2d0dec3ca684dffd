package finch

import (
	"time"
)

// money is an amount in cents.
type money struct {
	Amount   int    `json:"amount"`
	Currency string `json:"currency"`
}

func dollars(cents int) money { return money{Amount: cents, Currency: "usd"} }

type payment struct {
	ID             string   `json:"id"`
	PayPeriod      period   `json:"pay_period"`
	PayDate        string   `json:"pay_date"`
	DebitDate      string   `json:"debit_date"`
	CompanyDebit   money    `json:"company_debit"`
	GrossPay       money    `json:"gross_pay"`
	NetPay         money    `json:"net_pay"`
	EmployerTaxes  money    `json:"employer_taxes"`
	EmployeeTaxes  money    `json:"employee_taxes"`
	IndividualIDs  []string `json:"individual_ids"`
	PayGroupIDs    []string `json:"pay_group_ids"`
	PayFrequencies []string `json:"pay_frequencies"`
}

type period struct {
	StartDate string `json:"start_date"`
	EndDate   string `json:"end_date"`
}

func (p period) has(day string) bool { return day >= p.StartDate && day <= p.EndDate }

type payGroup struct {
	ID             string   `json:"id"`
	Name           string   `json:"name"`
	PayFrequencies []string `json:"pay_frequencies"`
	IndividualIDs  []string `json:"individual_ids,omitempty"`
}

const (
	salaried = "Salaried"
	hourly   = "Hourly"
	biWeekly = "bi_weekly"
	payEvery = 14 * 24 * time.Hour
)

// firstPayday is a Friday; every second one after it is a payday.
var firstPayday = time.Date(2023, 1, 6, 0, 0, 0, 0, time.UTC)

func (w *world) payGroupID(e *entity, name string) string { return w.seed.id("pay group", e.id, name) }

func (w *world) payGroups(e *entity, people []person) []payGroup {
	groups := make([]payGroup, 0, 2)
	for _, name := range []string{salaried, hourly} {
		g := payGroup{ID: w.payGroupID(e, name), Name: name, PayFrequencies: []string{biWeekly}, IndividualIDs: []string{}}
		for _, p := range people {
			if p.hourly() == (name == hourly) {
				g.IndividualIDs = append(g.IndividualIDs, p.Individual.ID)
			}
		}
		groups = append(groups, g)
	}
	return groups
}

// payments are an entity's of some days, both included: two full years and
// the current one, as Finch keeps, and what sandbox calls added.
func (w *world) payments(c *connection, e *entity, now time.Time, within period) []payment {
	l := w.ledger(c, e)
	list := []payment{}
	if c.source != byFinch {
		oldest := time.Date(now.Year()-2, 1, 1, 0, 0, 0, 0, time.UTC)
		for day := firstPayday; !day.After(now); day = day.Add(payEvery) {
			if on := day.Format(date); !day.Before(oldest) && within.has(on) {
				list = append(list, w.newPayment(e, l.People, day))
			}
		}
	}
	for _, p := range l.Payments {
		if within.has(p.PayDate) {
			list = append(list, p)
		}
	}
	return list
}

// newPayment is everybody's pay on a day.
func (w *world) newPayment(e *entity, people []person, day time.Time) payment {
	var statements []payStatement
	for _, p := range people {
		if p.paidOn(day.Format(date)) {
			statements = append(statements, newPayStatement(p))
		}
	}
	return w.paymentOf(e, statements, day)
}

// paymentOf sums up what is paid on a day.
func (w *world) paymentOf(e *entity, statements []payStatement, day time.Time) payment {
	p := payment{
		ID:        w.seed.id("payment", e.id, day.Format(date)),
		PayPeriod: period{day.AddDate(0, 0, -18).Format(date), day.AddDate(0, 0, -5).Format(date)},
		PayDate:   day.Format(date), DebitDate: day.AddDate(0, 0, -2).Format(date),
		IndividualIDs: []string{}, PayFrequencies: []string{biWeekly},
		PayGroupIDs: []string{w.payGroupID(e, salaried), w.payGroupID(e, hourly)},
	}
	var gross, net, employer, employee int
	for _, s := range statements {
		p.IndividualIDs = append(p.IndividualIDs, s.IndividualID)
		gross, net = gross+s.GrossPay.Amount, net+s.NetPay.Amount
		for _, t := range s.Taxes {
			if t.Employer {
				employer += t.Amount
			} else {
				employee += t.Amount
			}
		}
	}
	p.GrossPay, p.NetPay = dollars(gross), dollars(net)
	p.EmployerTaxes, p.EmployeeTaxes, p.CompanyDebit = dollars(employer), dollars(employee), dollars(gross+employer)
	return p
}

func (p person) hourly() bool {
	return p.Employment.Income != nil && p.Employment.Income.Unit == "hourly"
}

func (p person) paidOn(day string) bool {
	work := p.Employment
	started := work.StartDate == nil || *work.StartDate <= day
	return started && (work.EndDate == nil || *work.EndDate >= day)
}
