// Package card turns values into Block Kit: pure functions from plain Go
// strings to slack-go blocks, the words for statuses and times, and one
// Validate that knows Slack's limits.
//
// # What is guaranteed
//
// Every builder removes control and bidirectional characters, cuts what people
// read to Slack's limit (whole graphemes, with an ellipsis) and writes an en
// dash where Slack wants at least one character. Text from outside that is put
// into Plain, Header, Preformatted, a button's label, a Choice or a Part of
// rich text can neither ping, link, format nor draw an emoji.
//
// # What is asked of callers
//
//   - Text, TextWith, Fields and Context take mrkdwn. Whatever comes from
//     outside goes through Escape first. Escape stops pings and links; no
//     escape exists for * _ ~ and backticks, so a name that must look exactly
//     as it is, bold or not, goes into rich text (Rich, Bold, Normal) instead.
//   - Ids and values (block ids, action ids, button and option values) are the
//     program's own and are never cut, since half an id would act on something
//     else. Validate names one that is too long.
//   - Actions, Overflow and Select need at least one entry.
//
// Nothing here does I/O, knows the time, or keeps state.
package card
