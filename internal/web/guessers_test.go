package web

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"
)

func address(n uint32) netip.Addr {
	return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, n)))
}

func TestMemoryOfGuessersIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuard("key", nil)
		for n := range uint32(3 * maxKnown) {
			g.guesses(address(n)).Allow()
			if len(g.guessers.each) > maxKnown {
				t.Fatalf("%d addresses are remembered", len(g.guessers.each))
			}
		}
	})
}

func TestRoomIsMadeByForgettingWhoStopped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuard("key", nil)
		for n := range uint32(maxKnown - 1) {
			g.guesses(address(n)).Allow()
		}
		time.Sleep(guessEvery)
		guesser := g.guesses(netip.MustParseAddr("203.0.113.9"))
		guesser.AllowN(time.Now(), guessBurst)
		g.guesses(netip.MustParseAddr("203.0.113.10"))
		if g.guesses(netip.MustParseAddr("203.0.113.9")) != guesser || len(g.guessers.each) != 2 {
			t.Errorf("of %d addresses the guesser is not the one remembered", len(g.guessers.each))
		}
	})
}
