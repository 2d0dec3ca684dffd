// Package peers runs the vendors' own clients against the local Slack and the
// local Finch, so that the two imitations are held to what independent
// programs expect and not only to what Perch expects.
//
// It holds tests alone. They need Node.js and what `npm ci` installs in this
// folder, and are skipped without; with PERCH_PEERS=required a skip is a
// failure.
package peers
