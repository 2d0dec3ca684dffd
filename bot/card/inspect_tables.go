package card

func (n node) table() {
	if n.in.tables++; n.in.tables > 1 {
		n.fail("is a second table, at most one a message")
	}
	for _, c := range n.list("column_settings", 0, maxTableColumns) {
		// slack-go writes "" where nothing was set, which Slack refuses.
		c.oneOf("align", "left", "center", "right")
	}
	before := n.in.text
	for _, row := range n.rows(1, maxTableRows) {
		for _, cell := range row {
			cell.tableCell()
		}
	}
	n.in.tableText += n.in.text - before
	if n.in.tableText > maxTableText {
		n.fail("%d characters in its cells, at most %d", n.in.tableText, maxTableText)
	}
}

func (n node) tableCell() {
	switch kind := n.string("type"); kind {
	case "raw_text":
		n.rawText()
	case "rich_text":
		n.richText()
	case "raw_number":
		n.fail("raw_number is refused at times: write the number as raw_text")
	default:
		n.fail("is %q, must be raw_text or rich_text", kind)
	}
}

func (n node) dataTable() {
	n.required("caption", maxLabel)
	n.child("caption").readable("")
	n.number("page_size", 1, maxPageSize)
	before := n.in.text
	rows := n.rows(2, maxDataTableRows)
	for i, row := range rows {
		if len(row) != len(rows[0]) {
			n.fail("row %d has %d cells, the first has %d", i, len(row), len(rows[0]))
		}
		for _, cell := range row {
			cell.dataCell(i == 0)
		}
	}
	if got := n.in.text - before; got > maxDataTableText {
		n.fail("%d characters in its cells, at most %d", got, maxDataTableText)
	}
}

func (n node) dataCell(heading bool) {
	kind := n.string("type")
	if heading && kind != "raw_text" {
		n.fail("is %q, headings must be raw_text", kind)
		return
	}
	switch kind {
	case "raw_text":
		n.rawText()
	case "rich_text":
		n.richText()
	case "raw_number":
		if _, ok := n.child("value").value.(float64); !ok {
			n.child("value").fail("is required")
		}
	case "action_cell":
		n.child("element").element(inActions)
	default:
		n.fail("is %q, which is no cell known here", kind)
	}
}

func (n node) rawText() {
	n.required("text", maxTableText)
	n.child("text").readable("")
}

// rows are the cells of a table by row.
func (n node) rows(least, most int) [][]node {
	var rows [][]node
	for _, row := range n.list("rows", least, most) {
		rows = append(rows, row.entries(1, maxTableColumns))
	}
	return rows
}

func (n node) chart() {
	n.required("title", maxChartTitle)
	n.child("title").readable("")
	chart := n.child("chart")
	switch kind := chart.string("type"); kind {
	case "pie":
		for _, s := range chart.list("segments", 1, maxChartSeries) {
			s.label("label")
		}
	case "bar", "line", "area":
		chart.axes()
	default:
		chart.child("type").fail("is %q, must be one of pie, bar, line, area", kind)
	}
}

func (n node) axes() {
	for _, s := range n.list("series", 1, maxChartSeries) {
		s.label("name")
		for _, p := range s.list("data", 1, maxChartPoints) {
			p.label("label")
		}
	}
	axis := n.child("axis_config")
	axis.list("categories", 1, maxChartPoints)
	axis.optional("x_label", maxChartTitle)
	axis.optional("y_label", maxChartTitle)
}

func (n node) label(key string) {
	n.required(key, maxChartLabel)
	n.child(key).readable("")
}
