package card

import "github.com/slack-go/slack"

// Table is rows of rich text under headings: at most 20 columns and 99 rows,
// and so many characters as Slack takes. What goes beyond is left out, whole
// rows at a time. Slack: one table a message; some clients do not draw it, so
// give the message a Simpler version too.
func Table(headings []string, rows ...[]Part) slack.Block {
	if len(headings) == 0 {
		return Text("")
	}
	table := slack.NewTableBlock("")
	var head []Part
	for _, h := range firstOf(headings, maxTableColumns) {
		head = append(head, Bold(Cut(Clean(h), maxHeader)))
		table.ColumnSettings = append(table.ColumnSettings, slack.ColumnSetting{Align: slack.ColumnAlignmentLeft, IsWrapped: true})
	}
	room := maxTableText
	for _, row := range firstOf(append([][]Part{head}, rows...), maxTableRows) {
		cells, size := tableRow(row, len(head))
		if room -= size; room < 0 {
			break
		}
		table.AddRow(cells...)
	}
	return table
}

// tableRow makes a row exactly as wide as the table, and counts its characters.
func tableRow(row []Part, columns int) (cells []slack.TableCell, size int) {
	for i := range columns {
		text := textElement(nothing, nil)
		if i < len(row) && len(row[i]) > 0 {
			text = row[i]
		}
		size += partLength(text)
		cells = append(cells, slack.NewTableRichTextCell(slack.NewRichTextSection(text...)))
	}
	return cells, size
}

// partLength is how many characters Slack may count in a part at most.
func partLength(p Part) int {
	n := 0
	for _, e := range p {
		switch e := e.(type) {
		case *slack.RichTextSectionTextElement:
			n += length(e.Text)
		case *slack.RichTextSectionEmojiElement:
			n += length(e.Name) + 2
		case *slack.RichTextSectionLinkElement:
			n += length(e.Text)
		default:
			n += maxTableCell
		}
	}
	return n
}
