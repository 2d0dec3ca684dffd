package alert

import (
	"slices"
	"strings"

	"perch/internal/finch"
)

// The values of the filters that have only a few.
const (
	production  = "production"
	development = "development"
	sandbox     = "sandbox"
	automated   = "automated"
	assisted    = "assisted"
)

// environments are all there are, by Finch's word.
var environments = []string{production, development, sandbox}

// dimension is one property by which a subscription is narrowed.
type dimension struct {
	// name is what stands before the colon.
	name string
	// example is how it is typed.
	example string
	// values are where a filter keeps it.
	values func(*Filter) *[]string
	// allowed are all values there are; nil where anything may stand.
	allowed []string
	// fits reports whether a folded value means this problem's subject.
	fits func(value string, p *Problem) bool
	// of tells which kinds have the property at all; the others are not narrowed by
	// it. Nil means every kind.
	of func(Kind) bool
}

// dimensions are all of them, in the order in which they are written.
var dimensions = []dimension{
	{"customer", "customer:harbor", func(f *Filter) *[]string { return &f.Customers }, nil, fitsCustomer, nil},
	{"provider", "provider:gusto", func(f *Filter) *[]string { return &f.Providers }, nil, fitsProvider, nil},
	{"env", "env:production", func(f *Filter) *[]string { return &f.Environments }, environments, fitsEnvironment, nil},
	{"type", "type:assisted", func(f *Filter) *[]string { return &f.Types }, []string{automated, assisted}, fitsType, nil},
	{"product", "product:payroll", func(f *Filter) *[]string { return &f.Products }, nil, fitsProduct, hasProducts},
	{"entity", "entity:0099123", func(f *Filter) *[]string { return &f.Entities }, nil, fitsEntity, nil},
	{"stage", "stage:terms_of_service", func(f *Filter) *[]string { return &f.Stages }, nil, fitsStage, Kind.atStage},
}

func fitsCustomer(value string, p *Problem) bool {
	return folded(p.Subject.CustomerID) == value || folded(p.Subject.CompanyID) == value || folded(p.Key.ConnectionID) == value ||
		strings.Contains(folded(p.Subject.CustomerName), value)
}

func fitsProvider(value string, p *Problem) bool {
	return folded(p.Subject.ProviderID) == value || strings.Contains(folded(p.Subject.ProviderName), value)
}

// fitsEnvironment takes data that Finch makes up for sandbox, whatever the
// environment is called.
func fitsEnvironment(value string, p *Problem) bool {
	if p.Subject.Sandbox {
		return value == sandbox
	}
	return folded(p.Subject.Environment) == value
}

func fitsType(value string, p *Problem) bool { return p.Subject.Assisted == (value == assisted) }

func fitsProduct(value string, p *Problem) bool {
	return slices.ContainsFunc(p.Subject.Products, func(product string) bool {
		return folded(finch.BareProduct(product)) == value || folded(finch.ProductGroup(product)) == value
	})
}

func fitsEntity(value string, p *Problem) bool {
	return p.Key.EntityID != "" && (folded(p.Key.EntityID) == value || strings.Contains(folded(p.Subject.EntityName), value))
}

// hasProducts leaves out the kinds of Connect sessions: before there is a
// connection nobody tells its products.
func hasProducts(k Kind) bool { return !k.bySession() }

// fitsStage takes a stage by its name in Finch Connect or as people call it, with
// the parts of an outage by the class that they share.
func fitsStage(value string, p *Problem) bool {
	stage := p.Facts.Session.Stage
	return stage != "" && (spaced(string(stage)) == spaced(value) || spaced(stage.Name()) == spaced(value))
}

// spaced is a stage's name as it is compared, with or without underscores.
func spaced(name string) string { return folded(strings.ReplaceAll(name, "_", " ")) }

// folded is text as it is compared.
func folded(s string) string { return finch.Fold(s) }

// Matches reports whether a problem is one that was asked for and, if not, which
// part of the wish keeps it out. A filter narrows only the kinds that have the
// property: stage:mfa silences no failed sync. What blinds Perch itself is about every
// connection, so no filter keeps it out. An outage is asked for by its kind of
// child and its provider: whether one of its children fits the other filters
// only its children show.
func (w Wish) Matches(p Problem) (ok bool, reason string) {
	kind := p.Key.Kind
	if kind == Outage {
		kind = childKind(p.Class)
	}
	switch {
	case !slices.Contains(w.Kinds, kind):
		return false, "kind not asked for"
	case kind == Blind:
		return true, ""
	case p.Subject.Sandbox && !slices.Contains(w.Include.Environments, sandbox):
		return false, sandbox
	}
	for _, d := range dimensions {
		if p.Key.Kind == Outage && (d.name != "provider" || p.Subject.ProviderID == "") {
			continue
		}
		if reason := d.keepsOut(&w, &p); reason != "" {
			return false, reason
		}
	}
	return true, ""
}

// keepsOut is why this dimension of a wish keeps a problem out; empty if it
// does not.
func (d dimension) keepsOut(w *Wish, p *Problem) string {
	fits := func(value string) bool { return d.fits(folded(value), p) }
	switch include := *d.values(&w.Include); {
	case d.of != nil && !d.of(p.Key.Kind):
		return ""
	case slices.ContainsFunc(*d.values(&w.Exclude), fits):
		return d.name + " excluded"
	case len(include) == 0, d.allowed != nil && holdsAll(include, d.allowed), slices.ContainsFunc(include, fits):
		return ""
	default:
		return d.name + " not asked for"
	}
}

// childKind is the kind at the beginning of an outage's class.
func childKind(class string) Kind {
	for _, n := range names {
		if strings.HasPrefix(class, string(n.kind)) {
			return n.kind
		}
	}
	return ""
}
