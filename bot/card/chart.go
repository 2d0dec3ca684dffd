package card

import (
	"strconv"

	"github.com/slack-go/slack"
)

// Series is one row of bars: a name and a value for each category.
type Series struct {
	Name   string
	Values []float64
}

// Bars is a chart of bars: up to 20 categories and 6 series, further ones are left
// out; a series that is short of values has none there. Titles show 50 characters,
// names 20. Only current clients draw it, so give the message a Simpler version
// too.
func Bars(title string, categories []string, series ...Series) slack.Block {
	labels := chartLabels(firstOf(categories, maxChartPoints))
	if len(labels) == 0 || len(series) == 0 {
		return Text("")
	}
	rows := firstOf(series, maxChartSeries)
	names := make([]string, 0, len(rows))
	for _, s := range rows {
		names = append(names, s.Name)
	}
	drawn := make([]slack.DataVisualizationDataSeries, 0, len(rows))
	for i, name := range chartLabels(names) {
		drawn = append(drawn, slack.NewDataVisualizationDataSeries(name, points(labels, rows[i].Values)...))
	}
	chart := slack.NewDataVisualizationBarChart(slack.NewDataVisualizationAxisConfig(labels...), drawn...)
	return slack.NewDataVisualizationBlock(orNothing(Cut(Clean(title), maxChartTitle)), chart)
}

// points is a value for each category. Slack: exactly one.
func points(labels []string, values []float64) []slack.DataVisualizationDataPoint {
	list := make([]slack.DataVisualizationDataPoint, 0, len(labels))
	for i, label := range labels {
		value := 0.0
		if i < len(values) {
			value = values[i]
		}
		list = append(list, slack.NewDataVisualizationDataPoint(label, value))
	}
	return list
}

// chartLabels are names as a chart takes them: short, and each another.
func chartLabels(names []string) []string {
	labels := make([]string, 0, len(names))
	taken := map[string]bool{}
	for _, name := range names {
		label := orNothing(Cut(Clean(name), maxChartLabel))
		for n := 2; taken[label]; n++ {
			mark := " " + strconv.Itoa(n)
			label = orNothing(Cut(Clean(name), maxChartLabel-len(mark))) + mark
		}
		taken[label] = true
		labels = append(labels, label)
	}
	return labels
}
