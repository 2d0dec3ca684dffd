// Package peers runs the vendors' own clients against the local Slack and the
// local Finch, so that the two imitations are held to what independent
// programs expect and not only to what Perch expects.
//
// Finch's own React library is run in a browser, on the local Connect page and
// with perch.js beside it.
//
// It holds tests alone. They need Node.js, what `npm ci` installs in this folder,
// and one of them Chromium, and are skipped without; with PERCH_PEERS=required a
// skip is a failure.
package peers
