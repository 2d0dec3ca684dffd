package explore

import (
	"fmt"
	"regexp"
	"strings"

	"perch/internal/finch"
	"perch/internal/mask"
)

const (
	// longestAccount is in characters.
	longestAccount = 500
	// accountOf is how many values of a list are told one by one.
	accountOf = 3
)

// What tells nothing of a person is a short word without a long number.
var (
	plainWord = regexp.MustCompile(`^[A-Za-z0-9_.:-]{1,64}$`)
)

// Account tells what was asked, for the audit log, in at most 500 characters and
// in the order of the endpoint's parameters:
//
//	payment_id=p1,p2,p3 (9 values) limit=5 name=#a1b2c3d4e5f6
//
// Personal values, JSON, ids that are no UUIDs, and text that is no plain word
// appear only as mark has them, behind a "#".
func (q Query) Account(mark func(string) string) string {
	var told []string
	for _, p := range q.params() {
		values := q.said(p.Name)
		if len(values) == 0 || p.FromSettings {
			continue
		}
		var shown []string
		for _, v := range values[:min(accountOf, len(values))] {
			if !mayBeTold(p, v) {
				v = "#" + mark(v)
			}
			shown = append(shown, v)
		}
		line := p.Name + "=" + strings.Join(shown, ",")
		if len(values) > accountOf {
			line += fmt.Sprintf(" (%d values)", len(values))
		}
		told = append(told, line)
	}
	return cut(strings.Join(told, " "), longestAccount)
}

// mayBeTold: what is no word of Finch's could be anybody's name or number. Finch's
// ids are UUIDs, so that what else stands for one may be a person's name, typed in
// the hope that it finds them.
func mayBeTold(p finch.Param, v string) bool {
	switch {
	case p.Personal || p.Type == finch.TypeJSON || p.Type == finch.TypeEmail || !fits(p, v):
		return false
	case len(p.Enum) > 0:
		return true
	case p.Type == finch.TypeID && p.Pick != finch.PickProvider:
		return mask.IsUUID(v)
	case p.Type == finch.TypeText, p.Type == finch.TypeID:
		return mask.IsUUID(v) || plainWord.MatchString(v) && digitsIn(v) < mask.MinRun
	default:
		return true
	}
}

// Personal names a parameter of which a value looks like what is nobody's to keep: a
// social security or account number, an address, a token. It is empty for none.
func (q Query) Personal() string {
	for _, p := range q.params() {
		for _, v := range q.said(p.Name) {
			if !mask.IsTime(v) && mask.Line(v) != finch.OneLine(v) {
				return p.Name
			}
		}
	}
	return ""
}

// digitsIn counts the digits of a plain word: those of an account's number are too
// many, whatever stands between them.
func digitsIn(v string) int {
	n := 0
	for i := range len(v) {
		if '0' <= v[i] && v[i] <= '9' {
			n++
		}
	}
	return n
}
