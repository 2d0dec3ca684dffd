package card

import (
	"net/url"

	"github.com/slack-go/slack"
)

// ButtonOption is a trait of a Button.
type ButtonOption func(*slack.ButtonBlockElement)

// Button is a button whose press arrives under actionID with value. The label
// is the program's own wording: of up to 75 characters Slack shows about 30.
func Button(actionID, value, label string, opts ...ButtonOption) *slack.ButtonBlockElement {
	b := slack.NewButtonBlockElement(actionID, value, ourText(label, maxButtonText))
	for _, o := range opts {
		o(b)
	}
	return b
}

// Primary paints a button as the one most likely wanted. One a card.
func Primary() ButtonOption {
	return func(b *slack.ButtonBlockElement) { b.Style = slack.StylePrimary }
}

// Danger paints a button as one that cannot be taken back.
func Danger() ButtonOption {
	return func(b *slack.ButtonBlockElement) { b.Style = slack.StyleDanger }
}

// Confirm asks before the press counts: title up to 100 characters, text up
// to 300, the two answers up to 30.
func Confirm(title, text, yes, no string) ButtonOption {
	return func(b *slack.ButtonBlockElement) {
		b.Confirm = slack.NewConfirmationBlockObject(
			plainText(title, maxConfirmTitle), plainLines(text, maxConfirmText),
			plainText(yes, maxConfirmButton), plainText(no, maxConfirmButton),
		)
	}
}

// Says is what a screen reader reads instead of the label, where the label
// repeats on a card ("Open Blue Fern Dental").
func Says(accessibilityLabel string) ButtonOption {
	return func(b *slack.ButtonBlockElement) {
		b.AccessibilityLabel = Cut(Clean(accessibilityLabel), maxAccessibility)
	}
}

// URL makes the press open a web page too. An address that is not http or
// https, or is too long for Slack, is left out.
func URL(address string) ButtonOption {
	return func(b *slack.ButtonBlockElement) {
		if WebAddress(address) {
			b.URL = address
		}
	}
}

// Choice is one entry of a menu. Label and Description may come from outside;
// Slack shows 75 characters of each. Value is the program's own, at most 75.
type Choice struct{ Value, Label, Description string }

// Group is a part of a menu under a label of up to 75 characters.
type Group struct {
	Label   string
	Choices []Choice
}

// Overflow is the ⋯ menu: one to five choices, further ones are left out.
func Overflow(actionID string, choices ...Choice) *slack.OverflowBlockElement {
	return slack.NewOverflowBlockElement(actionID, options(firstOf(choices, maxOverflow))...)
}

// Select is a menu of one to 100 choices, further ones are left out.
func Select(actionID, placeholder string, choices []Choice) *slack.SelectBlockElement {
	return slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, placeholderText(placeholder), actionID,
		options(firstOf(choices, maxSelectOptions))...)
}

// Suggestions is the answer to a menu that asks for its choices while somebody
// types; at most 100 are kept. No choices is a valid answer: "no results".
type Suggestions struct {
	Options []*slack.OptionBlockObject `json:"options"`
}

// Suggest makes Suggestions of choices.
func Suggest(choices []Choice) Suggestions {
	return Suggestions{Options: options(firstOf(choices, maxSelectOptions))}
}

func options(choices []Choice) []*slack.OptionBlockObject {
	list := make([]*slack.OptionBlockObject, 0, len(choices))
	for _, c := range choices {
		list = append(list, option(c))
	}
	return list
}

func option(c Choice) *slack.OptionBlockObject {
	var description *slack.TextBlockObject
	if c.Description != "" {
		description = plainText(c.Description, maxOptionText)
	}
	return slack.NewOptionBlockObject(c.Value, plainText(c.Label, maxOptionText), description)
}

// placeholderText is the grey text of an empty field, or none.
func placeholderText(s string) *slack.TextBlockObject {
	if Clean(s) == "" {
		return nil
	}
	return ourText(s, maxPlaceholder)
}

// WebAddress reports whether Slack takes s as the target of a link.
func WebAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && length(s) <= maxURL
}
