package card

import (
	"slices"
	"strconv"
	"time"

	"github.com/slack-go/slack"
)

// Modal is a dialog. Title, Submit and Close show 24 characters. Private comes
// back with the submission, at most 3000 characters; it travels through the
// client, so it is a hint and never a proof.
type Modal struct {
	CallbackID string
	Title      string
	// Submit is the button's label; empty for a dialog without fields.
	Submit string
	// Close is the label of the way out; Slack says "Cancel" when it is empty.
	Close   string
	Private string
	// NotifyOnClose asks Slack to tell when the dialog is closed unsubmitted.
	NotifyOnClose bool
	Blocks        []slack.Block
}

// View is the dialog as Slack takes it.
func (m Modal) View() slack.ModalViewRequest {
	return slack.ModalViewRequest{
		Type:            slack.VTModal,
		CallbackID:      m.CallbackID,
		Title:           plainText(m.Title, maxViewTitle),
		Submit:          optionalText(m.Submit, maxViewTitle),
		Close:           optionalText(m.Close, maxViewTitle),
		PrivateMetadata: m.Private,
		NotifyOnClose:   m.NotifyOnClose,
		Blocks:          slack.Blocks{BlockSet: m.Blocks},
	}
}

// Home is a person's App Home.
func Home(blocks ...slack.Block) slack.HomeTabViewRequest {
	return slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: blocks}}
}

// Field is what all fields of a form have in common. What was typed or chosen
// comes back under BlockID and ActionID. Slack keeps what somebody typed as
// long as the BlockID stays: to replace it, give a new one.
type Field struct {
	BlockID     string
	ActionID    string
	Label       string
	Hint        string
	Placeholder string
	Optional    bool
	// Dispatch has Slack tell at once what was chosen, as a press under ActionID,
	// so that the form can be changed by it.
	Dispatch bool
}

// TextField is one line to type in, of at most limit characters (up to 3000).
func TextField(f Field, initial string, limit int) slack.Block {
	return f.around(textInput(f, initial, limit))
}

// TextArea is several lines to type in, of at most limit characters (up to
// 3000).
func TextArea(f Field, initial string, limit int) slack.Block {
	e := textInput(f, initial, limit)
	e.Multiline = true
	return f.around(e)
}

// SelectField is a menu of one to 100 choices, with the one of value chosen
// (none when it is not among them).
func SelectField(f Field, choices []Choice, chosen string) slack.Block {
	e := Select(f.ActionID, f.Placeholder, choices)
	for _, o := range e.Options {
		if o.Value == chosen {
			e.InitialOption = o
		}
	}
	return f.around(e)
}

// GroupedField is SelectField for choices in groups: up to 100 groups of one to
// 100 choices each. Groups without any are left out.
func GroupedField(f Field, groups []Group, chosen string) slack.Block {
	e := slack.NewOptionsGroupSelectBlockElement(slack.OptTypeStatic, placeholderText(f.Placeholder), f.ActionID)
	for _, g := range firstOf(groups, maxOptionGroups) {
		if len(g.Choices) == 0 {
			continue
		}
		list := options(firstOf(g.Choices, maxSelectOptions))
		e.OptionGroups = append(e.OptionGroups, slack.NewOptionGroupBlockElement(plainText(g.Label, maxGroupLabel), list...))
		for _, o := range list {
			if o.Value == chosen {
				e.InitialOption = o
			}
		}
	}
	return f.around(e)
}

// ExternalField is a menu whose choices are asked for while somebody types, as
// soon as minQuery characters stand there. Chosen is what it begins with; an
// empty Choice for nothing.
func ExternalField(f Field, minQuery int, chosen Choice) slack.Block {
	e := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, placeholderText(f.Placeholder), f.ActionID)
	e.MinQueryLength = &minQuery
	if chosen.Value != "" {
		e.InitialOption = option(chosen)
	}
	return f.around(e)
}

// ExternalMultiField is ExternalField for up to most choices of which several can
// be taken (at most 100). Further ones of chosen are left out.
func ExternalMultiField(f Field, minQuery int, chosen []Choice, most int) slack.Block {
	most = min(max(1, most), maxSelectOptions)
	e := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeExternal, placeholderText(f.Placeholder), f.ActionID)
	e.MinQueryLength = &minQuery
	e.MaxSelectedItems = &most
	if len(chosen) > 0 {
		e.InitialOptions = options(firstOf(chosen, most))
	}
	return f.around(e)
}

// DateField is a calendar, with a day in Finch's spelling chosen (2026-11-28; none
// for what is no day).
func DateField(f Field, initial string) slack.Block {
	e := slack.NewDatePickerBlockElement(f.ActionID)
	e.Placeholder = placeholderText(f.Placeholder)
	if _, err := time.Parse(time.DateOnly, initial); err == nil {
		e.InitialDate = initial
	}
	return f.around(e)
}

// NumberField is a line for a whole number from least to most; a bound of 0 is
// none. An initial that is no such number is left out.
func NumberField(f Field, initial string, least, most int) slack.Block {
	e := slack.NewNumberInputBlockElement(placeholderText(f.Placeholder), f.ActionID, false)
	if least != 0 {
		e.MinValue = strconv.Itoa(least)
	}
	if most != 0 {
		e.MaxValue = strconv.Itoa(most)
	}
	n, err := strconv.Atoi(initial)
	if err == nil && (least == 0 || n >= least) && (most == 0 || n <= most) {
		e.InitialValue = strconv.Itoa(n)
	}
	return f.around(e)
}

// MultiField is a menu of one to 100 choices of which several can be taken, with
// those of the given values taken.
func MultiField(f Field, choices []Choice, chosen []string) slack.Block {
	e := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeStatic, placeholderText(f.Placeholder), f.ActionID,
		options(firstOf(choices, maxSelectOptions))...)
	e.InitialOptions = taken(e.Options, chosen)
	return f.around(e)
}

// ChecksField is up to ten boxes to tick, with those of the given values ticked.
func ChecksField(f Field, choices []Choice, ticked []string) slack.Block {
	e := slack.NewCheckboxGroupsBlockElement(f.ActionID, options(firstOf(choices, maxChecks))...)
	e.InitialOptions = taken(e.Options, ticked)
	return f.around(e)
}

// UsersField is a menu of people, with the given ones chosen.
func UsersField(f Field, users []string) slack.Block {
	e := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeUser, placeholderText(f.Placeholder), f.ActionID)
	e.InitialUsers = users
	return f.around(e)
}

func taken(options []*slack.OptionBlockObject, values []string) []*slack.OptionBlockObject {
	var chosen []*slack.OptionBlockObject
	for _, o := range options {
		if slices.Contains(values, o.Value) {
			chosen = append(chosen, o)
		}
	}
	return chosen
}

func (f Field) around(e slack.BlockElement) slack.Block {
	return slack.NewInputBlock(f.BlockID, plainText(f.Label, maxLabel), optionalText(f.Hint, maxLabel), e).
		WithOptional(f.Optional).WithDispatchAction(f.Dispatch)
}

func textInput(f Field, initial string, limit int) *slack.PlainTextInputBlockElement {
	limit = min(max(1, limit), maxInputLength)
	e := slack.NewPlainTextInputBlockElement(placeholderText(f.Placeholder), f.ActionID)
	e.InitialValue = Cut(CleanLines(initial), limit)
	e.MaxLength = limit
	return e
}

// optionalText is plain text, or nothing at all.
func optionalText(s string, limit int) *slack.TextBlockObject {
	if Clean(s) == "" {
		return nil
	}
	return plainText(s, limit)
}
