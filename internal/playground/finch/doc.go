// Package finch is a local Finch: the whole public API over a made-up world
// of employers whose syncs run, fail and recover while one watches.
//
// It is made from Finch's documentation alone and shares no code with the
// client it checks; it keeps its own tables of operations, limits and errors.
// Where Finch leaves its behaviour open, the comment at that place says what
// was chosen.
//
// Guarantees. The same Options.Seed gives the same ids, names and payroll
// data, whatever the clock says; times are laid out around the clock's "now".
// Nothing happens between two looks that would not have happened in between:
// what fell due is played, in order, before a request is answered. A request
// is refused wherever Finch would refuse it. No token is shown except to those
// who ask for tokens by name.
//
// Choices where Finch is silent. A request is checked for version, address,
// credentials, rate, product, entity and status, in this order. A connection,
// its method for the product and its entity must all work for data to be
// given. Every automated connection keeps a scheduled sync, also while the
// employer must reconnect: it then fails with reauth_error. Disconnecting
// sends account.updated. A connection's new token leaves the old ones working
// unless Options.RevokeReplaced says otherwise.
//
// A world begun with Options.History has a past that agrees with what introspect
// says: its jobs are read by id and not listed. Nobody has been told of them
// until Replay does so.
//
// Connect is staged as Finch's is: terms, provider, way to sign in, sign-in,
// verification, companies, success; a link's presets, the credentials of
// Finch's sandbox and a login's companies decide which of them there are. The
// page that embeds it hears what Finch tells, success, error and closed, and
// no stage. Options.Walked does tell the stages: an instrument of the
// playground, which lets a simulated host application know what no real one
// learns from Finch.
//
// Duties of the caller. Run drives the scenario on its own; without it,
// syncs and webhooks happen only when a request comes in or Tick is called.
// Close stops deliveries. Control is a door for tests and the playground's
// page and has no lock: never mount it where strangers reach it.
package finch
