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
	return s.standing(e, s.named(e.Bond)+whose, s.problems(e.Problems, d, false), d)
}

// standing says of an entry's one connection how it is, whose move that makes it, and
// when it was last read. Where Finch says that all is well, what is open gives the sign.
func (s Shown) standing(e Entry, who string, below []string, d depth) told {
	c := e.Connections[0]
	overall, worst := card.Status(string(c.Overall())), card.Status(string(c.Worst()))
	sign, part := worst.Emoji, worst.Word != overall.Word
	if len(e.Problems) > 0 && c.Worst() == finch.Connected {
		sign, _ = kindWords(e.Problems[0])
	}
	state := name(card.LowerFirst(overall.Word), maxName)
	if part {
		state += ", but part of it is not: " + name(card.LowerFirst(worst.Word), maxName)
	}
	first := fmt.Sprintf("%s %s: %s.", sign, who, state)
	if d.brief {
		return told{first: first}
	}
	return told{first + move(c.Worst(), part) + s.lastSync(c), below}
}

func (s Shown) lastSync(c finch.Connection) string {
	if c.LastSync().IsZero() {
		return " No sync yet."
	}
	return " Last sync " + card.When(c.LastSync(), s.Now) + "."
}

// move says who must act, nothing where nobody must. part: only a part of the
// connection has this status.
func move(status finch.Status, part bool) string {
	switch status.Known() {
	case finch.Processing:
		return " Finch's move: the first data is being fetched."
	case finch.Pending:
		return " The employer's move: Finch waits for their invitation."
	case finch.Reauth:
		if part {
			return " The employer's move: that part does not sync until they sign in again."
		}
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
