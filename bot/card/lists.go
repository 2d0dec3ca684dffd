package card

import "github.com/slack-go/slack"

// Blocks and Elements are what messages and rows of buttons are built up in,
// also by packages that do not know slack-go.
type (
	Blocks   = []slack.Block
	Elements = []slack.BlockElement
)
