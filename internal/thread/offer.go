package thread

import (
	"fmt"

	"perch/bot/card"
)

// Offer is what Perch says once where it was invited.
func Offer(slashPerch string) card.Message {
	const words = "Perch is here. It can read along: when somebody quotes a Job, connection, session, company or customer id that it knows, it answers once in the thread. Nothing else that is written is kept."
	later := fmt.Sprintf("Also later, with `%s threads on`.", card.Escape(slashPerch))
	return card.Message{
		Text: card.FallbackText(words + "\n" + later),
		Blocks: card.Blocks{
			card.Text(words),
			card.Actions("threads_offer", card.Button("perch.threads_on", "", "Read along here", card.Primary()), card.Button("perch.threads_no", "", "No, thanks")),
			card.Context(later),
		},
	}
}
