package commands

import (
	"slices"
	"strings"

	"perch/bot/card"
	"perch/internal/explore"
	"perch/internal/finch"
)

func (f exploreForm) chooser(name, label, placeholder string) card.Field {
	return card.Field{BlockID: f.block(name), ActionID: "explore." + name, Label: label, Placeholder: placeholder, Dispatch: true}
}

// choosing are the fields by which the form is made: what was saved, whose
// connection, which call.
func (f exploreForm) choosing() card.Blocks {
	var blocks card.Blocks
	if groups := f.savedGroups(); len(groups) > 0 {
		field := f.chooser(fieldSaved, "Saved", "Begin with a saved question")
		field.Optional = true
		blocks = append(blocks, card.GroupedField(field, groups, ""))
	}
	if e := f.Query.Endpoint; !chosen(e) || e.Auth == finch.Bearer {
		field := f.chooser(fieldConnection, "Connection", "Type a part of the customer's name, or an id")
		blocks = append(blocks, card.ExternalField(field, 0, f.connection()))
	}
	return append(blocks, card.GroupedField(f.chooser(fieldEndpoint, "Call", "Choose what to ask"), f.calls(), f.Query.Endpoint.Name()))
}

func (f exploreForm) connection() card.Choice {
	k := f.Known
	if f.Query.ConnectionID == "" {
		return card.Choice{}
	}
	return card.Choice{Value: f.Query.ConnectionID, Label: whoseLabel(nameOf(k.CustomerName, k.CustomerID, k.ID), k.ProviderName, k.Environment)}
}

// maxWhose is how much of a name stands beside provider and environment.
const maxWhose = 40

// whoseLabel is a connection in one line.
func whoseLabel(name, provider, environment string) string {
	parts := []string{card.Cut(card.Clean(name), maxWhose), card.Clean(provider), card.Clean(environment)}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · ")
}

// calls are the endpoints to choose from: those that the token may call first, then
// the others, each in Finch's families.
func (f exploreForm) calls() []card.Group {
	var granted, others []card.Group
	for _, family := range finch.Families {
		var may, rest []card.Choice
		for _, e := range f.callable() {
			switch {
			case e.Family != family:
			case f.granted(e):
				may = append(may, callChoice(e, ""))
			default:
				rest = append(rest, callChoice(e, " · not granted"))
			}
		}
		granted = append(granted, card.Group{Label: string(family), Choices: may})
		others = append(others, card.Group{Label: string(family) + " · not granted", Choices: rest})
	}
	return append(granted, others...)
}

// callable is what is offered, with what was chosen in any case.
func (f exploreForm) callable() []finch.Endpoint {
	name := f.Query.Endpoint.Name()
	if !chosen(f.Query.Endpoint) || slices.ContainsFunc(f.Offered, func(e finch.Endpoint) bool { return e.Name() == name }) {
		return f.Offered
	}
	return append(slices.Clone(f.Offered), f.Query.Endpoint)
}

// granted reports whether the token may call an endpoint, as far as is known.
func (f exploreForm) granted(e finch.Endpoint) bool {
	unknown := f.Query.ConnectionID == "" || len(f.Known.Products) == 0
	return e.Auth != finch.Bearer || e.Product == "" || unknown || slices.ContainsFunc(f.Known.Products, func(p string) bool {
		p = finch.BareProduct(p)
		return p == e.Product || p == "deduction" && e.Product == "benefits" // its old name
	})
}

func callChoice(e finch.Endpoint, mark string) card.Choice {
	label := e.Name()
	if e.Writes {
		label += " · writes"
	}
	return card.Choice{Value: e.Name(), Label: label + mark, Description: e.Summary}
}

// about says what the call is, and what to know before it is made.
func (f exploreForm) about() card.Blocks {
	var blocks card.Blocks
	e := f.Query.Endpoint
	if e.Writes {
		blocks = append(blocks, card.Text(":pencil2: *This changes something* at Finch or at the provider. *Check* shows exactly what will be sent; nothing is sent before you confirm it."))
	}
	var lines []string
	if said := strings.TrimSpace(sentence(e.Summary) + " " + e.Notes); said != "" {
		lines = append(lines, card.Escape(said))
	}
	if chosen(e) && !f.granted(e) {
		lines = append(lines, ":no_entry: This connection's token does not have the product "+card.Escape(e.Product)+", so Finch will most likely refuse.")
	}
	if chosen(e) && e.Auth != finch.Bearer {
		lines = append(lines, "Perch asks this for your application, with its own client id and secret: no connection is needed.")
	}
	if chosen(e) && e.Auth == finch.Bearer && f.Known.ID != "" && !f.Known.HasToken {
		lines = append(lines, ":grey_question: Perch has no token of this connection, so nothing can be asked with it.")
	}
	for _, line := range append(lines, f.LeftOut...) {
		blocks = append(blocks, card.Context(line))
	}
	return blocks
}

func sentence(s string) string {
	if s == "" || strings.ContainsAny(s[len(s)-1:], ".]}") || strings.HasSuffix(s, "…") {
		return s
	}
	return s + "."
}

// settled is a question after something else was chosen: what was filled in stays
// where it still means the same. Ids of another connection or entity do not.
func (s formStanding) settled(q explore.Query) explore.Query {
	elsewhere := q.ConnectionID != s.ConnectionID
	another := elsewhere || exploreForm{Query: q}.entity() != s.EntityID
	old := s.endpoint()
	kept := map[string][]string{}
	for name, values := range q.Values {
		before, _ := paramOf(old, name)
		p, ok := paramOf(q.Endpoint, name)
		switch {
		case !ok, p.FromSettings, p.Pick != before.Pick, p.Type != before.Type:
		case p.Type == finch.TypeJSON && q.Endpoint.Name() != old.Name():
		case p.Pick == finch.PickEntity && elsewhere:
		case another && searched(p) && p.Pick != finch.PickEntity:
		default:
			kept[name] = values
		}
	}
	q.Values = kept
	return q
}

// paramOf finds a parameter, the whole body among them.
func paramOf(e finch.Endpoint, name string) (finch.Param, bool) {
	if p, ok := e.Param(name); ok || name != finch.Root {
		return p, ok
	}
	return wholeBody(), true
}
