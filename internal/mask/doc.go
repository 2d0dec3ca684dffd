// Package mask takes out of texts from outside what is personal or opens something,
// by its looks: it is told nothing of whom a text is about. It is pure.
//
// # Guarantees
//
// Text is for sentences, Value for a field's short value, Line for what a colleague
// wrote. Nothing that they return holds a token, an address of mail, a number of
// MinRun digits and more, whatever signs people write between them, or a whole date
// of birth; of Text no number of four digits, no date at all and no quotation that is
// more than a plain word. UUIDs stay, since they are ids. What is taken out leaves
// Mark in its place. Masking again changes nothing.
//
// # What it cannot know
//
// A name without quotation marks looks like any other words. Who knows of names in a
// text takes them out before.
package mask

// Mark stands where something was taken out.
const Mark = "••••"
