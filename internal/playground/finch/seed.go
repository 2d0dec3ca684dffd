package finch

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"github.com/google/uuid"
)

// seed is where all that looks random comes from: equal seeds and equal
// words give equal results.
type seed uint64

func (s seed) sum(words []any) [sha256.Size]byte {
	return sha256.Sum256(fmt.Appendln(binary.BigEndian.AppendUint64(nil, uint64(s)), words...))
}

// id is a UUID that belongs to the words.
func (s seed) id(words ...any) string {
	sum := s.sum(words)
	id := uuid.UUID(sum[:16])
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return id.String()
}

// dice are random numbers that belong to the words.
func (s seed) dice(words ...any) *rand.Rand {
	sum := s.sum(words)
	return rand.New(rand.NewPCG(binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:16])))
}

// pick takes one of several.
func pick[T any](dice *rand.Rand, from []T) T { return from[dice.IntN(len(from))] }
