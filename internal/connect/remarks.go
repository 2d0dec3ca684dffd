package connect

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// mostRemarks is how many are made of one session.
const mostRemarks = 5

// What it takes to stand out.
const (
	oftenErrors = 2 // the same error
	oftenExits  = 2 // of one stage
	oftenVisits = 3
	slowTimes   = 2 // what nine in ten take
	atOnce      = 15 * time.Second
)

// remark is a sentence with its weight.
type remark struct {
	weight int
	text   string
}

// Remarks are plain sentences on what stands out in a session, at most 5, the
// weightiest first: "Left the Terms of Service 6 times without going on.".
// Comparisons come only from a Baseline of at least EnoughSessions. They are plain
// text, which whoever shows them shows as such: they quote text from outside, on
// one line and cut.
func Remarks(p Progress, b Baseline) []string {
	all := slices.Concat(
		errorRemarks(p), exitRemarks(p), slowRemarks(p, b), visitRemarks(p), assistedRemarks(p),
	)
	slices.SortStableFunc(all, func(x, y remark) int { return cmp.Compare(y.weight, x.weight) })
	var texts []string
	for _, r := range all[:min(len(all), mostRemarks)] {
		texts = append(texts, r.text)
	}
	return texts
}

// errorRemarks name the errors that came back, and the one they left at. Where it
// is the only one it need not be quoted.
func errorRemarks(p Progress) []remark {
	var all []remark
	for _, e := range p.Errors {
		which := "."
		if len(p.Errors) > 1 {
			which = ": " + quotation(e.Message)
		}
		switch {
		case clean(e.Message, quoted) == "":
		case e.Count >= oftenErrors:
			all = append(all, remark{90, "The same error " + times(e.Count) + within(e) + which})
		case p.Outcome == DroppedOff && p.Last.Sub(e.Last) <= time.Minute:
			all = append(all, remark{85, "The last thing they saw was an error" + which})
		}
	}
	return all
}

// within is how long lies between the first and the last of an error.
func within(e ErrorSeen) string {
	if took := e.Last.Sub(e.First); took >= time.Second {
		return " within " + span(took)
	}
	return ""
}

// whyStopped is what mostly lies behind stopping at a stage.
var whyStopped = map[Stage]string{
	TermsOfService:    "They may have a question about the terms.",
	ProviderSelection: "They may not find their payroll provider.",
	AuthMethod:        "They may not know which way to sign in is theirs.",
	Authentication:    "They may not have their payroll sign-in at hand.",
	MFA:               "The code may not have reached them.",
	EntitySelection:   "They may not know which company to choose.",
}

// WhyStopped says what mostly lies behind an employer's stopping at the stage;
// empty where nobody knows.
func (s Stage) WhyStopped() string { return whyStopped[s] }

func exitRemarks(p Progress) []remark {
	var all []remark
	for _, s := range p.Stages {
		if s.Exits < oftenExits {
			continue
		}
		if s.Done && !s.Here {
			all = append(all, remark{50, fmt.Sprintf("Left %s %s before going on.", s.Stage.inText(), times(s.Exits))})
			continue
		}
		text := fmt.Sprintf("Left %s %s without going on.", s.Stage.inText(), times(s.Exits))
		if why := s.Stage.WhyStopped(); why != "" {
			text += " " + why
		}
		all = append(all, remark{80, text})
	}
	return all
}

// slowRemarks compare with how it usually goes here.
func slowRemarks(p Progress, b Baseline) []remark {
	var all []remark
	for _, s := range p.Stages {
		ninth, ok := b.ninth(s.Stage)
		if !ok || s.Spent < slowTimes*ninth {
			continue
		}
		weight := 40
		if s.Here {
			weight = 70
		}
		all = append(all, remark{weight, fmt.Sprintf("%s in %s; nine in ten employers take under %s.", span(s.Spent), s.Stage.inText(), spanUp(ninth))})
	}
	return all
}

// visitRemarks say what the opening and closing tell where nobody told of stages.
func visitRemarks(p Progress) []remark {
	switch {
	case p.Outcome == Connected || len(p.Stages) > 0:
		return nil
	case p.Visits >= oftenVisits:
		return []remark{{60, fmt.Sprintf("Opened Finch Connect %s without getting through.", times(p.Visits))}}
	case p.Visits > 0 && !p.ClosedAt.IsZero() && p.Spent < atOnce:
		return []remark{{30, fmt.Sprintf("Closed it again after %s.", span(p.Spent))}}
	}
	return nil
}

// assistedRemarks say what an assisted set-up waits for.
func assistedRemarks(p Progress) []remark {
	if len(p.Assisted) == 0 {
		return nil
	}
	switch p.Status {
	case "error_no_account_setup":
		return []remark{{95, "No account is set up for Finch at the provider yet: the employer has to invite it."}}
	case "error_permissions":
		return []remark{{95, "Finch was invited with too few rights: the employer has to widen them."}}
	}
	return nil
}
