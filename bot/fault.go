package bot

import (
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
)

// UserError carries a sentence that is safe and useful to show to the person
// who asked, beside the cause for the operator.
type UserError struct {
	// Sentence says what happened, what it means and the way out.
	Sentence string
	// Cause is for the log only; it may be nil.
	Cause error
}

func (e *UserError) Error() string {
	if e.Cause == nil {
		return e.Sentence
	}
	return e.Cause.Error()
}

func (e *UserError) Unwrap() error { return e.Cause }

// Tell makes an error whose sentence is shown to the person who asked.
func Tell(sentence string, cause error) error {
	return &UserError{Sentence: sentence, Cause: cause}
}

// sentenceFor is what a person reads of an error: its own words where it has
// some, and a reference under which the log has the whole chain.
func sentenceFor(err error, ref string) string {
	if refusal, ok := errors.AsType[*Refusal](err); ok {
		return refusal.Sentence()
	}
	sentence := "That did not work."
	if told, ok := errors.AsType[*UserError](err); ok {
		sentence = told.Sentence
		if told.Cause == nil {
			return sentence
		}
	}
	return fmt.Sprintf("%s Reference %s. Your admins find the cause under it in the log.", sentence, ref)
}

// newRef makes a short reference that connects what a person sees with a log line.
func newRef() string { return strings.ToLower(rand.Text()[:8]) }
