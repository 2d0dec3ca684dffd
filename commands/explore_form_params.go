package commands

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"perch/bot/card"
	"perch/internal/finch"
)

// params are what the form asks for: the endpoint's own, without what the settings
// say and without an entity where there is only one.
func (f exploreForm) params() []finch.Param {
	all := slices.Clone(f.Query.Endpoint.Params)
	_, hasRoot := f.Query.Endpoint.Param(finch.Root)
	whole := !hasRoot && len(f.Query.Values[finch.Root]) > 0
	if whole {
		all = append(all, wholeBody())
	}
	return slices.DeleteFunc(all, func(p finch.Param) bool {
		obvious := p.Pick == finch.PickEntity && !p.Required && len(f.Known.Entities) < 2
		inBody := p.Name != finch.Root && (p.In == finch.InRequest || p.In == finch.InItems)
		return p.FromSettings || len(f.Query.Values[p.Name]) == 0 && (obvious || whole && inBody)
	})
}

// wholeBody is the field of a body that was given whole, for an endpoint that has
// fields of its own for what is in it.
func wholeBody() finch.Param {
	return finch.Param{Name: finch.Root, In: finch.InRequest, Type: finch.TypeJSON}
}

// searched reports whether ids are searched for. Of providers there is no list here.
func searched(p finch.Param) bool {
	return p.Pick != "" && p.Pick != finch.PickProvider
}

// param is a parameter's field, by what its values must look like.
func (f exploreForm) param(p finch.Param) slack.Block {
	values := f.Query.Values[p.Name]
	field := card.Field{BlockID: f.block(paramField + p.Name), ActionID: "explore.field", Label: paramLabel(p), Hint: paramHint(p), Optional: !f.wanted(p)}
	switch {
	case p.Pick == finch.PickEntity && len(f.Known.Entities) > 0:
		return f.entityField(field, p, values)
	case searched(p):
		return f.pickField(field, p, values)
	case len(p.Enum) > 0 && p.List:
		return card.MultiField(field, enumChoices(p), values)
	case len(p.Enum) > 0, p.Type == finch.TypeBoolean:
		return card.SelectField(field, optionalChoices(p), orAnything(firstValue(values)))
	default:
		return typedField(field, p, values)
	}
}

// typedField is for what is typed or taken from a calendar.
func typedField(field card.Field, p finch.Param, values []string) slack.Block {
	switch {
	case p.List && p.Type != finch.TypeJSON:
		return card.TextArea(field, strings.Join(values, "\n"), maxTyped)
	case p.Type == finch.TypeJSON:
		return card.TextArea(field, firstValue(values), maxTyped)
	case p.Type == finch.TypeDate:
		return card.DateField(field, firstValue(values))
	case p.Type == finch.TypeInteger:
		return card.NumberField(field, firstValue(values), p.Min, p.Max)
	default:
		return card.TextField(field, firstValue(values), maxTyped)
	}
}

// wanted reports whether the form insists on a parameter: on those that Finch wants,
// and on the entity where there are several.
func (f exploreForm) wanted(p finch.Param) bool {
	return p.Required || p.Pick == finch.PickEntity && len(f.Known.Entities) > 1
}

