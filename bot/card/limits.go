package card

// Slack's limits. Where its sources disagree the smaller is taken. Texts are
// counted in characters (see length), lists in entries.
//
// From Slack's Block Kit reference unless a comment says otherwise.
const (
	maxMessageBlocks = 50
	maxViewBlocks    = 100

	// maxFallback is the size of a message's text that chat.update accepts too.
	maxFallback = 4000
	// maxMessageText is all the text in a message's blocks. Slack documents no
	// such limit, yet answers msg_blocks_too_long beyond about this much.
	maxMessageText = 13_200
	// maxViewBytes is a view as JSON (view_too_large).
	maxViewBytes       = 250_000
	maxPrivateMetadata = 3000
	maxViewTitle       = 24

	maxID  = 255
	maxURL = 3000

	maxText       = 3000
	maxHeader     = 150
	maxHeadLevel  = 4
	maxFields     = 10
	maxFieldText  = 2000
	maxContext    = 10
	maxActions    = 25
	maxAltText    = 2000
	maxImageTitle = 2000
	maxLabel      = 2000
	maxAlert      = 200
	maxMarkdown   = 12_000

	maxButtonText    = 75
	maxButtonValue   = 2000
	maxAccessibility = 75
	maxConfirmTitle  = 100
	maxConfirmText   = 300
	maxConfirmButton = 30

	maxOptionText    = 75
	maxOptionValue   = 75 // 150 in one source, 75 in another
	maxSelectOptions = 100
	maxOptionGroups  = 100
	maxGroupLabel    = 75
	maxPlaceholder   = 150
	maxOverflow      = 5
	maxChecks        = 10 // checkboxes and radio buttons

	maxInputLength = 3000
	maxInputFiles  = 10

	maxTableRows    = 100
	maxTableColumns = 20
	maxTableText    = 10_000 // over all cells of a message
	maxTableCell    = 50     // what a date or a mention is taken for

	maxDataTableRows = 101
	maxDataTableText = 20_000
	maxPageSize      = 100

	maxCardTitle   = 150
	maxCardBody    = 200
	maxCardActions = 2
	maxCarousel    = 10
	maxContained   = 10
	maxVideoTitle  = 199
	maxVideoAuthor = 49
	maxVideoText   = 200

	maxChartTitle  = 50
	maxChartSeries = 6
	maxChartPoints = 20
	maxChartLabel  = 20

	maxContextActions = 5
)
