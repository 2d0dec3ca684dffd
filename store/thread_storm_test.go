package store_test

import (
	"fmt"
	"testing"
	"time"

	"perch/internal/thread"
)

// Many threads on one connection: each that comes has the replies of a few others
// edited, and what happens is told to the newest, so that no transaction and no
// channel has to do with all of them.
func TestAStormOfThreadsOnOneConnection(t *testing.T) {
	t.Parallel()
	const threads = 120
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 1)
		readAlong(t, s, "C1")
		p.fails(t, s, "gusto-1")
		about := quoting(t, s, "", "gusto-1").Bonds
		for i := range threads {
			root := fmt.Sprintf("%d.1", i+1)
			bind(t, s, thread.Message{Channel: "C1", TS: root, Root: root, Bonds: about}, thread.Replied)
		}
		want(t, "edits, about ten for each thread", look(t, p, `SELECT CASE WHEN SUM(soiled) <= 1300 THEN 1 ELSE SUM(soiled) END FROM cards WHERE kind = 3`), "1")
		look(t, p, `UPDATE cards SET dirty = 0, posted = 1, ts = root`)
		p.clock.advance(time.Hour)
		p.heals(t, s, "gusto-1")
		want(t, "threads that are told", look(t, p, `SELECT COUNT(*), COUNT(DISTINCT card_id) FROM outbox WHERE kind = 'news'`), "100 100")
		want(t, "the newest is told", look(t, p, `SELECT COUNT(*) FROM outbox o JOIN threads t ON t.card_id = o.card_id WHERE o.kind = 'news' AND t.root = '120.1'`), "1")
		want(t, "replies that are true still", look(t, p, `SELECT COUNT(*) FROM cards WHERE kind = 3 AND dirty = 0`), "0")
	})
}
