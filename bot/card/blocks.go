package card

import "github.com/slack-go/slack"

// Header is a block's worth of title: plain text of up to 150 characters.
func Header(text string) slack.Block {
	return slack.NewHeaderBlock(plainText(text, maxHeader))
}

// Text is a section of mrkdwn, up to 3000 characters. Slack turns nothing in
// it into links or mentions but what is written in angle brackets.
func Text(mrkdwn string) slack.Block {
	return slack.NewSectionBlock(markup(mrkdwn, maxText), nil, nil)
}

// Plain is a section of plain text, up to 3000 characters: nothing in it
// formats, links or pings. Line breaks stay.
func Plain(text string) slack.Block {
	return slack.NewSectionBlock(plainLines(text, maxText), nil, nil)
}

// TextWith is Text with one element at its right: a button, a menu, an image.
func TextWith(mrkdwn string, accessory slack.BlockElement) slack.Block {
	return slack.NewSectionBlock(markup(mrkdwn, maxText), nil, slack.NewAccessory(accessory))
}

// PlainWith is Plain with one element at its right.
func PlainWith(text string, accessory slack.BlockElement) slack.Block {
	return slack.NewSectionBlock(plainLines(text, maxText), nil, slack.NewAccessory(accessory))
}

// Fields sets up to ten pieces of mrkdwn in two columns, 2000 characters each.
// Further ones are left out.
func Fields(mrkdwn ...string) slack.Block {
	var fields []*slack.TextBlockObject
	for _, f := range firstOf(mrkdwn, maxFields) {
		fields = append(fields, markup(f, maxFieldText))
	}
	if len(fields) == 0 {
		return Text("")
	}
	return slack.NewSectionBlock(nil, fields, nil)
}

// Context is small grey mrkdwn, up to ten pieces in a row. Further ones are
// left out.
func Context(mrkdwn ...string) slack.Block {
	if len(mrkdwn) == 0 {
		mrkdwn = []string{""}
	}
	var elements []slack.MixedElement
	for _, m := range firstOf(mrkdwn, maxContext) {
		elements = append(elements, markup(m, maxFieldText))
	}
	return slack.NewContextBlock("", elements...)
}

// Divider is a thin line.
func Divider() slack.Block { return slack.NewDividerBlock() }

// Actions is a row of up to 25 buttons and menus. An element needs an action
// id that no other of the row has.
func Actions(blockID string, els ...slack.BlockElement) slack.Block {
	return slack.NewActionBlock(blockID, firstOf(els, maxActions)...)
}

// markup is a mrkdwn text object in which only <…> links and mentions.
func markup(s string, limit int) *slack.TextBlockObject {
	s = cutMrkdwn(CleanLines(s), limit)
	return slack.NewTextBlockObject(slack.MarkdownType, orNothing(s), false, true)
}

// plainText is a plain_text object of one line, in which ":x:" stays ":x:".
func plainText(s string, limit int) *slack.TextBlockObject {
	s = Cut(Clean(s), limit)
	return slack.NewTextBlockObject(slack.PlainTextType, orNothing(s), false, false)
}

// plainLines is plainText that keeps line breaks.
func plainLines(s string, limit int) *slack.TextBlockObject {
	s = Cut(CleanLines(s), limit)
	return slack.NewTextBlockObject(slack.PlainTextType, orNothing(s), false, false)
}

// ourText is a plain_text object for words of the program's own, where ":x:"
// draws an emoji.
func ourText(s string, limit int) *slack.TextBlockObject {
	s = Cut(Clean(s), limit)
	return slack.NewTextBlockObject(slack.PlainTextType, orNothing(s), true, false)
}

func orNothing(s string) string {
	if s == "" {
		return nothing
	}
	return s
}

func firstOf[T any](list []T, n int) []T { return list[:min(n, len(list))] }
