package commands

import (
	"slices"
	"strings"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/explore"
	"perch/internal/finch"
)

// read is the question as the form now says it. Its values are those of the fields
// that were shown, whatever call is chosen by now.
func (s formStanding) read(form bot.Form) explore.Query {
	q := explore.Query{Endpoint: endpointNamed(form.Text(s.block(fieldEndpoint))), ConnectionID: s.ConnectionID, Values: map[string][]string{}}
	if block := s.block(fieldConnection); form.Has(block) {
		q.ConnectionID = form.Text(block)
	}
	for _, p := range append(s.endpoint().Params, wholeBody()) {
		if values := paramValues(p, form[s.block(paramField+p.Name)]); len(values) > 0 && !p.FromSettings {
			q.Values[p.Name] = values
		}
	}
	return q
}

// paramValues are what stands in a parameter's field.
func paramValues(p finch.Param, held []string) []string {
	var values []string
	for _, v := range held {
		switch {
		case searched(p) || len(p.Enum) > 0 || p.Type == finch.TypeBoolean:
			values = append(values, v)
		case p.List && p.Type != finch.TypeJSON:
			values = append(values, typedList(p, v)...)
		default:
			values = append(values, strings.TrimSpace(v))
		}
	}
	return slices.DeleteFunc(values, func(v string) bool { return v == "" || v == anything || v == noChoice })
}

// typedList are the values of a list as they were typed: one a line, and of what
// holds no commas also between these.
func typedList(p finch.Param, text string) []string {
	if p.Type != finch.TypeText {
		text = strings.ReplaceAll(text, ",", "\n")
	}
	var values []string
	for line := range strings.Lines(text) {
		values = append(values, strings.TrimSpace(line))
	}
	return values
}

// beside puts faults where they belong: by the block of a field that the form has,
// and the rest above it.
func (s formStanding) beside(faults []explore.Fault, form bot.Form) (wrong map[string]string, rest []string) {
	wrong = map[string]string{}
	for _, f := range faults {
		block := s.block(paramField + f.Param)
		if f.Param == fieldEndpoint || f.Param == fieldConnection {
			block = s.block(f.Param)
		}
		_, had := wrong[block]
		switch {
		case !form.Has(block):
			rest = append(rest, f.Sentence)
		case !had:
			wrong[block] = card.Cut(card.Clean(f.Sentence), maxFieldError)
		}
	}
	return wrong, rest
}
