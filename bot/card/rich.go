package card

import (
	"strings"
	"time"

	"github.com/slack-go/slack"
)

// Part is a stretch of rich text. Rich text is the safest place for a name
// from outside: what is put in as text is shown as text.
type Part []slack.RichTextSectionElement

// Line joins parts into one. A space between them is up to the caller.
func Line(parts ...Part) Part {
	var line Part
	for _, p := range parts {
		line = append(line, p...)
	}
	return line
}

// Normal is text as it is, spaces at its ends included.
func Normal(text string) Part { return styled(text, nil) }

// Bold is text in bold.
func Bold(text string) Part { return styled(text, &slack.RichTextSectionTextStyle{Bold: true}) }

// Italic is text in italics.
func Italic(text string) Part { return styled(text, &slack.RichTextSectionTextStyle{Italic: true}) }

// Code is text in a fixed width.
func Code(text string) Part { return styled(text, &slack.RichTextSectionTextStyle{Code: true}) }

// Emoji is an emoji by Slack's name, with or without its colons.
func Emoji(name string) Part {
	return Part{slack.NewRichTextSectionEmojiElement(strings.Trim(name, ":"), 0, nil)}
}

// User mentions a member by id. In a message that is posted, it pings them.
func User(id string) Part { return Part{slack.NewRichTextSectionUserElement(id, nil)} }

// Date is a time in the reader's own time zone; see When.
func Date(t, now time.Time) Part {
	if t.IsZero() {
		return Normal(unknownTime)
	}
	fallback := WhenPlain(t)
	return Part{slack.NewRichTextSectionDateElement(t.Unix(), dateFormat(t, now), nil, &fallback)}
}

// Link is text that leads to a web address. An address that is not http or
// https, or is too long for Slack, is left out and the text stays.
func Link(address, text string) Part {
	text = Cut(Clean(text), maxText)
	if !WebAddress(address) {
		return Normal(text)
	}
	return Part{slack.NewRichTextSectionLinkElement(address, orNothing(text), nil)}
}

// Rich shows lines of rich text, one below the other.
func Rich(lines ...Part) slack.Block {
	return slack.NewRichTextBlock("", slack.NewRichTextSection(joinLines(lines)...))
}

// Bullets shows lines of rich text as a list.
func Bullets(lines ...Part) slack.Block {
	if len(lines) == 0 {
		return Rich()
	}
	var items []slack.RichTextElement
	for _, line := range lines {
		items = append(items, slack.NewRichTextSection(joinLines([]Part{line})...))
	}
	return slack.NewRichTextBlock("", slack.NewRichTextList(slack.RTEListBullet, 0, items...))
}

// Quote shows lines of rich text behind a bar, as somebody's exact words.
func Quote(lines ...Part) slack.Block {
	return slack.NewRichTextBlock("", &slack.RichTextQuote{
		Type: slack.RTEQuote, Elements: joinLines(lines),
	})
}

// Preformatted shows lines in a fixed width, as ids and code want it: they
// copy exactly as they are.
func Preformatted(lines ...string) slack.Block {
	text := Cut(CleanLines(strings.Join(lines, "\n")), maxText)
	return slack.NewRichTextBlock("", &slack.RichTextPreformatted{
		Type: slack.RTEPreformatted, Elements: joinLines([]Part{textElement(text, nil)}),
	})
}

// styled is text of one line. Slack refuses a text element that is empty, so
// there is none then.
func styled(text string, style *slack.RichTextSectionTextStyle) Part {
	return textElement(Cut(cleanInside(text), maxText), style)
}

func textElement(text string, style *slack.RichTextSectionTextStyle) Part {
	if text == "" {
		return nil
	}
	return Part{slack.NewRichTextSectionTextElement(text, style)}
}

// cleanInside is Clean, but white space at the ends becomes one space instead
// of none, because it sets a part off from its neighbours.
func cleanInside(text string) string {
	cleaned := Clean(text)
	if cleaned == "" {
		if text == "" {
			return ""
		}
		return " "
	}
	shown := visible(text)
	if strings.TrimLeft(shown, " \t\n") != shown {
		cleaned = " " + cleaned
	}
	if strings.TrimRight(shown, " \t\n") != shown {
		cleaned += " "
	}
	return cleaned
}

func joinLines(lines []Part) Part {
	var all Part
	for i, line := range lines {
		if i > 0 {
			all = append(all, textElement("\n", nil)...)
		}
		all = append(all, line...)
	}
	if len(all) == 0 {
		return textElement(nothing, nil)
	}
	return all
}
