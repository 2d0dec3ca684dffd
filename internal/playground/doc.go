// Package playground puts a local Slack and a local Finch behind one address
// and draws the Slack as a page, so that Perch can be tried with no account
// anywhere. It plays the application that embeds Finch Connect too, and the
// employers who come through it.
//
// It guarantees that nothing outside this machine takes part: the page loads
// only what is embedded here, its policy forbids anything else, and the
// control doors, which can do whatever their worlds allow, answer only
// requests that name this machine and come from no other site.
//
// It knows nothing of the bot but its HTTP doors, by which the played application
// tells of its sessions as a real one does; and no application learns of a stage
// from Finch, so what this one tells of stages it reads off the local Finch. Who
// starts the two worlds starts the bot beside them, and closes all three.
package playground
