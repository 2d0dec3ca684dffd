package thread

import (
	"cmp"
	"fmt"

	"perch/bot/card"
	"perch/internal/finch"
)

func (s Shown) connection(e Entry, d depth) told {
	c := e.Connections[0]
	whose := s.whose(cmp.Or(c.CustomerName, c.CustomerID), cmp.Or(c.ProviderName, c.ProviderID), d)
	return s.standing(c, s.named(e.Bond)+whose, s.problems(e.Problems, d, false), d)
}

// standing says of a connection how it is, whose move that makes it, and when it was
// last read.
func (s Shown) standing(c finch.Connection, who string, below []string, d depth) told {
	overall, worst := card.Status(string(c.Overall())), card.Status(string(c.Worst()))
	state := name(card.LowerFirst(overall.Word), maxName)
	if worst.Word != overall.Word {
		state += ", but part of it is not: " + name(card.LowerFirst(worst.Word), maxName)
	}
	first := fmt.Sprintf("%s %s: %s.", worst.Emoji, who, state)
	if d.brief {
		return told{first: first}
	}
	return told{first + move(c.Worst()) + s.lastSync(c), below}
}

func (s Shown) lastSync(c finch.Connection) string {
	if c.LastSync().IsZero() {
		return " No sync yet."
	}
	return " Last sync " + card.When(c.LastSync(), s.Now) + "."
}

// move says who must act, nothing where nobody must.
func move(status finch.Status) string {
	switch status.Known() {
	case finch.Processing:
		return " Finch's move: the first data is being fetched."
	case finch.Pending:
		return " The employer's move: Finch waits for their invitation."
	case finch.Reauth:
		return " The employer's move: nothing syncs until they sign in again."
	case finch.NoPermissions:
		return " The employer's administrator must act: Finch was let in with too few rights."
	case finch.NotSetUp:
		return " The employer's move: they must finish the set-up."
	case finch.Disconnected:
		return " Our move: connecting again makes a new connection."
	case finch.NoToken:
		return " Our move: there is no access token for it here."
	default:
		return ""
	}
}
