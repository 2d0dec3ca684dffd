package watch

import (
	"errors"
	"strings"

	"perch/internal/explore"
	"perch/internal/finch"
	"perch/internal/mask"
)

// result is what may be seen of an answer or a refusal.
func (c exploring) result(answer finch.Answer, refusal error) explore.Result {
	r := explore.Result{
		Query: c.order.Query, Status: answer.Status, Took: answer.Took, At: answer.At, RequestID: answer.RequestID,
		Retrieved: answer.Retrieved, Attempted: answer.Attempted, Attempt: answer.Attempt, Size: len(answer.Body),
	}
	if refusal != nil {
		r.Refused = c.refused(refusal)
		return r
	}
	if len(answer.Body) == 0 {
		return r
	}
	masked, err := explore.Mask(c.endpoint(), answer.Body, explore.Seen{
		Secrets: c.secrets(answer.Body), Reveal: c.order.Reveal, From: c.order.From, Count: c.order.Count,
	})
	if err != nil {
		r.Refused = &explore.Refusal{
			Status: answer.Status, Trouble: finch.TroubleOther, Sentence: unreadable, Move: finch.TroubleOther.Move(), NotJSON: true,
		}
		return r
	}
	r.Body, r.Revealed = masked, c.order.Reveal
	return r
}

// unreadable says of an answer that it cannot be read, and so not be masked either.
const unreadable = "What came back is no JSON, so Perch can neither read nor show it. Try again; if it stays so, something on the way to Finch answers in its place."

// unanswered says of a write that nobody knows whether it was done.
const unanswered = "Finch did not say whether this was done, and Perch does not ask twice. See how things stand before you try again."

func (c exploring) refused(refusal error) *explore.Refusal {
	r := &explore.Refusal{Trouble: troubleOf(refusal), Sentence: c.sentence(refusal)}
	r.Move = r.Trouble.Move()
	if told, ok := errors.AsType[*finch.Error](refusal); ok {
		r.Status, r.Name, r.Code, r.Until, r.NotJSON = told.Status, told.Name, told.Code, told.Until, told.NotJSON
		r.Message = mask.Text(c.withoutSecrets(told.Message))
	}
	return r
}

// sentence explains a refusal.
func (c exploring) sentence(refusal error) string {
	told, ok := errors.AsType[*finch.Error](refusal)
	took := ok && told.Status >= 200 && told.Status < 300 && told.Trouble() == finch.TroubleOther // and said what nobody understands
	switch {
	case c.endpoint().Name() == "POST /jobs/automated":
		return finch.SyncSentence(refusal)
	case c.writes() && (took || troubleOf(refusal) == finch.TroubleUnreachable):
		return unanswered
	case took && told.NotJSON:
		return unreadable
	default:
		return finch.Sentence(refusal)
	}
}

// secrets are what must not be seen of an answer wherever it stands.
func (c exploring) secrets(body []byte) []string {
	return append(c.said(), tokenIn(body).token.Reveal())
}

// said are the secrets of the question itself.
func (c exploring) said() []string {
	return append([]string{c.token.Reveal()}, c.order.Query.Values["code"]...)
}

func (c exploring) withoutSecrets(text string) string {
	for _, secret := range c.said() {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "••••")
		}
	}
	return text
}