func firstValue(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// entityField is a menu of the connection's entities. One that is chosen makes the
// form offer its ids.
func (f exploreForm) entityField(field card.Field, p finch.Param, values []string) slack.Block {
	var choices []card.Choice
	for _, e := range f.Known.Entities {
		choices = append(choices, card.Choice{Value: e.ID, Label: e.Name, Description: strings.TrimSpace(e.SourceID + " " + card.Status(string(e.Status)).Word)})
	}
	field.ActionID = "explore.entity"
	if several(p) {
		return card.MultiField(field, choices, values)
	}
	field.Dispatch = true
	return card.SelectField(field, choices, firstValue(values))
}

// several reports whether a list takes more than one value. Of entities Finch takes
// one in a query.
func several(p finch.Param) bool {
	return p.List && p.Max != 1 && (p.Pick != finch.PickEntity || p.In != finch.InQuery)
}

// pickField is a menu that searches for ids while somebody types.
func (f exploreForm) pickField(field card.Field, p finch.Param, values []string) slack.Block {
	field.ActionID, field.Placeholder = "explore.pick", searchWords(p.Pick)
	choices := make([]card.Choice, 0, len(values))
	for _, id := range union(nil, values...) {
		choices = append(choices, card.Choice{Value: id, Label: f.label(id)})
	}
	switch {
	case several(p):
		return card.ExternalMultiField(field, 0, choices, mostTaken(p))
	case len(choices) > 0:
		return card.ExternalField(field, 0, choices[0])
	default:
		return card.ExternalField(field, 0, card.Choice{})
	}
}

// searchWords say what can be searched for. Beginnings of people's names find
// nobody; see explore.Choices.Find.
func searchWords(from finch.Pick) string {
	switch from {
	case finch.PickPerson:
		return "A whole first or last name, a department, or an id"
	case finch.PickPayment:
		return "A date such as 2026-11, or an id"
	default:
		return "Search, or paste an id"
	}
}

func (f exploreForm) label(id string) string {
	if label := f.Labels[id]; label != "" {
		return label
	}
	return id
}

// maxTaken is how many choices Slack lets anybody take in one field.
const maxTaken = 100

func mostTaken(p finch.Param) int {
	if p.Max > 0 {
		return min(p.Max, maxTaken)
	}
	return maxTaken
}

// enumChoices are the values that Finch knows, in its own words.
func enumChoices(p finch.Param) []card.Choice {
	words := p.Enum
	if len(words) == 0 {
		words = []string{"true", "false"}
	}
	choices := make([]card.Choice, 0, len(words)+1)
	for _, w := range words {
		choices = append(choices, card.Choice{Value: w, Label: w})
	}
	return choices
}

// optionalChoices has a way back to no choice, which Slack's menus lack.
func optionalChoices(p finch.Param) []card.Choice {
	if p.Required {
		return enumChoices(p)
	}
	return append([]card.Choice{{Value: anything, Label: "Leave it out"}}, enumChoices(p)...)
}

// paramLabel is what a field is called: Finch's name in words, without the "id" of
// what is chosen by its own name.
func paramLabel(p finch.Param) string {
	name := p.Name[strings.LastIndex(p.Name, ".")+1:]
	if searched(p) {
		name = strings.TrimSuffix(strings.TrimSuffix(name, "s"), "_id")
		switch noun, y := strings.CutSuffix(name, "y"); {
		case several(p) && y:
			name = noun + "ies"
		case several(p):
			name += "s"
		}
	}
	return card.UpperFirst(strings.ReplaceAll(name, "_", " "))
}

// paramHint explains a parameter: what it is about, what Finch takes, and how Finch
// spells it where the label does not say.
func paramHint(p finch.Param) string {
	hint := []string{sentence(card.UpperFirst(p.About))}
	if b := bounds(p); b != "" {
		hint = append(hint, b)
	}
	switch {
	case p.Name == finch.Root:
		hint = append(hint, "The whole body as JSON.")
	case p.Type == finch.TypeJSON:
		hint = append(hint, "As JSON.")
	case p.List && !searched(p) && len(p.Enum) == 0:
		hint = append(hint, "One a line.")
	}
	if card.LowerFirst(paramLabel(p)) != p.Name {
		hint = append(hint, "In Finch: "+p.Name+".")
	}
	return strings.TrimSpace(strings.Join(hint, " "))
}

// bounds says how large a number may be, how long a text, or how many there may be.
func bounds(p finch.Param) string {
	noun := ""
	switch {
	case p.Type == finch.TypeJSON, p.List && p.Max == 1:
		return ""
	case searched(p) && p.Max > maxTaken:
		return fmt.Sprintf("At most %d here, %d where the question is typed.", maxTaken, p.Max)
	case p.List:
		noun = " of them"
	case p.Type != finch.TypeInteger:
		noun = " characters"
	}
	switch {
	case p.Min > 0 && p.Max > 0 && p.Min < p.Max && !(p.List && p.Min == 1):
		return fmt.Sprintf("%d to %d%s.", p.Min, p.Max, noun)
	case p.Max > 0:
		return fmt.Sprintf("At most %d%s.", p.Max, noun)
	case p.Min > 1:
		return fmt.Sprintf("At least %d%s.", p.Min, noun)
	default:
		return ""
	}
}

// maxTyped is how many characters Slack takes in a field.
const maxTyped = 3000

// fitted is the form without what its fields cannot hold, and says so.
func (f exploreForm) fitted() exploreForm {
	f.Query.Values = maps.Clone(f.Query.Values)
	for _, p := range f.params() {
		values := f.Query.Values[p.Name]
		long := len(strings.Join(values, "\n")) > maxTyped
		switch {
		case several(p) && searched(p) && len(values) > maxTaken:
			f.Query.Values[p.Name] = values[:maxTaken]
			f.Notices = append(f.Notices, fmt.Sprintf("A form takes %d values of %s; the others of %d are left out. Type the question instead to ask for all.", maxTaken, p.Name, len(values)))
		case !searched(p) && len(p.Enum) == 0 && long:
			delete(f.Query.Values, p.Name)
			f.Notices = append(f.Notices, fmt.Sprintf("What was typed for %s is too long for a form: it takes %d characters.", p.Name, maxTyped))
		}
	}
	for name, values := range f.Query.Values {
		p, _ := f.Query.Endpoint.Param(name)
		fitting := slices.DeleteFunc(slices.Clone(values), func(id string) bool { return id == "" || len(id) > maxOptionValue })
		if searched(p) && len(fitting) < len(values) {
			f.Query.Values[name] = fitting
			f.Notices = append(f.Notices, fmt.Sprintf("An id of more than %d characters in %s does not fit into a form.", maxOptionValue, name))
		}
	}
	return f
}
