package slack

// Slack's limits on Block Kit and messages. Lengths are in characters. Where
// Slack's pages disagree the smaller number stands here.
const (
	maxMessageBlocks = 50
	maxViewBlocks    = 100
	maxViewBytes     = 250 << 10
	maxText          = 40000 // longer texts are cut
	maxUpdateText    = 4000  // chat.update refuses
	maxMarkdown      = 12000 // all markdown blocks of a message together
	maxBlocksText    = 13200 // observed, not documented: msg_blocks_too_long
	maxAttachments   = 100
	maxMetadata      = 8 << 10 // bytes
	maxStack         = 3       // views in a modal's stack

	maxID              = 255
	maxPrivateMetadata = 3000
	maxViewTitle       = 24
	maxSectionText     = 3000
	maxField           = 2000
	maxFields          = 10
	maxHeader          = 150
	maxContext         = 10
	maxActions         = 25
	maxURL             = 3000
	maxAlt             = 2000
	maxLabel           = 2000
	maxPlaceholder     = 150
	maxButtonText      = 75
	maxButtonValue     = 2000
	maxOptionText      = 75
	maxOptionValue     = 75 // Slack's documentation says 150, its SDK 75
	maxOptions         = 100
	maxOverflow        = 5
	maxChecks          = 10
	maxConfirmTitle    = 100
	maxConfirmText     = 300
	maxConfirmButton   = 30
	maxTextInput       = 3000
	maxFiles           = 10

	maxTableRows     = 100
	maxTableColumns  = 20
	maxTableText     = 10000 // over all cells of a message
	maxDataRows      = 101
	maxDataText      = 20000
	maxCardTitle     = 150
	maxCardBody      = 200
	maxCardActions   = 2
	maxCarousel      = 10
	maxChildren      = 10
	maxAlert         = 200
	maxChartTitle    = 50
	maxChartSeries   = 6
	maxChartPoints   = 20
	maxChartLabel    = 20
	maxVideoTitle    = 199
	maxVideoAuthor   = 49
	maxVideoText     = 200
	maxContextAction = 5
)

// surface is where blocks are shown; values combine.
type surface uint8

const (
	inMessage surface = 1 << iota
	inModal
	inHome

	everywhere = inMessage | inModal | inHome
)
